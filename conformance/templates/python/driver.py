"""A driver for simtune-conformance: it hands operations to a client, and what comes back to the runner.

Graph of graph.py stands for your client: put yours in its place. Of this file only perform and told speak to it; the rest is
the protocol. A driver does not retry, follow links or mend answers: that would be taken for the client's doing.
"""
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import requests

from graph import Graph

CLIENT = {"name": "my-client", "version": "0.1", "language": "Python"}
# What the client can. Add retry.auto if it comes again by itself, op.batch_reset and auth.cae if it knows these.
CAN = ["op.list", "op.get", "op.find", "op.reset", "op.action_result", "auth.client_credentials", "redirect.follow"]
SESSIONS = 16  # at the same time


def seen(device: dict) -> dict:
    """A device's members as the client gives them; numbers travel as strings."""
    return {name: str(value) if type(value) is int else value for name, value in device.items()}


def perform(graph: Graph, op: str, args: dict) -> dict:
    one = f"{graph.devices}/{args.get('deviceId')}"
    select = {"select": ",".join(args["select"])} if args.get("select") else {}
    if op == "list_devices":
        options = select | ({"filter": args["filter"]} if args.get("filter") else {})
        return {"devices": [seen(device) for device in graph.list(**options)], "complete": True}
    if op == "find_device":
        options = {"filter": "{} eq '{}'".format(args["by"], args["value"].replace("'", "''"))}
        return {"devices": [seen(device) for device in graph.list(**options)], "complete": True}
    if op == "get_device":
        return {"device": seen(graph.ask("GET", one, params={f"${name}": of for name, of in select.items()}).json())}
    if op == "reset_passcode":
        graph.ask("POST", one + "/resetPasscode")
        return {"outcome": "accepted"}
    if op == "get_action_result":
        results = graph.ask("GET", one).json().get("deviceActionResults") or []
        resets = [result for result in results if result["actionName"] == "resetPasscode"]
        last = max(resets, key=lambda result: result["startDateTime"], default={"actionState": "none"})
        return {"state": last["actionState"], "passcode": last.get("passcode")}
    return {"unsupported": True}


def told(error: Exception) -> dict:
    """An error of the client in the words of the protocol."""
    kinds = [(requests.HTTPError, "http"), (requests.Timeout, "timeout"), (requests.TooManyRedirects, "redirect"),
             (requests.JSONDecodeError, "parse"), (requests.RequestException, "network"), (PermissionError, "auth")]
    kind = next((kind for of, kind in kinds if isinstance(error, of)), "unknown")
    status = {"status": error.response.status_code} if kind == "http" else {}
    return {"kind": kind, "message": f"{type(error).__name__}: {error}"} | status


def answer(message: dict, graph: Graph) -> None:
    try:
        result = {"ok": True} | perform(graph, message["op"], message["args"])
    except Exception as error:
        result = {"ok": False, "error": told(error)}
    say({"m": "result", "id": message["id"]} | result)


def say(message: dict) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


sessions, threads = {}, ThreadPoolExecutor(SESSIONS)
while (line := sys.stdin.readline()) and (message := json.loads(line))["m"] != "bye":
    if message["m"] == "hello":
        say({"m": "hello", "protocol": "1.0", "client": CLIENT, "capabilities": CAN, "concurrency": SESSIONS})
    elif message["m"] == "op":
        threads.submit(answer, message, sessions[message["session"]])
    else:
        if message["m"] == "open":
            sessions[message["session"]] = Graph(message["env"])
        else:
            sessions.pop(message["session"], None)
        say({"m": "ok", "id": message["id"]})
