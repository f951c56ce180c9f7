"""`partner-program history`, `restate`, `restatements-due`: an account over time, and its frozen years restated."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

import typer

from local.account_lines import applied_line, due_line, gap_lines, history_lines, restatement_lines, then_lines
from local.acting import By, InRole, office_of
from local.operate import StackName, deployed_stack, program_of
from local.saying import refusing, say_all
from local.stack import STACK_NAME
from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.state_history import DynamoStateVersions
from partner_program.domain.payments.people import Role
from partner_program.use_cases.account_history import AccountHistory
from partner_program.use_cases.restate_baseline import RestateBaseline
from partner_program.values.errors import InvalidValue
from partner_program.values.ids import split_account_id
from partner_program.values.periods import parse_date

_AMOUNT = re.compile(r"-?[0-9]{1,25}(?:\.[0-9]{1,12})?")

Account = Annotated[str, typer.Argument(help="The account, as in P0001-DE.")]
Year = Annotated[int, typer.Argument(help="The closed calendar year.")]


def history_command(
    account_id: Account,
    as_of: Annotated[str | None, typer.Option(help="Tell what held on this day (YYYY-MM-DD).")] = None,
    known_on: Annotated[str | None, typer.Option(help="By what was known at the end of this day; else today.")] = None,
    stack: StackName = STACK_NAME,
) -> None:
    """Tell every change of an account with its day, cause and rules; or its state as of a day, as known on a day."""
    with refusing() as console:
        split_account_id(account_id)
        asked_of, asked_by = _day(as_of), _day(known_on)
        program = program_of(deployed_stack(stack, console))
        states = DynamoStateVersions(program.table)
        history = AccountHistory(DynamoAccountStore(program.table), states, program.rulebook)
        if asked_of is None and asked_by is None:
            record = history.history(account_id)
            say_all(console, [*history_lines(record), *gap_lines(record)])
            return
        known = asked_by or program.today
        if known > program.today:
            raise InvalidValue(f"{known} is still to come: today is {program.today}")
        say_all(console, then_lines(history.at(account_id, asked_of or known, known)))


def restate_command(
    account_id: Account,
    year: Year,
    apply: Annotated[bool, typer.Option("--apply", help="Restate; without it, only look.")] = False,
    expect: Annotated[str | None, typer.Option(help="With --apply: the recomputed amount that you saw.")] = None,
    by: By = None,
    role: InRole = Role.FINANCE,
    reason: Annotated[str | None, typer.Option(help="With --apply: why; goes on record.")] = None,
    stack: StackName = STACK_NAME,
) -> None:
    """Show what restating an account's frozen year would change (R-5.4d); with --apply, restate what you saw."""
    with refusing() as console:
        split_account_id(account_id)
        if not apply and (expect, by, reason) != (None, None, None):
            raise InvalidValue("--expect, --by and --reason go with --apply; without it nothing is written")
        if apply and (expect is None or reason is None):
            raise InvalidValue("--apply needs --expect and --reason")
        amount = None if expect is None else _amount(expect)
        office = office_of(stack, console)
        desk, on = office.desk, office.today
        restate = RestateBaseline(desk.accounts, desk.rulebook, desk.book)
        if amount is None or reason is None:
            say_all(console, restatement_lines(restate.preview(account_id, year, on)))
            return
        actor = office.actor(by, role)
        stands = restate.apply(account_id, year, expected_amount=amount, by=actor, reason=reason, on=on)
        say_all(console, [applied_line(stands)])


def restatements_due_command(year: Year, stack: StackName = STACK_NAME) -> None:
    """List the accounts whose closed year comes to another amount than its baseline says; reads every account."""
    with refusing() as console:
        office = office_of(stack, console)
        restate = RestateBaseline(office.desk.accounts, office.desk.rulebook, office.desk.book)
        count = 0
        for count, item in enumerate(restate.due(year, office.today), start=1):  # noqa: B007  # counted to the end
            say_all(console, [due_line(item, year)])
        many = "1 account" if count == 1 else f"{count} accounts"
        say_all(console, [f"{many}; look with `partner-program restate`." if count else "Nothing is due."])


def _day(text: str | None) -> date | None:
    return None if text is None else parse_date(text)


def _amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise InvalidValue(f"{text!r} is no amount: digits, and a point before the decimals")
    return Decimal(text)
