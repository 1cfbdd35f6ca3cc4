"""The published msgraph-sdk for Python against a running simulator.

Usage: check.py PATH-OF-SIMTUNE     Prints a line per check; stops at the first that does not hold.

The token is fetched by hand, because azure-identity refuses an authority without https. Everything else is
the SDK as published: its models, its paging, its errors, its middleware.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.parse
import urllib.request
from importlib.metadata import version
from pathlib import Path

from kiota_abstractions.api_error import APIError
from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.device_management.managed_devices.item.managed_device_item_request_builder import (
    ManagedDeviceItemRequestBuilder,
)
from msgraph.generated.device_management.managed_devices.managed_devices_request_builder import (
    ManagedDevicesRequestBuilder,
)
from msgraph.generated.models.action_state import ActionState
from msgraph.generated.models.compliance_state import ComplianceState
from msgraph.generated.models.managed_device import ManagedDevice
from msgraph.generated.models.management_agent_type import ManagementAgentType
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.reset_passcode_action_result import ResetPasscodeActionResult
from msgraph_core.tasks.page_iterator import PageIterator

DeviceQuery = ManagedDeviceItemRequestBuilder.ManagedDeviceItemRequestBuilderGetQueryParameters
DevicesQuery = ManagedDevicesRequestBuilder.ManagedDevicesRequestBuilderGetQueryParameters
DevicesConfiguration = ManagedDevicesRequestBuilder.ManagedDevicesRequestBuilderGetRequestConfiguration

ACCEPTED = ["Android-6", "Windows-Phone-8.1", "iPhone-1"]
REFUSED = ["MacBook-1", "DESKTOP-1", "Android-7", "Work-profile-8"]
LOG = "simtune.log"
LINES_OF_LOG = 20
SECONDS_TO_START = 30
SECONDS_PER_REQUEST = 30

checks = 0


class Failed(Exception):
    """A check that does not hold."""


def check(name: str, holds: bool, got: object = None) -> None:
    if not holds:
        raise Failed(f"{name}\n     got: {got!r}")
    global checks
    checks += 1
    print(f"ok   {name}", flush=True)


def equal(name: str, expected: object, got: object) -> None:
    check(name, expected == got, f"{got!r}, expected {expected!r}")


class FixedToken(AccessTokenProvider):
    """One token for the simulator's host; none for any other, so that it cannot leak."""

    def __init__(self, token: str, host: str) -> None:
        self.token = token
        self.validator = AllowedHostsValidator([host])

    async def get_authorization_token(self, uri: str, additional_authentication_context: dict | None = None) -> str:
        return self.token if self.validator.is_url_host_valid(uri) else ""

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return self.validator


def post(url: str, body: bytes, content_type: str) -> dict:
    request = urllib.request.Request(url, data=body, headers={"Content-Type": content_type}, method="POST")
    with urllib.request.urlopen(request, timeout=SECONDS_PER_REQUEST) as answer:
        return json.load(answer)


def fetch_token(ready: dict) -> str:
    form = urllib.parse.urlencode(
        {
            "grant_type": "client_credentials",
            "client_id": ready["clientId"],
            "client_secret": ready["clientSecret"],
            "scope": "https://graph.microsoft.com/.default",
        }
    )
    url = f"{ready['authorityUrl']}/{ready['tenantId']}/oauth2/v2.0/token"
    return post(url, form.encode(), "application/x-www-form-urlencoded")["access_token"]


def advance(ready: dict, by: str) -> None:
    url = f"{ready['controlUrl']}/api/tenants/default/clock/advance"
    post(url, json.dumps({"by": by}).encode(), "application/json")


def connect(ready: dict) -> tuple[GraphServiceClient, GraphRequestAdapter]:
    host = urllib.parse.urlparse(ready["graphUrl"]).hostname
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(FixedToken(fetch_token(ready), host)))
    adapter.base_url = ready["graphUrl"]
    return GraphServiceClient(request_adapter=adapter), adapter


async def raw(adapter: GraphRequestAdapter, url: str) -> dict:
    """A GET of a URL that the SDK has no builder for, through its own pipeline."""
    request = RequestInformation()
    request.http_method = Method.GET
    request.url = url
    body = await adapter.send_primitive_async(request, "bytes", {"XXX": ODataError})
    return json.loads(body)


