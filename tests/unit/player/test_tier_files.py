"""Result files and tables on tiers over time: cases and history."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from local.result_files import write_results
from local.results import AccountResult, Results
from local.tier_files import brand_draw_rows, case_rows, history_rows, notice_rows, restatement_rows
from local.tier_tables import cases_table, history_table, notices_table
from partner_program.domain.brand_draw import BrandDraw
from partner_program.domain.facts import AccountFacts, BrandReview, CaseDecision, Verdict
from partner_program.domain.notices.model import AdviceGiven, AdviceNotice
from partner_program.domain.revenue import Baseline
from partner_program.domain.tiers.account import AccountState, ChangeReason, IdleDecision, Memory, TierChange
from partner_program.domain.tiers.cases import Case, CaseEvent, CaseOutcome, CaseStep
from partner_program.domain.tiers.findings import Requirement
from partner_program.values.tiers import Tier

DECISION = CaseDecision(
    partner_id="P1", country="DE", requirement="business_plan", opened_on=date(2024, 1, 1),
    decided_on=date(2024, 3, 5), verdict=Verdict.EXTEND, until=date(2024, 4, 5), reason="new owner", decided_by="ann",
)  # fmt: skip


def case(requirement: Requirement, opened_on: date, *steps: tuple[date, CaseStep], **more: object) -> Case:
    made = Case(
        requirement=requirement, tier=Tier.PREMIER, rule="R-3.3", opened_on=opened_on, due_on=date(2024, 3, 1),
        events=tuple(CaseEvent(on=on, step=step) for on, step in steps),
    )  # fmt: skip
    return made.model_copy(update=more)


LEFT = case(
    Requirement.MCDE,
    date(2024, 1, 1),
    (date(2024, 1, 20), CaseStep.OPENED),
    (date(2024, 3, 2), CaseStep.CLOSED),
    closed_on=date(2024, 3, 2),
    outcome=CaseOutcome.DEMOTED,
    missing="1 person",
    causes=("anna left", "her MCDE ended"),
)
PLAN = case(
    Requirement.BUSINESS_PLAN,
    date(2024, 1, 1),
    (date(2024, 1, 1), CaseStep.OPENED),
    (date(2024, 3, 2), CaseStep.DECISION_DUE),
    subject="2024",
)
IN_TIME = case(
    Requirement.BRAND,
    date(2024, 1, 1),
    (date(2024, 1, 1), CaseStep.OPENED),
    (date(2024, 2, 1), CaseStep.CLOSED),
    closed_on=date(2024, 2, 1),
    outcome=CaseOutcome.CURED,
)


def change(changed_on: date, from_tier: Tier | None, to_tier: Tier | None, reason: ChangeReason) -> TierChange:
    return TierChange(
        changed_on=changed_on, from_tier=from_tier, to_tier=to_tier, reason=reason, rule="R-3.3", edition="guide-2022",
    )  # fmt: skip


def played(*cases: Case, account_id: str = "P1-DE", changes: tuple[TierChange, ...] = (), **more: object) -> Results:
    memory = Memory(cases=cases).model_copy(update=more)
    state = AccountState(
        account_id=account_id, partner_id="P1", country="DE", currency="EUR", assessed_on=date(2024, 4, 1),
        edition="guide-2022", rulebook_digest="r", tier=Tier.PREMIER, tier_changes=changes, ytd_revenue=Decimal(0),
        prev_year_revenue=Decimal(0), memory=memory,
    )  # fmt: skip
    facts = AccountFacts(account_id=account_id, partner_id="P1", country="DE")
    return Results(date(2024, 5, 15), (AccountResult(state, facts, ()),), ())


def test_a_case_is_a_row_with_its_own_dates_and_the_day_on_which_it_became_known() -> None:
    [row] = case_rows(played(LEFT))
    assert row == {
        "account_id": "P1-DE",
        "requirement": "MCDE",
        "opened_on": "2024-01-01",
        "due_on": "2024-03-01",
        "closed_on": "2024-03-02",
        "outcome": "demoted",
        "status": "closed",
        "subject": "",
        "tier": "premier",
        "rule": "R-3.3",
        "case_id": "MCDE-2024-01-20",
        "known_on": "2024-01-20",
        "decision_due_on": "",
        "missing": "1 person",
        "causes": "anna left; her MCDE ended",
        "decisions": "",
    }


def test_a_case_that_has_not_ended_has_neither_end_nor_outcome() -> None:
    [waiting] = case_rows(played(PLAN))
    assert (waiting["closed_on"], waiting["outcome"]) == ("", "")
    assert (waiting["status"], waiting["decision_due_on"]) == ("decision due", "2024-03-02")
    decided = CaseEvent(on=date(2024, 3, 5), step=CaseStep.DECIDED)
    extended = PLAN.model_copy(update={"events": (*PLAN.events, decided), "decisions": (DECISION,)})
    [row] = case_rows(played(extended))
    assert (row["status"], row["decision_due_on"]) == ("open", "2024-03-02")
    assert row["decisions"] == "extend on 2024-03-05 by ann: new owner"


def test_history_has_every_change_and_every_step_in_order_of_time() -> None:
    lost = change(date(2024, 3, 2), Tier.PREMIER, Tier.ADVANCED, ChangeReason.DEMOTED).model_copy(
        update={"cause": "MCDE short for 60 days", "case_ids": (LEFT.case_id,)}
    )
    placed = change(date(2022, 7, 1), None, Tier.PREMIER, ChangeReason.PLACED)
    idle = IdleDecision(decision=DECISION, on=date(2024, 3, 6), why="no such case")
    rows = list(history_rows(played(LEFT, changes=(placed, lost), idle_decisions=(idle,))))
    assert [(row["on"], row["kind"], row["what"], row["cause"], row["case_ids"]) for row in rows] == [
        ("2022-07-01", "tier", "placed: none → premier", "", ""),
        ("2024-01-20", "case", "MCDE: opened", "anna left; her MCDE ended", "MCDE-2024-01-20"),
        ("2024-03-02", "tier", "demoted: premier → advanced", "MCDE short for 60 days", "MCDE-2024-01-20"),
        ("2024-03-02", "case", "MCDE: closed (demoted)", "", "MCDE-2024-01-20"),
        ("2024-03-06", "idle_decision", "business plan of 2024-01-01: extend had no effect", "no such case", ""),
    ]
    assert {row["edition"] for row in rows} == {"guide-2022"}


def test_decisions_that_a_correction_set_aside_stay_in_the_history_as_such() -> None:
    results = played()
    aside = change(date(2022, 7, 1), None, Tier.ADVANCED, ChangeReason.PLACED)
    account = results.accounts[0]
    corrected = AccountResult(account.state.model_copy(update={"set_aside": (aside,)}), account.facts, ())
    [row] = history_rows(Results(results.through, (corrected,), ()))
    assert (row["kind"], row["what"]) == ("set_aside", "placed: none → advanced")


def test_the_end_of_participation_is_a_change_to_no_tier(tmp_path: Path) -> None:
    ended = change(date(2024, 3, 5), Tier.AUTHORIZED, None, ChangeReason.ENDED)
    write_results(played(changes=(ended,)), tmp_path, {})
    with (tmp_path / "history.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["what"] for row in csv.DictReader(stream)] == ["ended: authorized → none"]
    with (tmp_path / "tier_changes.csv").open(encoding="utf-8", newline="") as stream:
        assert [(row["from_tier"], row["to_tier"]) for row in csv.DictReader(stream)] == [("authorized", "")]


def test_the_table_of_cases_leaves_out_what_came_in_time_and_says_how_many() -> None:
    shown = cases_table(played(PLAN, LEFT, IN_TIME))
    assert list(shown.columns[2].cells) == ["business plan 2024", "MCDE"]
    assert list(shown.columns[6].cells) == ["decision due", "demoted"]
    assert str(shown.caption).startswith("besides 1 ")
    assert cases_table(played(PLAN)).caption is None


@pytest.mark.parametrize("step", [CaseStep.NOTICED, CaseStep.DECISION_DUE, CaseStep.DECIDED])
def test_a_duty_that_took_a_notice_or_a_decision_is_shown_though_it_was_cured(step: CaseStep) -> None:
    event = CaseEvent(on=date(2024, 1, 20), step=step)
    late = IN_TIME.model_copy(update={"events": (IN_TIME.events[0], event, IN_TIME.events[1])})
    assert cases_table(played(late)).row_count == 1


def test_the_history_shown_is_that_of_the_account_with_most_in_it() -> None:
    quiet, busy = played(PLAN, account_id="P9-DE"), played(PLAN, LEFT, account_id="P1-DE")
    shown = history_table(Results(quiet.through, (*busy.accounts, *quiet.accounts), ()))
    assert (shown.title, shown.row_count, shown.caption) == ("History of P1-DE", 4, None)
    assert history_table(Results(quiet.through, (), ())).row_count == 0


def test_reminders_are_counted_and_not_shown_in_the_history_on_the_screen() -> None:
    event = CaseEvent(on=date(2024, 2, 16), step=CaseStep.REMINDED)
    reminded = PLAN.model_copy(update={"events": (PLAN.events[0], event, event)})
    shown = history_table(played(reminded))
    assert (shown.row_count, shown.caption) == (1, "and 2 reminders (history.csv)")
    assert len(list(history_rows(played(reminded)))) == 3


def notice(account_id: str, on: date, about: str) -> AdviceNotice:
    return AdviceNotice(
        id=f"{on}#advice#{about}", account_id=account_id, partner_id="P1", country="DE", occurred_on=on, rule="R-3.1b",
        edition="guide-2022", detail=AdviceGiven(tier=Tier.PREMIER, missing=()),
    )  # fmt: skip


NOTICES = (
    notice("P1-DE", date(2023, 2, 1), "premier"),
    notice("P1-DE", date(2024, 2, 1), "premier"),
    notice("P2-DE", date(2024, 1, 1), "advanced#x"),
)


def test_a_notice_is_a_row_with_what_it_is_about() -> None:
    rows = list(notice_rows(Results(date(2024, 5, 15), (), (), notices=NOTICES)))
    assert [(row["account_id"], row["occurred_on"], row["kind"], row["about"]) for row in rows] == [
        ("P1-DE", "2023-02-01", "advice", "premier"),
        ("P1-DE", "2024-02-01", "advice", "premier"),
        ("P2-DE", "2024-01-01", "advice", "advanced#x"),
    ]
    assert rows[2]["id"] == "2024-01-01#advice#advanced#x"


def test_the_table_of_notices_counts_each_kind_and_shows_its_last() -> None:
    shown = notices_table(Results(date(2024, 5, 15), (), (), notices=NOTICES))
    cells = [list(column.cells) for column in shown.columns]
    assert cells == [["advice"], ["3"], ["2"], ["2024-02-01"], ["P1-DE"], ["premier"]]


def baseline(year: int, revision: int, amount: str) -> Baseline:
    restated = {"restated_on": date(year + 1, 3, revision), "restated_by": "ann", "reason": "late"} if revision else {}
    first = Baseline(
        account_id="P1-DE", year=year, currency="EUR", sales_revenue=Decimal(amount), frozen_on=date(year + 1, 1, 30)
    )
    return first.model_copy(update={"revision": revision, **restated})


def with_facts(**facts: object) -> Results:
    results = played()
    account = results.accounts[0]
    known = account.facts.model_copy(update=facts)
    return Results(results.through, (AccountResult(account.state, known, ()),), ())


def test_each_restatement_is_a_row_with_what_it_changed() -> None:
    frozen = (
        baseline(2023, 2, "90.00"),
        baseline(2023, 1, "110.005"),
        baseline(2022, 0, "7"),
        baseline(2023, 0, "100"),
    )
    rows = list(restatement_rows(with_facts(baselines=frozen)))
    names = ("year", "revision", "before", "after", "difference", "restated_on", "restated_by", "reason")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("2023", "1", "100", "110.005", "10.005", "2024-03-01", "ann", "late"),
        ("2023", "2", "110.005", "90.00", "-20.005", "2024-03-02", "ann", "late"),
    ]


def test_history_has_the_frozen_years_and_their_restatements() -> None:
    rows = list(history_rows(with_facts(baselines=(baseline(2023, 0, "100"), baseline(2023, 1, "110.005")))))
    assert [(row["on"], row["kind"], row["what"], row["cause"]) for row in rows] == [
        ("2024-01-30", "baseline", "baseline 2023 frozen: 100 EUR", "the year's books closed"),
        ("2024-03-01", "baseline", "baseline 2023 restated: 110.005 EUR", "late (ann)"),
    ]


def test_each_drawn_account_is_a_row_with_its_brand_reviews_of_the_year() -> None:
    def review(day: date) -> BrandReview:
        return BrandReview(partner_id="P1", country="DE", reviewed_on=day, outcome="fulfilled")

    draw = BrandDraw(
        year=2024, seed="7", drawn_on=date(2024, 2, 1), drawn_by="ann", share_pct=Decimal(25), reviews=1, population=8,
        population_digest="d", account_ids=("P9-DE", "P1-DE"), edition="guide-2022", rulebook_digest="r",
    )  # fmt: skip
    days = (date(2024, 9, 2), date(2024, 3, 1), date(2023, 3, 1))
    results = with_facts(brand_reviews=tuple(review(day) for day in days))
    rows = list(brand_draw_rows(Results(results.through, results.accounts, (), draws=(draw,))))
    assert [(row["place"], row["account_id"], row["reviewed_on"], row["share_pct"]) for row in rows] == [
        ("1", "P9-DE", "", "25"),
        ("2", "P1-DE", "2024-03-01 2024-09-02", "25"),
    ]


def test_every_file_on_tiers_begins_with_its_columns(tmp_path: Path) -> None:
    write_results(played(), tmp_path, {})
    for name in ("cases", "history", "notices", "restatements", "brand_draws"):
        header, *rows = (tmp_path / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        assert "account_id" in header.split(",")
        assert rows == []
