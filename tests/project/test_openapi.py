"""The contract of the API can be read by whatever reads OpenAPI, and says of each route what is true of it."""

import csv
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from local.openapi import document, ecma_pattern
from local.openapi_examples import QUESTIONS, kept
from partner_program.domain.facts import RECORD_TYPES
from tests.deployed.documented import check_documented
from tests.deployed.template import REPOSITORY

NOT_ECMA_262 = re.compile(r"\\[AZzpPx](?![0-9a-f]{2})|\(\?[^:=!<]")
"""What Rust or Python say in a pattern, and ECMA-262 does not, or only with a flag that JSON Schema cannot set."""
OF_PYTHON = re.compile(r"\b(None|True|False|tuple|Decimal)\b|\(B[0-9]{2}\)")

made = cache(document)


def operations() -> dict[str, tuple[str, dict[str, Any]]]:
    """Method and operation by `operationId`."""
    listed = [(method, one) for methods in made()["paths"].values() for method, one in methods.items()]
    assert len({one["operationId"] for _, one in listed}) == len(listed)
    return {one["operationId"]: (method, one) for method, one in listed}


def texts(part: object, name: str) -> Iterator[str]:
    """The texts of that name, wherever they stand."""
    if isinstance(part, list):
        for one in part:
            yield from texts(one, name)
    elif isinstance(part, dict):
        if isinstance(part.get(name), str):
            yield part[name]
        for key, one in part.items():
            if key != "example":
                yield from texts(one, name)


def wrong(schema: dict[str, Any], value: object) -> list[str]:
    """What of a value does not fit a schema of the document."""
    found = Draft202012Validator({**schema, "components": made()["components"]}).iter_errors(value)
    return [f"{one.json_path}: {one.message}" for one in found]


def statuses(name: str) -> set[int]:
    return set(map(int, operations()[name][1]["responses"]))


def test_every_pattern_is_one_that_every_reader_of_json_schema_knows() -> None:
    found = set(texts(made(), "pattern"))
    assert len(found) > 10
    assert not [pattern for pattern in found if NOT_ECMA_262.search(pattern)]
    assert all(pattern.startswith("^") and pattern.endswith("$") for pattern in found)


def test_a_pattern_is_put_in_the_words_of_ecma_262_or_left_out() -> None:
    assert ecma_pattern(r"\A[a-z]{1,64}\z") == "^[a-z]{1,64}$"
    assert ecma_pattern(r"^\x21[\x21-\x7e]+$") == r"^\x21[\x21-\x7e]+$"
    assert ecma_pattern(r"\A[^\x{2800}\s]\z") is None
    assert ecma_pattern(r"^[^\p{C}]$") is None


def test_the_bounds_of_a_page_are_told_in_the_words_of_json_schema() -> None:
    given = operations()["list_accounts"][1]["parameters"]
    [limit] = [one["schema"] for one in given if one["name"] == "limit"]
    told = [limit[name] for name in ("type", "minimum", "maximum", "default")]
    assert json.dumps(told) == '["integer", 1, 100, 50]'


def test_descriptions_speak_of_json_and_not_of_python_or_of_tests() -> None:
    found = list(texts(made(), "description"))
    assert len(found) > 100
    assert not [said for said in found if OF_PYTHON.search(said)]


def test_what_is_read_is_got_or_listed_and_what_acts_is_named_by_its_act() -> None:
    reads = {name for name, (method, _) in operations().items() if method == "get"}
    assert reads == {name for name in operations() if name.startswith(("get_", "list_"))}


def test_every_operation_is_under_a_tag_that_is_described() -> None:
    used = {tag for _, one in operations().values() for tag in one["tags"]}
    assert used == {tag["name"] for tag in made()["tags"] if tag["description"]}


def test_a_route_is_refused_with_what_it_can_be_refused_with_and_nothing_else() -> None:
    assert statuses("quote_prices") == {200, 400, 401, 403, 404, 413, 415, 429, 500, 503}
    assert statuses("list_locator_partners") == {200, 304, 400, 429, 500, 503}
    assert statuses("get_account") == {200, 304, 400, 401, 403, 404, 429, 500, 503}
    assert statuses("hold_payout") == statuses("quote_prices") | {409, 412, 428}
    assert statuses("approve_batch") == statuses("quote_prices") | {409}
    assert statuses("put_record") == statuses("approve_batch") | {201, 202, 412, 422}
    assert {name for name, (method, _) in operations().items() if method == "get" and 409 in statuses(name)} == {
        "get_restatement", "list_report_lines",
    }  # fmt: skip


