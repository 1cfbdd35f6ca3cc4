// Passcode resets with @microsoft/microsoft-graph-client and @azure/identity.
// Usage: client.mjs [base-url]     Without the word, Graph and its sign-in are where they always are.
import { readFileSync } from "node:fs";
import { ClientSecretCredential } from "@azure/identity";
import graphClient from "@microsoft/microsoft-graph-client";
import authProviders from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

const { Client, GraphError, PageIterator } = graphClient;
const { TokenCredentialAuthenticationProvider } = authProviders;
const { env } = process;
const scopes = ["https://graph.microsoft.com/.default"];
const resets = {
  "iPhone-1": ["done", false], // the passcode is removed
  "Android-6": ["done", true], // a temporary passcode is set, and shown
  "iPhone-offline": ["pending", false],
  "iPhone-wrong-unlock-token": ["failed", false],
  "Android-6-stale": ["notSupported", false],
};

function unmodified(clientId, clientSecret) {
  const credential = new ClientSecretCredential(env.AZURE_TENANT_ID, clientId, clientSecret);
  const authProvider = new TokenCredentialAuthenticationProvider(credential, { scopes });
  return Client.initWithMiddleware({ authProvider });
}

function byBaseUrl(clientId, clientSecret) {
  const credential = new ClientSecretCredential(env.AZURE_TENANT_ID, clientId, clientSecret, {
    authorityHost: env.SIMTUNE_AUTHORITY_TLS_URL,
    disableInstanceDiscovery: true,
  });
  const authProvider = new TokenCredentialAuthenticationProvider(credential, { scopes });
  // https, and a host of this set: otherwise the client sends no token, and does not say so.
  const baseUrl = new URL("/", env.SIMTUNE_GRAPH_TLS_URL).href;
  return Client.initWithMiddleware({ authProvider, baseUrl, customHosts: new Set(["localhost"]) });
}

const connect = process.argv.includes("base-url") ? byBaseUrl : unmodified;

function check(holds, what) {
  console.log(holds ? "ok  " : "FAIL", what);
  if (!holds) process.exit(1);
}

// Lets time pass. Against the real Intune: wait, and look again.
async function advance(by) {
  const response = await fetch(`${env.SIMTUNE_CONTROL_URL}/api/tenants/default/clock/advance`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ by }),
  });
  check(response.ok, `the clock moves by ${by}`);
}

async function refused(request, status, what) {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    check(error.statusCode === status, `${what}: ${error.statusCode} ${error.code}`);
    return error;
  }
  check(false, `${what}: ${status} expected, and nothing refused`);
}

const graph = connect(env.AZURE_CLIENT_ID, env.AZURE_CLIENT_SECRET);
const list = "/deviceManagement/managedDevices";
const device = (id) => `${list}/${id}`;

const devices = new Map();
const first = await graph.api(list).top(20).select(["id", "deviceName"]).get();
await new PageIterator(graph, first, ({ deviceName, id }) => devices.set(deviceName, id)).iterate();
check(devices.size > 60, `${devices.size} names of devices, in pages of ${first.value.length}`);

for (const name of Object.keys(resets)) await graph.api(`${device(devices.get(name))}/resetPasscode`).post();
await advance("PT1M");
for (const [name, [state, passcode]] of Object.entries(resets)) {
  const { deviceActionResults: [result] } = await graph.api(device(devices.get(name))).get();
  check(result.actionState === state, `${name}: ${result.actionState}`);
  check(Boolean(result.passcode) === passcode, `${name}: ${passcode ? "a" : "no"} passcode`);
}

const mac = await refused(graph.api(`${device(devices.get("MacBook-1"))}/resetPasscode`).post(), 400, "a Mac");
const told = JSON.parse(mac.message).Message;
check(told.startsWith("An error has occurred - Operation ID"), `a Mac: ${told.slice(0, 42)}…, and no reason`);
await refused(graph.api(device("00000000-0000-4000-8000-000000000000")).get(), 404, "an unknown device");

// An app that may read devices and no more.
const reader = connect(env.READER_CLIENT_ID, env.READER_CLIENT_SECRET);
const iphone = device(devices.get("iPhone-1"));
check((await reader.api(iphone).get()).deviceName === "iPhone-1", "an app that may only read reads");
await refused(reader.api(`${iphone}/resetPasscode`).post(), 403, "its reset");

// The credential still believes in its token, and Graph does not.
await advance("PT48H");
await refused(graph.api(list).get(), 401, "an expired token");

const lock = JSON.parse(readFileSync(new URL("./package-lock.json", import.meta.url)));
const version = (name) => `${name} ${lock.packages[`node_modules/${name}`].version}`;
console.log(`${version("@microsoft/microsoft-graph-client")}, ${version("@azure/identity")}, Node ${process.versions.node}`);
