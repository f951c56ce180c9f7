"""What if: the engine itself on supposed facts; tier, cases and rebates before and after, and nothing stored."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from partner_program.domain.asked import AskedWrongly
from partner_program.domain.facts import Record
from partner_program.domain.revenue import Contribution
from partner_program.use_cases.queries import what_if_account
from partner_program.use_cases.queries.gap import Gap
from partner_program.use_cases.queries.what_if import WhatIf, WhatIfRequest
from partner_program.values.errors import NotFound
from partner_program.values.periods import add_months
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.records import (
    P1_DE,
    accepted,
    baseline,
    certified,
    decided,
    employed,
    kept_tier,
    opening,
    partner,
    placed,
    qualified_records,
    rulebook,
    sales,
    site,
    trained,
)
from tests.unit.api.what_if_world import BOOK, World, steps, told

MORE = {"kind": "sales", "amount": "50000", "currency": "EUR", "month": "2024-11"}


def premier(today: str = "2024-11-21", *more: Record | Contribution) -> World:
    """Premier since 2023 with 100 000 EUR last year and 130 000 this year: 2.5 % of it is earned."""
    return World(
        partner(trading_since="2020-01-01"), site(), accepted(), placed("premier"), opening(2022, "50000"),
        *kept_tier("premier"), sales("2023-12", "100000"), sales("2024-09", "130000"), *more,
        today=today, since="2024-01-01", book=rulebook('"revenue_threshold.*.premier" = 100000'),
    )  # fmt: skip


def advanced(today: str = "2024-11-21", *more: Record | Contribution) -> World:
    """Advanced with 150 000 EUR of the 200 000 for Premier, two people with all certifications but one MCIE."""
    people = [item for item in qualified_records("2024-02-01") if "MCIE" not in str(item.key)]
    return World(
        partner(trading_since="2020-01-01"), site(), accepted(), opening(2023, "60000"), *people,
        sales("2024-09", "150000"), *more, today=today, since="2024-10-01",
    )  # fmt: skip


@pytest.mark.rule("R-3.1a")
@pytest.mark.rule("R-5.3")
def test_fifty_thousand_more_in_november_and_an_mcie_more_promote_and_what_is_still_missing_is_told() -> None:
    world = advanced()
    engineer = {"kind": "certification", "certification": "MCIE", "person_id": "anna", "certified_on": "2024-11-20"}
    answer = world.ask(MORE, engineer)
    assert (answer.before.tier, answer.after.tier) == ("advanced", "premier")
    assert steps(answer.after.tier_changes) == [("2024-11-21", "premier")]
    assert told(answer)["ytd_revenue"] == ("150000", "200000")
    assert told(answer)["advice.premier"] == ("revenue: 50000.00 EUR; MCIE: 1 person", None)
    assert [case.requirement for case in answer.after.cases] == ["business_plan", "brand_alignment"]
    assert told(world.ask(engineer))["advice.premier"] == (
        "revenue: 50000.00 EUR; MCIE: 1 person", "revenue: 50000.00 EUR",
    )  # fmt: skip


@pytest.mark.rule("R-3.1a")
@pytest.mark.parametrize(
    ("when", "on", "known_on"),
    [
        ({"month": "2024-11"}, "2024-12-31", "2024-11-30"),
        ({"month": "2024-11"}, "2024-11-25", "2024-11-25"),
        ({"month": "2024-10"}, "2024-12-31", "2024-11-21"),
        ({"invoice_date": "2024-11-25"}, "2024-12-31", "2024-11-25"),
        ({"invoice_date": "2024-11-20"}, "2024-12-31", "2024-11-21"),
        ({"invoice_date": "2024-12-31"}, "2024-12-31", "2024-12-31"),
    ],
)
def test_a_fact_becomes_known_on_its_day_and_a_month_on_its_last_by_the_day_asked_about(
    when: Mapping[str, str], on: str, known_on: str
) -> None:
    """With the engineer there, the account is promoted on the day on which the revenue is known."""
    engineer = {"kind": "certification", "certification": "MCIE", "person_id": "anna", "certified_on": "2024-11-20"}
    sold = {"kind": "sales", "amount": "50000", "currency": "EUR"} | dict(when)
    assert steps(advanced().ask(sold, engineer, on=on).after.tier_changes) == [(known_on, "premier")]


@pytest.mark.rule("R-3.1a")
@pytest.mark.parametrize(("amount", "tier"), [("49999.99", "advanced"), ("50000", "premier"), ("50000.01", "premier")])
def test_one_cent_less_than_what_is_missing_does_not_promote(amount: str, tier: str) -> None:
    engineer = {"kind": "certification", "certification": "MCIE", "person_id": "anna", "certified_on": "2024-11-20"}
    assert advanced().ask(MORE | {"amount": amount}, engineer).after.tier == tier


@pytest.mark.rule("R-5.3")
@pytest.mark.rule("R-5.4a")
def test_level_rate_base_earned_and_payout_of_the_running_quarter_before_and_after() -> None:
    """100 000 last year: 150 000 reaches 3 %, and what the third quarter paid is deducted."""
    world = premier()
    answer = world.ask(MORE | {"amount": "20000"})
    [before], [after] = answer.before.quarters, answer.after.quarters
    assert (before.quarter, before.status) == (after.quarter, after.status) == ("2024Q4", "expected")
    assert before.rebate is not None
    assert after.rebate is not None
    assert (before.rebate.rate_pct, str(before.rebate.payout)) == (Decimal("2.5"), "0.00")
    assert (after.rebate.level_growth_pct, after.rebate.rate_pct) == (Decimal(150), Decimal(3))
    assert [str(getattr(after.rebate, name)) for name in ("rebate_base", "earned", "settled_before", "payout")] == [
        "150000", "4500.00", "3250.00", "1250.00",
    ]  # fmt: skip
    assert [step.rule for step in after.rebate.steps], "with the accelerator's own derivation"
    assert told(answer)["quarters.2024Q4.payout"] == ("0.00", "1250.00")
    assert told(answer)["quarters.2024Q4.rate_pct"] == ("2.5", "3")


@pytest.mark.rule("R-3.3")
def test_somebody_leaves_and_the_case_with_its_last_day_is_told_and_after_it_the_tier() -> None:
    world = advanced()
    gone = {"kind": "person_leaves", "person_id": "anna", "until_date": "2024-11-25"}
    too = {"kind": "person_leaves", "person_id": "bo", "until_date": "2024-12-01"}
    answer = world.ask(gone, too, on="2024-12-31")
    assert [(case.requirement, str(case.opened_on), str(case.due_on)) for case in answer.after.cases] == [
        ("MCDE", "2024-12-01", "2025-01-30"), ("MCIT", "2024-12-01", "2025-01-30"),
    ]  # fmt: skip
    assert answer.before.cases == ()
    assert (answer.before.tier, answer.after.tier) == ("advanced", "advanced")
    assert world.ask(gone, too, on="2025-01-30").after.tier == "advanced", "the last day to mend it"
    late = world.ask(gone, too, on="2025-01-31")
    assert (late.before.tier, late.after.tier) == ("advanced", "authorized")
    assert steps(late.after.tier_changes) == [("2025-01-31", "authorized")]


@pytest.mark.rule("R-4.1.5")
def test_certifications_that_are_renewed_early_differ_in_how_long_they_hold() -> None:
    world = advanced()
    renewed = [{"kind": "certification", "certification": "MCIT", "person_id": who, "certified_on": "2024-11-20"}
               for who in ("anna", "bo")]  # fmt: skip
    assert told(world.ask(*renewed)) == {
        "findings.MCIT": (
            "met since 2024-02-01 until 2026-02-01: 2 people of 1 person",
            "met since 2024-02-01 until 2026-11-20: 2 people of 1 person",
        ),
    }  # fmt: skip


@pytest.mark.rule("R-3.1a", "R-5.4a")
def test_a_tier_that_is_reached_and_lost_again_and_what_a_quarter_carries_are_among_the_differences() -> None:
    returns = MORE | {"amount": "-25000", "month": "2024-12"}
    found = told(premier("2025-01-10").ask(returns, on="2025-01-15"))
    assert found["quarters.2025Q1.carried_in"] == ("0.00", "3250.00")
    assert found["quarters.2024Q4.ytd_revenue"] == ("130000", "105000")
    engineer = {"kind": "certification", "certification": "MCIE", "person_id": "anna", "certified_on": "2024-11-20"}
    assert told(advanced().ask(MORE, engineer))["tier_changes"] == (
        None, "promoted to premier on 2024-11-21, reached on 2024-11-21",
    )  # fmt: skip


@pytest.mark.rule("R-5.1")
def test_who_is_not_premier_reads_of_no_rate_among_the_differences() -> None:
    """300 % of last year, and nothing is earned."""
    answer = advanced().ask(MORE)
    [quarter] = answer.after.quarters
    assert quarter.rebate is not None
    assert quarter.rebate.rate_pct > 0
    names = {name for name in told(answer) if name.startswith("quarters.")}
    assert names == {"quarters.2024Q4.ytd_revenue"}


@pytest.mark.rule("R-5.4d")
def test_the_days_ahead_are_walked_books_close_and_the_frozen_year_counts_for_the_next() -> None:
    world = premier()
    answer = world.ask(MORE | {"amount": "20000"}, on="2025-03-31")
    assert [(item.quarter, item.status) for item in answer.after.quarters] == [
        ("2024Q4", "final"), ("2025Q1", "expected"),
    ]  # fmt: skip
    later = answer.after.quarters[1].rebate
    assert later is not None
    assert str(later.prev_year_revenue) == "150000"
    assert answer.after.quarters[0].rebate is not None
    assert str(answer.after.quarters[0].rebate.payout) == "1250.00"


@pytest.mark.rule("R-5.1")
def test_an_account_that_is_not_premier_is_told_what_its_quarter_would_pay_nothing_with_the_reason() -> None:
    [quarter] = advanced().ask(MORE).after.quarters
    assert quarter.rebate is not None
    assert (quarter.rebate.premier, str(quarter.rebate.payout)) == (False, "0.00")
    assert "R-5.1" in quarter.rebate.reason


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize(("on", "status"), [("2025-01-29", "expected"), ("2025-01-30", "none")])
def test_once_its_books_are_closed_an_account_that_was_not_premier_has_no_statement(on: str, status: str) -> None:
    quarter = advanced().ask(MORE, on=on).after.quarters[0]
    assert (quarter.quarter, quarter.status, quarter.rebate is None) == ("2024Q4", status, status == "none")


@pytest.mark.rule("R-5.4d")
def test_a_quarter_that_is_over_and_open_is_asked_about_too_and_a_closed_one_is_not() -> None:
    late = {"kind": "sales", "amount": "20000", "currency": "EUR", "month": "2024-09"}
    on_the_day = premier("2024-10-29").ask(late)
    assert [(item.quarter, item.status) for item in on_the_day.after.quarters] == [
        ("2024Q3", "expected"), ("2024Q4", "expected"),
    ]  # fmt: skip
    assert told(on_the_day)["quarters.2024Q3.payout"] == ("3250.00", "4500.00")
    closing = premier("2024-10-30").ask(late)
    assert [(item.quarter, item.status) for item in closing.after.quarters] == [
        ("2024Q3", "final"), ("2024Q4", "expected"),
    ]  # fmt: skip
    closed = premier("2024-10-31").ask(late)
    assert [item.quarter for item in closed.after.quarters] == ["2024Q4"]
    assert told(closed)["quarters.2024Q4.payout"] == ("0.00", "1250.00")


@pytest.mark.rule("R-5.4a")
def test_of_two_open_quarters_the_later_pays_only_what_the_earlier_does_not() -> None:
    """130 000 until September pay 3 250; with 20 000 in October 4 500 are earned, of which 1 250 are left."""
    world = premier("2024-10-15")
    soon = world.ask(MORE | {"amount": "20000", "month": "2024-10"}, on="2024-10-20").after.quarters
    assert [item.status for item in soon] == ["expected", "expected"]
    amounts = [(str(item.rebate.settled_before), str(item.rebate.payout)) for item in soon if item.rebate]
    assert amounts == [("0.00", "3250.00"), ("3250.00", "1250.00")]
    closed = world.ask(MORE | {"amount": "20000", "month": "2024-10"}, on="2025-02-15").after.quarters
    assert [str(item.rebate.payout) for item in closed[:2] if item.rebate] == ["3250.00", "1250.00"]


@pytest.mark.rule("R-5.4e")
def test_what_an_open_last_quarter_leaves_over_is_carried_into_the_next_year() -> None:
    """The 3 250 that were paid are no longer earned after returns in December: the open fourth quarter owes them."""
    world = premier("2025-01-10")
    returns = MORE | {"amount": "-25000", "month": "2024-12"}
    [last, first] = world.ask(returns, on="2025-01-15").after.quarters
    assert last.rebate is not None
    assert first.rebate is not None
    assert (last.status, first.status) == ("expected", "expected")
    assert (str(last.rebate.carried_out), str(first.rebate.carried_in)) == ("3250.00", "3250.00")


@pytest.mark.rule("R-4.1.5c")
def test_a_new_person_brings_what_they_hold_and_is_employed_from_then_on() -> None:
    new = [{"kind": "certification", "certification": kind, "new_person": "eve", "certified_on": "2024-11-20"}
           for kind in ("MCIE", "MCIT")]  # fmt: skip
    answer = advanced().ask(MORE, *new)
    assert answer.after.tier == "premier", "whichever of the two is named first"


@pytest.mark.rule("R-4.1.5")
def test_who_joins_counts_from_that_day_with_what_they_were_certified_in_before() -> None:
    joins = {"kind": "person_joins", "new_person": "eve", "from_date": "2024-12-02", "site_id": "S1"}
    held = [{"kind": "certification", "certification": kind, "new_person": "eve", "certified_on": "2024-03-01"}
            for kind in ("MCIT", "MCIE")]  # fmt: skip
    asked = (MORE, joins, *held)
    assert mistakes(advanced(), *asked, on="2024-12-01") == [("/changes/1/from_date", "after_on")]
    assert steps(advanced().ask(*asked, on="2024-12-31").after.tier_changes) == [("2024-12-02", "premier")]


def test_who_of_the_vendor_decided_is_not_told() -> None:
    """Premier without a plan since January: on 2 March the case waits for the vendor, who demotes on the 5th."""
    kept = [item for item in kept_tier("premier") if item.kind != "business_plans"]
    records = (partner(), site(), accepted(), placed("premier", "2024-01-01"), opening(2023, "300000"), *kept)
    world = World(*records, today="2024-01-01")
    world = world.really(
        ("2024-03-05", decided("business_plan", "2024-01-01", "demote", "2024-03-05")), until="2024-03-05"
    )
    answer = world.ask(MORE | {"month": "2024-03"})
    [change] = answer.before.tier_changes
    assert (change.to_tier, "Petra" in answer.model_dump_json()) == ("advanced", False)
    assert "Petra" in world.state.model_dump_json()


@pytest.mark.rule("R-5.4d")
def test_when_a_year_was_restated_is_told_and_not_by_whom() -> None:
    """In findings, gap and quarters alike: all of them repeat the engine's sentence on the year."""
    world = premier()
    frozen = baseline(2023, "100000", "2024-01-30")
    act = {"revision": 1, "restated_on": date(2024, 3, 1), "restated_by": "Petra Vendor", "reason": "late reports"}
    world.accounts.put_baseline(frozen)
    world.accounts.put_baseline(frozen.model_copy(update=act | {"sales_revenue": Decimal(120000)}))
    gap = Gap(accounts=world.accounts, rulebook=world.book, clock=FixedClock(world.today.isoformat()))(P1_DE)
    for told_to_partner in (gap, world.ask(MORE), world.ask(MORE, on="2025-02-28"), world.state):
        said = told_to_partner.model_dump_json()
        assert "restated on 2024-03-01" in said
        assert "Petra" not in said


