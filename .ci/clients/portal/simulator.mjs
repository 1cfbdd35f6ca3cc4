// A running simulator: started on free ports in a folder of its own, ended with the check.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { Failed } from "./report.mjs";

// A million devices take a while on a busy machine.
const SECONDS_TO_START = 180;

/// `use` is given the ready object and a function that calls the control API.
export async function withSimulator(program, folder, options, use) {
  mkdirSync(folder, { recursive: true });
  const readyFile = join(folder, "ready.json");
  const log = join(folder, "simtune.log");
  // Neither variables nor a simtune.toml that somebody has for a simulator of their own are meant here.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("SIMTUNE_")));
  const server = spawn(
    resolve(program),
    ["serve", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--ready-file", readyFile, ...options],
    { cwd: folder, env, stdio: ["ignore", "ignore", openSync(log, "w")] },
  );
  const ended = new Promise((done) => {
    server.once("exit", (code, signal) => done(code ?? signal));
    server.once("error", (error) => done(error.message));
  });
  // So that it ends with this process, whatever ends that.
  const stop = () => server.kill("SIGKILL");
  process.once("exit", stop);
  try {
    const until = Date.now() + SECONDS_TO_START * 1000;
    while (!existsSync(readyFile)) {
      const early = await Promise.race([ended, wait(50)]);
      if (early !== undefined || Date.now() > until) {
        throw new Failed(`a ready file within ${SECONDS_TO_START} s\n     it ended with ${early}\n${readFileSync(log, "utf8")}`);
      }
    }
    const ready = JSON.parse(readFileSync(readyFile, "utf8"));
    const control = async (method, path, body) => {
      const response = await fetch(ready.controlUrl + path, { method, body: body && JSON.stringify(body) });
      const text = await response.text();
      if (!response.ok) throw new Failed(`${method} ${path}\n     ${response.status} ${text}`);
      return text ? JSON.parse(text) : null;
    };
    await use(ready, control);
    server.kill("SIGTERM");
    const code = await ended;
    if (code !== 0) throw new Failed(`SIGTERM ends it with exit code 0\n     it ended with ${code}`);
  } finally {
    stop();
    process.removeListener("exit", stop);
  }
}
