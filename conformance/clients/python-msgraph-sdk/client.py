"""Passcode resets with msgraph-sdk and azure-identity for Python.

Usage: client.py [base-url]     Without the word, Graph and its sign-in are where they always are.
"""

import asyncio
import json
import os
import sys
from importlib.metadata import version

import httpx
from azure.identity import ClientSecretCredential
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.device_management.managed_devices.managed_devices_request_builder import (
    ManagedDevicesRequestBuilder,
)
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph_core.tasks.page_iterator import PageIterator

SCOPES = ["https://graph.microsoft.com/.default"]
RESETS = {
    "iPhone-1": ("done", False),  # the passcode is removed
    "Android-6": ("done", True),  # a temporary passcode is set, and shown
    "iPhone-offline": ("pending", False),
    "iPhone-wrong-unlock-token": ("failed", False),
    "Android-6-stale": ("notSupported", False),
}


def unmodified(client_id: str, client_secret: str) -> GraphServiceClient:
    credential = ClientSecretCredential(os.environ["AZURE_TENANT_ID"], client_id, client_secret)
    return GraphServiceClient(credential, SCOPES)


def by_base_url(client_id: str, client_secret: str) -> GraphServiceClient:
    credential = ClientSecretCredential(
        os.environ["AZURE_TENANT_ID"],
        client_id,
        client_secret,
        authority=os.environ["SIMTUNE_AUTHORITY_TLS_URL"],
        disable_instance_discovery=True,
    )
    # The token goes to hosts of this list only.
    provider = AzureIdentityAuthenticationProvider(credential, scopes=SCOPES, allowed_hosts=["localhost"])
    adapter = GraphRequestAdapter(provider)
    adapter.base_url = os.environ["SIMTUNE_GRAPH_TLS_URL"]
    return GraphServiceClient(request_adapter=adapter)


connect = by_base_url if "base-url" in sys.argv[1:] else unmodified


def check(holds: bool, what: str) -> None:
    print("ok  " if holds else "FAIL", what)
    if not holds:
        sys.exit(1)


async def list_devices(graph: GraphServiceClient) -> dict:
    query = ManagedDevicesRequestBuilder.ManagedDevicesRequestBuilderGetQueryParameters(top=20)
    options = ManagedDevicesRequestBuilder.ManagedDevicesRequestBuilderGetRequestConfiguration(query_parameters=query)
    first = await graph.device_management.managed_devices.get(request_configuration=options)
    devices = {}

    def remember(device) -> bool:
        devices[device.device_name] = device.id
        return True

    await PageIterator(first, graph.request_adapter).iterate(remember)
    check(len(devices) > 60, f"{len(devices)} names of devices, in pages of {len(first.value)}")
    return devices


async def reset(graph: GraphServiceClient, devices: dict) -> None:
    for name in RESETS:
        await graph.device_management.managed_devices.by_managed_device_id(devices[name]).reset_passcode.post()
    # A minute in which devices check in. Against the real Intune: wait, and look again.
    clock = os.environ["SIMTUNE_CONTROL_URL"] + "/api/tenants/default/clock/advance"
    httpx.post(clock, json={"by": "PT1M"}).raise_for_status()
    for name, (state, passcode) in RESETS.items():
        device = await graph.device_management.managed_devices.by_managed_device_id(devices[name]).get()
        [result] = [one for one in device.device_action_results if one.action_name == "resetPasscode"]
        check(result.action_state == state, f"{name}: {result.action_state.value}")
        check(bool(result.passcode) == passcode, f"{name}: {'a' if passcode else 'no'} passcode")


async def refused(request, status: int, what: str) -> ODataError:
    try:
        await request
    except ODataError as error:
        check(error.response_status_code == status, f"{what}: {error.response_status_code} {error.error.code}")
        return error
    check(False, f"{what}: {status} expected, and nothing refused")


async def main() -> None:
    graph = connect(os.environ["AZURE_CLIENT_ID"], os.environ["AZURE_CLIENT_SECRET"])
    devices = await list_devices(graph)
    await reset(graph, devices)

    managed = graph.device_management.managed_devices
    error = await refused(managed.by_managed_device_id(devices["MacBook-1"]).reset_passcode.post(), 400, "a Mac")
    told = json.loads(error.error.message)["Message"]
    check(told.startswith("An error has occurred - Operation ID"), f"a Mac: {told[:42]}…, and no reason")
    await refused(managed.by_managed_device_id("00000000-0000-4000-8000-000000000000").get(), 404, "an unknown device")

    # An app that may read devices and no more.
    reader = connect(os.environ["READER_CLIENT_ID"], os.environ["READER_CLIENT_SECRET"])
    builder = reader.device_management.managed_devices.by_managed_device_id(devices["iPhone-1"])
    check((await builder.get()).device_name == "iPhone-1", "an app that may only read reads")
    await refused(builder.reset_passcode.post(), 403, "its reset")

    # The credential still believes in its token, and Graph does not.
    clock = os.environ["SIMTUNE_CONTROL_URL"] + "/api/tenants/default/clock/advance"
    httpx.post(clock, json={"by": "PT48H"}).raise_for_status()
    await refused(managed.get(), 401, "an expired token")
    print(f"msgraph-sdk {version('msgraph-sdk')}, azure-identity {version('azure-identity')}")


asyncio.run(main())
