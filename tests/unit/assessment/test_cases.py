"""Cases of R-3.2 and R-3.3: sixty days from the first day of a shortfall; the day after, the tier is lost."""

import pytest

from partner_program.domain.facts import Certification
from partner_program.domain.tiers.account import ChangeReason
from partner_program.domain.tiers.cases import Case, CaseOutcome, CaseStep
from partner_program.values.tiers import Tier
from tests.fakes.assessing import Story, case_of, events, open_cases, steps
from tests.fakes.records import (
    Known,
    certified,
    day,
    employed,
    in_program,
    kept_qualified,
    opening,
    placed,
    rulebook,
    trained,
)

ANNA = [employed("anna"), certified("anna", "MCDE", "2021-06-15")]
"""Her certification is valid up to 14 June 2023. Sixty days from the 15th are over with 14 August."""


def advanced(*more: Known, days: int = 60) -> Story:
    """An Advanced account that keeps all but the design engineer."""
    kept = [item for item in kept_qualified("advanced") if not is_mcde(item)]
    book = rulebook(f'"compliance.days" = {days}\n')
    return Story(*in_program(), placed("advanced"), opening(2022, "60000"), *kept, *more, book=book)


def bo_left(day_of_leaving: str, recorded: str) -> Story:
    """Bo, who is certified, is the account's only design engineer up to then."""
    story = advanced(employed("bo"), certified("bo", "MCDE", "2022-06-15"))
    return story.then(recorded, employed("bo", until=day_of_leaving))


def is_mcde(item: object) -> bool:
    return isinstance(item, Certification) and item.certification == "MCDE"


def told(case: Case) -> tuple[str, str, str | None]:
    """Outcome, first and closing day."""
    return str(case.outcome), str(case.opened_on), None if case.closed_on is None else str(case.closed_on)


@pytest.mark.rule("R-3.2", "R-3.3")
def test_a_case_opens_on_the_first_day_of_the_shortfall_and_names_what_is_short_and_why() -> None:
    story = advanced(*ANNA)
    assert story.until("2023-06-14").cases == ()
    case = case_of(story.until("2023-06-15"), "MCDE")
    assert (case.opened_on, case.due_on, case.tier, case.rule) == (
        day("2023-06-15"), day("2023-08-14"), Tier.ADVANCED, "R-4.1.5a",
    )  # fmt: skip
    assert (case.required, case.found, case.missing) == ("1 person", "0 people", "1 person")
    assert case.mend == "1 person more employed at an open site in DE, with a valid MCDE."
    assert case.causes == ("MCDE anna-MCDE-2021-06-15 of anna expired",)
    assert (case.case_id, events(case)) == ("MCDE-2023-06-15", [("2023-06-15", "opened")])


@pytest.mark.rule("R-3.3")
@pytest.mark.catalogue("F49")
def test_a_case_discovered_later_runs_from_the_first_day_of_the_shortfall_all_the_same() -> None:
    story = advanced(*ANNA).then("2023-06-14", employed("anna", until="2023-05-20"))
    state = story.until("2023-06-14")
    case = case_of(state, "MCDE")
    assert (case.opened_on, case.due_on, events(case)) == (
        day("2023-05-20"), day("2023-07-19"), [("2023-06-14", "opened")],
    )  # fmt: skip
    assert case.causes == ("the holder of MCDE anna-MCDE-2021-06-15 of anna left",)


@pytest.mark.rule("R-3.3")
def test_a_case_discovered_after_its_last_day_costs_the_tier_at_once() -> None:
    story = advanced(*ANNA).then("2023-07-20", employed("anna", until="2023-05-20"))
    assert story.until("2023-07-19").tier is Tier.ADVANCED
    state = story.until("2023-07-20")
    assert steps(state)[-1] == ("2023-07-20", "authorized")
    assert told(case_of(state, "MCDE")) == ("demoted", "2023-05-20", "2023-07-20")


@pytest.mark.rule("R-3.2", "R-3.3")
@pytest.mark.parametrize(
    ("mended", "outcome", "tier"),
    [
        ("2023-08-13", "cured", Tier.ADVANCED),  # the 59th day
        ("2023-08-14", "cured", Tier.ADVANCED),  # the 60th, the last one
        ("2023-08-15", "cured", Tier.ADVANCED),  # still short on that day is what costs the tier
        ("2023-08-16", "demoted", Tier.AUTHORIZED),
    ],
)
def test_what_is_mended_in_sixty_days_costs_nothing_and_what_is_still_short_the_day_after_costs_the_tier(
    mended: str, outcome: str, tier: Tier
) -> None:
    story = advanced(*ANNA).then(mended, employed("bo"), certified("bo", "MCDE", mended))
    state = story.until("2023-08-15")
    case = case_of(story.until("2023-08-16"), "MCDE")
    assert (state.tier, str(case.outcome)) == (tier, outcome)
    assert str(case.closed_on) == ("2023-08-15" if outcome == "demoted" else mended)


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize(("days", "last"), [(59, "2023-08-13"), (60, "2023-08-14"), (61, "2023-08-15")])
def test_tier_and_benefits_are_kept_up_to_the_last_day_and_lost_on_the_day_after_exactly(days: int, last: str) -> None:
    story = advanced(*ANNA, days=days)
    kept = story.until(last)
    assert (kept.tier, open_cases(kept)) == (Tier.ADVANCED, ["MCDE"])
    lost = story.until("2023-09-01")
    change = lost.tier_changes[-1]
    assert (change.changed_on - day(last)).days == 1
    assert (change.from_tier, change.to_tier, change.reason) == (Tier.ADVANCED, Tier.AUTHORIZED, ChangeReason.DEMOTED)


