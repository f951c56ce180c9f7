"""`PaymentFiles` on the results bucket: a file is there once, whatever is repeated (F45)."""

import random
import time
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from partner_program.adapters.objects import S3Objects
from partner_program.adapters.table import retry_pauses_s
from partner_program.use_cases.payment_ports import OtherFileStands

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_STANDS = frozenset({"PreconditionFailed", "412"})
_GONE = frozenset({"NoSuchKey", "404", "AccessDenied", "403"})
"""How S3 says that nothing is there: to who may not list the bucket it says no more than that access is denied."""
_RACING = frozenset({"ConditionalRequestConflict", "409"})


class S3PaymentFiles:
    """Needs `s3:PutObject` and `s3:GetObject` on the results bucket's `payments/`."""

    def __init__(self, client: "S3Client", results_bucket: str) -> None:
        self._client = client
        self._bucket = results_bucket
        self._objects = S3Objects(client, results_bucket)

    def read(self, key: str) -> bytes | None:
        """A read of the newest version. What is there and denied is not overwritten either: a put is put-if-absent."""
        try:
            with self._objects.open_result(key) as standing:
                return standing.read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise

    def write_once(self, key: str, body: bytes, content_type: str) -> None:
        """Put if absent; what stands already is compared byte by byte."""
        for pause in retry_pauses_s(f"others kept writing {key}"):
            try:
                self._client.put_object(
                    Bucket=self._bucket, Key=key, Body=body, ContentType=content_type, IfNoneMatch="*"
                )
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in _STANDS:
                    self._compare(key, body)
                    return
                if code not in _RACING:
                    raise
            else:
                return
            # Somebody else is writing the same key at this moment: look again who was first.
            time.sleep(pause * random.random())  # noqa: S311  # jitter, no secret

    def _compare(self, key: str, body: bytes) -> None:
        with self._objects.open_result(key) as standing:
            if standing.read() != body:
                raise OtherFileStands(f"{key} stands already and is another file")
