"""Until when something holds: by the rulebook of the days to come, not by today's alone (R-4.1.3 to R-4.1.6)."""

from datetime import date, timedelta

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from partner_program.domain.facts import Record
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.findings import Finding, Requirement
from partner_program.domain.tiers.requirements import findings
from partner_program.domain.tiers.situation import Situation
from partner_program.values.tiers import Tier
from tests.fakes.assessing import Story
from tests.fakes.records import (
    Known,
    brand_review,
    certified,
    day,
    decided,
    employed,
    in_program,
    kept_qualified,
    opening,
    placed,
    plan,
    qualified_records,
    rulebook,
    sales,
    trained,
)

TODAY = "2024-04-15"


def changes(entry: str, before: str, after: str, since: str) -> str:
    """An owner's value that is another one from a day on."""
    return f'"{entry}" = [{{ from = 2022-01-01, value = {before} }}, {{ from = {since}, value = {after} }}]\n'


def validity(before: int, after: int, since: str) -> str:
    return changes("certification.validity", str(before), str(after), since)


def training(before: int, after: int, since: str) -> str:
    return changes("training_validity.annual_sales", str(before), str(after), since)


def advanced(owner: str = "", *more: Known, on: str = "2024-02-01") -> Story:
    """Advanced by last year's revenue, with everything that it asks for from one day on."""
    revenue = [opening(year, "60000") for year in (2022, 2023)]
    return Story(*in_program(), placed("advanced"), *revenue, *qualified_records(on), *more, book=rulebook(owner))


def of(state: AccountState, requirement: Requirement) -> Finding:
    return next(item for item in state.findings if item.requirement is requirement)


def found_on(on: date, requirement: Requirement, story: Story, state: AccountState) -> Finding:
    """By the engine on a later day, with what is known and decided by that of the state."""
    at = Situation(story.known(state.assessed_on), story.book.at(on), state.tier_changes, state.cases)
    assert at.tier is not None
    return next(item for item in findings(at.tier, at) if item.requirement is requirement)


def around(short_on: str) -> tuple[date, date]:
    """The day before, and the day."""
    return day(short_on) - timedelta(days=1), day(short_on)


@pytest.mark.rule("R-4.1.4", "R-4.1.5", "R-3.3")
@pytest.mark.parametrize(
    ("owner", "requirement", "certified_on", "short_on"),
    [
        (validity(24, 12, "2024-08-01"), Requirement.MCDE, "2024-02-01", "2025-02-01"),
        (validity(24, 6, "2024-08-01"), Requirement.MCDE, "2024-02-01", "2024-08-01"),
        (validity(24, 6, "2024-08-02"), Requirement.MCDE, "2024-02-01", "2024-08-02"),
        (validity(24, 3, "2024-08-02"), Requirement.MCIT, "2024-02-01", "2024-08-02"),
        (validity(12, 24, "2025-01-31"), Requirement.MCIT, "2024-02-01", "2026-02-01"),
        (validity(12, 24, "2025-02-01"), Requirement.MCIT, "2024-02-01", "2026-02-01"),
        (validity(12, 24, "2025-02-02"), Requirement.MCIT, "2024-02-01", "2025-02-01"),
        (validity(24, 12, "2024-04-16"), Requirement.MCDE, "2024-02-29", "2025-02-28"),
        (validity(24, 12, "2025-02-28"), Requirement.MCDE, "2024-02-29", "2025-02-28"),
        (training(12, 2, "2024-05-01"), Requirement.SALES_TRAINING, "2024-02-01", "2024-05-01"),
        (training(12, 3, "2024-05-01"), Requirement.SALES_TRAINING, "2024-02-01", "2024-05-01"),
        (training(12, 4, "2024-05-01"), Requirement.SALES_TRAINING, "2024-02-29", "2024-06-29"),
        (training(3, 12, "2024-05-01"), Requirement.SALES_TRAINING, "2024-02-01", "2025-02-01"),
    ],
)
def test_what_lasts_less_or_longer_from_a_day_on_is_told_to_the_day_on_which_it_is_short(
    owner: str, requirement: Requirement, certified_on: str, short_on: str
) -> None:
    story = advanced(owner, on=certified_on)
    told = of(story.until(TODAY), requirement)
    assert (told.met, told.until) == (True, day(short_on))
    items = {item.expires_on for item in story.until(TODAY).expiries if item.requirement is requirement}
    assert items == {day(short_on)}
    state = story.until(TODAY)
    assert [found_on(on, requirement, story, state).met for on in around(short_on)] == [True, False]


