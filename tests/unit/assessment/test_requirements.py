"""Each requirement of R-4.1 held against facts: met, by how much not, since when, until when."""

from dataclasses import dataclass
from datetime import date

import pytest

from partner_program.domain.tiers.findings import Requirement
from partner_program.domain.tiers.requirements import findings, unmet
from partner_program.domain.tiers.situation import Situation
from partner_program.values.tiers import Tier
from tests.fakes.assessing import RULEBOOK, finding
from tests.fakes.records import (
    Known,
    accepted,
    baseline,
    facts,
    in_program,
    opening,
    partner,
    qualified_people,
    rulebook,
    sales,
    site,
    trained,
)

# -- what each tier is asked for


@pytest.mark.rule("R-4.1", "R-4.1.1", "R-4.1.2", "R-4.1.3", "R-4.1.4", "R-4.1.5", "R-4.1.6", "R-4.1.7")
@pytest.mark.parametrize(
    ("tier", "rules"),
    [
        (Tier.AUTHORIZED, "R-4.1.1 R-4.1.2"),
        (Tier.ADVANCED, "R-4.1.1 R-4.1.2 R-4.1.3 R-4.1.4 R-4.1.5a R-4.1.5b"),
        (Tier.PREMIER, "R-4.1.1 R-4.1.2 R-4.1.3 R-4.1.4 R-4.1.5a R-4.1.5b R-4.1.5c R-4.1.6 R-4.1.7"),
    ],
)
def test_a_tier_is_asked_for_exactly_the_requirements_of_the_table(tier: Tier, rules: str) -> None:
    at = Situation(facts(*in_program()), RULEBOOK.at(date(2024, 3, 1)))
    assert [item.rule for item in findings(tier, at)] == rules.split()
    assert {item.tier for item in findings(tier, at)} == {tier}


@pytest.mark.rule("R-4.1")
def test_a_finding_says_whether_its_value_is_assumed_or_the_owners() -> None:
    bases = {
        item.requirement: item.basis
        for item in findings(Tier.PREMIER, Situation(facts(*in_program()), RULEBOOK.at(date(2024, 3, 1))))
    }
    assert bases[Requirement.REVENUE] == "owner"
    assert bases[Requirement.MCDE] == "owner"
    assert bases[Requirement.ONBOARDING] == "guide"


# --


@pytest.mark.rule("R-4.1.1")
@pytest.mark.parametrize(
    ("records", "missing"),
    [
        ([partner(), site(), accepted()], None),
        ([partner(enrolled="2023-06-16"), site(), accepted()], "enrolment by the vendor"),
        ([partner(), site(), accepted("2023-06-16")], "acceptance of Terms 2022-03"),
        ([partner(), site(), accepted(version="2019-01")], "acceptance of Terms 2022-03"),
        ([partner(), site(closed="2023-06-15"), accepted()], "an open site in DE"),
        ([partner(), site(closed="2023-06-16"), accepted()], None),
        ([site()], "enrolment by the vendor, acceptance of Terms 2022-03"),
    ],
)
def test_an_account_takes_part_when_enrolled_with_the_current_terms_and_an_open_site(
    records: list[Known], missing: str | None
) -> None:
    found = finding(Requirement.TERMS, Tier.AUTHORIZED, facts(*records), "2023-06-15")
    assert (found.met, found.missing) == (missing is None, missing)


@pytest.mark.rule("R-4.1.1")
def test_participation_counts_from_the_latest_of_enrolment_terms_and_opening() -> None:
    records = [partner(enrolled="2023-03-01"), site(opened="2023-02-01"), accepted("2023-04-05")]
    assert finding(Requirement.TERMS, Tier.AUTHORIZED, facts(*records), "2023-06-15").since == date(2023, 4, 5)


# --


@dataclass(frozen=True)
class Sold:
    """Sales Revenue of 2023 and of 2024 up to June."""

    last_year: str
    this_year: str
    met: bool
    missing: str | None


