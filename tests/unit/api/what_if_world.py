"""An account in a program, what is asked about it, and the same facts really coming, day by day."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from partner_program.domain.facts import Record
from partner_program.domain.revenue import Contribution
from partner_program.domain.tiers.account import AccountState
from partner_program.rulebook import Rulebook
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.close_quarter import due_phases
from partner_program.use_cases.make_statement import MakeStatement
from partner_program.use_cases.queries.what_if import WhatIf, WhatIfRequest
from partner_program.use_cases.queries.what_if_answer import WhatIfAnswer
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.payments import FakePaymentBook
from tests.fakes.records import P1_DE, day, rulebook

BOOK = rulebook()


class World:
    """A program's days: facts come, accounts are assessed, quarters end and close; before today, from `since` on."""

    def __init__(self, *before: Record | Contribution, today: str, since: str = "", book: Rulebook = BOOK) -> None:
        self.book = book
        self.accounts = FakeAccounts()
        self.accounts.add(*before)
        self.today = day(today)
        closings = due_phases(day(since), self.today, book) if since else []
        for one in sorted({self.today, *(due.due_on for due in closings)}):
            self._live_through(one)

    def ask(self, *changes: Mapping[str, Any], on: str | None = None) -> WhatIfAnswer:
        asked = WhatIfRequest.model_validate({"changes": list(changes)} | ({"on": on} if on else {}))
        return WhatIf(self.accounts, self.book, FixedClock(self.today.isoformat()))(P1_DE, asked)

    def really(self, *coming: tuple[str, Record | Contribution], until: str) -> "World":
        """Another world in which facts come on their days, each day of which is lived through."""
        other = deepcopy(self)
        while True:
            arriving = [fact for known_on, fact in coming if known_on == other.today.isoformat()]
            other.accounts.add(*arriving, known_on=other.today.isoformat())
            other._live_through(other.today)
            if other.today >= day(until):
                return other
            other.today += timedelta(days=1)

    @property
    def state(self) -> AccountState:
        """As it stands; assessed on the day it is, whether or not that changes anything."""
        state = AssessAccount(self.accounts, self.book, FixedClock(self.today.isoformat()))(P1_DE)
        assert state is not None
        return state

    def _live_through(self, today: date) -> None:
        assess = AssessAccount(self.accounts, self.book, FixedClock(today.isoformat()))
        assess(P1_DE)
        for due in due_phases(today, today, self.book):
            task = {
                "account_id": P1_DE, "quarter": str(due.quarter), "phase": due.phase.value, "on": today.isoformat(),
            }  # fmt: skip
            MakeStatement(self.accounts, self.book, FakePaymentBook())(task)
            assess(P1_DE)


def told(answer: WhatIfAnswer) -> dict[str, tuple[str | None, str | None]]:
    """Differences by name."""
    return {item.what: (item.before, item.after) for item in answer.differences}


def steps(changes: Iterable[Any]) -> list[tuple[str, str]]:
    """Tier changes: day and tier."""
    return [(change.changed_on.isoformat(), str(change.to_tier)) for change in changes]
