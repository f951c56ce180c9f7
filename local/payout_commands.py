"""`partner-program payout` and `payee`: single payouts held, let go, cancelled or tried again; who is paid instead."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Protocol

import typer

from local.acting import By, InRole, Reason, office_of
from local.operate import StackName
from local.payment_lines import naming_line, payout_lines
from local.saying import refusing, say_all
from local.stack import STACK_NAME
from partner_program.domain.payments.payout import Payout
from partner_program.domain.payments.people import Actor, Role
from partner_program.use_cases.decide_payouts import DecidePayouts
from partner_program.values.errors import NotFound
from partner_program.values.ids import split_account_id
from partner_program.values.periods import Quarter, parse_date

payout_app = typer.Typer(no_args_is_help=True, help="Single payouts: hold, lift, cancel, retry (R-5.5).")
payee_app = typer.Typer(no_args_is_help=True, help="Sites that are paid instead of the headquarters (R-5.4c).")

Account = Annotated[str, typer.Argument(help="The account, as in P0001-DE.")]
Period = Annotated[str, typer.Argument(metavar="QUARTER", help="The quarter of its statement, as in 2024Q2.")]


class Decision(Protocol):
    """One of the acts on a payout."""

    def __call__(
        self, payouts: DecidePayouts, account_id: str, period: Quarter, /, *, by: Actor, on: date, reason: str
    ) -> Payout:
        """The payout after it."""
        ...


@payout_app.command("show")
def show_command(account_id: Account, stack: StackName = STACK_NAME) -> None:
    """Tell every payout of an account and the steps of its life."""
    with refusing() as console:
        split_account_id(account_id)
        payouts = office_of(stack, console).desk.book.payouts(account_id)
        if not payouts:
            raise NotFound(f"{account_id} has no payout: no final statement of it pays anything")
        say_all(console, (line for payout in payouts for line in payout_lines(payout)))


def _deciding(act: Decision) -> Callable[..., None]:
    """The command of an act."""

    def command(
        account_id: Account, period: Period, reason: Reason, by: By = None, role: InRole = Role.FINANCE,
        stack: StackName = STACK_NAME,
    ) -> None:  # fmt: skip
        with refusing() as console:
            split_account_id(account_id)
            quarter = Quarter.parse(period)
            office = office_of(stack, console)
            actor = office.actor(by, role)
            decided = act(office.desk.payouts, account_id, quarter, by=actor, on=office.today, reason=reason)
            say_all(console, payout_lines(decided))

    return command


for _name, _act, _help in (
    ("hold", DecidePayouts.hold, "Keep a payout from being paid; it stays payable later."),
    ("lift", DecidePayouts.lift_hold, "Let go a payout on hold: the next preparation collects it."),
    (
        "cancel",
        DecidePayouts.cancel,
        "Never pay a payout. It counts as settled: no later quarter pays it after all, and there is no way back.",
    ),
    (
        "retry",
        DecidePayouts.retry,
        "Pay again, to the bank details of before, what the bank has rejected or returned.",
    ),
):
    payout_app.command(_name, help=_help)(_deciding(_act))


@payee_app.command("name")
def name_command(
    account_id: Account,
    site_id: Annotated[str, typer.Argument(help="The site that is paid from now on.")],
    document: Annotated[str, typer.Option(help="The reference of the letter that names it.")],
    received_on: Annotated[str, typer.Option(help="The day on which the letter came (YYYY-MM-DD).")],
    by: By = None,
    role: InRole = Role.CHANNEL,
    stack: StackName = STACK_NAME,
) -> None:
    """Record a letter that names a site to be paid; it counts for payments that are initiated after it came."""
    with refusing() as console:
        split_account_id(account_id)
        received = parse_date(received_on)
        office = office_of(stack, console)
        naming = office.desk.payees(account_id, site_id, document, received, office.actor(by, role), office.today)
        say_all(console, [naming_line(naming)])
