"""What was known at the end of a day: what stands where it stood then, and the history where it is newer (F51).

Every row ever taken is kept in the history of its fact's canonical place, with the day on which it was taken; so is
every contribution that a larger one replaced. Copies at a partner say which facts have ever concerned it.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from partner_program.adapters.fact_store import fact_of
from partner_program.adapters.table import Table
from partner_program.domain.records.history import known_on
from partner_program.domain.records.places import Fact, Place, canonical_place
from partner_program.domain.revenue import Contribution, contributions_known_on


def records_known_on(table: Table, partner_id: str, day: date) -> list[Fact]:
    """All records that concern a partner as they stood at the end of a day.

    One query of the partner's partition, and one for each partition that holds the history of something newer.
    """
    standing = [fact_of(item) for item in table.query(f"PARTNER#{partner_id}", prefix="FACT#")]
    known = [fact for fact in standing if fact.known_on <= day.isoformat()]
    newer = [canonical_place(fact.record) for fact in standing if fact.known_on > day.isoformat()]
    known += [fact for history in _histories(table, newer) if (fact := known_on(history, day))]
    return known


def revenue_known_on(
    table: Table, account_id: str, since_year: int, standing: Sequence[Contribution], day: date
) -> list[Contribution]:
    """The contributions of an account, those that stand given, as they were at the end of a day.

    One query of the account's history, if anything that stands is newer.
    """
    replaced: list[Contribution] = []
    if any(item.known_on > day for item in standing):
        kept = table.query(f"HISTORY#ACCOUNT#{account_id}", first=f"REVENUE#{since_year:04d}", last="REVENUE#9999~")
        replaced = [Contribution.model_validate_json(str(item["body"])) for item in kept]
    return contributions_known_on(standing, replaced, day)


def _histories(table: Table, places: Iterable[Place]) -> list[list[Fact]]:
    """The rows ever taken for each place; places of one partition are read together."""
    wanted: dict[str, dict[str, list[Fact]]] = {}
    for pk, sk in places:
        wanted.setdefault(pk, {})[sk] = []
    for pk, of_partition in wanted.items():
        for item in table.query(f"HISTORY#{pk}", prefix="FACT#"):
            place = str(item["sk"]).removesuffix(f"#{item['stamp']}")
            if place in of_partition:
                of_partition[place].append(fact_of(item))
    return [history for of_partition in wanted.values() for history in of_partition.values()]
