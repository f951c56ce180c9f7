"""The year's draw of accounts for a brand review: drawn once, recorded, followed up (R-4.1.7)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from partner_program.domain.brand_draw import BrandDraw, DrawOrder, check, make_draw
from partner_program.domain.facts import BrandReview
from partner_program.domain.tiers.account import AccountState
from partner_program.rulebook import Rulebook
from partner_program.values.errors import NotFound, ProgramError
from partner_program.values.tiers import Tier

_NAMED = 5
"""How many accounts an error names before it only counts the rest."""


class DrawRefused(ProgramError):
    """There can be no draw now; the message says why and what to do."""


class BrandDrawStore(Protocol):
    """Draws as they stand, and what is asked of the accounts for them."""

    def premier_states(self) -> Iterator[AccountState]:
        """States of the accounts that the directory lists as Premier, each read consistently: the state decides."""
        ...

    def find(self, year: int) -> BrandDraw | None:
        """The recorded draw of a year."""
        ...

    def put(self, draw: BrandDraw, population: Sequence[str]) -> BrandDraw:
        """Put if absent, its population with it; the draw that stands afterwards."""
        ...

    def population(self, draw: BrandDraw) -> Sequence[str]:
        """The sorted account ids that a recorded draw was made from."""
        ...

    def brand_reviews(self, account_id: str, year: int) -> Sequence[BrandReview]:
        """The brand reviews of an account that are recorded with a day of that year."""
        ...


@dataclass(frozen=True, slots=True)
class DrawAnswer:
    """The draw that stands; `stood_before` where an earlier one stands and what was asked for now was not drawn."""

    draw: BrandDraw
    stood_before: bool


class DrawBrandReviews:
    """One draw a year: asking again answers with the recorded one, whatever the seed: nobody draws until it suits."""

    def __init__(self, draws: BrandDrawStore, rulebook: Rulebook) -> None:
        self._draws = draws
        self._rulebook = rulebook

    def __call__(self, order: DrawOrder) -> DrawAnswer:
        """Draw from the accounts that are Premier, as decided up to now (R-4.1.7).

        Raises `DrawRefused` where accounts wait for the daily run of that day: their tier may be out of date.
        """
        standing = self._draws.find(order.year)
        if standing is not None:
            return DrawAnswer(standing, stood_before=True)
        population = self._premier_on(order.on)
        draw = make_draw(order, population, self._rulebook)
        standing = self._draws.put(draw, population)
        return DrawAnswer(standing, stood_before=standing != draw)

    def recorded(self, year: int) -> BrandDraw:
        """The draw of a year. Raises `NotFound`."""
        draw = self._draws.find(year)
        if draw is None:
            raise NotFound(f"no brand reviews have been drawn for {year}")
        return draw

    def outstanding(self, draw: BrandDraw) -> tuple[str, ...]:
        """The drawn accounts with fewer brand reviews recorded in the year than they owe, in the order of the draw."""
        return tuple(
            account for account in draw.account_ids if len(self._draws.brand_reviews(account, draw.year)) < draw.reviews
        )

    def check(self, draw: BrandDraw) -> tuple[str, ...]:
        """For an auditor: what does not agree when the draw is derived again from its recorded population."""
        return check(draw, self._draws.population(draw))

    def _premier_on(self, on: date) -> list[str]:
        countries = {country.code for country in self._rulebook.at(on).countries}
        # one in a country that the program has left keeps its last state, and is reviewed no more
        states = [state for state in self._draws.premier_states() if state.country in countries]
        waiting = sorted(state.account_id for state in states if _waits_for_review(state, on))
        if waiting:
            named = ", ".join(waiting[:_NAMED]) + (" …" if len(waiting) > _NAMED else "")
            raise DrawRefused(
                f"{len(waiting)} Premier accounts wait for the daily run of {on} ({named}): draw when it is done"
            )
        return sorted(state.account_id for state in states if state.tier is Tier.PREMIER)


def _waits_for_review(state: AccountState, on: date) -> bool:
    """Whether time alone could have changed the tier since the account was assessed."""
    return state.next_review_on is not None and state.assessed_on < state.next_review_on <= on