@pytest.mark.rule("R-3.3")
def test_a_demotion_names_its_rule_its_case_and_its_cause_with_the_findings_of_the_tier_lost() -> None:
    state = advanced(*ANNA).until("2023-08-15")
    change = state.tier_changes[-1]
    assert (change.rule, change.case_ids) == ("R-3.3", ("MCDE-2023-06-15",))
    assert change.cause == (
        "MCDE: 1 person since 2023-06-15, to be mended by 2023-08-14 (MCDE anna-MCDE-2021-06-15 of anna expired)"
    )
    assert [item.requirement for item in change.findings if not item.met] == ["MCDE"]
    assert {item.tier for item in change.findings} == {Tier.ADVANCED}
    assert told(case_of(state, "MCDE")) == ("demoted", "2023-06-15", "2023-08-15")
    assert events(case_of(state, "MCDE"))[-1] == ("2023-08-15", "closed")


@pytest.mark.rule("R-3.3")
def test_a_demoted_account_that_is_short_of_the_lower_tier_too_is_not_demoted_again_for_it() -> None:
    state = advanced(*ANNA).until("2023-12-01")
    assert steps(state) == [("2023-01-02", "advanced"), ("2023-08-15", "authorized")]
    assert open_cases(state) == []


@pytest.mark.rule("R-3.2")
def test_a_relapse_is_a_case_of_its_own_with_sixty_days_of_its_own() -> None:
    story = advanced(*ANNA).then(
        "2023-07-01", employed("bo", until="2023-09-01"), certified("bo", "MCDE", "2023-07-01")
    )
    state = story.until("2023-09-01")
    assert [told(case) for case in state.cases] == [
        ("cured", "2023-06-15", "2023-07-01"),
        ("None", "2023-09-01", None),
    ]
    assert state.cases[1].due_on == day("2023-10-31")
    assert story.until("2023-10-31").tier is Tier.ADVANCED
    assert steps(story.until("2023-11-01"))[-1] == ("2023-11-01", "authorized")


@pytest.mark.rule("R-3.2", "R-4.1.4")
def test_each_unmet_requirement_has_a_case_and_a_clock_of_its_own_and_with_the_tier_the_others_are_moot() -> None:
    """The sales training runs out on 1 July; the design engineer did on 15 June and costs the tier first."""
    kept = [item for item in kept_qualified("advanced") if item.kind != "trainings" and not is_mcde(item)]
    trainings = [trained("onboarding", "2022-07-01"), trained("annual_sales", "2022-07-01")]
    story = Story(*in_program(), placed("advanced"), opening(2022, "60000"), *kept, *trainings, *ANNA)
    before = story.until("2023-08-14")
    assert {case.requirement.value: str(case.due_on) for case in before.cases} == {
        "MCDE": "2023-08-14", "annual_sales_training": "2023-08-30",
    }  # fmt: skip
    assert case_of(before, "annual_sales_training").causes == ("the training of 2022-07-01 is 12 months old",)
    after = story.until("2023-08-15")
    assert after.tier is Tier.AUTHORIZED
    assert told(case_of(after, "MCDE")) == ("demoted", "2023-06-15", "2023-08-15")
    assert told(case_of(after, "annual_sales_training")) == ("moot", "2023-07-01", "2023-08-15")


@pytest.mark.rule("R-3.2")
@pytest.mark.catalogue("F49")
def test_a_correction_that_moves_the_first_day_forward_moves_the_last_one_along() -> None:
    story = bo_left("2023-05-10", recorded="2023-05-10").then("2023-05-30", employed("bo", until="2023-05-05"))
    case = case_of(story.until("2023-05-30"), "MCDE")
    assert (case.opened_on, case.due_on) == (day("2023-05-05"), day("2023-07-04"))
    assert [(event.on, event.step) for event in case.events] == [
        (day("2023-05-10"), CaseStep.OPENED), (day("2023-05-30"), CaseStep.REDATED),
    ]  # fmt: skip
    assert case.events[-1].note == "from 2023-05-05 instead of 2023-05-10, to be mended by 2023-07-04"
    assert case.case_id == "MCDE-2023-05-10", "a case keeps the name under which it was told"
    assert story.until("2023-07-04").tier is Tier.ADVANCED
    assert steps(story.until("2023-07-05"))[-1] == ("2023-07-05", "authorized")


