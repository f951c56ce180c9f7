"""Brand draws on DynamoDB (moto): the store does what its fake does, and the command draws, shows and follows up."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Protocol

import pytest

from partner_program.adapters import brand_draw_store
from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.brand_draw_store import DynamoBrandDraws
from partner_program.adapters.table import Table
from partner_program.domain.brand_draw import DrawOrder, make_draw
from partner_program.domain.facts import BrandReview
from partner_program.domain.tiers.account import AccountState
from partner_program.use_cases.draw_brand_reviews import BrandDrawStore
from partner_program.values.tiers import Tier
from tests.deployed.world import World
from tests.fakes.accounts import FakeAccounts
from tests.fakes.brand_draws import FakeBrandDraws
from tests.fakes.program_table import program_table, record_item
from tests.fakes.records import rulebook
from tests.integration.test_operate_commands import Stacks, run

ON = date(2024, 3, 15)
BOOK = rulebook()


def state_of(account_id: str, tier: Tier | None = Tier.PREMIER) -> AccountState:
    partner, country = account_id.rsplit("-", 1)
    return AccountState(
        account_id=account_id, partner_id=partner, country=country, currency="EUR", assessed_on=ON,
        edition="guide-2022", rulebook_digest="0", tier=tier, ytd_revenue=Decimal(0), prev_year_revenue=Decimal(0),
    )  # fmt: skip


def review_of(account_id: str, on: str) -> BrandReview:
    partner, country = account_id.rsplit("-", 1)
    return BrandReview(partner_id=partner, country=country, reviewed_on=date.fromisoformat(on), outcome="fulfilled")


class Kept(Protocol):
    """A store and a way to put accounts and reviews into its world."""

    draws: BrandDrawStore

    def hold(self, state: AccountState) -> None: ...

    def review(self, review: BrandReview) -> None: ...


class InMemory:
    def __init__(self) -> None:
        self._accounts = FakeAccounts()
        self.draws: BrandDrawStore = FakeBrandDraws(self._accounts)

    def hold(self, state: AccountState) -> None:
        self._accounts.save_state(state, 0)

    def review(self, review: BrandReview) -> None:
        self._accounts.add(review, partner_id=review.partner_id)


class OnDynamo:
    def __init__(self, table: Table) -> None:
        self._table = table
        self.draws: BrandDrawStore = DynamoBrandDraws(table)

    def hold(self, state: AccountState) -> None:
        DynamoAccountStore(self._table).save_state(state, 0)

    def review(self, review: BrandReview) -> None:
        self._table.put(record_item(review, review.partner_id))


@pytest.fixture(params=["in memory", "on DynamoDB"])
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    monkeypatch.setattr(brand_draw_store, "_IDS_OF_AN_ITEM", 2)
    if request.param == "in memory":
        yield InMemory()
    else:
        with program_table() as table:
            yield OnDynamo(table)


def test_the_states_of_premier_accounts_are_found(kept: Kept) -> None:
    for account, tier in {"P2-DE": Tier.PREMIER, "P1-FR": Tier.PREMIER, "P1-DE": Tier.ADVANCED, "P3-DE": None}.items():
        kept.hold(state_of(account, tier))
    assert list(kept.draws.premier_states()) == [state_of("P1-FR"), state_of("P2-DE")]


@pytest.mark.rule("R-4.1.7")
@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5])
def test_a_draw_stands_with_its_population_and_no_later_one_replaces_it(kept: Kept, size: int) -> None:
    population = [f"P{number}-DE" for number in range(size)]
    draw = make_draw(DrawOrder(2024, "first", ON, "vendor"), population, BOOK)
    later = make_draw(DrawOrder(2024, "second", ON, "vendor"), ["P8-DE", "P9-DE"], BOOK)
    assert kept.draws.find(2024) is None
    assert kept.draws.put(draw, population) == draw
    assert kept.draws.put(later, ["P8-DE", "P9-DE"]) == draw
    assert kept.draws.find(2024) == draw
    assert kept.draws.find(2023) is None
    assert list(kept.draws.population(draw)) == population


def test_the_brand_reviews_of_an_account_are_those_of_its_country_and_of_the_year(kept: Kept) -> None:
    wanted = [review_of("P1-DE", "2024-01-01"), review_of("P1-DE", "2024-12-31")]
    others = [review_of("P1-DE", "2023-12-31"), review_of("P1-DE", "2025-01-01"), review_of("P1-FR", "2024-05-05")]
    for review in (*wanted, *others, review_of("P10-DE", "2024-05-05")):
        kept.review(review)
    assert list(kept.draws.brand_reviews("P1-DE", 2024)) == wanted
    assert list(kept.draws.brand_reviews("P2-DE", 2024)) == []


# -- the command


@pytest.fixture
def stack(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A sandbox in which it is 15 March 2024 and four accounts are Premier."""
    clients = {"cloudformation": Stacks(world), "dynamodb": world.dynamodb}
    monkeypatch.setattr("local.operate.boto3.client", lambda service: clients[service])
    for account in ("P1-DE", "P2-DE", "P3-DE", "P4-DE"):
        DynamoAccountStore(world.program).save_state(state_of(account), 0)
    return world


