"""What-if over the API: strict, isolated, known reads and no write; what was answered comes true by uploads."""

from collections import Counter
from typing import Any

import pytest

from tests.deployed.gateway import AUDITOR, CHANNEL, FINANCE, PARTNER, Reply, partner
from tests.deployed.program import ACCOUNT_ID, RECORDS, pos_line, pos_report, report_key
from tests.deployed.world import World
from tests.integration.api.revenue_stack import counted

PATH = f"/v1/accounts/{ACCOUNT_ID}/what-if"
PEOPLE = {
    "people": "person_id,site_id,from_date,until_date\nH1,S-0001,2024-01-02,\nH2,S-0001,2024-01-02,\n",
    "certifications": "certification_id,person_id,kind,certified_on\n"
    + "".join(f"{one}-{kind},{one},{kind},2024-01-02\n" for one in ("H1", "H2") for kind in ("MCDE", "MCIT")),
    "trainings": "partner_id,country,kind,completed_on\n"
    "P0001,DE,onboarding,2024-01-02\nP0001,DE,annual_sales,2024-01-02\n",
}
SALES = {"kind": "sales", "amount": "900000.50", "currency": "EUR", "month": "2024-03"}
ENGINEERS = [
    {"kind": "certification", "certification": "MCIE", "person_id": one, "certified_on": "2024-03-14"}
    for one in ("H1", "H2")
]
GONE = {"kind": "person_leaves", "person_id": "H2", "until_date": "2024-03-16"}


@pytest.fixture
def lived(world: World) -> World:
    """Authorized on 16 March 2024, with people who hold everything but the last certification."""
    world.today("2024-03-16")
    world.take_in(RECORDS | PEOPLE)
    return world


def asked(world: World, *changes: Any, by: dict[str, str] = PARTNER, **more: Any) -> Reply:
    return world.ask("POST", PATH, by, body={"changes": list(changes)} | more)


@pytest.mark.rule("R-3.1a")
def test_more_revenue_more_certifications_and_somebody_leaving_are_told_before_and_after(lived: World) -> None:
    reply = asked(lived, SALES, *ENGINEERS)
    assert reply.status == 200, reply.text
    answer = reply.json
    assert (answer["before"]["tier"], answer["after"]["tier"]) == ("authorized", "premier")
    assert (answer["today"], answer["on"], answer["currency"]) == ("2024-03-16", "2024-03-16", "EUR")
    assert answer["after"]["ytd_revenue"] == "900000.50"
    assert {"what": "tier", "before": "authorized", "after": "premier"} in answer["differences"]
    left = asked(lived, SALES, *ENGINEERS, GONE).json["after"]
    assert (left["tier"], [item["requirement"] for item in left["advice"][0]["missing"]]) == (
        "advanced", ["MCDE", "MCIT"],
    )  # fmt: skip


@pytest.mark.rule("R-3.1a")
def test_what_was_answered_comes_true_when_the_files_come(lived: World) -> None:
    answer = asked(lived, SALES | {"amount": "900000"}, *ENGINEERS).json["after"]
    rows = "".join(f"what-if-{number},{one},MCIE,2024-03-14\n" for number, one in ((1, "H1"), (2, "H2")))
    lived.take_in({"certifications": f"certification_id,person_id,kind,certified_on\n{rows}"}, "2024-03")
    line = pos_line("R-03", 1, "900000.00", invoice_date="2024-03-10")
    lived.upload_and_deliver(report_key("R-03"), pos_report(line))
    state = lived.state(ACCOUNT_ID)
    assert state is not None
    told = {name: answer[name] for name in ("tier", "tier_since", "findings", "advice")}
    assert told == {name: state[name] for name in told}
    now = asked(lived, SALES | {"amount": "0"}).json["before"]
    assert {name: now[name] for name in told} == told
    assert now["cases"] == answer["cases"]


def test_nothing_is_written(lived: World) -> None:
    with counted() as calls:
        assert asked(lived, SALES, *ENGINEERS, on="2025-03-31").status == 200
    assert set(calls) <= {"GetItem", "Query"}


def test_each_answer_takes_a_known_number_of_reads_whatever_is_asked(lived: World) -> None:
    settings, visible = 2, 1
    for on in ("2024-03-16", "2025-12-31"):
        with counted() as calls:
            assert asked(lived, *[SALES] * 50, on=on).status == 200
        assert calls == Counter({"GetItem": settings + visible + 1, "Query": 3}), on


@pytest.mark.catalogue("B59")
def test_a_foreign_account_is_answered_as_a_missing_one(lived: World) -> None:
    foreign = asked(lived, SALES, by=partner("P0002"))
    missing = lived.ask("POST", "/v1/accounts/P9999-DE/what-if", PARTNER, body={"changes": [SALES]})
    assert (foreign.status, missing.status) == (404, 404)
    assert foreign.text == missing.text
    for by in (CHANNEL, FINANCE, AUDITOR):
        assert asked(lived, SALES, by=by).json == asked(lived, SALES).json


REFUSED = (
    (SALES | {"currency": "USD"}, "/changes/1/currency", "other_currency"),
    (SALES | {"amount": 50000}, "/changes/1/amount", "wrong_form"),
    (SALES | {"tier": "premier"}, "/changes/1/tier", "unknown_field"),
    ({"kind": "promotion"}, "/changes/1", "not_a_choice"),
    (GONE | {"person_id": "H9"}, "/changes/1/person_id", "unknown_person"),
    (GONE | {"until_date": "2024-03-17"}, "/changes/1/until_date", "after_on"),
    (ENGINEERS[0] | {"certified_on": "2024-01-01"}, "/changes/1/certified_on", "mcie_without_mcit"),
)
"""What cannot be supposed, with its place in the body and the stable code."""


@pytest.mark.rule("R-4.1.5c")
@pytest.mark.catalogue("B42", "B65", "B66")
def test_what_cannot_be_supposed_is_a_problem_that_points_at_the_change(lived: World) -> None:
    for change, place, code in REFUSED:
        reply = asked(lived, SALES, change)
        assert (reply.status, reply.code) == (400, "invalid_request")
        assert [(item["where"], item["at"], item["code"]) for item in reply.json["errors"]] == [("body", place, code)]
        assert reply.headers["content-type"] == "application/problem+json"


def test_days_beyond_three_years_or_before_today_and_too_many_changes_are_refused(lived: World) -> None:
    bodies: list[dict[str, Any]] = [
        {"changes": [SALES], "on": "2027-03-17"}, {"changes": [SALES], "on": "2024-03-15"},
        {"changes": [SALES] * 51}, {"changes": []}, {}, {"changes": [SALES], "partner_id": "P0002"},
    ]  # fmt: skip
    for body in bodies:
        assert lived.ask("POST", PATH, PARTNER, body=body).status == 400, body
    assert lived.ask("POST", PATH, PARTNER, body='{"changes": [], "changes": []}').status == 400
