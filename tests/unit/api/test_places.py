"""A value that cannot be taken is told with its place in the request, wherever the code knows it."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import partner_program
from partner_program.api import partner_locator, query_api, records_api
from partner_program.api.edge import resolver
from partner_program.domain.payments.reasons import given_reason
from partner_program.rulebook import NotInForce, load_rulebook
from partner_program.use_cases.queries.asked import rules_asked_for
from partner_program.values.errors import InvalidValue

PACKAGE = Path(partner_program.__path__[0])
OF_REQUESTS = (
    *(PACKAGE / "use_cases" / "queries").glob("*.py"), PACKAGE / "domain" / "benefit_requests.py",
    PACKAGE / "domain" / "payments" / "reasons.py", PACKAGE / "adapters" / "bank_accounts.py",
    *(PACKAGE / "api").rglob("*.py"),
    *(PACKAGE / "use_cases" / name for name in ("benefit_requests.py", "name_payee.py", "prepare_payments.py")),
)  # fmt: skip
"""Where nothing but what somebody asks for is read."""


def calls_of(*names: str) -> Iterator[ast.Call]:
    for path in OF_REQUESTS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
                yield node


def names_taken() -> set[str]:
    """Every query parameter, and every field of a body as a pointer."""
    app = resolver((*query_api.ROUTERS, *records_api.ROUTERS, *partner_locator.ROUTERS))
    taken: set[str] = set()
    for route in app._static_routes + app._dynamic_routes:
        taken |= {one.alias for one in route.dependant.query_params}
        taken |= {f"/{name}" for one in route.dependant.body_params for name in getattr(one.type_, "model_fields", ())}
    return taken


def test_every_value_of_a_request_that_cannot_be_taken_is_told_with_its_place() -> None:
    calls = list(calls_of("InvalidValue", "AskedAhead"))
    assert len(calls) > 40
    assert [ast.unparse(call) for call in calls if len(call.args) < 2] == []


def test_every_place_that_is_told_is_a_parameter_or_a_field_of_some_route() -> None:
    calls = calls_of("InvalidValue", "AskedAhead", "rules_asked_for")
    places = {
        text.value
        for call in calls
        for argument in call.args[1:]
        for text in ast.walk(argument)
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and text.value not in ("/", "")
    }
    assert {"as_of", "region", "/needed_by", "/number", "/on", "from"} <= places
    assert places <= names_taken()


def test_a_day_before_the_rulebook_is_told_with_its_first_day_and_where_it_was_asked() -> None:
    with pytest.raises(NotInForce, match="no value in force on 2020-01-01: its first day is 2022-01-01") as refused:
        rules_asked_for(load_rulebook(), date(2020, 1, 1), "/on")
    assert refused.value.at == ("/on",)
    assert rules_asked_for(load_rulebook(), date(2024, 1, 1), "/on").on == date(2024, 1, 1)


@pytest.mark.parametrize(("at", "told"), [({}, "/reason"), ({"at": "/purpose"}, "/purpose")])
def test_a_reason_that_is_none_is_told_where_it_stands(at: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        given_reason("\u3000", "hold", **at)
    assert refused.value.at == (told,)
