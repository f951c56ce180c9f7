"""Reminders of an expiry 90, 60 and 30 days before, of a case's last day 30, 14 and 3 days before; each once."""

import pytest

from partner_program.domain.facts import Record
from partner_program.domain.tiers.account import AccountState
from partner_program.values.tiers import Tier
from tests.fakes.assessing import Story, case_of, events
from tests.fakes.records import (
    Known,
    brand_review,
    certified,
    decided,
    employed,
    in_program,
    kept_qualified,
    opening,
    partner,
    placed,
    plan,
    rulebook,
    site,
    trained,
)

EXPIRES = "2023-06-15"
ANNA: list[Record] = [employed("anna"), certified("anna", "MCDE", "2021-06-15")]
REMINDED = [("2023-03-17", 90), ("2023-04-16", 60), ("2023-05-16", 30)]


def advanced(*more: Known, owner: str = "", trainings: bool = True) -> Story:
    """An account that owes nothing and renews everything in good time, so that what a test adds is reminded of."""
    kept = [item for item in kept_qualified("advanced") if trainings or item.kind != "trainings"]
    revenue = [opening(year, "60000") for year in (2022, 2023)]
    return Story(*in_program(), placed("advanced"), *revenue, *kept, *more, book=rulebook(owner))


def premier(*more: Known) -> Story:
    """Premier in everything but the plan of 2023, due on 3 March."""
    kept = [*kept_qualified("premier"), brand_review("2022-06-01"), opening(2022, "200000")]
    return Story(*in_program(), placed("premier"), *kept, *more)


def reminders(state: AccountState) -> list[tuple[str, int]]:
    """Day and days left of each."""
    return [(str(item.on), item.days) for item in state.memory.reminders]


def reminded(story: Story, on: str) -> list[str]:
    """The days on which the account was reminded of the last day of its plan."""
    return [day for day, step in events(case_of(story.until(on), "business_plan")) if step == "reminded"]


@pytest.mark.rule("R-4.1.5")
def test_the_owner_of_a_certification_is_reminded_ninety_sixty_and_thirty_days_before_it_expires() -> None:
    state = advanced(*ANNA).until("2023-06-14")
    assert reminders(state) == REMINDED
    assert {(item.requirement, item.subject, item.holder, str(item.expires_on)) for item in state.memory.reminders} == {
        ("MCDE", "anna-MCDE-2021-06-15", "anna", EXPIRES),
    }  # fmt: skip


@pytest.mark.rule("R-4.1.5")
@pytest.mark.parametrize(("on", "count"), [("2023-03-16", 0), ("2023-03-17", 1), ("2023-03-18", 1), ("2023-04-16", 2)])
def test_a_reminder_comes_on_its_day_and_is_not_repeated(on: str, count: int) -> None:
    assert len(reminders(advanced(*ANNA).until(on))) == count


@pytest.mark.catalogue("F25")
def test_assessed_several_times_on_its_day_there_is_one_reminder() -> None:
    story = advanced(*ANNA)
    once = story.since("2023-03-17", story.until("2023-03-16"))
    assert story.since("2023-03-17", once) == once
    assert len(reminders(once)) == 1


@pytest.mark.catalogue("F26")
def test_reminders_of_days_that_were_missed_carry_their_own_day() -> None:
    story = advanced(*ANNA)
    late = story.until("2023-06-14")
    assert reminders(late) == REMINDED
    assert late == story.daily("2023-06-14")


@pytest.mark.rule("R-4.1.5")
def test_what_has_expired_is_reminded_of_no_more() -> None:
    assert reminders(advanced(*ANNA).until(EXPIRES)) == []


@pytest.mark.rule("R-4.1.5")
@pytest.mark.parametrize(("renewed", "count"), [("2023-04-15", 1), ("2023-04-16", 2), ("2023-05-15", 2)])
def test_a_renewal_ends_the_reminders_from_the_day_after(renewed: str, count: int) -> None:
    """A reminder rests on the evening before: on 16 April nobody knew of the renewal of that day."""
    story = advanced(*ANNA).then(renewed, certified("anna", "MCDE", renewed))
    assert len(reminders(story.until("2023-06-14"))) == count


