"""Make one account's statement of a quarter, and first whatever earlier ones are missing (R-5.4a, R-5.4d)."""

from collections.abc import Mapping, Sequence
from datetime import date

from partner_program.domain.accelerator.calculation import Assignment, make_statement
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.facts import AccountFacts
from partner_program.domain.revenue import Baseline
from partner_program.domain.yearly_revenue import whole_year
from partner_program.rulebook import Rulebook
from partner_program.use_cases.close_quarter import Phase, close_of
from partner_program.use_cases.ports import AccountStore, StoredState
from partner_program.values.periods import Quarter, parse_date
from partner_program.values.tiers import Tier

_YEARS_LAST = 4
"""The quarter whose close freezes the year."""


class MakeStatement:
    """Idempotent: statements and baselines are put if absent, so a task may come twice, late or out of order."""

    def __init__(self, accounts: AccountStore, rulebook: Rulebook) -> None:
        self._accounts = accounts
        self._rulebook = rulebook

    def __call__(self, task: Mapping[str, str]) -> Statement | None:
        """The statement that stands for the task's quarter and phase; None where the account gets none.

        A task has `account_id`, `quarter` (`2024Q3`), `phase` (`END`, `CLOSE`) and `on`, the day of the run. Raises
        `KeyError`, `ValueError` for a task that has not.
        """
        account_id, on = task["account_id"], parse_date(task["on"])
        quarter, phase = Quarter.parse(task["quarter"]), Phase(task["phase"])
        if not self._is_concerned(account_id, quarter, phase):
            return None
        existing = self._accounts.statements(account_id)
        finals = self._finals_due(existing, quarter, phase, on)
        since = min([quarter, *finals]).year - 1
        facts, stored = self._accounts.load(account_id, since)
        work = _Work(self._accounts, self._rulebook, facts, stored, existing, on)
        for missing in finals:
            if missing.number == _YEARS_LAST:
                work.freeze(missing.year)
            work.make(missing, StatementStatus.FINAL)
        if phase is Phase.END:
            work.make(quarter, StatementStatus.PRELIMINARY)
        return work.standing(quarter, StatementStatus.PRELIMINARY if phase is Phase.END else StatementStatus.FINAL)

    def _is_concerned(self, account_id: str, quarter: Quarter, phase: Phase) -> bool:
        """Most tasks end here, after one read: an account that never was Premier has nothing but its year frozen."""
        if phase is Phase.CLOSE and quarter.number == _YEARS_LAST:
            return True
        state = self._accounts.state(account_id)
        return state is not None and any(change.to_tier is Tier.PREMIER for change in state.tier_changes)

    def _finals_due(self, existing: Sequence[Statement], quarter: Quarter, phase: Phase, on: date) -> list[Quarter]:
        """Quarters whose books have closed by now and that have no final statement, oldest first.

        From the year's first quarter on. Where the account already has a final one from the year before, from there
        on: what that year left over is carried into this one (R-5.4e).
        """
        finals = {item.period for item in existing if item.status is StatementStatus.FINAL}
        last = quarter if phase is Phase.CLOSE else quarter.previous
        start = Quarter(quarter.year, 1)
        candidate = min([start, *(final.next for final in finals if final.year == quarter.year - 1)])
        due = []
        while candidate <= last:
            closes_on = close_of(candidate, self._rulebook)
            if candidate not in finals and closes_on is not None and closes_on <= on:
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
        on: date,
    ) -> None:
        self._accounts = accounts
        self._rulebook = rulebook
        self._facts = facts
        self._state = stored.state
        self._statements = list(statements)
        self._on = on

    def standing(self, quarter: Quarter, status: StatementStatus) -> Statement | None:
        """The statement there is."""
        found = (item for item in self._statements if item.period == quarter and item.status is status)
        return next(found, None)

    def make(self, quarter: Quarter, status: StatementStatus) -> None:
        """Only for an account that is Premier on the quarter's last day (R-5.1), and only if there is none yet."""
        if self._state is None or self._state.tier_on(quarter.last_day) is not Tier.PREMIER:
            return
        if self.standing(quarter, status) is None:
            self._freeze_year_before(quarter)
            assignment = Assignment(quarter, status, self._on)
            made = make_statement(self._facts, assignment, self._statements, self._rulebook)
            self._statements.append(self._accounts.put_statement(made))

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
