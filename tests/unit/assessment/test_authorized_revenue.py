"""An Authorized account below its threshold: flagged at the close, decided on by the vendor (R-3.4b, R-4.1.2)."""

import pytest

from partner_program.values.tiers import Tier
from tests.fakes.assessing import Story, case_of, events, open_cases, steps
from tests.fakes.records import (
    Known,
    accepted,
    day,
    decided,
    kept_tier,
    opening,
    partner,
    placed,
    rulebook,
    sales,
    site,
    trained,
)


@pytest.mark.rule("R-3.4b", "R-4.1.2")
@pytest.mark.parametrize(("of_2023", "flagged"), [("999.99", True), ("1000", False), ("1000.01", False)])
def test_an_authorized_account_below_its_threshold_is_flagged_and_never_removed(of_2023: str, flagged: bool) -> None:
    known = [partner(enrolled="2022-06-01"), site(opened="2022-06-01"), accepted("2022-06-01"), opening(2023, of_2023)]
    story = Story(*known, opening(2022, "5000"), first="2022-06-01")
    assert open_cases(story.until("2024-01-29")) == []
    state = story.until("2024-01-30")
    assert open_cases(state) == (["revenue 2023"] if flagged else [])
    if flagged:
        case = case_of(state, "revenue")
        assert (case.rule, case.opened_on, case.due_on, case.decision_due) == (
            "R-4.1.2", day("2024-01-30"), None, True,
        )  # fmt: skip
        assert events(case) == [("2024-01-30", "opened"), ("2024-01-30", "decision_due")]
        assert case.causes == ("Sales Revenue 2023 below the Authorized threshold",)
    assert story.until("2025-12-31").tier is Tier.AUTHORIZED


@pytest.mark.rule("R-3.4b")
@pytest.mark.parametrize(
    ("enrolled", "flags"), [("2022-12-31", ["revenue 2023"]), ("2023-01-01", ["revenue 2023"]), ("2023-01-02", [])]
)
def test_the_first_partial_calendar_year_is_not_assessed(enrolled: str, flags: list[str]) -> None:
    """Who is there on 1 January is there for a whole year."""
    story = Story(partner(enrolled=enrolled), site(opened=enrolled), accepted(enrolled), first=enrolled)
    assert open_cases(story.until("2024-12-31")) == flags
    assert "revenue 2024" in open_cases(story.until("2025-01-30"))


@pytest.mark.rule("R-3.4b")
def test_a_placement_is_no_entry_the_partners_enrolment_is() -> None:
    known = [partner(enrolled="2019-05-01"), site(opened="2019-05-01"), accepted("2019-05-01")]
    story = Story(*known, placed("authorized", "2023-06-01"), opening(2022, "1000"), first="2023-06-01")
    assert open_cases(story.until("2024-01-30")) == ["revenue 2023"]


@pytest.mark.rule("R-3.4b")
@pytest.mark.parametrize(("ytd", "outcome"), [("999.99", "None"), ("1000", "cured")])
def test_a_flag_goes_by_itself_when_the_revenue_is_there(ytd: str, outcome: str) -> None:
    known = [partner(enrolled="2022-06-01"), site(opened="2022-06-01"), accepted("2022-06-01")]
    story = Story(*known, sales("2024-04", ytd, known="2024-05-06"), first="2022-06-01")
    case = case_of(story.until("2024-05-06"), "revenue", "2023")
    assert (str(case.outcome), case.opened_on) == (outcome, day("2024-01-30"))
    assert case.closed_on == (None if outcome == "None" else day("2024-05-06"))


@pytest.mark.rule("R-3.4b")
def test_each_year_below_the_threshold_is_a_case_of_its_own_for_as_long_as_nobody_decides() -> None:
    known = [partner(enrolled="2022-06-01"), site(opened="2022-06-01"), accepted("2022-06-01")]
    story = Story(*known, first="2022-06-01")
    assert open_cases(story.until("2025-01-30")) == ["revenue 2023", "revenue 2024"]


@pytest.mark.rule("R-3.4b")
def test_who_is_demoted_to_authorized_at_the_close_and_is_below_even_its_threshold_is_flagged_the_same_day() -> None:
    known = [partner(enrolled="2022-06-01"), site(opened="2022-06-01"), accepted("2022-06-01")]
    story = Story(*known, placed("advanced"), *kept_tier("advanced"), opening(2022, "60000"), opening(2023, "999"))
    state = story.until("2024-01-30")
    assert (state.tier, open_cases(state)) == (Tier.AUTHORIZED, ["revenue 2023"])


@pytest.mark.rule("R-3.4b", "R-3.3")
def test_who_falls_to_authorized_within_the_year_is_held_against_its_threshold_from_that_day() -> None:
    """At the close this year's revenue kept the tier, though last year had brought nothing; since, it was returned."""
    known = [partner(enrolled="2022-06-01"), site(opened="2022-06-01"), accepted("2022-06-01")]
    kept = [item for item in kept_tier("advanced", last=2023) if item.kind != "trainings"]
    revenue: list[Known] = [opening(2022, "60000"), sales("2024-01", "60000", known="2024-01-15")]
    story = Story(*known, placed("advanced"), *kept, *revenue, trained("onboarding", "2022-01-01"))
    story.then("2023-01-02", *(trained("annual_sales", f"{year}-04-01") for year in (2022, 2023)))
    story.then("2024-04-15", sales("2024-03", "-59500", known="2024-04-15"))
    assert steps(story.until("2024-06-01"))[1:] == [("2024-06-01", "authorized")]
    assert open_cases(story.until("2024-05-31")) == ["annual_sales_training"]
    case = case_of(story.until("2024-06-01"), "revenue")
    assert (case.subject, case.opened_on, case.decision_due) == ("2023", day("2024-06-01"), True)


