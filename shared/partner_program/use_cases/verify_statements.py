"""Recompute every final statement from the facts as they were known on the day it was made (R-5.4d)."""

from collections.abc import Iterator, Sequence

from partner_program.domain.accelerator.calculation import Assignment, make_statement
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.payments.payout import payout_of
from partner_program.rulebook import Rulebook
from partner_program.use_cases.payment_ports import PaymentBook
from partner_program.use_cases.ports import AccountStore
from partner_program.values.errors import ProgramError

_COMPARED = (
    "currency", "quarter_revenue", "ytd_revenue", "prev_year_revenue", "eligible", "rate_pct", "rebate_base", "earned",
    "settled_before", "carried_in", "payout", "carried_out", "payable_from", "contributions",
)  # fmt: skip
"""What a statement says in numbers."""


class VerifyStatements:
    """Call it once: what differs, by statement. `checked` then tells how many were recomputed."""

    def __init__(self, accounts: AccountStore, book: PaymentBook, rulebook: Rulebook) -> None:
        self._accounts = accounts
        self._book = book
        self._rulebook = rulebook
        self.checked = 0

    def __call__(self) -> Iterator[tuple[str, str]]:
        """Which statement, and what about it."""
        for account_id in self._accounts.all_account_ids():
            finals = [one for one in self._accounts.statements(account_id) if one.status is StatementStatus.FINAL]
            payouts = {payout.period: payout for payout in self._book.payouts(account_id)} if finals else {}
            for final in finals:
                self.checked += 1
                name = f"{account_id} {final.period}"
                yield from ((name, text) for text in self._differences(final, finals))
                wanted, standing = payout_of(final), payouts.get(final.period)
                if wanted is not None and standing is None:
                    yield name, f"it pays {final.payout:f} {final.currency} and has no payout: run its close again"
                if standing is not None and (wanted is None or standing.amount != wanted.amount):
                    yield name, f"it pays {final.payout:f} {final.currency}, its payout says {standing.amount:f}"

    def _differences(self, final: Statement, finals: Sequence[Statement]) -> Iterator[str]:
        if (final.edition, final.rulebook_digest) != (self._rulebook.edition, self._rulebook.digest):
            # the values of then may be gone: what differs may be theirs
            under = " by today's rulebook, which is another than the one it was made by"
        else:
            under = ""
        earlier = [one for one in finals if one.period < final.period]
        known_on = final.known_on or final.made_on
        facts = self._accounts.facts_known_on(final.account_id, final.year - 1, known_on)
        try:
            assignment = Assignment(final.period, final.status, final.made_on, final.premier, final.known_on)
            again = make_statement(facts, assignment, earlier, self._rulebook)
        except ProgramError as impossible:
            yield f"it cannot be computed again{under}: {impossible}"
            return
        for field in _COMPARED:
            said, now = getattr(final, field), getattr(again, field)
            if said != now and not (field == "contributions" and not said):
                yield f"{field} is {_short(said)}, computed again{under} it is {_short(now)}"


def _short(value: object) -> str:
    text = f"{len(value)} lines" if isinstance(value, tuple) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
