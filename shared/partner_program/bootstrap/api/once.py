"""Composition of what makes acts happen once."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from partner_program.adapters.clock import utc_now
from partner_program.adapters.request_log import DynamoRequestLog
from partner_program.adapters.table import Table
from partner_program.bootstrap.runtime import current_clock, current_rulebook, dynamodb, program_table
from partner_program.bootstrap.settings import RecordsApiSettings
from partner_program.use_cases.idempotency import Moment, RequestLog


@dataclass(frozen=True, slots=True)
class Once:
    """`now` is asked for a request's first try only."""

    log: RequestLog
    now: Callable[[], Moment]


def once() -> Once:
    """Raises `ConfigurationError`."""
    settings = RecordsApiSettings.read(os.environ)
    return Once(DynamoRequestLog(Table(dynamodb(), settings.requests_table)), lambda: _now(settings))


def _now(settings: RecordsApiSettings) -> Moment:
    program = program_table(settings)
    clock = current_clock(settings, program, current_rulebook(settings, program))
    # Real time, in a sandbox too: the stamps of records are compared with those of uploads, which S3 makes.
    return Moment(utc_now(), clock.today())