@pytest.mark.rule("R-4.1.1", "R-4.1.2")
def test_a_higher_threshold_and_new_terms_to_come_are_told_too() -> None:
    owner = changes("revenue_threshold.country.DE.advanced", "50000", "70000", "2024-10-01")
    owner += '"terms.version" = [{ from = 2024-07-01, value = "2024-07" }]\n'
    owner += '"terms.accept_by" = [{ from = 2024-07-01, value = 2024-09-30 }]\n'
    story = advanced(owner)
    told = {item.requirement: item.until for item in story.until(TODAY).findings}
    assert told[Requirement.REVENUE] == told[Requirement.TERMS] == day("2024-10-01")
    later = {item.requirement: item.met for item in story.until("2024-10-01").findings}
    assert (later[Requirement.REVENUE], later[Requirement.TERMS]) == (False, False)


@pytest.mark.rule("R-4.1.2")
@pytest.mark.parametrize("since", ["2025-12-31", "2026-01-01", "2026-06-01"])
def test_this_years_revenue_is_held_against_no_threshold_of_years_in_which_it_counts_no_more(since: str) -> None:
    """It counts up to the end of the next year; from then on it is that year's own revenue which decides."""
    owner = changes("revenue_threshold.country.DE.advanced", "50000", "70000", since)
    told = of(advanced(owner, sales("2024-03", "60000")).until(TODAY), Requirement.REVENUE)
    assert told.until == (day(since) if since < "2026" else None)


@pytest.mark.rule("R-4.1.4")
def test_what_is_asked_for_no_more_before_it_runs_out_is_never_short() -> None:
    owner = "".join(changes(f"training_required.annual_sales.{tier}", "true", "false", "2024-09-01")
                    for tier in ("advanced", "premier"))  # fmt: skip
    assert of(advanced(owner).until(TODAY), Requirement.SALES_TRAINING).until is None


def test_a_country_that_leaves_the_program_ends_what_can_be_told() -> None:
    owner = validity(24, 12, "2024-12-01") + '"country.DE" = [{ from = 2024-11-01 }]\n'
    assert of(advanced(owner).until(TODAY), Requirement.MCDE).until == day("2026-02-01")


KINDS = st.sampled_from(["MCDE", "MCIT", "MCIE"])
PEOPLE = st.sampled_from(["anna", "bo", "cleo"])


@st.composite
def owners(draw: st.DrawFn) -> str:
    since = st.dates(date(2024, 4, 1), date(2025, 12, 31)).map(str)
    months = st.sampled_from(["6", "12", "24", "30"])
    lines = [
        changes("certification.validity", draw(months), draw(months), draw(since)),
        changes("training_validity.annual_sales", draw(months), draw(months), draw(since)),
    ]
    if draw(st.booleans()):
        lines.append(changes("people_required.MCDE.premier", "2", draw(st.sampled_from(["1", "3"])), draw(since)))
    return "".join(lines)


