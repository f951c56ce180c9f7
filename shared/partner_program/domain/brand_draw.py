"""The year's random draw of accounts whose brand alignment the vendor reviews (R-4.1.7).

Random, and yet anybody can repeat it: the accounts stand in the order of the SHA-256 of seed, year and account id, and
the first of them are drawn. So the seed alone decides, on any machine and in any language; who sees the seed before the
population cannot steer it towards one account, and who doubts the draw computes it again.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from partner_program.domain.model import Document
from partner_program.rulebook import Rulebook
from partner_program.values.errors import InvalidValue
from partner_program.values.money import ExactNumber

_TEXT_LIMIT_CHARACTERS = 200
_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class DrawOrder:
    """What the vendor asks for: the draw of a year, on a day of that year, with a seed of its own, by whom (R-4.1.7).

    Raises `InvalidValue` where the day is not in the year, or where seed or name is no printable text of 1 to 200
    characters without spaces at its ends.
    """

    year: int
    seed: str
    on: date
    by: str

    def __post_init__(self) -> None:
        if self.on.year != self.year:
            raise InvalidValue(f"the brand reviews of {self.year} are drawn on a day of {self.year}, not on {self.on}")
        for name, text in (("seed", self.seed), ("name of who draws", self.by)):
            if not (0 < len(text) <= _TEXT_LIMIT_CHARACTERS and text.isprintable() and text == text.strip()):
                wanted = f"printable text of 1 to {_TEXT_LIMIT_CHARACTERS} characters without spaces at its ends"
                raise InvalidValue(f"the {name} must be {wanted}")


class BrandDraw(Document):
    """A draw as it is recorded, once a year (R-4.1.7).

    `population` is the number of accounts that were Premier when it was drawn, `population_digest` the SHA-256 of their
    sorted ids, one a line; `account_ids` the drawn ones in the order of the draw. `share_pct` (percent) and `reviews`
    (brand reviews that a drawn account owes in the year) are the rulebook's on `drawn_on`.
    """

    year: int
    seed: str
    drawn_on: date
    drawn_by: str
    share_pct: ExactNumber
    reviews: int
    population: int
    population_digest: str
    account_ids: tuple[str, ...]
    edition: str
    rulebook_digest: str


def make_draw(order: DrawOrder, population: Iterable[str], rulebook: Rulebook) -> BrandDraw:
    """Draw from the accounts of a population, given in any order (R-4.1.7). Raises `NotInForce`."""
    accounts = sorted(set(population))
    rules = rulebook.at(order.on)
    return BrandDraw(
        year=order.year,
        seed=order.seed,
        drawn_on=order.on,
        drawn_by=order.by,
        share_pct=rules.brand_draw_pct,
        reviews=rules.brand_reviews_per_year,
        population=len(accounts),
        population_digest=population_digest(accounts),
        account_ids=_first_of(accounts, order.seed, order.year, rules.brand_draw_pct),
        edition=rulebook.edition,
        rulebook_digest=rulebook.digest,
    )


def check(draw: BrandDraw, population: Iterable[str]) -> tuple[str, ...]:
    """Derive a recorded draw again from its population: what does not agree, in words; nothing where all does."""
    accounts = sorted(set(population))
    found = []
    if len(accounts) != draw.population:
        found.append(f"the draw was made from {draw.population} accounts, not from {len(accounts)}")
    if population_digest(accounts) != draw.population_digest:
        found.append("the draw was made from other accounts: the digest of the population differs")
    if _first_of(accounts, draw.seed, draw.year, draw.share_pct) != draw.account_ids:
        found.append("seed, year and share draw other accounts from this population than the recorded ones")
    return tuple(found)


def population_digest(account_ids: Iterable[str]) -> str:
    """SHA-256 of the sorted ids, each once, one a line."""
    return hashlib.sha256("\n".join(sorted(set(account_ids))).encode()).hexdigest()


def _first_of(accounts: list[str], seed: str, year: int, share_pct: Decimal) -> tuple[str, ...]:
    """The share of the accounts, rounded up and at least one if there is any, in the order of the draw."""
    share = int((len(accounts) * share_pct / _PERCENT).to_integral_value(ROUND_CEILING))
    return tuple(sorted(accounts, key=lambda account: _lot(seed, year, account))[: max(1, share)])


def _lot(seed: str, year: int, account_id: str) -> tuple[str, str]:
    """The account's place in the draw. Ids hold no `|`, so no two of them can make one text with a year."""
    return hashlib.sha256(f"{seed}|{year}|{account_id}".encode()).hexdigest(), account_id
