"""Price quotes: tier and project discount, what may be sold on a day and why not, one rounding, and the credit."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from partner_program.domain.asked import AskedWrongly
from partner_program.domain.facts import Product, Record
from partner_program.domain.sales.pos_lines import SalesLine
from partner_program.domain.sales.pos_worth import Reference, TierHistory, Worth, judge
from partner_program.rulebook import CountryNotInProgram, Rulebook, load_rulebook
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.queries.quote import Quote, QuoteBasket, QuoteRequest
from partner_program.values.errors import NotFound
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.records import THRESHOLDS, accepted, certified, employed, kept_tier, partner, placed, site

Family = Literal["essential_plus", "express_plus", "professional_plus", "husky_ivo", "full_portfolio", "other"]
BROCHURE = load_rulebook("brochure", override_toml=THRESHOLDS)
GUIDE = load_rulebook(override_toml=THRESHOLDS)


def product(sku: str, category: Any = "software", family: Family = "professional_plus") -> Product:
    return Product(sku=sku, name=f"Name of {sku}", category=category, family=family)


SHELF = {
    item.sku: item
    for item in (
        product("PRO"), product("FULL", family="full_portfolio"), product("IVO", "hardware", "husky_ivo"),
        product("CARE", "care"), product("HOURS", "services"), product("COURSE", "training", "other"),
        product("DAY", "services", "other"),
    )
}  # fmt: skip


class Shelf:
    def __init__(self) -> None:
        self.reads: list[set[str]] = []

    def products(self, skus: Iterable[str]) -> Mapping[str, Product]:
        wanted = set(skus)
        self.reads.append(wanted)
        return {sku: SHELF[sku] for sku in wanted if sku in SHELF}


def line(sku: str = "PRO", quantity: Any = 1, price: Any = "100", **more: Any) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "list_unit_price": price, **more}


def quoted(
    *lines: Mapping[str, Any], tier: str = "premier", on: str = "2024-05-15", today: str = "2024-05-15",
    country: str = "DE", people: Iterable[Record] = (), book: Rulebook = GUIDE, **more: Any,
) -> Quote:  # fmt: skip
    accounts = FakeAccounts()
    accounts.add(
        partner(enrolled="2022-01-01"), site(country=country, opened="2022-01-01"), accepted("2022-01-01"),
        placed(tier, "2022-01-01", country), *people, *(kept_tier(tier, 2022, 2027) if tier != "authorized" else []),
    )  # fmt: skip
    account = f"P1-{country}"
    AssessAccount(accounts, book, FixedClock(today))(account)
    asked = QuoteRequest.model_validate({"on": on, "lines": list(lines)} | more)
    return QuoteBasket(accounts, Shelf(), book, FixedClock(today))(account, asked)


def certified_people(*kinds: str, on: str = "2022-03-01") -> list[Record]:
    return [employed("anna", "2022-01-01"), *(certified("anna", kind, on) for kind in kinds)]


@pytest.mark.rule("R-2.3")
@pytest.mark.rule("R-4.2.1")
@pytest.mark.parametrize(
    ("tier", "percent", "amount"), [("authorized", 20, 80), ("advanced", 30, 70), ("premier", 34, 66)]
)
def test_each_tier_has_its_discount_off_the_list_price(tier: str, percent: int, amount: int) -> None:
    answer = quoted(line(), tier=tier)
    assert answer.tier == tier
    assert [answer.lines[0].tier_discount_pct, answer.lines[0].amount] == [percent, amount]


@pytest.mark.rule("R-4.2.1")
def test_professional_services_and_trainings_have_no_tier_discount_and_earn_no_credit() -> None:
    answer = quoted(line("HOURS"), line("COURSE"), line("CARE"), line("IVO"))
    assert [item.tier_discount_pct for item in answer.lines] == [0, 0, 34, 34]
    assert [item.amount for item in answer.lines] == [100, 100, 66, 66]
    assert [item.credit for item in answer.lines] == [0, 0, 66, 33]
    assert [str(item.credit_pct) for item in answer.lines] == ["0", "0", "100", "50"]


@pytest.mark.rule("R-2.2a")
@pytest.mark.rule("R-4.2.6")
def test_the_project_discount_comes_off_the_price_that_the_tier_discount_has_left() -> None:
    answer = quoted(line(price="1000", quantity=3, project_discount_pct="12.5"))
    assert (answer.lines[0].net_unit_price, answer.lines[0].amount) == (Decimal("577.5"), Decimal("1732.50"))
    assert answer.excluded == ()


@pytest.mark.rule("R-4.2.6")
def test_a_project_discount_that_is_not_open_to_the_tier_is_left_out_with_the_rule() -> None:
    answer = quoted(line(project_discount_pct="10"), line(), tier="authorized")
    assert [item.amount for item in answer.lines] == [80, 80]
    assert [item.project_discount_pct for item in answer.lines] == [0, 0]
    [left_out] = answer.excluded
    assert (left_out.line, left_out.what, left_out.rule) == (1, "project discount of 10 %", "R-4.2.6")
    assert left_out.why.startswith("Authorized does not have it on 2024-05-15: Project discounts")


@pytest.mark.rule("R-4.2.3")
@pytest.mark.rule("R-4.2.4")
def test_an_authorized_account_may_sell_four_families_and_the_rest_is_excluded_from_the_totals() -> None:
    answer = quoted(line("PRO"), line("FULL", price="500"), line("IVO"), tier="authorized")
    assert [item.may_sell.granted for item in answer.lines] == [True, False, True]
    assert [item.may_sell.rule for item in answer.lines] == ["R-4.2.3", "R-4.2.4", "R-4.2.3"]
    assert [(item.line, item.sku, item.what, item.rule) for item in answer.excluded] == [(2, "FULL", "line", "R-4.2.4")]
    assert [answer.lines[1].amount, answer.lines[1].credit, answer.lines[1].list_amount] == [None, None, 500]
    assert answer.totals.model_dump() == {"list_amount": 200, "discount": 40, "amount": 160, "credit": 120}


@pytest.mark.rule("R-4.2.1")
@pytest.mark.rule("R-4.2.4")
@pytest.mark.parametrize("tier", ["authorized", "advanced", "premier"])
def test_services_and_trainings_are_no_program_products_and_open_to_every_tier(tier: str) -> None:
    """An Authorized account needs the trainings that lead to the certifications of Advanced (R-4.1.5)."""
    answer = quoted(line("DAY"), line("COURSE", quantity=2), tier=tier)
    assert [(item.may_sell.granted, item.may_sell.rule) for item in answer.lines] == [(True, "R-4.2.1")] * 2
    assert answer.lines[1].may_sell.why == "No program product, but training: every tier has it."
    assert [item.amount for item in answer.lines] == [100, 200]
    assert answer.excluded == ()


@pytest.mark.rule("R-4.2.6")
def test_a_project_discount_comes_off_the_list_price_where_there_is_no_tier_discount() -> None:
    asked = line("DAY", project_discount_pct="50")
    assert quoted(asked).lines[0].amount == 50
    authorized = quoted(asked, tier="authorized")
    assert authorized.lines[0].amount == 100
    assert [item.rule for item in authorized.excluded] == ["R-4.2.6"]


@pytest.mark.rule("R-4.2.4")
@pytest.mark.parametrize(
    ("on", "kinds", "granted"),
    [
        ("2022-06-30", ("MCDE", "MCIT"), False),
        ("2022-07-01", ("MCDE", "MCIT"), True),
        ("2022-07-01", ("MCDE",), False),
        ("2022-12-31", ("MCDE", "MCIT"), True),
        ("2023-01-01", ("MCDE", "MCIT"), False),
    ],
)
def test_in_the_transition_of_2022_certified_authorized_accounts_sell_the_full_portfolio(
    on: str, kinds: tuple[str, ...], granted: bool
) -> None:
    answer = quoted(line("FULL"), tier="authorized", on=on, people=certified_people(*kinds))
    assert answer.lines[0].may_sell.granted is granted
    assert answer.held == tuple(sorted(kinds))


@pytest.mark.rule("R-4.2.4")
@pytest.mark.rule("R-4.2.6")
@pytest.mark.parametrize(("on", "granted"), [("2024-02-29", True), ("2024-03-01", False)])
def test_by_the_brochure_both_stay_open_as_long_as_the_certifications_are_held(on: str, granted: bool) -> None:
    asked = line("FULL", project_discount_pct="10")
    people = certified_people("MCDE", "MCIT")
    answer = quoted(asked, tier="authorized", on=on, today=on, people=people, book=BROCHURE)
    assert (answer.edition, answer.lines[0].may_sell.granted) == ("brochure", granted)
    assert answer.lines[0].amount == (72 if granted else None)
    why = answer.lines[0].may_sell.why
    assert ("holding MCDE and MCIT" in why) if granted else ("without MCDE and MCIT" in why)


@pytest.mark.rule("R-4.2.4")
def test_without_one_of_the_two_the_one_that_lacks_is_named() -> None:
    answer = quoted(line("FULL"), tier="authorized", people=certified_people("MCDE", on="2024-01-01"), book=BROCHURE)
    assert answer.excluded[0].why.startswith("Authorized does not have it on 2024-05-15 without MCIT: ")


@pytest.mark.rule("R-2.2a")
@pytest.mark.parametrize(
    ("price", "quantity", "amount"),
    [("0.0075", 1, "0.00"), ("0.0076", 1, "0.01"), ("0.0075", 2, "0.01"), ("0.0025", 100, "0.17"), ("1.50", 1, "0.99")],
)
def test_a_line_is_rounded_once_after_its_quantity_half_up(price: str, quantity: int, amount: str) -> None:
    """66 % of them: 0.00495 and 0.005016 for one, 0.0099 for two, 0.165 for a hundred."""
    assert str(quoted(line(price=price, quantity=quantity)).lines[0].amount) == amount


@pytest.mark.rule("R-2.2a")
@pytest.mark.parametrize(
    ("country", "currency", "amount", "credit"),
    [("JP", "JPY", "67", "33.5"), ("KW", "KWD", "66.667", "33.3335"), ("DE", "EUR", "66.67", "33.335")],
)
def test_the_minor_unit_is_the_currencys_and_half_of_it_may_be_credited(
    country: str, currency: str, amount: str, credit: str
) -> None:
    answer = quoted(line("IVO", price="101.0105"), country=country, on="2022-02-15", today="2022-02-15")
    assert answer.currency == currency
    assert (str(answer.lines[0].amount), str(answer.lines[0].credit)) == (amount, credit)


@pytest.mark.rule("R-4.2.1")
def test_an_account_without_a_tier_on_the_day_may_sell_nothing() -> None:
    answer = quoted(line(), line("HOURS"), on="2022-01-01", tier="premier")
    assert answer.tier == "premier"
    before = quoted_before_entry()
    assert before.tier is None
    assert before.totals.amount == 0
    assert [(item.rule, item.why) for item in before.excluded] == [
        ("R-4.2.3", "The account has no tier on 2022-02-01.")
    ]


def quoted_before_entry() -> Quote:
    accounts = FakeAccounts()
    accounts.add(partner(), site(), accepted())
    AssessAccount(accounts, GUIDE, FixedClock("2024-05-15"))("P1-DE")
    asked = QuoteRequest.model_validate({"on": "2022-02-01", "lines": [line()]})
    return QuoteBasket(accounts, Shelf(), GUIDE, FixedClock("2024-05-15"))("P1-DE", asked)


def test_a_day_to_come_is_told_by_the_tier_of_today() -> None:
    answer = quoted(line(), on="2026-01-01")
    assert (str(answer.on), str(answer.tier_as_of), answer.tier) == ("2026-01-01", "2024-05-15", "premier")


def test_unknown_products_and_another_currency_are_refused_with_their_places() -> None:
    with pytest.raises(AskedWrongly) as refused:
        quoted(line(), line("NONE"), line("GONE"), currency="USD")
    assert [(item.at, item.code) for item in refused.value.mistakes] == [
        ("/currency", "other_currency"), ("/lines/1/sku", "unknown_sku"), ("/lines/2/sku", "unknown_sku"),
    ]  # fmt: skip
    assert quoted(line(), currency="EUR").currency == "EUR"


def test_an_account_or_a_country_that_is_not_there_has_no_price() -> None:
    asked = QuoteRequest.model_validate({"lines": [line()]})
    with pytest.raises(NotFound):
        QuoteBasket(FakeAccounts(), Shelf(), GUIDE, FixedClock("2024-05-15"))("P1-DE", asked)
    left = load_rulebook(override_toml=THRESHOLDS + '"country.DE" = [{ from = 2024-06-01 }]\n')
    with pytest.raises(CountryNotInProgram):
        quoted(line(), on="2024-06-01", book=left)


def test_the_products_of_a_basket_are_read_together() -> None:
    shelf, accounts = Shelf(), FakeAccounts()
    accounts.add(partner(), site(), accepted(), placed("premier"))
    AssessAccount(accounts, GUIDE, FixedClock("2024-05-15"))("P1-DE")
    asked = QuoteRequest.model_validate({"lines": [line("PRO"), line("FULL"), line("PRO")] * 30})
    answer = QuoteBasket(accounts, shelf, GUIDE, FixedClock("2024-05-15"))("P1-DE", asked)
    assert (shelf.reads, len(answer.lines)) == ([{"PRO", "FULL"}], 90)


@pytest.mark.catalogue("B24")
@pytest.mark.catalogue("B36")
@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (line(quantity=0), "quantity"), (line(quantity=-1), "quantity"), (line(quantity="1"), "quantity"),
        (line(quantity=1.0), "quantity"), (line(quantity=True), "quantity"), (line(quantity=1_000_001), "quantity"),
        (line(price=100), "list_unit_price"), (line(price="-1"), "list_unit_price"),
        (line(price="1.00001"), "list_unit_price"), (line(price="1e2"), "list_unit_price"),
        (line(price=" 1"), "list_unit_price"), (line(price="1\n"), "list_unit_price"),
        (line(price="1" * 14), "list_unit_price"), (line(project_discount_pct="100.01"), "project_discount_pct"),
        (line(project_discount_pct="101"), "project_discount_pct"),
        (line(project_discount_pct=10), "project_discount_pct"), (line(sku="A#B"), "sku"), (line(sku="A\n"), "sku"),
        (line(tier="premier"), "tier"),
    ],
)  # fmt: skip
def test_a_line_is_read_strictly(wrong: Mapping[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as refused:
        QuoteRequest.model_validate({"lines": [line(), wrong]})
    assert [error["loc"] for error in refused.value.errors()] == [("lines", 1, place)]


def test_a_basket_has_between_one_and_a_hundred_lines() -> None:
    for count, taken in ((0, False), (1, True), (100, True), (101, False)):
        try:
            assert len(QuoteRequest.model_validate({"lines": [line()] * count}).lines) == count
        except ValidationError:
            assert not taken
        else:
            assert taken


@pytest.mark.rule("R-2.2a")
@pytest.mark.catalogue("B32")
@settings(max_examples=150, deadline=None)
@given(
    sku=st.sampled_from(sorted(SHELF)),
    cents=st.integers(0, 10**9),
    quantity=st.integers(1, 500),
    project=st.integers(0, 100_0000),
    tier=st.sampled_from(["advanced", "premier"]),
)
def test_billed_as_quoted_a_line_is_posted_without_a_flag_and_with_the_quoted_credit(
    sku: str, cents: int, quantity: int, project: int, tier: str
) -> None:
    """Whatever is quoted comes back in a distributor's report as it was quoted."""
    price, percent = Decimal(cents).scaleb(-4), Decimal(project).scaleb(-4)
    asked = line(sku, quantity, f"{price:f}", project_discount_pct=f"{percent:f}")
    [told] = quoted(asked, tier=tier).lines
    assert told.amount is not None
    assert told.tier_discount_pct is not None
    reported = SalesLine(
        line=1, invoice_number="I1", line_number=1,
        invoice_date=date(2024, 5, 15), site_id="S1", country="DE", currency="EUR", sku=sku, category="",
        quantity=quantity, list_unit_price=price, tier_discount_pct=told.tier_discount_pct,
        project_discount_pct=percent, final_amount=told.amount, content_hash="",
    )  # fmt: skip
    tiers = TierHistory({"P1-DE": ((date(2022, 1, 1), Tier(tier)),)})
    world = Reference("D1", True, GUIDE, date(2024, 5, 15), {"S1": site(opened="2022-01-01")}, SHELF, tiers)
    worth = judge(reported, world)
    assert isinstance(worth, Worth)
    assert (worth.flags, worth.credit) == ((), told.credit)