@pytest.mark.rule("R-4.1.5")
def test_the_certificate_of_a_person_that_lasts_longest_is_the_one_to_be_reminded_of() -> None:
    story = advanced(*ANNA, certified("anna", "MCDE", "2021-08-01"))
    assert reminders(story.until("2023-06-14")) == [("2023-05-03", 90), ("2023-06-02", 60)]


@pytest.mark.rule("R-4.1.5")
def test_every_person_and_every_kind_is_reminded_of_by_itself() -> None:
    more = [certified("anna", "MCIT", "2021-06-15"), employed("bo"), certified("bo", "MCDE", "2021-06-15")]
    assert len(reminders(advanced(*ANNA, *more).until("2023-03-17"))) == 3


@pytest.mark.rule("R-4.1.5", "R-2.2b")
def test_of_somebody_who_has_left_nobody_is_reminded() -> None:
    story = advanced(*ANNA).then("2023-04-01", employed("anna", until="2023-04-01"))
    assert reminders(story.until("2023-06-14")) == REMINDED[:1]


@pytest.mark.rule("R-4.1.5")
def test_a_certificate_recorded_late_is_reminded_of_on_the_days_that_are_left() -> None:
    story = advanced().then("2023-04-20", *ANNA)
    assert reminders(story.until("2023-06-14")) == REMINDED[2:]


@pytest.mark.rule("R-4.1.4")
def test_a_sales_training_is_reminded_of_like_a_certification() -> None:
    done = [trained("onboarding", "2022-06-15"), trained("annual_sales", "2022-06-15")]
    state = advanced(*done, trainings=False).until("2023-06-14")
    assert reminders(state) == REMINDED
    assert {(item.requirement, item.holder) for item in state.memory.reminders} == {("annual_sales_training", "")}


@pytest.mark.rule("R-4.1.1", "R-4.1.5")
def test_an_account_without_a_tier_is_reminded_of_nothing() -> None:
    """Nobody has accepted the Terms for it; or the vendor has ended its participation."""
    assert Story(partner(), site(), *ANNA).until("2023-06-14").memory.reminders == ()
    ended = Story(partner(), site(), placed("advanced"), opening(2022, "60000"), *kept_qualified("advanced"), *ANNA)
    assert reminders(ended.until("2023-03-17")) == REMINDED[:1]
    ended.then("2023-03-20", decided("terms", "2023-01-02", "end_participation", "2023-03-20"))
    assert reminders(ended.until("2023-06-14")) == REMINDED[:1]


@pytest.mark.rule("R-4.1.5")
def test_of_what_the_tier_does_not_ask_for_nobody_is_reminded() -> None:
    """Authorized asks for nobody certified; Advanced for design engineers, and not for integration engineers."""
    assert reminders(Story(*in_program(), *ANNA).until("2023-06-14")) == []
    mcie = [certified("anna", kind, "2021-06-15") for kind in ("MCIT", "MCIE")]
    state = advanced(*ANNA, *mcie).until("2023-06-14")
    assert {item.requirement.value for item in state.memory.reminders} == {"MCDE", "MCIT"}


@pytest.mark.rule("R-4.1.3")
def test_what_never_expires_is_not_reminded_of() -> None:
    story = advanced(trained("onboarding", "2022-06-15"))
    assert story.until("2024-12-31").tier is Tier.ADVANCED, "which asks for it"
    assert reminders(story.until("2024-12-31")) == []


@pytest.mark.rule("R-4.1.5")
def test_the_owner_says_how_many_days_before() -> None:
    story = advanced(*ANNA, owner='"certification.reminder_days" = [10, 1]\n')
    assert reminders(story.until("2023-06-14")) == [("2023-06-05", 10), ("2023-06-14", 1)]


# -- cases


