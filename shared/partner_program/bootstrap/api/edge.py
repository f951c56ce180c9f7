"""What the edges of the API's functions need of the world."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from partner_program.adapters.clock import utc_now
from partner_program.adapters.cursor_key import read_key
from partner_program.bootstrap.runtime import secrets
from partner_program.bootstrap.settings import ApiSettings, PartnerLocatorSettings, QueryApiSettings, RecordsApiSettings


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Which claims of a token say who somebody is, in which roles, and for which partner."""

    person: str = "username"
    roles: str = "cognito:groups"
    partner: str = "partner_id"


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """`cursor_key` is asked for when a cursor is read or made; None: no route of the function is a list of pages.

    `now` is real time, in a sandbox too.
    """

    claims: ClaimNames
    cursor_key: Callable[[], bytes] | None
    now: Callable[[], datetime]


def query_edge() -> EdgeSettings:
    """Of `functions/query_api`. Raises `ConfigurationError`."""
    settings = QueryApiSettings.read(os.environ)
    return EdgeSettings(_claims(settings), lambda: cursor_key(settings.cursor_secret), utc_now)


def records_edge() -> EdgeSettings:
    """Of `functions/records_api`. Raises `ConfigurationError`."""
    return EdgeSettings(_claims(RecordsApiSettings.read(os.environ)), None, utc_now)


def locator_edge() -> EdgeSettings:
    """Of `functions/partner_locator`. Raises `ConfigurationError`."""
    settings = PartnerLocatorSettings.read(os.environ)
    return EdgeSettings(ClaimNames(), lambda: cursor_key(settings.cursor_secret), utc_now)


def _claims(settings: ApiSettings) -> ClaimNames:
    return ClaimNames(settings.person_claim, settings.roles_claim, settings.partner_claim)


@cache
def cursor_key(secret: str) -> bytes:
    """Read once for the life of the environment: after a change of the secret, cursors of before end with it."""
    return read_key(secrets(), secret)
