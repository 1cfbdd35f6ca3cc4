#!/usr/bin/env python3
"""Simtune beside the best-known local servers of their kinds, in one run: setup.sh FOLDER, then

    compare.py --packages FOLDER [--write docs/performance.md]

All answer a GET with the JSON of one and the same device. They do not do the same: Prism and Mockoon make an API from an
OpenAPI document, WireMock stubs one, moto emulates another cloud; none knows a token, a budget or a passcode.
"""

import argparse
import http.client
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

STARTS = 5
TURNS = 5
CONNECTIONS = "16"
PATH = "/v1.0/deviceManagement/managedDevices/"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(port, path, headers=None, method="GET", body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def resident(group):
    """MiB of all processes of a group."""
    total = 0
    for status in pathlib.Path("/proc").glob("[0-9]*/status"):
        try:
            if os.getpgid(int(status.parent.name)) != group:
                continue
            total += sum(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        except (OSError, ProcessLookupError):
            continue
    return total / 1024


class Server:
    """A program, how it is started on a port, and what it is asked."""

    def __init__(self, name, command, path, headers=None, prepare=None):
        self.name, self.command, self.path, self.prepare = name, command, path, prepare
        self.headers = headers or {}
        self.process = None

    def start(self):
        """Milliseconds until it answers anything at all."""
        self.port = free_port()
        started = time.perf_counter()
        self.process = subprocess.Popen(
            self.command(self.port),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while True:
            try:
                get(self.port, self.path, self.headers)
                return (time.perf_counter() - started) * 1000
            except (OSError, http.client.HTTPException):
                if self.process.poll() is not None:
                    sys.exit(f"{self.name} ended with {self.process.returncode}")
                if time.perf_counter() - started > 60:
                    sys.exit(f"{self.name} does not answer")
                time.sleep(0.002)

    def stop(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def request(self):
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        return f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{lines}\r\n"


def built(*arguments):
    """The program that cargo has built."""
    output = subprocess.run(
        ["cargo", *arguments, "--message-format=json"], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    messages = [json.loads(line) for line in output.splitlines()]
    return [message["executable"] for message in messages if message.get("executable")][-1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--packages", required=True, type=pathlib.Path)
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--simtune", help="a program that is built already")
    parser.add_argument("--load", help="the benchmark 'serving', built already")
    options = parser.parse_args()
    packages = options.packages.resolve()
    simtune = options.simtune or built("build", "--release", "-p", "simtune", "--bin", "simtune")
    load = options.load or built("bench", "-p", "simtune", "--bench", "serving", "--no-run")
    with tempfile.TemporaryDirectory() as scratch:
        compare(simtune, load, packages, pathlib.Path(scratch), options.write)


def recorded(simtune, scratch):
    """A device as simtune answers it, with its path."""
    ready = scratch / "ready.json"
    command = [simtune, "serve", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--ready-file", str(ready)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not ready.exists():
        time.sleep(0.005)
    told = json.loads(ready.read_text())
    port = int(told["authorityUrl"].rsplit(":", 1)[1])
    token = subprocess.run(
        [simtune, "token", "--control", told["controlUrl"]], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()
    headers = {"Authorization": f"Bearer {token}"}
    listed = json.loads(get(port, PATH[:-1] + "?$top=1&$select=id", headers)[1])
    path = PATH + listed["value"][0]["id"]
    body = get(port, path, headers)[1]
    process.terminate()
    process.wait()
    return path, body


def servers(simtune, packages, scratch, path, body):
    device = json.loads(body)
    document = {
        "openapi": "3.0.3",
        "info": {"title": "One device", "version": "1"},
        "paths": {
            path: {
                "get": {
                    "responses": {"200": {"description": "it", "content": {"application/json": {"schema": {"type": "object", "example": device}, "example": device}}}}
                }
            }
        },
    }
    openapi = scratch / "openapi.json"
    openapi.write_text(json.dumps(document))
    stubs = scratch / "stubs"
    (stubs / "mappings").mkdir(parents=True)
    stub = {"request": {"method": "GET", "urlPath": path}, "response": {"status": 200, "jsonBody": device}}
    (stubs / "mappings" / "device.json").write_text(json.dumps(stub))
    programs = packages / "node_modules" / ".bin"

    def own(port):
        return [simtune, "serve", "--listen", f"127.0.0.1:{port}", "--control", "127.0.0.1:0", "--auth", "relaxed"]

    # Nobody verifies the signature.
    credential = "Credential=test/20260101/us-east-1/s3/aws4_request"
    signed = {"Authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0"}

    def put(server):
        for target, content in (("/devices", b""), ("/devices/device.json", body)):
            status, answer = get(server.port, target, signed, method="PUT", body=content)
            assert status == 200, answer

    return [
        Server("simtune", own, path),
        Server("prism 5.14.2", lambda port: [programs / "prism", "mock", "-p", str(port), openapi], path),
        Server("mockoon-cli 9.9.0", lambda port: [programs / "mockoon-cli", "start", "-d", openapi, "-p", str(port)], path),
        Server(
            "WireMock",
            lambda port: [programs / "wiremock", "--port", str(port), "--root-dir", stubs, "--no-request-journal"],
            path,
        ),
        Server(
            "moto 5.2.5 (S3)",
            lambda port: [packages / "venv/bin/moto_server", "-H", "127.0.0.1", "-p", str(port)],
            "/devices/device.json",
            signed,
            prepare=put,
        ),
    ]


def compare(simtune, load, packages, scratch, write):
    path, body = recorded(simtune, scratch)
    all_of_them = servers(simtune, packages, scratch, path, body)
    starts = {server.name: [] for server in all_of_them}
    memory = {server.name: [] for server in all_of_them}
    for turn in range(STARTS):
        for server in all_of_them:
            starts[server.name].append(server.start())
            time.sleep(0.3)
            memory[server.name].append(resident(server.process.pid))
            if turn < STARTS - 1:
                server.stop()
    rates = {server.name: [] for server in all_of_them}
    for server in all_of_them:
        if server.prepare:
            server.prepare(server)
        status, answer = get(server.port, server.path, server.headers)
        told = answer.decode(errors="replace")
        if status != 200 or json.loads(body)["deviceName"] not in told:
            sys.exit(f"{server.name} does not answer with the device: {status} {told:.300}")
    for turn in range(TURNS + 1):
        for server in all_of_them:
            request = scratch / "request"
            request.write_text(server.request(), newline="")
            told = subprocess.run(
                [load, "load", f"127.0.0.1:{server.port}", str(request), CONNECTIONS],
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            ).stdout
            # The first turn warms up.
            if turn:
                rates[server.name].append(float(told.split()[0]))
    for server in all_of_them:
        server.stop()
    table = "| server | first answer, ms | resident, MiB | requests a second | against simtune |\n|---|---:|---:|---:|---:|\n"
    ours = statistics.median(rates["simtune"])
    for server in all_of_them:
        rate = statistics.median(rates[server.name])
        print(server.name)
        for name, values in (("ms", starts), ("MiB", memory), ("a second", rates)):
            print(f"  {name}: " + " ".join(f"{value:.1f}" for value in values[server.name]))
        table += (
            f"| {server.name} | {statistics.median(starts[server.name]):.0f} | {statistics.median(memory[server.name]):.0f} "
            f"| {rate:.0f} | {rate / ours:.3f} |\n"
        )
    print(table)
    if write:
        before, rest = write.read_text().split("<!-- peers -->\n")
        after = rest.split("<!-- /peers -->")[1]
        write.write_text(f"{before}<!-- peers -->\n\n{table}\n<!-- /peers -->{after}")


main()
