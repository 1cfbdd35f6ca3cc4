// The portal in a real Chromium.
// Usage: check.mjs PATH-OF-SIMTUNE FOLDER-FOR-PICTURES     Prints a line per check; stops at the first that does not hold.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { colours, keyboard, narrow } from "./access.mjs";
import { withBrowser } from "./browser.mjs";
import { pictures as documentation } from "./pictures.mjs";
import { Failed, count } from "./report.mjs";
import { withSimulator } from "./simulator.mjs";
import { speed } from "./speed.mjs";
import { tester } from "./tester.mjs";
import { walk } from "./walk.mjs";

const [program, folder] = process.argv.slice(2);
if (!program || !folder) {
  console.error("usage: check.mjs PATH-OF-SIMTUNE FOLDER-FOR-PICTURES");
  process.exit(64);
}
const pictures = resolve(folder);
const only = process.env.PORTAL_ONLY?.split(",");
const scratch = mkdtempSync(join(tmpdir(), "simtune-portal-"));

// A day that is fixed, so that every run and every picture is the same.
const CLOCK = ["--clock", "2026-11-26T09:00:00Z"];
const PARTS = {
  fr: [CLOCK, (browser, base, control) => walk(browser, base, pictures, control, "fr")],
  en: [CLOCK, (browser, base, control) => walk(browser, base, pictures, control, "en")],
  tester: [CLOCK, (browser, base, control) => tester(browser, base, pictures, control)],
  light: [CLOCK, (browser, base, control) => colours(browser, base, pictures, control, false)],
  dark: [CLOCK, (browser, base, control) => colours(browser, base, pictures, control, true)],
  narrow: [CLOCK, (browser, base, control) => narrow(browser, base, pictures, control)],
  keyboard: [CLOCK, (browser, base, control) => keyboard(browser, base, pictures, control)],
  docs: [CLOCK, (browser, base, control) => documentation(browser, base, pictures, control)],
  million: [["--fleet", "1000000"], (browser, base) => speed(browser, base, pictures)],
};

try {
  await withBrowser(async (browser) => {
    for (const [name, [options, run]] of Object.entries(PARTS)) {
      if (only && !only.includes(name)) continue;
      // A world of its own for each part: what one leaves behind is no other's matter.
      await withSimulator(program, join(scratch, name), options, (ready, control) => run(browser, ready.controlUrl, control));
    }
  });
  console.log(`${count()} checks; pictures are in ${pictures}`);
} catch (error) {
  console.error(error instanceof Failed ? `FAIL ${error.message}` : error);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