def test_nothing_is_stored() -> None:
    world = premier()
    kept = deepcopy((world.accounts.states, world.accounts.saves, world.accounts.baselines, world.accounts.records))
    statements = list(world.accounts.statements(P1_DE))
    world.ask(MORE, on="2026-06-30")
    assert kept == (
        world.accounts.states, world.accounts.saves, world.accounts.baselines, world.accounts.records,
    )  # fmt: skip
    assert list(world.accounts.statements(P1_DE)) == statements


def test_the_same_is_asked_twice_and_answered_alike() -> None:
    world = premier()
    assert world.ask(MORE, on="2025-06-30") == world.ask(MORE, on="2025-06-30")


# -- what cannot be supposed


def taken(world: World, change: Mapping[str, Any], on: str | None = None) -> bool:
    return world.ask(change, on=on).account_id == P1_DE


def mistakes(world: World, *changes: Mapping[str, Any], on: str | None = None) -> list[tuple[str, str]]:
    with pytest.raises(AskedWrongly) as refused:
        world.ask(*changes, on=on)
    return [(mistake.at, mistake.code) for mistake in refused.value.mistakes]


@pytest.mark.catalogue("B42")
def test_another_currency_is_refused_with_its_place() -> None:
    assert mistakes(advanced(), MORE, MORE | {"currency": "USD"}) == [("/changes/1/currency", "other_currency")]


