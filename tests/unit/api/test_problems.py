"""What a refused request is answered: which error becomes which refusal, and every code and word that it may have."""

import ast
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, get_args

import pytest

from partner_program import api
from partner_program.api import partner_locator, query_api, records_api
from partner_program.api.codes import FormCode, MistakeCode, ProblemCode
from partner_program.api.edge import resolver
from partner_program.api.forms import FORMS, MISTAKES
from partner_program.api.problems import ANSWERS, MOST_TOLD, Answer, Mistake, invalid, refused_by, unreadable
from partner_program.values.errors import InvalidValue, ProgramError

GUIDE = Path(__file__).parents[3] / "docs" / "api.md"

RAISED_BY_FORM: dict[str, set[str]] = {
    "bool": {"bool_parsing"},
    "bool, strict": {"bool_type"},
    "date": set(), "datetime": set(), "decimal": set(),  # each behind a validator of ours that makes one
    "default": set(), "definitions": set(), "nullable": set(), "model-field": set(), "no-info": set(),
    "dict": {"dict_type"},
    "enum": {"enum"},
    "function-after": {"value_error"}, "function-before": {"value_error"},
    "function-wrap": {"value_error", "literal_error"},
    "int": {"int_parsing", "int_parsing_size"},
    "int, strict": {"int_type"},
    "list": {"list_type"},
    "literal": {"literal_error"},
    "model": {"model_type", "model_attributes_type"},
    "model-fields": {"missing", "extra_forbidden"},
    "str": {"string_type"},
    "tagged-union": {"model_attributes_type"},  # read by its kind alone (domain.what_if.changes)
}  # fmt: skip
"""By the type of a node in a schema of pydantic's: what it may refuse a value for."""
RAISED_BY_BOUND = {
    ("str", "min_length"): "string_too_short", ("str", "max_length"): "string_too_long",
    ("str", "pattern"): "string_pattern_mismatch", ("list", "min_length"): "too_short",
    ("list", "max_length"): "too_long", ("int", "ge"): "greater_than_equal", ("int", "le"): "less_than_equal",
}  # fmt: skip
BOUNDS = {"min_length", "max_length", "pattern", "ge", "le", "gt", "lt", "multiple_of"}
NO_SCHEMAS = {"metadata", "serialization", "config", "cls", "function"}


def nodes(part: object) -> Iterator[dict[str, Any]]:
    """Every node of a schema of pydantic's."""
    if isinstance(part, list | tuple):
        for one in part:
            yield from nodes(one)
    elif isinstance(part, dict):
        if isinstance(part.get("type"), str) and part["type"] != "definition-ref":
            yield part
        for name, one in part.items():
            if name not in NO_SCHEMAS:
                yield from nodes(one)


def taken() -> Iterator[dict[str, Any]]:
    """Every node of what the routes take: parameters and bodies."""
    app = resolver((*query_api.ROUTERS, *records_api.ROUTERS, *partner_locator.ROUTERS))
    for route in app._static_routes + app._dynamic_routes:
        asked = route.dependant
        for one in (*asked.path_params, *asked.query_params, *asked.header_params, *asked.body_params):
            yield from nodes(one._type_adapter.core_schema)


def raised_by(node: dict[str, Any]) -> Iterator[str]:
    kind = node["type"]
    yield from RAISED_BY_FORM[f"{kind}, strict" if node.get("strict") and kind in ("int", "bool") else kind]
    yield from (RAISED_BY_BOUND[kind, bound] for bound in BOUNDS & set(node))


def as_pydantic_lists(kind: str, *loc: str | int, **context: Any) -> dict[str, Any]:
    return {"type": kind, "loc": loc, "msg": "Input should be something else", "input": "GB82", "ctx": context}


# -- typed errors


@pytest.mark.catalogue("B68")
@pytest.mark.parametrize(("kind", "answer"), ANSWERS, ids=lambda one: getattr(one, "__name__", ""))
def test_an_error_is_answered_by_its_own_row_and_not_by_that_of_a_wider_one(
    kind: type[ProgramError], answer: Answer
) -> None:
    refused = refused_by(kind.__new__(kind, "said"))
    assert refused is not None
    assert (refused.status, refused.code, str(refused)) == (answer.status, answer.code, "said")


def test_an_error_without_a_row_is_a_fault_of_ours() -> None:
    assert refused_by(ProgramError("said")) is None


def test_a_value_that_cannot_be_taken_is_named_at_each_of_its_places() -> None:
    refused = refused_by(InvalidValue("a month or a year", "month", "/year"))
    assert refused is not None
    assert [one.model_dump() for one in refused.errors] == [
        {"where": "query", "at": "month", "code": "invalid_value", "detail": "a month or a year"},
        {"where": "body", "at": "/year", "code": "invalid_value", "detail": "a month or a year"},
    ]
    unplaced = refused_by(InvalidValue("a text"))
    assert unplaced is not None
    assert unplaced.errors == ()


# -- codes


