"""Composition of `functions/notifications`."""

import os
from dataclasses import dataclass

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.listing_store import DynamoListings
from partner_program.adapters.notice_bus import EventBridgeNotices
from partner_program.adapters.notice_store import DynamoNoticeStore
from partner_program.adapters.table import Table
from partner_program.bootstrap.runtime import dynamodb, events, program_table
from partner_program.bootstrap.settings import NotificationsSettings
from partner_program.use_cases.announce import Announce
from partner_program.use_cases.keep_listings import KeepListings


@dataclass(frozen=True, slots=True)
class Notifications:
    """What one invocation works with."""

    announce: Announce
    listings: KeepListings


def notifications() -> Notifications:
    """Raises `ConfigurationError`."""
    settings = NotificationsSettings.read(os.environ)
    program = program_table(settings)
    store = DynamoNoticeStore(program)
    announce = Announce(store, EventBridgeNotices(events(), settings.notice_bus), store)
    lists = DynamoListings(Table(dynamodb(), settings.listings_table))
    return Notifications(announce, KeepListings(lists, DynamoAccountStore(program)))
