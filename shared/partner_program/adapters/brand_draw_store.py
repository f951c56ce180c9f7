"""Brand draws in the program table: one item a year, the population that each was drawn from beside it."""

from collections.abc import Iterator, Sequence

from partner_program.adapters.account_store import DIRECTORY, STATE
from partner_program.adapters.table import Item, Table
from partner_program.domain.brand_draw import BrandDraw
from partner_program.domain.facts import BrandReview
from partner_program.domain.tiers.account import AccountState
from partner_program.values.ids import split_account_id
from partner_program.values.tiers import Tier

_DRAWS = "DRAW#brand_reviews"
_IDS_OF_AN_ITEM = 5_000
"""An account id has at most 67 characters: so many stay below the 400 KB of an item."""


class DynamoBrandDraws:
    """The `BrandDrawStore` port on the program table."""

    def __init__(self, program: Table) -> None:
        self._table = program

    def premier_states(self) -> Iterator[AccountState]:
        """Candidates from the index over the states, then their states in batches."""
        listed = self._table.query_index(DIRECTORY, DIRECTORY, "ACCOUNT")
        candidates = [str(item["pk"]) for item in listed if item["tier"] == Tier.PREMIER.value]
        found = self._table.get_many((pk, STATE) for pk in candidates)
        for key in sorted(found):
            yield AccountState.model_validate_json(str(found[key]["body"]))

    def find(self, year: int) -> BrandDraw | None:
        """One read."""
        item = self._table.get(_DRAWS, _year(year))
        return None if item is None else BrandDraw.model_validate_json(str(item["body"]))

    def put(self, draw: BrandDraw, population: Sequence[str]) -> BrandDraw:
        """The population first, so that no draw stands without it; its keys are its digest, so no other replaces it."""
        self._table.put_many(_population_items(draw, population))
        item: Item = {"pk": _DRAWS, "sk": _year(draw.year), "kind": "brand_draw", "body": draw.model_dump_json()}
        existing = self._table.put_new(item)
        return draw if existing is None else BrandDraw.model_validate_json(str(existing["body"]))

    def population(self, draw: BrandDraw) -> Sequence[str]:
        """One query."""
        found = self._table.query(_DRAWS, prefix=f"POPULATION#{draw.population_digest}#")
        return [account for item in found for account in str(item["body"]).splitlines()]

    def brand_reviews(self, account_id: str, year: int) -> Sequence[BrandReview]:
        """One query: reviews lie in the order of their days."""
        partner_id, country = split_account_id(account_id)
        prefix = f"FACT#{BrandReview.kind}#{partner_id}#{country}#{_year(year)}-"
        found = self._table.query(f"PARTNER#{partner_id}", prefix=prefix)
        return [BrandReview.model_validate_json(str(item["body"])) for item in found]


def _year(year: int) -> str:
    return f"{year:04d}"


def _population_items(draw: BrandDraw, population: Sequence[str]) -> Iterator[Item]:
    for part, start in enumerate(range(0, len(population), _IDS_OF_AN_ITEM)):
        yield {
            "pk": _DRAWS,
            "sk": f"POPULATION#{draw.population_digest}#{part:04d}",
            "kind": "brand_draw_population",
            "body": "\n".join(population[start : start + _IDS_OF_AN_ITEM]),
        }
