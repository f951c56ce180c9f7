"""The answer to a what-if equals what the engine does when the same facts really arrive, day by day, whichever."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from partner_program.domain.accelerator.statement import StatementStatus
from partner_program.domain.asked import AskedWrongly
from partner_program.domain.facts import Record
from partner_program.domain.revenue import ClassTotal, Contribution
from partner_program.use_cases.queries.what_if_answer import (
    AccountOutcome,
    QuarterStatus,
    outcome_of,
    rebate_of_statement,
)
from tests.fakes.records import (
    P1_DE,
    accepted,
    brand_review,
    certified,
    day,
    employed,
    kept_tier,
    opening,
    partner,
    placed,
    plan,
    qualified_records,
    rulebook,
    sales,
    site,
    trained,
)
from tests.unit.api.what_if_world import World

TODAY = "2024-10-15"
BOOK = rulebook('"revenue_threshold.*.premier" = 100000')


@cache
def base(tier: str) -> World:
    """On 15 October: the third quarter is over, its books are open."""
    premier = tier == "premier"
    people = kept_tier(tier) if premier else qualified_records("2024-02-01")
    return World(
        partner(trading_since="2020-01-01"), site(), accepted(), placed(tier), opening(2022, "50000"), *people,
        sales("2023-12", "100000" if premier else "60000"), sales("2024-08", "130000" if premier else "70000"),
        today=TODAY, since="2024-01-01", book=BOOK,
    )  # fmt: skip


def months(on: date) -> st.SearchStrategy[str]:
    first, last = 2024 * 12, on.year * 12 + on.month - 1
    return st.integers(first, last).map(lambda number: f"{number // 12:04d}-{number % 12 + 1:02d}")


def days(on: date) -> st.SearchStrategy[str]:
    return st.dates(date(2024, 6, 1), on).map(str)


def changes(on: date, names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    amounts = st.integers(-60_000_00, 120_000_00).map(lambda cents: str(Decimal(cents).scaleb(-2)))
    people = st.sampled_from(names)
    return st.one_of(
        st.fixed_dictionaries({"kind": st.just("sales"), "amount": amounts, "currency": st.just("EUR"),
                               "month": months(on)}),
        st.fixed_dictionaries({"kind": st.just("sales"), "amount": amounts, "currency": st.just("EUR"),
                               "invoice_date": days(on)}),
        st.fixed_dictionaries({"kind": st.just("certification"),
                               "certification": st.sampled_from(["MCDE", "MCIT", "MCIE"]),
                               "person_id": people, "certified_on": days(on)}),
        st.fixed_dictionaries({"kind": st.just("certification"), "certification": st.just("MCIT"),
                               "new_person": st.just("eve"), "certified_on": days(on)}),
        st.fixed_dictionaries({"kind": st.just("person_leaves"), "person_id": people, "until_date": days(on)}),
        st.fixed_dictionaries({"kind": st.just("person_joins"), "new_person": st.just("zoe"), "from_date": days(on)}),
        st.fixed_dictionaries({"kind": st.just("training"), "completed_on": days(on),
                               "training": st.sampled_from(["onboarding", "annual_sales"])}),
        st.fixed_dictionaries({"kind": st.just("business_plan"), "year": st.integers(2024, 2026),
                               "submitted_on": days(on)}),
        st.fixed_dictionaries({"kind": st.just("brand_review"), "reviewed_on": days(on),
                               "outcome": st.sampled_from(["fulfilled", "not_fulfilled"])}),
    )  # fmt: skip


def coming(asked: list[dict[str, Any]], on: date) -> list[tuple[str, Record | Contribution]]:
    """The same as records and reports, written here a second time, each with the day on which it arrives."""
    found: list[tuple[str, Record | Contribution]] = []
    hired = min((item["certified_on"] for item in asked if item.get("new_person") == "eve"), default="")
    if hired:
        found.append((arrives(hired, on), employed("eve", hired)))
    for index, item in enumerate(asked):
        match item["kind"]:
            case "sales":
                found.append(report(index, item, on))
            case "certification":
                person = item.get("person_id") or item["new_person"]
                fact: Record = certified(person, item["certification"], item["certified_on"], f"what-if-{index}")
                found.append((arrives(item["certified_on"], on), fact))
            case "person_leaves":
                since = "2022-01-01" if item["person_id"] in ("kim", "lou") else "2023-01-02"
                leaves = employed(item["person_id"], since, item["until_date"])
                found.append((arrives(item["until_date"], on), leaves))
            case "person_joins":
                found.append((arrives(item["from_date"], on), employed("zoe", item["from_date"])))
            case "training":
                found.append((arrives(item["completed_on"], on), trained(item["training"], item["completed_on"])))
            case "business_plan":
                found.append((arrives(item["submitted_on"], on), plan(item["year"], item["submitted_on"])))
            case "brand_review":
                review = brand_review(item["reviewed_on"], item["outcome"])
                found.append((arrives(item["reviewed_on"], on), review))
    return found


def arrives(text: str, on: date) -> str:
    return max(TODAY, min(text, on.isoformat()))


def report(index: int, item: dict[str, Any], on: date) -> tuple[str, Contribution]:
    """A report of some distributor; of a month it arrives on its last day."""
    if "month" in item:
        year, month = map(int, item["month"].split("-"))
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        known, of_month = arrives(last.isoformat(), on), item["month"]
    else:
        known, of_month = arrives(item["invoice_date"], on), item["invoice_date"][:7]
    amount = Decimal(item["amount"])
    return known, Contribution(
        account_id=P1_DE, currency="EUR", month=of_month, distributor_id="D7", report_id=f"R{index}",
        digest="1" * 16, part=0, lines=1, known_on=day(known),
        by_class={"software": ClassTotal(lines=1, billed=amount, credit=amount)},
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.rule("R-3.1a")
@pytest.mark.rule("R-3.3")
@pytest.mark.rule("R-5.4a")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.data())
def test_what_is_answered_comes_true_when_the_facts_come(data: st.DataObject) -> None:
    tier, names = data.draw(st.sampled_from([("premier", ["kim", "lou"]), ("advanced", ["anna", "bo"])]))
    world = base(tier)
    on = day(TODAY) + timedelta(days=data.draw(st.sampled_from([0, 1, 15, 60, 107, 150, 240])))
    asked = data.draw(st.lists(changes(on, names), min_size=1, max_size=6))
    try:
        answer = world.ask(*asked, on=on.isoformat())
    except AskedWrongly:
        event("cannot be supposed")
        return  # what cannot be supposed has tests of its own
    event(f"{answer.before.tier} to {answer.after.tier}, {'some' if answer.differences else 'no'} difference")
    assert bool(answer.differences) == (by_itself(answer.before) != by_itself(answer.after))
    real = world.really(*coming(asked, on), until=on.isoformat())
    assert answer.after.model_copy(update={"quarters": ()}) == outcome_of(real.state, day(TODAY), ())
    finals = [item for item in real.accounts.statements(P1_DE) if item.status is StatementStatus.FINAL]
    stated = {str(item.period): rebate_of_statement(item) for item in finals}
    for quarter in answer.after.quarters:
        if quarter.status == "expected":
            assert quarter.quarter not in stated
        else:
            assert quarter.rebate == stated.get(quarter.quarter)
    event("two open quarters" if one_rests_on_the_other(answer.after) else "one open quarter")


def by_itself(outcome: AccountOutcome) -> dict[str, Any]:
    """An outcome without what follows from the rest of it, or tells the rest in words."""
    told = outcome.model_dump(
        exclude={
            "tier_changes": {"__all__": {"findings", "entitlements", "business_days", "case_ids"}},
            "findings": {"__all__": {"facts"}},
            "cases": {"__all__": {"missing", "mend"}},
            "quarters": {"__all__": {"rebate": {"steps", "reason"}}},
        }
    )
    told["advice"] = [
        (advice.tier, item.requirement, item.missing) for advice in outcome.advice for item in advice.missing
    ]
    for quarter in told["quarters"]:
        if quarter["rebate"] and not quarter["rebate"]["eligible"]:
            for name in ("level_growth_pct", "rate_pct", "rebate_base"):
                del quarter["rebate"][name]
    return told


def one_rests_on_the_other(outcome: AccountOutcome) -> bool:
    """Asserts that what a quarter pays is settled before the next, and what it leaves over carried into a new year."""
    told = [(item.quarter, item.rebate) for item in outcome.quarters if item.rebate]
    for (name, before), (following, after) in pairwise(told):
        if name[:4] == following[:4]:
            assert after.settled_before == before.settled_before + before.payout
        else:
            assert after.carried_in == before.carried_out
    return [item.status for item in outcome.quarters].count(QuarterStatus.EXPECTED) > 1


@pytest.mark.rule("R-3.1a")
def test_without_anything_coming_the_account_before_comes_true() -> None:
    for tier in ("premier", "advanced"):
        world = base(tier)
        nothing = {"kind": "sales", "amount": "0", "currency": "EUR", "month": "2024-10"}
        answer = world.ask(nothing, on="2025-11-30")
        real = world.really(until="2025-11-30")
        assert answer.before.model_copy(update={"quarters": ()}) == outcome_of(real.state, day(TODAY), ())
        finals = [item for item in real.accounts.statements(P1_DE) if item.status is StatementStatus.FINAL]
        assert [item.rebate for item in answer.before.quarters if item.status == "final"] == [
            rebate_of_statement(item) for item in finals if str(item.period) >= "2024Q3"
        ]
