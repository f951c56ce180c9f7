"""`partner-program history`, `restate`, `restatements-due`: an account over time, and its frozen years restated."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from local.account_lines import applied_line, due_line, gap_lines, history_lines, restatement_lines, then_lines
from local.operate import REFUSED, StackName, deployed_stack, program_of
from local.stack import STACK_NAME
from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.state_history import DynamoStateVersions
from partner_program.use_cases.account_history import AccountHistory
from partner_program.use_cases.restate_baseline import RestateBaseline
from partner_program.values.errors import InvalidValue, ProgramError
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
    console = Console()
    with _refusing(console):
        split_account_id(account_id)
        asked_of, asked_by = _day(as_of), _day(known_on)
        program = program_of(deployed_stack(stack, console))
        states = DynamoStateVersions(program.table)
        history = AccountHistory(DynamoAccountStore(program.table), states, program.rulebook)
        if asked_of is None and asked_by is None:
            record = history.history(account_id)
            _say_all(console, [*history_lines(record), *gap_lines(record)])
            return
        known = asked_by or program.today
        if known > program.today:
            raise InvalidValue(f"{known} is still to come: today is {program.today}")
        _say_all(console, then_lines(history.at(account_id, asked_of or known, known)))


def restate_command(
    account_id: Account,
    year: Year,
    apply: Annotated[bool, typer.Option("--apply", help="Restate; without it, only look.")] = False,
    expect: Annotated[str | None, typer.Option(help="With --apply: the recomputed amount that you saw.")] = None,
    by: Annotated[str | None, typer.Option(help="With --apply: who restates; goes on record.")] = None,
    reason: Annotated[str | None, typer.Option(help="With --apply: why; goes on record.")] = None,
    stack: StackName = STACK_NAME,
) -> None:
    """Show what restating an account's frozen year would change (R-5.4d); with --apply, restate what you saw."""
    console = Console()
    with _refusing(console):
        split_account_id(account_id)
        if not apply and (expect, by, reason) != (None, None, None):
            raise InvalidValue("--expect, --by and --reason go with --apply; without it nothing is written")
        if apply and (expect is None or by is None or reason is None):
            raise InvalidValue("--apply needs --expect, --by and --reason")
        amount = None if expect is None else _amount(expect)
        program = program_of(deployed_stack(stack, console))
        restate = RestateBaseline(DynamoAccountStore(program.table), program.rulebook)
        if amount is None or by is None or reason is None:
            _say_all(console, restatement_lines(restate.preview(account_id, year, program.today)))
            return
        on = program.today
        stands = restate.apply(account_id, year, expected_amount=amount, by=by, reason=reason, on=on)
        _say_all(console, [applied_line(stands)])


def restatements_due_command(year: Year, stack: StackName = STACK_NAME) -> None:
    """List the accounts whose closed year comes to another amount than its baseline says; reads every account."""
    console = Console()
    with _refusing(console):
        program = program_of(deployed_stack(stack, console))
        restate = RestateBaseline(DynamoAccountStore(program.table), program.rulebook)
        count = 0
        for count, item in enumerate(restate.due(year, program.today), start=1):  # noqa: B007  # counted to the end
            _say_all(console, [due_line(item, year)])
        many = "1 account" if count == 1 else f"{count} accounts"
        _say_all(console, [f"{many}; look with `partner-program restate`." if count else "Nothing is due."])


def _day(text: str | None) -> date | None:
    return None if text is None else parse_date(text)


def _amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise InvalidValue(f"{text!r} is no amount: digits, and a point before the decimals")
    return Decimal(text)


@contextmanager
def _refusing(console: Console) -> Iterator[None]:
    """What the engine refuses is said, and ends the command."""
    try:
        yield
    except ProgramError as refused:
        _refuse(console, str(refused))


def _say_all(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _refuse(console: Console, why: str) -> NoReturn:
    console.print(f"refused: {why}", style="red", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(REFUSED)
