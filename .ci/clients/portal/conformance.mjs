// The conformance kit's report for people, in a real Chromium: it loads nothing, everybody can read it, and it fits on a
// telephone and on paper.
// Usage: conformance.mjs FOLDER-OF-PROGRAMS FOLDER-FOR-PICTURES     Prints a line per check; stops at the first that does not hold.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { withBrowser, withPage } from "./browser.mjs";
import { Failed, check, count } from "./report.mjs";

/// A client that reads only the first page. One of its failures is waived, and a waiver of something else is stale.
const BAD = ["--defect", "B24"];
const GOOD = ["--defect", "B28"];

/// A day in three months: waivers last no longer than twelve.
const soon = () => new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
const waivers = (rules) => rules.map((rule) => `[[waiver]]
rule = "${rule}"
expect = "fail"
reason = "the iterator stops at an empty page"
expires = ${soon()}
issue = "https://example.com/issues/${rule}"
`).join("\n");

/// What differs from run to run is set, so that the picture is the same each time.
function settle(file) {
  const lines = readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  for (const { conviction, waiver } of lines) {
    if (waiver) waiver.expires = "2027-02-28";
    for (const exchange of conviction?.exchanges ?? []) {
      exchange.arrived = exchange.answered = 12_000 + exchange.number * 9_000;
    }
    for (const operation of conviction?.operations ?? []) {
      operation.began = 0;
      operation.ended = 12_000 + conviction.exchanges.length * 9_000;
    }
  }
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

async function report(browser, programs, scratch, pictures) {
  const kit = (expected, ...args) => {
    const path = `${programs}:${process.env.PATH}`;
    const ran = spawnSync(join(programs, "simtune-conformance"), args, { cwd: scratch, encoding: "utf8", env: { ...process.env, PATH: path } });
    if (ran.status !== expected) throw new Failed(`simtune-conformance ${args.join(" ")}\n     it ended with ${ran.status}\n${ran.stdout}${ran.stderr}`);
  };
  writeFileSync(join(scratch, "waivers.toml"), waivers(["PAG-03", "PAG-08"]));
  kit(1, "check", "--smoke", "--waivers", "waivers.toml", "--out", "results", "--", "reference-worker", ...BAD);
  kit(1, "check", "--smoke", "--only", "PAG-*", "--out", "other", "--", "reference-worker", ...GOOD);
  settle(join(scratch, "results/results.ndjson"));
  kit(0, "report", "results/results.ndjson", "--out", "results");
  kit(0, "report", "results/results.ndjson", "other/results.ndjson", "--html", "both.html");
  const one = pathToFileURL(join(scratch, "results/report.html")).href;
  const both = pathToFileURL(join(scratch, "both.html")).href;

  // Files have no origin: all that is asked for is the page.
  const open = async ({ page }, url) => {
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(url);
    return () => check("report: the page is all that is loaded", asked.length === 1, ...asked);
  };
  for (const dark of [false, true]) {
    const name = `report-${dark ? "dark" : "light"}`;
    await withPage(browser, "null", pictures, { name, dark }, async (hand) => {
      const loaded = await open(hand, one);
      await hand.page.locator(".story summary").first().waitFor();
      await hand.accessible("the report");
      await hand.page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
      await hand.accessible("the report, opened");
      await hand.picture("whole", { fullPage: true });
      loaded();
      const loadedBoth = await open(hand, both);
      await hand.accessible("two clients side by side");
      await hand.picture("both", { fullPage: true });
      loadedBoth();
    });
  }
  await withPage(browser, "null", pictures, { name: "report-narrow", width: 360, height: 720 }, async ({ page, picture }) => {
    for (const [title, url] of [["one", one], ["both", both]]) {
      await page.goto(url);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      check(`report-narrow: ${title} fits into 360 pixels`, wide <= 360, `it is ${wide} wide`);
      await picture(title, { fullPage: true });
    }
  });
  await withPage(browser, "null", pictures, { name: "report-keyboard" }, async ({ page }) => {
    await page.goto(one);
    await page.keyboard.press("Tab");
    const skip = await page.evaluate(() => document.activeElement.textContent);
    check("report-keyboard: the first stop skips to the content", skip === "Skip to content", skip);
    const story = page.locator(".story").last();
    await story.locator("summary").focus();
    await page.keyboard.press("Enter");
    check("report-keyboard: a story opens", await story.evaluate((details) => details.open));
    await page.locator(".matrix a").first().focus();
    await page.keyboard.press("Enter");
    const shown = await page.evaluate(() => document.querySelector(":target")?.closest("details").open);
    check("report-keyboard: the table leads to a story, which opens", shown === true);
    await page.locator("#show-look").check();
    const rows = await page.locator(".matrix .rule:visible").count();
    check("report-keyboard: what is to be looked at is a choice", rows > 0 && rows < 12, `${rows} rows`);
  });
  await withPage(browser, "null", pictures, { name: "report-paper", width: 794, height: 1123 }, async ({ page, picture }) => {
    await page.goto(one);
    await page.emulateMedia({ media: "print" });
    const closed = page.locator("details:not([open]) .so").first();
    check("report-paper: what is closed on the screen is printed", await closed.evaluate((words) => words.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true })));
    await picture("whole", { fullPage: true });
  });
  await withPage(browser, "null", pictures, { name: "docs", width: 980, height: 860 }, async ({ page, picture }) => {
    await page.goto(one);
    await picture("conformance");
  });
}

const [programs, pictures] = process.argv.slice(2).map((folder) => resolve(folder));
if (!programs || !pictures) {
  console.error("usage: conformance.mjs FOLDER-OF-PROGRAMS FOLDER-FOR-PICTURES");
  process.exit(64);
}
const scratch = mkdtempSync(join(tmpdir(), "simtune-report-"));
try {
  await withBrowser((browser) => report(browser, programs, scratch, pictures));
  console.log(`${count()} checks; pictures are in ${pictures}`);
} catch (error) {
  console.error(error instanceof Failed ? `FAIL ${error.message}` : error);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
