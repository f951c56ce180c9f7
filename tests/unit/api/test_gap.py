"""What is missing for a tier, in numbers beside the engine's words, and by when (R-3.1b)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given

from partner_program.domain.tiers.entry import MissingEntry
from partner_program.domain.tiers.findings import Requirement
from partner_program.domain.tiers.gap import Gaps, MissingItem, TierGap, gaps
from partner_program.domain.tiers.situation import Situation
from partner_program.domain.wording import amount_text, people_text
from partner_program.rulebook import CountryNotInProgram, Rulebook
from partner_program.use_cases.queries.gap import Gap
from partner_program.values.errors import NotFound
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.assessing import RULEBOOK, Story, steps
from tests.fakes.records import (
    P1_DE,
    Known,
    accepted,
    baseline,
    brand_review,
    certified,
    day,
    decided,
    employed,
    in_program,
    kept_qualified,
    opening,
    partner,
    placed,
    plan,
    qualified_people,
    qualified_records,
    rulebook,
    sales,
    site,
    trained,
)
from tests.fakes.versions import World
from tests.unit.api.gap_programs import Account, accounts

TODAY = "2024-06-15"


def found(story: Story, on: str) -> Gaps:
    state = story.until(on)
    at = Situation(story.known(day(on)), story.book.at(day(on)), state.tier_changes, state.cases)
    return gaps(at, story.book)


def gap_to(tier: Tier, *more: Known, on: str = TODAY, book: Rulebook = RULEBOOK) -> TierGap:
    """Of an account in the program since January 2023, with what else is known of it."""
    tiers = found(Story(*in_program(), *more, book=book), on).tiers
    return next(item for item in tiers if item.tier is tier)


def item_of(gap: TierGap, requirement: Requirement) -> MissingItem | None:
    return next((item for item in gap.missing if item.finding.requirement is requirement), None)


def revenue_missing(gap: TierGap) -> Decimal | None:
    item = item_of(gap, Requirement.REVENUE)
    return item.revenue.amount if item and item.revenue else None


def people_missing(gap: TierGap) -> dict[str, int]:
    return {item.people.certification.value: item.people.people for item in gap.missing if item.people}


# -- numbers


@pytest.mark.rule("R-3.1b")
@given(accounts())
def test_every_number_is_the_one_of_the_engines_own_finding(account: Account) -> None:
    for item in (item for gap in account.gaps().tiers for item in gap.missing):
        said = (item.revenue, item.people, item.training, item.terms, item.business_plan, item.brand_review)
        assert sum(one is not None for one in said) == 1
        if item.revenue:
            assert item.finding.missing == amount_text(item.revenue.amount, item.revenue.currency)
        if item.people:
            assert item.finding.missing == people_text(item.people.people)
            assert item.finding.requirement == item.people.certification.value
        if item.business_plan:
            assert item.finding.missing == f"Business Plan {item.business_plan}"


@pytest.mark.rule("R-3.1b")
@given(accounts())
def test_what_is_missing_and_what_is_met_are_all_that_the_tier_asks_for(account: Account) -> None:
    for gap in account.gaps().tiers:
        names = [item.finding.requirement for item in gap.missing] + [item.requirement for item in gap.met]
        assert len(names) == len(set(names))
        asked = {finding.requirement for finding in (*gap.met, *(item.finding for item in gap.missing))}
        left_out = {Requirement.REVENUE} if gap.tier is Tier.AUTHORIZED else set()
        people = {Requirement(kind) for kind in ("MCDE", "MCIT", "MCIE")}
        wanted = {
            Tier.AUTHORIZED: {Requirement.TERMS, Requirement.REVENUE},
            Tier.ADVANCED: {*Requirement} - {Requirement.BUSINESS_PLAN, Requirement.BRAND, Requirement.MCIE},
            Tier.PREMIER: {*Requirement},
        }[gap.tier]
        assert wanted - left_out <= asked <= wanted | people


@pytest.mark.rule("R-2.2a", "R-4.1.2")
def test_half_cents_are_missing_too() -> None:
    gap = gap_to(Tier.ADVANCED, sales("2024-05", "49999.995"))
    assert revenue_missing(gap) == Decimal("0.005")


@pytest.mark.rule("R-3.4a", "R-3.4b")
@pytest.mark.parametrize(
    ("last_year", "missing"), [("49999.99", Decimal("40000")), ("50000", None), ("50000.01", None)]
)
def test_last_years_revenue_is_enough_alone_but_does_not_add_to_this_years(
    last_year: str, missing: Decimal | None
) -> None:
    assert revenue_missing(gap_to(Tier.ADVANCED, opening(2023, last_year), sales("2024-05", "10000"))) == missing


@pytest.mark.rule("R-5.4d")
def test_the_frozen_year_counts_and_not_what_was_reported_after() -> None:
    known: list[Known] = [sales("2023-12", "60000", known="2024-03-01"), baseline(2023, "40000", "2024-01-30")]
    assert revenue_missing(gap_to(Tier.ADVANCED, *known)) == 50000


@pytest.mark.rule("R-4.1.2")
def test_the_threshold_is_that_of_the_country() -> None:
    book = rulebook('"revenue_threshold.country.DE.advanced" = 51000')
    assert revenue_missing(gap_to(Tier.ADVANCED, book=book)) == 51000


@pytest.mark.rule("R-3.4b")
def test_revenue_below_the_authorized_threshold_keeps_nobody_out() -> None:
    outside = found(Story(partner(), site()), TODAY)
    assert [item.finding.requirement for item in outside.tiers[0].missing] == [Requirement.TERMS]


# -- people


@pytest.mark.rule("R-4.1.5c")
def test_who_could_take_a_certification_holds_what_it_presupposes() -> None:
    """Anna could take it; Bo's MCIT has run out, Cleo has the MCIE, Dora has left, Emil never had any."""
    known = [
        employed("anna"), certified("anna", "MCIT", "2023-06-01"),
        employed("bo"), certified("bo", "MCIT", "2022-06-01"),
        employed("cleo"), certified("cleo", "MCIT", "2023-06-01"), certified("cleo", "MCIE", "2023-07-01"),
        employed("dora", until="2024-01-01"), certified("dora", "MCIT", "2023-06-01"),
        employed("emil"),
    ]  # fmt: skip
    book = rulebook('"people_required.MCIE.premier" = 2')
    item = item_of(gap_to(Tier.PREMIER, *known, book=book), Requirement.MCIE)
    assert item is not None
    assert item.people is not None
    assert (item.people.people, item.people.prerequisite, item.people.own_people) == (1, "MCIT", 1)
    mcde = item_of(gap_to(Tier.PREMIER, *known, book=book), Requirement.MCDE)
    assert mcde is not None
    assert mcde.people is not None
    assert (mcde.people.people, mcde.people.prerequisite, mcde.people.own_people) == (2, None, 4)


