"""Changed states and new statements, from the program table's stream → notices on the bus, history of states."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from partner_program.bootstrap.notifications import notifications
from partner_program.use_cases.announce import Image
from partner_program.values.errors import ProgramError

logger = Logger()
metrics = Metrics()


class AnnouncingFailed(ProgramError):
    """Some items of a batch could not be announced; the stream delivers the batch again, in halves."""


@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> None:
    """Each changed item by itself; what has been deleted announces nothing. Raises `AnnouncingFailed` at the end.

    As in account_assessment the batch fails as a whole: announcing again changes nothing, and bisecting finds the item.
    """
    announce = notifications().announce
    published, failed = 0, 0
    for change in (record["dynamodb"] for record in event["Records"] if "NewImage" in record["dynamodb"]):
        pk, sk = change["Keys"]["pk"]["S"], change["Keys"]["sk"]["S"]
        try:
            published += announce.item_changed(pk, sk, _image(change.get("OldImage")), _made_image(change["NewImage"]))
        except Exception:  # reported for this item; the others are announced all the same
            logger.exception("not announced", pk=pk, sk=sk)
            failed += 1
    metrics.add_metric("NoticesPublished", MetricUnit.Count, published)
    metrics.add_metric("ItemsNotAnnounced", MetricUnit.Count, failed)
    if failed:
        raise AnnouncingFailed(f"{failed} of {len(event['Records'])} items failed")


def _image(attributes: dict[str, Any] | None) -> Image | None:
    return _made_image(attributes) if attributes else None


def _made_image(attributes: dict[str, Any]) -> Image:
    return Image(attributes["body"]["S"], int(attributes.get("version", {"N": "0"})["N"]))