@pytest.mark.rule("R-4.1.5c")
def test_an_mcie_without_an_mcit_is_refused_as_its_record_would_be() -> None:
    lone = {"kind": "certification", "certification": "MCIE", "new_person": "eve", "certified_on": "2024-11-20"}
    first = lone | {"certification": "MCIT", "certified_on": "2024-11-21"}
    assert mistakes(advanced(), lone) == [("/changes/0/certified_on", "mcie_without_mcit")]
    assert mistakes(advanced(), first, lone) == [("/changes/1/certified_on", "mcie_without_mcit")]
    expired = {"kind": "certification", "certification": "MCIE", "person_id": "anna", "certified_on": "2026-02-01"}
    assert mistakes(advanced(), expired, on="2026-03-01") == [("/changes/0/certified_on", "mcie_without_mcit")]
    assert taken(advanced(), expired | {"certified_on": "2026-01-31"}, on="2026-03-01")


def test_somebody_unknown_is_refused_with_its_place() -> None:
    unknown = {"kind": "person_leaves", "person_id": "zed", "until_date": "2024-11-20"}
    held = {"kind": "certification", "certification": "MCDE", "person_id": "zed", "certified_on": "2024-11-20"}
    assert mistakes(advanced(), unknown, MORE, held) == [
        ("/changes/0/person_id", "unknown_person"), ("/changes/2/person_id", "unknown_person"),
    ]  # fmt: skip


