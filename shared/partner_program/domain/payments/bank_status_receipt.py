"""The receipt of a bank status file: what became of each of its rows; the counts add up to them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from partner_program.domain.model import Document
from partner_program.domain.payments.bank_status import Answer, StatusCode, what_to_do


class RowOutcome(StrEnum):
    """`REPEATED`: it was known already, nothing changed. `PENDING`: the bank has not decided, nothing changed."""

    BOOKED = "booked"
    REPEATED = "repeated"
    PENDING = "pending"
    REFUSED = "refused"


class RowResult(Document):
    """What became of one row for one payment. A refused one has a code, a message and what to do.

    `answer` is what was booked or, where nothing was, what the bank says; `reason` the code that the bank gives for it.
    """

    position: int
    outcome: RowOutcome
    batch_id: str | None = None
    end_to_end_id: str | None = None
    payout: str | None = None
    answer: Answer | None = None
    booked_on: date | None = None
    reason: str = ""
    code: StatusCode | None = None
    message: str = ""
    what_to_do: str = ""


class BankStatusReceipt(Document):
    """What the uploader gets back for one version of one file. A refused file has `refusal` and nothing is booked.

    `rows` counts payments: a status for a whole batch is one for each of its payments.
    """

    receipt_version: int = 1
    status: Literal["posted", "refused"]
    name: str | None = None
    object_key: str = ""
    object_version: str = ""
    processed_on: date
    rows: int = 0
    outcomes: dict[RowOutcome, int] = Field(default_factory=dict)
    booked: dict[Answer, int] = Field(default_factory=dict)
    results: tuple[RowResult, ...] = ()
    refusal: StatusCode | None = None
    message: str = ""
    what_to_do: str = ""


def receipt_of(results: Sequence[RowResult], on: date) -> BankStatusReceipt:
    """The receipt of a file that was read, its results in the order of the file."""
    outcomes = Counter(result.outcome for result in results)
    booked = Counter(result.answer for result in results if result.outcome is RowOutcome.BOOKED and result.answer)
    return BankStatusReceipt(
        status="posted",
        processed_on=on,
        rows=len(results),
        outcomes={outcome: outcomes[outcome] for outcome in RowOutcome},
        booked={answer: booked[answer] for answer in Answer if booked[answer]},
        results=tuple(sorted(results, key=lambda result: result.position)),
    )


def refused_row(position: int, code: StatusCode, message: str, names: Mapping[str, str] | None = None) -> RowResult:
    """A row that is not booked, with what to do."""
    return RowResult.model_validate(
        {"position": position, "outcome": RowOutcome.REFUSED, "code": code, "message": message,
         "what_to_do": what_to_do(code), **(names or {})}
    )  # fmt: skip