@pytest.mark.rule("R-3.2", "R-4.1.6")
def test_of_a_cases_last_day_the_account_is_reminded_thirty_fourteen_and_three_days_before() -> None:
    story = premier()
    assert reminded(story, "2023-06-30") == ["2023-02-01", "2023-02-17", "2023-02-28"]
    notes = [event.note for event in case_of(story.until("2023-03-03"), "business_plan").events]
    assert notes[1:] == [
        "30 days are left, until 2023-03-03", "14 days are left, until 2023-03-03", "3 days are left, until 2023-03-03",
    ]  # fmt: skip


@pytest.mark.rule("R-3.2")
def test_a_case_that_is_cured_is_reminded_of_no_more_from_the_day_after() -> None:
    assert reminded(premier(plan(2023, "2023-02-16")), "2023-06-30") == ["2023-02-01"]
    assert reminded(premier(plan(2023, "2023-02-17")), "2023-06-30") == ["2023-02-01", "2023-02-17"]


@pytest.mark.rule("R-4.1.6")
def test_after_an_extension_the_account_is_reminded_of_the_new_last_day() -> None:
    story = premier(decided("business_plan", "2023-01-02", "extend", "2023-02-20", until="2023-05-01"))
    assert reminded(story, "2023-06-30") == ["2023-02-01", "2023-02-17", "2023-04-01", "2023-04-17", "2023-04-28"]


@pytest.mark.rule("R-3.2")
@pytest.mark.catalogue("F49")
def test_a_case_discovered_late_is_reminded_of_on_the_days_that_are_left() -> None:
    """On the very day on which it was discovered there is no reminder: the evening before nobody knew of it."""
    kept = [item for item in kept_qualified("advanced") if item.key[0] != "kim-MCDE-2023-01-01"]
    story = Story(*in_program(), placed("advanced"), opening(2022, "60000"), *kept)
    story.then("2023-07-31", employed("kim", "2022-01-01", "2023-06-15"))
    case = case_of(story.until("2023-08-14"), "MCDE")
    assert [on for on, step in events(case) if step == "reminded"] == ["2023-08-11"]
    assert story.until("2023-08-14").tier is Tier.ADVANCED


@pytest.mark.rule("R-4.1.7")
def test_each_of_the_two_periods_for_the_brand_has_its_own_reminders() -> None:
    kept = [*kept_qualified("premier"), plan(2023, "2023-01-02"), opening(2022, "200000")]
    case = case_of(Story(*in_program(), placed("premier"), *kept).until("2023-06-30"), "brand_alignment")
    assert [on for on, step in events(case) if step == "reminded"] == [
        "2023-01-29", "2023-02-14", "2023-02-25", "2023-03-31", "2023-04-16", "2023-04-27",
    ]  # fmt: skip


@pytest.mark.rule("R-3.2")
def test_the_owner_says_how_many_days_before_a_cases_last_one() -> None:
    story = Story(
        *in_program(), placed("advanced"), opening(2022, "60000"), book=rulebook('"compliance.reminder_days" = [7]\n')
    )
    case = case_of(story.until("2023-03-03"), "MCDE")
    assert [on for on, step in events(case) if step == "reminded"] == ["2023-02-24"]


# -- advice


@pytest.mark.rule("R-3.1b")
def test_the_advice_is_given_on_the_morning_after_and_again_only_when_other_requirements_are_missing() -> None:
    story = Story(*in_program()).then("2023-03-01", trained("onboarding", "2023-03-01"))
    days = {
        on: story.until(on).memory.told for on in ("2023-01-02", "2023-01-03", "2023-03-01", "2023-03-02", "2023-12-31")
    }
    told = {on: None if found is None else str(found.on) for on, found in days.items()}
    assert told == {
        "2023-01-02": None, "2023-01-03": "2023-01-03", "2023-03-01": "2023-01-03", "2023-03-02": "2023-03-02",
        "2023-12-31": "2023-03-02",
    }  # fmt: skip


@pytest.mark.rule("R-3.1b")
def test_at_premier_there_is_nothing_to_advise() -> None:
    assert premier().until("2023-06-30").memory.told is None
