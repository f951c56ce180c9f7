"""Acts of people in a play: `acts.csv` read, to be done on their days (`local/perform.py`).

The file is the player's alone, so a mistake in it is refused by row and column before anything is started.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from local.folder import UNREADABLE, PlayRefused, readable_date
from partner_program.domain.brand_draw import DrawOrder
from partner_program.domain.payments.people import Actor, Role
from partner_program.values.errors import InvalidValue
from partner_program.values.ids import is_id, split_account_id
from partner_program.values.periods import Quarter


class ActKind(StrEnum):
    """What can be done."""

    RESTATE = "restate"
    """A frozen baseline is computed anew, shown, and applied (R-5.4d)."""
    DRAW = "draw_brand_reviews"
    """The accounts whose brand alignment is reviewed in a year are drawn (R-4.1.7)."""
    BANK_DETAILS = "bank_details"
    """Bank details of a site, or of the vendor itself (`payer.EUR`), are proposed by one and confirmed by another."""
    NAME_PAYEE = "name_payee"
    """A letter has named another site to be paid (R-5.4c)."""
    HOLD = "hold"
    LIFT_HOLD = "lift_hold"
    CANCEL = "cancel"
    RETRY = "retry"
    """One payout is stopped, let go, cancelled (R-5.5), or made payable again."""
    PREPARE = "prepare_payments"
    """Batches of all that is due, of one currency or of all."""
    APPROVE = "approve_payments"
    WITHDRAW = "withdraw_payments"
    """A second person's yes to every prepared batch; every one not yet released is taken back."""
    BANK_REJECTS = "bank_rejects"
    """Not an act of the vendor: the runner's bank will refuse this payment, once (`local/bank.py`)."""


@dataclass(frozen=True, slots=True)
class Act:
    """One row of `acts.csv`: `row` is its row there, `year` 0 where the act has none.

    `more` holds the filled cells of the columns that few acts have. A bank account's number is among them: no repr.
    """

    row: int
    on: date
    kind: ActKind
    year: int
    by: str
    reason: str = ""
    account_id: str = ""
    seed: str = ""
    more: Mapping[str, str] = field(default_factory=dict, repr=False)

    def cell(self, column: str) -> str:
        """A cell of `more`, empty where it is."""
        return self.more.get(column, "")

    @property
    def actor(self) -> Actor:
        """Who does it; finance where the row does not say in which role."""
        return Actor(person=self.by, role=Role(self.cell("role") or Role.FINANCE))

    @property
    def second(self) -> Actor:
        """Who confirms what `by` proposed."""
        return Actor(person=self.cell("second"), role=Role.FINANCE)

    @property
    def period(self) -> Quarter:
        """The quarter of the payout that it is about."""
        return Quarter(self.year, int(self.cell("quarter")))


COLUMNS = ("on", "act", "account_id", "year", "seed", "by", "reason")
MORE_COLUMNS = (
    "role", "second", "quarter", "site_id", "scheme", "number", "bic", "country", "holder", "document", "received_on",
    "currency",
)  # fmt: skip
"""Columns that the file may have beside `COLUMNS`."""

_PAYOUT = frozenset({"account_id", "year", "quarter", "reason"})
_BY = frozenset({"by"})
NEEDED = {
    ActKind.RESTATE: _BY | {"account_id", "year", "reason"},
    ActKind.DRAW: _BY | {"year", "seed"},
    ActKind.BANK_DETAILS: _BY | {"second", "site_id", "scheme", "number", "holder", "reason"},
    ActKind.NAME_PAYEE: _BY | {"account_id", "site_id", "document", "received_on"},
    ActKind.HOLD: _BY | _PAYOUT,
    ActKind.LIFT_HOLD: _BY | _PAYOUT,
    ActKind.CANCEL: _BY | _PAYOUT,
    ActKind.RETRY: _BY | _PAYOUT,
    ActKind.PREPARE: _BY,
    ActKind.APPROVE: _BY,
    ActKind.WITHDRAW: _BY | {"reason"},
    ActKind.BANK_REJECTS: _PAYOUT,
}
"""What an act cannot do without, beside its day."""
_OPTIONAL = {
    ActKind.DRAW: frozenset({"reason"}),
    ActKind.BANK_DETAILS: frozenset({"bic", "country"}),
    ActKind.PREPARE: frozenset({"currency"}),
}
_WITHOUT_ROLE = frozenset({ActKind.DRAW, ActKind.BANK_REJECTS})
ALLOWED = {
    kind: needed | _OPTIONAL.get(kind, frozenset()) | (frozenset() if kind in _WITHOUT_ROLE else {"role"})
    for kind, needed in NEEDED.items()
}
"""What has a meaning for it: whatever else is filled is a mistake, not ignored."""


