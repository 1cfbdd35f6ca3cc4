// The model and the recorded answers as TypeScript, for the compiler to hold against Microsoft's published types.

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { ENUMERATIONS, NOT_EMULATED, PROPERTIES, TYPES, VALUES } from "./expected.mjs";
import { bare } from "./metadata.mjs";
import { check, none } from "./report.mjs";

const require = createRequire(import.meta.url);
const PACKAGES = { "v1.0": "@microsoft/microsoft-graph-types", beta: "@microsoft/microsoft-graph-types-beta" };
const ITEMS_PER_MODULE = 400;

/// A type's name there.
const published = (name) => name[0].toUpperCase() + name.slice(1);

const lacksType = (version, type) => TYPES.some((known) => known.version === version && known.type === type);
const lacksProperty = (version, type, property) =>
  PROPERTIES.find((known) => known.version === version && known.type === type && known.property === property);

/// Modules to be compiled together.
export class Program {
  constructor(folder) {
    this.folder = folder;
    this.modules = 0;
    mkdirSync(folder, { recursive: true });
  }

  add(version, name, lines) {
    const opening = [
      `import type * as graph from "${PACKAGES[version]}";`,
      "declare function typed<T>(value: T): T;",
      // Where they differ, the compiler's complaint quotes the place.
      "type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;",
      "declare function same<A, B, Place extends string>(yes: Same<A, B> extends true ? true : `${Place} differs`): void;",
      // By OData a collection is never null, and the published types say nothing dependable of its items.
      'type Kind<T> = NonNullable<T> extends readonly unknown[] ? "collection" : null extends T ? "nullable" : "required";',
      "type Shape<T> = { [K in keyof T]-?: Kind<T[K]> };",
    ];
    writeFileSync(join(this.folder, `${version}-${name}.ts`), [...opening, ...lines, "export {};", ""].join("\n"));
    this.modules += 1;
  }

