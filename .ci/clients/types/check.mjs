// What Simtune says of itself in $metadata and what it answers, held against a real OData parser and against the types
// of @microsoft/microsoft-graph-types.
//
// Usage: node check.mjs PATH-OF-SIMTUNE FOLDER-OF-ANSWERS     Prints a line per check; stops at the first that does not
// hold. The answers are those of a test run with SIMTUNE_RECORD_RESPONSES=FOLDER-OF-ANSWERS.

import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { checkClosed, checkContent, fetchModel } from "./metadata.mjs";
import { Failed, check, count } from "./report.mjs";
import { withSimulator } from "./simulator.mjs";
import { Answers, Program, addModel } from "./types.mjs";

async function main(simtune, recorded) {
  const folder = mkdtempSync(join(tmpdir(), "simtune-types-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

  const models = {};
  await withSimulator(simtune, folder, async (ready) => {
    models["v1.0"] = await fetchModel("v1.0", ready.graphUrl);
    models.beta = await fetchModel("beta", ready.graphBetaUrl);
  });
  for (const model of Object.values(models)) {
    checkClosed(model);
    checkContent(model);
  }

  const program = new Program(join(folder, "program"));
  for (const model of Object.values(models)) addModel(program, model);
  const answers = new Answers(models);
  const files = readdirSync(recorded).filter((name) => name.endsWith(".json")).sort();
  check("there are recorded answers", files.length > 0, `none in ${recorded}`);
  for (const file of files) answers.add(JSON.parse(readFileSync(join(recorded, file), "utf8")));
  answers.finish(program);
  program.compile("model and answers fit the published types");
}

const [simtune, recorded, ...rest] = process.argv.slice(2);
if (simtune === undefined || recorded === undefined || rest.length > 0) {
  console.error("usage: node check.mjs PATH-OF-SIMTUNE FOLDER-OF-ANSWERS");
  process.exit(2);
}
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(143));
try {
  await main(simtune, recorded);
  console.log(`${count()} checks with odata-csdl, libxml2 and the published types`);
} catch (error) {
  if (!(error instanceof Failed)) throw error;
  console.error(`FAIL ${error.message}`);
  process.exitCode = 1;
}