def test_who_has_left_cannot_leave_and_who_is_there_cannot_join() -> None:
    world = advanced("2024-11-21", employed("cem", "2024-01-01", "2024-05-01"))
    gone = {"kind": "person_leaves", "person_id": "cem", "until_date": "2024-05-01"}
    assert mistakes(world, gone) == [("/changes/0/until_date", "not_employed")]
    assert taken(world, gone | {"until_date": "2024-04-30"})
    joins = {"kind": "person_joins", "person_id": "anna", "from_date": "2024-11-21"}
    assert mistakes(world, joins) == [("/changes/0/from_date", "employed")]
    again = joins | {"person_id": "cem", "from_date": "2024-05-01"}
    assert taken(world, again)
    assert mistakes(world, again | {"from_date": "2024-04-30"}) == [("/changes/0/from_date", "employed")]
    named = {"kind": "person_joins", "new_person": "anna", "from_date": "2024-11-21"}
    assert mistakes(world, named) == [("/changes/0/new_person", "on_record")]


def test_a_site_that_is_not_the_accounts_or_not_open_is_refused() -> None:
    world = advanced("2024-11-21", site("S2", opened="2024-12-01"))
    joins = {"kind": "person_joins", "new_person": "eve", "from_date": "2024-11-21"}
    assert mistakes(world, joins | {"site_id": "S9"}) == [("/changes/0/site_id", "unknown_site")]
    assert mistakes(world, joins | {"site_id": "S2"}) == [("/changes/0/site_id", "site_not_open")]
    early = joins | {"from_date": "2022-12-31"}
    assert mistakes(world, early) == [("/changes/0/new_person", "site_not_open")]


