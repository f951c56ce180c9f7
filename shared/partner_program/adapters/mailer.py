"""Mails through SES."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, HTTPClientError

from partner_program.use_cases.notice_ports import Mail, MailRefused, NoAnswer

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

REFUSED = frozenset(
    {"MessageRejected", "BadRequestException", "MailFromDomainNotVerifiedException", "NotFoundException"}
)
"""What SES says to a mail that it will never take as it is. A suspended account or a full quota passes."""
TOO_FAST = frozenset({"TooManyRequestsException", "ThrottlingException"})
"""Said before a mail is taken, so that it can be offered again at once."""
PAUSES_S = (1, 2, 4)
"""Between the offers of one mail while SES is given too many a second; then it goes back to the queue."""
NOTICE_HEADER = "X-Partner-Program-Notice"
CHARSET = "UTF-8"


class SesMailer:
    """The `Mailer` port. The client must not retry by itself: SES cannot tell a repeated request from a second mail."""

    def __init__(self, client: "SESV2Client", sender: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._sender = sender
        self._pause = pause

    def send(self, mail: Mail) -> str:
        """Text and HTML; answers go to the region's support. Raises `MailRefused`, `NoAnswer`."""
        request = self._request(mail)
        for pause in PAUSES_S:
            try:
                return self._offer(request)
            except ClientError as error:
                if error.response["Error"]["Code"] not in TOO_FAST:
                    raise
            self._pause(pause)
        return self._offer(request)

    def _offer(self, request: dict[str, Any]) -> str:
        try:
            return self._client.send_email(**request)["MessageId"]
        except ClientError as error:
            if error.response["Error"]["Code"] in REFUSED:
                raise MailRefused("the mail service does not take this mail") from error
            raise
        except (EndpointConnectionError, ConnectTimeoutError):
            raise  # it was never asked
        except HTTPClientError as lost:
            raise NoAnswer("the mail service did not answer") from lost

    def _request(self, mail: Mail) -> dict[str, Any]:
        return {
            "FromEmailAddress": self._sender,
            "Destination": {"ToAddresses": [mail.to]},
            "ReplyToAddresses": [mail.reply_to],
            "Content": {
                "Simple": {
                    "Subject": {"Data": mail.subject, "Charset": CHARSET},
                    "Body": {
                        "Text": {"Data": mail.text, "Charset": CHARSET},
                        "Html": {"Data": mail.html, "Charset": CHARSET},
                    },
                    "Headers": [{"Name": NOTICE_HEADER, "Value": f"{mail.account_id}/{mail.reference}"}],
                }
            },
        }
