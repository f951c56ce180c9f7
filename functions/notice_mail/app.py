"""Notices from the bus, through the mail queue → one mail each to the partner's contact."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from partner_program.bootstrap.notice_mail import notice_mail
from partner_program.domain.notices.model import SOURCE
from partner_program.handler_support import UNKNOWN_MESSAGE, BadMessage, TimeContext, process_batch
from partner_program.use_cases.mail_notice import MailNotice
from partner_program.use_cases.notice_ports import CannotMail
from partner_program.values.ids import split_account_id

logger = Logger()
metrics = Metrics()


@metrics.log_metrics
def handler(event: dict[str, Any], context: TimeContext) -> dict[str, Any]:
    """Each notice of the batch on its own; the answer names those that are to come back."""
    app = notice_mail()
    return process_batch(event["Records"], app.inbox, context, metrics, lambda message: _handle(app.mail, message))


def _handle(mail: MailNotice, message: dict[str, Any]) -> None:
    account_id, notice_id = _read_notice(message)
    with logger.append_context_keys(account_id=account_id, notice_id=notice_id):
        try:
            sent = mail(account_id, notice_id)
        except CannotMail as cannot:
            raise BadMessage(cannot.reason, str(cannot)) from cannot
        metrics.add_metric("MailsSent", MetricUnit.Count, int(sent))
        metrics.add_metric("DuplicateEvents", MetricUnit.Count, int(not sent))
        logger.info("mail", sent=sent)


def _read_notice(message: dict[str, Any]) -> tuple[str, str]:
    """Which notice an event of the bus names; what else it says is not read. Raises `BadMessage`."""
    try:
        account_id, notice_id = message["detail"]["account_id"], message["detail"]["id"]
        split_account_id(account_id)
        if message["source"] != SOURCE or not isinstance(notice_id, str) or not notice_id:
            raise ValueError("not an event of ours")
    except (KeyError, TypeError, ValueError, AttributeError) as malformed:
        raise BadMessage(UNKNOWN_MESSAGE, "the message names no notice") from malformed
    return account_id, notice_id
