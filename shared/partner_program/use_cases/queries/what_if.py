"""What if: the account on a day, without and with what somebody supposes (R-3, R-4.1, R-5). Nothing is stored.

The engine itself runs twice over the account in memory: assessments day by day, final statements and frozen years when
books close. So the answer is what it would do if these facts really came, and nothing else came.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import Annotated

from pydantic import Field

from partner_program.domain.accelerator.calculation import Assignment, changes_balance, make_statement
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.asked import AskedWrongly, Day, Mistake
from partner_program.domain.model import Document
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.what_if.changes import MOST_CHANGES, Change
from partner_program.domain.what_if.suppose import Frame, Supposed, supposed_facts
from partner_program.rulebook import CountryNotInProgram, Rulebook
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.close_quarter import Phase, close_of, due_phases
from partner_program.use_cases.make_statement import MakeStatement
from partner_program.use_cases.ports import AccountStore, Clock
from partner_program.use_cases.queries.what_if_account import AsItStands, NoPayouts, OnDay, SupposedAccount, TooMuchWork
from partner_program.use_cases.queries.what_if_answer import (
    AccountOutcome,
    QuarterOutcome,
    QuarterStatus,
    WhatIfAnswer,
    differences,
    outcome_of,
    rebate_of_statement,
)
from partner_program.values.errors import InvalidValue, NotFound
from partner_program.values.periods import Quarter, add_months
from partner_program.values.tiers import Tier

HORIZON_MONTHS = 36
"""How far ahead a day may be asked about: each day until then may be one on which something is decided."""


class WhatIfRequest(Document):
    """What is supposed, and the day to tell the account of; without `on`, today.

    Each supposed fact becomes known on its own day, or today where that has passed; the revenue of a month on its last
    day, or on `on`.
    """

    on: Day | None = None
    changes: Annotated[list[Change], Field(min_length=1, max_length=MOST_CHANGES)]


class WhatIf:
    """Four reads, whatever is asked: the state, the partner's facts, the account's revenue, and its statements."""

    def __init__(self, accounts: AccountStore, rulebook: Rulebook, clock: Clock) -> None:
        self._accounts = accounts
        self._rulebook = rulebook
        self._clock = clock

    def __call__(self, account_id: str, asked: WhatIfRequest) -> WhatIfAnswer:
        """The account before and after.

        Raises `AskedWrongly` with every mistake of the request, `NotFound` for an account that does not exist,
        `CountryNotInProgram` where the program does not run in its country.
        """
        stands = self._read(account_id)
        today, on = stands.today, self._day(asked.on, stands.today)
        currency = self._rulebook.at(today).country(stands.facts.country).currency
        supposed = supposed_facts(asked.changes, Frame(stands.facts, self._rulebook, currency, today, on))
        try:
            before, after = (self._outcome(stands, facts, on) for facts in ((), supposed))
        except TooMuchWork as reached:
            raise AskedWrongly([Mistake("/on", "too_far", f"{reached}, not further: choose an earlier day")]) from None
        return WhatIfAnswer(
            account_id=account_id,
            currency=currency,
            today=today,
            on=on,
            before=before,
            after=after,
            differences=differences(before, after),
            notes=(*_notes(stands), *self._without_rebate(stands.facts.country, currency, before)),
        )

    def _read(self, account_id: str) -> AsItStands:
        """All that the calculation rests on. No day goes back behind the last assessment, nor the rulebook's start."""
        today = max(self._clock.today(), self._rulebook.in_force_from)
        since = _first_open(today, self._rulebook).year - 2
        facts, stored = self._accounts.load(account_id, since)
        if stored.state is None and not facts.sites:
            raise NotFound("There is no such account.")
        # of every year: a balance is carried until a rebate settles it (R-5.4e)
        statements = tuple(self._accounts.statements(account_id))
        if stored.state is not None:
            today = max(today, stored.state.assessed_on)
        return AsItStands(facts, stored.state, statements, today)

    def _day(self, asked: date | None, today: date) -> date:
        last = add_months(today, HORIZON_MONTHS)
        if asked is not None and not today <= asked <= last:
            raise AskedWrongly([Mistake("/on", "out_of_range", f"the day is from today, {today}, to {last}")])
        return asked or today

    def _outcome(self, stands: AsItStands, supposed: Sequence[Supposed], on: date) -> AccountOutcome:
        account = SupposedAccount(stands, supposed)
        state = self._brought_up(account, stands, on)
        first, last = _first_open(stands.today, self._rulebook), Quarter.of(on)
        quarters = [first]
        while quarters[-1] < last:
            quarters.append(quarters[-1].next)
        return outcome_of(state, stands.today, tuple(self._told(quarters, account, state, on)))

    def _brought_up(self, account: SupposedAccount, stands: AsItStands, on: date) -> AccountState:
        """From closing of books to closing of books: before each the day's assessment, after it once more."""
        name = stands.facts.account_id
        closes = [due for due in due_phases(stands.today, on, self._rulebook) if due.phase is Phase.CLOSE]
        state = None
        for day in sorted({stands.today, on, *(due.due_on for due in closes)}):
            account.day = day
            assess = AssessAccount(account, self._rulebook, OnDay(day))
            state = assess(name, day)
            tasks = [
                {"account_id": name, "quarter": str(due.quarter), "phase": due.phase.value, "on": day.isoformat()}
                for due in closes
                if due.due_on == day
            ]
            for task in tasks:
                with suppress(CountryNotInProgram):  # a quarter on whose last day the program has left pays nothing
                    MakeStatement(account, self._rulebook, NoPayouts())(task)
            state = assess(name, day) if tasks else state
        if state is None:
            raise CountryNotInProgram(f"the program does not run in this country on {on.isoformat()}")
        return state

    def _told(
        self, quarters: Sequence[Quarter], account: SupposedAccount, state: AccountState, on: date
    ) -> Iterator[QuarterOutcome]:
        """Quarter by quarter, but for those that were over before the rulebook began.

        What an expected quarter pays or leaves over is settled before the next, as it will be (R-5.4a, R-5.4e): both
        may be open, for the days between a quarter's end and the closing of its books.
        """
        stated = list(account.statements(state.account_id))
        finals = {item.period: item for item in stated if item.status is StatementStatus.FINAL}
        for quarter in quarters:
            closes_on = close_of(quarter, self._rulebook)
            if closes_on is None:
                continue
            if quarter in finals:
                yield _outcome(quarter, QuarterStatus.FINAL, finals[quarter])
            elif closes_on <= on:
                yield _outcome(quarter, QuarterStatus.NONE, None)
            else:
                try:
                    expected = self._expected(quarter, account, state, on, stated)
                except (CountryNotInProgram, InvalidValue):
                    yield _outcome(quarter, QuarterStatus.NONE, None)
                    continue
                yield _outcome(quarter, QuarterStatus.EXPECTED, expected)
                if expected.premier or changes_balance(expected, stated):
                    stated.append(expected)

    def _without_rebate(self, country: str, currency: str, told: AccountOutcome) -> Iterator[str]:
        """Of each quarter on whose last day the program is not there any more, or has another currency."""
        for item in told.quarters:
            last_day = Quarter.parse(item.quarter).last_day
            try:
                then = self._rulebook.at(last_day).country(country).currency
            except CountryNotInProgram as outside:
                yield f"no rebate for {item.quarter}: {outside}"
            else:
                if then != currency:
                    yield f"no rebate for {item.quarter}: accounts there are kept in {then} on {last_day}"

    def _expected(
        self, quarter: Quarter, account: SupposedAccount, state: AccountState, on: date, stated: Sequence[Statement]
    ) -> Statement:
        """The final statement of a quarter, if nothing more became known after `on`."""
        facts = account.facts_known_on(state.account_id, quarter.year - 1, on)
        premier = state.tier_on(min(quarter.last_day, on)) is Tier.PREMIER
        return make_statement(
            facts, Assignment(quarter, StatementStatus.FINAL, on, premier=premier), stated, self._rulebook
        )


def _first_open(today: date, rulebook: Rulebook) -> Quarter:
    """The first quarter whose books do not close before today."""
    quarter = Quarter.of(today)
    while (closes_on := close_of(quarter.previous, rulebook)) is not None and closes_on >= today:
        quarter = quarter.previous
    return quarter


def _outcome(quarter: Quarter, status: QuarterStatus, statement: Statement | None) -> QuarterOutcome:
    rebate = rebate_of_statement(statement) if statement else None
    return QuarterOutcome(quarter=str(quarter), status=status, rebate=rebate)


def _notes(stands: AsItStands) -> Sequence[str]:
    """What the answer rests on beside the facts."""
    due = stands.state.next_review_on if stands.state else None
    if due is None or due >= stands.today:
        return ()
    return (f"The review due on {due} has not been made yet: the days since are told by what is known today.",)


__all__ = ["HORIZON_MONTHS", "WhatIf", "WhatIfRequest"]
