"""R-5.4d: the year's baseline stays as frozen until an explicit, audited act restates it."""

from datetime import date
from decimal import Decimal

import pytest

from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.payments.people import Actor, NotAllowed, Role
from partner_program.domain.restatement import Restatement
from partner_program.domain.revenue import Baseline
from partner_program.domain.yearly_revenue import days_reaching, previous_year
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.make_statement import MakeStatement
from partner_program.use_cases.restate_baseline import (
    AmountHasChanged,
    DueRestatement,
    NotFrozen,
    NothingToRestate,
    RestateBaseline,
    RestatedMeanwhile,
    YearNotClosed,
)
from partner_program.values.errors import InvalidValue, VersionConflict
from partner_program.values.periods import Quarter
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.payments import FakePaymentBook
from tests.fakes.records import (
    P1_DE,
    Known,
    accepted,
    baseline,
    day,
    facts,
    opening,
    partner,
    placed,
    qualified_records,
    rulebook,
    sales,
    site,
)
from tests.fakes.statements import CAPPED, final

pytestmark = pytest.mark.rule("R-5.4d")

BOOK = rulebook()
CLOSE = day("2024-01-30")
MAY = day("2024-05-02")
LATE = sales("2023-12", "20000.005", known="2024-03-05", report="LATE")


def world(*, late: bool = True, amount: str = "30000") -> tuple[FakeAccounts, RestateBaseline]:
    """The year 2023 frozen at its close; a late report of it since."""
    accounts = FakeAccounts()
    accounts.add(partner(), site(), accepted(), sales("2023-05", amount, known="2023-06-05"))
    accounts.put_baseline(baseline(2023, amount, "2024-01-30"))
    if late:
        accounts.add(LATE)
    return accounts, RestateBaseline(accounts, BOOK, FakePaymentBook(accounts=accounts))


def apply(
    restate: RestateBaseline,
    amount: str = "50000.005",
    on: date = MAY,
    *,
    by: str = "M. Controller",
    reason: str = "the December report came in March",
) -> Baseline:
    return restate.apply(
        P1_DE, 2023, expected_amount=Decimal(amount), by=Actor(person=by, role=Role.CHANNEL), reason=reason, on=on
    )


def revisions(accounts: FakeAccounts) -> list[tuple[int, str, str]]:
    found = accounts.load(P1_DE, 2023)[0].baselines
    return [(item.revision, str(item.sales_revenue), item.restated_by) for item in found]


# -- look


def test_a_look_shows_frozen_and_recomputed_revenue_and_writes_nothing() -> None:
    accounts, restate = world()
    seen = restate.preview(P1_DE, 2023, MAY)
    assert (seen.standing.sales_revenue, seen.recomputed, seen.difference) == (
        Decimal(30000), Decimal("50000.005"), Decimal("20000.005"),
    )  # fmt: skip
    assert (seen.is_due, seen.source, seen.currency, seen.rules_on) == (True, "POS reports", "EUR", MAY)
    assert revisions(accounts) == [(0, "30000", "")]


def test_a_late_return_makes_the_difference_negative() -> None:
    accounts, restate = world(late=False)
    accounts.add(sales("2023-12", "-0.005", known="2024-03-05"))
    assert restate.preview(P1_DE, 2023, MAY).difference == Decimal("-0.005")


def test_what_was_recorded_before_the_first_report_is_part_of_the_year() -> None:
    accounts, restate = world(late=False)
    accounts.add(opening(2023, "5"))
    seen = restate.preview(P1_DE, 2023, MAY)
    assert (seen.recomputed, seen.source) == (Decimal(30005), "opening revenue and POS reports")


@pytest.mark.rule("R-4.1.2")
@pytest.mark.parametrize(
    ("late", "before", "after"),
    [("19999.99", [True, False, False], [True, False, False]), ("20000", [True, False, False], [True, True, False]),
     ("170000", [True, False, False], [True, True, True]), ("-29000.01", [True, False, False], [False] * 3)],
)  # fmt: skip
def test_the_thresholds_that_are_crossed_are_shown(late: str, before: list[bool], after: list[bool]) -> None:
    accounts, restate = world(late=False)
    accounts.add(sales("2023-12", late, known="2024-03-05"))
    effects = restate.preview(P1_DE, 2023, MAY).thresholds
    assert [item.tier for item in effects] == list(Tier)
    assert [item.threshold for item in effects] == [Decimal(1000), Decimal(50000), Decimal(200000)]
    assert [item.reached_before for item in effects] == before
    assert [item.reached_after for item in effects] == after
    assert [item.crossed for item in effects] == [was is not now for was, now in zip(before, after, strict=True)]


