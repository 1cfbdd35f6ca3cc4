// `$metadata` read by others: libxml2 with the XML schemas of the OASIS OData committee, and that committee's own parser.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { check, none } from "./report.mjs";

const require = createRequire(import.meta.url);
const { xml2json } = require("odata-csdl");
const { validateXML } = require("xmllint-wasm");

const NAMESPACE = "microsoft.graph";

export async function fetchModel(version, base) {
  // No token: that it needs none is part of the check.
  const answer = await fetch(`${base}/$metadata`);
  check(`${version}: $metadata is answered without a token`, answer.status === 200, `status ${answer.status}`);
  const type = answer.headers.get("content-type");
  check(`${version}: it is XML by its media type`, /^application\/xml\b/.test(type), type);
  const xml = await answer.text();

  const schemas = join(dirname(require.resolve("odata-csdl/package.json")), "schemas");
  const schema = (name) => readFileSync(join(schemas, name), "utf8");
  const validated = await validateXML({
    xml: [{ fileName: `${version}.xml`, contents: xml }],
    schema: [schema("edmx.xsd")],
    preload: [{ fileName: "edm.xsd", contents: schema("edm.xsd") }],
  });
  none(`${version}: libxml2 finds it valid by OASIS' schemas`, validated.errors.map((error) => error.message));

  const messages = [];
  const csdl = xml2json(xml, { strict: true, messages });
  none(`${version}: odata-csdl reads it and has nothing to remark`, messages.map((message) => JSON.stringify(message)));
  check(`${version}: it is CSDL 4.0`, csdl.$Version === "4.0", csdl.$Version);
  console.log(`     ${xml.length} characters`);
  return new Model(version, csdl);
}

/// One version's model, as the parser understood it.
export class Model {
  constructor(version, csdl) {
    this.version = version;
    this.schema = csdl[NAMESPACE];
    this.container = this.schema[csdl.$EntityContainer.slice(NAMESPACE.length + 1)];
  }

  /// The names of everything of one kind.
  all(kind) {
    const found = Object.entries(this.schema).filter(([, element]) => element.$Kind === kind);
    return found.map(([name]) => name);
  }

  /// A type by its qualified name, with the alias or the namespace, or by its bare one.
  type(qualified) {
    return this.schema[bare(qualified)];
  }

  isEnum(qualified) {
    return this.type(qualified)?.$Kind === "EnumType";
  }

  /// Properties and navigation of a structured type and of those it is derived from.
  members(name) {
    const type = this.type(name);
    const own = Object.entries(type).filter(([member]) => !member.startsWith("$"));
    const inherited = type.$BaseType ? this.members(type.$BaseType) : [];
    return [...inherited, ...own];
  }

  properties(name) {
    return this.members(name).filter(([, member]) => member.$Kind !== "NavigationProperty");
  }

  member(name, member) {
    return this.members(name).find(([known]) => known === member)?.[1];
  }

  isDerived(name, base) {
    return name === base || (this.type(name)?.$BaseType !== undefined && this.isDerived(bare(this.type(name).$BaseType), base));
  }

  /// The entity type that a path of names leads to.
  resolve(path) {
    const [root, ...steps] = path;
    // What actions and functions return is named by its type.
    if (root.startsWith("microsoft.graph.")) return this.type(bare(root)) && bare(root);
    let type = this.container[root]?.$Type;
    for (const step of steps) type = type && this.member(type, step)?.$Type;
    return type && bare(type);
  }
}

export function bare(qualified) {
  return qualified.replace(/^(graph|microsoft\.graph)\./, "");
}

/// Every name that the document uses is one it has, or one of EDM's own.
export function checkClosed(model) {
  const unknown = [];
  const look = (where, name) => {
    if (name !== undefined && !name.startsWith("Edm.") && model.type(name) === undefined) unknown.push(`${where}: ${name}`);
  };
  for (const [name, element] of Object.entries(model.schema)) {
    look(`the base of ${name}`, element.$BaseType);
    if (["EntityType", "ComplexType", "EntityContainer"].includes(element.$Kind)) {
      for (const [member, { $Type }] of Object.entries(element).filter(([member]) => !member.startsWith("$"))) {
        look(`${name}/${member}`, $Type);
      }
    }
    for (const overload of Array.isArray(element) ? element : []) {
      for (const parameter of overload.$Parameter ?? []) look(`${name}(${parameter.$Name})`, parameter.$Type);
    }
  }
  none(`${model.version}: every type it names it has`, unknown);
}

/// What a client of the inventory relies on.
export function checkContent(model) {
  const { version } = model;
  const action = model.schema.resetPasscode?.[0];
  check(`${version}: resetPasscode is bound to a managed device`,
    action?.$Kind === "Action" && action.$IsBound === true && bare(action.$Parameter[0].$Type) === "managedDevice");
  check(`${version}: a managed device has the key of an entity`,
    model.isDerived("managedDevice", "entity") && JSON.stringify(model.type("entity").$Key) === '["id"]');
  check(`${version}: the singleton leads to the managed devices and contains them`,
    model.resolve(["deviceManagement", "managedDevices"]) === "managedDevice"
    && model.member("deviceManagement", "managedDevices").$ContainsTarget === true
    && model.container.deviceManagement.$Collection === undefined);
  for (const [set, type] of [["users", "user"], ["organization", "organization"]]) {
    check(`${version}: ${set} is a set`, model.resolve([set]) === type && model.container[set].$Collection === true);
  }
  check(`${version}: users lead to their managed devices`, model.resolve(["users", "managedDevices"]) === "managedDevice");
  check(`${version}: the result of a reset is derived`, model.isDerived("resetPasscodeActionResult", "deviceActionResult"));
  const states = ["none", "pending", "canceled", "active", "done", "failed", "notSupported"];
  check(`${version}: actionState has its documented numbers`,
    states.every((state, number) => model.type("actionState")[state] === number));
  const isBeta = version === "beta";
  check(`${version}: audits of actions are of beta alone`,
    model.resolve(["deviceManagement", "remoteActionAudits"]) === (isBeta ? "remoteActionAudit" : undefined));
  check(`${version}: deviceType is of beta alone`, (model.member("managedDevice", "deviceType") !== undefined) === isBeta);
  check(`${version}: so is intuneAosp`, ("intuneAosp" in model.type("managementAgentType")) === isBeta);
}
