"""Changed states and new statements, from the program table's stream → notices on the bus, history of states, lists."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from partner_program.bootstrap.notifications import notifications
from partner_program.use_cases.announce import Image
from partner_program.values.errors import ProgramError

logger = Logger()
metrics = Metrics()


class AnnouncingFailed(ProgramError):
    """Some items of a batch could not be announced or listed; the stream delivers the batch again, in halves."""


@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> None:
    """Each changed item by itself; what has been deleted announces nothing. Raises `AnnouncingFailed` at the end.

    As in account_assessment the batch fails as a whole: announcing and listing again change nothing, and bisecting
    finds the item. An item that cannot be announced is listed all the same, and the other way round. Lists are written
    for all items together.
    """
    app = notifications()
    published, listed, failed = 0, 0, 0
    for change in (record["dynamodb"] for record in event["Records"]):
        key = change["Keys"]["pk"]["S"], change["Keys"]["sk"]["S"]
        old, new = _image(change.get("OldImage")), _image(change.get("NewImage"))
        entries = _tried("not listed", app.listings.item_changed, *key, old, new)
        notices = _tried("not announced", app.announce.item_changed, *key, old, new) if new else 0
        published += notices or 0
        listed += entries or 0
        failed += notices is None or entries is None
    app.listings.write()
    metrics.add_metric("NoticesPublished", MetricUnit.Count, published)
    metrics.add_metric("ListEntriesChanged", MetricUnit.Count, listed)
    metrics.add_metric("ItemsNotAnnounced", MetricUnit.Count, failed)
    if failed:
        raise AnnouncingFailed(f"{failed} of {len(event['Records'])} items failed")


def _tried(else_say: str, act: Callable[..., int], pk: str, sk: str, *images: Image | None) -> int | None:
    """How much it did; None where it failed, which is reported for this item: the others are done all the same."""
    try:
        return act(pk, sk, *images)
    except Exception:
        logger.exception(else_say, pk=pk, sk=sk)
        return None


def _image(attributes: dict[str, Any] | None) -> Image | None:
    if attributes is None:
        return None
    return Image(attributes["body"]["S"], int(attributes.get("version", {"N": "0"})["N"]))