async def list_devices(client: GraphServiceClient, adapter: GraphRequestAdapter) -> list[ManagedDevice]:
    query = DevicesConfiguration(query_parameters=DevicesQuery(top=20, count=True))
    page = await client.device_management.managed_devices.get(request_configuration=query)
    equal("a first page of 20 devices", 20, len(page.value))
    expected = page.odata_count

    devices: list[ManagedDevice] = []

    def collect(device: ManagedDevice) -> bool:
        devices.append(device)
        return True

    await PageIterator(page, adapter, error_mapping={"XXX": ODataError}).iterate(collect)
    equal("PageIterator sees as many devices as @odata.count says", expected, len(devices))
    equal("no device twice", expected, len({device.id for device in devices}))
    check("every device is typed", all(type(device) is ManagedDevice for device in devices))
    return devices


async def read_what_the_schema_lacks(adapter: GraphRequestAdapter, ready: dict, named: dict) -> None:
    """The real service sends enum values that its own schema does not have, and so does the simulator.

    The SDK survives that: a value it does not know becomes None, silently. Whoever needs it reads the wire.
    """
    device = named["AOSP-user"]
    wire = await raw(adapter, f"{ready['graphUrl']}/deviceManagement/managedDevices/{device.id}")
    equal("the wire says intuneAosp, which no schema has", "intuneAosp", wire["managementAgent"])
    equal("the SDK reads it as None", None, device.management_agent)
    equal("and a value it knows as itself", ManagementAgentType.Mdm, named["iPhone-1"].management_agent)
    check("a curly apostrophe arrives", "Sam\u2019s iPhone" in named)
    check("a negative number arrives", named["Storage-negative"].free_storage_space_in_bytes < 0
          or named["Storage-negative"].total_storage_space_in_bytes < 0)
    equal("a sentinel date arrives", 1, named["Dates-never"].last_sync_date_time.year)
    equal("the latest date too", 9999, named["Dates-forever"].compliance_grace_period_expiration_date_time.year)
    check("compliance is an enum", isinstance(named["iPhone-1"].compliance_state, ComplianceState))


async def result_of(client: GraphServiceClient, device: ManagedDevice) -> ResetPasscodeActionResult:
    single = await client.device_management.managed_devices.by_managed_device_id(device.id).get()
    results = single.device_action_results
    equal(f"{device.device_name}: one result", 1, len(results))
    check(f"{device.device_name}: it is typed", type(results[0]) is ResetPasscodeActionResult, type(results[0]))
    equal(f"{device.device_name}: of a passcode reset", "resetPasscode", results[0].action_name)
    return results[0]


async def reset(client: GraphServiceClient, ready: dict, named: dict) -> None:
    for name in ACCEPTED:
        device = named[name]
        await client.device_management.managed_devices.by_managed_device_id(device.id).reset_passcode.post()
        equal(f"{name}: it is pending", ActionState.Pending, (await result_of(client, device)).action_state)
    advance(ready, "PT2S")
    passcodes = {}
    for name in ACCEPTED:
        result = await result_of(client, named[name])
        equal(f"{name}: it is done", ActionState.Done, result.action_state)
        check(f"{name}: it ended after it began", result.last_updated_date_time > result.start_date_time)
        passcodes[name] = result.passcode
    equal("iPhone-1: the passcode is gone rather than new", None, passcodes["iPhone-1"])
    letters = passcodes["Android-6"]
    check("Android-6: letters and digits", letters.isascii() and letters.isalnum() and not letters.isdigit(), letters)
    digits = passcodes["Windows-Phone-8.1"]
    check("Windows-Phone-8.1: digits", digits.isascii() and digits.isdigit(), digits)


async def be_refused(client: GraphServiceClient, named: dict) -> None:
    for name in REFUSED:
        item = client.device_management.managed_devices.by_managed_device_id(named[name].id)
        try:
            await item.reset_passcode.post()
        except ODataError as error:
            equal(f"{name}: refused", (400, "BadRequest"), (error.response_status_code, error.error.code))
            inner = json.loads(error.error.message)
            equal(f"{name}: the message is JSON", 3, inner["_version"])
            check(f"{name}: that tells nothing", inner["Message"].startswith("An error has occurred"), inner)
        else:
            raise Failed(f"{name}: refused\n     got: it was accepted")
        single = await item.get()
        check(f"{name}: no trace at the device", not single.device_action_results, single.device_action_results)


