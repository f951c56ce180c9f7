"""A third computation of rebates, and one of the money behind them: whole numbers, tables and running maxima.

No fractions, no decimals, nothing of the engine and nothing of the other oracle. Revenue is counted in halves of the
minor unit (hardware is credited by half), entitlements in minor units.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

Period = tuple[int, int]
"""(year, quarter)"""

HALVES = {"software": 2, "care": 2, "hardware": 1, "services": 0, "training": 0}
LADDER = ((180, 40), (150, 30), (120, 25))
"""(percent of last year, rate in tenths of a percent), the highest first."""
CAP_PCT = 180
CLOSE_DAYS = 30
PAYOUT_DAYS = 45


@dataclass(frozen=True)
class Sold:
    """One line: its billed amount in minor units, negative for a return."""

    day: date
    known_on: date
    product: str
    minor: int


@dataclass(frozen=True)
class Life:
    """One account. `made_on`: when the final statement of a quarter is made; `frozen_on`, `restated`: of a year."""

    account: str
    opening: Mapping[int, int]
    trading_since: date
    sold: tuple[Sold, ...]
    premier: frozenset[Period]
    made_on: Mapping[Period, date]
    frozen_on: Mapping[int, date]
    restated: Mapping[int, tuple[date, ...]]
    capped: bool


@dataclass(frozen=True)
class Row:
    """A final statement. `ytd`, `last_year` in half minor units, `base` in hundredths of those, else minor ones."""

    ytd: int
    last_year: int
    rate: int
    base: int
    earned: int
    settled: int
    carried_in: int
    payout: int
    carried_out: int


def last_day(period: Period) -> date:
    year, quarter = period
    return date(year, 12, 31) if quarter == 4 else date(year, quarter * 3 + 1, 1) - timedelta(days=1)


def close_day(period: Period) -> date:
    return last_day(period) + timedelta(days=CLOSE_DAYS)


def revenue(life: Life, year: int, through: date, known_by: date) -> int:
    """Half minor units of a year's lines dated up to a day, as known at the end of another."""
    stated = 2 * life.opening.get(year, 0)
    return stated + sum(
        HALVES[line.product] * line.minor
        for line in life.sold
        if line.day.year == year and line.day <= through and line.known_on <= known_by
    )


def last_year_of(life: Life, year: int, known_by: date) -> int:
    """The year before as frozen, or as last restated by a day."""
    before = year - 1
    looked = [life.frozen_on[before], *(day for day in life.restated.get(before, ()) if day <= known_by)]
    return revenue(life, before, date(before, 12, 31), max(looked))


def entitlement(ytd: int, last_year: int, capped: bool) -> tuple[int, int, int]:
    """(rate, base in hundredths, what it earns in minor units)."""
    for growth, rate in LADDER:
        if last_year > 0 and ytd * 100 >= last_year * growth:
            base = min(ytd * 100, last_year * CAP_PCT) if capped else ytd * 100
            return rate, base, (base * rate + 100_000) // 200_000
    return 0, 0, 0


def statements(life: Life) -> dict[Period, Row]:
    """Every final statement, in order.

    What a year has paid by a quarter is the highest entitlement of its Premier quarters so far, less what was carried
    into it: a running maximum, from which each statement pays the rise. An account that is not Premier is told of its
    balance where the balance is another than it was told last.
    """
    made: dict[Period, Row] = {}
    carried_in = 0
    for year in sorted({period[0] for period in life.made_on}):
        paid, best = 0, 0
        told_on: list[date] = []
        balance: int | None = None
        for period in sorted(period for period in life.made_on if period[0] == year):
            is_premier = period in life.premier
            if not is_premier and not told_on:
                continue
            day = life.made_on[period] if is_premier else max(close_day(period), *told_on)
            ytd, before = revenue(life, year, last_day(period), day), last_year_of(life, year, day)
            rate, base, earned = entitlement(ytd, before, life.capped)
            if life.trading_since > date(year - 1, 1, 1):
                rate = base = earned = 0
            best = max(best, earned) if is_premier else best
            earned = min(earned, best)
            now_paid = max(paid, best - carried_in)
            left = now_paid + carried_in - earned
            if is_premier or left != balance:
                made[period] = Row(ytd, before, rate, base, earned, paid, carried_in, now_paid - paid, left)
                told_on.append(life.made_on[period])
                paid, balance = now_paid, left
        carried_in = carried_in if balance is None else balance
    return made


# --- the money -----------------------------------------------------------------------------------------------------

OPEN, CLAIMED, SENT, PAID, HELD, GONE, REFUSED, RETURNED = (
    "open", "in_batch", "in_payment", "paid", "on_hold", "cancelled", "rejected", "returned",
)  # fmt: skip
PERSON = {
    ("hold", OPEN): HELD, ("hold", CLAIMED): HELD, ("hold", REFUSED): HELD, ("hold", RETURNED): HELD,
    ("lift_hold", HELD): OPEN,
    ("cancel", OPEN): GONE, ("cancel", CLAIMED): GONE, ("cancel", HELD): GONE, ("cancel", REFUSED): GONE,
    ("cancel", RETURNED): GONE,
    ("retry", REFUSED): OPEN, ("retry", RETURNED): OPEN,
}  # fmt: skip
"""(act, state) → state; any other act is refused (R-5.5)."""
BACK = {REFUSED: REFUSED, RETURNED: RETURNED}
"""What a lifted hold gives back; of anything else, what it was before it was in a batch."""
BANK = {
    ("paid", SENT): PAID, ("rejected", SENT): REFUSED, ("returned", SENT): RETURNED, ("rejected", PAID): RETURNED,
    ("returned", PAID): RETURNED,
}  # fmt: skip
"""(answer, state) → state; any other answer changes nothing: a late "accepted" never undoes anything."""

