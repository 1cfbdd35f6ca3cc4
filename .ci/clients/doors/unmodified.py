"""The published azure-identity and msgraph-sdk for Python through the proxy, told nothing but the environment.

Usage: unmodified.py PATH-OF-SIMTUNE     Prints a line per check; stops at the first that does not hold.

Authority, Graph's address and the instance discovery are those of the public cloud; only the variables of every proxy
and trust store lead here.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS_TO_START = 30


def start(program, folder):
    """A running simulator and its ready object."""
    ready = folder / "ready.json"
    command = [program, "serve", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--ready-file", str(ready)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIMTUNE_")}
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, cwd=folder, env=environment)
    deadline = time.monotonic() + SECONDS_TO_START
    while not ready.exists():
        assert process.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
        time.sleep(0.05)
    return process, json.loads(ready.read_text())


def point_at(ready):
    """The variables that a person would set. Everything of the kind that is set already is for another network."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)
    os.environ["HTTPS_PROXY"] = os.environ["https_proxy"] = ready["proxyUrl"]
    os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = ready["caBundleFile"]


async def check(ready):
    # Only now: some libraries read the environment when they are loaded.
    from azure.identity import ClientSecretCredential
    from msgraph import GraphServiceClient

    credential = ClientSecretCredential(ready["tenantId"], ready["clientId"], ready["clientSecret"])
    token = credential.get_token("https://graph.microsoft.com/.default").token
    assert token.count(".") == 2
    print("ok   azure-identity: a token of login.microsoftonline.com, with instance discovery")

    graph = GraphServiceClient(credential, ["https://graph.microsoft.com/.default"])
    devices = await graph.device_management.managed_devices.get()
    assert len(devices.value) > 10
    print(f"ok   msgraph-sdk: {len(devices.value)} devices of graph.microsoft.com")
    iphone = next(device for device in devices.value if device.device_name == "iPhone-1")
    await graph.device_management.managed_devices.by_managed_device_id(iphone.id).reset_passcode.post()
    print("ok   msgraph-sdk: a passcode reset")


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        process, ready = start(program, Path(folder))
        try:
            point_at(ready)
            asyncio.run(check(ready))
        finally:
            process.terminate()
            process.wait(timeout=30)
        doors = (Path(folder) / "log").read_text()
        assert "POST" in doors and "/resetPasscode" in doors, doors
        print("ok   all of it was asked of the simulator")


if __name__ == "__main__":
    main()
