"""Result files and tables on tiers over time: cases and history."""

import csv
from dataclasses import replace
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
from partner_program.domain.history import EntryKind, HistoryEntry
from partner_program.domain.notices.details import AdviceGiven
from partner_program.domain.notices.model import AdviceNotice
from partner_program.domain.revenue import Baseline
from partner_program.domain.tiers.account import AccountState, ChangeReason, Memory, TierChange
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


def played(*cases: Case, account_id: str = "P1-DE", changes: tuple[TierChange, ...] = ()) -> Results:
    state = AccountState(
        account_id=account_id, partner_id="P1", country="DE", currency="EUR", assessed_on=date(2024, 4, 1),
        edition="guide-2022", rulebook_digest="r", tier=Tier.PREMIER, tier_changes=changes, ytd_revenue=Decimal(0),
        prev_year_revenue=Decimal(0), memory=Memory(cases=cases),
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


def entry(on: date, what: str, **more: object) -> HistoryEntry:
    made = HistoryEntry(on=on, known_on=on, kind=EntryKind.CASE, what=what, rules=("R-3.3",), edition="guide-2022")
    return made.model_copy(update=more)


def with_history(*entries: HistoryEntry, account_id: str = "P1-DE") -> Results:
    results = played(account_id=account_id)
    return Results(results.through, (replace(results.accounts[0], history=entries),), ())


def test_history_is_the_engines_own_with_the_day_and_the_day_on_which_it_became_known() -> None:
    late = entry(
        date(2024, 1, 15), "MCDE case opened", known_on=date(2024, 2, 20), cause="tom left", case_id="MCDE-2024-02-20",
        rules=("R-3.3", "R-4.1.5a"),
    )  # fmt: skip
    [row] = history_rows(with_history(late))
    assert row == {
        "account_id": "P1-DE",
        "on": "2024-01-15",
        "known_on": "2024-02-20",
        "kind": "case",
        "what": "MCDE case opened",
        "cause": "tom left",
        "rules": "R-3.3 R-4.1.5a",
        "edition": "guide-2022",
        "case_id": "MCDE-2024-02-20",
        "exact": "true",
    }


def test_the_end_of_participation_is_a_change_to_no_tier(tmp_path: Path) -> None:
    ended = change(date(2024, 3, 5), Tier.AUTHORIZED, None, ChangeReason.ENDED)
    write_results(played(changes=(ended,)), tmp_path, {})
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
    quiet = with_history(entry(date(2024, 1, 1), "placed"), account_id="P9-DE")
    busy = with_history(entry(date(2024, 1, 1), "placed"), entry(date(2024, 1, 2), "demoted"))
    shown = history_table(Results(quiet.through, (*busy.accounts, *quiet.accounts), ()))
    assert (shown.title, list(shown.columns[1].cells), shown.caption) == (
        "History of P1-DE", ["placed", "demoted"], None,
    )  # fmt: skip
    assert history_table(Results(quiet.through, (), ())).row_count == 0


def test_reminders_are_counted_and_not_shown_in_the_history_on_the_screen() -> None:
    reminded = entry(date(2024, 2, 16), "business plan 2024 case reminded")
    shown = history_table(with_history(entry(date(2024, 1, 1), "placed"), reminded, reminded))
    assert (shown.row_count, shown.caption) == (1, "and 2 reminders (history.csv)")


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