# -- the first, partial calendar year


def in_a_new_country(opened: str, *more: Known) -> Story:
    """A partner of long standing opens its first site here."""
    known = [partner(enrolled="2019-05-01"), site(opened=opened), accepted("2022-01-01"), opening(2022, "0")]
    return Story(*known, *more, first=opened)


@pytest.mark.rule("R-3.4b", "R-2.2b")
@pytest.mark.parametrize(
    ("opened", "flags"), [("2022-12-31", ["revenue 2023"]), ("2023-01-01", ["revenue 2023"]), ("2023-01-02", [])]
)
def test_in_a_new_country_the_first_year_is_that_of_the_first_site_not_of_the_partners_enrolment(
    opened: str, flags: list[str]
) -> None:
    story = in_a_new_country(opened)
    assert open_cases(story.until("2024-12-31")) == flags
    assert open_cases(story.until("2025-01-30")) == [*flags, "revenue 2024"]


@pytest.mark.rule("R-3.4b", "R-2.2b")
def test_nobody_is_flagged_on_the_very_first_day() -> None:
    assert in_a_new_country("2023-06-01").until("2023-06-01").cases == ()


@pytest.mark.rule("R-3.4b")
@pytest.mark.parametrize(
    ("opened", "placed_on", "flags"),
    [
        ("2023-01-01", "2023-06-01", ["revenue 2023"]),
        ("2023-03-01", "2023-06-01", []),
        ("2023-03-01", "2023-01-01", ["revenue 2023"]),  # taken over with its tier before its site was recorded
        ("2022-05-01", "2023-06-01", ["revenue 2023"]),
    ],
)
def test_a_placed_account_entered_when_its_partner_was_enrolled_and_had_a_site_here(
    opened: str, placed_on: str, flags: list[str]
) -> None:
    story = in_a_new_country(opened, placed("authorized", placed_on), opening(2022, "1000"))
    assert open_cases(story.until("2024-06-30")) == flags


@pytest.mark.rule("R-3.4b")
def test_a_second_site_begins_no_first_year() -> None:
    story = in_a_new_country("2023-01-01", site("S2", opened="2023-03-01"))
    assert open_cases(story.until("2024-01-30")) == ["revenue 2023"]


# -- short again


def short_again(returned: str) -> Story:
    """Flagged for 2023 on 30 January 2024; on 10 April the revenue is there; then a part of it is returned."""
    known = [partner(enrolled="2022-06-01"), site(opened="2022-06-01"), accepted("2022-06-01")]
    enough = sales("2024-04", "1200", known="2024-04-10")
    story = Story(*known, enough, first="2022-06-01")
    return story.then(returned, sales("2024-04", "-600", known=returned, report="returns"))


@pytest.mark.rule("R-3.4b", "R-4.1.2")
@pytest.mark.parametrize("returned", ["2024-04-11", "2024-05-10"])
def test_a_flag_that_was_cured_and_is_short_again_has_a_first_day_of_its_own(returned: str) -> None:
    """The day after the cure; a verdict that names the day of the close means the one that has ended."""
    state = short_again(returned).until(returned)
    assert [(str(case.opened_on), str(case.outcome)) for case in state.cases] == [
        ("2024-01-30", "cured"), ("2024-04-11", "None"),
    ]  # fmt: skip
    assert state.cases[-1].decision_due


@pytest.mark.rule("R-3.4b", "R-4.1.2")
@pytest.mark.parametrize(("named", "tier"), [("2024-01-30", Tier.AUTHORIZED), ("2024-04-11", None)])
def test_each_of_the_two_flags_is_decided_on_by_its_own_day(named: str, tier: Tier | None) -> None:
    story = short_again("2024-05-10").then("2024-06-01", decided("revenue", named, "end_participation", "2024-06-01"))
    state = story.until("2024-06-01")
    assert state.tier is tier
    assert [item.why for item in state.memory.idle_decisions] == (
        [] if tier is None else ["the case had ended on 2024-04-10: cured"]
    )


# -- by which threshold


@pytest.mark.rule("R-3.4b")
@pytest.mark.parametrize(("of_2023", "flags"), [("999.99", ["revenue 2023"]), ("1000", []), ("1999.99", [])])
def test_a_year_is_judged_by_the_threshold_of_its_end_not_by_that_of_the_day_on_which_its_books_close(
    of_2023: str, flags: list[str]
) -> None:
    values = "[{ from = 2022-01-01, value = 1000 }, { from = 2024-01-01, value = 2000 }]"
    book = rulebook(f'"revenue_threshold.*.authorized" = {values}\n')
    known = [partner(enrolled="2022-06-01"), site(opened="2022-06-01"), accepted("2022-06-01"), opening(2022, "5000")]
    story = Story(*known, opening(2023, of_2023), book=book, first="2022-06-01")
    assert open_cases(story.until("2024-12-31")) == flags
