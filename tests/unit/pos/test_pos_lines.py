"""Every mistake that a POS line can have: outcome, reason code, and the good lines of the same file are counted."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from partner_program.domain.files.delimited import Row
from partner_program.domain.files.outcomes import ReasonCode, Rejection
from partner_program.domain.sales.pos_lines import LineParser, SalesLine
from partner_program.domain.sales.pos_worth import Reference, TierHistory, judge
from tests.fakes.pos_world import TODAY, World, line, outcomes, product, reasons, site


def parse(**changes: Any) -> SalesLine | tuple[Rejection, ...]:
    cells = line(**changes)
    return LineParser(TODAY).parse(Row(2, cells, tuple(cells.values())))


def assert_among_good_lines(changes: dict[str, Any], outcome: str, code: ReasonCode) -> World:
    """The line gets the outcome and the code; the two sound lines around it are counted."""
    world = World()
    result = world.play([line(line_number=11), line(**changes), line(line_number=12)])
    assert outcomes(result) == {"posted": 2, outcome: 1}
    assert reasons(result) == {code.value: 1}
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(200)}
    (row,) = world.rejected()
    assert (row["line"], row["outcome"], row["reason_code"]) == ("3", outcome, code.value)
    return world


REJECTED = [
    ("B24", {"quantity": "1e5"}, "INVALID_NUMBER"),
    ("B24", {"final_amount": "1E2"}, "INVALID_NUMBER"),
    ("B24", {"list_unit_price": "1E+400"}, "INVALID_NUMBER"),
    ("B25", {"final_amount": "NaN"}, "INVALID_NUMBER"),
    ("B25", {"list_unit_price": "Infinity"}, "INVALID_NUMBER"),
    ("B25", {"tier_discount_pct": "-inf"}, "INVALID_NUMBER"),
    ("B26", {"final_amount": "١٠٠"}, "INVALID_NUMBER"),
    ("B26", {"quantity": "１"}, "INVALID_NUMBER"),
    ("B26", {"line_number": "１"}, "INVALID_NUMBER"),
    ("B26", {"invoice_date": "２０２４-04-10"}, "INVALID_DATE"),
    ("B27", {"list_unit_price": "1_000.5"}, "INVALID_NUMBER"),
    ("B28", {"final_amount": "1,234.56"}, "INVALID_NUMBER"),
    ("B28", {"final_amount": "1.234,56"}, "INVALID_NUMBER"),
    ("B29", {"final_amount": " 100.00"}, "INVALID_NUMBER"),
    ("B29", {"final_amount": "100.00 "}, "INVALID_NUMBER"),
    ("B29", {"quantity": "+5"}, "INVALID_NUMBER"),
    ("B29", {"partner_site_id": " S-DE"}, "INVALID_ID"),
    ("B29", {"invoice_date": " 2024-04-10"}, "INVALID_DATE"),
    ("B31", {"final_amount": "100.001"}, "TOO_MANY_DECIMALS"),
    ("B31", {"final_amount": "100.000"}, "TOO_MANY_DECIMALS"),
    ("B31", {"partner_site_id": "S-JP", "country": "JP", "currency": "JPY", "final_amount": "100.0"},
     "TOO_MANY_DECIMALS"),
    ("B31", {"list_unit_price": "125.00001"}, "TOO_MANY_DECIMALS"),
    ("B33", {"quantity": "-1"}, "SIGN_MISMATCH"),
    ("B33", {"final_amount": "-100.00"}, "SIGN_MISMATCH"),
    ("B34", {"quantity": "0"}, "ZERO_QUANTITY"),
    ("B34", {"quantity": "-0"}, "ZERO_QUANTITY"),
    ("B35", {"list_unit_price": "1" * 39}, "OUT_OF_RANGE"),
    ("B35", {"quantity": "1" * 14}, "OUT_OF_RANGE"),
    ("B35", {"final_amount": "1" * 14}, "OUT_OF_RANGE"),
    ("B36", {"quantity": "1.0"}, "INVALID_NUMBER"),
    ("B36", {"quantity": "True"}, "INVALID_NUMBER"),
    ("B36", {"quantity": "1_000"}, "INVALID_NUMBER"),
    ("B36", {"line_number": "1.0"}, "INVALID_NUMBER"),
    ("B36", {"line_number": "-1"}, "INVALID_NUMBER"),
    ("B36", {"line_number": "1" * 10}, "INVALID_NUMBER"),
    ("B37", {"invoice_date": "1735689600"}, "INVALID_DATE"),
    ("B38", {"invoice_date": "2024-04-10T00:00:00"}, "INVALID_DATE"),
    ("B38", {"invoice_date": "10.04.2024"}, "INVALID_DATE"),
    ("B38", {"invoice_date": "20240410"}, "INVALID_DATE"),
    ("B39", {"invoice_date": "2023-02-29"}, "INVALID_DATE"),
    ("B39", {"invoice_date": "2024-02-30"}, "INVALID_DATE"),
    ("B40", {"invoice_date": "2024-05-06"}, "FUTURE_DATE"),
    ("B41", {"invoice_date": "0001-01-01"}, "INVALID_DATE"),
    ("B41", {"invoice_date": "9999-12-31"}, "INVALID_DATE"),
    ("B42", {"currency": "XYZ"}, "INVALID_CURRENCY"),
    ("B42", {"currency": "eur"}, "INVALID_CURRENCY"),
    ("B43", {"country": "UK"}, "INVALID_COUNTRY"),
    ("B43", {"country": "de"}, "INVALID_COUNTRY"),
    ("B43", {"country": "ZZ"}, "INVALID_COUNTRY"),
    ("B46", {"partner_site_id": "P１２３４５６"}, "INVALID_ID"),
    ("B47", {"invoice_number": "ІNV-1"}, "INVALID_ID"),
    ("B47", {"sku": "software-1\u200b"}, "CONTROL_CHARACTER"),
    ("B47", {"sku": "\u202esoftware-1"}, "CONTROL_CHARACTER"),
    ("B48", {"partner_site_id": "S-DE\n"}, "CONTROL_CHARACTER"),
    ("B49", {"invoice_number": "INV#1"}, "INVALID_ID"),
    ("B49", {"sku": "software-1|x"}, "INVALID_ID"),
    ("B49", {"invoice_number": "a" * 65}, "INVALID_ID"),
    ("B05", {"sku": "software\0-1"}, "CONTROL_CHARACTER"),
    ("B50", {"invoice_number": "=1+1"}, "INVALID_ID"),
    ("B50", {"partner_site_id": "@SUM(A1)"}, "INVALID_ID"),
    ("B51", {"invoice_number": "x" * 1_000_000}, "FIELD_TOO_LONG"),
    ("B24", {"product_category": "hardwear"}, "INVALID_CHOICE"),
    ("B24", {"tier_discount_pct": "100.01"}, "OUT_OF_RANGE"),
    ("B24", {"project_discount_pct": "-1"}, "OUT_OF_RANGE"),
    ("B24", {"list_unit_price": "-1"}, "OUT_OF_RANGE"),
    ("B24", {"final_amount": ""}, "MISSING_VALUE"),
    ("B24", {"final_amount": "."}, "INVALID_NUMBER"),
    ("B24", {"final_amount": "1."}, "INVALID_NUMBER"),
    ("B24", {"final_amount": ".5"}, "INVALID_NUMBER"),
    ("B24", {"final_amount": "--1"}, "INVALID_NUMBER"),
    ("B24", {"final_amount": "0x10"}, "INVALID_NUMBER"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param(changes, code, marks=pytest.mark.catalogue(row), id=f"{row}-{n}")
        for n, (row, changes, code) in enumerate(REJECTED)
    ],
)
def test_a_malformed_line_is_rejected_and_the_others_are_counted(changes: dict[str, Any], code: str) -> None:
    assert_among_good_lines(changes, "rejected", ReasonCode(code))


@pytest.mark.parametrize(
    "column", [name for name in line() if name not in {"product_category", "report_id", "distributor_id"}]
)
def test_every_required_column_needs_a_value(column: str) -> None:
    assert_among_good_lines({column: ""}, "rejected", ReasonCode.MISSING_VALUE)


HELD = [
    ("B44", {"sku": "unheard-of"}, ReasonCode.UNKNOWN_SKU, "PRODUCT#unheard-of"),
    ("B45", {"partner_site_id": "S-NEW"}, ReasonCode.UNKNOWN_SITE, "SITE#S-NEW"),
    ("B45", {"invoice_date": "2019-12-31"}, ReasonCode.NO_RULES_IN_FORCE, None),
    ("B45", {"country": "FR"}, ReasonCode.SITE_IN_OTHER_COUNTRY, "SITE#S-DE"),
    ("B42", {"currency": "USD"}, ReasonCode.OTHER_CURRENCY, None),
    ("B11", {"product_category": "care"}, ReasonCode.CATEGORY_MISMATCH, "PRODUCT#software-1"),
]


@pytest.mark.parametrize(
    ("changes", "code", "waits_for"),
    [
        pytest.param(changes, code, waits, marks=pytest.mark.catalogue(row), id=code.value)
        for row, changes, code, waits in HELD
    ],
)
def test_a_line_that_contradicts_the_records_is_held(
    changes: dict[str, Any], code: ReasonCode, waits_for: str | None
) -> None:
    world = assert_among_good_lines(changes, "held", code)
    assert world.lookups.waiting == ({(waits_for, "D1", "R1")} if waits_for else set())


@pytest.mark.catalogue("B45")
@pytest.mark.parametrize(
    ("day", "outcome"), [("2024-03-31", "held"), ("2024-04-01", "posted"), ("2024-04-19", "posted"),
                         ("2024-04-20", "held")]
)  # fmt: skip
def test_a_site_takes_sales_from_its_opening_up_to_before_its_closing(day: str, outcome: str) -> None:
    world = World()
    world.lookups.all_sites["S-X"] = site("S-X", "P1", "DE", opened_on=date(2024, 4, 1), closed_on=date(2024, 4, 20))
    result = world.play([line(partner_site_id="S-X", invoice_date=day)])
    assert outcomes(result) == {outcome: 1}
    assert reasons(result) == ({"SITE_NOT_OPEN": 1} if outcome == "held" else {})


@pytest.mark.catalogue("B45")
def test_a_country_outside_the_program_is_held() -> None:
    world = World()
    world.lookups.all_sites["S-AQ"] = site("S-AQ", "P1", "AQ")
    result = world.play([line(partner_site_id="S-AQ", country="AQ"), line(line_number=2)])
    assert (outcomes(result), reasons(result)) == ({"posted": 1, "held": 1}, {"COUNTRY_NOT_IN_PROGRAM": 1})


@pytest.mark.rule("R-8")
def test_every_line_of_an_unknown_distributor_is_held_and_waits_for_its_record() -> None:
    world = World()
    lines = [line(distributor_id="D9", line_number=n) for n in (1, 2)]
    result = world.play(lines, "pos/D9/R1.csv")
    assert (outcomes(result), reasons(result)) == ({"held": 2}, {"UNKNOWN_DISTRIBUTOR": 2})
    assert world.lookups.waiting == {("DISTRIBUTOR#D9", "D9", "R1")}
    assert world.revenue() == {}


def test_all_mistakes_of_a_line_are_told_and_the_first_column_decides() -> None:
    mistakes = parse(invoice_date="2024-02-30", quantity="0", final_amount="1e5")
    assert not isinstance(mistakes, SalesLine)
    assert [(mistake.code.value, mistake.column, mistake.line) for mistake in mistakes] == [
        ("INVALID_DATE", "invoice_date", 2),
        ("ZERO_QUANTITY", "quantity", 2),
        ("INVALID_NUMBER", "final_amount", 2),
    ]


def test_all_causes_of_a_held_line_are_told_and_waited_for() -> None:
    world = World()
    world.play([line(partner_site_id="S-NEW", sku="new-1")])
    assert "no such site" in world.rejected()[0]["message"]
    assert "no such product" in world.rejected()[0]["message"]
    assert {dependency for dependency, _, _ in world.lookups.waiting} == {"SITE#S-NEW", "PRODUCT#new-1"}


@pytest.mark.catalogue("B47")
@pytest.mark.catalogue("B52")
def test_a_mistake_never_repeats_the_value() -> None:
    secret = "DE89370400440532013000"
    for column in line():
        if column in {"report_id", "distributor_id"}:
            continue
        mistakes = parse(**{column: secret + " "})
        assert not isinstance(mistakes, SalesLine)
        assert all(secret not in mistake.message for mistake in mistakes)


@pytest.mark.catalogue("B30")
@pytest.mark.parametrize("zero", ["0", "-0", "0.00", "-0.00"])
def test_minus_zero_is_zero(zero: str) -> None:
    parsed = parse(final_amount=zero, list_unit_price="-0")
    assert isinstance(parsed, SalesLine)
    assert str(parsed.final_amount) == "0"
    assert str(parsed.list_unit_price) == "0"


@pytest.mark.catalogue("B34")
def test_a_price_or_amount_of_zero_counts_as_nothing() -> None:
    world = World()
    result = world.play([line(list_unit_price="0", final_amount="0"), line(line_number=2)])
    assert outcomes(result) == {"posted": 2}
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(100)}


@pytest.mark.catalogue("B35")
@pytest.mark.parametrize(("digits", "sound"), [(12, True), (13, True), (14, False)])
def test_an_amount_has_up_to_thirteen_digits_before_the_point(digits: int, sound: bool) -> None:
    parsed = parse(final_amount="9" * digits + ".99")
    assert isinstance(parsed, SalesLine) is sound


@pytest.mark.catalogue("B40")
@pytest.mark.parametrize(
    ("day", "code"), [("2024-05-04", None), ("2024-05-05", None), ("2024-05-06", ReasonCode.FUTURE_DATE)]
)
def test_an_invoice_of_today_counts_one_of_tomorrow_does_not(day: str, code: ReasonCode | None) -> None:
    parsed = parse(invoice_date=day)
    assert (None if isinstance(parsed, SalesLine) else parsed[0].code) is code


def test_the_number_of_a_line_is_its_value_not_its_spelling() -> None:
    one, padded = parse(line_number="7"), parse(line_number="007")
    assert isinstance(one, SalesLine)
    assert isinstance(padded, SalesLine)
    assert one.line_number == padded.line_number == 7


SAME = {"final_amount": "100.0", "list_unit_price": "0125.0", "tier_discount_pct": "20", "product_category": "",
        "project_discount_pct": "0.00", "report_id": "R2"}  # fmt: skip
OTHER: dict[str, Any] = {
    "invoice_date": "2024-04-11", "partner_site_id": "S-DE2", "country": "FR", "currency": "USD", "sku": "care-1",
    "quantity": "2", "list_unit_price": "125.01", "tier_discount_pct": "20.01", "project_discount_pct": "0.01",
    "final_amount": "100.01",
}  # fmt: skip


def hash_of(**changes: Any) -> str:
    parsed = parse(**changes)
    assert isinstance(parsed, SalesLine)
    return parsed.content_hash


@pytest.mark.parametrize("column", list(SAME))
def test_spelling_report_and_category_are_no_part_of_the_content(column: str) -> None:
    assert hash_of(**{column: SAME[column]}) == hash_of()


@pytest.mark.parametrize("column", list(OTHER))
def test_whatever_money_or_account_depends_on_is_part_of_the_content(column: str) -> None:
    assert hash_of(**{column: OTHER[column]}) != hash_of()


def test_judging_is_repeatable_and_changes_nothing() -> None:
    world = World()
    parsed = parse()
    assert isinstance(parsed, SalesLine)
    reference = Reference(
        "D1", True, world.rulebook, TODAY, world.lookups.all_sites, {"software-1": product("software-1", "software")},
        TierHistory({}),
    )  # fmt: skip
    assert judge(parsed, reference) == judge(parsed, reference)
