"""What the engine has noted of the audit log day by day, in the results bucket or copied elsewhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from partner_program.use_cases.anchor_log import FOLDER, read_anchor
from partner_program.values.errors import InvalidValue

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Anchor = tuple[int, str]
"""Number and digest of an entry that must be found again in the log."""


def anchors_of(client: "S3Client", results_bucket: str) -> Iterator[Anchor]:
    """Those of the bucket, by day. Raises `InvalidValue` for one that cannot be read: somebody has changed it."""
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=results_bucket, Prefix=f"{FOLDER}/"):
        for found in page.get("Contents", []):
            yield _read(found["Key"], client.get_object(Bucket=results_bucket, Key=found["Key"])["Body"].read())


def anchors_in(folder: Path) -> Iterator[Anchor]:
    """The same of a folder of copies."""
    for path in sorted(folder.rglob("*.json")):
        yield _read(path.name, path.read_bytes())


def _read(name: str, body: bytes) -> Anchor:
    try:
        return read_anchor(body)
    except (ValueError, KeyError, TypeError) as broken:
        raise InvalidValue(f"{name} is no note of the audit log") from broken
