"""Whatever happens to an account over two years, its months add up, and end where an oracle of its own says.

The oracle shares no code with the engine's reckoning: it knows the story, counts in fractions, makes its own final
statements and reads no ledger.
"""

import random
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.accruals.row import AccrualRow
from tests.fakes.accruals import Life

MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
CALENDAR = [*MONTHS, "2026-01"]
LAST_YEAR = 100_000
LADDER = ((180, Fraction(4, 100)), (150, Fraction(3, 100)), (120, Fraction(25, 1000)))


@dataclass(frozen=True)
class Happening:
    """One month: its own sales, late ones of some months ago, the tier at its end, what is done to payouts.

    `reported_next`: its sales are reported on the 5th of the month after. `turns_on`: the day of the tier. `early_act`
    is done on the 3rd, `act` on the 25th. `delayed`: the final statement due in it is made on the 7th of the next.
    `booked`: the accruals' job runs on the 10th, the booking day of the month before.
    """

    sold: Decimal
    reported_next: bool
    late: Decimal
    late_by: int
    premier: bool
    turns_on: str
    early_act: str
    act: str
    restated: Decimal | None
    delayed: bool
    booked: bool


ACTS = ("none", "pay", "pay", "cancel", "return", "retry")

amounts = st.decimals(-15_000, 35_000, places=3)
happenings = st.builds(
    Happening,
    sold=amounts,
    reported_next=st.sampled_from((True, True, True, False)),
    late=st.just(Decimal(0)) | amounts,
    late_by=st.integers(1, 5),
    premier=st.sampled_from((True, True, True, False)),
    turns_on=st.sampled_from(("01", "15", "28")),
    early_act=st.sampled_from(ACTS),
    act=st.sampled_from(ACTS),
    restated=st.none() | st.none() | st.decimals(60_000, 200_000, places=2),
    delayed=st.booleans(),
    booked=st.sampled_from((True, True, False)),
)


@dataclass
class Final:
    """The oracle's statement: in units of the currency."""

    at: int
    made: int
    earned: Fraction
    payout: Fraction
    carried: Fraction
    eligible: bool


