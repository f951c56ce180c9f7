"""What the routes of records and of requests for benefits take and hide, beside what the use cases decide."""

from datetime import UTC, date, datetime

import pytest

from partner_program.api.problems import RequestRefused, pointer
from partner_program.api.record_errors import row_rejected
from partner_program.api.routes.records import RecordKey
from partner_program.api.versions import tag_in
from partner_program.domain.benefit_requests import BenefitKind, BenefitRequest, RequestEvent, RequestState
from partner_program.domain.facts import RECORD_TYPES
from partner_program.domain.files.outcomes import ReasonCode, Rejection
from partner_program.domain.payments.people import Actor, Role
from partner_program.domain.records.columns import key_columns
from partner_program.rulebook import Access
from partner_program.use_cases.queries.benefit_requests import request_seen
from partner_program.use_cases.record_one import RowRejected
from partner_program.values.tiers import Tier

AT = datetime(2024, 3, 15, 12, tzinfo=UTC)
ANNA, CORA = Actor(person="anna", role=Role.PARTNER), Actor(person="cora", role=Role.CHANNEL)


def test_a_record_can_be_asked_for_by_every_key_column_and_by_nothing_else() -> None:
    assert {name for kind in RECORD_TYPES for name in key_columns(kind)} == set(RecordKey.model_fields)


@pytest.mark.parametrize(
    "text",
    ["", "x", "*", '"xyz"', 'W/"0123456789abcdef"', '"0123456789abcdef', '0123456789abcdef"', '"٠123456789abcdef"',
     '"ab", "cd"', '""', '"' + "a" * 65 + '"', '"AB"'],
)  # fmt: skip
@pytest.mark.catalogue("B70")
def test_what_is_no_tag_is_refused_with_the_form_of_one(text: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        tag_in(text)
    [mistake] = refused.value.errors
    assert (refused.value.status, mistake.where, mistake.at, mistake.code) == (400, "header", "if-match", "wrong_form")
    assert '"2"' in mistake.detail


@pytest.mark.parametrize("text", [' "0123456789abcdef" ', "0123456789abcdef"])
def test_a_tag_is_read_with_its_quotes_or_as_the_body_tells_it(text: str) -> None:
    assert tag_in(text) == "0123456789abcdef"


@pytest.mark.parametrize(
    ("name", "at"), [("tier", "/tier"), ("a/b", "/a~1b"), ("~", "/~0"), ("x" * 99, "/" + "x" * 64)]
)
def test_a_pointer_names_where_in_the_body_something_stands(name: str, at: str) -> None:
    assert pointer(name) == at


def test_a_rejected_row_is_told_by_column_with_what_to_do_and_without_the_value() -> None:
    mistakes = (
        Rejection(code=ReasonCode.INVALID_DATE, message="no such day", line=1, column="until"),
        Rejection(code=ReasonCode.OUT_OF_RANGE, message="too early", line=1, column="opened_on"),
    )
    refused: RequestRefused = row_rejected(RowRejected(mistakes), in_body=("until",))
    assert (refused.status, refused.code) == (422, "record_rejected")
    assert [(one.where, one.at, one.code) for one in refused.errors] == [
        ("body", "/until", "INVALID_DATE"), ("path", "opened_on", "OUT_OF_RANGE"),
    ]  # fmt: skip
    assert refused.errors[0].detail.startswith("no such day. Write the date")


@pytest.mark.parametrize(("by_partner", "people"), [(True, ["anna", None]), (False, ["anna", "cora"])])
def test_a_partner_is_not_told_who_of_the_vendor_decided(by_partner: bool, people: list[str | None]) -> None:
    steps = [
        RequestEvent(state=state, at=AT, on=date(2024, 3, 15), by=by, note=str(state), act=str(state))
        for state, by in ((RequestState.OPEN, ANNA), (RequestState.DECLINED, CORA))
    ]
    request = BenefitRequest(
        request_id="BR-1", kind=BenefitKind.BID_DESK, account_id="P1-DE", tier=Tier.PREMIER, access=Access.PRIORITY,
        purpose="why", state=RequestState.DECLINED, version=2, events=tuple(steps),
    )  # fmt: skip
    seen = request_seen(request, by_partner=by_partner)
    assert [step.person for step in seen.history] == people
    assert [step.role for step in seen.history] == ["partner", "channel"]
    assert ("cora" in seen.model_dump_json()) is not by_partner


@pytest.mark.parametrize("kind", BenefitKind)
def test_a_request_shows_the_rule_of_its_benefit(kind: BenefitKind) -> None:
    request = BenefitRequest(
        request_id="BR-1", kind=kind, account_id="P1-DE", tier=Tier.PREMIER, access=Access.APPLY, purpose="why",
        events=(RequestEvent(state=RequestState.OPEN, at=AT, on=date(2024, 3, 15), by=ANNA, act="a"),),
    )  # fmt: skip
    assert request_seen(request, by_partner=True).rule == kind.rule
