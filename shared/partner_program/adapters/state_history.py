"""The versions of account states in the program table: what the stream's projection kept, and the one that stands."""

from collections.abc import Iterator

from partner_program.adapters.table import Item, Table
from partner_program.domain.past_states import StateVersion
from partner_program.domain.tiers.account import AccountState


class DynamoStateVersions:
    """The port `StateVersions` on `HISTORY#ACCOUNT#<id>`/`STATE#<version>` and `ACCOUNT#<id>`/`STATE`."""

    def __init__(self, program: Table) -> None:
        self._table = program

    def versions(self, account_id: str) -> Iterator[StateVersion]:
        """One query, page by page as it is asked for, and at its end one read: the projection may be a moment behind.

        The state that stands is read first where nothing is kept yet as well.
        """
        last = 0
        for item in self._table.query(f"HISTORY#ACCOUNT#{account_id}", prefix="STATE#"):
            found = _version(item)
            last = found.version
            yield found
        standing = self._table.get(f"ACCOUNT#{account_id}", "STATE")
        if standing is not None and int(standing["version"]) > last:
            yield _version(standing)


def _version(item: Item) -> StateVersion:
    state = AccountState.model_validate_json(str(item["body"]))
    return StateVersion(version=int(item["version"]), state=state)
