"""The contract of the API can be read by whatever reads OpenAPI."""

import json
import re
from collections.abc import Iterator

from local.openapi import OPENAPI, ecma_pattern

NOT_ECMA_262 = re.compile(r"\\[AZzpPx](?![0-9a-f]{2})|\(\?[^:=!<]")
"""What Rust or Python say in a pattern, and ECMA-262 does not, or only with a flag that JSON Schema cannot set."""


def patterns(part: object) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from patterns(one)
    elif isinstance(part, dict):
        if isinstance(part.get("pattern"), str):
            yield part["pattern"]
        for one in part.values():
            yield from patterns(one)


def test_every_pattern_is_one_that_every_reader_of_json_schema_knows() -> None:
    found = set(patterns(json.loads(OPENAPI.read_text(encoding="utf-8"))))
    assert len(found) > 10
    assert not [pattern for pattern in found if NOT_ECMA_262.search(pattern)]
    assert all(pattern.startswith("^") and pattern.endswith("$") for pattern in found)


def test_a_pattern_is_put_in_the_words_of_ecma_262_or_left_out() -> None:
    assert ecma_pattern(r"\A[a-z]{1,64}\z") == "^[a-z]{1,64}$"
    assert ecma_pattern(r"^\x21[\x21-\x7e]+$") == r"^\x21[\x21-\x7e]+$"
    assert ecma_pattern(r"\A[^\x{2800}\s]\z") is None
    assert ecma_pattern(r"^[^\p{C}]$") is None


def test_the_bounds_of_a_page_are_told_in_the_words_of_json_schema() -> None:
    paths = json.loads(OPENAPI.read_text(encoding="utf-8"))["paths"]
    given = paths["/v1/accounts"]["get"]["parameters"]
    [limit] = [one["schema"] for one in given if one["name"] == "limit"]
    assert (limit["type"], limit["minimum"], limit["maximum"], limit["default"]) == ("integer", 1, 100, 50)
