"""What schemathesis cannot know: what a certificate looks like, and how to be gentle to a machine of two cores."""

import json
import os
import re
import urllib.error
import urllib.request
from pathlib import Path

import schemathesis
from hypothesis import strategies as st

CERTIFICATE = Path(os.environ["SIMTUNE_CHECK_CERTIFICATE"]).read_text()
schemathesis.openapi.format("pem-certificate", st.just(CERTIFICATE))

# Larger fleets are asked for in the tests of fleets; here they would only take time and memory.
MOST_DEVICES = 200
# A waiting journal waits up to a minute when nothing happens, and nothing does.
LONGEST_WAIT = "10ms"
LENGTH_OF_TIME = re.compile(r"[0-9.]+(ms|s|m|h|d)|P[0-9.WDTHMS]+")
# Worlds beyond these are dropped again, or the limit of worlds would be all that is tested.
WORLDS_KEPT = 20

worlds = []


@schemathesis.hook
def before_call(context, case, kwargs):
    if isinstance(case.query, dict) and LENGTH_OF_TIME.fullmatch(str(case.query.get("wait", ""))):
        case.query["wait"] = LONGEST_WAIT
    if case.path == "/api/tenants" and isinstance(case.body, dict) and "fleet" in case.body:
        fleet = case.body["fleet"]
        if isinstance(fleet, str) and fleet.isascii() and fleet.isdigit():
            case.body["fleet"] = str(int(fleet) % MOST_DEVICES)
        # A whole number may be written 7.0.
        elif type(fleet) in (int, float) and 0 <= fleet <= 1_000_000 and fleet == int(fleet):
            case.body["fleet"] = fleet % MOST_DEVICES


@schemathesis.hook
def after_call(context, case, response):
    if case.path != "/api/tenants" or case.method != "POST" or response.status_code != 201:
        return
    worlds.append(json.loads(response.content)["tenantId"])
    if len(worlds) > WORLDS_KEPT:
        drop = urllib.request.Request(f"{os.environ['SIMTUNE_CHECK_CONTROL']}/api/tenants/{worlds.pop(0)}", method="DELETE")
        try:
            urllib.request.urlopen(drop, timeout=10).close()
        except urllib.error.HTTPError as error:
            # Already dropped by a case of its own.
            if error.code != 404:
                raise
