"""Notices on an EventBridge bus of their own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aws_lambda_powertools.logging import Logger

from partner_program.domain.notices.model import SOURCE, AnyNotice

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

logger = Logger()


class EventBridgeNotices:
    """The `NoticeBus` port."""

    def __init__(self, client: "EventBridgeClient", bus_name: str) -> None:
        self._client = client
        self._bus_name = bus_name

    def publish(self, notices: Sequence[AnyNotice]) -> Sequence[AnyNotice]:
        """Up to ten in one request; EventBridge may take some of them and leave others."""
        answer = self._client.put_events(
            Entries=[
                {
                    "EventBusName": self._bus_name,
                    "Source": SOURCE,
                    "DetailType": notice.kind,
                    "Detail": notice.model_dump_json(),
                }
                for notice in notices
            ]
        )
        for notice, entry in zip(notices, answer["Entries"], strict=True):
            if "EventId" not in entry:
                logger.warning("not taken by the bus", notice_id=notice.id, code=entry.get("ErrorCode", ""))
        return [notice for notice, entry in zip(notices, answer["Entries"], strict=True) if "EventId" in entry]