@pytest.mark.rule("R-3.2")
@pytest.mark.catalogue("F49")
def test_a_correction_that_moves_the_first_day_back_ends_the_case_and_the_shortfall_gets_another_one() -> None:
    """On the day on which the first was opened there was no shortfall; the sixty days count from the true first day."""
    story = bo_left("2023-05-10", recorded="2023-05-10").then("2023-05-30", employed("bo", until="2023-05-20"))
    assert [told(case) for case in story.until("2023-05-30").cases] == [
        ("corrected", "2023-05-10", "2023-05-10"), ("None", "2023-05-20", None),
    ]  # fmt: skip
    assert story.until("2023-07-19").tier is Tier.ADVANCED
    assert steps(story.until("2023-07-20"))[-1] == ("2023-07-20", "authorized")


@pytest.mark.rule("R-3.2")
@pytest.mark.catalogue("F49")
def test_a_correction_by_which_nobody_left_ends_the_case() -> None:
    story = bo_left("2023-05-10", recorded="2023-05-10").then("2023-05-30", employed("bo"))
    assert [told(case) for case in story.until("2023-12-31").cases] == [("corrected", "2023-05-10", "2023-05-10")]


@pytest.mark.rule("R-3.2")
@pytest.mark.catalogue("F49")
@pytest.mark.parametrize(
    ("certified_on", "outcome", "closed_on"),
    [("2023-06-14", "corrected", "2023-06-15"), ("2023-06-15", "corrected", "2023-06-15"),
     ("2023-06-16", "cured", "2023-06-16")],
)  # fmt: skip
def test_by_a_certificate_recorded_late_there_never_was_a_shortfall_or_it_ended_on_the_certificates_own_day(
    certified_on: str, outcome: str, closed_on: str
) -> None:
    story = advanced(*ANNA).then("2023-07-10", employed("bo"), certified("bo", "MCDE", certified_on))
    assert open_cases(story.until("2023-07-09")) == ["MCDE"]
    state = story.until("2023-07-10")
    assert told(case_of(state, "MCDE")) == (outcome, "2023-06-15", closed_on)
    assert events(case_of(state, "MCDE"))[-1] == ("2023-07-10", "closed")


@pytest.mark.rule("R-3.3", "R-3.1a")
@pytest.mark.catalogue("F49")
def test_a_certificate_recorded_after_the_demotion_does_not_undo_it_but_promotes_again() -> None:
    story = advanced(*ANNA).then("2023-08-20", employed("bo"), certified("bo", "MCDE", "2023-08-01"))
    state = story.until("2023-08-20")
    assert steps(state)[1:] == [("2023-08-15", "authorized"), ("2023-08-20", "advanced")]
    assert case_of(state, "MCDE").outcome is CaseOutcome.DEMOTED


@pytest.mark.rule("R-3.3")
def test_what_becomes_known_on_the_day_of_the_demotion_still_counts_on_it() -> None:
    story = advanced(*ANNA)
    evening = story.until("2023-08-14")
    demoted = story.since("2023-08-15", evening)
    assert demoted.tier is Tier.AUTHORIZED
    story.then("2023-08-15", employed("bo"), certified("bo", "MCDE", "2023-08-15"))
    assert story.since("2023-08-15", demoted) == story.since("2023-08-15", evening)
    assert story.since("2023-08-15", demoted).tier is Tier.ADVANCED


@pytest.mark.rule("R-3.2")
def test_a_requirement_that_was_not_met_when_the_tier_was_given_has_sixty_days_from_that_day() -> None:
    case = case_of(advanced().until("2023-01-02"), "MCDE")
    assert (case.opened_on, case.due_on) == (day("2023-01-02"), day("2023-03-03"))
    assert case.causes == ("not met when advanced was given",)


@pytest.mark.rule("R-3.2")
def test_nothing_is_owed_before_the_rulebooks_first_day() -> None:
    story = Story(*in_program(), placed("advanced", "2019-06-01"), first="2022-01-01")
    case = case_of(story.until("2022-01-01"), "MCDE")
    assert (case.opened_on, case.due_on) == (day("2022-01-01"), day("2022-03-02"))
    assert case.causes == ("not met when advanced was given",)


@pytest.mark.rule("R-3.2", "R-4.1.3")
def test_what_authorized_does_not_ask_for_makes_no_case() -> None:
    assert Story(*in_program()).until("2023-12-31").cases == ()


@pytest.mark.rule("R-3.3", "R-3.1a")
def test_an_account_with_an_open_case_is_promoted_only_to_a_tier_of_which_it_meets_everything() -> None:
    """More revenue does not make up for a missing design engineer; and a promotion needs no case closed by hand."""
    story = advanced(*ANNA).then("2023-07-01", opening(2022, "200000"))
    assert story.until("2023-07-01").tier is Tier.ADVANCED
    whole = [certified(who, kind, "2023-07-10") for who in ("bo", "cy") for kind in ("MCDE", "MCIT", "MCIE")]
    story.then("2023-07-10", employed("bo"), employed("cy"), *whole)
    state = story.until("2023-07-10")
    assert steps(state)[-1] == ("2023-07-10", "premier")
    assert told(case_of(state, "MCDE")) == ("cured", "2023-06-15", "2023-07-10")
