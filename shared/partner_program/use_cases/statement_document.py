"""Documents of a final statement for people: made from what never changes, a repeat makes the same again (R-5.4d)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.rulebook import CountryNotInProgram, Rulebook
from partner_program.rulebook.answers import Region
from partner_program.use_cases.ports import AccountStore
from partner_program.values.errors import NotFound
from partner_program.values.periods import Quarter


@dataclass(frozen=True, slots=True)
class StatementToShow:
    """A final statement with what is said beside it.

    `partner_name` as it was known when the statement was made; `settled`: what earlier final statements of the year
    pay, by quarter (R-5.4a), in the statement's currency; `region` None where the country left the program since (R-9).
    """

    statement: Statement
    partner_name: str
    settled: tuple[tuple[Quarter, Decimal], ...]
    region: Region | None


class StatementRenderer(Protocol):
    """One kind of document. The same statement gives the same bytes, on any day."""

    @property
    def suffix(self) -> str:
        """The end of the file's name, with its dot."""
        ...

    @property
    def content_type(self) -> str:
        """The MIME type."""
        ...

    def render(self, shown: StatementToShow) -> bytes:
        """The file. No text of a statement or name makes it fail."""
        ...


class DocumentFiles(Protocol):
    """The results bucket, as `ObjectStore` has it."""

    def put_result(self, key: str, body: bytes, content_type: str) -> None:
        """Write, replacing what was there (older versions stay)."""
        ...


class MakeStatementDocument:
    """Idempotent: what is written follows from the statement, the names of its day, and the rulebook's contact."""

    def __init__(
        self,
        accounts: AccountStore,
        files: DocumentFiles,
        renderers: Sequence[StatementRenderer],
        rulebook: Rulebook,
    ) -> None:
        self._accounts = accounts
        self._files = files
        self._renderers = renderers
        self._rulebook = rulebook

    def __call__(self, account_id: str, quarter: Quarter) -> tuple[str, ...]:
        """Write `statements/<account>/<quarter>` in every form; the keys. Raises `NotFound` without a final statement.

        All forms are rendered before the first is written.
        """
        shown = self._shown(account_id, quarter)
        name = f"statements/{account_id}/{quarter}"
        made = [(name + each.suffix, each.render(shown), each.content_type) for each in self._renderers]
        for key, body, content_type in made:
            self._files.put_result(key, body, content_type)
        return tuple(key for key, _, _ in made)

    def _shown(self, account_id: str, quarter: Quarter) -> StatementToShow:
        statements = self._accounts.statements(account_id, Quarter(quarter.year, 1))
        finals = {item.period: item for item in statements if item.status is StatementStatus.FINAL}
        if quarter not in finals:
            raise NotFound(f"{account_id} has no final statement of {quarter}")
        statement = finals[quarter]
        return StatementToShow(
            statement=statement,
            partner_name=self._partner_name(statement),
            settled=tuple((period, finals[period].payout) for period in sorted(finals) if period < quarter),
            region=self._region(statement),
        )

    def _partner_name(self, statement: Statement) -> str:
        """Of the day on which the statement was made, so that a later change of name changes no document."""
        made_on = statement.made_on
        partner = self._accounts.facts_known_on(statement.account_id, made_on.year, made_on).partner
        return partner.name if partner else statement.partner_id

    def _region(self, statement: Statement) -> Region | None:
        rules = self._rulebook.at(max(statement.made_on, self._rulebook.in_force_from))
        try:
            return rules.region(rules.country(statement.country).region)
        except CountryNotInProgram:
            return None
