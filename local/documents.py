"""What lies in the results bucket for people to open: statements as documents, payment files, accruals."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from local.stack import EmbeddedStack

ACCRUALS = "accruals/"
COPIED = ("statements/", "payments/")
"""Folders of the bucket that are copied to the output folder as they are."""


def read_objects(stack: EmbeddedStack, prefix: str, *endings: str) -> Iterator[tuple[str, bytes]]:
    """Objects of the results bucket by key. They become paths below the output folder: none that leads out of it."""
    bucket = stack.outputs["ResultsBucket"]
    for page in stack.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Contents", []):
            key = found["Key"]
            if (not endings or key.endswith(endings)) and ".." not in key.split("/"):
                yield key, stack.s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def save_documents(stack: EmbeddedStack, out: Path) -> dict[str, int]:
    """Copy statements and payment files to `out`, in place of an earlier play's; how many there are of each ending."""
    counts: Counter[str] = Counter()
    for folder in COPIED:
        shutil.rmtree(out / folder, ignore_errors=True)
        for key, body in read_objects(stack, folder):
            path = out / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
            counts[f"{folder.removesuffix('/')}_{path.suffix.removeprefix('.')}"] += 1
    return dict(sorted(counts.items()))
