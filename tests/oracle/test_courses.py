"""The oracle's courses of accounts by themselves: what it makes of cases that a reader can follow by hand."""

from datetime import date
from fractions import Fraction

import pytest

from tests.oracle.account import Account
from tests.oracle.cases import end_of_next_month
from tests.oracle.oracle import Folder, Parameters, Row
from tests.oracle.tiers import course

PARAMETERS = Parameters(
    people={("advanced", "MCIT"): 1, ("premier", "MCIT"): 1, ("premier", "MCIE"): 1},
    thresholds={("DE", "authorized"): Fraction(10), ("DE", "advanced"): Fraction(50), ("DE", "premier"): Fraction(200)},
    trainings={},
)


def rows(tier: str, **more: list[Row]) -> dict[str, list[Row]]:
    """Account P1-DE, placed on New Year 2023, with one technician whose certification ends on 10 March 2023."""
    of = {"partner_id": "P1", "country": "DE"}
    told = {kind: [{**of, **row} for row in found] for kind, found in more.items() if kind not in ("certifications",)}
    return {
        "partners": [{"partner_id": "P1", "enrolled_on": "2023-01-01"}],
        "sites": [{"site_id": "S1", **of, "opened_on": "2020-01-01"}],
        "terms_acceptances": [{"partner_id": "P1", "version": "2022-03", "accepted_on": "2023-01-01"}],
        "people": [{"person_id": "anna", "site_id": "S1", "from_date": "2020-01-01"}],
        "placements": [{**of, "tier": tier, "placed_on": "2023-01-01"}],
        "certifications": [certified("2021-03-10"), *more.get("certifications", [])],
        **told,
    }


def certified(on: str, kind: str = "MCIT", **more: str) -> Row:
    return {"certification_id": f"{kind}-{on}", "person_id": "anna", "kind": kind, "certified_on": on, **more}


def lived(records: dict[str, list[Row]], through: str, revenue: int = 300) -> tuple[list[str], list[str]]:
    """Tiers with their first days, and cases."""
    opening = {2022: Fraction(revenue), 2023: Fraction(0)}
    found = course(Account("P1-DE", Folder(records, []), (), opening, PARAMETERS), date.fromisoformat(through))
    return [f"{item.day} {item.tier}" for item in found.changes], [
        " ".join(text for text in case.texts() if text) for case in found.cases
    ]


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize(
    ("renewed_on", "tiers", "case"),
    [
        ("2023-05-08", [], "MCIT 2023-03-10 2023-05-09 2023-05-08 cured"),  # day 59
        ("2023-05-09", [], "MCIT 2023-03-10 2023-05-09 2023-05-09 cured"),  # day 60
        ("2023-05-10", [], "MCIT 2023-03-10 2023-05-09 2023-05-10 cured"),  # the day on which it would have been lost
        ("2023-05-11", ["2023-05-10 authorized", "2023-05-11 advanced"],
         "MCIT 2023-03-10 2023-05-09 2023-05-10 demoted"),
    ],
)  # fmt: skip
def test_a_certification_renewed_around_the_sixtieth_day(renewed_on: str, tiers: list[str], case: str) -> None:
    found = lived(rows("advanced", certifications=[certified(renewed_on)]), "2023-06-30")
    assert found == (["2023-01-01 advanced", *tiers], [case])


@pytest.mark.rule("R-3.3")
def test_a_renewal_recorded_after_the_tier_was_lost_leads_to_a_new_promotion() -> None:
    late = certified("2023-04-01", recorded_on="2023-05-20")
    assert lived(rows("advanced", certifications=[late]), "2023-06-30")[0] == [
        "2023-01-01 advanced", "2023-05-10 authorized", "2023-05-20 advanced"
    ]  # fmt: skip


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize(("recorded_on", "lost_on"), [("2023-02-25", "2023-04-03"), ("2023-05-02", "2023-05-02")])
def test_a_leaver_who_is_told_of_late_has_been_missing_all_along(recorded_on: str, lost_on: str) -> None:
    left = {"person_id": "anna", "site_id": "S1", "from_date": "2020-01-01", "until_date": "2023-02-01"}
    records = rows("advanced")
    records["people"].append({**left, "recorded_on": recorded_on})
    changes, found = lived(records, "2023-06-30")
    assert changes == ["2023-01-01 advanced", f"{lost_on} authorized"]
    assert found == [f"MCIT 2023-02-01 2023-04-02 {lost_on} demoted"]