def test_where_somebody_works_is_asked_of_who_joins_and_not_of_a_certification() -> None:
    """What is not looked at is not taken."""
    certified_there = {"kind": "certification", "certification": "MCDE", "person_id": "anna", "site_id": "S1",
                       "certified_on": "2024-11-20"}  # fmt: skip
    with pytest.raises(ValidationError) as refused:
        advanced().ask(certified_there)
    [mistake] = refused.value.errors()
    assert (mistake["type"], mistake["loc"][-1]) == ("extra_forbidden", "site_id")


@pytest.mark.rule("R-8", "R-2.2a")
@pytest.mark.parametrize(
    ("when", "place"),
    [
        ({"invoice_date": "2024-09-19"}, None),
        ({"invoice_date": "2024-09-20"}, "invoice_date"),
        ({"invoice_date": "2024-10-31"}, None),
        ({"invoice_date": "2024-10-30"}, "invoice_date"),
        ({"month": "2024-09"}, None),
        ({"month": "2024-10"}, None),
        ({"month": "2023-05"}, "month"),
        ({"month": "2023-06"}, None),
    ],
)
def test_sales_of_days_on_which_no_site_is_open_are_refused_as_their_lines_would_be_held(
    when: Mapping[str, str], place: str | None
) -> None:
    """From 30 June 2023 up to 19 September 2024, and again from 31 October on."""
    again = site("S2", opened="2024-10-31")
    world = advanced("2024-11-21", site(opened="2023-06-30", closed="2024-09-20"), again)
    sold = {"kind": "sales", "amount": "1", "currency": "EUR"} | dict(when)
    if place is None:
        assert taken(world, sold)
    else:
        assert mistakes(world, MORE, sold) == [(f"/changes/1/{place}", "site_not_open")]


