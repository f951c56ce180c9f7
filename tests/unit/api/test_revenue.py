"""Revenue of a year by month, product class and distributor: three views of one sum."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partner_program.domain.account_facts import facts_of
from partner_program.domain.yearly_revenue import year_to_date
from partner_program.use_cases.queries import revenue as asked
from partner_program.use_cases.queries.revenue import Grouping
from partner_program.values.errors import InvalidValue
from partner_program.values.money import total
from tests.fakes.pos_world import CATEGORIES, TODAY, line
from tests.fakes.revenue_world import ACCOUNT, RevenueWorld


def shares(world: RevenueWorld, by: Grouping, **more: date) -> dict[str, str]:
    return {item.name: str(item.credit) for item in world.revenue(by=by, **more).items}


@pytest.fixture
def world() -> RevenueWorld:
    """Software of 100 in April and hardware of 50.01 in March from D1, care of 7 in April from D2."""
    made = RevenueWorld()
    hardware = {"sku": "hardware-1", "product_category": "hardware"}
    made.play(
        line(line_number=1),
        line(line_number=2, invoice_date="2024-03-31", final_amount="50.01", **hardware),
    )
    care = {"sku": "care-1", "product_category": "care"}
    made.play(line(final_amount="7.00", invoice_date="2024-04-30", **care), distributor="D2")
    return made


@pytest.mark.rule("R-2.2a")
def test_revenue_is_split_by_month_product_class_and_distributor(world: RevenueWorld) -> None:
    assert shares(world, Grouping.MONTH) == {"2024-03": "25.005", "2024-04": "107.00"}
    assert shares(world, Grouping.PRODUCT_CLASS) == {"care": "7.00", "hardware": "25.005", "software": "100.00"}
    assert shares(world, Grouping.DISTRIBUTOR) == {"D1": "125.005", "D2": "7.00"}


def test_each_share_says_how_many_lines_and_what_was_billed(world: RevenueWorld) -> None:
    (march, april) = world.revenue().items
    assert (march.lines, march.billed) == (1, Decimal("50.01"))
    assert (april.lines, april.billed) == (2, Decimal("107.00"))


@pytest.mark.rule("R-3.4a")
def test_revenue_before_the_first_report_is_part_of_the_year_and_shown_as_what_it_is(world: RevenueWorld) -> None:
    assert world.revenue().opening_revenue is None
    world.opening("1000")
    found = world.revenue()
    assert (found.opening_revenue, found.credit) == (Decimal(1000), Decimal("132.0050"))
    assert found.sales_revenue == Decimal("1132.0050")
    assert found.source == "opening revenue and POS reports"


@pytest.mark.rule("R-3.4a")
@pytest.mark.parametrize(
    ("day", "credit"),
    [
        ("2024-03-30", "0"), ("2024-03-31", "25.005"), ("2024-04-09", "25.005"), ("2024-04-10", "125.005"),
        ("2024-04-29", "125.005"), ("2024-04-30", "132.0050"), ("2024-05-05", "132.0050"),
    ],
)  # fmt: skip
def test_as_of_a_day_counts_by_invoice_date_the_day_included(world: RevenueWorld, day: str, credit: str) -> None:
    for by in Grouping:
        found = world.revenue(as_of=date.fromisoformat(day), by=by)
        assert found.sales_revenue == Decimal(credit)
        assert total(item.credit for item in found.items) == Decimal(credit)


def test_a_year_is_asked_for_by_itself_up_to_its_end_or_to_today(world: RevenueWorld) -> None:
    assert world.revenue().as_of == world.revenue(year=2024).as_of == TODAY
    assert world.revenue(year=2023).as_of == date(2023, 12, 31)
    assert world.revenue(year=2023).items == ()
    assert world.revenue(year=2023, as_of=date(2023, 5, 1)).as_of == date(2023, 5, 1)


@pytest.mark.parametrize(
    "asked_for",
    [{"as_of": date(2024, 5, 6)}, {"year": 2025}, {"year": 2024, "as_of": date(2023, 12, 31)}],
    ids=["a day ahead", "a year ahead", "a day of another year"],
)
def test_what_has_not_come_or_contradicts_itself_is_refused(world: RevenueWorld, asked_for: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        world.revenue(**asked_for)


def test_today_is_asked_without_looking_at_a_single_line(world: RevenueWorld) -> None:
    world.play(line(line_number=9, invoice_date="2024-05-04"), report="R9")
    world.reads.reads = 0
    assert world.revenue().sales_revenue == Decimal("232.0050")
    assert world.reads.reads == 2


def test_inside_a_month_of_too_many_lines_the_question_is_refused(
    world: RevenueWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "MOST_LINES", 2)
    assert world.revenue(as_of=date(2024, 4, 29)).credit == Decimal("125.005")
    monkeypatch.setattr(asked, "MOST_LINES", 1)
    with pytest.raises(InvalidValue, match="last day of a month"):
        world.revenue(as_of=date(2024, 4, 29))
    assert world.revenue(as_of=date(2024, 4, 30)).credit == Decimal("132.0050")


@pytest.mark.rule("R-5.4d")
def test_a_frozen_year_shows_its_baseline_beside_what_is_recorded_now(world: RevenueWorld) -> None:
    assert (world.revenue().frozen, world.revenue().later_revenue) == ((), None)
    world.play(line(invoice_number="INV-8", invoice_date="2023-06-01", final_amount="11.00"), report="R8")
    world.frozen("8.5", 2023)
    found = world.revenue(year=2023)
    assert (found.sales_revenue, found.later_revenue) == (Decimal("11.00"), Decimal("2.50"))
    assert [(item.revision, item.sales_revenue, item.rule) for item in found.frozen] == [(0, Decimal("8.5"), "R-5.4d")]


@pytest.mark.rule("R-5.4d")
def test_a_restated_year_shows_every_revision_the_one_that_counts_first_and_nobody_by_name(world: RevenueWorld) -> None:
    world.frozen("8.5", 2023)
    world.frozen("11", 2023, revision=1, restated_on=date(2024, 4, 1), restated_by="Anna Vogt", reason="late returns")
    found = world.revenue(year=2023)
    assert [(item.revision, item.sales_revenue, item.reason) for item in found.frozen] == [
        (1, Decimal(11), "late returns"), (0, Decimal("8.5"), ""),
    ]  # fmt: skip
    assert found.later_revenue == Decimal(-11)
    assert "Anna" not in found.model_dump_json()


def test_a_year_in_two_currencies_is_refused_and_not_added_up(world: RevenueWorld) -> None:
    world.frozen("8.5", 2024, currency="USD")
    with pytest.raises(InvalidValue, match="USD"):
        world.revenue()


SALES = st.lists(
    st.builds(
        lambda number, amount, category, day, distributor: (
            distributor,
            line(invoice_number=f"INV-{number % 3}", line_number=number + 1, sku=f"{category}-1", product_category="",
                 quantity=1 if amount > 0 else -1, final_amount=f"{Decimal(amount) / 100:.2f}",
                 invoice_date=str(day)),
        ),
        st.integers(0, 400), st.integers(-50_000, 50_000).filter(bool), st.sampled_from(CATEGORIES),
        st.dates(date(2024, 2, 25), date(2024, 5, 5)), st.sampled_from(["D1", "D2"]),
    ),
    max_size=12, unique_by=lambda sale: sale[1]["line_number"],
)  # fmt: skip


@pytest.mark.rule("R-2.2a")
@given(SALES, st.dates(date(2024, 2, 20), date(2024, 5, 5)), st.booleans())
@settings(max_examples=60)
def test_on_any_day_each_split_adds_up_to_the_lines_up_to_it_and_at_a_months_end_to_the_accounts_ytd(
    sales: list[tuple[str, dict[str, str]]], day: date, opened: bool
) -> None:
    world = RevenueWorld()
    if opened:
        world.opening("17.0005")
    for distributor in ("D1", "D2"):
        world.play(*(sale for of, sale in sales if of == distributor), distributor=distributor)
    shared = Decimal("0.5")
    weights = {"software": Decimal(1), "care": Decimal(1), "hardware": shared}
    expected = sum(
        (Decimal(sale["final_amount"]) * weights.get(sale["sku"].removesuffix("-1"), Decimal(0))
         for _, sale in sales if date.fromisoformat(sale["invoice_date"]) <= day),
        Decimal("17.0005") if opened else Decimal(0),
    )  # fmt: skip
    for by in Grouping:
        found = world.revenue(as_of=day, by=by)
        assert found.sales_revenue == expected
        assert found.credit == total(item.credit for item in found.items)
    records = world.accounts.load(ACCOUNT, 2024)[0].opening_revenue
    facts = facts_of(ACCOUNT, records, world.known())
    assert world.revenue().sales_revenue == year_to_date(facts, TODAY).amount
