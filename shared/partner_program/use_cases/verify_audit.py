"""Hold the audit log against itself and against what it speaks of, and every statement against its facts.

Whoever changes an entry breaks the chain; whoever cuts off its end leaves acts without an entry, whoever writes it anew
does not get the marks and the entries that were noted elsewhere; whoever changes an item behind the log's back leaves
it without an act, an act that says something else, or an act that shows nowhere.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from partner_program.domain.payments.audit import AuditEntry
from partner_program.rulebook import Rulebook
from partner_program.use_cases.payment_ports import BankStore, PaymentBook
from partner_program.use_cases.ports import AccountStore
from partner_program.use_cases.verify_acts import Shown, findings, restatement_act, shown_acts
from partner_program.use_cases.verify_batches import bank_findings, batch_findings
from partner_program.use_cases.verify_kept import Finding, Kept, Reader
from partner_program.use_cases.verify_log import log_findings
from partner_program.use_cases.verify_payouts import payout_findings
from partner_program.use_cases.verify_statements import VerifyStatements

__all__ = ["Finding", "Verification", "VerifyAudit"]


class Verification(NamedTuple):
    """How much was looked at, and what was found; nothing found: all of it holds.

    `before_log`: restatements of days before the log's first entry, which no log can prove: their number never rises.
    `head_number`, `head_digest`: the log's last entry; whoever notes them elsewhere can prove later that it was there.
    """

    entries: int
    acts: int
    statements: int
    findings: tuple[Finding, ...]
    before_log: int = 0
    head_number: int = 0
    head_digest: str = ""


class VerifyAudit:
    """Reads everything there is of money, account by account; changes nothing."""

    def __init__(self, book: PaymentBook, banks: BankStore, accounts: AccountStore, rulebook: Rulebook) -> None:
        self._book = book
        self._reader = Reader(book, banks, accounts, rulebook)
        self._accounts = accounts
        self._rulebook = rulebook

    def __call__(self, anchors: Sequence[tuple[int, str]] = ()) -> Verification:
        """The whole verification; `anchors` are numbers and digests of entries that were noted elsewhere.

        What is found is looked at once more: while it reads, others act, and what they were in the middle of is no
        finding.
        """
        first = self._look(anchors)
        if not first.findings:
            return first
        again = self._look(anchors)
        return again._replace(findings=tuple(one for one in again.findings if one in first.findings))

    def _look(self, anchors: Sequence[tuple[int, str]]) -> Verification:
        """The log, what is kept, what was entered meanwhile; the marks, and what was entered meanwhile."""
        entries = list(self._book.audit_log())
        kept = self._reader.read(entries)
        self._read_on(entries)
        marks, marked = list(self._book.marks()), len(entries)
        self._read_on(entries)
        shown = list(shown_acts(kept))
        old = _before_log(kept, entries, shown)
        acts = {entry.act.act_id: entry.act for entry in entries}
        statements = VerifyStatements(self._accounts, self._rulebook)
        found = [
            *log_findings(entries, marked, marks, anchors),
            *findings([one for one in shown if one.act_id not in old], entries),
            *payout_findings(kept),
            *bank_findings(kept),
            *batch_findings(kept, acts, self._rulebook),
            *(Finding(where, what) for where, what in statements()),
        ]
        number, digest = (entries[-1].number, entries[-1].digest) if entries else (0, "")
        return Verification(len(entries), len(shown), statements.checked, tuple(found), len(old), number, digest)

    def _read_on(self, entries: list[AuditEntry]) -> None:
        entries += self._book.audit_log(entries[-1].number if entries else 0)


def _before_log(kept: Kept, entries: Sequence[AuditEntry], shown: Sequence[Shown]) -> set[str]:
    """The ids that restatements would have which are older than the log, as a version without one has made them."""
    names = {one.act_id for one in shown} - {entry.act.act_id for entry in entries}
    first = entries[0].act.on if entries else date.max
    old = (one for one in kept.restatements if one.restated_on is not None and one.restated_on < first)
    return {restated for one in old if (restated := restatement_act(one, None).act_id) in names}