@pytest.mark.rule("R-5.3")
def test_goal_and_levels_of_the_next_year_are_shown_before_and_after() -> None:
    _, restate = world()
    levels = restate.preview(P1_DE, 2023, MAY).levels
    assert [(str(item.rate_pct), item.needed_before, item.needed_after) for item in levels] == [
        ("2.5", Decimal("36000.0"), Decimal("60000.006")),
        ("3", Decimal("45000.0"), Decimal("75000.0075")),
        ("4", Decimal("54000.0"), Decimal("90000.009")),
    ]


def test_effects_are_told_by_the_rules_of_the_year_that_rests_on_the_baseline() -> None:
    _, restate = world()
    assert restate.preview(P1_DE, 2023, day("2024-12-31")).rules_on == day("2024-12-31")
    assert restate.preview(P1_DE, 2023, day("2025-06-01")).rules_on == day("2024-12-31")


def premier_statement(quarter: int, *items: Baseline) -> Statement:
    known: list[Known] = [partner(trading_since="2020-01-01"), site(), accepted(), placed("premier"), *items]
    return final(facts(*known, sales("2024-02", "40000")), Quarter(2024, quarter), (), CAPPED)


def test_final_statements_of_the_next_year_are_named_and_stay_as_they_are() -> None:
    accounts, restate = world()
    made = premier_statement(1, baseline(2023, "30000", "2024-01-30"))
    accounts.put_statement(made)
    accounts.put_statement(made.model_copy(update={"status": "preliminary"}))
    accounts.put_statement(made.model_copy(update={"year": 2023, "quarter": 4}))
    (named,) = restate.preview(P1_DE, 2023, MAY).statements
    assert (str(named.quarter), named.prev_year_revenue, str(named.rate_pct), named.payout) == (
        "2024Q1", Decimal(30000), "2.5", Decimal("1000.00"),
    )  # fmt: skip
    apply(restate)
    assert made in accounts.statements(P1_DE)


def test_a_preview_survives_as_a_document() -> None:
    _, restate = world()
    seen = restate.preview(P1_DE, 2023, MAY)
    assert Restatement.model_validate_json(seen.model_dump_json()) == seen


# -- apply


def test_a_restatement_is_a_revision_beside_the_frozen_amount_with_who_and_why() -> None:
    accounts, restate = world()
    stands = apply(restate)
    assert stands == Baseline(
        account_id=P1_DE, year=2023, currency="EUR", sales_revenue=Decimal("50000.005"), frozen_on=CLOSE, revision=1,
        restated_on=MAY, restated_by="M. Controller", reason="the December report came in March",
    )  # fmt: skip
    assert revisions(accounts) == [(0, "30000", ""), (1, "50000.005", "M. Controller")]


def test_every_later_difference_makes_a_revision_of_its_own() -> None:
    accounts, restate = world()
    apply(restate)
    accounts.add(sales("2023-11", "1", known="2024-06-05"))
    apply(restate, "50001.005", day("2024-06-10"), by="Another")
    assert [item[0] for item in revisions(accounts)] == [0, 1, 2]
    assert previous_year(accounts.load(P1_DE, 2023)[0], 2024).amount == Decimal("50001.005")


@pytest.mark.catalogue("B75")
def test_an_amount_that_was_not_looked_at_is_refused() -> None:
    accounts, restate = world()
    accounts.add(sales("2023-11", "0.01", known="2024-05-01"))
    with pytest.raises(AmountHasChanged, match=r"50000\.015"):
        apply(restate)
    assert revisions(accounts) == [(0, "30000", "")]


def test_where_nothing_differs_there_is_nothing_to_restate() -> None:
    accounts, restate = world(late=False)
    with pytest.raises(NothingToRestate):
        apply(restate, "30000")
    assert revisions(accounts) == [(0, "30000", "")]


