"""Cells of records: what is taken, what is rejected and why. The sound row of each file is taken all the same."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from partner_program.domain.facts import (
    RECORD_TYPES,
    BusinessReview,
    CaseDecision,
    LocatorProfile,
    OpeningRevenue,
    Partner,
    Record,
    Site,
    Verdict,
)
from partner_program.domain.files.delimited import Row
from partner_program.domain.records.rows import RowParser, columns_of
from tests.fakes.records_world import SOUND, TODAY, RecordsWorld, outcomes, reasons, row

TOMORROW = str(TODAY + timedelta(days=1))


def parsed(kind: str, /, **changes: str) -> Record | list[str]:
    """The record, or the codes of all mistakes."""
    cells = row(kind, **changes)
    found = RowParser(kind, TODAY).parse(Row(2, cells, tuple(cells.values())))
    return found if isinstance(found, Record) else [mistake.code.value for mistake in found]


@pytest.mark.parametrize("kind", RECORD_TYPES)
def test_every_kind_of_the_format_is_read(kind: str) -> None:
    record = parsed(kind)
    assert isinstance(record, RECORD_TYPES[kind])
    assert len(record.key) == len(record.key_fields)


@pytest.mark.parametrize("kind", RECORD_TYPES)
def test_the_columns_are_those_of_the_format(kind: str) -> None:
    columns = columns_of(kind)
    assert set(columns.required + columns.optional) == set(SOUND[kind])
    optional = {
        "partners": {"trading_since", "vat_number"}, "sites": {"closed_on"}, "people": {"until_date"},
        "case_decisions": {"until"}, "locator_profiles": {"display_name", "public_contact", "marketplace_url"},
    }  # fmt: skip
    assert set(columns.optional) == optional.get(kind, set())


REJECTED = [
    # ids
    ("B46", "partners", "partner_id", "P\uff11\uff12", "INVALID_ID"),
    ("B47", "partners", "partner_id", "P1\u200b", "INVALID_ID"),
    ("B47", "partners", "partner_id", "\u0420\u0031", "INVALID_ID"),
    ("B48", "partners", "partner_id", "P1\n", "INVALID_ID"),
    ("B49", "partners", "partner_id", "P1#P2", "INVALID_ID"),
    ("B49", "terms_acceptances", "version", "2022#03", "INVALID_ID"),
    ("B29", "people", "person_id", " A", "INVALID_ID"),
    ("B51", "people", "person_id", "A" * 65, "INVALID_ID"),
    ("B59", "sites", "site_id", "payer.EUR", "INVALID_ID"),  # under which the vendor keeps bank details of its own
    # texts
    ("B47", "partners", "name", "Partner\u202eone", "CONTROL_CHARACTER"),
    ("B05", "partners", "name", "Partner\0one", "CONTROL_CHARACTER"),
    ("B14", "partners", "name", "Partner\none", "CONTROL_CHARACTER"),
    ("B29", "sites", "name", " Berlin", "INVALID_TEXT"),
    ("B51", "distributors", "name", "n" * 301, "FIELD_TOO_LONG"),
    ("B11", "sites", "name", "", "MISSING_VALUE"),
    # dates
    ("B37", "partners", "enrolled_on", "1735689600", "INVALID_DATE"),
    ("B38", "partners", "enrolled_on", "2023-01-02T00:00:00", "INVALID_DATE"),
    ("B39", "sites", "opened_on", "2023-02-29", "INVALID_DATE"),
    ("B39", "partners", "trading_since", "1901-02-29", "INVALID_DATE"),
    ("B41", "sites", "opened_on", "1989-12-31", "INVALID_DATE"),
    ("B41", "sites", "opened_on", "2101-01-01", "INVALID_DATE"),
    ("B41", "partners", "trading_since", "1799-12-31", "INVALID_DATE"),
    ("B26", "people", "from_date", "٢٠٢٣-٠١-٠٢", "INVALID_DATE"),
    # what can only be known once it has happened
    ("B40", "terms_acceptances", "accepted_on", TOMORROW, "FUTURE_DATE"),
    ("B40", "certifications", "certified_on", TOMORROW, "FUTURE_DATE"),
    ("B40", "trainings", "completed_on", TOMORROW, "FUTURE_DATE"),
    ("B40", "business_plans", "submitted_on", TOMORROW, "FUTURE_DATE"),
    ("B40", "brand_reviews", "reviewed_on", TOMORROW, "FUTURE_DATE"),
    ("B40", "business_reviews", "reviewed_on", TOMORROW, "FUTURE_DATE"),
    ("B40", "case_decisions", "decided_on", TOMORROW, "FUTURE_DATE"),
    # an end at or before its beginning
    ("B41", "sites", "closed_on", "2023-01-02", "OUT_OF_RANGE"),
    ("B41", "people", "until_date", "2023-01-02", "OUT_OF_RANGE"),
    ("B41", "case_decisions", "until", "2024-03-04", "OUT_OF_RANGE"),
    ("B41", "case_decisions", "decided_on", "2023-12-31", "OUT_OF_RANGE"),
    # numbers
    ("B24", "opening_revenue", "sales_revenue", "1e5", "INVALID_NUMBER"),
    ("B24", "opening_revenue", "sales_revenue", "1E+400", "INVALID_NUMBER"),
    ("B25", "opening_revenue", "sales_revenue", "NaN", "INVALID_NUMBER"),
    ("B25", "opening_revenue", "sales_revenue", "Infinity", "INVALID_NUMBER"),
    ("B26", "opening_revenue", "sales_revenue", "\uff11\uff12", "INVALID_NUMBER"),
    ("B27", "opening_revenue", "sales_revenue", "1_000.5", "INVALID_NUMBER"),
    ("B28", "opening_revenue", "sales_revenue", "1.234,56", "INVALID_NUMBER"),
    ("B29", "opening_revenue", "sales_revenue", "+5", "INVALID_NUMBER"),
    ("B31", "opening_revenue", "sales_revenue", "0.123456789", "TOO_MANY_DECIMALS"),
    ("B33", "opening_revenue", "sales_revenue", "-0.01", "OUT_OF_RANGE"),
    ("B35", "opening_revenue", "sales_revenue", "9" * 39, "OUT_OF_RANGE"),
    ("B36", "business_plans", "year", "2024.0", "INVALID_NUMBER"),
    ("B26", "business_plans", "year", "٢٠٢٤", "INVALID_NUMBER"),
    ("B41", "business_plans", "year", "1989", "OUT_OF_RANGE"),
    ("B41", "business_plans", "year", "2101", "OUT_OF_RANGE"),
    ("B41", "opening_revenue", "year", "2101", "OUT_OF_RANGE"),
    ("B41", "partners", "trading_since", "2101-01-01", "INVALID_DATE"),
    # words
    ("B36", "sites", "headquarters", "True", "INVALID_CHOICE"),
    ("B36", "sites", "headquarters", "1", "INVALID_CHOICE"),
    ("B42", "opening_revenue", "currency", "eur", "INVALID_CURRENCY"),
    ("B42", "opening_revenue", "currency", "XXQ", "INVALID_CURRENCY"),
    ("B43", "sites", "country", "UK", "INVALID_COUNTRY"),
    ("B43", "sites", "country", "de", "INVALID_COUNTRY"),
    ("B43", "placements", "country", "", "MISSING_VALUE"),
    ("B36", "certifications", "kind", "mcde", "INVALID_CHOICE"),
    ("B36", "trainings", "kind", "onboarding ", "INVALID_CHOICE"),
    ("B36", "products", "category", "Software", "INVALID_CHOICE"),
    ("B36", "products", "family", "Essential+", "INVALID_CHOICE"),
    ("B36", "placements", "tier", "gold", "INVALID_CHOICE"),
    ("B36", "brand_reviews", "outcome", "yes", "INVALID_CHOICE"),
    ("B36", "business_reviews", "kind", "monthly", "INVALID_CHOICE"),
    ("B36", "case_decisions", "requirement", "MCDE", "INVALID_CHOICE"),
    ("B36", "case_decisions", "verdict", "Extend", "INVALID_CHOICE"),
    ("B11", "case_decisions", "verdict", "", "MISSING_VALUE"),
    ("B11", "case_decisions", "until", "", "MISSING_VALUE"),
    ("B11", "case_decisions", "reason", "", "MISSING_VALUE"),
    ("B11", "case_decisions", "decided_by", "", "MISSING_VALUE"),
    ("B14", "case_decisions", "decided_by", "A.\nManager", "CONTROL_CHARACTER"),
    ("B37", "case_decisions", "opened_on", "1735689600", "INVALID_DATE"),
    ("B37", "case_decisions", "until", "soon", "INVALID_DATE"),
    ("B47", "partners", "contact_email", "sales@partner", "INVALID_TEXT"),
    ("B47", "partners", "contact_email", "sales partner@example.com", "INVALID_TEXT"),
    ("B47", "partners", "contact_email", "a@b.example\r\nBcc: x@y.example", "INVALID_TEXT"),
    ("B52", "partners", "vat_number", "DE\u00e91", "INVALID_TEXT"),
    # what the public reads
    ("B69", "locator_profiles", "public_contact", "+49 30 901820\r\nSet-Cookie: a=b", "CONTROL_CHARACTER"),
    ("B69", "locator_profiles", "display_name", "Partner\x1b[31m", "CONTROL_CHARACTER"),
    ("B51", "locator_profiles", "public_contact", "n" * 301, "FIELD_TOO_LONG"),
    ("B51", "locator_profiles", "marketplace_url", "https://shop.example/" + "n" * 280, "FIELD_TOO_LONG"),
    ("B47", "locator_profiles", "marketplace_url", "http://shop.example/", "INVALID_TEXT"),
    ("B47", "locator_profiles", "marketplace_url", "javascript:alert(1)", "INVALID_TEXT"),
    ("B47", "locator_profiles", "marketplace_url", "https://shop.example@evil.example/", "INVALID_TEXT"),
    ("B47", "locator_profiles", "marketplace_url", 'https://shop.example/"><script>', "INVALID_TEXT"),
    ("B47", "locator_profiles", "marketplace_url", "https://sh\u043ep.example/", "INVALID_TEXT"),
    ("B29", "locator_profiles", "marketplace_url", " https://shop.example/", "INVALID_TEXT"),
]


@pytest.mark.parametrize(("kind", "column", "text", "code"), [
    pytest.param(*case[1:], marks=pytest.mark.catalogue(case[0]), id=f"{case[0]}-{case[1]}-{case[2]}-{number}")
    for number, case in enumerate(REJECTED)
])  # fmt: skip
def test_a_cell_that_is_not_strictly_as_written_in_the_format_rejects_its_row(
    kind: str, column: str, text: str, code: str
) -> None:
    assert parsed(kind, **{column: text}) == [code]


ACCEPTED = [
    ("partners", "enrolled_on", "2100-12-31"),
    ("partners", "trading_since", "1800-01-01"),
    ("partners", "trading_since", "1989-12-31"),
    ("partners", "trading_since", TOMORROW),  # enrolled, and begins to trade later
    ("partners", "vat_number", ""),
    ("partners", "name", "n" * 300),
    ("partners", "contact_email", "o'neil+sales@sub.partner.example"),
    ("sites", "opened_on", TOMORROW),
    ("sites", "closed_on", "2023-01-03"),
    ("people", "from_date", TOMORROW),
    ("people", "until_date", "2023-01-03"),
    ("people", "person_id", "A" * 64),
    ("sites", "site_id", "payer"),
    ("sites", "site_id", "PAYER.EUR"),
    ("placements", "placed_on", TOMORROW),
    ("placements", "reason", "taken over,\nwith a note"),
    ("terms_acceptances", "accepted_on", str(TODAY)),
    ("business_reviews", "reviewed_on", str(TODAY)),
    ("business_reviews", "kind", "annual"),
    ("case_decisions", "opened_on", "2024-03-04"),  # decided on the day it was opened
    ("case_decisions", "until", "2024-03-05"),
    ("case_decisions", "until", "2100-12-31"),
    ("case_decisions", "reason", "agreed by phone,\nsee the note"),
    ("certifications", "certified_on", "2024-02-29"),
    ("business_plans", "year", "2025"),
    ("opening_revenue", "year", "2025"),  # a play hands it in on its first day, perhaps years before
    ("opening_revenue", "year", "2100"),
    ("opening_revenue", "sales_revenue", "0"),
    ("opening_revenue", "sales_revenue", "0.12345678"),
    ("locator_profiles", "display_name", ""),
    ("locator_profiles", "public_contact", "n" * 300),
    ("locator_profiles", "marketplace_url", "https://shop.example:8443/a/b?c=d&e=f#g"),
    ("locator_profiles", "marketplace_url", "https://shop.example/" + "n" * 279),
]


@pytest.mark.parametrize(("kind", "column", "text"), ACCEPTED)
def test_what_lies_just_within_a_limit_is_taken(kind: str, column: str, text: str) -> None:
    assert isinstance(parsed(kind, **{column: text}), Record)


def verdict_on(requirement: str, verdict: str) -> Record | list[str]:
    until = "2024-04-30" if verdict == "extend" else ""
    return parsed("case_decisions", requirement=requirement, verdict=verdict, until=until)


@pytest.mark.rule("R-4.1.1", "R-3.4b", "R-4.1.6", "R-4.1.7")
@pytest.mark.parametrize(
    ("requirement", "possible"),
    [
        ("terms", {"demote", "extend", "waive", "end_participation"}),
        ("revenue", {"extend", "waive", "end_participation"}),
        ("business_plan", {"demote", "extend", "waive"}),
        ("brand_alignment", {"demote", "extend", "waive"}),
    ],
)
def test_the_vendor_ends_a_participation_only_for_terms_or_revenue_and_demotes_for_all_but_revenue(
    requirement: str, possible: set[str]
) -> None:
    for verdict in Verdict:
        found = verdict_on(requirement, verdict)
        if verdict in possible:
            assert isinstance(found, CaseDecision)
            assert (found.requirement, found.verdict) == (requirement, verdict)
        else:
            assert found == ["INVALID_CHOICE"]


@pytest.mark.parametrize("verdict", ["demote", "waive"])
def test_only_an_extension_has_a_new_last_day(verdict: str) -> None:
    assert parsed("case_decisions", verdict=verdict) == ["UNEXPECTED_VALUE"]
    assert parsed("case_decisions", verdict=verdict, until="soon") == ["UNEXPECTED_VALUE"]
    decision = parsed("case_decisions", verdict=verdict, until="")
    assert isinstance(decision, CaseDecision)
    assert (decision.verdict, decision.until) == (verdict, None)


@pytest.mark.parametrize("until", ["", "2024-04-30"])
def test_where_the_verdict_cannot_be_read_its_last_day_is_no_second_mistake(until: str) -> None:
    assert parsed("case_decisions", verdict="prolong", until=until) == ["INVALID_CHOICE"]


def test_an_unreadable_day_of_a_decision_is_one_mistake() -> None:
    assert parsed("case_decisions", decided_on="soon") == ["INVALID_DATE"]
    assert parsed("case_decisions", opened_on="soon") == ["INVALID_DATE"]


def test_a_decision_comes_through_as_written_and_is_named_by_its_case_and_its_day() -> None:
    decision = parsed("case_decisions")
    assert isinstance(decision, CaseDecision)
    assert decision.key == ("P1", "DE", "business_plan", "2024-01-01", "2024-03-04")
    assert (decision.verdict, decision.until) == (Verdict.EXTEND, date(2024, 6, 30))
    assert (decision.reason, decision.decided_by) == ("the buyer was on leave", "A. Manager")


@pytest.mark.rule("R-4.2.9")
def test_a_profile_without_contact_and_link_takes_back_what_the_public_could_read() -> None:
    profile = parsed("locator_profiles", display_name="", public_contact="", marketplace_url="")
    assert profile == LocatorProfile(partner_id="P1", country="DE")


@pytest.mark.rule("R-4.1.6")
def test_a_quarterly_and_an_annual_review_of_one_day_are_two() -> None:
    quarterly, annual = (parsed("business_reviews", kind=kind) for kind in ("quarterly", "annual"))
    assert isinstance(quarterly, BusinessReview)
    assert isinstance(annual, BusinessReview)
    assert quarterly.key == ("P1", "DE", "quarterly", "2024-03-20")
    assert annual.key == ("P1", "DE", "annual", "2024-03-20")


@pytest.mark.catalogue("B30")
def test_minus_zero_is_stored_as_zero() -> None:
    record = parsed("opening_revenue", sales_revenue="-0.00")
    assert isinstance(record, OpeningRevenue)
    assert (record.sales_revenue, record.sales_revenue.is_signed()) == (Decimal(0), False)


@pytest.mark.catalogue("B47")
def test_a_name_is_stored_in_composed_form() -> None:
    record = parsed("partners", name="Mu\u0308ller")
    assert isinstance(record, Partner)
    assert record.name == "M\u00fcller"


def test_values_come_through_as_written() -> None:
    record = parsed("sites", headquarters="false", closed_on="2024-12-31")
    assert isinstance(record, Site)
    assert (record.headquarters, record.opened_on, record.closed_on) == (False, date(2023, 1, 2), date(2024, 12, 31))


def test_all_mistakes_of_a_row_are_told() -> None:
    cells = {"site_id": "S 1", "country": "UK", "headquarters": "yes", "opened_on": "soon", "closed_on": "later"}
    expected = ["INVALID_ID", "INVALID_COUNTRY", "INVALID_CHOICE", "INVALID_DATE", "INVALID_DATE"]
    assert parsed("sites", **cells) == expected


@pytest.mark.parametrize("kind", RECORD_TYPES)
def test_a_malformed_row_does_not_touch_the_good_ones_of_its_file(kind: str) -> None:
    world = RecordsWorld()
    world.take_all()
    broken = dict.fromkeys(SOUND[kind], "")
    result = world.take(kind, broken, SOUND[kind])
    assert outcomes(result) == {"rejected": 1, "duplicate": 1}
    assert reasons(result) == {"MISSING_VALUE": 1, "UNCHANGED": 1}
    (told, _) = world.rejected(result)
    assert (told["line"], told["outcome"], told["reason_code"]) == ("2", "rejected", "MISSING_VALUE")
