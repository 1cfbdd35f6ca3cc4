"""Recorded answers of Graph v1.0, read by the models of the published msgraph-sdk for Python.

Usage: answers.py FOLDER-OF-ANSWERS     Prints what was read; stops with 1 if a member did not land in its field.

The answers are those of a test run with SIMTUNE_RECORD_RESPONSES=FOLDER-OF-ANSWERS. Each goes through the parse node
that the SDK itself would use. Whatever the model does not declare would end in additional_data, and a value that the
model cannot hold would become None, both silently; here both are failures.

The SDK takes long for an object (it looks at some thousand models for each), so objects that differ only in what their
texts, numbers and dates say are read once.
"""

import json
import re
import sys
from datetime import datetime
from enum import Enum
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory

# The last name of a context, and the type it leads to.
TYPES = {
    "auditEvents": "AuditEvent",
    "detectedApps": "DetectedApp",
    "deviceCategories": "DeviceCategory",
    "deviceCategory": "DeviceCategory",
    "deviceCompliancePolicyStates": "DeviceCompliancePolicyState",
    "deviceConfigurationStates": "DeviceConfigurationState",
    "deviceManagement": "DeviceManagement",
    "logCollectionRequests": "DeviceLogCollectionResponse",
    "managedDeviceOverview": "ManagedDeviceOverview",
    "managedDevices": "ManagedDevice",
    "me": "User",
    "microsoft.graph.deviceLogCollectionResponse": "DeviceLogCollectionResponse",
    "organization": "Organization",
    "users": "User",
    "windowsProtectionState": "WindowsProtectionState",
}
# The SDK has no class for these: they are properties, reached by a function of their own, or text.
NO_CLASSES = {"Edm.String", "settingStates"}

# Members of enumerations are spelled so; a text that happens to be is told apart for nothing.
WORD = re.compile(r"[a-z][A-Za-z]+\d{0,3}[A-Za-z]*")

ANNOTATION = re.compile(r"(\w*)@odata\.(context|count|nextLink|type|id|editLink)")

# Values outside the schema of v1.0 that the service sends all the same, and the SDK reads as None. Who saw which is in
# ../types/expected.mjs. One that is not met any more fails too.
LOST = {
    ("ManagedDevice", "managementAgent", "intuneAosp"),
    ("ManagedDevice", "deviceEnrollmentType", "androidAOSPUserOwnedDeviceEnrollment"),
    ("ManagedDevice", "deviceEnrollmentType", "androidAOSPUserlessDeviceEnrollment"),
    ("ManagedDevice", "deviceEnrollmentType", "androidEnterpriseCorporateWorkProfile"),
    ("ManagedDevice", "deviceEnrollmentType", "androidEnterpriseDedicatedDevice"),
    ("ManagedDevice", "deviceEnrollmentType", "androidEnterpriseFullyManaged"),
    ("ManagedDevice", "deviceEnrollmentType", "azureAdJoinUsingAzureVmExtension"),
    ("ManagedDevice", "deviceEnrollmentType", "appleACMEBasicBYOD"),
}


class Reader:
    """Compares JSON with what a model made of it, and collects where they differ."""

    def __init__(self) -> None:
        self.wrong: set[str] = set()
        self.lost: set[tuple[str, str, object]] = set()
        self.members = 0
        self.declared: dict[type, set[str]] = {}

    def compare(self, sent: dict, model: object) -> None:
        kind = type(model).__name__
        if type(model) not in self.declared:
            self.declared[type(model)] = set(model.get_field_deserializers())
        declared = self.declared[type(model)]
        names = [name for name in sent if name in declared or not ANNOTATION.fullmatch(name)]
        for name in set(names) - declared:
            self.wrong.add(f"{kind} does not declare {name}")
        for name in model.additional_data:
            if not ANNOTATION.fullmatch(name):
                self.wrong.add(f"{kind} has {name} in additional_data")
        for name in declared.intersection(names):
            self.members += 1
            self.value(kind, name, sent[name], getattr(model, attribute(name)))

    def value(self, kind: str, name: str, sent: object, read: object) -> None:
        if isinstance(sent, list) and isinstance(read, list) and len(sent) == len(read):
            for pair in zip(sent, read):
                self.value(kind, name, *pair)
        elif isinstance(sent, dict) and hasattr(read, "get_field_deserializers"):
            typed = sent.get("@odata.type", "")
            if typed and typed.rsplit(".", 1)[1].lower() != type(read).__name__.lower():
                self.wrong.add(f"{kind}/{name}: {typed} was read as {type(read).__name__}")
            self.compare(sent, read)
        elif read is None and sent is not None:
            self.lost.add((kind, name, sent if isinstance(sent, str | int) else repr(sent)))
        elif not same(sent, read):
            self.wrong.add(f"{kind}/{name}: {sent!r} was read as {read!r}")