def read_acts(path: Path) -> tuple[Act, ...]:
    """The acts of a file in its order; none where there is no file. Raises `PlayRefused` naming row and column."""
    if not path.exists():
        return ()
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise PlayRefused(f"{path.name}: column {missing[0]} is missing")
            return tuple(_act(row, number) for number, row in enumerate(reader, start=2))
    except UNREADABLE as broken:
        raise PlayRefused(f"{path.name} is no readable CSV: {broken}") from broken


def draw_order(act: Act) -> DrawOrder:
    """Raises `InvalidValue` for what the engine would refuse whatever it knows."""
    return DrawOrder(act.year, act.seed, act.on, act.by)


def _act(row: Mapping[str | None, str | None], number: int) -> Act:
    """One row as an act. Raises `PlayRefused` with its first mistake, from left to right."""
    cells = {name: (row.get(name) or "").strip() for name in (*COLUMNS, *MORE_COLUMNS)}
    for column, mistake in _mistakes(cells):
        raise PlayRefused(f"acts.csv row {number}: {column}: {mistake}")
    if None in row:
        raise PlayRefused(f"acts.csv row {number}: more cells than columns")
    act = Act(
        row=number,
        on=date.fromisoformat(cells["on"]),
        kind=ActKind(cells["act"]),
        year=int(cells["year"] or 0),
        by=cells["by"],
        reason=cells["reason"],
        account_id=cells["account_id"],
        seed=cells["seed"],
        more={name: cells[name] for name in MORE_COLUMNS if cells[name]},
    )
    if act.kind is ActKind.DRAW:
        try:
            draw_order(act)
        except InvalidValue as mistake:
            raise PlayRefused(f"acts.csv row {number}: {mistake}") from mistake
    return act


def _mistakes(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Column and what is wrong in it: day and act first, then what is missing or too much, then what cannot be read."""
    if readable_date(cells["on"]) is None:
        yield "on", f"{cells['on']!r} is no date (YYYY-MM-DD)"
    if cells["act"] not in set(ActKind):
        yield "act", f"{cells['act']!r} is none of {', '.join(ActKind)}"
        return
    kind = ActKind(cells["act"])
    for column in (*COLUMNS[2:], *MORE_COLUMNS):
        if not cells[column] and column in NEEDED[kind]:
            yield column, f"{kind} needs it"
        if cells[column] and column not in ALLOWED[kind]:
            yield column, f"{kind} has none"
        if cells[column] and column in _READS and not _READS[column](cells[column]):
            yield column, f"{cells[column]!r} is {_IS_NO[column]}"


def _is_person(text: str) -> bool:
    try:
        Actor(person=text, role=Role.FINANCE)
    except ValueError:
        return False
    return True


def _is_account(text: str) -> bool:
    try:
        split_account_id(text)
    except InvalidValue:
        return False
    return True


_READS: dict[str, Callable[[str], bool]] = {
    "account_id": _is_account,
    "by": _is_person,
    "second": _is_person,
    "year": lambda text: readable_date(f"{text}-01-01") is not None,
    "quarter": lambda text: text in ("1", "2", "3", "4"),
    "received_on": lambda text: readable_date(text) is not None,
    "site_id": is_id,
    "role": lambda text: text in set(Role),
    "scheme": lambda text: text in ("iban", "other"),
    "currency": lambda text: re.fullmatch(r"[A-Z]{3}", text) is not None,
}
"""Column → whether a cell can be read. What is only text, or what the engine checks itself, is not in it."""
_IS_NO = {
    "account_id": "no account (P1001-DE)",
    "by": "no name",
    "second": "no name",
    "year": "no year (YYYY)",
    "quarter": "no quarter (1 to 4)",
    "received_on": "no date (YYYY-MM-DD)",
    "site_id": "no site, and no payer.EUR",
    "role": f"none of {', '.join(Role)}",
    "scheme": "neither iban nor other",
    "currency": "no currency (EUR)",
}
