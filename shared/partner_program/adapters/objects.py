"""Objects in S3: exactly the version that an event named, read through broken connections; results put."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from partner_program.use_cases.ports import ObjectRef
from partner_program.use_cases.queries.report_ports import ResultPart
from partner_program.values.errors import NotFound, ProgramError, VersionConflict

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

_GONE = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound", "MethodNotAllowed", "405"})
"""How S3 says that a version is not there; 405 is its answer for a delete marker."""
_CHANGED = frozenset({"412", "PreconditionFailed"})
_READ_TRIES = 5


class BrokenRead(ProgramError):
    """An object could not be read to its end, try after try; the queue redelivers."""


class S3Objects:
    """`ReportObjects` on S3. Reads the uploads by version, reads and writes the results bucket."""

    def __init__(self, client: "S3Client", results_bucket: str) -> None:
        self._client = client
        self._results_bucket = results_bucket

    def size(self, ref: ObjectRef) -> int | None:
        """Bytes of the version, without reading it; None when it is gone."""
        try:
            return self._client.head_object(Bucket=ref.bucket, Key=ref.key, VersionId=ref.version_id)["ContentLength"]
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise

    def open(self, ref: ObjectRef) -> BinaryIO:
        """A stream of the version's bytes that goes on where a connection broke."""

        def get(start: int, etag: str | None) -> "GetObjectOutputTypeDef":
            if etag is None:
                return self._client.get_object(Bucket=ref.bucket, Key=ref.key, VersionId=ref.version_id)
            return self._client.get_object(
                Bucket=ref.bucket, Key=ref.key, VersionId=ref.version_id, Range=f"bytes={start}-", IfMatch=etag
            )

        return cast("BinaryIO", io.BufferedReader(_Resuming(get(0, None), get)))

    def open_result(self, key: str) -> BinaryIO:
        """A stream of what stands under a key of the results bucket."""

        def get(start: int, etag: str | None) -> "GetObjectOutputTypeDef":
            if etag is None:
                return self._client.get_object(Bucket=self._results_bucket, Key=key)
            return self._client.get_object(Bucket=self._results_bucket, Key=key, Range=f"bytes={start}-", IfMatch=etag)

        return cast("BinaryIO", io.BufferedReader(_Resuming(get(0, None), get)))

    def open_result_at(self, key: str, start: int, etag: str | None = None) -> ResultPart:
        """A result from a byte on. Raises `NotFound`; `VersionConflict` where it is no longer what `etag` names."""

        def get(position: int, same: str | None) -> "GetObjectOutputTypeDef":
            wanted: Any = {"IfMatch": same or etag} if same or etag else {}
            return self._client.get_object(
                Bucket=self._results_bucket, Key=key, Range=f"bytes={start + position}-", **wanted
            )

        try:
            part = _Resuming(get(0, None), get)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _GONE:
                raise NotFound("there is no such file") from error
            if code in _CHANGED:
                raise VersionConflict("the file was written anew meanwhile: read it from the beginning") from error
            raise
        return ResultPart(cast("BinaryIO", io.BufferedReader(part)), part.etag, start + part.length)

    def put_result(self, key: str, body: bytes | BinaryIO, content_type: str) -> None:
        """Write to the results bucket; a stream is read from where it stands."""
        self._client.put_object(Bucket=self._results_bucket, Key=key, Body=body, ContentType=content_type)


class _Resuming(io.RawIOBase):
    """An object's bytes. A broken connection is taken up again with a range of the very same content (F13)."""

    def __init__(
        self, answer: "GetObjectOutputTypeDef", get: "Callable[[int, str | None], GetObjectOutputTypeDef]"
    ) -> None:
        self._get = get
        self._body = answer["Body"]
        self.etag = answer["ETag"]
        self.length = answer["ContentLength"]
        self._position = 0

    def close(self) -> None:
        self._body.close()
        super().close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # narrower than "any buffer"
        wanted = min(len(buffer), self.length - self._position)
        if wanted == 0:
            return 0
        for _ in range(_READ_TRIES):
            try:
                chunk = self._body.read(wanted)
            except (BotoCoreError, HTTPError, OSError):
                chunk = b""
            if chunk:
                buffer[: len(chunk)] = chunk
                self._position += len(chunk)
                return len(chunk)
            self._body = self._get(self._position, self.etag)["Body"]
        raise BrokenRead(f"an object broke off {_READ_TRIES} times at byte {self._position} of {self.length}")
