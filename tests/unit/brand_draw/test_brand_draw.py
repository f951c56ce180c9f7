"""The draw itself: reproducible, of the right size, and open to an auditor (R-4.1.7)."""

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.brand_draw import BrandDraw, DrawOrder, check, make_draw, population_digest
from partner_program.rulebook import load_rulebook
from partner_program.values.errors import InvalidValue

ON = date(2024, 2, 1)
accounts = st.sets(st.integers(min_value=0, max_value=400).map(lambda number: f"P{number:04d}-DE"), max_size=60)


def named(count: int) -> list[str]:
    return [f"P{number:04d}-DE" for number in range(1, count + 1)]


def drawn(population: list[str], seed: str = "seed", year: int = 2024, share: str = "25") -> BrandDraw:
    book = load_rulebook(override_toml=f'"brand_alignment.draw_pct" = {share}\n')
    return make_draw(DrawOrder(year, seed, date(year, 2, 1), "vendor"), population, book)


@pytest.mark.rule("R-4.1.7")
def test_the_accounts_are_drawn_in_the_order_of_the_sha_256_of_seed_year_and_id() -> None:
    """Pinned: with another order no auditor could repeat a draw of earlier years."""
    population = named(8)
    lots = {hashlib.sha256(f"spring|2024|{account}".encode()).hexdigest(): account for account in population}
    assert drawn(population, "spring", share="100").account_ids == tuple(lots[lot] for lot in sorted(lots))
    assert drawn(population, "spring").account_ids == ("P0008-DE", "P0004-DE")


@pytest.mark.rule("R-4.1.7")
@pytest.mark.parametrize(
    ("premier", "share", "expected"),
    [
        (0, "25", 0), (1, "25", 1), (3, "25", 1), (4, "25", 1), (5, "25", 2), (8, "25", 2), (9, "25", 3),
        (100, "0", 1), (100, "1", 1), (100, "1.01", 2), (3, "99.99", 3), (3, "100", 3), (0, "100", 0),
    ],
)  # fmt: skip
def test_the_share_is_rounded_up_and_at_least_one_account_is_drawn_if_there_is_any(
    premier: int, share: str, expected: int
) -> None:
    draw = drawn(named(premier), share=share)
    assert len(draw.account_ids) == expected
    assert (draw.population, str(draw.share_pct)) == (premier, share)


@pytest.mark.rule("R-4.1.7")
@given(accounts, st.text(alphabet="abcä|# 1", min_size=1).map(lambda text: f"x{text}x"))
def test_the_same_seed_draws_the_same_accounts_whatever_order_they_come_in(population: set[str], seed: str) -> None:
    draw = drawn(sorted(population), seed)
    assert draw == drawn(sorted(population, reverse=True) + sorted(population), seed)
    assert set(draw.account_ids) <= population
    assert check(draw, population) == ()


def test_another_seed_and_another_year_draw_others() -> None:
    population = named(40)
    draws = {drawn(population, seed, year).account_ids for seed in ("a", "b") for year in (2024, 2025)}
    assert len(draws) == 4


def test_no_account_is_favoured_over_many_seeds() -> None:
    """Each of 8 accounts comes first in about one of 8 of 4000 draws: 500, give or take five standard deviations."""
    first = [drawn(named(8), f"seed {number}").account_ids[0] for number in range(4000)]
    assert all(395 <= first.count(account) <= 605 for account in named(8))


@pytest.mark.rule("R-4.1.7")
def test_an_auditor_sees_what_does_not_agree() -> None:
    draw = drawn(named(8))
    other = [*named(7), "P9999-DE"]
    swapped = draw.model_copy(update={"account_ids": draw.account_ids[::-1]})
    assert check(draw, named(8)) == ()
    assert check(draw, named(9))[0] == "the draw was made from 8 accounts, not from 9"
    assert check(draw, other)[0] == "the draw was made from other accounts: the digest of the population differs"
    assert check(swapped, named(8)) == (
        "seed, year and share draw other accounts from this population than the recorded ones",
    )


def test_the_digest_of_a_population_is_that_of_its_sorted_ids_one_a_line() -> None:
    assert population_digest(["P2-DE", "P1-DE", "P2-DE"]) == hashlib.sha256(b"P1-DE\nP2-DE").hexdigest()


def test_a_draw_says_under_which_rulebook_it_was_made() -> None:
    book = load_rulebook(override_toml='"brand_alignment.reviews" = 2\n')
    draw = make_draw(DrawOrder(2024, "s", ON, "vendor"), named(2), book)
    assert (draw.reviews, draw.edition, draw.rulebook_digest) == (2, "guide-2022", book.digest)
    assert str(draw.share_pct) == str(book.at(ON).brand_draw_pct)


@pytest.mark.parametrize("on", [date(2023, 12, 31), date(2025, 1, 1)])
def test_a_year_is_drawn_within_it(on: date) -> None:
    with pytest.raises(InvalidValue, match="on a day of 2024"):
        DrawOrder(2024, "seed", on, "vendor")
    DrawOrder(on.year, "seed", on, "vendor")


@pytest.mark.parametrize("text", ["", " ", " seed", "seed ", "two\nlines", "a\u200bb", "x" * 201])
def test_seed_and_name_are_short_printable_text(text: str) -> None:
    with pytest.raises(InvalidValue, match="the seed must be"):
        DrawOrder(2024, text, ON, "vendor")
    with pytest.raises(InvalidValue, match="the name of who draws must be"):
        DrawOrder(2024, "seed", ON, text)
    DrawOrder(2024, "x" * 200, ON, "Ä")
