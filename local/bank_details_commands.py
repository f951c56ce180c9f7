"""`partner-program bank-details`: proposed by one, confirmed or rejected by another; only the last four are ever shown.

The number of an account is no argument and no option: those end up in the history of shells and in lists of processes.
It is asked for without an echo, or read from standard input.
"""

import sys
from typing import Annotated

import typer

from local.acting import By, InRole, Reason, office_of
from local.operate import StackName
from local.payment_lines import revision_lines
from local.saying import refusing, say_all
from local.stack import STACK_NAME
from partner_program.domain.files.reject_file import masked
from partner_program.domain.payments.people import Role
from partner_program.values.errors import InvalidValue, NotFound
from partner_program.values.ids import is_id

LONGEST_INPUT = 200

bank_details_app = typer.Typer(
    no_args_is_help=True, help="Bank details of sites, and of the vendor as payer.EUR (R-5.4c)."
)

Site = Annotated[str, typer.Argument(help="The site, or payer.EUR for the vendor's own account of a currency.")]
Number = Annotated[int, typer.Argument(help="The number of the proposal, as `show` tells it.")]


@bank_details_app.command("show")
def show_command(site_id: Site, stack: StackName = STACK_NAME) -> None:
    """Tell all bank details that a site has had, masked."""
    with refusing() as console:
        _check_site(site_id)
        revisions = office_of(stack, console).desk.banks.revisions(site_id)
        if not revisions:
            raise NotFound(f"{site_id} has no bank details")
        say_all(console, (line for revision in revisions for line in revision_lines(revision)))


@bank_details_app.command("propose")
def propose_command(
    site_id: Site,
    holder: Annotated[str, typer.Option(help="Whom the account belongs to.")],
    reason: Reason,
    scheme: Annotated[str, typer.Option(help="iban, or other for a country without IBANs.")] = "iban",
    country: Annotated[str, typer.Option(help="Country of the bank (DE); an IBAN says it itself.")] = "",
    bic: Annotated[str | None, typer.Option(help="The bank; needed without an IBAN.")] = None,
    by: By = None,
    role: InRole = Role.CHANNEL,
    stack: StackName = STACK_NAME,
) -> None:
    """Propose bank details; the number is asked for, or read from standard input. Somebody else has to confirm them."""
    with refusing() as console:
        _check_site(site_id)
        office = office_of(stack, console)
        actor = office.actor(by, role)
        revision = office.desk.bank_details.propose(
            site_id, scheme, _number(), bic, country, holder, by=actor, on=office.today, reason=reason
        )
        say_all(console, revision_lines(revision))


@bank_details_app.command("confirm")
def confirm_command(
    site_id: Site, number: Number, by: By = None, role: InRole = Role.FINANCE, stack: StackName = STACK_NAME
) -> None:
    """Show a proposal of somebody else and, after a yes, confirm it: paid to after the rulebook's cooling time."""
    with refusing() as console:
        _check_site(site_id)
        office = office_of(stack, console)
        actor = office.actor(by, role)
        proposed = [one for one in office.desk.banks.revisions(site_id) if one.number == number]
        if not proposed:
            raise NotFound(f"{site_id} has no bank details with the number {number}")
        say_all(console, revision_lines(proposed[0]))
        typer.confirm(f"Confirm these bank details as {actor.person}?", abort=True)
        revision = office.desk.bank_details.confirm(site_id, number, by=actor, on=office.today)
        say_all(console, revision_lines(revision))


@bank_details_app.command("reject")
def reject_command(
    site_id: Site, number: Number, reason: Reason, by: By = None, role: InRole = Role.FINANCE,
    stack: StackName = STACK_NAME,
) -> None:  # fmt: skip
    """Reject a proposal: the bank details of before count again."""
    with refusing() as console:
        _check_site(site_id)
        office = office_of(stack, console)
        actor = office.actor(by, role)
        revision = office.desk.bank_details.reject(site_id, number, by=actor, on=office.today, reason=reason)
        say_all(console, revision_lines(revision))


def _check_site(site_id: str) -> None:
    """Before anything is asked. An IBAN given by mistake would be an id too: it is not repeated in any message."""
    if not is_id(site_id) or masked(site_id) != site_id:
        raise InvalidValue("a site is named by its id")


def _number() -> str:
    """The number of the account, from whoever types or pipes it. Raises `InvalidValue`."""
    if sys.stdin.isatty():
        given: str = typer.prompt("Number of the account", hide_input=True)
    else:
        given = sys.stdin.readline(LONGEST_INPUT)
    if not given.strip():
        raise InvalidValue("the number of the account is needed, on standard input")
    return given.strip()
