"""Make one account's statement of a quarter, and first whatever earlier ones are missing (R-5.4a, R-5.4d)."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Protocol

from partner_program.domain.accelerator.calculation import Assignment, changes_balance, make_statement
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.facts import AccountFacts
from partner_program.domain.payments.payout import Payout, payout_of
from partner_program.domain.revenue import Baseline
from partner_program.domain.yearly_revenue import whole_year
from partner_program.rulebook import Rulebook
from partner_program.use_cases.close_quarter import Phase, close_of
from partner_program.use_cases.ports import AccountStore, StoredState
from partner_program.values.errors import VersionConflict
from partner_program.values.periods import Quarter, parse_date
from partner_program.values.tiers import Tier

TRIES = 5
"""How often an account's statements are decided on anew because another task of it was faster."""
_YEARS_LAST = 4
"""The quarter whose close freezes the year."""


class PayoutStarts(Protocol):
    """Of the `PaymentBook`, what it takes to start payouts."""

    def payouts(self, account_id: str) -> Sequence[Payout]:
        """All payouts of an account, by quarter."""
        ...

    def put_payout(self, payout: Payout) -> bool:
        """Write a step that is no act of a person, on condition of the version before. False: it does not hold."""
        ...


class MakeStatement:
    """Idempotent: whatever it writes is put if absent, so a task may come twice, late or out of order."""

    def __init__(self, accounts: AccountStore, rulebook: Rulebook, book: PayoutStarts) -> None:
        self._accounts = accounts
        self._rulebook = rulebook
        self._book = book

    def __call__(self, task: Mapping[str, str]) -> Statement | None:
        """The statement that stands for the task's quarter and phase; None where the account gets none.

        A task has `account_id`, `quarter` (`2024Q3`), `phase` (`END`, `CLOSE`) and `on`, the day of the run. Raises
        `KeyError`, `ValueError` for a task that has not; `VersionConflict` where another task of the account was
        faster, try after try.
        """
        account_id, on = task["account_id"], parse_date(task["on"])
        quarter, phase = Quarter.parse(task["quarter"]), Phase(task["phase"])
        for _ in range(TRIES):
            if not self._is_concerned(account_id, quarter, phase):
                return None
            with suppress(VersionConflict):
                return self._make(account_id, quarter, phase, on)
        raise VersionConflict(f"{account_id} was given other final statements, try after try")

    def _make(self, account_id: str, quarter: Quarter, phase: Phase, on: date) -> Statement | None:
        finals_version = self._accounts.finals_version(account_id)
        existing = self._accounts.statements(account_id)
        self._start_payouts(account_id, [item for item in existing if item.year >= quarter.year - 1])
        finals = self._finals_due(existing, quarter, phase, on)
        since = min([quarter, *finals]).year - 1
        facts, stored = self._accounts.load(account_id, since)
        work = _Work(self._accounts, self._rulebook, facts, stored, existing, finals_version, on)
        for missing in finals:
            if missing.number == _YEARS_LAST:
                work.freeze(missing.year)
            made = work.make(missing, StatementStatus.FINAL)
            self._start_payouts(account_id, [made] if made else [])
        if phase is Phase.END:
            work.make(quarter, StatementStatus.PRELIMINARY)
        return work.standing(quarter, StatementStatus.PRELIMINARY if phase is Phase.END else StatementStatus.FINAL)

    def _start_payouts(self, account_id: str, statements: Iterable[Statement]) -> None:
        """What a final statement pays goes on its way; also of one that an interrupted run left without (R-5.4)."""
        wanted = [payout for item in statements if (payout := payout_of(item))]
        if wanted:
            there = {payout.period for payout in self._book.payouts(account_id)}
            for payout in wanted:
                if payout.period not in there:
                    self._book.put_payout(payout)

    def _is_concerned(self, account_id: str, quarter: Quarter, phase: Phase) -> bool:
        """Most tasks end here, after one read: an account that never was Premier has nothing but its year frozen."""
        if phase is Phase.CLOSE and quarter.number == _YEARS_LAST:
            return True
        state = self._accounts.state(account_id)
        return state is not None and any(change.to_tier is Tier.PREMIER for change in state.tier_changes)

    def _finals_due(self, existing: Sequence[Statement], quarter: Quarter, phase: Phase, on: date) -> list[Quarter]:
        """Quarters whose books have closed by now and that have no final statement, oldest first.

        From the year's first quarter on. Where the account already has a final one from the year before, from there
        on: what that year left over is carried into this one (R-5.4e). None before a later one of its year: that has
        paid for the whole year up to there.
        """
        finals = {item.period for item in existing if item.status is StatementStatus.FINAL}
        last = quarter if phase is Phase.CLOSE else quarter.previous
        start = Quarter(quarter.year, 1)
        candidate = min([start, *(final.next for final in finals if final.year == quarter.year - 1)])
        due = []
        while candidate <= last:
            closes_on = close_of(candidate, self._rulebook)
            paid_for = any(final.year == candidate.year and final >= candidate for final in finals)
            if not paid_for and closes_on is not None and closes_on <= on:
                due.append(candidate)
            candidate = candidate.next
        return due