@pytest.mark.catalogue("F28")
def test_the_same_act_once_more_changes_nothing_whenever_it_comes() -> None:
    accounts, restate = world()
    first = apply(restate)
    assert apply(restate) == apply(restate, on=day("2024-05-09")) == first
    accounts.add(sales("2023-11", "7", known="2024-06-05"))
    assert apply(restate, on=day("2024-06-06")) == first
    assert [item[0] for item in revisions(accounts)] == [0, 1]


@pytest.mark.parametrize(("by", "reason"), [("Another", "the December report came in March"), ("M. Controller", "?")])
def test_another_act_with_the_same_amount_finds_nothing_left_to_restate(by: str, reason: str) -> None:
    _, restate = world()
    apply(restate)
    with pytest.raises(NothingToRestate):
        apply(restate, by=by, reason=reason)


@pytest.mark.catalogue("F02")
def test_of_two_at_once_one_wins_and_the_other_is_told() -> None:
    accounts, _ = world()
    book = FakePaymentBook(accounts=accounts)
    restate = RestateBaseline(accounts, BOOK, book)
    revision = baseline(2023, "50000.005", "2024-01-30").model_copy(
        update={"revision": 1, "restated_on": MAY, "restated_by": "Rival", "reason": "faster"}
    )
    book.writes.rival = lambda: accounts.put_baseline(revision)
    with pytest.raises(RestatedMeanwhile, match="somebody else") as told:
        apply(restate)
    assert isinstance(told.value, VersionConflict)
    assert revisions(accounts) == [(0, "30000", ""), (1, "50000.005", "Rival")]


@pytest.mark.parametrize("on", ["2024-01-29", "2023-12-31"])
def test_a_year_whose_books_are_open_is_not_restated(on: str) -> None:
    _, restate = world()
    for asked in (lambda: restate.preview(P1_DE, 2023, day(on)), lambda: apply(restate, on=day(on))):
        with pytest.raises(YearNotClosed, match="close on 2024-01-30"):
            asked()


def test_on_the_day_of_the_close_a_frozen_year_may_be_restated() -> None:
    _, restate = world()
    assert apply(restate, on=CLOSE).restated_on == CLOSE


def test_a_year_before_the_program_has_no_books() -> None:
    _, restate = world()
    with pytest.raises(YearNotClosed, match="first day"):
        restate.preview(P1_DE, 2021, MAY)


def test_a_year_that_was_never_frozen_is_not_restated() -> None:
    accounts, restate = world()
    accounts.baselines.clear()
    with pytest.raises(NotFrozen):
        apply(restate)


@pytest.mark.parametrize("reason", ["", " "])
def test_nobody_restates_without_a_reason(reason: str) -> None:
    accounts, restate = world()
    with pytest.raises(InvalidValue, match="to restate needs a reason"):
        apply(restate, reason=reason)
    assert len(revisions(accounts)) == 1


def test_who_may_only_read_restates_nothing() -> None:
    accounts, restate = world()
    with pytest.raises(NotAllowed, match="Reviewer as auditor may not restate"):
        restate.apply(
            P1_DE, 2023, expected_amount=Decimal("50000.005"), by=Actor(person="Reviewer", role=Role.AUDITOR),
            reason="late", on=MAY,
        )  # fmt: skip
    assert len(revisions(accounts)) == 1


def test_a_restatement_is_an_act_of_the_audit_log() -> None:
    accounts, _ = world()
    book = FakePaymentBook(accounts=accounts)
    apply(RestateBaseline(accounts, BOOK, book))
    apply(RestateBaseline(accounts, BOOK, book))
    (entry,) = book.audit_log()
    assert (entry.act.subject, entry.act.by.person) == ("P1-DE 2023", "M. Controller")
    assert entry.act.details == {
        "before": "30000 EUR", "after": "50000.005 EUR", "reason": "the December report came in March",
    }  # fmt: skip


def test_a_restatement_is_never_dated_before_the_one_that_counts() -> None:
    accounts, restate = world()
    apply(restate)
    accounts.add(sales("2023-11", "1", known="2024-06-05"))
    with pytest.raises(InvalidValue, match="has counted like this since 2024-05-02"):
        apply(restate, "50001.005", day("2024-05-01"))


# -- who is concerned


