"""Conditional puts of several tables, all together or not at all; for each one why it was not done (F31, F32)."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from partner_program.adapters.table import TRANSACTION_LIMIT, ConditionalPut, Table, weight_of

BYTES_LIMIT = 4 * 1024 * 1024
CONDITION_FAILED = "ConditionalCheckFailed"
CONFLICT = "TransactionConflict"
_PASSING = frozenset({CONFLICT, "ThrottlingError", "ProvisionedThroughputExceeded"})

Reasons = tuple[str | None, ...]
"""For each put of a transaction that was not done: `CONDITION_FAILED`; something that passes; None if it was sound."""


def put_across(puts: Sequence[tuple[Table, ConditionalPut]]) -> Reasons | None:
    """At most 100 puts of 4 MB together, no item twice (F35). None: all are written; otherwise none is, and why.

    Each call is a transaction of its own: botocore gives it a new token, for its own retries only. What repeats a call
    needs a condition that says whether the one before came through after all (F30).
    """
    if len(puts) > TRANSACTION_LIMIT or sum(weight_of(put.item) for _, put in puts) > BYTES_LIMIT:
        raise ValueError("too much for one transaction")
    requests: Any = [{"Put": {"TableName": table.name, **put.request()}} for table, put in puts]
    try:
        puts[0][0].client.transact_write_items(TransactItems=requests)
    except ClientError as error:
        reasons = _reasons(error, len(puts))
        if reasons is None:
            raise
        return reasons
    return None


def _reasons(error: ClientError, puts: int) -> Reasons | None:
    """Why each put of a refused transaction was not done; None where it is an error to fly."""
    response: Any = error.response
    if response["Error"]["Code"] == "TransactionInProgressException":
        return (CONFLICT,) * puts
    if response["Error"]["Code"] != "TransactionCanceledException":
        return None
    codes = [reason.get("Code", "None") for reason in response.get("CancellationReasons", ())]
    if len(codes) != puts or not _PASSING.union({CONDITION_FAILED, "None"}).issuperset(codes):
        return None
    return tuple(None if code == "None" else code for code in codes)
