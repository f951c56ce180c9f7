"""`partner-program rebuild-lists`: the lists of the API made anew from the states."""

import boto3

from local.operate import StackName, clock_of, deployed_stack, program_of
from local.saying import refusing, say_all
from local.stack import STACK_NAME
from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.listing_store import DynamoListings
from partner_program.adapters.table import Table
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.rebuild_listings import RebuildListings


def rebuild_lists_command(stack: StackName = STACK_NAME) -> None:
    """Make the lists of accounts, cases, promotions and of the Locator anew; reads every account. No harm to repeat."""
    with refusing() as console:
        deployed = deployed_stack(stack, console)
        program = program_of(deployed)
        lists = DynamoListings(Table(boto3.client("dynamodb"), deployed.outputs["ListingsTable"]))
        accounts = DynamoAccountStore(program.table)
        assess = AssessAccount(accounts, program.rulebook, clock_of(deployed, program.rulebook))
        done = RebuildListings(lists, accounts, assess)(program.today)
        many = "1 account" if done.accounts == 1 else f"{done.accounts} accounts"
        say_all(console, [f"{many}: {done.put} entries put, {done.taken_away} taken away"])
