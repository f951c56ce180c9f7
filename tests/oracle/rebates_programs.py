"""Random programs of one or two accounts over years, from a seed: revenue, tiers, closes, and what people and banks do.

Plain data, without the engine.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from tests.oracle.rebates_oracle import CLOSE_DAYS, PAYOUT_DAYS, Life, Period, Sold, close_day, last_day

FIRST_YEAR = 2023
MINOR_DIGITS = {"DE": 2, "JP": 0, "KW": 3}
CURRENCY = {"DE": "EUR", "JP": "JPY", "KW": "KWD"}
LATE_DAYS = (0, 0, 0, 5, 29, 30, 31, 40, 90, 200, 400)
SHARES_PCT = (0, 60, 100, 119, 120, 120, 125, 149, 150, 150, 170, 179, 180, 180, 200)
PERSONS = ("hold", "hold", "lift_hold", "lift_hold", "lift_hold", "cancel", "retry", "retry")
WHOLE_WAY = ("prepare", "approve", "release", "answer")
HELD_ON_THE_WAY = ("prepare", "approve", "hold", "release")
WAYS = ("prepare", "prepare", "approve", "approve", "release", "release", "withdraw", "new_bank")


@dataclass(frozen=True)
class Act:
    """What somebody does on a day; `pick` chooses among what there is then, `said` is the bank's answer.

    `kill`: the write at which the engine breaks off, before or after it, to be asked the same once more; 0: none.
    """

    day: date
    kind: str
    pick: int = 0
    said: str = ""
    kill: int = 0
    before: bool = False


@dataclass(frozen=True)
class Program:
    """`missed`: quarters whose task of the close was lost and is made up for by the next quarter's end."""

    country: str
    years: int
    lives: tuple[Life, ...]
    acts: tuple[Act, ...]
    missed: frozenset[Period] = frozenset()

    @property
    def periods(self) -> list[Period]:
        return [(year, quarter) for year in range(FIRST_YEAR, FIRST_YEAR + self.years) for quarter in (1, 2, 3, 4)]

    @property
    def through(self) -> date:
        """A while after the last close."""
        return close_day(self.periods[-1]) + timedelta(days=200)

    def smaller(self) -> Iterator["Program"]:
        """The same without some of its parts, to find out which of them matter."""
        for length in (32, 8, 2, 1):
            for index in range(0, len(self.acts), length):
                yield replace(self, acts=self.acts[:index] + self.acts[index + length :])
        for index, life in enumerate(self.lives):
            if len(self.lives) > 1:
                yield replace(self, lives=self.lives[:index] + self.lives[index + 1 :])
            for line in range(len(life.sold)):
                shorter = replace(life, sold=life.sold[:line] + life.sold[line + 1 :])
                yield replace(self, lives=(*self.lives[:index], shorter, *self.lives[index + 1 :]))
            for year in life.restated:
                fewer = replace(life, restated={of: days for of, days in life.restated.items() if of != year})
                yield replace(self, lives=(*self.lives[:index], fewer, *self.lives[index + 1 :]))


def program(seed: int, *, quiet: bool = False) -> Program:
    """The program of a seed. `quiet`: no returns, nothing late, no restatement, always Premier, nobody interferes."""
    random = Random(seed)
    country = random.choice(sorted(CURRENCY))
    years = random.randint(2, 4)
    bare = Program(country, years, (), ())
    missed = frozenset(period for period in bare.periods if period[1] < 4 and not quiet and random.random() < 0.08)
    capped = random.random() < 0.7
    lives = tuple(
        _life(random, f"P{number}-{country}", bare.periods, missed, capped=capped, quiet=quiet)
        for number in range(1, 1 + random.randint(1, 2))
    )
    acts = tuple(_quiet_acts(bare.periods)) if quiet else tuple(_acts(random, bare))
    return Program(country, years, lives, acts, missed)


