"""The daily schedule → review tasks for the accounts for which a day has come on which time may change something."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from partner_program.bootstrap.certification_expiry import certification_expiry
from partner_program.handler_support import scheduled_time

logger = Logger()
metrics = Metrics()


@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Raises `KeyError` or `ValueError` for an event without a `scheduled_time` with its zone."""
    scheduled = scheduled_time(event)
    app = certification_expiry()
    found = app.run(app.business_date(scheduled))
    metrics.add_metric("AccountsDue", MetricUnit.Count, found.accounts)
    answer: dict[str, Any] = {
        "on": found.on.isoformat(),
        "accounts": found.accounts,
        "tasks": found.tasks,
        "last_done": found.last_done.isoformat() if found.last_done else None,
        "rulebook_changed": found.rulebook_changed,
    }
    logger.info("schedule done", **answer)
    return answer
