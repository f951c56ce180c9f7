"""`partner-program rebuild-lists`: the lists of the API made anew from the states."""

from datetime import date

import boto3

from local.operate import Deployed, DeployedProgram, StackName, clock_of, deployed_stack, program_of
from local.saying import refusing, say_all
from local.stack import STACK_NAME
from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.clock import stamped_on
from partner_program.adapters.listing_store import DynamoListings
from partner_program.adapters.report_listing import DynamoReportListing
from partner_program.adapters.sales_store import DynamoSalesStore
from partner_program.adapters.table import Table
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.rebuild_listings import RebuildListings
from partner_program.use_cases.report_listing import ListReport


def rebuild_lists_command(stack: StackName = STACK_NAME) -> None:
    """Make the lists of accounts, cases, promotions, reports and the Locator anew; reads it all. No harm to repeat."""
    with refusing() as console:
        deployed = deployed_stack(stack, console)
        program = program_of(deployed)
        table = Table(boto3.client("dynamodb"), deployed.outputs["ListingsTable"])
        lists = DynamoListings(table)
        accounts = DynamoAccountStore(program.table)
        assess = AssessAccount(accounts, program.rulebook, clock_of(deployed, program.rulebook))
        done = RebuildListings(lists, accounts, assess)(program.today)
        many = "1 account" if done.accounts == 1 else f"{done.accounts} accounts"
        say_all(console, [f"{many}: {done.put} entries put, {done.taken_away} taken away"])
        reports = _list_reports(deployed, program, table)
        say_all(console, ["1 report listed" if reports == 1 else f"{reports} reports listed"])


def _list_reports(deployed: Deployed, program: DeployedProgram, listings: Table) -> int:
    """Each that was ever begun or refused, as it stands: how many."""
    sales = DynamoSalesStore(program.table, program.table)  # of reports it asks the program table only
    by_event = deployed.parameters["Stage"] != "sandbox"

    def received_on(stamp: str, seen_on: date) -> date:
        return stamped_on(stamp, program.rulebook.time_zone) if by_event else seen_on

    listed = ListReport(sales, DynamoReportListing(listings), received_on)
    known = sales.reports()
    for distributor_id, report_id in known:
        state = sales.state(distributor_id, report_id)
        listed(distributor_id, report_id, state.stamp if state else None, program.today)
    return len(known)
