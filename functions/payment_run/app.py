"""The daily schedule, or somebody who asks for one batch → approved batches released: payment files, once."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from partner_program.bootstrap.payment_run import payment_run
from partner_program.domain.payments.batch import Batch
from partner_program.handler_support import BadMessage, read_release, refusal, scheduled_time
from partner_program.use_cases.decide_batches import DigestDiffers
from partner_program.use_cases.release_payments import REFUSALS, BankDetailsUnusable
from partner_program.values.errors import ProgramError
from partner_program.values.money import plain

logger = Logger()
metrics = Metrics()


class BatchesStuck(ProgramError):
    """Batches could be neither released nor voided; the others are done. Lambda tries again, then sets it aside."""


@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """All that is approved, or the batch that `release` names. Raises `BatchesStuck`, `KeyError`, `ValueError`."""
    return _release(event) if "release" in event else _daily(event)


def _daily(event: dict[str, Any]) -> dict[str, Any]:
    app = payment_run()
    on = app.business_date(scheduled_time(event))
    run = app.payments.daily(on)
    for outcome, batches in (("Released", run.released), ("Voided", run.voided), ("Stuck", run.stuck)):
        metrics.add_metric(f"Batches{outcome}", MetricUnit.Count, len(batches))
    unpaid = [one._asdict() for one in (*run.voided, *run.stuck)]
    released = [_told(batch) for batch in run.released]
    logger.info("schedule done", on=on.isoformat(), released=released, unpaid=unpaid, audit_head=app.anchor(on))
    if run.stuck:
        raise BatchesStuck(", ".join(one.batch_id for one in run.stuck))
    return {"on": on.isoformat(), "tasks": len(released) + len(unpaid), "batches": released, "voided": unpaid}


def _release(event: dict[str, Any]) -> dict[str, Any]:
    """A refusal is an answer, not an error: nothing is tried again."""
    app = payment_run()
    try:
        batch_id, by = read_release(event)
        batch = app.payments.release(batch_id, by=by, on=app.clock.today())
    except (BadMessage, *REFUSALS) as refused:
        voided = isinstance(refused, DigestDiffers | BankDetailsUnusable)
        metrics.add_metric("BatchesVoided", MetricUnit.Count, int(voided))
        return refusal(refused)
    metrics.add_metric("BatchesReleased", MetricUnit.Count, 1)
    return _told(batch)


def _told(batch: Batch) -> dict[str, str]:
    told = {"batch_id": batch.batch_id, "status": batch.status.value, "folder": batch.folder}
    return told | {"total": plain(batch.total), "currency": batch.currency}
