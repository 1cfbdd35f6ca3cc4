// Node's own TLS and HTTP: https, fetch, http2, and a tunnel as proxy agents open it. Prints a line per check.
import assert from "node:assert/strict";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import tls from "node:tls";

const { CHECK_PORT: port, CHECK_TOKEN: token, CHECK_FORGER: forger } = process.env;
const headers = { authorization: `Bearer ${token}` };
const path = "/v1.0/users";

function get(options) {
  return new Promise((resolve, reject) => {
    const request = https.get({ headers, path, ...options }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text) => (body += text)).on("end", () => resolve({ status: response.statusCode, body }));
    });
    request.on("error", reject);
  });
}

function tunnel(target, more = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port, method: "CONNECT", path: target, agent: false, ...more });
    request.on("connect", (response, socket) => resolve({ status: response.statusCode, socket }));
    request.on("error", reject).end();
  });
}

assert.equal((await get({ host: "localhost", port, agent: false })).status, 200);
console.log("https to localhost");
assert.equal((await get({ host: "127.0.0.1", port, agent: false })).status, 200);
console.log("https to 127.0.0.1");

const fetched = await fetch(`https://localhost:${port}${path}`, { headers });
assert.equal(fetched.status, 200);
assert.ok((await fetched.json())["@odata.context"].startsWith(`https://localhost:${port}/v1.0/`));
console.log("fetch");

const session = http2.connect(`https://localhost:${port}`);
const status = await new Promise((resolve, reject) => {
  session.on("error", reject);
  session.request({ ":path": path, ...headers }).on("response", (answer) => resolve(answer[":status"])).resume();
});
session.close();
assert.equal(status, 200);
console.log("http2");

for (const connection of ["close", "keep-alive"]) {
  const { status, socket } = await tunnel("graph.microsoft.com:443", { headers: { connection } });
  assert.equal(status, 200);
  const servername = "graph.microsoft.com";
  const answer = await get({ host: servername, defaultPort: 443, createConnection: () => tls.connect({ socket, servername }) });
  assert.equal(answer.status, 200);
  assert.ok(answer.body.includes("https://graph.microsoft.com/v1.0/$metadata"));
  console.log(`a tunnel with Connection: ${connection}`);
}

const refused = await tunnel("example.com:443");
assert.equal(refused.status, 403);
refused.socket.destroy();
console.log("a tunnel to a foreign host is refused");

await assert.rejects(
  new Promise((resolve, reject) => {
    tls.connect({ host: "127.0.0.1", port: forger, servername: "example.com" }, resolve).on("error", reject);
  }),
  /permitted subtree violation/,
);
console.log("the forged certificate is rejected");
