"""A worker for msgraph-sdk and azure-identity: it hands operations to the SDK, and what comes back to the runner.

It does not retry, follow links or mend answers: whatever is right or wrong here is the SDK's doing.
"""

import asyncio
import json
import sys
from importlib.metadata import version

import httpx
from azure.core.credentials import AccessToken
from azure.core.exceptions import AzureError
from azure.identity import ClientSecretCredential
from kiota_abstractions.api_error import APIError
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.device_management.managed_devices.managed_devices_request_builder import (
    ManagedDevicesRequestBuilder as Builder,
)
from msgraph_core.tasks.page_iterator import PageIterator

CAPABILITIES = ["op.list", "op.get", "op.find", "op.reset", "op.action_result"]
CAPABILITIES += ["retry.auto", "auth.client_credentials", "redirect.follow"]
FIELDS = {"id": "id", "deviceName": "device_name", "serialNumber": "serial_number", "operatingSystem": "operating_system"}
FIELDS |= {"totalStorageSpaceInBytes": "total_storage_space_in_bytes", "lastSyncDateTime": "last_sync_date_time"}


class StaticToken:
    def __init__(self, token: str) -> None:
        self.token = token

    def get_token(self, *_scopes, **_options) -> AccessToken:
        return AccessToken(self.token, 2**31)


def connect(env: dict) -> GraphServiceClient:
    if "GRAPH_ACCESS_TOKEN" in env:
        credential = StaticToken(env["GRAPH_ACCESS_TOKEN"])
    else:
        names = (env["GRAPH_TENANT_ID"], env["GRAPH_CLIENT_ID"], env["GRAPH_CLIENT_SECRET"])
        credential = ClientSecretCredential(*names, authority=env["GRAPH_AUTHORITY"], disable_instance_discovery=True)
    scopes = [env["GRAPH_SCOPE"]]
    adapter = GraphRequestAdapter(AzureIdentityAuthenticationProvider(credential, scopes=scopes, allowed_hosts=["localhost"]))
    adapter.base_url = env["GRAPH_BASE_URL"]
    return GraphServiceClient(request_adapter=adapter)


def seen(device) -> dict:
    given = {name: getattr(device, field) for name, field in FIELDS.items()}
    return {name: None if value is None else str(value).replace("+00:00", "Z").replace(" ", "T", name.endswith("Time"))
            for name, value in given.items()}


async def listed(graph: GraphServiceClient, filter=None, select=None) -> list:
    query = Builder.ManagedDevicesRequestBuilderGetQueryParameters(filter=filter, select=select)
    options = Builder.ManagedDevicesRequestBuilderGetRequestConfiguration(query_parameters=query)
    devices = []
    first = await graph.device_management.managed_devices.get(request_configuration=options)
    await PageIterator(first, graph.request_adapter).iterate(lambda device: devices.append(seen(device)) or True)
    return devices


async def perform(graph: GraphServiceClient, op: str, args: dict) -> dict:
    device = graph.device_management.managed_devices.by_managed_device_id(args.get("deviceId", "none"))
    if op == "list_devices":
        return {"devices": await listed(graph, args.get("filter"), args.get("select")), "complete": True}
    if op == "find_device":
        return {"devices": await listed(graph, "{} eq '{}'".format(args["by"], args["value"].replace("'", "''")))}
    if op == "get_device":
        return {"device": seen(await device.get())}
    if op == "reset_passcode":
        await device.reset_passcode.post()
        return {"outcome": "accepted"}
    results = [one for one in (await device.get()).device_action_results or [] if one.action_name == "resetPasscode"]
    last = max(results, key=lambda one: one.start_date_time, default=None)
    return {"state": last.action_state.value if last else "none", "passcode": getattr(last, "passcode", None)}


def told(error: Exception) -> dict:
    kinds = {httpx.TimeoutException: "timeout", httpx.TransportError: "network", AzureError: "auth", ValueError: "parse"}
    kind = next((kind for of, kind in kinds.items() if isinstance(error, of)), "unknown")
    if not isinstance(error, APIError):
        return {"kind": kind, "message": f"{type(error).__name__}: {error}"}
    main = getattr(error, "error", None)
    return {"kind": "http", "status": error.response_status_code, "code": main and main.code, "message": str(error)}


async def answer(message: dict, graph: GraphServiceClient) -> None:
    try:
        result = {"ok": True} | await perform(graph, message["op"], message["args"])
    except Exception as error:
        result = {"ok": False, "error": told(error)}
    say({"m": "result", "id": message["id"]} | result)


def say(message: dict) -> None:
    print(json.dumps(message), flush=True)


async def main() -> None:
    sessions, running = {}, set()
    while line := await asyncio.to_thread(sys.stdin.readline):
        match message := json.loads(line):
            case {"m": "hello"}:
                client = {"name": "msgraph-sdk", "version": version("msgraph-sdk"), "language": "Python"}
                say({"m": "hello", "protocol": "1.0", "client": client, "capabilities": CAPABILITIES, "concurrency": 8})
            case {"m": "open", "session": session, "env": env}:
                sessions[session] = connect(env)
                say({"m": "ok", "id": message["id"]})
            case {"m": "op", "op": "batch_reset"}:
                say({"m": "result", "id": message["id"], "unsupported": True})
            case {"m": "op", "session": session}:
                running.add(task := asyncio.create_task(answer(message, sessions[session])))
                task.add_done_callback(running.discard)
            case {"m": "close", "session": session}:
                sessions.pop(session, None)
                say({"m": "ok", "id": message["id"]})
            case {"m": "bye"}:
                break


asyncio.run(main())