async def read_audits(adapter: GraphRequestAdapter, ready: dict) -> None:
    # The models of v1.0 have no remoteActionAudit: it exists on beta only, which has an SDK of its own.
    audits = await raw(adapter, f"{ready['graphBetaUrl']}/deviceManagement/remoteActionAudits")
    seen = sorted((audit["deviceDisplayName"], audit["action"], audit["actionState"]) for audit in audits["value"])
    equal("those accepted are in the audits as done, and no others",
          [(name, "resetPasscode", "done") for name in ACCEPTED], seen)


async def change_notes(client: GraphServiceClient, named: dict) -> None:
    item = client.device_management.managed_devices.by_managed_device_id(named["iPhone-1"].id)
    await item.patch(ManagedDevice(notes="Kept in the \u201cred\u201d locker"))
    query = ManagedDeviceItemRequestBuilder.ManagedDeviceItemRequestBuilderGetRequestConfiguration(
        query_parameters=DeviceQuery(select=["id", "notes", "deviceName"])
    )
    single = await item.get(request_configuration=query)
    equal("changed notes are read back", "Kept in the \u201cred\u201d locker", single.notes)
    equal("and the name is as it was", "iPhone-1", single.device_name)


async def read_the_directory(client: GraphServiceClient, ready: dict, named: dict) -> None:
    organization = await client.organization.get()
    equal("the organization is the tenant", [ready["tenantId"]], [one.id for one in organization.value])
    users = (await client.users.get()).value
    check("there are users", len(users) > 0)
    user = await client.users.by_user_id(users[0].id).get()
    equal("a single user", users[0].user_principal_name, user.user_principal_name)
    owner = named["iPhone-1"].user_id
    check("the owner of a device is among them", owner in {one.id for one in users}, owner)
    owned = await client.users.by_user_id(owner).managed_devices.get()
    check("and has that device", named["iPhone-1"].id in {device.id for device in owned.value})


async def meet_errors(client: GraphServiceClient) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    try:
        await client.device_management.managed_devices.by_managed_device_id(unknown).get()
    except ODataError as error:
        equal("an unknown device", 404, error.response_status_code)
    else:
        raise Failed("an unknown device is an error\n     got: an answer")


async def run(ready: dict) -> None:
    client, adapter = connect(ready)
    devices = await list_devices(client, adapter)
    named = {device.device_name: device for device in devices}
    await read_what_the_schema_lacks(adapter, ready, named)
    await reset(client, ready, named)
    await be_refused(client, named)
    await read_audits(adapter, ready)
    await change_notes(client, named)
    await read_the_directory(client, ready, named)
    await meet_errors(client)


def start(program: str, folder: Path) -> tuple[subprocess.Popen, dict]:
    ready_file = folder / "ready.json"
    # Neither variables nor a simtune.toml that somebody has for a simulator of their own are meant here.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIMTUNE_")}
    # Its log would drown the checks; it is shown when one fails.
    with (folder / LOG).open("wb") as log:
        server = subprocess.Popen(
            [str(Path(program).resolve()), "serve", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0",
             "--ready-file", str(ready_file), "--clock", "manual"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    until = time.monotonic() + SECONDS_TO_START
    while not ready_file.exists():
        if server.poll() is not None or time.monotonic() > until:
            server.kill()
            raise Failed(f"a ready file within {SECONDS_TO_START} s\n     got: exit code {server.wait()}")
        time.sleep(0.05)
    return server, json.loads(ready_file.read_text())


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: check.py PATH-OF-SIMTUNE", file=sys.stderr)
        return 2
    # A proxy meant for package registries must not see requests to this machine.
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, ["127.0.0.1,localhost", os.environ.get(name)]))
    # So that the simulator ends with this process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory() as folder:
        server = None
        try:
            server, ready = start(sys.argv[1], Path(folder))
            asyncio.run(run(ready))
            server.terminate()
            equal("SIGTERM ends it with exit code 0", 0, server.wait(SECONDS_PER_REQUEST))
        except (Failed, APIError) as failure:
            if isinstance(failure, APIError):
                traceback.print_exc()
            log = (Path(folder) / LOG).read_text().splitlines()
            print(*log[-LINES_OF_LOG:], f"FAIL {failure}", sep="\n", file=sys.stderr)
            return 1
        finally:
            if server is not None and server.poll() is None:
                server.kill()
                server.wait()
    print(f"{checks} checks with msgraph-sdk {version('msgraph-sdk')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