@pytest.mark.rule("R-4.1.5c")
def test_an_own_technician_who_takes_the_engineers_examination_closes_the_gap() -> None:
    known: list[Known] = [*in_program(), opening(2023, "200000"), *kept_qualified("premier")]
    known = [item for item in known if getattr(item, "certification", "") != "MCIE"]
    story = Story(*known)
    gap = found(story, TODAY).tiers[-1]
    assert people_missing(gap) == {"MCIE": 1}
    story.then(TODAY, certified("kim", "MCIE", TODAY))
    assert story.until(TODAY).tier is Tier.PREMIER


@pytest.mark.rule("R-4.1.5c")
def test_an_engineer_whose_technician_is_missing_is_missing_too() -> None:
    """An MCIE without an MCIT that was valid on its day counts nowhere."""
    known = [employed("anna"), certified("anna", "MCIE", "2024-02-01")]
    assert people_missing(gap_to(Tier.PREMIER, *known))["MCIE"] == 1
    assert people_missing(gap_to(Tier.PREMIER, *known, certified("anna", "MCIT", "2024-02-01"))).get("MCIE", 0) == 0


# -- by when


def by(gap: TierGap) -> str:
    return str(gap.by)


ALMOST: list[Known] = [employed("anna"), certified("anna", "MCDE", "2024-02-01"), trained("onboarding", "2023-02-01")]


@pytest.mark.rule("R-3.4a")
def test_revenue_is_missing_by_the_end_of_the_year() -> None:
    gap = gap_to(Tier.ADVANCED, *qualified_people("2024-01-01"))
    item = item_of(gap, Requirement.REVENUE)
    assert item is not None
    assert item.revenue is not None
    assert [str(item.revenue.invoiced_from), str(item.revenue.invoiced_until)] == ["2024-01-01", "2024-12-31"]
    assert by(gap) == "2024-12-31"