def _life(
    random: Random, account: str, periods: list[Period], missed: frozenset[Period], *, capped: bool, quiet: bool
) -> Life:
    scale = random.choice([1, 1, 7, 1000])
    opening = random.randint(1 if quiet else -20, 2000) * scale
    lines = list(_lines(random, opening, scale, periods, quiet=quiet))
    random.shuffle(lines)
    first = periods[0][0] - 1
    frozen_on = {year: close_day((year, 4)) for year in range(first, periods[-1][0] + 1)}
    trading = [date(2020, 5, 1), date(first, 1, 1)] if quiet else [
        date(2020, 5, 1), date(2021, 1, 1), date(first, 1, 1), date(first, 1, 2), date(first + 1, 1, 1)
    ]  # fmt: skip
    return Life(
        account=account,
        opening={first: opening},
        trading_since=random.choice(trading),
        sold=tuple(lines),
        premier=frozenset(periods) if quiet else frozenset(_premier(random, periods)),
        made_on={period: _made_on(period, missed) for period in periods},
        frozen_on=frozen_on,
        restated={} if quiet else dict(_restated(random, frozen_on)),
        capped=capped,
    )


def _made_on(period: Period, missed: frozenset[Period]) -> date:
    year, quarter = period
    return last_day((year, quarter + 1)) if period in missed else close_day(period)


def _lines(random: Random, last_year: int, scale: int, periods: list[Period], *, quiet: bool) -> Iterator[Sold]:
    """A line in each quarter that brings YTD to a share of last year's revenue, give or take a unit; and odd ones."""
    for year in sorted({period[0] for period in periods}):
        ytd = 0
        shares = [random.choice(SHARES_PCT) for _ in range(4)]
        for quarter, pct in enumerate(sorted(shares) if quiet else shares, start=1):
            wanted = max(last_year, 1) * pct // 100 + random.choice([-1, 0, 0, 1])
            step = max(0, wanted - ytd) if quiet else wanted - ytd
            yield _sold(random, last_day((year, quarter)), "software", step, quiet=quiet)
            ytd += step
        last_year = ytd
    for _ in range(random.randint(0, 10)):
        day = date(periods[0][0] - (not quiet), 1, 1) + timedelta(days=random.randint(0, 365 * (len(periods) // 4)))
        amount = random.randint(0 if quiet else -300, 300) * scale
        product = random.choice(["software", "care", "hardware", "hardware", "services", "training"])
        yield _sold(random, day, product, amount, quiet=quiet)


def _sold(random: Random, day: date, product: str, minor: int, *, quiet: bool) -> Sold:
    delay = 0 if quiet else random.choice(LATE_DAYS)
    return Sold(day, day + timedelta(days=delay), product, minor)


def _premier(random: Random, periods: list[Period]) -> Iterator[Period]:
    held = random.random() < 0.9
    for period in periods:
        held = held if random.random() < 0.78 else not held
        if held:
            yield period


def _restated(random: Random, frozen_on: dict[int, date]) -> Iterator[tuple[int, tuple[date, ...]]]:
    for year, day in frozen_on.items():
        if random.random() < 0.3:
            days = {day + timedelta(days=random.choice([1, 59, 90, 91, 181, 200])) for _ in range(random.randint(1, 2))}
            yield year, tuple(sorted(days))


def _acts(random: Random, bare: Program) -> Iterator[Act]:
    first = close_day(bare.periods[0])
    days = sorted(
        first + timedelta(days=random.randint(0, (bare.through - first).days)) for _ in range(25 * bare.years)
    )
    for day in days:
        said = random.choice(["paid", "paid", "rejected", "rejected", "returned", "pending"])
        kinds = random.choice(
            [(random.choice(PERSONS),), (random.choice(WAYS),), ("answer",), WHOLE_WAY, HELD_ON_THE_WAY]
        )
        for kind in kinds:
            kill = random.randint(1, 8) if random.random() < 0.3 else 0
            yield Act(day, kind, random.randint(0, 10**6), said, kill, random.random() < 0.5)
    yield from _round(bare.through - timedelta(days=1), 32)


def _quiet_acts(periods: list[Period]) -> Iterator[Act]:
    """Once a quarter everything due is paid."""
    for period in periods:
        yield from _round(close_day(period) + timedelta(days=PAYOUT_DAYS - CLOSE_DAYS), 2)


def _round(day: date, payments: int) -> Iterator[Act]:
    """Everything that is due is paid, if nothing stands against it."""
    for kind in ("prepare", "approve", "release"):
        yield Act(day, kind)
    yield from (Act(day, "answer", 1, "paid") for _ in range(payments))
