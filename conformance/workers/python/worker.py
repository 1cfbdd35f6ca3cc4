"""A worker for msgraph-sdk and azure-identity: it hands operations to the SDK, and what comes back to the runner.
It does not retry, follow links or mend answers: whatever is right or wrong here is the SDK's doing."""
import asyncio
import json
import sys
from importlib.metadata import version
from types import SimpleNamespace

import httpx
from azure.core.credentials import AccessToken
from azure.core.exceptions import AzureError
from azure.identity import ClientSecretCredential
from kiota_abstractions.api_error import APIError
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.device_management.managed_devices import managed_devices_request_builder as builder
from msgraph_core.tasks.page_iterator import PageIterator

CAN = "op.list op.get op.find op.reset op.action_result retry.auto auth.client_credentials redirect.follow".split()
CLIENT = {"name": "msgraph-sdk", "version": version("msgraph-sdk"), "language": "Python"}
HELLO = {"m": "hello", "protocol": "1.0", "client": CLIENT, "capabilities": CAN, "concurrency": 8}
FIELDS = {"id": "id", "deviceName": "device_name", "serialNumber": "serial_number",
          "totalStorageSpaceInBytes": "total_storage_space_in_bytes", "lastSyncDateTime": "last_sync_date_time"}


def connect(env: dict) -> GraphServiceClient:
    if "GRAPH_ACCESS_TOKEN" in env:
        token = AccessToken(env["GRAPH_ACCESS_TOKEN"], 2**31)
        credential = SimpleNamespace(get_token=lambda *_scopes, **_options: token)
    else:
        names = (env["GRAPH_TENANT_ID"], env["GRAPH_CLIENT_ID"], env["GRAPH_CLIENT_SECRET"])
        credential = ClientSecretCredential(*names, authority=env["GRAPH_AUTHORITY"], disable_instance_discovery=True)
    options = {"scopes": [env["GRAPH_SCOPE"]], "allowed_hosts": ["localhost"]}
    adapter = GraphRequestAdapter(AzureIdentityAuthenticationProvider(credential, **options))
    adapter.base_url = env["GRAPH_BASE_URL"]
    return GraphServiceClient(request_adapter=adapter)


def seen(device) -> dict:
    given = {name: getattr(device, field) for name, field in FIELDS.items()}
    return {name: None if value is None else str(value).replace("+00:00", "Z").replace(" ", "T", name.endswith("Time"))
            for name, value in given.items()}


async def perform(graph: GraphServiceClient, op: str, args: dict) -> dict:
    every = graph.device_management.managed_devices
    one = every.by_managed_device_id(args.get("deviceId", "none"))
    if op == "find_device":
        args = {"filter": "{} eq '{}'".format(args["by"], args["value"].replace("'", "''"))}
    if op in ("list_devices", "find_device"):
        query = builder.ManagedDevicesRequestBuilder.ManagedDevicesRequestBuilderGetQueryParameters(**args)
        first, devices = await every.get(request_configuration=RequestConfiguration(query_parameters=query)), []
        await PageIterator(first, graph.request_adapter).iterate(lambda device: devices.append(seen(device)) or True)
        return {"devices": devices, "complete": True}
    if op == "get_device":
        return {"device": seen(await one.get())}
    if op == "reset_passcode":
        await one.reset_passcode.post()
        return {"outcome": "accepted"}
    if op == "get_action_result":
        done = [it for it in (await one.get()).device_action_results or [] if it.action_name == "resetPasscode"]
        last = max(done, key=lambda result: result.start_date_time, default=None)
        return {"state": last.action_state.value if last else "none", "passcode": getattr(last, "passcode", None)}
    return {"unsupported": True}


def told(error: Exception) -> dict:
    if isinstance(error, APIError):
        main = getattr(error, "error", None)
        inner = getattr(main, "inner_error", None)
        known = {"code": main and main.code, "requestId": inner and inner.request_id, "message": str(error)}
        return {"kind": "http", "status": error.response_status_code} | known
    kinds = [(httpx.TimeoutException, "timeout"), (httpx.TransportError, "network"), (AzureError, "auth")]
    kind = next((kind for of, kind in kinds + [(ValueError, "parse")] if isinstance(error, of)), "unknown")
    return {"kind": kind, "message": f"{type(error).__name__}: {error}"}


async def answer(message: dict, graph: GraphServiceClient) -> None:
    try:
        result = {"ok": True} | await perform(graph, message["op"], message["args"])
    except Exception as error:
        result = {"ok": False, "error": told(error)}
    print(json.dumps({"m": "result", "id": message["id"]} | result), flush=True)


async def main(sessions: dict, running: set) -> None:
    while (line := await asyncio.to_thread(sys.stdin.readline)) and (message := json.loads(line))["m"] != "bye":
        if message["m"] == "op":
            running.add(task := asyncio.create_task(answer(message, sessions[message["session"]])))
            task.add_done_callback(running.discard)
            continue
        if message["m"] == "open":
            sessions[message["session"]] = connect(message["env"])
        elif message["m"] == "close":
            sessions.pop(message["session"], None)
        print(json.dumps(HELLO if message["m"] == "hello" else {"m": "ok", "id": message["id"]}), flush=True)


asyncio.run(main({}, set()))
