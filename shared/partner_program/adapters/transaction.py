"""Conditional puts and deletes, of several tables, all together or not at all; for each why not (F31, F32)."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from partner_program.adapters.table import TRANSACTION_LIMIT, ConditionalPut, Key, Table, to_wire, weight_of

BYTES_LIMIT = 4 * 1024 * 1024
CONDITION_FAILED = "ConditionalCheckFailed"
CONFLICT = "TransactionConflict"
_PASSING = frozenset({CONFLICT, "ThrottlingError", "ProvisionedThroughputExceeded"})

Reasons = tuple[str | None, ...]
"""For each write of a refused transaction: `CONDITION_FAILED`; something that passes; None if it was sound."""


def put_across(
    puts: Sequence[tuple[Table, ConditionalPut]], deletes: Sequence[tuple[Table, Key]] = ()
) -> Reasons | None:
    """At most 100 writes of 4 MB together, no item twice (F35). None: all are done; otherwise none is, and why.

    The reasons are those of the puts, then those of the deletes; what is gone already is gone.

    Each call is a transaction of its own: botocore gives it a new token, for its own retries only. What repeats a call
    needs a condition that says whether the one before came through after all (F30).
    """
    if len(puts) + len(deletes) > TRANSACTION_LIMIT or sum(weight_of(put.item) for _, put in puts) > BYTES_LIMIT:
        raise ValueError("too much for one transaction")
    requests: Any = [{"Put": {"TableName": table.name, **put.request()}} for table, put in puts]
    requests += [
        {"Delete": {"TableName": table.name, "Key": to_wire({"pk": pk, "sk": sk})}} for table, (pk, sk) in deletes
    ]
    try:
        puts[0][0].client.transact_write_items(TransactItems=requests)
    except ClientError as error:
        reasons = _reasons(error, len(requests))
        if reasons is None:
            raise
        return reasons
    return None


def _reasons(error: ClientError, writes: int) -> Reasons | None:
    """Why each write of a refused transaction was not done; None where it is an error to fly."""
    response: Any = error.response
    if response["Error"]["Code"] == "TransactionInProgressException":
        return (CONFLICT,) * writes
    if response["Error"]["Code"] != "TransactionCanceledException":
        return None
    codes = [reason.get("Code", "None") for reason in response.get("CancellationReasons", ())]
    if len(codes) != writes or not _PASSING.union({CONDITION_FAILED, "None"}).issuperset(codes):
        return None
    return tuple(None if code == "None" else code for code in codes)
