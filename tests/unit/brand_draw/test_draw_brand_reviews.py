"""Drawing once a year, and following the draw up (R-4.1.7)."""

from datetime import date
from decimal import Decimal

import pytest

from partner_program.domain.brand_draw import DrawOrder
from partner_program.domain.facts import BrandReview
from partner_program.domain.tiers.account import AccountState
from partner_program.use_cases.draw_brand_reviews import DrawAnswer, DrawBrandReviews, DrawRefused
from partner_program.use_cases.ports import StoredState
from partner_program.values.errors import NotFound
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts
from tests.fakes.brand_draws import FakeBrandDraws
from tests.fakes.records import rulebook

ON = date(2024, 2, 1)


class World:
    """Accounts P01 … P08 in Germany, all Premier unless changed; half of them are drawn."""

    def __init__(self, extra: str = "") -> None:
        self.accounts = FakeAccounts()
        self.draws = FakeBrandDraws(self.accounts)
        self.draw = DrawBrandReviews(self.draws, rulebook('"brand_alignment.draw_pct" = 50\n' + extra))
        for number in range(1, 9):
            self.hold(f"P{number:02d}")

    def hold(
        self, partner: str, tier: Tier | None = Tier.PREMIER, review: date | None = None, assessed: date = ON
    ) -> None:
        state = AccountState(
            account_id=f"{partner}-DE", partner_id=partner, country="DE", currency="EUR", assessed_on=assessed,
            edition="guide-2022", rulebook_digest="0", tier=tier, ytd_revenue=Decimal(0),
            prev_year_revenue=Decimal(0), next_review_on=review,
        )  # fmt: skip
        self.accounts.states[state.account_id] = StoredState(state, 1)

    def review(self, account_id: str, on: str) -> None:
        partner = account_id.removesuffix("-DE")
        day = date.fromisoformat(on)
        self.accounts.add(
            BrandReview(partner_id=partner, country="DE", reviewed_on=day, outcome="not_fulfilled"), partner_id=partner
        )

    def __call__(self, seed: str = "seed", by: str = "vendor", on: date = ON) -> DrawAnswer:
        return self.draw(DrawOrder(on.year, seed, on, by))


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.rule("R-4.1.7")
def test_the_draw_is_made_from_the_accounts_that_are_premier_and_is_recorded(world: World) -> None:
    world.hold("P01", Tier.ADVANCED)
    world.hold("P02", None)
    answer = world()
    assert (answer.stood_before, answer.draw.population, len(answer.draw.account_ids)) == (False, 6, 3)
    assert not {"P01-DE", "P02-DE"} & set(answer.draw.account_ids)
    assert world.draw.recorded(2024) == answer.draw
    assert world.draw.check(answer.draw) == ()


@pytest.mark.catalogue("F36")
def test_the_directory_only_finds_candidates_the_state_decides(world: World) -> None:
    world.hold("P01", Tier.ADVANCED)
    world.draws.listed = ["P01-DE", "P02-DE", "P03-DE"]
    assert list(world.draws.population(world().draw)) == ["P02-DE", "P03-DE"]


@pytest.mark.rule("R-4.1.7")
def test_drawing_again_answers_the_recorded_draw_whatever_seed_and_population(world: World) -> None:
    first = world().draw
    world.hold("P09")
    assert world("another seed", "somebody else", date(2024, 9, 9)) == DrawAnswer(first, stood_before=True)
    assert world.draw.check(first) == ()


def test_of_two_draws_at_once_one_stands_for_both(world: World) -> None:
    world.draws.before_put = lambda: world("the faster one")
    answer = world("the slower one")
    assert (answer.stood_before, answer.draw.seed) == (True, "the faster one")
    assert world.draw.check(answer.draw) == ()


def test_each_year_is_drawn_by_itself(world: World) -> None:
    assert world().draw.year == 2024
    assert world(on=date(2025, 2, 1)).draw.drawn_on == date(2025, 2, 1)


def test_a_year_in_which_nobody_is_premier_has_an_empty_draw() -> None:
    world = World()
    world.accounts.states.clear()
    draw = world().draw
    assert (draw.population, draw.account_ids, world.draw.outstanding(draw)) == (0, (), ())


@pytest.mark.rule("R-4.1.7")
@pytest.mark.parametrize(("review", "refused"), [(None, False), ("2024-01-31", True), ("2024-02-01", True),
                                                 ("2024-02-02", False)])  # fmt: skip
def test_nothing_is_drawn_while_a_premier_account_waits_for_the_daily_run(review: str | None, refused: bool) -> None:
    world = World()
    world.hold("P03", review=date.fromisoformat(review) if review else None, assessed=date(2024, 1, 15))
    if refused:
        with pytest.raises(DrawRefused, match=r"1 Premier accounts wait for the daily run of 2024-02-01 \(P03-DE\)"):
            world()
        assert world.draws.draws == {}
    else:
        assert world().draw.population == 8


def test_an_account_in_a_country_that_the_program_has_left_is_neither_drawn_nor_waited_for() -> None:
    world = World('"country.DE" = [{ from = 2024-02-01 }]\n')
    world.hold("P03", review=date(2024, 1, 20), assessed=date(2024, 1, 15))
    assert world().draw.population == 0
    stays = World('"country.DE" = [{ from = 2024-02-02 }]\n')
    assert stays().draw.population == 8


def test_only_the_first_of_many_waiting_accounts_are_named() -> None:
    world = World()
    for number in range(1, 9):
        world.hold(f"P{number:02d}", review=ON, assessed=date(2024, 1, 31))
    with pytest.raises(DrawRefused, match=r"8 Premier accounts .*\(P01-DE, P02-DE, P03-DE, P04-DE, P05-DE …\)"):
        world()


@pytest.mark.rule("R-4.1.7")
def test_outstanding_are_the_drawn_accounts_without_a_review_of_the_year_in_the_order_of_the_draw(
    world: World,
) -> None:
    draw = world().draw
    first, second, third, fourth = draw.account_ids
    world.review(first, "2023-12-31")
    world.review(second, "2024-01-01")
    world.review(third, "2024-12-31")
    world.review(fourth, "2025-01-01")
    assert world.draw.outstanding(draw) == (first, fourth)


def test_where_the_rulebook_asks_for_two_reviews_a_year_one_is_not_enough() -> None:
    world = World('"brand_alignment.reviews" = 2\n')
    draw = world().draw
    world.review(draw.account_ids[0], "2024-03-01")
    assert draw.account_ids[0] in world.draw.outstanding(draw)
    world.review(draw.account_ids[0], "2024-09-01")
    assert world.draw.outstanding(draw) == draw.account_ids[1:]


def test_a_year_that_was_not_drawn_is_named(world: World) -> None:
    with pytest.raises(NotFound, match="no brand reviews have been drawn for 2024"):
        world.draw.recorded(2024)
