"""Composition of `functions/notifications`."""

import os
from dataclasses import dataclass

from partner_program.adapters.notice_bus import EventBridgeNotices
from partner_program.adapters.notice_store import DynamoNoticeStore
from partner_program.bootstrap.runtime import events, program_table
from partner_program.bootstrap.settings import NotificationsSettings
from partner_program.use_cases.announce import Announce


@dataclass(frozen=True, slots=True)
class Notifications:
    """What one invocation works with."""

    announce: Announce


def notifications() -> Notifications:
    """Raises `ConfigurationError`."""
    settings = NotificationsSettings.read(os.environ)
    store = DynamoNoticeStore(program_table(settings))
    return Notifications(Announce(store, EventBridgeNotices(events(), settings.notice_bus), store))
