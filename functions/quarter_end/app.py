"""The daily schedule → statement tasks, one per account, for each quarter whose end or close has come."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from partner_program.bootstrap.quarter_end import quarter_end
from partner_program.handler_support import scheduled_time

logger = Logger()
metrics = Metrics()


@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Raises `KeyError` or `ValueError` for an event without a `scheduled_time` with its zone."""
    scheduled = scheduled_time(event)
    app = quarter_end()
    on = app.business_date(scheduled)
    runs = app.close(on)
    phases = [
        {"quarter": str(run.quarter), "phase": run.phase, "due_on": run.due_on.isoformat(), "tasks": run.tasks}
        for run in runs
    ]
    metrics.add_metric("StatementTasks", MetricUnit.Count, sum(run.tasks for run in runs))
    logger.info("schedule done", on=on.isoformat(), phases=phases)
    return {"on": on.isoformat(), "phases": phases}
