"""Statements of an account: the list, one with its whole derivation, the lines behind its YTD, its documents (R-5)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.model import Document
from partner_program.domain.payments.batch import Batch
from partner_program.domain.payments.life import Life, life_of
from partner_program.domain.payments.payout import Payout, PayoutState
from partner_program.rulebook import Rulebook
from partner_program.use_cases.queries.revenue_lines import CountedLines, RevenueLine, Wanted, months_of, told
from partner_program.use_cases.queries.revenue_ports import RevenueReads
from partner_program.use_cases.report_ports import part_name
from partner_program.values.errors import NotFound
from partner_program.values.money import EXACT, ExactNumber, total
from partner_program.values.periods import Quarter

FORMATS = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}
"""Documents of a final statement, by the end of their names, with their MIME types."""


class StatementStore(Protocol):
    """Where statements are read, as `AccountStore` has it."""

    def statements(self, account_id: str, since: Quarter | None = None) -> Sequence[Statement]:
        """Statements of an account from a quarter on, in order of quarter, preliminary before final. One query."""
        ...


class PayoutReads(Protocol):
    """Where payouts and batches are read, as `PaymentBook` has it."""

    def payout(self, account_id: str, period: Quarter) -> Payout | None:
        """One read."""
        ...

    def payouts(self, account_id: str) -> Sequence[Payout]:
        """All payouts of an account, by quarter. One query."""
        ...

    def batch(self, batch_id: str) -> Batch | None:
        """One read."""
        ...


class DocumentReads(Protocol):
    """The results bucket."""

    def read(self, key: str) -> bytes | None:
        """What stands under a key; None where nothing does."""
        ...


class StatementInShort(Document):
    """A statement in one row. Amounts are in `currency`; `life` is where it stands between being made and paid."""

    period: str
    status: StatementStatus
    life: Life
    currency: str
    ytd_revenue: ExactNumber
    prev_year_revenue: ExactNumber
    eligible: bool
    rate_pct: ExactNumber
    rebate_base: ExactNumber
    earned: ExactNumber
    settled_before: ExactNumber
    payout: ExactNumber
    payable_from: date
    reason: str
    made_on: date


class StatementsPage(Document):
    """Statements by quarter, the preliminary one before the final one."""

    account_id: str
    items: tuple[StatementInShort, ...]
    next_cursor: str | None


class StatementShown(Document):
    """A statement with its whole derivation, step by step. `documents` are the forms that it is to be had in."""

    period: str
    life: Life
    statement: Statement
    documents: tuple[str, ...]


class StatementLines(Document):
    """The lines behind the YTD of a statement, as they were known when it was made.

    All pages together have `lines` lines and `credit`; with `opening_revenue` that is `ytd_revenue`, unless `complete`
    is false: then lines came on the statement's own day after it, or were recorded before the program kept which of a
    report's lines were known when. A page may have fewer lines than asked for: the list ends where `next_cursor` is
    null.
    """

    account_id: str
    period: str
    status: StatementStatus
    currency: str
    ytd_revenue: ExactNumber
    opening_revenue: ExactNumber | None
    credit: ExactNumber
    lines: int
    complete: bool
    items: tuple[RevenueLine, ...]
    next_cursor: str | None


class Statements:
    """Reads only."""

    def __init__(
        self, accounts: StatementStore, payments: PayoutReads, documents: DocumentReads, reads: RevenueReads,
        lines: CountedLines, rulebook: Rulebook,
    ) -> None:  # fmt: skip
        self._accounts = accounts
        self._payments = payments
        self._documents = documents
        self._reads = reads
        self._lines = lines
        self._rulebook = rulebook

    def all(self, account_id: str, *, position: str | None, limit: int) -> StatementsPage:
        """All statements of an account. Two queries, and a read for each batch that payouts of the page wait in."""
        since = Quarter.parse(position.partition("#")[0]) if position else None
        found = [item for item in self._accounts.statements(account_id, since) if _name(item) >= (position or "")]
        page = found[:limit]
        payouts = {item.period: item for item in self._payments.payouts(account_id)} if page else {}
        lives = self._lives(page, payouts)
        following = found[limit] if len(found) > limit else None
        return StatementsPage(
            account_id=account_id,
            items=tuple(_in_short(item, life) for item, life in zip(page, lives, strict=True)),
            next_cursor=_name(following) if following else None,
        )

    def one(self, account_id: str, period: Quarter, status: StatementStatus | None = None) -> StatementShown:
        """The final statement of a quarter; the preliminary one where it is asked for, or there is no other.

        One query and at most two reads. Raises `NotFound`.
        """
        statement = self._statement(account_id, period, status)
        is_final = statement.status is StatementStatus.FINAL
        payout = self._payments.payout(account_id, period) if is_final else None
        life = self._lives([statement], {period: payout} if payout else {})[0]
        return StatementShown(
            period=str(period), life=life, statement=statement, documents=tuple(FORMATS) if is_final else ()
        )

    def lines(
        self, account_id: str, period: Quarter, status: StatementStatus | None, *, position: str | None, limit: int
    ) -> StatementLines:
        """A page of the lines behind a statement's YTD; `next_cursor` is a position.

        It names the statement: without `status` the list ends as that which it began with, though the final one may
        have been made meanwhile.
        Reads: five for the statement and what was known, one for each month, and those of the claims of `limit`
        invoices. Raises `NotFound`.
        """
        named, _, at = (position or "").partition("|")
        statement = self._statement(account_id, period, StatementStatus(named) if named else status)
        year = self._reads.year_known_on(account_id, statement.year, statement.known_on or statement.made_on)
        months = months_of(statement.year, last=3 * statement.quarter)
        known = [item for item in year.contributions if item.month in months]
        wanted = Wanted(account_id, months, None, {(item.month, part_name(item)): item.lines for item in known})
        found = self._lines.page(wanted, at or None, limit)
        opening = year.opening.sales_revenue if year.opening else None
        credit = total(item.credit for item in known)
        is_all = EXACT.add(opening or Decimal(0), credit) == statement.ytd_revenue
        return StatementLines(
            account_id=account_id,
            period=str(period),
            status=statement.status,
            currency=statement.currency,
            ytd_revenue=statement.ytd_revenue,
            opening_revenue=opening,
            credit=credit,
            lines=sum(item.lines for item in known),
            complete=is_all and not found.lacking,
            items=tuple(told(line, self._rulebook) for line in found.lines),
            next_cursor=f"{statement.status}|{found.next}" if found.next else None,
        )

    def document(self, account_id: str, period: Quarter, form: str) -> tuple[bytes, str]:
        """A document of a final statement, and its MIME type. One read. Raises `NotFound`, also before it is made."""
        content_type = FORMATS.get(form)
        body = self._documents.read(f"statements/{account_id}/{period}.{form}") if content_type else None
        if content_type is None or body is None:
            raise NotFound("There is no such document.")
        return body, content_type

    def _statement(self, account_id: str, period: Quarter, status: StatementStatus | None) -> Statement:
        of_quarter = [item for item in self._accounts.statements(account_id, period) if item.period == period]
        wanted = [item for item in of_quarter if status in (None, item.status)]
        if not wanted:
            raise NotFound("There is no such statement.")
        return wanted[-1]

    def _lives(self, statements: Sequence[Statement], payouts: Mapping[Quarter, Payout]) -> list[Life]:
        waiting = [payouts[item.period] for item in statements if item.period in payouts]
        batches = self._batches(waiting)
        return [
            life_of(item, payout := payouts.get(item.period), batches.get(payout.batch_id or "") if payout else None)
            for item in statements
        ]

    def _batches(self, payouts: Iterable[Payout]) -> dict[str, Batch]:
        ids = {item.batch_id for item in payouts if item.state is PayoutState.IN_BATCH and item.batch_id}
        found = {batch_id: self._payments.batch(batch_id) for batch_id in sorted(ids)}
        return {batch_id: batch for batch_id, batch in found.items() if batch}


def _name(statement: Statement) -> str:
    """Sorts as the list does: the preliminary statement of a quarter is before the final one."""
    return f"{statement.period}#{int(statement.status is StatementStatus.FINAL)}"


def _in_short(statement: Statement, life: Life) -> StatementInShort:
    same = {name: getattr(statement, name) for name in StatementInShort.model_fields if name not in ("period", "life")}
    return StatementInShort(period=str(statement.period), life=life, **same)