def test_if_match_is_required_where_its_absence_is_refused() -> None:
    for name, (_, one) in operations().items():
        required = [given["required"] for given in one.get("parameters", ()) if given["name"] == "If-Match"]
        assert (required == [True]) is (428 in statuses(name)), name


def test_who_reads_only_one_body_of_a_refusal_reads_the_usual_one() -> None:
    responses = made()["components"]["responses"]
    first = {name: next(iter(one["content"])) for name, one in responses.items()}
    assert first.pop("Refused401") == "application/json"
    assert list(responses["Refused429"]["content"]) == [first.pop("Refused429")] == ["application/json"]
    assert set(first.values()) == {"application/problem+json"}


def test_etags_are_told_where_they_are_sent_and_where_they_are_taken() -> None:
    for name, (method, one) in operations().items():
        takes = {given["name"] for given in one.get("parameters", ())}
        told = [status for status, answer in one["responses"].items() if "ETag" in answer.get("headers", {})]
        assert ("If-None-Match" in takes) is (method == "get" or name == "put_record")
        assert method != "get" or told == ["200", "304"]
        assert 428 not in statuses(name) or told == ["200"]


@pytest.mark.parametrize("kind", RECORD_TYPES)
def test_the_columns_of_a_kind_are_told_and_those_of_no_other_fit(kind: str) -> None:
    schema = operations()["put_record"][1]["requestBody"]["content"]["application/json"]["schema"]
    file = REPOSITORY / "events" / "sample_program" / "records" / f"{kind}.csv"
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    for row in rows[:3]:
        given = {name: value for name, value in row.items() if value}
        assert wrong(schema, given) == []
        assert wrong(schema, given | {"unknown_column": "x"})
    assert rows
    own = made()["components"]["schemas"]["Columns" + "".join(word.capitalize() for word in kind.split("_"))]
    assert wrong(schema, dict.fromkeys(own["properties"], "x")) == []
    assert wrong(schema, dict.fromkeys(own["required"][1:], "x"))


def test_a_severity_and_a_product_class_are_chosen_from_a_list() -> None:
    assert made()["components"]["schemas"]["Incident"]["properties"]["severity"]["enum"] == [
        "critical", "high", "medium", "low",
    ]  # fmt: skip
    given = {one["name"]: one["schema"] for one in operations()["list_revenue_lines"][1]["parameters"]}
    assert given["product_class"]["anyOf"][0]["enum"] == ["software", "care", "hardware", "services", "training"]


def test_each_example_is_an_answer_that_its_schema_allows() -> None:
    assert {one.operation for one in QUESTIONS} == set(kept())
    for question in QUESTIONS:
        operation = operations()[question.operation][1]
        answer = operation["responses"]["200"]["content"]["application/json"]
        assert answer["example"] == kept()[question.operation]
        assert wrong(answer["schema"], answer["example"]) == [], question.operation
        if question.body is not None:
            asked = operation["requestBody"]["content"]["application/json"]
            assert wrong(asked["schema"], asked["example"]) == [], question.operation


def test_an_example_that_its_schema_does_not_allow_is_found() -> None:
    answer = operations()["get_account"][1]["responses"]["200"]["content"]["application/json"]
    assert wrong(answer["schema"], answer["example"] | {"tier": "gold"})


def test_an_answer_that_the_document_does_not_have_is_found_by_every_test_that_gets_it() -> None:
    quotes, problem, json_body = "/v1/accounts/P1-DE/quotes", "application/problem+json", "application/json"
    check_documented("POST", quotes, 200, {"Content-Type": json_body})
    check_documented("POST", quotes, 404, {"content-type": problem})
    for status, kind in ((412, problem), (404, json_body), (200, "text/html")):
        with pytest.raises(AssertionError):
            check_documented("POST", quotes, status, {"Content-Type": kind})
