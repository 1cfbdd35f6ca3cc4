"""Compares what the query engine says of the filters in fixtures/odata/filters.txt with what other parsers say.

Usage: compare.py NODE_MODULES     Prints how often each parser agrees; stops with 1 at a difference that has no reason.

The engine is not asked here: `cargo test` holds it to the same file. The verdict that is compared is whether a filter
can be read, because the other parsers know no types.
"""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parents[2] / "fixtures" / "odata" / "filters.txt"
# The least that "a corpus" may shrink to.
LEAST = 300
RIGHT = ("ours", "theirs")


def corpus() -> dict[str, bool]:
    """Filter → whether the engine reads it."""
    verdicts: dict[str, bool] = {}
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        mark, rest = line.split(" ", 1)
        text = rest if mark == "=" else rest.split(" ", 1)[1]
        verdicts[text] = mark != "!"
    return verdicts


def asked(command: list[str], filters: list[str], **environment: str) -> list[bool]:
    """The verdicts of a parser that runs as a process of its own."""
    done = subprocess.run(
        command,
        input=json.dumps(filters),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        env={**os.environ, **environment},
    )
    if done.returncode != 0:
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stderr}")
    verdicts = json.loads(done.stdout)
    # A parser that reads everything, or nothing, or loses count has not been asked.
    if len(verdicts) != len(filters) or len(set(verdicts)) != 2:
        sys.exit(f"{command} gave {len(verdicts)} verdicts for {len(filters)} filters, of {len(set(verdicts))} kinds")
    return verdicts


def explained(parsers: list[str], known: dict[str, bool]) -> dict[str, set[str]]:
    """Parser → filters whose difference has a reason."""
    reasons: dict[str, set[str]] = {parser: set() for parser in parsers}
    for entry in tomllib.loads((HERE / "differences.toml").read_text(encoding="utf-8"))["difference"]:
        if entry["right"] not in RIGHT or not entry["rule"] or not entry["why"]:
            sys.exit(f"not a reason: {entry}")
        for parser in entry["parsers"]:
            for text in entry["filters"]:
                if text not in known:
                    sys.exit(f"differences.toml explains a filter that is not in the corpus: {text}")
                if text in reasons[parser]:
                    sys.exit(f"differences.toml explains twice, for {parser}: {text}")
                reasons[parser].add(text)
    return reasons


def main() -> None:
    ours = corpus()
    if len(ours) < LEAST:
        sys.exit(f"the corpus has only {len(ours)} filters")
    filters = list(ours)
    theirs = {
        "odata-v4-parser": asked(["node", str(HERE / "odata_v4_parser.js")], filters, NODE_PATH=sys.argv[1]),
        "odata-query": asked([sys.executable, str(HERE / "odata_query_parser.py")], filters),
    }
    reasons = explained(list(theirs), ours)
    wrong = []
    for parser, verdicts in theirs.items():
        differing = {text for text, reads in zip(filters, verdicts, strict=True) if reads != ours[text]}
        said = {True: "reads what the engine refuses", False: "refuses what the engine reads"}
        reads = dict(zip(filters, verdicts, strict=True))
        wrong += [f"{parser} {said[reads[text]]}, for no listed reason: {text}" for text in sorted(differing - reasons[parser])]
        wrong += [f"{parser} agrees, take it off the list: {text}" for text in sorted(reasons[parser] - differing)]
        agreed = len(filters) - len(differing)
        print(f"{parser}: {agreed} of {len(filters)} verdicts agree, {len(differing)} differ")
    if wrong:
        sys.exit("\n".join(wrong))
    print("every difference has its reason in differences.toml")


main()