class _Work:
    """One account's statements while a task is worked off."""

    def __init__(
        self,
        accounts: AccountStore,
        rulebook: Rulebook,
        facts: AccountFacts,
        stored: StoredState,
        statements: Sequence[Statement],
        finals_version: int,
        on: date,
    ) -> None:
        self._accounts = accounts
        self._rulebook = rulebook
        self._facts = facts
        self._state = stored.state
        self._statements = list(statements)
        self._finals_version = finals_version
        self._on = on

    def standing(self, quarter: Quarter, status: StatementStatus) -> Statement | None:
        """The statement there is."""
        found = (item for item in self._statements if item.period == quarter and item.status is status)
        return next(found, None)

    def make(self, quarter: Quarter, status: StatementStatus) -> Statement | None:
        """The statement that stands, made if there is none yet; None for an account that gets none.

        One that is Premier on the quarter's last day always gets one (R-5.1); any other a final one, if its year's
        revenue no longer supports what was settled (R-5.4e).
        """
        standing = self.standing(quarter, status)
        if standing is not None or self._state is None:
            return standing
        if self._state.tier_on(quarter.last_day) is Tier.PREMIER:
            self._freeze_year_before(quarter)
            assignment = Assignment(quarter, status, self._on)
            return self._put(make_statement(self._facts, assignment, self._statements, self._rulebook))
        return self._take_back(quarter) if status is StatementStatus.FINAL else None

    def _take_back(self, quarter: Quarter) -> Statement | None:
        """By what was known at the quarter's close: a task that comes again finds what it found, and nothing to do.

        Or later, where the year's last final statement or its baseline were made later: it rests on no less than they.
        """
        closed_on = close_of(quarter, self._rulebook)
        finals = [item for item in self._statements if item.status is StatementStatus.FINAL]
        made_on = [item.made_on for item in finals if item.year == quarter.year]
        if closed_on is None or not made_on:
            return None
        self._freeze_year_before(quarter)
        frozen_on = [item.frozen_on for item in self._facts.baselines if item.year == quarter.year - 1]
        known_on = max(closed_on, *made_on, *frozen_on)
        facts = self._accounts.facts_known_on(self._facts.account_id, quarter.year - 1, known_on)
        assignment = Assignment(quarter, StatementStatus.FINAL, self._on, premier=False, known_on=known_on)
        made = make_statement(facts, assignment, self._statements, self._rulebook)
        return self._put(made) if changes_balance(made, self._statements) else None

    def _put(self, made: Statement) -> Statement:
        """Raises `VersionConflict` where a final one was made from too little: another task has put one meanwhile.

        Whether this one was put by us or a moment ago by a twin, the count of final ones has moved on by it.
        """
        self._statements.append(self._accounts.put_statement(made, self._finals_version))
        self._finals_version += int(made.status is StatementStatus.FINAL)
        return self._statements[-1]

    def _freeze_year_before(self, quarter: Quarter) -> None:
        """Whatever came late or failed: all statements of a year rest on one baseline once there can be one."""
        year = quarter.year - 1
        closed_on = close_of(Quarter(year, _YEARS_LAST), self._rulebook)
        missing = all(item.year != year for item in self._facts.baselines)
        if missing and closed_on is not None and closed_on <= self._on:
            self.freeze(year)

    def freeze(self, year: int) -> None:
        """Freeze the year's Sales Revenue as the next year's baseline, for an account of any tier (R-5.4d)."""
        if self._state is None:
            return
        baseline = Baseline(
            account_id=self._facts.account_id,
            year=year,
            currency=self._state.currency,
            sales_revenue=whole_year(self._facts, year).amount,
            frozen_on=self._on,
        )
        stands = self._accounts.put_baseline(baseline)
        others = [item for item in self._facts.baselines if (item.year, item.revision) != (year, stands.revision)]
        self._facts = self._facts.model_copy(update={"baselines": (*others, stands)})