@pytest.mark.rule("R-4.1.4")
@pytest.mark.parametrize(("trained_on", "last"), [("2023-08-01", "2024-07-31"), ("2024-02-01", "2024-12-31")])
def test_a_training_that_runs_out_before_ends_what_is_enough(trained_on: str, last: str) -> None:
    gap = gap_to(Tier.ADVANCED, *ALMOST, trained("annual_sales", trained_on))
    assert by(gap) == last
    met = {item.requirement: item.until for item in gap.met}
    assert met[Requirement.SALES_TRAINING] == day(trained_on).replace(year=day(trained_on).year + 1)


@pytest.mark.rule("R-4.1.5")
def test_the_last_engineer_who_leaves_before_ends_what_is_enough() -> None:
    known = [employed("anna", until="2024-09-10"), certified("anna", "MCDE", "2024-02-01")]
    assert by(gap_to(Tier.ADVANCED, *known)) == "2024-09-09"


@pytest.mark.rule("R-4.1.5")
def test_one_of_several_who_are_too_few_already_and_runs_out_ends_it_too() -> None:
    """One of two is there and counts up to the end of October: after that two are missing."""
    known = [employed("anna"), certified("anna", "MCDE", "2022-11-01")]
    gap = gap_to(Tier.PREMIER, *known)
    assert people_missing(gap)["MCDE"] == 1
    assert by(gap) == "2024-10-31"


@pytest.mark.rule("R-4.1.5")
def test_who_is_followed_by_somebody_else_on_the_same_day_ends_nothing() -> None:
    known = [employed("anna", until="2024-09-10"), certified("anna", "MCDE", "2024-02-01")]
    known += [employed("bo", "2024-09-10"), certified("bo", "MCDE", "2024-02-01")]
    assert by(gap_to(Tier.ADVANCED, *known)) == "2024-12-31"


def from_october(entry: str, before: str, after: str) -> str:
    return f'"{entry}" = [{{ from = 2022-01-01, value = {before} }}, {{ from = 2024-10-01, value = {after} }}]\n'


IN_DOLLARS = from_october(
    "country.DE", '{ region = "EMEA", currency = "EUR" }', '{ region = "EMEA", currency = "USD" }'
) + "\n".join(f'"revenue_threshold.EMEA.USD.{tier}" = {amount}' for tier, amount in zip(Tier, (1, 2, 3), strict=True))


@pytest.mark.rule("R-4.1", "R-4.1.2")
@pytest.mark.parametrize(
    "more",
    [
        from_october("revenue_threshold.country.DE.advanced", "50000", "60000"),
        from_october("people_required.MCDE.advanced", "1", "2"),
        from_october("people_required.MCIE.advanced", "0", "1"),
        IN_DOLLARS,
    ],
    ids=["revenue", "people", "another kind", "currency"],
)
def test_a_rulebook_that_asks_for_more_from_a_day_on_ends_it_the_day_before(more: str) -> None:
    assert by(gap_to(Tier.ADVANCED, book=rulebook(more))) == "2024-09-30"


@pytest.mark.rule("R-4.1.2")
def test_a_rulebook_that_asks_for_less_or_for_something_else_ends_nothing() -> None:
    less = from_october("revenue_threshold.country.DE.advanced", "50000", "40000")
    less += from_october("people_required.MCDE.premier", "2", "3")
    assert by(gap_to(Tier.ADVANCED, book=rulebook(less))) == "2024-12-31"


NEW_TERMS = (
    '"terms.version" = [{ from = 2024-07-01, value = "2024-07" }]\n'
    '"terms.accept_by" = [{ from = 2024-07-01, value = 2024-09-30 }]\n'
)


@pytest.mark.rule("R-4.1.1")
def test_new_terms_end_what_is_enough_with_the_last_day_to_accept_them() -> None:
    gap = gap_to(Tier.ADVANCED, book=rulebook(NEW_TERMS))
    assert item_of(gap, Requirement.TERMS) is None
    assert by(gap) == "2024-09-30"
    assert by(gap_to(Tier.ADVANCED, on="2024-08-01", book=rulebook(NEW_TERMS))) == "2024-09-30"
    late = gap_to(Tier.ADVANCED, on="2024-10-01", book=rulebook(NEW_TERMS))
    item = item_of(late, Requirement.TERMS)
    assert item is not None
    assert item.terms == MissingEntry(accept_terms="2024-07")


@pytest.mark.rule("R-4.1.1")
def test_who_has_no_open_site_lacks_only_that_while_the_earlier_terms_are_enough() -> None:
    closed = site(closed="2024-01-01")
    gap = gap_to(Tier.ADVANCED, closed, on="2024-08-01", book=rulebook(NEW_TERMS))
    item = item_of(gap, Requirement.TERMS)
    assert item is not None
    assert item.terms == MissingEntry(open_site=True)
    assert by(gap) == "2024-09-30"


