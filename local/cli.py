"""`partner-program`: the command line of the one-machine runner."""

import typer

from local.account_commands import history_command, restate_command, restatements_due_command
from local.api_commands import api_app
from local.audit_commands import accruals_app, audit_app
from local.bank_details_commands import bank_details_app
from local.brand_draw_command import brand_draw_command
from local.deploy_check import deploy_check_command
from local.list_commands import rebuild_lists_command
from local.operate import reprocess_command, rulebook_clear_command, rulebook_set_command
from local.payment_commands import payments_app
from local.payout_commands import payee_app, payout_app
from local.play_command import play_command
from local.rulebook_table import rulebook_app
from local.serve import serve_command

app = typer.Typer(no_args_is_help=True)


@app.callback()
def main() -> None:
    """Run the partner program on this machine."""


app.command("play")(play_command)
app.command("serve")(serve_command)
app.command("reprocess")(reprocess_command)
app.command("rebuild-lists")(rebuild_lists_command)
app.command("brand-draw")(brand_draw_command)
app.command("history")(history_command)
app.command("restate")(restate_command)
app.command("restatements-due")(restatements_due_command)
app.command("deploy-check")(deploy_check_command)
rulebook_app.command("set")(rulebook_set_command)
rulebook_app.command("clear")(rulebook_clear_command)
app.add_typer(rulebook_app, name="rulebook")
app.add_typer(payments_app, name="payments")
app.add_typer(payout_app, name="payout")
app.add_typer(payee_app, name="payee")
app.add_typer(bank_details_app, name="bank-details")
app.add_typer(accruals_app, name="accruals")
app.add_typer(audit_app, name="audit")
app.add_typer(api_app, name="api")
