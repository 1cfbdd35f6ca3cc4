"""Says of each filter on standard input (a JSON list) whether odata-query reads it (a JSON list of booleans)."""

import json
import sys

from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser


def reads(text: str) -> bool:
    try:
        return ODataParser().parse(ODataLexer().tokenize(text)) is not None
    except ODataException:
        return False


json.dump([reads(text) for text in json.load(sys.stdin)], sys.stdout)
