"""The daily schedule, early in the morning → the accruals of each month whose booking day has come (R-5.4d)."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from partner_program.bootstrap.accruals import accruals
from partner_program.handler_support import TIME_RESERVE_MS, TimeContext, scheduled_time
from partner_program.values.errors import ProgramError

logger = Logger()
metrics = Metrics()


class AccrualsFailed(ProgramError):
    """A month is not complete; the next try goes on with what is missing."""


@metrics.log_metrics
def handler(event: dict[str, Any], context: TimeContext) -> dict[str, Any]:
    """Raises `KeyError` or `ValueError` for an event without a `scheduled_time` with its zone, `AccrualsFailed`."""
    scheduled = scheduled_time(event)
    app = accruals()
    on = app.business_date(scheduled)
    runs = app.book(on, lambda: context.get_remaining_time_in_millis() > TIME_RESERVE_MS)
    for run in runs:
        metrics.add_metric("AccrualsMade", MetricUnit.Count, run.accounts)
        metrics.add_metric("AccrualFailures", MetricUnit.Count, len(run.failures))
        for failure in run.failures:
            logger.error("account without accruals", month=run.month, account_id=failure.account_id, why=failure.reason)
    months = [{"month": run.month, "accounts": run.accounts, "complete": run.complete} for run in runs]
    logger.info("schedule done", on=on.isoformat(), months=months)
    if not all(run.complete for run in runs):
        raise AccrualsFailed(f"not complete: {', '.join(run.month for run in runs if not run.complete)}")
    return {"on": on.isoformat(), "tasks": sum(run.accounts for run in runs), "months": months}