def test_accounts_whose_closed_year_comes_to_another_amount_are_listed() -> None:
    accounts, restate = world()
    accounts.add(partner("P2"), site("S2", partner_id="P2"), accepted(partner_id="P2"), partner_id="P2")
    clock = FixedClock("2024-05-02")
    AssessAccount(accounts, BOOK, clock).batch([P1_DE, "P2-DE"])
    accounts.put_baseline(baseline(2023, "0", "2024-01-30").model_copy(update={"account_id": "P2-DE"}))
    expected = DueRestatement(P1_DE, "EUR", Decimal(30000), Decimal("50000.005"))
    assert list(restate.due(2023, MAY)) == [expected]
    assert expected.difference == Decimal("20000.005")
    apply(restate)
    assert list(restate.due(2023, MAY)) == []
    with pytest.raises(YearNotClosed):
        next(restate.due(2024, MAY))


# -- what follows


def test_the_year_before_is_the_latest_revision_and_says_who_restated_it() -> None:
    accounts, restate = world()
    apply(restate)
    last = previous_year(accounts.load(P1_DE, 2023)[0], 2024)
    assert last.amount == Decimal("50000.005")
    assert last.source == "baseline frozen on 2024-01-30, restated on 2024-05-02"
    assert last.facts == ("baseline/2023/1",)


def test_until_the_day_of_the_restatement_the_frozen_amount_counted() -> None:
    accounts, restate = world(amount="50000")
    accounts.add(sales("2023-12", "-1", known="2024-03-05", report="LATE"))
    apply(restate, "49999")
    (span,) = days_reaching(accounts.load(P1_DE, 2023)[0], Decimal(50000), day("2024-06-01"))
    assert (span.start, span.end) == (day("2023-06-05"), MAY)


@pytest.mark.rule("R-3.1a")
def test_a_restatement_that_reaches_a_threshold_promotes() -> None:
    accounts, restate = world()
    accounts.add(*qualified_records("2024-02-01"))
    clock = FixedClock("2024-05-01")
    assess = AssessAccount(accounts, BOOK, clock)
    before = assess(P1_DE)
    clock.day = MAY
    apply(restate)
    after = assess(P1_DE)
    assert before is not None
    assert after is not None
    assert (before.tier, after.tier) == (Tier.AUTHORIZED, Tier.ADVANCED)
    assert after.tier_changes[-1].reached_on == MAY


def test_the_next_statement_rests_on_the_restated_baseline_and_names_it() -> None:
    accounts, restate = world()
    accounts.add(partner(trading_since="2020-01-01"), placed("premier", "2024-01-01"), sales("2024-02", "40000"))
    AssessAccount(accounts, BOOK, FixedClock("2024-01-02"))(P1_DE)
    make = MakeStatement(accounts, BOOK, FakePaymentBook(accounts=accounts))
    task = {"account_id": P1_DE, "quarter": "2024Q1", "phase": "CLOSE", "on": "2024-04-30"}
    first = make(task)
    apply(restate)
    second = make(task | {"quarter": "2024Q2", "on": "2024-07-30"})
    assert first is not None
    assert second is not None
    assert make(task) == first
    assert (first.prev_year_revenue, str(first.payout)) == (Decimal(30000), "1000.00")
    assert (second.prev_year_revenue, str(second.earned), str(second.carried_out)) == (
        Decimal("50000.005"), "0.00", "1000.00",
    )  # fmt: skip
    (step,) = [item for item in second.steps if item.title == "Sales Revenue 2023"]
    assert step.working == "baseline frozen on 2024-01-30, restated on 2024-05-02"


@pytest.mark.catalogue("F45")
def test_a_close_that_is_run_again_leaves_the_restatement_in_force() -> None:
    accounts, restate = world()
    accounts.add(partner(trading_since="2020-01-01"), placed("premier", "2024-01-01"), sales("2024-02", "40000"))
    AssessAccount(accounts, BOOK, FixedClock("2024-01-02"))(P1_DE)
    apply(restate)
    make = MakeStatement(accounts, BOOK, FakePaymentBook(accounts=accounts))
    make({"account_id": P1_DE, "quarter": "2023Q4", "phase": "CLOSE", "on": "2024-07-30"})
    made = make({"account_id": P1_DE, "quarter": "2024Q2", "phase": "CLOSE", "on": "2024-07-30"})
    assert [item[0] for item in revisions(accounts)] == [0, 1]
    assert made is not None
    assert made.prev_year_revenue == Decimal("50000.005")
