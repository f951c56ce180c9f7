"""Recompute every final statement from the facts as they were known when it was made (R-5.4d)."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from partner_program.domain.accelerator.calculation import Assignment, make_statement
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.facts import AccountFacts
from partner_program.rulebook import Rulebook
from partner_program.use_cases.ports import AccountStore
from partner_program.values.errors import ProgramError

_COMPARED = (
    "currency", "quarter_revenue", "ytd_revenue", "prev_year_revenue", "eligible", "rate_pct", "rebate_base", "earned",
    "settled_before", "carried_in", "payout", "carried_out", "payable_from", "contributions",
)  # fmt: skip
"""What a statement says in numbers."""
_SAME_DAY = "; facts of the day on which it was made came after those of the day before and may be the cause"


class VerifyStatements:
    """Call it once: what differs, by statement. `checked` then tells how many were recomputed."""

    def __init__(self, accounts: AccountStore, rulebook: Rulebook) -> None:
        self._accounts = accounts
        self._rulebook = rulebook
        self.checked = 0

    def __call__(self) -> Iterator[tuple[str, str]]:
        """Which statement, and what about it."""
        for account_id in self._accounts.all_account_ids():
            finals = [one for one in self._accounts.statements(account_id) if one.status is StatementStatus.FINAL]
            for final in finals:
                self.checked += 1
                yield from ((f"{account_id} {final.period}", text) for text in self._differences(final, finals))

    def _differences(self, final: Statement, finals: Sequence[Statement]) -> Iterator[str]:
        """Those by the facts of that evening, unless by the facts of the evening before there are none.

        Whatever came on the day itself may have come before or after the statement: nothing tells.
        """
        earlier = [one for one in finals if one.period != final.period and one.made_on <= final.made_on]
        facts = self._facts(final, final.known_on or final.made_on)
        found = list(self._by(facts, final, earlier))
        if not found or (final.known_on is not None and final.known_on < final.made_on):
            yield from found
            return
        before = self._day_before(facts, final)
        if before == facts:
            yield from found
        elif list(self._by(before, final, earlier)):
            yield from (text + _SAME_DAY for text in found)

    def _facts(self, final: Statement, day: date) -> AccountFacts:
        return self._accounts.facts_known_on(final.account_id, final.year - 1, day)

    def _day_before(self, facts: AccountFacts, final: Statement) -> AccountFacts:
        """What was known when the day began, with the year that the statement's own run may have frozen."""
        before = self._facts(final, (final.known_on or final.made_on) - timedelta(days=1))
        frozen = [one for one in facts.baselines if one in before.baselines or not one.revision]
        return before.model_copy(update={"baselines": tuple(frozen)})

    def _by(self, facts: AccountFacts, final: Statement, earlier: Sequence[Statement]) -> Iterator[str]:
        under = ""
        if (final.edition, final.rulebook_digest) != (self._rulebook.edition, self._rulebook.digest):
            # the values of then may be gone: what differs may be theirs
            under = " by today's rulebook, which is another than the one it was made by"
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