@pytest.mark.rule("R-4.1.1")
def test_the_last_site_that_closes_before_ends_what_is_enough_to_come_in() -> None:
    gap = found(Story(site(closed="2024-09-01"), accepted()), TODAY).tiers[0]
    assert [item.terms for item in gap.missing] == [MissingEntry(enrolment=True)]
    assert by(gap) == "2024-08-31"


# -- whoever is not in the program


@pytest.mark.rule("R-4.1.1")
def test_who_was_never_enrolled_lacks_what_lets_it_in() -> None:
    gap = found(Story(site()), TODAY)
    assert gap.entry == MissingEntry(enrolment=True, accept_terms="2022-03")
    assert [item.tier for item in gap.tiers] == [*Tier]
    assert found(Story(*in_program()), TODAY).entry is None


@pytest.mark.rule("R-4.1.1")
def test_who_comes_in_accepts_the_terms_that_stand() -> None:
    """The earlier version is enough for those who are in; it lets nobody in."""
    story = Story(partner(enrolled="2024-08-01"), site(), accepted("2024-07-15"), book=rulebook(NEW_TERMS))
    assert found(story, "2024-08-01").entry == MissingEntry(accept_terms="2024-07")


def ended(*more: Known) -> Story:
    known = [partner(enrolled="2022-06-01"), site(opened="2022-06-01"), accepted("2022-06-01"), opening(2023, "10")]
    story = Story(*known, *more, first="2022-06-01")
    return story.then("2024-02-10", decided("revenue", "2024-01-30", "end_participation", "2024-02-10"))


@pytest.mark.rule("R-4.1.1")
def test_whose_participation_was_ended_has_to_be_enrolled_anew_on_a_later_day() -> None:
    entry = found(ended(), TODAY).entry
    assert entry == MissingEntry(enrolment=True, not_before=day("2024-02-11"))
    assert steps(ended().then(TODAY, partner(enrolled="2024-02-10")).until(TODAY))[-1] == ("2024-02-10", "none")
    assert steps(ended().then(TODAY, partner(enrolled="2024-02-11")).until(TODAY))[-1] == ("2024-02-11", "authorized")


@pytest.mark.rule("R-4.1.1")
def test_who_was_enrolled_anew_lacks_only_what_has_come_to_an_end_meanwhile() -> None:
    story = ended().then("2024-03-01", partner(enrolled="2024-03-01"), site(opened="2022-06-01", closed="2024-02-20"))
    assert found(story, TODAY).entry == MissingEntry(open_site=True)


@pytest.mark.rule("R-2.2b")
def test_who_was_placed_and_ended_is_placed_anew() -> None:
    start = [partner(), site(opened="2022-06-01"), accepted(), placed("authorized", "2023-01-01"), opening(2023, "10")]
    story = Story(*start, first="2023-01-01")
    story.then("2024-02-10", decided("revenue", "2024-01-30", "end_participation", "2024-02-10"))
    assert found(story, TODAY).entry == MissingEntry(placement=True, not_before=day("2024-02-11"))


@pytest.mark.rule("R-2.2b")
def test_who_is_placed_from_a_day_to_come_lacks_nothing_but_time() -> None:
    story = Story(*in_program(), placed("advanced", "2024-07-01"))
    assert found(story, TODAY).entry == MissingEntry(placed_from=day("2024-07-01"))


# -- whoever has lost Premier


def lost(*more: Known) -> Story:
    kept = [*kept_qualified("premier"), *(opening(year, "200000") for year in (2022, 2023, 2024))]
    return Story(*in_program(), placed("premier"), *kept, *more)


@pytest.mark.rule("R-4.1.6")
def test_who_lost_premier_for_its_plan_lacks_that_of_the_year() -> None:
    story = lost(brand_review("2022-06-01"), decided("business_plan", "2023-01-02", "demote", "2023-03-10"))
    for on, year in (("2023-06-01", 2023), ("2024-06-01", 2024)):
        gap = found(story, on).tiers[-1]
        assert [item.business_plan for item in gap.missing] == [year]
    story.then("2024-06-01", plan(2024, "2024-06-01"))
    assert story.until("2024-06-01").tier is Tier.PREMIER