@dataclass
class Oracle:
    """The story so far. Months are counted from 0; a line is its month and its amount."""

    lines: list[tuple[int, Fraction]] = field(default_factory=list)
    premier: dict[int, bool] = field(default_factory=dict)
    finals: list[Final] = field(default_factory=list)
    settled: list[tuple[int, Fraction]] = field(default_factory=list)
    baseline: Fraction | None = None

    def sold(self, first: int, last: int) -> Fraction:
        return sum((amount for month, amount in self.lines if first <= month <= last), Fraction(0))

    def rebate(self, month: int) -> Fraction:
        year = month // 12 * 12
        ytd = self.sold(year, month)
        last = Fraction(LAST_YEAR) if year == 0 else self.sold(0, 11) if self.baseline is None else self.baseline
        if last <= 0:
            return Fraction(0)
        share = next((share for growth, share in LADDER if ytd * 100 >= last * growth), Fraction(0))
        cents = min(ytd, last * 180 / 100) * share * 100
        return Fraction((2 * cents.numerator + cents.denominator) // (2 * cents.denominator), 100)

    def close(self, quarter_end: int, made: int) -> Fraction:
        """What the quarter's final statement pays, if there is one."""
        year = [final for final in self.finals if final.at // 12 == quarter_end // 12]
        past = [final for final in self.finals if final.at // 12 < quarter_end // 12]
        paid, carried_in = sum(final.payout for final in year), past[-1].carried if past else Fraction(0)
        premier = self.premier[quarter_end]
        if not premier and not year:
            return Fraction(0)
        earned = self.rebate(quarter_end)
        if not premier:
            earned = min(earned, max((final.earned for final in year if final.eligible), default=Fraction(0)))
        balance = earned - paid - carried_in
        final = Final(quarter_end, made, earned, max(balance, Fraction(0)), max(-balance, Fraction(0)), premier)
        if premier or final.carried != year[-1].carried:
            self.finals.append(final)
            return final.payout
        return Fraction(0)

    def closing(self, month: int) -> Fraction:
        """What is owed at a month's end: by the lines known now, and by what was stated and settled until then."""
        owed = Fraction(0)
        for year in range(month // 12 + 1):
            finals = [final for final in self.finals if final.at // 12 == year and final.made <= month]
            waiting = [end for end in range(12 * year + 2, month + 1, 3) if end > (finals[-1].at if finals else -1)]
            overdue = [self.rebate(end) for end in waiting if end // 12 == year and self.premier[end]]
            if year < month // 12:
                owed += overdue[-1] if overdue else finals[-1].earned if finals else 0
            elif self.premier[month]:
                owed += self.rebate(month)
            else:
                most = [*(final.earned for final in finals if final.eligible), *overdue]
                owed += min(self.rebate(month), max(most, default=Fraction(0)))
        return owed - sum(amount for when, amount in self.settled if when <= month)


class Told:
    """The same story told to the engine and to the oracle."""

    def __init__(self) -> None:
        self.life, self.oracle = Life(str(LAST_YEAR)), Oracle()
        self.payouts: dict[str, tuple[str, Fraction]] = {}
        self.expected: dict[str, Fraction] = {}
        self.waiting: list[int] = []
        self.unreported: list[tuple[int, Decimal]] = []
        self.reports = 0
        self.closed = -1

    def month(self, index: int, happened: Happening) -> None:
        """Day by day: what comes before the 10th is known when the month before is booked, and dated after it."""
        if happened.turns_on == "01":
            self._tier(index, happened)
        self._act(index, happened.early_act, "03")
        self._reports(index, happened)
        if index % 3 == 1 and index > 1 and self.closed < index - 2:
            self._close(index - 2, index, "07")
        if index and (happened.booked or index == len(MONTHS)):
            self._books(index - 1)
        if happened.restated is not None and index > 13:
            self.life.restates(2024, str(happened.restated), f"{CALENDAR[index]}-12")
            self.oracle.baseline = Fraction(happened.restated)
        if happened.turns_on != "01":
            self._tier(index, happened)
        if not happened.reported_next:
            self._sell(index, index, happened.sold, "20")
        self._act(index, happened.act, "25")
        # who is not Premier gets a statement by what was known at the close: delay would not change it
        if index % 3 == 0 and index and not (happened.delayed and self.oracle.premier[index - 1]):
            self._close(index - 1, index, "30")
        self.waiting.append(index)

    def _tier(self, index: int, happened: Happening) -> None:
        self.oracle.premier[index] = happened.premier
        self.life.tier(f"{CALENDAR[index]}-{happened.turns_on}", "premier" if happened.premier else "advanced")

    def _reports(self, index: int, happened: Happening) -> None:
        """On the 5th: what the month before has sold, and lines of older months."""
        for month, amount in self.unreported:
            self._sell(index, month, amount, "05")
        self.unreported = [(index, happened.sold)] if happened.reported_next else []
        if index >= happened.late_by:
            self._sell(index, index - happened.late_by, happened.late, "05")

    def _sell(self, index: int, month: int, amount: Decimal, on: str) -> None:
        self.reports += 1
        known = f"{CALENDAR[index]}-{on}"
        self.life.sells(CALENDAR[month], str(amount), report=f"R{self.reports}", known=known)
        self.oracle.lines.append((month, Fraction(amount)))

    def _books(self, index: int) -> None:
        started = bool(self.life.world.store.rows)
        self.life.month(MONTHS[index])
        self.expected |= {MONTHS[one]: self.oracle.closing(one) for one in self.waiting if started or one == index}
        self.waiting.clear()

    def _close(self, quarter_end: int, index: int, on: str) -> None:
        self.closed = quarter_end
        quarter = f"{MONTHS[quarter_end][:4]}Q{quarter_end % 12 // 3 + 1}"
        final = self.life.closes(quarter, f"{CALENDAR[index]}-{on}")
        if quarter_end == 11:
            self.oracle.baseline = self.oracle.sold(0, 11)
        pays = self.oracle.close(quarter_end, index)
        assert pays == Fraction(final.payout if final else 0)
        if pays:
            self.payouts[quarter] = ("open", pays)

    def _act(self, index: int, act: str, day: str) -> None:
        on = f"{CALENDAR[index]}-{day}"
        state, to, settles, tell = {
            "pay": ("open", "paid", 1, self.life.pays),
            "cancel": ("open", "cancelled", 1, self.life.cancels),
            "return": ("paid", "returned", -1, self.life.returns),
            "retry": ("returned", "open", 0, self.life.lifts),
            "none": ("", "", 0, self.life.lifts),
        }[act]
        for quarter, (stands, amount) in self.payouts.items():
            if stands == state:
                tell(quarter, on)
                self.payouts[quarter] = (to, amount)
                self.oracle.settled.append((index, settles * amount))


def played(story: list[Happening]) -> list[AccrualRow]:
    """The rows of a story, each held against the oracle."""
    told = Told()
    for index, happened in enumerate(story):
        told.month(index, happened)
    rows = list(told.life.world.report.account(told.life.account_id, MONTHS[0], MONTHS[-1]))
    assert {row.month: Fraction(row.closing) for row in rows} == told.expected
    before = Decimal(0)
    for row in rows:
        assert row.opening == before
        assert row.opening + row.accrued - row.settled + sum(part.amount for part in row.parts) == row.closing
        assert row.open + row.not_stated - row.carried == row.closing
        assert row.open >= 0
        paid = [amount for when, amount in told.oracle.settled if CALENDAR[when] == row.month]
        cancelled = -sum(part.amount for part in row.parts if part.name == "cancelled")
        if row is not rows[0]:
            assert Fraction(row.settled) + Fraction(cancelled) == sum(paid)
        before = row.closing
    return rows


@given(st.lists(happenings, min_size=len(CALENDAR), max_size=len(CALENDAR)))
def test_months_add_up_and_end_where_an_independent_count_does(story: list[Happening]) -> None:
    played(story)


def test_seeded_lives_do_so_too_and_go_through_every_movement() -> None:
    seen: set[str] = set()
    for seed in range(20):
        chance = random.Random(seed)
        for row in played([by_chance(chance) for _ in CALENDAR]):
            seen |= {part.name.value for part in row.parts}
            seen |= {"settled"} if row.settled else set()
            seen |= {"carried"} if row.carried else set()
            seen |= {"owed to us"} if row.closing < 0 else set()
    assert seen >= {
        "late_lines", "restated_baseline", "tier_lost", "tier_gained", "cancelled", "settled", "carried", "owed to us",
    }  # fmt: skip


def by_chance(chance: random.Random) -> Happening:
    """Around ten thousand a month: years that end near the levels."""
    return Happening(
        sold=Decimal(chance.randint(-15_000_000, 35_000_000)).scaleb(-3),
        reported_next=chance.random() < 0.75,
        late=Decimal(chance.randint(-15_000_000, 35_000_000)).scaleb(-3) if chance.random() < 0.4 else Decimal(0),
        late_by=chance.randint(1, 5),
        premier=chance.random() < 0.75,
        turns_on=chance.choice(("01", "15", "28")),
        early_act=chance.choice(ACTS),
        act=chance.choice(ACTS),
        restated=Decimal(chance.randint(6_000_000, 20_000_000)).scaleb(-2) if chance.random() < 0.2 else None,
        delayed=chance.random() < 0.4,
        booked=chance.random() < 0.7,
    )