  compile(name) {
    const paths = Object.fromEntries(
      Object.values(PACKAGES).map((known) => [known, [join(dirname(require.resolve(`${known}/package.json`)), "microsoft-graph.d.ts")]]),
    );
    const compilerOptions = { strict: true, noEmit: true, skipLibCheck: true, module: "esnext", moduleResolution: "bundler", target: "es2022", types: [], paths };
    writeFileSync(join(this.folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
    try {
      execFileSync(process.execPath, [tsc, "--noEmit", "--strict", "--pretty", "false", "-p", this.folder], { encoding: "utf8", maxBuffer: 1 << 28 });
    } catch (error) {
      none(name, grouped(error.stdout || error.message));
    }
    check(`${name}: tsc --strict finds nothing in ${this.modules} modules`, this.modules > 0);
  }
}

/// What the compiler says, each once, with how often and where first.
function grouped(said) {
  const found = new Map();
  for (const line of said.split("\n").filter((line) => line !== "")) {
    const [, place, message] = /^(\S+\(\d+,\d+\)): (.*)$/.exec(line) ?? [undefined, "", line];
    const known = found.get(message) ?? { place, times: 0 };
    found.set(message, { ...known, times: known.times + 1 });
  }
  return [...found].map(([message, { place, times }]) => `${message} (${times} times, first at ${place})`);
}

/// The model's types have the members of the published ones: the same names, the same types, null in the same places.
/// Managed devices, complex types and enumerations have all of them; other entity types only some.
export function addModel(program, model) {
  const { version } = model;
  const lines = [];
  const compare = (name, prepare) => {
    const type = `graph.${published(name)}`;
    if (lacksType(version, name)) {
      lines.push("// @ts-expect-error", `typed<${type} | undefined>(undefined);`);
      return;
    }
    const known = model.properties(name).filter(([property]) => {
      if (!lacksProperty(version, name, property)) return true;
      lines.push("// @ts-expect-error", `typed<${type}[${JSON.stringify(property)}]>(null!);`);
      return false;
    });
    const shape = known.map(([property, { $Nullable, $Collection }]) =>
      `  ${property}: "${$Collection ? "collection" : $Nullable ? "nullable" : "required"}",`);
    lines.push(`typed<${prepare(`Shape<${type}>`)}>({`, ...shape, "});");
    for (const [property, member] of known) {
      lines.push(same(model, name, property, member));
    }
  };
  for (const name of model.all("EntityType").filter((name) => name !== "entity")) {
    const emulated = model.members(name).filter(([, member]) => member.$Kind === "NavigationProperty");
    for (const [member, target] of emulated) {
      lines.push(same(model, name, member, target));
    }
    if (name === "managedDevice") {
      const missing = NOT_EMULATED[version].map((name) => JSON.stringify(name));
      const led = emulated.map(([member]) => JSON.stringify(member));
      none(`${version}: nothing is both emulated and not`, missing.filter((name) => led.includes(name)));
      lines.push(`typed<(keyof graph.ManagedDevice)[]>([${missing.join(", ")}]);`);
      compare(name, (shape) => `Omit<${shape}, ${[...missing, ...led].join(" | ") || "never"}>`);
    } else {
      compare(name, (shape) => `Partial<${shape}>`);
    }
  }
  for (const name of model.all("ComplexType")) compare(name, (shape) => shape);
  const unknown = [];
  for (const name of model.all("EnumType")) {
    const type = `graph.${published(name)}`;
    if (lacksType(version, name)) {
      lines.push("// @ts-expect-error", `typed<${type} | undefined>(undefined);`);
      continue;
    }
    const members = Object.keys(model.type(name)).filter((member) => !member.startsWith("$"));
    const extra = ENUMERATIONS.filter((known) => known.version === version && known.type === name).map((known) => known.member);
    unknown.push(...extra.filter((member) => !members.includes(member)).map((member) => `${name}/${member}`));
    for (const member of extra) lines.push("// @ts-expect-error", `typed<${type}>("${member}");`);
    const both = members.filter((member) => !extra.includes(member));
    lines.push(`typed<Record<${type}, true>>({ ${both.map((member) => `${member}: true`).join(", ")} });`);
  }
  none(`${version}: the model has every member that is listed as its own`, unknown);
  program.add(version, "model", lines);
}

/// That a member is published with the type the model gives it.
function same(model, name, member, { $Type, $Collection }) {
  const place = JSON.stringify(`${model.version} ${name}/${member}`);
  return `same<NonNullable<graph.${published(name)}["${member}"]>, ${expression({ $Type, $Collection })}, ${place}>(true);`;
}

/// A type as TypeScript writes it.
function expression({ $Type = "Edm.String", $Collection }) {
  const plain = {
    "Edm.String": "string",
    "Edm.Guid": "string",
    "Edm.DateTimeOffset": "string",
    "Edm.Boolean": "boolean",
    "Edm.Int32": "number",
    "Edm.Int64": "number",
    "Edm.Double": "number",
  };
  const item = plain[$Type] ?? `graph.${published(bare($Type))}`;
  return $Collection ? `${item}[]` : item;
}

/// Annotations that an answer may carry on itself, and on its items where full metadata was asked for.
const ANNOTATIONS = new Set(["@odata.context", "@odata.count", "@odata.nextLink", "@odata.type", "@odata.id", "@odata.editLink"]);

/// Every recorded answer as statements that type-check only if the published types have room for it.
export class Answers {
  constructor(models) {
    this.models = models;
    this.statements = { "v1.0": new Set(), beta: new Set() };
    this.met = new Set();
    this.wrong = [];
    this.answers = 0;
    this.items = 0;
  }

  add({ target, content_type: contentType, body }) {
    const version = target.split("/").find((segment) => segment !== "").toLowerCase();
    const reader = new Reader(this, this.models[version], contentType);
    const context = body["@odata.context"];
    if ((context === undefined) !== contentType.includes("odata.metadata=none")) {
      this.wrong.push(`${target}: a context and metadata=none exclude each other`);
      return;
    }
    const path = context === undefined ? pathOf(target) : namesOf(context);
    if (path[0] === "Edm.String") {
      // What a function returns without a type of its own.
      this.answers += 1;
      if (typeof body.value !== "string") this.wrong.push(`${target}: ${JSON.stringify(body.value)} is no string`);
      return;
    }
    const type = reader.model.resolve(path);
    if (type === undefined) {
      this.wrong.push(`${target}: the model does not lead to ${path.join("/")}`);
      return;
    }
    this.answers += 1;
    if (lacksType(version, type)) return;
    const isList = Array.isArray(body.value);
    if (isList) {
      const other = Object.keys(body).filter((name) => name !== "value" && !ANNOTATIONS.has(name));
      this.wrong.push(...other.map((name) => `${target}: ${name} beside value`));
    }
    for (const item of isList ? body.value : [body]) {
      this.items += 1;
      this.statements[version].add(`typed<graph.${published(type)}>(${reader.object(type, item)});`);
    }
  }

  /// Adds the statements to `program`, and says what was never met of that which is expected.
  finish(program) {
    for (const [version, statements] of Object.entries(this.statements)) {
      const all = [...statements];
      for (let from = 0; from < all.length; from += ITEMS_PER_MODULE) {
        program.add(version, `answers-${from / ITEMS_PER_MODULE}`, all.slice(from, from + ITEMS_PER_MODULE));
      }
    }
    const proof = { "v1.0": [], beta: [] };
    for (const { version, type, property, value } of VALUES) {
      // Once the published types have it, it is no difference any more.
      proof[version].push("// @ts-expect-error", `typed<graph.${published(type)}["${property}"]>(${JSON.stringify(value)});`);
    }
    for (const [version, lines] of Object.entries(proof)) program.add(version, "differences", lines);
    const differences = [...VALUES, ...PROPERTIES];
    none("every expected difference was met", differences.filter((known) => !this.met.has(known)).map((known) => JSON.stringify(known)));
    none("every answer is of a type of the model and has known annotations", this.wrong);
    check(`${this.answers} answers with ${this.items} items, ${all(this.statements)} of them different`, this.answers > 0);
  }
}

const all = (statements) => Object.values(statements).reduce((sum, set) => sum + set.size, 0);

/// One answer's JSON, written as TypeScript.
class Reader {
  constructor(answers, model, contentType) {
    this.answers = answers;
    this.model = model;
    this.full = contentType.includes("odata.metadata=full");
    this.textNumbers = contentType.includes("IEEE754Compatible=true");
  }

  object(type, value) {
    this.annotations(type, value);
    const members = Object.entries(value).filter(([name]) => !name.includes("@odata."));
    const written = members.flatMap(([name, inner]) => {
      const known = lacksProperty(this.model.version, type, name);
      if (known) this.answers.met.add(known);
      return known ? [] : [`${JSON.stringify(name)}: ${this.member(type, name, inner)}`];
    });
    return `{ ${written.join(", ")} }`;
  }

  member(owner, name, value) {
    // A name that the model lacks is written as it is: the compiler is to find it.
    const { $Type = "Edm.String" } = this.model.member(owner, name) ?? {};
    return Array.isArray(value)
      ? `[${value.map((item) => this.value(owner, name, $Type, item)).join(", ")}]`
      : this.value(owner, name, $Type, value);
  }

  value(owner, name, type, value) {
    if (value !== null && typeof value === "object") {
      const derived = value["@odata.type"] && bare(value["@odata.type"].replace(/^#/, ""));
      if (derived && !this.model.isDerived(derived, bare(type))) this.answers.wrong.push(`${owner}/${name}: ${derived} is not derived from ${type}`);
      const actual = derived ?? bare(type);
      return `typed<graph.${published(actual)}>(${this.object(actual, value)})`;
    }
    const known = VALUES.find((known) =>
      known.version === this.model.version && known.type === owner && known.property === name && known.value === value);
    if (known) {
      this.answers.met.add(known);
      return "null!";
    }
    // 64-bit numbers are text where the client asked for that; as text they would not fit the published types.
    if (this.textNumbers && type === "Edm.Int64" && typeof value === "string" && /^-?\d+$/.test(value)) return value;
    return JSON.stringify(value);
  }

  /// What is no property: known annotations, and types of properties that say what the model says.
  annotations(type, value) {
    for (const name of Object.keys(value).filter((name) => name.includes("@odata."))) {
      const [property, annotation] = name.split("@odata.");
      if (property === "" && ANNOTATIONS.has(name)) continue;
      const isExpanded = this.model.member(type, property)?.$Kind === "NavigationProperty";
      if (annotation === "context" && isExpanded && property in value) continue;
      const member = this.full && annotation === "type" ? this.model.member(type, property) : undefined;
      if (member === undefined || value[name] !== annotated(member)) {
        this.answers.wrong.push(`${type}: ${name} is ${JSON.stringify(value[name])}`);
      }
    }
  }
}

/// How full metadata spells the type of a property.
function annotated({ $Type = "Edm.String", $Collection }) {
  const name = $Type.startsWith("Edm.") ? $Type.slice(4) : `microsoft.graph.${bare($Type)}`;
  return $Collection ? `#Collection(${name})` : `#${name}`;
}

/// `…/$metadata#deviceManagement/managedDevices('x')/users(id)/$entity` → the names on the way.
function namesOf(context) {
  const fragment = context.slice(context.indexOf("#") + 1).replace(/\/\$entity$/, "");
  // What a function returns, many of it.
  const many = fragment.match(/^Collection\((microsoft\.graph\.\w+)\)$/);
  if (many) return [many[1]];
  // Keys, lists and what is expanded within stand in parentheses, which nest.
  let names = "";
  let depth = 0;
  for (const character of fragment) {
    if (character === "(") depth += 1;
    if (depth === 0) names += character;
    if (character === ")") depth -= 1;
  }
  return names.split("/");
}

/// The names of an address, without its keys: what comes after a collection is one.
function pathOf(target) {
  const [, ...segments] = target.split("?")[0].split("/").filter((segment) => segment !== "");
  const names = segments.map((segment) => decodeURIComponent(segment).replace(/\('.*'\)$/, ""));
  return names.filter((name) => !/^[0-9a-f]{8}-|^[0-9a-f]{64}$/.test(name));
}
