"""The receipt of a POS report: lines and money per outcome, per reason and per flag; they add up to the file.

`Tally` counts while lines go by; `Summary` is what it counted, as a document, and summaries of a report's parts add up.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from partner_program.domain.files.outcomes import Flag, Outcome, ReasonCode, Rejection
from partner_program.domain.files.what_to_do import what_to_do
from partner_program.domain.model import Document
from partner_program.values.errors import ProgramError
from partner_program.values.money import EXACT, ExactNumber

ReportStatus = Literal["processing", "posted", "refused"]
MOST_WAITED_FOR = 20
"""Records that lines of one reason wait for and that are named, the first by name; the lines are all counted."""


class NotConserved(ProgramError):
    """The outcomes of a report do not add up to the file: a bug, nothing is confirmed."""


class Amounts(Document):
    """Some lines, how many there are per currency, and their billed amounts per currency.

    `unreadable` of the lines have no amount or currency that can be read.
    """

    lines: int = 0
    lines_by_currency: dict[str, int] = Field(default_factory=dict)
    money: dict[str, ExactNumber] = Field(default_factory=dict)
    unreadable: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        money = dict(self.money)
        for currency, amount in other.money.items():
            money[currency] = EXACT.add(money.get(currency, Decimal(0)), amount)
        return Amounts(
            lines=self.lines + other.lines,
            lines_by_currency=dict(Counter(self.lines_by_currency) + Counter(other.lines_by_currency)),
            money=money,
            unreadable=self.unreadable + other.unreadable,
        )

    def same_as(self, other: "Amounts") -> bool:
        """Equal as amounts, whether a currency of nothing is named or not."""
        return (self.lines, self.unreadable, _some(self.money)) == (other.lines, other.unreadable, _some(other.money))


def _some(money: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {currency: amount for currency, amount in money.items() if amount}


class Summary(Document):
    """What became of the lines of a report or of one part of it. `credit` is the Sales Revenue posted, unrounded.

    `waits_for` names the records (`SITE#…`) that held lines wait for, by the reason that they are held for. The first
    and last invoice dates are those of well-formed lines, whatever their outcome; None where there are none.
    """

    outcomes: dict[Outcome, Amounts] = Field(default_factory=dict)
    reasons: dict[ReasonCode, Amounts] = Field(default_factory=dict)
    flags: dict[Flag, Amounts] = Field(default_factory=dict)
    credit: dict[str, ExactNumber] = Field(default_factory=dict)
    waits_for: dict[ReasonCode, tuple[str, ...]] = Field(default_factory=dict)
    first_invoice_on: date | None = None
    last_invoice_on: date | None = None

    @property
    def total(self) -> Amounts:
        """All lines, whatever their outcome."""
        return sum(self.outcomes.values(), Amounts())

    def lines_of(self, outcome: Outcome) -> int:
        """How many lines had an outcome."""
        return self.outcomes[outcome].lines if outcome in self.outcomes else 0


class Tally:
    """Counts lines as they are decided. Cheap per line: documents are made once, at the end."""

    def __init__(self) -> None:
        self._outcomes: dict[Outcome, _Counter] = {}
        self._reasons: dict[ReasonCode, _Counter] = {}
        self._flags: dict[Flag, _Counter] = {}
        self._credit: dict[str, Decimal] = {}
        self._waits_for: dict[ReasonCode, set[str]] = {}
        self._first: date | None = None
        self._last: date | None = None

    def covers(self, invoice_dates: Iterable[date]) -> None:
        """The invoice dates of well-formed lines."""
        for day in invoice_dates:
            self._first = day if self._first is None or day < self._first else self._first
            self._last = day if self._last is None or day > self._last else self._last

    def waits(self, code: ReasonCode, records: Iterable[str]) -> None:
        """Records that a line waits for which is held for a reason."""
        self._waits_for.setdefault(code, set()).update(records)

    def posted(self, currency: str, billed: Decimal, credit: Decimal, flags: Iterable[str]) -> None:
        """A line that counts, with its credit and flags."""
        self._outcomes.setdefault(Outcome.POSTED, _Counter()).add((currency, billed))
        self._credit[currency] = EXACT.add(self._credit.get(currency, Decimal(0)), credit)
        for flag in flags:
            self._flags.setdefault(Flag(flag), _Counter()).add((currency, billed))

    def not_counted(self, outcome: Outcome, code: ReasonCode, amount: tuple[str, Decimal] | None) -> None:
        """Any other line, with its amount where that can be read."""
        self._outcomes.setdefault(outcome, _Counter()).add(amount)
        self._reasons.setdefault(code, _Counter()).add(amount)

    def summary(self) -> Summary:
        """What was counted so far."""
        return Summary(
            outcomes={outcome: counter.amounts() for outcome, counter in self._outcomes.items()},
            reasons={code: counter.amounts() for code, counter in self._reasons.items()},
            flags={flag: counter.amounts() for flag, counter in self._flags.items()},
            credit=dict(self._credit),
            waits_for={code: _named(records) for code, records in self._waits_for.items() if records},
            first_invoice_on=self._first,
            last_invoice_on=self._last,
        )


def _named(records: Iterable[str]) -> tuple[str, ...]:
    """The first by name: of parts and of their union alike, so that parts add up to the same names."""
    return tuple(sorted(set(records))[:MOST_WAITED_FOR])


class _Counter:
    """Lines and money, mutable."""

    __slots__ = ("currencies", "lines", "money", "unreadable")

    def __init__(self) -> None:
        self.lines = self.unreadable = 0
        self.currencies: dict[str, int] = {}
        self.money: dict[str, Decimal] = {}

    def add(self, amount: tuple[str, Decimal] | None) -> None:
        self.lines += 1
        if amount is None:
            self.unreadable += 1
        else:
            currency, money = amount
            self.currencies[currency] = self.currencies.get(currency, 0) + 1
            self.money[currency] = EXACT.add(self.money.get(currency, Decimal(0)), money)

    def amounts(self) -> Amounts:
        return Amounts(
            lines=self.lines,
            lines_by_currency=dict(self.currencies),
            money=dict(self.money),
            unreadable=self.unreadable,
        )


class ControlTotal:
    """Lines and money of the whole file, counted before anything is decided."""

    def __init__(self) -> None:
        self._counter = _Counter()

    def add(self, amount: tuple[str, Decimal] | None) -> None:
        """One line, with currency and amount where they can be read."""
        self._counter.add(amount)

    def amounts(self) -> Amounts:
        """What was added so far."""
        return self._counter.amounts()


def added(summaries: Iterable[Summary]) -> Summary:
    """The summary of all parts together."""
    outcomes: dict[Outcome, Amounts] = {}
    reasons: dict[ReasonCode, Amounts] = {}
    flags: dict[Flag, Amounts] = {}
    credit: dict[str, Decimal] = {}
    waits_for: dict[ReasonCode, tuple[str, ...]] = {}
    days: list[date] = []
    for summary in summaries:
        for outcome, amounts in summary.outcomes.items():
            outcomes[outcome] = outcomes.get(outcome, Amounts()) + amounts
        for code, amounts in summary.reasons.items():
            reasons[code] = reasons.get(code, Amounts()) + amounts
        for flag, amounts in summary.flags.items():
            flags[flag] = flags.get(flag, Amounts()) + amounts
        for currency, amount in summary.credit.items():
            credit[currency] = EXACT.add(credit.get(currency, Decimal(0)), amount)
        for code, records in summary.waits_for.items():
            waits_for[code] = _named((*waits_for.get(code, ()), *records))
        days += [day for day in (summary.first_invoice_on, summary.last_invoice_on) if day is not None]
    return Summary(
        outcomes=outcomes, reasons=reasons, flags=flags, credit=credit, waits_for=waits_for,
        first_invoice_on=min(days, default=None), last_invoice_on=max(days, default=None),
    )  # fmt: skip


class ReasonLine(Amounts):
    """Lines of one reason code, with what to do about them.

    `waits_for`: the records (`SITE#…`) whose arrival lets held lines count by themselves, at most 20 of them.
    """

    what_to_do: str
    waits_for: tuple[str, ...] = ()


class VanishedLine(Document):
    """A line that an earlier version of the report has and this one lacks: it stays counted until credited."""

    invoice_number: str
    line_number: int
    account_id: str
    currency: str
    billed: ExactNumber


class Vanished(Document):
    """Counted lines of earlier versions that are not in this one. `examples` are the first of them."""

    lines: int = 0
    money: dict[str, ExactNumber] = Field(default_factory=dict)
    examples: tuple[VanishedLine, ...] = ()


class Receipt(Document):
    """What the sender gets back for one version of one report.

    The first and last invoice dates are those of well-formed lines, whatever became of them. `status` is `posted` or
    `refused`; a refused report has `refusal` and nothing of it counts. Money is billed amounts per currency as text.
    `lines` = the sum of the outcomes' lines, `money` = the sum of their money.
    """

    receipt_version: int = 1
    status: ReportStatus
    distributor_id: str | None
    report_id: str | None
    object_key: str
    object_version: str
    digest: str | None = None
    run: int = 0
    processed_on: date
    edition: str
    rulebook_digest: str
    lines: int = 0
    money: dict[str, ExactNumber] = Field(default_factory=dict)
    unreadable_amounts: int = 0
    outcomes: dict[Outcome, Amounts] = Field(default_factory=dict)
    reasons: dict[ReasonCode, ReasonLine] = Field(default_factory=dict)
    flags: dict[Flag, Amounts] = Field(default_factory=dict)
    credit: dict[str, ExactNumber] = Field(default_factory=dict)
    first_invoice_on: date | None = None
    last_invoice_on: date | None = None
    unknown_columns: tuple[str, ...] = ()
    vanished: Vanished = Vanished()
    refusal: Rejection | None = None
    what_to_do: str | None = None


def checked(control: Amounts, summary: Summary) -> Summary:
    """The summary, if it accounts for every line and all money of the file. Raises `NotConserved`."""
    if not summary.total.same_as(control):
        raise NotConserved(f"{summary.total.lines} lines decided of {control.lines}, or their money differs")
    return summary


def all_outcomes(summary: Summary) -> dict[Outcome, Amounts]:
    """Every outcome by name, those without lines too: nobody has to guess what an absent one means."""
    return {outcome: summary.outcomes.get(outcome, Amounts()) for outcome in Outcome}


def all_reasons(summary: Summary) -> dict[ReasonCode, ReasonLine]:
    """The reasons that occurred, in the order of the enum, with advice."""
    return {
        code: ReasonLine(
            **summary.reasons[code].model_dump(),
            what_to_do=what_to_do(code),
            waits_for=summary.waits_for.get(code, ()),
        )
        for code in ReasonCode
        if code in summary.reasons
    }
