"""Mails through SES."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from partner_program.use_cases.notice_ports import Mail, MailRefused

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

REFUSED = frozenset(
    {"MessageRejected", "BadRequestException", "MailFromDomainNotVerifiedException", "NotFoundException"}
)
"""What SES says to a mail that it will never take as it is. A suspended account or a full quota passes."""
NOTICE_HEADER = "X-Partner-Program-Notice"
CHARSET = "UTF-8"


class SesMailer:
    """The `Mailer` port. The client must not retry by itself: SES cannot tell a repeated request from a second mail."""

    def __init__(self, client: "SESV2Client", sender: str) -> None:
        self._client = client
        self._sender = sender

    def send(self, mail: Mail) -> str:
        """Text and HTML; answers go to the region's support. Raises `MailRefused`."""
        reference = f"{mail.account_id}/{mail.notice_id}"
        try:
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to], "CcAddresses": list(mail.cc)},
                ReplyToAddresses=[mail.reply_to],
                Content={
                    "Simple": {
                        "Subject": {"Data": mail.subject, "Charset": CHARSET},
                        "Body": {
                            "Text": {"Data": mail.text, "Charset": CHARSET},
                            "Html": {"Data": mail.html, "Charset": CHARSET},
                        },
                        "Headers": [{"Name": NOTICE_HEADER, "Value": reference}],
                    }
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in REFUSED:
                raise MailRefused("the mail service does not take this mail") from error
            raise
        return answer["MessageId"]