def raised_in_the_code() -> Iterator[tuple[str, int]]:
    """Code and status of every refusal that the package raises in so many words, or by the table."""
    for path in sorted(Path(api.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "RequestRefused":
                status, code = map(ast.unparse, node.args[:2])
                if code != "answer.code":
                    yield ast.literal_eval(code), HTTPStatus[status.removeprefix("HTTPStatus.")]
    for _, answer in ANSWERS:
        yield answer.code, answer.status


def test_every_code_is_raised_with_one_status_and_every_raised_one_is_a_stable_code() -> None:
    raised = set(raised_in_the_code())
    assert {code for code, _ in raised} == set(get_args(ProblemCode))
    assert len(raised) == len(get_args(ProblemCode))


def rows_of_guide(head: str) -> list[list[str]]:
    """The cells of a table of the guide, by the beginning of its head; codes without their marks."""
    table = GUIDE.read_text(encoding="utf-8").partition(f"\n| {head} |")[2].partition("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return [[cell.strip("`") for cell in row] for row in rows]


def test_the_guide_has_every_code_of_a_refusal_with_its_status() -> None:
    rows = rows_of_guide("code")
    assert [(code, int(status)) for code, status, _ in rows] == sorted(
        set(raised_in_the_code()), key=lambda one: (one[1], one[0])
    )
    assert all(told for *_, told in rows)


def test_the_guide_has_every_code_of_a_mistake() -> None:
    rows = rows_of_guide("code in `errors`")
    assert sorted(code for code, _ in rows) == sorted(get_args(MistakeCode))
    assert all(told for *_, told in rows)


# -- what parameters and bodies were found to be


def test_every_mistake_of_form_that_a_request_can_make_has_a_code_and_words_of_our_own() -> None:
    found = {kind for node in taken() for kind in raised_by(node)}
    assert found <= set(MISTAKES)
    assert set(MISTAKES) - found == set()
    assert {code for code, _ in MISTAKES.values()} | {"unknown_parameter", "invalid_value"} == set(get_args(FormCode))


def test_whatever_has_a_pattern_is_told_how_it_is_written() -> None:
    patterns = {node["pattern"] for node in taken() if "pattern" in node}
    assert len(patterns) > 15
    used = set()
    for pattern in patterns:
        refused = unreadable([as_pydantic_lists("string_pattern_mismatch", "query", "at", pattern=pattern)])
        [mistake] = refused.errors
        used.add(mistake.detail)
        assert mistake.detail in FORMS.values() or mistake.detail.startswith("Choose "), pattern
        assert mistake.code == ("not_a_choice" if mistake.detail.startswith("Choose ") else "wrong_form")
        assert "^" not in mistake.detail
        assert "GB82" not in mistake.detail
    assert set(FORMS.values()) <= used


@pytest.mark.parametrize(
    ("error", "code", "detail"),
    [
        (as_pydantic_lists("less_than_equal", "query", "limit", le=100), "out_of_range", "It is at most 100."),
        (as_pydantic_lists("enum", "query", "by", expected="'month' or 'year'"), "not_a_choice",
         "Choose 'month' or 'year'."),
        (as_pydantic_lists("string_pattern_mismatch", "path", "format", pattern="^(html|pdf)$"), "not_a_choice",
         "Choose html, pdf."),
        (as_pydantic_lists("missing", "query", "kind"), "missing", "This is needed."),
        (as_pydantic_lists("of_a_later_pydantic", "query", "kind"), "wrong_form", "This cannot be read."),
        ({"type": "value_error", "loc": ("query", "on"), "msg": "Value error, a date is written YYYY-MM-DD"},
         "wrong_form", "a date is written YYYY-MM-DD"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_our_words(error: dict[str, Any], code: str, detail: str) -> None:
    [mistake] = unreadable([error]).errors
    assert (mistake.code, mistake.detail) == (code, detail)


@pytest.mark.parametrize("kind", ["missing", "string_too_short", "string_too_long", "string_pattern_mismatch"])
def test_whatever_is_wrong_with_an_idempotency_key_it_is_told_what_one_is(kind: str) -> None:
    [mistake] = unreadable([as_pydantic_lists(kind, "header", "idempotency-key")]).errors
    assert mistake.detail.startswith("Send an Idempotency-Key: any text of 1 to 255 visible ASCII characters")


def test_a_path_of_another_form_names_nothing_and_is_told_how_its_parts_are_written() -> None:
    refused = unreadable([as_pydantic_lists("string_pattern_mismatch", "path", "period", pattern=r"^[0-9]{4}Q[1-4]$")])
    assert (refused.status, refused.code) == (404, "not_found")
    assert [one.model_dump() for one in refused.errors] == [
        {"where": "path", "at": "period", "code": "wrong_form", "detail": "A quarter is written 2024Q3."}
    ]


@pytest.mark.parametrize("mistakes", [MOST_TOLD, MOST_TOLD + 1, 40_000])
def test_of_very_many_mistakes_the_first_are_told_and_how_many_more_there_are(mistakes: int) -> None:
    found = [Mistake(where="body", at=f"/{at}", code="unknown_field", detail="none") for at in range(mistakes)]
    refused = invalid(found)
    assert refused.errors == tuple(found[:MOST_TOLD])
    more = mistakes - MOST_TOLD
    assert str(refused).endswith(f" {more} more are not listed." if more else "; errors says where.")


@pytest.mark.catalogue("B52", "B71")
@pytest.mark.parametrize("name", ["GB82WEST12345698765432", "x" * 50 + " GB82WEST12345698765432", "12345678901/2"])
def test_a_bank_number_in_the_place_of_a_name_is_not_repeated(name: str) -> None:
    [mistake] = unreadable([as_pydantic_lists("extra_forbidden", "body", name)]).errors
    assert "***" in mistake.at
    assert not any(digits in mistake.at for digits in ("GB82", "12345"))
