// A real Chromium, and pages that watch over themselves: what they load from elsewhere, what they complain about, and how
// far their layout shifts.

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { check, none } from "./report.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/// What counts as no shift: far below the 0.1 that are called good.
const SHIFT = 0.02;

export async function withBrowser(use) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
  try {
    await use(browser);
  } finally {
    await browser.close();
  }
}

/// A page of its own with nothing stored. `use` is given the page and what can be asked of it.
export async function withPage(browser, base, artefacts, options, use) {
  const { language = "en-GB", dark = false, width = 1366, height = 860, name = language } = options;
  const context = await browser.newContext({
    locale: language,
    colorScheme: dark ? "dark" : "light",
    viewport: { width, height },
    permissions: ["clipboard-read", "clipboard-write"],
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints = [];
  const elsewhere = [];
  let expected = [];
  page.on("console", (message) => {
    if (!["error", "warning"].includes(message.type())) return;
    const at = expected.findIndex((pattern) => pattern.test(message.text()));
    if (at < 0) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error.stack)));
  page.on("request", (request) => new URL(request.url()).origin !== base && elsewhere.push(request.url()));
  await page.addInitScript(() => {
    window.shifted = 0;
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.hadRecentInput) continue;
        window.shifted += entry.value;
        window.shifts.push(`${entry.value.toFixed(4)} ${entry.sources.map(({ node }) => node?.className || node?.nodeName).join(" ")}`);
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  mkdirSync(artefacts, { recursive: true });
  const hand = {
    page,
    go: async (hash) => {
      await page.goto(`${base}/#${hash}`);
    },
    picture: (title, more = {}) => page.screenshot({ path: join(artefacts, `${name}-${title}.png`), ...more }),
    /// Complaints of the browser that belong to what is tested: a refusal is logged by it as an error.
    expect: (...patterns) => (expected = patterns),
    accessible: async (what) => {
      await page.evaluate(AXE);
      const found = await page.evaluate((tags) => window.axe.run(document, { runOnly: { type: "tag", values: tags } }), RULES);
      none(`${name}: axe finds nothing in ${what}`, found.violations.map(({ id, help, nodes }) => `${id}: ${help}\n       ${nodes.slice(0, 4).map(({ target, any }) => `${target} ${any[0]?.message ?? ""}`).join("\n       ")}`));
    },
    steady: async (what) => {
      const { shifted, shifts } = await page.evaluate(() => ({ shifted: window.shifted, shifts: window.shifts }));
      check(`${name}: the layout stays where it is: ${what}`, shifted <= SHIFT, `it shifted by ${shifted}`, ...shifts);
    },
  };
  try {
    await use(hand);
    none(`${name}: the browser does not complain`, complaints);
    none(`${name}: nothing is loaded from elsewhere`, elsewhere);
  } catch (error) {
    await page.screenshot({ path: join(artefacts, `FAILED-${name}.png`) }).catch(() => {});
    if (complaints.length) console.error(complaints.join("\n"));
    throw error;
  } finally {
    await context.close();
  }
}