@pytest.mark.rule("R-4.1.2", "R-3.4a", "R-3.4b")
@pytest.mark.parametrize(
    "case",
    [
        Sold("0", "49999.995", met=False, missing="0.005 EUR"),
        Sold("0", "50000.00", met=True, missing=None),
        Sold("0", "50000.01", met=True, missing=None),
        Sold("49999.99", "0", met=False, missing="50000.00 EUR"),
        Sold("50000", "0", met=True, missing=None),
        Sold("50000.01", "-10", met=True, missing=None),
        Sold("49999.99", "49999.99", met=False, missing="0.01 EUR"),
        Sold("0", "-200.50", met=False, missing="50200.50 EUR"),
    ],
    ids=str,
)
def test_revenue_is_enough_when_last_year_or_ytd_reaches_the_threshold(case: Sold) -> None:
    known = facts(*in_program(), sales("2023-11", case.last_year), sales("2024-02", case.this_year))
    found = finding(Requirement.REVENUE, Tier.ADVANCED, known, "2024-06-30")
    assert (found.met, found.required, found.missing) == (case.met, "50000.00 EUR", case.missing)


@pytest.mark.rule("R-3.4a")
def test_ytd_starts_again_on_the_first_of_january() -> None:
    known = facts(*in_program(), sales("2023-01", "50000"), sales("2023-12", "1"), sales("2024-01", "7"))
    last_day = finding(Requirement.REVENUE, Tier.ADVANCED, known, "2023-12-31")
    first_day = finding(Requirement.REVENUE, Tier.ADVANCED, known, "2024-01-01")
    assert "50001.00 EUR in 2023" in last_day.found
    assert first_day.found.startswith("7.00 EUR in 2024")
    assert first_day.met, "last year's revenue carries"
    assert not finding(Requirement.REVENUE, Tier.ADVANCED, known, "2025-01-01").met


@pytest.mark.rule("R-3.4b", "R-5.4d")
def test_a_frozen_baseline_stands_in_place_of_what_is_recorded_for_the_year() -> None:
    known = facts(
        *in_program(), opening(2023, "10000"), sales("2023-12", "45000"), baseline(2023, "49999.99", "2024-01-30")
    )
    found = finding(Requirement.REVENUE, Tier.ADVANCED, known, "2024-06-30")
    assert not found.met
    assert "49999.99 EUR in 2023 (baseline frozen on 2024-01-30)" in found.found
    assert "baseline/2023" in found.facts


@pytest.mark.rule("R-4.1.2")
def test_opening_revenue_adds_to_the_contributions_of_its_year() -> None:
    known = facts(*in_program(), opening(2023, "30000.005"), sales("2023-12", "19999.995"))
    found = finding(Requirement.REVENUE, Tier.ADVANCED, known, "2024-06-30")
    assert found.met
    assert "50000.00 EUR in 2023 (opening revenue and POS reports)" in found.found


@pytest.mark.rule("R-4.1.2")
def test_yen_have_no_decimals_and_dinars_three() -> None:
    japan = facts(partner(), site(country="JP"), accepted(), account_id="P1-JP")
    kuwait = facts(partner(), site(country="KW"), accepted(), account_id="P1-KW")
    assert finding(Requirement.REVENUE, Tier.ADVANCED, japan, "2024-06-30").missing == "50000 JPY"
    assert finding(Requirement.REVENUE, Tier.ADVANCED, kuwait, "2024-06-30").missing == "50000.000 KWD"


@pytest.mark.rule("R-4.1.2")
def test_revenue_met_by_last_year_alone_lasts_until_the_year_turns() -> None:
    known = facts(*in_program(), sales("2023-11", "60000"), sales("2024-02", "10"))
    assert finding(Requirement.REVENUE, Tier.ADVANCED, known, "2024-06-30").until == date(2025, 1, 1)
    more = facts(*in_program(), sales("2023-11", "60000"), sales("2024-02", "50000"))
    assert finding(Requirement.REVENUE, Tier.ADVANCED, more, "2024-06-30").until is None


@pytest.mark.rule("R-3.1a")
def test_revenue_counts_as_reached_on_the_day_its_report_became_known() -> None:
    known = facts(
        *in_program(),
        sales("2024-01", "30000", known="2024-02-05"),
        sales("2024-02", "20000", known="2024-03-05"),
        sales("2024-03", "-1", known="2024-04-05"),
        sales("2024-03", "1", known="2024-04-08", part=1),
    )
    assert finding(Requirement.REVENUE, Tier.ADVANCED, known, "2024-04-30").since == date(2024, 4, 8)
    assert finding(Requirement.REVENUE, Tier.AUTHORIZED, known, "2024-04-30").since == date(2024, 2, 5)


# --


