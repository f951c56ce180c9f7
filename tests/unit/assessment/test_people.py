"""Certified people, counted per account and day (R-4.1.5, R-2.2b)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.tiers.findings import Finding, Requirement
from partner_program.domain.tiers.requirements import findings
from partner_program.domain.tiers.situation import Situation
from partner_program.values.tiers import Tier
from tests.fakes.assessing import RULEBOOK, finding
from tests.fakes.records import (
    Known,
    certified,
    employed,
    facts,
    in_program,
    partner,
    site,
)


def premier_mcde(*records: Known, on: str = "2023-06-15") -> Finding:
    return finding(Requirement.MCDE, Tier.PREMIER, facts(*in_program(), *records), on)


@pytest.mark.rule("R-4.1.5", "R-4.1.5a", "R-2.2b")
@pytest.mark.parametrize(("people", "met", "missing"), [(1, False, "1 person"), (2, True, None), (3, True, None)])
def test_distinct_people_of_the_account_are_counted(people: int, met: bool, missing: str | None) -> None:
    records: list[Known] = []
    for number in range(people):
        records += [employed(f"p{number}"), certified(f"p{number}", "MCDE", "2023-03-01")]
    found = premier_mcde(*records)
    assert (found.met, found.missing, len(found.facts)) == (met, missing, people)


@pytest.mark.rule("R-4.1.5")
def test_one_person_with_two_certificates_of_a_kind_is_one_person() -> None:
    found = premier_mcde(
        employed("anna"), certified("anna", "MCDE", "2023-03-01"), certified("anna", "MCDE", "2023-04-01")
    )
    assert (found.met, found.found, found.missing) == (False, "1 person", "1 person")


@pytest.mark.rule("R-4.1.5")
def test_one_person_may_hold_several_kinds() -> None:
    known = facts(
        *in_program(),
        employed("anna"),
        certified("anna", "MCDE", "2023-03-01"),
        certified("anna", "MCIT", "2023-03-01"),
    )
    assert finding(Requirement.MCDE, Tier.ADVANCED, known, "2023-06-15").met
    assert finding(Requirement.MCIT, Tier.ADVANCED, known, "2023-06-15").met


@pytest.mark.rule("R-2.2b", "R-4.1.5")
def test_people_at_all_sites_in_the_country_count_together_and_those_elsewhere_do_not() -> None:
    records = [
        *in_program(), site("S2"), site("S3", country="FR"),
        employed("anna"), employed("bo", site_id="S2"), employed("cleo", site_id="S3"),
        *(certified(person, "MCDE", "2023-03-01") for person in ("anna", "bo", "cleo")),
    ]  # fmt: skip
    germany = finding(Requirement.MCDE, Tier.PREMIER, facts(*records), "2023-06-15")
    france = finding(Requirement.MCDE, Tier.PREMIER, facts(*records, account_id="P1-FR"), "2023-06-15")
    assert (germany.found, france.found) == ("2 people", "1 person")


@pytest.mark.rule("R-4.1.5")
def test_a_person_at_two_sites_of_the_account_is_one_person() -> None:
    found = premier_mcde(
        site("S2"), employed("anna"), employed("anna", site_id="S2"), certified("anna", "MCDE", "2023-03-01")
    )
    assert found.found == "1 person"


@pytest.mark.rule("R-4.1.5", "R-3.3")
@pytest.mark.parametrize(("on", "found"), [("2023-09-29", "1 person"), ("2023-09-30", "0 people")])
def test_a_person_counts_up_to_the_day_before_they_leave(on: str, found: str) -> None:
    leaver = [employed("anna", until="2023-09-30"), certified("anna", "MCDE", "2023-03-01")]
    assert premier_mcde(*leaver, on=on).found == found


@pytest.mark.rule("R-4.1.5")
@pytest.mark.parametrize(("on", "found"), [("2023-09-29", "1 person"), ("2023-09-30", "0 people")])
def test_a_person_counts_only_while_their_site_is_open(on: str, found: str) -> None:
    records = [site("S2", closed="2023-09-30"), employed("anna", site_id="S2"), certified("anna", "MCDE", "2023-03-01")]
    assert premier_mcde(*records, on=on).found == found


@pytest.mark.rule("R-4.1.5")
@pytest.mark.parametrize(
    ("on", "met"), [("2025-02-27", True), ("2025-02-28", True), ("2025-03-01", False), ("2025-03-02", False)]
)
def test_a_certification_stops_counting_two_years_after_its_date(on: str, met: bool) -> None:
    known = facts(*in_program(), employed("anna"), certified("anna", "MCDE", "2023-03-01"))
    assert finding(Requirement.MCDE, Tier.ADVANCED, known, on).met is met


@pytest.mark.rule("R-4.1.5", "R-3.3")
def test_a_shortfall_begins_when_the_last_needed_person_drops_out() -> None:
    known = facts(
        *in_program(),
        employed("anna"), certified("anna", "MCDE", "2023-03-01"),
        employed("bo", until="2025-01-15"), certified("bo", "MCDE", "2023-08-01"),
    )  # fmt: skip
    before = finding(Requirement.MCDE, Tier.ADVANCED, known, "2024-06-01")
    after = finding(Requirement.MCDE, Tier.ADVANCED, known, "2025-06-01")
    assert (before.met, before.since, before.until) == (True, date(2023, 3, 1), date(2025, 3, 1))
    assert (after.met, after.since, after.until) == (False, date(2025, 3, 1), None)
    premier = finding(Requirement.MCDE, Tier.PREMIER, known, "2024-06-01")
    assert (premier.since, premier.until) == (date(2023, 8, 1), date(2025, 1, 15))


@pytest.mark.rule("R-4.1.5c")
def test_an_engineer_without_the_technicians_certification_counts_nowhere() -> None:
    known = facts(*in_program(), employed("anna"), certified("anna", "MCIE", "2023-03-01"))
    found = finding(Requirement.MCIE, Tier.PREMIER, known, "2023-06-15")
    assert not found.met
    assert found.mend is not None
    assert "holding a valid MCIT" in found.mend


@pytest.mark.rule("R-2.2b", "R-4.1.5")
@given(st.data())
def test_the_roll_up_equals_counting_person_by_person(data: st.DataObject) -> None:
    """Random sites, employments and certificates, counted by a plain loop over people on a random day."""
    first = date(2023, 1, 1)
    days = st.integers(0, 900).map(lambda offset: first + timedelta(days=offset))
    ends = st.one_of(st.none(), days)
    sites = [
        site(f"S{n}", country=data.draw(st.sampled_from(["DE", "FR"])), opened=data.draw(days).isoformat())
        for n in range(3)
    ]
    sites = [item.model_copy(update={"closed_on": data.draw(ends)}) for item in sites]
    jobs = [
        employed(
            data.draw(st.sampled_from("abcd")), data.draw(days).isoformat(), site_id=f"S{data.draw(st.integers(0, 2))}"
        ).model_copy(update={"until_date": data.draw(ends)})
        for _ in range(data.draw(st.integers(0, 6)))
    ]  # fmt: skip
    certificates = [
        certified(data.draw(st.sampled_from("abcd")), "MCIT", data.draw(days).isoformat(), f"c{n}")
        for n in range(data.draw(st.integers(0, 6)))
    ]
    on = data.draw(days)
    at = Situation(facts(partner(), *sites, *jobs, *certificates), RULEBOOK.at(on))
    found = next(item for item in findings(Tier.PREMIER, at) if item.requirement is Requirement.MCIT)
    open_here = {item.site_id for item in sites if item.country == "DE" and item.is_open_on(on)}
    expected = 0
    for person in "abcd":
        works = any(
            job.person_id == person and job.site_id in open_here and job.from_date <= on
            and (job.until_date is None or on < job.until_date)
            for job in jobs
        )  # fmt: skip
        holds = any(
            item.person_id == person and item.certified_on <= on < _two_years_on(item.certified_on)
            for item in certificates
        )
        expected += works and holds
    assert found.found == ("1 person" if expected == 1 else f"{expected} people")
    assert found.met == (expected >= 2)


def _two_years_on(start: date) -> date:
    leap_day = (start.month, start.day) == (2, 29)
    return date(start.year + 2, 2, 28) if leap_day else start.replace(year=start.year + 2)


def test_a_finding_names_a_bounded_number_of_facts() -> None:
    people: list[Known] = []
    for number in range(60):
        people += [employed(f"p{number:02d}"), certified(f"p{number:02d}", "MCDE", "2023-03-01")]
    found = premier_mcde(*people)
    assert found.found == "60 people"
    assert (len(found.facts), found.facts[-1]) == (51, "and 10 more")