@pytest.mark.rule("R-8")
def test_of_a_month_that_is_not_over_only_the_days_up_to_the_one_asked_about_bring_sales() -> None:
    world = advanced("2024-11-21", site(closed="2024-11-01"), site("S2", opened="2024-11-25"))
    assert mistakes(world, MORE, on="2024-11-24") == [("/changes/0/month", "site_not_open")]
    assert taken(world, MORE, on="2024-11-25")


@pytest.mark.rule("R-4.1.2", "R-8")
def test_sales_of_days_on_which_the_program_does_not_run_in_the_country_are_refused() -> None:
    leaves = rulebook('"country.DE" = [{ from = 2024-12-10 }]')
    world = World(partner(), site(), accepted(), today="2024-11-21", book=leaves)
    sold = {"kind": "sales", "amount": "1", "currency": "EUR", "invoice_date": "2024-12-10"}
    assert mistakes(world, sold, on="2024-12-31") == [("/changes/0/invoice_date", "country_not_in_program")]
    assert taken(world, sold | {"invoice_date": "2024-12-09"}, on="2024-12-31")
    assert taken(world, MORE | {"month": "2024-12"}, on="2024-12-31")
    assert mistakes(world, MORE | {"month": "2025-01"}, on="2025-01-31") == [
        ("/changes/0/month", "country_not_in_program"),
    ]


# -- a country that leaves the program


def leaving(on: str, today: str = "2024-10-15") -> World:
    """Premier as above, in a country that is in the program up to the day before."""
    book = rulebook(f'"revenue_threshold.*.premier" = 100000\n"country.DE" = [{{ from = {on} }}]\n')
    return World(
        partner(trading_since="2020-01-01"), site(), accepted(), placed("premier"), opening(2022, "50000"),
        *kept_tier("premier"), sales("2023-12", "100000"), sales("2024-09", "130000"),
        today=today, since="2024-01-01", book=book,
    )  # fmt: skip


