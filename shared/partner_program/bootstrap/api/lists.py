"""Composition of the lists and of the Partner Locator."""

import os

from partner_program.adapters.listing_store import DynamoListings
from partner_program.adapters.table import Table
from partner_program.bootstrap.runtime import current_clock, current_rulebook, dynamodb, program_table
from partner_program.bootstrap.settings import PartnerLocatorSettings, QueryApiSettings
from partner_program.use_cases.queries.lists import ProgramLists
from partner_program.use_cases.queries.locator import Locator


def program_lists() -> ProgramLists:
    """The lists as of the program's today: one read for the rulebook. Raises `ConfigurationError`."""
    settings = QueryApiSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    today = current_clock(settings, program, rulebook).today()
    return ProgramLists(DynamoListings(Table(dynamodb(), settings.listings_table)), rulebook, on=today)


def locator() -> Locator:
    """The Locator as of the program's today: one read for the rulebook. Raises `ConfigurationError`."""
    settings = PartnerLocatorSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    today = current_clock(settings, program, rulebook).today()
    return Locator(DynamoListings(Table(dynamodb(), settings.listings_table)), rulebook, on=today)