@pytest.mark.rule("R-4.1.3")
@pytest.mark.parametrize(("on", "met"), [("2023-04-30", False), ("2023-05-01", True), ("2029-05-01", True)])
def test_onboarding_training_counts_from_its_day_and_for_good(on: str, met: bool) -> None:
    known = facts(*in_program(), trained("onboarding", "2023-05-01"))
    assert finding(Requirement.ONBOARDING, Tier.ADVANCED, known, on).met is met


@pytest.mark.rule("R-4.1.4")
@pytest.mark.parametrize(
    ("completed", "on", "met"),
    [
        ("2023-05-10", "2023-05-09", False),
        ("2023-05-10", "2023-05-10", True),
        ("2023-05-10", "2024-05-09", True),
        ("2023-05-10", "2024-05-10", False),
        ("2024-02-29", "2025-02-27", True),
        ("2024-02-29", "2025-02-28", False),
        ("2023-02-28", "2024-02-27", True),
        ("2023-02-28", "2024-02-28", False),
    ],
)
def test_a_sales_training_counts_for_twelve_months_from_its_completion(completed: str, on: str, met: bool) -> None:
    known = facts(*in_program(), trained("annual_sales", completed))
    assert finding(Requirement.SALES_TRAINING, Tier.ADVANCED, known, on).met is met


@pytest.mark.rule("R-4.1.4")
def test_trainings_that_follow_each_other_without_a_gap_count_as_one_run() -> None:
    known = facts(*in_program(), trained("annual_sales", "2023-05-10"), trained("annual_sales", "2024-05-10"))
    found = finding(Requirement.SALES_TRAINING, Tier.ADVANCED, known, "2024-06-01")
    assert (found.since, found.until) == (date(2023, 5, 10), date(2025, 5, 10))


@pytest.mark.rule("R-4.1.4", "R-3.2")
def test_a_lapse_is_dated_by_its_first_day() -> None:
    known = facts(*in_program(), trained("annual_sales", "2023-05-10"))
    found = finding(Requirement.SALES_TRAINING, Tier.ADVANCED, known, "2024-09-01")
    assert (found.met, found.since, found.until) == (False, date(2024, 5, 10), None)


@pytest.mark.rule("R-2.2b", "R-4.1.4")
def test_a_training_in_another_country_does_not_count() -> None:
    known = facts(*in_program(), trained("annual_sales", "2023-05-10", country="FR"))
    assert not finding(Requirement.SALES_TRAINING, Tier.ADVANCED, known, "2023-06-01").met


# -- all together


@pytest.mark.rule("R-3.1b")
def test_every_unmet_finding_says_what_is_missing_and_how_to_mend_it() -> None:
    at = Situation(facts(*in_program()), RULEBOOK.at(date(2024, 3, 1)))
    gaps = unmet(Tier.PREMIER, at)
    assert [item.rule for item in gaps] == ["R-4.1.2", "R-4.1.3", "R-4.1.4", "R-4.1.5a", "R-4.1.5b", "R-4.1.5c"]
    assert all(item.missing and item.mend for item in gaps)
    assert [item.missing for item in gaps if item.rule.startswith("R-4.1.5")] == ["2 people", "2 people", "1 person"]


@pytest.mark.rule("R-3.4b", "R-4.1.2")
def test_revenue_below_the_authorized_threshold_is_shown_and_keeps_nobody_out() -> None:
    at = Situation(facts(*in_program()), RULEBOOK.at(date(2024, 3, 1)))
    shown = next(item for item in findings(Tier.AUTHORIZED, at) if item.requirement is Requirement.REVENUE)
    assert (shown.met, shown.missing) == (False, "1000.00 EUR")
    assert unmet(Tier.AUTHORIZED, at) == ()


def test_qualified_people_meet_everything_but_revenue() -> None:
    at = Situation(facts(*in_program(), *qualified_people()), RULEBOOK.at(date(2023, 6, 1)))
    assert [item.rule for item in unmet(Tier.PREMIER, at)] == ["R-4.1.2"]


@pytest.mark.rule("R-4.1.1")
def test_a_rulebook_may_ask_a_tier_for_no_terms() -> None:
    rules = rulebook('"terms_required.*" = false\n').at(date(2024, 3, 1))
    asked = [item.rule for item in findings(Tier.AUTHORIZED, Situation(facts(*in_program()), rules))]
    assert asked == ["R-4.1.2"]