@pytest.mark.rule("R-4.1.2", "R-5.4a")
@pytest.mark.parametrize(
    ("leaves", "on", "quarters"),
    [
        ("2024-11-10", "2024-10-15", [("2024Q3", "expected"), ("2024Q4", "none")]),
        ("2024-11-10", "2024-11-05", [("2024Q3", "final"), ("2024Q4", "none")]),
        ("2024-11-10", "2025-02-10", [("2024Q3", "final"), ("2024Q4", "none"), ("2025Q1", "none")]),
        ("2024-12-31", "2024-12-30", [("2024Q3", "final"), ("2024Q4", "none")]),
        ("2025-01-01", "2025-02-10", [("2024Q3", "final"), ("2024Q4", "final"), ("2025Q1", "none")]),
        ("2025-02-15", "2025-02-10", [("2024Q3", "final"), ("2024Q4", "final"), ("2025Q1", "none")]),
    ],
)
def test_a_quarter_that_ends_after_the_program_has_left_the_country_has_no_rebate_and_the_rest_is_told(
    leaves: str, on: str, quarters: list[tuple[str, str]]
) -> None:
    world = leaving(leaves)
    sold = {"kind": "sales", "amount": "20000", "currency": "EUR", "month": "2024-10"}
    answer = world.ask(sold, on=on)
    assert answer.after.tier == "premier"
    assert answer.after.ytd_revenue == (0 if leaves > "2025-01-01" else 150000)
    assert [(item.quarter, item.status) for item in answer.after.quarters] == quarters
    without = [name for name, status in quarters if status == "none"]
    assert [item.quarter for item in answer.after.quarters if item.rebate is None] == without
    assert [note.split(": ")[0] for note in answer.notes] == [f"no rebate for {name}" for name in without]


@pytest.mark.rule("R-9", "R-5.4a")
def test_a_quarter_by_whose_end_the_country_has_another_currency_has_no_rebate_and_the_rest_is_told() -> None:
    """Nobody converts what was paid for the year in the old one."""
    place = '{ region = "EMEA", currency = "%s" }'
    book = rulebook(
        f'"country.DE" = [{{ from = 2022-01-01, value = {place % "EUR"} }}, '
        f'{{ from = 2024-12-01, value = {place % "USD"} }}]\n'
        + "".join(f'"revenue_threshold.EMEA.USD.{tier}" = {amount}\n'
                  for tier, amount in (("authorized", 1), ("advanced", 2), ("premier", 3)))
    )  # fmt: skip
    world = World(partner(), site(), accepted(), sales("2024-09", "130000"), today="2024-11-21", book=book)
    answer = world.ask(MORE)
    assert answer.after.ytd_revenue == 180000
    assert [(item.quarter, item.status) for item in answer.after.quarters] == [("2024Q4", "none")]
    assert answer.notes == ("no rebate for 2024Q4: accounts there are kept in USD on 2024-12-31",)


def test_no_day_lies_after_the_one_that_is_asked_about_and_that_not_beyond_three_years() -> None:
    world = advanced()
    plan = {"kind": "business_plan", "year": 2024, "submitted_on": "2024-11-22"}
    assert mistakes(world, plan) == [("/changes/0/submitted_on", "after_on")]
    assert taken(world, plan, on="2024-11-22")
    assert mistakes(world, MORE | {"month": "2024-12"}) == [("/changes/0/month", "after_on")]
    assert mistakes(world, MORE, on="2024-11-20") == [("/on", "out_of_range")]
    last = add_months(world.today, 36)
    assert mistakes(world, MORE, on=(last + timedelta(days=1)).isoformat()) == [("/on", "out_of_range")]


def test_an_account_of_very_many_people_is_told_as_far_as_a_request_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    world = advanced()
    monkeypatch.setattr(what_if_account, "WORK_RECORDS", 100)
    assert world.ask(MORE).after.tier == "advanced"
    assert mistakes(world, MORE, on="2026-01-31") == [("/on", "too_far")]


def test_revenue_of_years_before_the_last_one_cannot_be_supposed() -> None:
    world = advanced()
    assert mistakes(world, MORE | {"month": "2022-12"}) == [("/changes/0/month", "too_early")]
    assert world.ask(MORE | {"month": "2023-01"}).after.prev_year_revenue == Decimal(110000)


def test_late_revenue_of_a_frozen_year_changes_nothing() -> None:
    world = advanced()
    world.accounts.put_baseline(baseline(2023, "60000", "2024-01-30"))
    assert world.ask(MORE | {"month": "2023-06"}).differences == ()