@pytest.mark.rule("R-4.1.7")
def test_the_command_draws_once_and_shows_what_is_outstanding(stack: World) -> None:
    code, output = run("brand-draw", "2024", "--seed", "lottery of 14 March", "--by", "M. Brand")
    assert code == 0
    assert "1 of 4 Premier accounts (25 %)" in output
    assert "Drawn on 2024-03-15 by M. Brand with the seed 'lottery of 14 March'." in output
    (drawn,) = DynamoBrandDraws(stack.program).find(2024).account_ids  # type: ignore[union-attr]  # drawn above
    assert f"1 {drawn} outstanding 0 reviewed, 1 outstanding." in output
    assert "it agrees" in output
    stack.program.put(record_item(review_of(drawn, "2024-03-20"), drawn.removesuffix("-DE")))
    code, output = run("brand-draw", "2024")
    assert (code, "Nothing was drawn now" in output) == (0, False)
    assert f"1 {drawn} reviewed 1 reviewed, 0 outstanding." in output


def test_drawing_again_says_that_the_first_draw_stands(stack: World) -> None:
    run("brand-draw", "2024", "--seed", "first", "--by", "M. Brand")
    code, output = run("brand-draw", "2024", "--seed", "second", "--by", "N. Brand")
    assert code == 0
    assert "Nothing was drawn now: the brand reviews of 2024 are drawn, and that draw stands." in output
    assert "by M. Brand with the seed 'first'" in output


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("2024",), "no brand reviews have been drawn for 2024"),
        (("2024", "--seed", "s"), "a draw needs both --seed and --by"),
        (("2024", "--by", "me"), "a draw needs both --seed and --by"),
        (("2025", "--seed", "s", "--by", "me"), "drawn on a day of 2025, not on 2024-03-15"),
        (("2024", "--seed", " s", "--by", "me"), "the seed must be printable text"),
    ],
)
def test_what_cannot_be_drawn_or_shown_is_refused_and_nothing_is_recorded(
    stack: World, arguments: tuple[str, ...], why: str
) -> None:
    code, output = run("brand-draw", *arguments)
    assert code == 2
    assert why in output
    assert DynamoBrandDraws(stack.program).find(2024) is None


def test_a_recorded_draw_that_does_not_follow_from_its_population_is_shown_and_fails(stack: World) -> None:
    population = [f"P{number}-DE" for number in range(1, 5)]
    draw = make_draw(DrawOrder(2024, "s", ON, "me"), population, BOOK)
    (drawn,) = draw.account_ids
    other = next(account for account in population if account != drawn)
    DynamoBrandDraws(stack.program).put(draw.model_copy(update={"account_ids": (other,)}), population)
    code, output = run("brand-draw", "2024")
    assert code == 1
    assert "seed, year and share draw other accounts from this population" in output
