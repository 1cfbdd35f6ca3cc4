// A worker for @microsoft/microsoft-graph-client and @azure/identity: it hands operations to the library, and what comes
// back to the runner. It does not retry, follow links or mend answers: whatever is right or wrong here is the library's doing.
// For a client of your own, write connect, perform and told anew; the rest is the protocol.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { ClientSecretCredential } from "@azure/identity";
import graphClient from "@microsoft/microsoft-graph-client";
import authProviders from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

const { Client, GraphError, PageIterator } = graphClient;
const { TokenCredentialAuthenticationProvider } = authProviders;
const { version } = createRequire(import.meta.url)("@microsoft/microsoft-graph-client/package.json");
const capabilities = ["op.list", "op.get", "op.find", "op.reset", "op.action_result"]
  .concat(["retry.auto", "auth.client_credentials", "redirect.follow"]);
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

function connect(env) {
  const credential = env.GRAPH_ACCESS_TOKEN
    ? { getToken: async () => ({ token: env.GRAPH_ACCESS_TOKEN, expiresOnTimestamp: Date.now() + 3.6e6 }) }
    : new ClientSecretCredential(env.GRAPH_TENANT_ID, env.GRAPH_CLIENT_ID, env.GRAPH_CLIENT_SECRET, {
        authorityHost: env.GRAPH_AUTHORITY,
        disableInstanceDiscovery: true,
      });
  const authProvider = new TokenCredentialAuthenticationProvider(credential, { scopes: [env.GRAPH_SCOPE] });
  // https, and a host of this set: otherwise the client sends no token, and does not say so.
  const baseUrl = new URL("/", env.GRAPH_BASE_URL).href;
  return Client.initWithMiddleware({ authProvider, baseUrl, customHosts: new Set(["localhost"]) });
}

// Members that are numbers travel as strings, in the digits that the client gives.
const seen = (device) =>
  Object.fromEntries(
    ["id", "deviceName", "serialNumber", "operatingSystem", "totalStorageSpaceInBytes", "lastSyncDateTime"]
      .filter((name) => device[name] !== undefined)
      .map((name) => [name, device[name] === null ? null : String(device[name])]),
  );

async function listed(graph, filter, select) {
  let request = graph.api("/deviceManagement/managedDevices");
  if (filter) request = request.filter(filter);
  if (select) request = request.select(select);
  const devices = [];
  const pages = new PageIterator(graph, await request.get(), (device) => devices.push(seen(device)) > 0);
  await pages.iterate();
  return { devices, complete: pages.isComplete() };
}

async function perform(graph, op, args) {
  const device = `/deviceManagement/managedDevices/${encodeURIComponent(args.deviceId)}`;
  switch (op) {
    case "list_devices":
      return listed(graph, args.filter, args.select);
    case "find_device":
      return listed(graph, `${args.by} eq '${args.value.replaceAll("'", "''")}'`);
    case "get_device": {
      const request = graph.api(device);
      return { device: seen(await (args.select ? request.select(args.select) : request).get()) };
    }
    case "reset_passcode":
      await graph.api(`${device}/resetPasscode`).post();
      return { outcome: "accepted" };
    case "get_action_result": {
      const { deviceActionResults } = await graph.api(device).version("beta").select(["id", "deviceActionResults"]).get();
      const resets = (deviceActionResults ?? []).filter((result) => result.actionName === "resetPasscode");
      const last = resets.sort((a, b) => a.startDateTime.localeCompare(b.startDateTime)).at(-1);
      return { state: last?.actionState ?? "none", passcode: last?.passcode ?? null };
    }
    default:
      return { unsupported: true };
  }
}

function told(error) {
  const message = `${error?.name}: ${error?.message}`;
  if (error instanceof GraphError && error.statusCode > 0) {
    return { kind: "http", status: error.statusCode, code: error.code, requestId: error.requestId, message };
  }
  const kinds = { SyntaxError: "parse", AuthenticationError: "auth", AbortError: "timeout", TypeError: "network" };
  return { kind: kinds[error?.code] ?? kinds[error?.name] ?? "unknown", message };
}

const sessions = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  const { m, id, session } = message;
  if (m === "hello") {
    const client = { name: "@microsoft/microsoft-graph-client", version, language: "JavaScript" };
    say({ m, protocol: "1.0", client, capabilities, concurrency: 32 });
  } else if (m === "op") {
    perform(sessions.get(session), message.op, message.args)
      .then((result) => ({ ok: true, ...result }), (error) => ({ ok: false, error: told(error) }))
      .then((result) => say({ m: "result", id, ...result }));
  } else if (m === "open" || m === "close") {
    if (m === "open") sessions.set(session, connect(message.env));
    else sessions.delete(session);
    say({ m: "ok", id });
  } else break;
}
process.exit(0);