def test_what_is_on_record_already_cannot_be_supposed_again() -> None:
    world = advanced("2024-11-21", trained("annual_sales", "2024-06-01"))
    done = {"kind": "training", "training": "annual_sales", "completed_on": "2024-06-01"}
    terms = {"kind": "terms", "version": "2022-03", "accepted_on": "2024-11-01"}
    assert mistakes(world, done, terms) == [
        ("/changes/0/completed_on", "on_record"),
        ("/changes/1/version", "on_record"),
    ]
    other = done | {"completed_on": "2024-06-02"}
    assert mistakes(world, other, other) == [("/changes/1/completed_on", "on_record")]
    assert mistakes(world, terms | {"version": "1999-01"}) == [("/changes/0/version", "unknown_version")]


@pytest.mark.catalogue("B24")
@pytest.mark.catalogue("B37")
@pytest.mark.catalogue("B66")
@pytest.mark.parametrize(
    ("change", "place"),
    [
        (MORE | {"amount": 50000}, ("amount",)),
        (MORE | {"amount": "5e4"}, ("amount",)),
        (MORE | {"amount": "+1"}, ("amount",)),
        (MORE | {"amount": "٥"}, ("amount",)),
        (MORE | {"amount": "1."}, ("amount",)),
        (MORE | {"amount": "1.123456789"}, ("amount",)),
        (MORE | {"currency": "EURO"}, ("currency",)),
        (MORE | {"month": "2024-13"}, ("month",)),
        (MORE | {"month": "2024-1"}, ("month",)),
        (MORE | {"tier": "premier"}, ("tier",)),
        (MORE | {"invoice_date": "2024-11-01"}, ()),
        ({"kind": "sales", "amount": "1", "currency": "EUR"}, ()),
        ({"kind": "sales", "amount": "1", "currency": "EUR", "invoice_date": 1735689600}, ("invoice_date",)),
        ({"kind": "sales", "amount": "1", "currency": "EUR", "invoice_date": "2025-02-29"}, ("invoice_date",)),
        ({"kind": "business_plan", "year": "2024", "submitted_on": "2024-01-01"}, ("year",)),
        ({"kind": "business_plan", "year": True, "submitted_on": "2024-01-01"}, ("year",)),
        ({"kind": "person_leaves", "person_id": "a#b", "until_date": "2024-01-01"}, ("person_id",)),
        ({"kind": "certification", "certification": "MCXX", "person_id": "a", "certified_on": "2024-01-01"},
         ("certification",)),
        ({"kind": "certification", "certification": "MCDE", "certified_on": "2024-01-01"}, ()),
        ({"kind": "tier", "tier": "premier"}, ()),
        ({"kind": ["sales"]}, ()),
        ("sales", ()),
    ],
)  # fmt: skip
def test_what_is_no_change_is_refused_at_its_place(change: object, place: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as refused:
        WhatIfRequest.model_validate({"changes": [MORE, change]})
    assert refused.value.errors()[0]["loc"][:3] == ("changes", 1, *place)


def test_between_one_and_fifty_changes_are_taken() -> None:
    for count, taken in ((0, False), (1, True), (50, True), (51, False)):
        if taken:
            assert len(WhatIfRequest.model_validate({"changes": [MORE] * count}).changes) == count
        else:
            with pytest.raises(ValidationError):
                WhatIfRequest.model_validate({"changes": [MORE] * count})


def test_an_account_that_does_not_exist_is_not_found() -> None:
    asked = WhatIfRequest.model_validate({"changes": [MORE]})
    with pytest.raises(NotFound):
        WhatIf(FakeAccounts(), BOOK, FixedClock("2024-11-21"))(P1_DE, asked)


def test_an_overdue_review_is_said_and_made_by_what_is_known_today() -> None:
    world = World(partner(), site(), accepted(), certified("anna", "MCDE", "2024-01-01"), today="2024-11-21")
    assert world.ask(MORE).notes == ()
    world.today += timedelta(days=60)
    answer = world.ask(MORE | {"month": "2025-01"})
    assert answer.notes[0].startswith("The review due on 2024-11-22 has not been made yet")
