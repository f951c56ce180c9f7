"""One version of the Terms after another: which acceptance keeps an account in, and up to when (R-4.1.1)."""

from datetime import timedelta

import pytest

from partner_program.domain.tiers.cases import CaseStep
from partner_program.values.tiers import Tier
from tests.fakes.assessing import Story, case_of, open_cases, steps
from tests.fakes.records import (
    Known,
    accepted,
    day,
    decided,
    in_program,
    kept_tier,
    opening,
    placed,
    rulebook,
)

B = ("2023-07-01", "2023-09-30")
"""First day of Terms B, and the last one on which Terms 2022-03 are enough."""
C = ("2024-02-01", "2024-04-30")


def owner(*versions: tuple[str, str, str]) -> str:
    """Name, first day and `accept_by` of each."""
    names = ", ".join(f'{{ from = {since}, value = "{name}" }}' for name, since, _ in versions)
    days = ", ".join(f"{{ from = {since}, value = {by} }}" for _, since, by in versions)
    return f'"terms.version" = [{names}]\n"terms.accept_by" = [{days}]\n'


def advanced(*more: Known, values: str = "", since: str = "2023-01-02") -> Story:
    """Advanced in everything but the Terms after the first."""
    kept = [*kept_tier("advanced"), *(opening(year, "60000") for year in (2022, 2023, 2024))]
    book = rulebook(values or owner(("B", *B), ("C", *C)))
    return Story(*in_program(), placed("advanced", since), *kept, *more, book=book, first=since)


def terms_met(story: Story, on: str) -> bool:
    return next(item.met for item in story.until(on).findings if item.requirement == "terms")


@pytest.mark.rule("R-4.1.1", "R-3.1a")
def test_who_lost_its_tier_for_one_version_does_not_get_it_back_by_the_next_ones_first_day() -> None:
    """2022-03 was replaced for good on 30 September; that there is time for C is for those who accepted B."""
    story = advanced(decided("terms", "2023-07-01", "demote", "2023-10-10"))
    assert steps(story.until("2024-12-31"))[1:] == [("2023-10-10", "authorized")]
    assert not terms_met(story, "2024-02-01")
    story.then("2024-03-10", accepted("2024-03-10", "C"))
    assert steps(story.until("2024-12-31"))[1:] == [("2023-10-10", "authorized"), ("2024-03-10", "advanced")]


@pytest.mark.rule("R-4.1.1")
@pytest.mark.parametrize(
    ("b_on", "met"),
    [("2023-09-30", True), ("2023-12-01", True), ("2024-01-31", True), ("2024-02-15", True), ("2024-05-02", False)],
)
def test_an_acceptance_counts_from_its_day_up_to_the_last_one_of_its_successor(b_on: str, met: bool) -> None:
    story = advanced(accepted(b_on, "B"))
    assert terms_met(story, "2024-04-30") is met
    assert not terms_met(story, "2024-05-01")
    assert not terms_met(story, "2024-05-02")


@pytest.mark.rule("R-4.1.1")
def test_between_two_versions_there_is_no_hole_and_no_bridge() -> None:
    """Accepted are 2022-03 and, on 1 December, B."""
    story = advanced().then("2023-12-01", accepted("2023-12-01", "B"))
    days = ("2023-06-30", "2023-07-01", "2023-09-30", "2023-10-01", "2023-11-30", "2023-12-01", "2024-02-01")
    assert [terms_met(story, on) for on in days] == [True, True, True, False, False, True, True]


@pytest.mark.rule("R-4.1.1")
def test_who_accepts_the_last_version_needs_none_before_it() -> None:
    story = advanced(accepted("2023-09-15", "C"))
    assert open_cases(story.until("2023-12-31")) == ["terms B"]
    assert not terms_met(story, "2024-01-31")
    assert (open_cases(story.until("2024-02-01")), terms_met(story, "2024-02-01")) == ([], True)


@pytest.mark.rule("R-4.1.1")
@pytest.mark.parametrize(("on", "met"), [("2024-01-31", True), ("2024-04-30", True), ("2024-05-01", False)])
def test_who_was_let_off_one_version_owes_the_next(on: str, met: bool) -> None:
    story = advanced(decided("terms", "2023-07-01", "waive", "2023-10-10"))
    assert terms_met(story, on) is met
    assert open_cases(story.until(on)) == ([] if on < "2024-02-01" else ["terms C"])


# -- whoever starts later


@pytest.mark.rule("R-4.1.1", "R-3.2")
@pytest.mark.parametrize(
    ("since", "due"),
    [
        ("2023-07-01", "2023-09-30"),
        ("2023-08-01", "2023-09-30"),  # exactly sixty days
        ("2023-08-02", "2023-10-01"),
        ("2023-11-01", "2023-12-31"),
    ],
)
@pytest.mark.parametrize("mode", ["manual", "automatic"])
def test_who_starts_after_a_versions_first_day_has_sixty_days_for_it_at_least(since: str, due: str, mode: str) -> None:
    story = advanced(values=owner(("B", *B)) + f'"decision.terms" = "{mode}"\n', since=since)
    first = case_of(story.until(since), "terms")
    assert (first.opened_on, first.due_on, first.decision_due) == (day(since), day(due), False)
    last = story.until(due)
    assert (last.tier, case_of(last, "terms").decision_due) == (Tier.ADVANCED, False)
    after = story.until("2024-01-15")
    assert after.tier is (Tier.AUTHORIZED if mode == "automatic" else Tier.ADVANCED)
    assert after.cases[0].decision_due is (mode == "manual")


# -- the owner moves the last day


@pytest.mark.rule("R-4.1.1")
@pytest.mark.parametrize(
    ("moved_to", "due"), [("2023-10-15", "2023-10-31"), ("2023-11-01", "2023-11-01"), ("2023-12-31", "2023-12-31")]
)
def test_an_extension_is_not_made_shorter_than_what_everybody_gets(moved_to: str, due: str) -> None:
    """Extended up to 31 October; on 10 October the owner's values give everybody another day."""
    extended = decided("terms", "2023-07-01", "extend", "2023-10-05", until="2023-10-31")
    story = advanced(extended, values=owner(("B", *B)))
    state = story.until("2023-10-09")
    assert case_of(state, "terms").due_on == day("2023-10-31")
    changed = advanced(extended, values=owner(("B", "2023-07-01", moved_to)))
    after = str(day(due) + timedelta(days=1))
    for on, met in (("2023-10-10", True), (due, True), (after, False)):
        state = changed.since(on, state)
        case, told = case_of(state, "terms"), next(item for item in state.findings if item.requirement == "terms")
        assert (case.due_on, case.decision_due, told.met) == (day(due), not met, met)


@pytest.mark.rule("R-4.1.1")
@pytest.mark.parametrize("moved_to", ["2023-08-31", "2023-10-31"])
def test_where_nobody_extended_the_case_follows_the_owners_day(moved_to: str) -> None:
    state = advanced(values=owner(("B", *B))).until("2023-07-31")
    changed = advanced(values=owner(("B", "2023-07-01", moved_to)))
    case = case_of(changed.since("2023-08-01", state), "terms")
    assert (case.due_on, case.events[-1].step) == (day(moved_to), CaseStep.REDATED)
