"""Passcode resets with msal and requests for Python.

Usage: client.py [base-url]     Without the word, Graph and its sign-in are where they always are.
"""

import json
import os
import sys
from importlib.metadata import version

import msal
import requests

SCOPES = ["https://graph.microsoft.com/.default"]
RESETS = {
    "iPhone-1": ("done", False),  # the passcode is removed
    "Android-6": ("done", True),  # a temporary passcode is set, and shown
    "iPhone-offline": ("pending", False),
    "iPhone-wrong-unlock-token": ("failed", False),
    "Android-6-stale": ("notSupported", False),
}


def unmodified(client_id: str, client_secret: str) -> tuple[msal.ConfidentialClientApplication, str]:
    app = msal.ConfidentialClientApplication(
        client_id,
        client_credential=client_secret,
        authority="https://login.microsoftonline.com/" + os.environ["AZURE_TENANT_ID"],
    )
    return app, "https://graph.microsoft.com/v1.0"


def by_base_url(client_id: str, client_secret: str) -> tuple[msal.ConfidentialClientApplication, str]:
    app = msal.ConfidentialClientApplication(
        client_id,
        client_credential=client_secret,
        authority=os.environ["SIMTUNE_AUTHORITY_TLS_URL"] + "/" + os.environ["AZURE_TENANT_ID"],
        instance_discovery=False,
    )
    return app, os.environ["SIMTUNE_GRAPH_URL"]


class Graph:
    def __init__(self, app: msal.ConfidentialClientApplication, url: str):
        self.app = app
        self.url = url
        self.session = requests.Session()

    def ask(self, method: str, path: str) -> requests.Response:
        answer = self.app.acquire_token_for_client(SCOPES)
        if "access_token" not in answer:
            raise RuntimeError(answer["error_description"])
        url = path if path.startswith("http") else self.url + path
        headers = {"Authorization": "Bearer " + answer["access_token"]}
        return self.session.request(method, url, headers=headers, timeout=30)

    def read(self, path: str) -> dict:
        response = self.ask("GET", path)
        response.raise_for_status()
        return response.json()


def connect(client: str) -> Graph:
    choose = by_base_url if "base-url" in sys.argv[1:] else unmodified
    return Graph(*choose(os.environ[client + "_CLIENT_ID"], os.environ[client + "_CLIENT_SECRET"]))


def check(holds: bool, what: str) -> None:
    print("ok  " if holds else "FAIL", what)
    if not holds:
        sys.exit(1)


def advance(duration: str) -> None:
    """Lets time pass. Against the real Intune: wait, and look again."""
    clock = os.environ["SIMTUNE_CONTROL_URL"] + "/api/tenants/default/clock/advance"
    requests.post(clock, json={"by": duration}, timeout=30).raise_for_status()


def device(identifier: str) -> str:
    return "/deviceManagement/managedDevices/" + identifier


def refused(response: requests.Response, status: int, what: str) -> dict:
    check(response.status_code == status, f"{what}: {response.status_code}")
    return response.json()["error"]


graph = connect("AZURE")
devices = {}
page = "/deviceManagement/managedDevices?$top=20&$select=id,deviceName"
pages = 0
while page:
    answer = graph.read(page)
    devices |= {one["deviceName"]: one["id"] for one in answer["value"]}
    page = answer.get("@odata.nextLink")
    pages += 1
check(len(devices) > 60, f"{len(devices)} names of devices on {pages} pages")

for name in RESETS:
    graph.ask("POST", device(devices[name]) + "/resetPasscode").raise_for_status()
advance("PT1M")
for name, (state, passcode) in RESETS.items():
    [result] = graph.read(device(devices[name]))["deviceActionResults"]
    check(result["actionState"] == state, f"{name}: {result['actionState']}")
    check(bool(result.get("passcode")) == passcode, f"{name}: {'a' if passcode else 'no'} passcode")

error = refused(graph.ask("POST", device(devices["MacBook-1"]) + "/resetPasscode"), 400, "a Mac")
told = json.loads(error["message"])["Message"]
check(told.startswith("An error has occurred - Operation ID"), f"a Mac: {told[:42]}…, and no reason")
refused(graph.ask("GET", device("00000000-0000-4000-8000-000000000000")), 404, "an unknown device")

reader = connect("READER")  # an app that may read devices and no more
check(reader.read(device(devices["iPhone-1"]))["deviceName"] == "iPhone-1", "an app that may only read reads")
refused(reader.ask("POST", device(devices["iPhone-1"]) + "/resetPasscode"), 403, "its reset")

advance("PT48H")  # msal still believes in its token, and Graph does not
refused(graph.ask("GET", "/deviceManagement/managedDevices"), 401, "an expired token")
print(f"msal {version('msal')}, requests {version('requests')}")