Key = tuple[str, int, int]
"""(account, year, quarter)"""


@dataclass
class Due:
    """A payout. `refused` is the number of the bank details that failed; `moves` what the bank account saw.

    `refusals` are the attempts that the bank rejected, `doubts` those of them that it called paid later.
    """

    amount: int
    payable_from: date
    state: str = OPEN
    attempt: int = 1
    refused: int = 0
    batch: int = 0
    held_from: str = OPEN
    moves: list[int] = field(default_factory=list)
    refusals: set[int] = field(default_factory=set)
    doubts: set[int] = field(default_factory=set)


@dataclass
class Bundle:
    """A batch: its payouts with the attempt and the bank details that each was taken in with."""

    members: dict[Key, tuple[int, int]]
    status: str = "prepared"


class Desk:
    """Payouts, batches and the bank's answers of one program; `banks`: account → number of its newest bank details."""

    def __init__(self, accounts: list[str]) -> None:
        self.due: dict[Key, Due] = {}
        self.bundles: dict[int, Bundle] = {}
        self.banks = dict.fromkeys(accounts, 1)

    def start(self, key: Key, amount: int) -> None:
        if amount > 0 and key not in self.due:
            self.due[key] = Due(amount, last_day(key[1:]) + timedelta(days=PAYOUT_DAYS))

    def act(self, kind: str, key: Key) -> bool:
        """Whether a person's act is possible."""
        due = self.due.get(key)
        if due is None or (kind, due.state) not in PERSON:
            return False
        before, due.state, due.batch = due.state, PERSON[kind, due.state], 0
        due.refused = 0 if kind == "retry" else due.refused
        if kind == "hold":
            due.held_from = BACK.get(before, REFUSED if due.refused else OPEN)
        if kind == "lift_hold":
            due.state = due.held_from  # as payable as it was before, no more
        return True

    def new_bank(self, account: str) -> int:
        """The number of the account's newest bank details."""
        self.banks[account] += 1
        return self.banks[account]

    def prepare(self, on: date) -> int:
        """How many payouts the new batch has."""
        members = {
            key: (due.attempt, self.banks[key[0]])
            for key, due in self.due.items()
            if due.state in (OPEN, REFUSED) and due.payable_from <= on and due.refused != self.banks[key[0]]
        }
        if members:
            number = len(self.bundles) + 1
            self.bundles[number] = Bundle(members)
            for key in members:
                self.due[key].state, self.due[key].batch = CLAIMED, number
        return len(members)

    def approve(self) -> list[bool]:
        """Of every prepared batch, whether it could be approved."""
        asked = [number for number, bundle in self.bundles.items() if bundle.status == "prepared"]
        answers = [self._intact(number) for number in asked]
        for number, intact in zip(asked, answers, strict=True):
            self.bundles[number].status = "approved" if intact else "prepared"
        return answers

    def withdraw(self) -> list[str]:
        """What became of each batch that could still be given up."""
        asked = [number for number, bundle in self.bundles.items() if bundle.status in ("prepared", "approved")]
        for number in asked:
            self._give_up(number)
        return [self.bundles[number].status for number in asked]

    def release(self) -> int:
        """How many batches are on their way to the bank now."""
        sent = 0
        for number, bundle in self.bundles.items():
            if bundle.status == "approved" and self._intact(number):
                bundle.status, sent = "released", sent + 1
                for key in bundle.members:
                    self.due[key].state = SENT
            elif bundle.status == "approved":
                self._give_up(number)
        return sent

    def _doubt(self, key: Key, attempt: int) -> None:
        """Rejected, and now paid after all: nothing more is paid before a person has looked, once for each attempt."""
        if self.act("hold", key):
            self.due[key].doubts.add(attempt)

    def answer(self, number: int, key: Key, said: str) -> str:
        """The payout's state after the bank has spoken of one of a batch's payments."""
        bundle, due = self.bundles[number], self.due[key]
        attempt, bank = bundle.members[key]
        if bundle.status == "released" and said == "paid" and attempt in due.refusals - due.doubts:
            self._doubt(key, attempt)
        if bundle.status != "released" or due.attempt != attempt or (said, due.state) not in BANK:
            return due.state
        after = BANK[said, due.state]
        if due.state == SENT and after in (PAID, RETURNED):
            due.moves.append(due.amount)
        if after == RETURNED:
            due.moves.append(-due.amount)
        if after in (REFUSED, RETURNED):
            due.refusals |= {attempt} if after == REFUSED else set()
            due.attempt, due.refused, due.batch = due.attempt + 1, bank, 0
        due.state = after
        return after

    def is_under_way(self, number: int, key: Key) -> bool:
        """Whether the bank has this very try and has not answered for good."""
        return self.due[key].state == SENT and self.due[key].attempt == self.bundles[number].members[key][0]

    def _intact(self, number: int) -> bool:
        return all(
            (self.due[key].state, self.due[key].batch, self.banks[key[0]]) == (CLAIMED, number, bank)
            for key, (_, bank) in self.bundles[number].members.items()
        )

    def _give_up(self, number: int) -> None:
        self.bundles[number].status = "void"
        for key in self.bundles[number].members:
            due = self.due[key]
            if due.batch == number and due.state == CLAIMED:
                due.state, due.batch = REFUSED if due.refused else OPEN, 0
