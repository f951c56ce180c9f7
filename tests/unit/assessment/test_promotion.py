"""Promotions: every requirement, to the cent, with the business days since (R-3.1a)."""

from datetime import date

import pytest

from partner_program.domain.facts import Record
from partner_program.domain.tiers.account import ChangeReason
from partner_program.domain.tiers.assessment import assess
from partner_program.domain.tiers.findings import Requirement
from partner_program.rulebook import load_rulebook
from partner_program.values.tiers import Tier
from tests.fakes.assessing import Story, assessed, steps
from tests.fakes.records import (
    Known,
    accepted,
    brand_review,
    certified,
    day,
    employed,
    facts,
    in_program,
    kept_qualified,
    opening,
    partner,
    placed,
    plan,
    qualified_people,
    sales,
    site,
)


@pytest.mark.rule("R-3.1a", "R-4.1")
def test_an_account_that_meets_all_of_premier_skips_advanced() -> None:
    state = assessed(facts(*in_program(), *qualified_people(), sales("2023-05", "200000")), "2023-06-15")
    assert steps(state) == [("2023-01-02", "authorized"), ("2023-06-15", "premier")]
    change = state.tier_changes[1]
    assert (change.from_tier, change.reason, change.rule) == (Tier.AUTHORIZED, ChangeReason.PROMOTED, "R-3.1a")
    assert change.edition == "guide-2022"
    assert [item.rule for item in change.findings][:2] == ["R-4.1.1", "R-4.1.2"]
    assert all(item.met for item in change.findings)
    assert state.advice == ()


@pytest.mark.rule("R-3.1a", "R-4.1.2")
@pytest.mark.parametrize(
    ("credit", "tier"),
    [
        ("49999.99", Tier.AUTHORIZED), ("50000", Tier.ADVANCED), ("199999.995", Tier.ADVANCED),
        ("200000", Tier.PREMIER), ("200000.01", Tier.PREMIER),
    ],
)  # fmt: skip
def test_revenue_decides_to_the_cent_how_far_up(credit: str, tier: Tier) -> None:
    assert assessed(facts(*in_program(), *qualified_people(), sales("2023-05", credit)), "2023-06-15").tier is tier


@pytest.mark.rule("R-4.1")
@pytest.mark.parametrize(
    "without",
    [
        "anna-MCDE-2023-02-01", "bo-MCDE-2023-02-01", "anna-MCIT-2023-02-01", "bo-MCIT-2023-02-01",
        "trainings/onboarding", "trainings/annual_sales", "people/anna",
    ],
)  # fmt: skip
def test_every_single_requirement_must_be_met(without: str) -> None:
    def name(record: Known) -> str:
        assert isinstance(record, Record)
        if record.kind == "certifications":
            return record.key[0]
        return f"trainings/{record.key[2]}" if record.kind == "trainings" else f"people/{record.key[0]}"

    records = [record for record in qualified_people() if name(record) != without]
    assert len(records) == len(qualified_people()) - 1
    state = assessed(facts(*in_program(), *records, sales("2023-05", "200000")), "2023-06-15")
    assert state.tier is not Tier.PREMIER


@pytest.mark.rule("R-3.1a")
@pytest.mark.parametrize(
    ("reached", "decided_on", "elapsed"),
    [
        ("2023-06-15", "2023-06-15", 0),  # a Thursday
        ("2023-06-15", "2023-06-16", 1),
        ("2023-06-16", "2023-06-18", 0),  # Friday, decided on Sunday
        ("2023-06-16", "2023-06-19", 1),
        ("2023-06-15", "2023-06-20", 3),
        ("2023-04-05", "2023-04-11", 1),  # Easter, from Maundy Thursday on, in Denmark
    ],
)
def test_the_business_days_since_the_threshold_was_reached_are_recorded(
    reached: str, decided_on: str, elapsed: int
) -> None:
    known = facts(*in_program(), *qualified_people(), sales("2023-03", "60000", known=reached))
    change = assessed(known, decided_on).tier_changes[-1]
    assert (change.reached_on, change.changed_on, change.business_days) == (day(reached), day(decided_on), elapsed)


@pytest.mark.rule("R-3.1a")
def test_a_certificate_recorded_late_counts_as_reached_on_its_own_date() -> None:
    known = facts(*in_program(), *qualified_people("2023-05-31"), sales("2023-04", "60000", known="2023-05-05"))
    assert assessed(known, "2023-06-15").tier_changes[-1].reached_on == date(2023, 5, 31)


