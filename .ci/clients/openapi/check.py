"""The control API against its own document, judged by others: openapi-spec-validator and schemathesis.

Usage: check.py PATH-OF-SIMTUNE     Ends with 0 only if every operation was tested and nothing was found.

The document and the operations come from the running program, so a call that is added later is covered as it is.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator

FOLDER = Path(__file__).resolve().parent
CERTIFICATE = FOLDER.parents[2] / "fixtures" / "identity" / "test-client-certificate.pem"
EXAMPLES = os.environ.get("OPENAPI_EXAMPLES", "200")
SECONDS = 600
SECONDS_TO_START = 30
# A debug build needs some 60 MiB for the default fleet and 20 small worlds.
MOST_MEBIBYTES = 400


# Operations that need not succeed here, each with the reason.
NOT_JUDGED = {
    "GET /api/events": "a stream that ends with the simulator is not asked for at all (schemathesis.toml)",
    "POST /api/tenants/{tenant}/import": "not asked for at all: a world is what export made, and none is made up (schemathesis.toml)",
    "GET /api/tenants/{tenant}/why/{request}": "it is about an exchange of the client port, where nothing is asked here",
    "DELETE /api/tenants/{tenant}": "the default world, which the configuration names, cannot be dropped: 409",
}


class Failed(Exception):
    pass


def start(program, folder):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIMTUNE_")}
    ready = folder / "ready.json"
    arguments = [program, "serve", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--ready-file", str(ready)]
    log = (folder / "simtune.log").open("wb")
    server = subprocess.Popen(arguments, cwd=folder, env=environment, stdout=log, stderr=log)
    deadline = time.monotonic() + SECONDS_TO_START
    while not ready.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            server.kill()
            raise Failed(f"not ready: {(folder / 'simtune.log').read_text()[-2000:]}")
        time.sleep(0.02)
    return server, json.loads(ready.read_text())["controlUrl"]


def loose_objects(part, place=""):
    """Objects with properties that may have others as well, and so say too little."""
    if isinstance(part, dict):
        if part.get("type") == "object" and "properties" in part and part.get("additionalProperties") is not False:
            yield place
        for name, value in part.items():
            yield from loose_objects(value, f"{place}/{name}")
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from loose_objects(value, f"{place}/{number}")


def validate(document):
    problems = list(OpenAPIV31SpecValidator(document).iter_errors())
    if problems:
        raise Failed("\n".join(str(problem) for problem in problems[:5]))
    loose = list(loose_objects(document["components"]["schemas"]))
    if loose:
        raise Failed(f"schemas that are not closed: {', '.join(loose)}")
    operations = {f"{verb.upper()} {path}" for path, verbs in document["paths"].items() for verb in verbs}
    print(f"openapi-spec-validator: valid OpenAPI {document['openapi']}, {len(operations)} operations, closed schemas")
    return operations


def fuzz(control, document, folder):
    report = folder / "report.json"
    # Out of a file: where it comes from an address, the call at that address is left out.
    source = folder / "openapi.json"
    source.write_text(json.dumps(document))
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file", str(FOLDER / "schemathesis.toml"),
        "run", str(source), "--url", control,
        "--checks", "all", "--max-examples", EXAMPLES, "--phases", "examples,coverage,fuzzing,stateful",
        "--continue-on-failure", "--request-timeout", "20", "--no-color",
        "--report", "json", "--report-json-path", str(report),
    ]  # fmt: skip
    if seed := os.environ.get("OPENAPI_SEED"):
        command += ["--seed", seed]
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": str(FOLDER / "hooks.py"),
        "SIMTUNE_CHECK_CERTIFICATE": str(CERTIFICATE),
        "SIMTUNE_CHECK_CONTROL": control,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }
    ended = subprocess.run(command, cwd=folder, env=environment, timeout=SECONDS, check=False)
    if not report.exists():
        raise Failed(f"schemathesis left no report and ended with {ended.returncode}")
    told = json.loads(report.read_text())
    if ended.returncode != 0 or not told["complete"] or told["failures"] or told["errors"]:
        raise Failed(f"schemathesis found something, or did not end well ({ended.returncode})")
    return told


def judge(told, operations):
    """Whether anything was tested at all: each operation, and each with success at least once."""
    accepted = {
        name: sum(phase["accepted"] for phase in phases.values()) for name, phases in told["valid_rates"].items()
    }
    never = sorted(name for name in operations - NOT_JUDGED.keys() if not accepted.get(name))
    if never:
        raise Failed(f"never answered with success: {', '.join(never)}")
    print(f"schemathesis: {told['test_cases']['generated']} cases, {len(accepted)} operations, nothing found")


def judge_memory(process):
    """What a day of nonsense leaves must not be felt."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return
    peak = next(int(line.split()[1]) // 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    if peak > MOST_MEBIBYTES:
        raise Failed(f"simtune needed {peak} MiB; {MOST_MEBIBYTES} are the most")
    print(f"memory: {peak} MiB at most")


def main(program):
    print(f"schemathesis and openapi-spec-validator on {program}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server, control = start(program, folder)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{control}/api/openapi.json") as answer:
                document = json.load(answer)
            operations = validate(document)
            judge(fuzz(control, document, folder), operations)
            if server.poll() is not None:
                raise Failed(f"simtune ended with {server.returncode}")
            judge_memory(server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)
    if server.returncode != 0:
        raise Failed(f"simtune ended with {server.returncode}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        main(str(Path(sys.argv[1]).resolve()))
    except Failed as failed:
        sys.exit(f"FAIL {failed}")