@cache
def model_called(name: str) -> type:
    module = re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
    return getattr(import_module(f"msgraph.generated.models.{module}"), name)


def names_of(fragment: str) -> list[str]:
    """`deviceManagement/managedDevices('x')/users(id)` -> the names on the way; parentheses nest."""
    names, depth = "", 0
    for character in fragment:
        depth += character == "("
        names += character if depth == 0 else ""
        depth -= character == ")"
    return names.split("/")


def shape(sent: object) -> object:
    """What of a value decides how it is read."""
    if isinstance(sent, dict):
        return tuple((name, shape(value)) for name, value in sorted(sent.items()))
    if isinstance(sent, list):
        return tuple(shape(value) for value in sent)
    return sent if isinstance(sent, str) and WORD.fullmatch(sent) else type(sent)


def attribute(name: str) -> str:
    """The field that the SDK's generator makes of a member's name."""
    if name == "@odata.type":
        return "odata_type"
    return re.sub(r"[@.]", "_", re.sub(r"(?<!^)([A-Z])", r"_\1", name)).lower().lstrip("_")


def same(sent: object, read: object) -> bool:
    if isinstance(read, Enum):
        return sent == read.value
    if isinstance(read, list) and isinstance(sent, str):
        # Flags: several members can hold at once.
        return bool(read) and [flag.strip() for flag in sent.split(",")] == [flag.value for flag in read]
    if isinstance(read, UUID):
        return sent == str(read)
    if isinstance(read, datetime):
        # Python has no 100 ns.
        return isinstance(sent, str) and read.isoformat()[:19] == sent[:19]
    return type(sent) is type(read) and sent == read


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: answers.py FOLDER-OF-ANSWERS", file=sys.stderr)
        return 2
    reader = Reader()
    answers = 0
    seen: set[object] = set()
    for file in sorted(Path(sys.argv[1]).glob("*.json")):
        recorded = json.loads(file.read_text())
        body = recorded["body"]
        fragment = re.search(r"/v1\.0/\$metadata#(.+?)(/\$entity)?$", body.get("@odata.context", ""))
        # The SDK asks neither for no metadata nor for numbers as text, and could not read the latter.
        if fragment is None or "IEEE754Compatible=true" in recorded["content_type"]:
            continue
        name = names_of(fragment[1])[-1]
        if name in NO_CLASSES:
            continue
        answers += 1
        single = model_called(TYPES[name])
        model = model_called(f"{TYPES[name]}CollectionResponse") if isinstance(body.get("value"), list) else single
        if isinstance(body.get("value"), list):
            fresh = {(single, shape(item)): item for item in body["value"]}
            body["value"] = [item for key, item in fresh.items() if key not in seen]
            seen.update(fresh)
        if (model, shape(body)) in seen:
            continue
        seen.add((model, shape(body)))
        node = JsonParseNodeFactory().get_root_parse_node("application/json", json.dumps(body).encode())
        reader.compare(body, node.get_object_value(model.create_from_discriminator_value(node)))
    wrong = sorted(reader.wrong)
    wrong += [f"{kind}/{name}: {sent!r} was read as nothing" for kind, name, sent in sorted(reader.lost - LOST, key=str)]
    wrong += [f"{kind}/{name}: {sent!r} was expected to be lost, and was not met" for kind, name, sent in sorted(LOST - reader.lost)]
    if answers == 0:
        wrong.append(f"no answers in {sys.argv[1]}")
    for line in wrong[:40]:
        print(f"FAIL {line}", file=sys.stderr)
    if wrong:
        return 1
    print(f"{reader.members} different members of {answers} answers landed where msgraph-sdk {version('msgraph-sdk')} declares them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