@pytest.mark.rule("R-3.1a")
def test_nothing_is_reached_before_the_account_started() -> None:
    known = facts(*in_program(), *qualified_people(), placed("authorized", "2023-06-01"), opening(2022, "90000"))
    change = assessed(known, "2023-06-15").tier_changes[-1]
    assert (change.to_tier, change.reached_on) == (Tier.ADVANCED, date(2023, 6, 1))


@pytest.mark.rule("R-3.1a", "R-3.3")
@pytest.mark.catalogue("F49")
def test_nothing_is_reached_before_the_account_came_to_its_present_tier() -> None:
    """Demoted on Tuesday, 15 August; a certificate of the 1st is recorded on Friday, the 18th."""
    kept = [item for item in kept_qualified("advanced") if not item.key[0].startswith("kim-MCDE")]
    anna = [employed("anna"), certified("anna", "MCDE", "2021-06-15")]
    story = Story(*in_program(), placed("advanced"), opening(2022, "60000"), *kept, *anna)
    story.then("2023-08-18", certified("anna", "MCDE", "2023-08-01"))
    changes = story.until("2023-08-18").tier_changes[1:]
    assert [(str(change.changed_on), str(change.to_tier)) for change in changes] == [
        ("2023-08-15", "authorized"), ("2023-08-18", "advanced"),
    ]  # fmt: skip
    assert (changes[-1].reached_on, changes[-1].business_days) == (day("2023-08-15"), 3)


@pytest.mark.rule("R-3.1a", "R-3.4a")
def test_revenue_that_carried_over_the_year_turn_was_reached_in_the_old_year() -> None:
    known = facts(*in_program(), *qualified_people("2023-12-20"), sales("2023-11", "60000", known="2023-12-05"))
    assert assessed(known, "2024-01-10").tier_changes[-1].reached_on == date(2023, 12, 20)


@pytest.mark.rule("R-3.1a")
def test_no_promotion_for_an_account_without_an_open_site() -> None:
    generous = load_rulebook(
        override_toml='"people_required.*" = 0\n"revenue_threshold.*" = 0\n"training_required.*" = false'
    )
    known = facts(partner(), site(closed="2023-02-01"), accepted())
    assert assess(known, None, generous, date(2023, 1, 31)).tier is Tier.PREMIER
    assert assess(known, None, generous, date(2023, 2, 1)).tier is Tier.AUTHORIZED


@pytest.mark.rule("R-3.1a", "R-3.2")
def test_an_account_that_falls_short_shows_what_is_not_met_and_keeps_its_tier_for_sixty_days() -> None:
    """The training of 1 February 2023 counts for twelve months."""
    story = Story(*in_program(), *qualified_people(), sales("2023-05", "200000"), brand_review("2023-06-01"))
    story.then("2023-06-01", plan(2023, "2023-06-01"), plan(2024, "2023-06-01"))
    kept, last, lost = (story.until(on) for on in ("2024-01-31", "2024-04-01", "2024-04-02"))
    assert (kept.tier, [item.requirement for item in kept.findings if not item.met]) == (Tier.PREMIER, [])
    assert (last.tier, last.tier_changes) == (Tier.PREMIER, kept.tier_changes)
    assert [item.requirement for item in last.findings if not item.met] == [Requirement.SALES_TRAINING]
    assert steps(lost)[-1] == ("2024-04-02", "authorized")


@pytest.mark.rule("R-3.1a")
def test_without_a_calendar_of_the_years_between_the_business_days_are_not_known() -> None:
    known = facts(
        partner(enrolled="2021-06-01"),
        site(opened="2021-06-01"),
        accepted("2021-06-01"),
        placed("authorized", "2021-12-01"),
        opening(2021, "60000"),
    )
    nobody_needed = load_rulebook(
        override_toml='"people_required.*" = 0\n"training_required.*" = false\n"revenue_threshold.EMEA.EUR.*" = 60000'
    )
    change = assess(known, None, nobody_needed, day("2022-02-01")).tier_changes[-1]
    assert (change.to_tier, change.reached_on, change.business_days) == (Tier.PREMIER, day("2021-12-01"), None)