@pytest.mark.rule("R-4.1.7")
def test_who_lost_premier_for_its_brand_lacks_a_review() -> None:
    plans = (plan(year, "2022-12-01") for year in (2023, 2024))
    story = lost(*plans, decided("brand_alignment", "2023-01-02", "demote", "2023-07-01"))
    gap = found(story, "2023-08-01").tiers[-1]
    assert [item.brand_review for item in gap.missing] == [True]
    assert story.then("2023-08-01", brand_review("2023-08-01")).until("2023-08-01").tier is Tier.PREMIER


# -- the query


def world() -> tuple[World, Gap]:
    made = World()
    made.on("2023-01-02", partner(), site(), accepted(), *qualified_records())
    return made, Gap(accounts=made.accounts, rulebook=made.book, clock=made.clock)


@pytest.mark.rule("R-3.1b")
def test_the_gap_is_that_of_today_by_what_is_known_now_and_nothing_is_saved() -> None:
    made, gap = world()
    saved = len(made.accounts.saves)
    made.clock.day = day("2023-06-01")
    made.accounts.add(sales("2023-05", "10000.5"))
    answer = gap(P1_DE)
    assert (answer.on, answer.tier, answer.currency) == (day("2023-06-01"), Tier.AUTHORIZED, "EUR")
    assert [revenue_missing(item) for item in answer.tiers] == [Decimal("39999.5"), Decimal("189999.5")]
    assert len(made.accounts.saves) == saved


@pytest.mark.rule("R-5.1")
def test_premier_has_no_tier_ahead_and_the_accelerators_levels() -> None:
    made = World()
    made.accounts.add(opening(2022, "250000"), partner(trading_since="2020-01-01"))
    made.on("2023-01-02", site(), accepted(), *qualified_records("2022-12-01"))
    made.accounts.add(partner(trading_since="2020-01-01"))
    made.clock.day = day("2023-03-01")
    answer = Gap(accounts=made.accounts, rulebook=made.book, clock=made.clock)(P1_DE)
    assert (answer.tier, answer.tiers, answer.entry) == (Tier.PREMIER, (), None)
    assert answer.accelerator is not None
    assert answer.accelerator.premier
    assert answer.accelerator.next_level is not None
    assert answer.accelerator.next_level.missing == 300000


@pytest.mark.rule("R-4.1.2", "R-5.1")
@pytest.mark.parametrize(("leaves", "told"), [("2023-03-02", False), ("2023-03-31", False), ("2023-04-01", True)])
def test_where_the_program_leaves_the_country_by_the_quarters_end_the_tiers_are_told_without_rebate_levels(
    leaves: str, told: bool
) -> None:
    made = World(rulebook(f'"country.DE" = [{{ from = {leaves} }}]'))
    made.on("2023-01-02", partner(), site(), accepted())
    made.clock.day = day("2023-03-01")
    answer = Gap(accounts=made.accounts, rulebook=made.book, clock=made.clock)(P1_DE)
    assert [item.tier for item in answer.tiers] == [Tier.ADVANCED, Tier.PREMIER]
    assert (answer.accelerator is not None, answer.notes == ()) == (told, told)
    if not told:
        assert answer.notes == ("no rebate for 2023Q1: the program does not run in this country on 2023-03-31",)
    made.clock.day = day(leaves)
    with pytest.raises(CountryNotInProgram):
        Gap(accounts=made.accounts, rulebook=made.book, clock=made.clock)(P1_DE)


@pytest.mark.rule("R-9")
def test_where_the_country_has_another_currency_by_the_quarters_end_the_tiers_are_told_without_rebate_levels() -> None:
    made = World(rulebook(IN_DOLLARS.replace("2024-10-01", "2023-03-31")))
    made.on("2023-01-02", partner(), site(), accepted(), opening(2022, "60000"))
    made.clock.day = day("2023-03-01")
    answer = Gap(accounts=made.accounts, rulebook=made.book, clock=made.clock)(P1_DE)
    assert ([item.tier for item in answer.tiers], answer.accelerator) == ([Tier.ADVANCED, Tier.PREMIER], None)
    assert answer.notes == ("no rebate for 2023Q1: P1-DE is kept in USD but has revenue in EUR",)


def test_an_account_without_a_state_is_none() -> None:
    with pytest.raises(NotFound):
        Gap(accounts=FakeAccounts(), rulebook=RULEBOOK, clock=FixedClock(TODAY))(P1_DE)


def test_an_account_assessed_ahead_of_the_clock_is_looked_at_on_the_day_of_its_state() -> None:
    made, gap = world()
    made.clock.day = day("2023-01-02") - timedelta(days=1)
    assert gap(P1_DE).on == day("2023-01-02")