@pytest.mark.rule("R-4.1.4", "R-4.1.5", "R-4.1.5c", "R-4.1.6")
@settings(max_examples=25, deadline=None)
@given(
    owners(),
    st.lists(st.tuples(PEOPLE, KINDS, st.dates(date(2022, 6, 1), date(2024, 8, 1)).map(str)), max_size=12),
    st.lists(st.dates(date(2023, 1, 1), date(2024, 6, 1)).map(str), max_size=3, unique=True),
    st.one_of(st.none(), st.dates(date(2024, 4, 16), date(2025, 12, 1)).map(str)),
)
def test_until_is_the_first_day_on_which_the_engine_finds_otherwise(
    owner: str, held: list[tuple[str, str, str]], trainings: list[str], leaves: str | None
) -> None:
    known: list[Record] = [employed("anna", until=leaves), employed("bo"), employed("cleo"), plan(2024, "2024-02-01")]
    known += [certified(*one, certification_id=f"C{place}") for place, one in enumerate(held)]
    known += [trained("annual_sales", on) for on in trainings]
    story = Story(*in_program(), placed("premier", TODAY), brand_review(TODAY), *known, book=rulebook(owner))
    state = story.since(TODAY)
    facts, last = story.known(day(TODAY)), date(2026, 12, 31)
    told = {item.requirement: item for item in state.findings if item.requirement is not Requirement.REVENUE}
    later = day(TODAY)
    while later < last:
        later += timedelta(days=1)
        at = Situation(facts, story.book.at(later), state.tier_changes, state.cases)
        for item in findings(Tier.PREMIER, at):
            if item.requirement in told and item.met != told[item.requirement].met:
                event(f"{item.requirement} {'short' if told[item.requirement].met else 'met'}")
                assert told.pop(item.requirement).until == later
    assert all(item.until is None or item.until > last for item in told.values())


# -- reminders


def reminded(story: Story, on: str) -> list[tuple[str, int]]:
    return [(str(item.on), item.days) for item in story.until(on).memory.reminders if item.subject.startswith("dora")]


DORA = (employed("dora"), certified("dora", "MCDE", "2023-06-15"))


@pytest.mark.rule("R-4.1.5")
@pytest.mark.parametrize(
    ("owner", "last"),
    [
        (validity(24, 12, "2024-05-20"), "2024-06-15"),
        (validity(24, 12, "2024-06-15"), "2024-06-15"),
        (validity(24, 12, "2024-06-16"), "2024-06-16"),
        (validity(12, 24, "2024-06-15"), "2025-06-15"),
    ],
)
def test_reminders_come_before_the_day_on_which_it_really_runs_out_each_once(owner: str, last: str) -> None:
    """Kim's, renewed every January, keep the tier; of the one way to look at it or of the other, day by day."""
    revenue = [opening(year, "60000") for year in (2022, 2023, 2024)]
    story = Story(*in_program(), placed("advanced"), *revenue, *kept_qualified("advanced"), *DORA, book=rulebook(owner))
    wanted = [(str(day(last) - timedelta(days=days)), days) for days in (90, 60, 30)]
    eve = str(day(last) - timedelta(days=1))
    assert reminded(story, eve) == wanted
    assert story.daily(eve).memory.reminders == story.until(eve).memory.reminders


# -- the plan of the next year


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize(
    ("since", "today", "plans", "short_on"),
    [
        ("2023-06-15", "2023-12-31", (2023,), "2024-03-02"),
        ("2023-06-15", "2024-01-29", (2023, 2024), "2025-03-03"),
        ("2023-12-20", "2023-12-31", (2023,), "2024-03-02"),
        ("2023-12-20", "2023-12-31", (2023, 2024), "2025-03-03"),
        ("2023-06-15", "2024-01-01", (2023,), "2024-03-02"),
    ],
)
def test_a_premier_account_that_has_its_plan_is_told_when_the_next_one_is_owed(
    since: str, today: str, plans: tuple[int, ...], short_on: str
) -> None:
    submitted = [plan(year, "2023-12-21") for year in plans]
    story = Story(*in_program(), placed("premier", since), *kept_qualified("premier"), *submitted, first=since)
    state = story.until(today)
    told = of(state, Requirement.BUSINESS_PLAN)
    assert (told.met, told.until) == (True, day(short_on))
    assert [found_on(on, told.requirement, story, state).met for on in around(short_on)] == [True, False]


@pytest.mark.rule("R-4.1.6")
def test_who_is_let_off_a_years_plan_owes_that_of_the_next() -> None:
    story = Story(*in_program(), placed("premier", "2023-06-15"), *kept_qualified("premier"), first="2023-06-15")
    story.then("2023-07-01", decided("business_plan", "2023-06-15", "waive", "2023-07-01"))
    assert of(story.until("2023-07-01"), Requirement.BUSINESS_PLAN).until == day("2024-03-02")
