"""The receipt of a records file: rows per outcome and per reason code; they add up to the file."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from partner_program.domain.files.outcomes import Outcome, ReasonCode, Rejection
from partner_program.domain.files.what_to_do import what_to_do
from partner_program.domain.model import Document
from partner_program.domain.sales.receipt import NotConserved


class Lines(Document):
    """Some rows."""

    lines: int = 0


class ReasonLines(Lines):
    """Rows of one reason code, with what to do about them."""

    what_to_do: str


class RecordsReceipt(Document):
    """What the sender gets back for one version of one records file.

    A refused file has `refusal` and nothing of it counts. `mended` are rows of other uploads that waited for one of
    this file and are taken now; `reports_asked_for` the POS reports that are processed again because of it.
    """

    receipt_version: int = 1
    status: Literal["posted", "refused"]
    kind: str | None
    name: str | None
    object_key: str
    object_version: str
    processed_on: date
    edition: str
    rulebook_digest: str
    lines: int = 0
    outcomes: dict[Outcome, Lines] = Field(default_factory=dict)
    reasons: dict[ReasonCode, ReasonLines] = Field(default_factory=dict)
    unknown_columns: tuple[str, ...] = ()
    mended: int = 0
    reports_asked_for: int = 0
    refusal: Rejection | None = None
    what_to_do: str | None = None

    def lines_of(self, outcome: Outcome) -> int:
        """How many rows had an outcome."""
        return self.outcomes[outcome].lines if outcome in self.outcomes else 0


def counted(
    lines: int, posted: int, others: Mapping[tuple[Outcome, ReasonCode], int]
) -> tuple[dict[Outcome, Lines], dict[ReasonCode, ReasonLines]]:
    """Every outcome by name and the reasons that occurred. Raises `NotConserved` unless they add up to the file."""
    outcomes = Counter({Outcome.POSTED: posted})
    reasons: Counter[ReasonCode] = Counter()
    for (outcome, code), rows in others.items():
        outcomes[outcome] += rows
        reasons[code] += rows
    if outcomes.total() != lines:
        raise NotConserved(f"{outcomes.total()} rows decided of {lines}")
    return (
        {outcome: Lines(lines=outcomes[outcome]) for outcome in Outcome},
        {
            code: ReasonLines(lines=reasons[code], what_to_do=what_to_do(code))
            for code in ReasonCode
            if reasons[code]
        },
    )  # fmt: skip