@pytest.mark.rule("R-4.1.6", "R-4.1.7")
def test_a_plan_put_off_and_missed_costs_premier_when_the_vendor_says_so_and_comes_back_only_with_the_plan() -> None:
    said = {"requirement": "business_plan", "opened_on": "2023-01-01"}
    records = rows(
        "premier",
        certifications=[certified("2023-01-01"), certified("2023-01-01", "MCIE")],
        brand_reviews=[{"reviewed_on": "2023-01-20", "outcome": "fulfilled"}],
        case_decisions=[
            {**said, "decided_on": "2023-03-05", "verdict": "extend", "until": "2023-03-31"},
            {**said, "decided_on": "2023-04-10", "verdict": "demote"},
        ],
        business_plans=[{"year": "2023", "submitted_on": "2023-06-01"}],
    )
    assert lived(records, "2023-06-30") == (
        ["2023-01-01 premier", "2023-04-10 advanced", "2023-06-01 premier"],
        ["business_plan 2023 2023-01-01 2023-03-31 2023-04-10 demoted",
         "brand_alignment 2023-01-01 2023-02-28 2023-01-20 cured"],
    )  # fmt: skip


@pytest.mark.rule("R-4.1.7")
def test_a_brand_that_is_not_aligned_in_time_gets_a_notice_and_a_second_period() -> None:
    crew = [certified("2023-01-01"), certified("2023-01-01", "MCIE")]
    plans = [{"year": "2023", "submitted_on": "2023-01-10"}]
    assert lived(rows("premier", certifications=crew, business_plans=plans), "2023-06-30")[1] == [
        "business_plan 2023 2023-01-01 2023-03-02 2023-01-10 cured", "brand_alignment 2023-01-01 2023-04-30"
    ]  # fmt: skip


@pytest.mark.rule("R-3.4b")
@pytest.mark.parametrize(
    ("revenue", "tier", "tiers", "found"),
    [
        (200, "advanced", [], []), (50, "advanced", [], []), (49, "advanced", ["2023-01-30 authorized"], []),
        (10, "authorized", [], []), (9, "authorized", [], []),
    ],
)  # fmt: skip
def test_last_years_revenue_is_judged_when_its_books_close(
    revenue: int, tier: str, tiers: list[str], found: list[str]
) -> None:
    """Enrolled on New Year 2023: of an Authorized account no year before is assessed."""
    records = rows(tier, certifications=[certified("2023-01-01")])
    if tier == "authorized":
        records["certifications"] = []  # or it would be promoted
    assert lived(records, "2023-12-31", revenue) == ([f"2023-01-01 {tier}", *tiers], found)


@pytest.mark.rule("R-3.4b")
def test_an_authorized_account_below_its_threshold_is_flagged_after_its_first_full_year() -> None:
    records = rows("authorized")
    records["certifications"] = []
    assert lived(records, "2024-03-01") == (["2023-01-01 authorized"], ["revenue 2023 2024-01-30"])


@pytest.mark.rule("R-4.1.7")
@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2023, 11, 30), date(2023, 12, 31)), (date(2023, 12, 1), date(2024, 1, 31)),
        (date(2024, 1, 31), date(2024, 2, 29)), (date(2023, 10, 1), date(2023, 11, 30)),
    ],
)  # fmt: skip
def test_the_oracle_knows_the_end_of_the_following_month(day: date, last: date) -> None:
    assert end_of_next_month(day) == last
