"""An uploaded file in which the bank says what became of payments → payouts paid, rejected or returned; a receipt."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from partner_program.bootstrap.bank_status import BankStatus, bank_status
from partner_program.domain.payments.bank_status import Answer, StatusCode
from partner_program.domain.payments.bank_status_receipt import BankStatusReceipt, RowOutcome
from partner_program.handler_support import (
    UNREADABLE_METRIC,
    TimeContext,
    account_of,
    is_test_event,
    process_batch,
    read_upload,
)

logger = Logger()
metrics = Metrics()

_NOT_PAID = (Answer.REJECTED, Answer.RETURNED)
_KNOWN = (RowOutcome.BOOKED, RowOutcome.REPEATED)


@metrics.log_metrics
def handler(event: dict[str, Any], context: TimeContext) -> dict[str, Any]:
    """Each message of the batch on its own; the answer names those that are to come back."""
    app = bank_status()
    return process_batch(event["Records"], app.inbox, context, metrics, lambda message: _handle(app, message, context))


def _handle(app: BankStatus, message: dict[str, Any], context: TimeContext) -> None:
    if is_test_event(message):
        return
    ref = read_upload(message, app.settings.uploads_bucket, account_of(context))
    with logger.append_context_keys(object_key=ref.key, object_version=ref.version_id):
        _tell(app.ingest(ref, app.clock.today()).receipt)


def _tell(receipt: BankStatusReceipt) -> None:
    """As metrics and one line of the log: what the bank refused, and what could not be booked, a person has to see.

    Refused payments count whenever a file tells of them: the run that booked them may have broken off before this line.
    """
    booked, outcomes = receipt.booked, receipt.outcomes
    refused = sum(one.outcome in _KNOWN and one.answer in _NOT_PAID for one in receipt.results)
    metrics.add_metric("PaymentsPaid", MetricUnit.Count, booked.get(Answer.PAID, 0))
    metrics.add_metric("PaymentsRefused", MetricUnit.Count, refused)
    unread = receipt.refusal in (StatusCode.MISSING, StatusCode.NO_VERSION)
    metrics.add_metric(UNREADABLE_METRIC, MetricUnit.Count, int(unread))
    file_refused = receipt.status == "refused"
    metrics.add_metric("StatusesNotBooked", MetricUnit.Count, outcomes.get(RowOutcome.REFUSED, 0) + int(file_refused))
    logger.info("bank status", status=receipt.status, refusal=receipt.refusal, outcomes=outcomes, booked=booked)
