"""Statements and money of the engine against an oracle that shares no code with it, over random programs.

More of them by hand: `python -m tests.oracle.rebates_comparison 5000`.
"""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from tests.oracle.rebates_comparison import Outcome, differences, play
from tests.oracle.rebates_oracle import (
    Life,
    Row,
    Sold,
    close_day,
    entitlement,
    last_day,
    statements,
)
from tests.oracle.rebates_programs import FIRST_YEAR, WHOLE_WAY, Act, Program, program

ORACLE = Path(__file__).parents[2] / "oracle"
YEAR = FIRST_YEAR


@pytest.mark.parametrize("module", ["rebates_oracle.py", "rebates_programs.py"])
def test_the_oracle_and_its_programs_share_no_code_with_the_engine(module: str) -> None:
    tree = ast.parse((ORACLE / module).read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= {"collections.abc", "dataclasses", "datetime", "random", "tests.oracle.rebates_oracle"}


# -- random programs


@pytest.mark.rule("R-5.1", "R-5.2a", "R-5.3", "R-5.3b", "R-5.4a", "R-5.4b", "R-5.4d", "R-5.4e", "R-5.5")
@pytest.mark.catalogue("F43", "F44", "F45", "F46", "B33")
@pytest.mark.parametrize("seeds", [range(start, start + 20) for start in range(0, 100, 20)], ids=str)
def test_statements_payouts_batches_and_money_are_the_oracles(seeds: range) -> None:
    """Returns, lateness, restatements, lost tier, holds, refusals of the bank: everything at once."""
    assert {seed: found for seed in seeds if (found := list(differences(play(program(seed)))))} == {}


@pytest.mark.rule("R-5.4a")
@pytest.mark.parametrize("seed", range(1000, 1020))
def test_the_payouts_of_a_year_add_up_to_its_entitlement_and_are_paid_where_nothing_interferes(seed: int) -> None:
    """Nothing cancelled, nothing returned: by customers or by the bank."""
    outcome = play(program(seed, quiet=True))
    assert list(differences(outcome)) == []
    for life in outcome.played.program.lives:
        rows = outcome.played.rows(life.account)
        assert rows.keys() == life.premier
        for year in {period[0] for period in rows}:
            payouts = [row.payout for (of, _), row in rows.items() if of == year]
            assert sum(payouts) == rows[year, 4].earned
            paid = [sum(due.moves) for key, due in outcome.desk.due.items() if key[:2] == (life.account, year)]
            assert sum(paid) == rows[year, 4].earned


@pytest.mark.rule("R-5.4e", "R-5.5")
@pytest.mark.catalogue("B77", "F42")
def test_whatever_happens_no_payment_is_negative_and_none_is_made_twice() -> None:
    for outcome in map(play, map(program, range(200, 220))):
        for life in outcome.played.program.lives:
            for row in outcome.played.rows(life.account).values():
                assert min(row.payout, row.carried_out, row.settled, row.earned) >= 0
                assert row.payout - row.carried_out == row.earned - row.settled - row.carried_in
                assert row.payout * row.carried_out == 0
            assert list(_twice(outcome, life)) == []


def _twice(outcome: Outcome, life: Life) -> Iterator[str]:
    """Payouts that are out at the bank more than once: an attempt follows only one that failed or came back."""
    ledger = outcome.played.book.ledger(life.account)
    for payout in outcome.played.book.payouts(life.account):
        kinds = [str(one.kind) for one in ledger if one.period == payout.period]
        out = kinds.count("initiated") - kinds.count("rejected") - kinds.count("returned")
        if out not in (0, 1) or (payout.state == "paid") != (kinds.count("paid") - kinds.count("returned") == 1):
            yield f"{payout.name} {payout.state}: {kinds}"


@pytest.mark.rule("R-5.4a")
@pytest.mark.parametrize("seed", range(300, 315))
def test_in_whatever_order_and_on_whatever_days_before_the_close_lines_arrive_the_statements_are_the_same(
    seed: int,
) -> None:
    random = Random(seed)
    wanted = program(seed, quiet=True)
    lives = tuple(replace(life, sold=tuple(_shuffled(random, life.sold))) for life in wanted.lives)
    first, other = play(wanted), play(replace(wanted, lives=lives))
    for life in wanted.lives:
        assert first.played.rows(life.account) == other.played.rows(life.account)


def _shuffled(random: Random, lines: tuple[Sold, ...]) -> Iterator[Sold]:
    for line in random.sample(lines, len(lines)):
        quarter = (line.day.year, (line.day.month + 2) // 3)
        span = (close_day(quarter) - line.day).days
        yield replace(line, known_on=line.day + timedelta(days=random.randint(0, span)))


# -- the boundaries, to the minor unit


def year_of(country: str, last_year: int, quarters: dict[int, int], *, capped: bool = True, more: int = 0) -> Program:
    """One account's year from minor units: last year's revenue and what each quarter adds; `more` is hardware's."""
    lines = [Sold(last_day((YEAR, number)), last_day((YEAR, number)), "software", minor)
             for number, minor in quarters.items()]  # fmt: skip
    if more:
        lines.append(Sold(date(YEAR, 1, 2), date(YEAR, 1, 2), "hardware", more))
    periods = [(YEAR, quarter) for quarter in (1, 2, 3, 4)]
    life = Life(
        account=f"P1-{country}", opening={YEAR - 1: last_year}, trading_since=date(2020, 1, 1), sold=tuple(lines),
        premier=frozenset(periods), made_on={period: close_day(period) for period in periods},
        frozen_on={YEAR - 1: close_day((YEAR - 1, 4)), YEAR: close_day((YEAR, 4))}, restated={}, capped=capped,
    )  # fmt: skip
    day = close_day((YEAR, 4)) + timedelta(days=30)
    acts = [Act(day, kind, 1, "paid") for kind in (*WHOLE_WAY, *["answer"] * 3)]
    return Program(country, 1, (life,), tuple(acts))


def played(wanted: Program) -> dict[tuple[int, int], Row]:
    outcome = play(wanted)
    assert list(differences(outcome)) == []
    assert {due.state for due in outcome.desk.due.values()} <= {"paid"}
    return outcome.played.rows(wanted.lives[0].account)


@pytest.mark.rule("R-5.1", "R-5.3", "R-5.3b")
@pytest.mark.parametrize(
    ("ytd", "half", "rate", "capped", "uncapped"),
    [
        (119_999_99, 0, 0, 0, 0),  # 119.99999 % of last year's 100 000.00
        (119_999_99, 1, 0, 0, 0),  # half a cent more, by hardware: still below
        (120_000_00, 0, 25, 3_000_00, 3_000_00),
        (120_000_00, 1, 25, 3_000_00, 3_000_00),
        (120_000_19, 1, 25, 3_000_00, 3_000_00),  # 3 000.004875
        (120_000_20, 0, 25, 3_000_01, 3_000_01),  # 3 000.005, half up
        (149_999_99, 0, 25, 3_750_00, 3_750_00),
        (149_999_99, 1, 25, 3_750_00, 3_750_00),
        (150_000_00, 0, 30, 4_500_00, 4_500_00),
        (179_999_99, 0, 30, 5_400_00, 5_400_00),
        (179_999_99, 1, 30, 5_400_00, 5_400_00),
        (180_000_00, 0, 40, 7_200_00, 7_200_00),
        (180_000_12, 0, 40, 7_200_00, 7_200_00),  # 7 200.0048 without the cap
        (180_000_12, 1, 40, 7_200_00, 7_200_01),  # 7 200.005
        (185_000_00, 0, 40, 7_200_00, 7_400_00),
    ],
)  # fmt: skip
@pytest.mark.parametrize("country", ["DE", "JP", "KW"])
def test_levels_cap_and_rounding_to_the_minor_unit(
    country: str, ytd: int, half: int, rate: int, capped: int, uncapped: int
) -> None:
    """The same minor units in euro, yen and dinar: cents, yen, fils."""
    for with_cap, payout in ((True, capped), (False, uncapped)):
        first = played(year_of(country, 100_000_00, {1: ytd}, capped=with_cap, more=half))[YEAR, 1]
        assert (first.ytd, first.rate, first.earned, first.payout) == (2 * ytd + half, rate, payout, payout)


@pytest.mark.rule("R-5.3", "R-5.4a")
def test_the_worked_example_of_the_rules() -> None:
    rows = played(year_of("DE", 1_000_000_00, {1: 300_000_00, 2: 950_000_00, 3: 250_000_00, 4: 400_000_00}))
    assert [row.payout for row in rows.values()] == [0, 31_250_00, 13_750_00, 27_000_00]


@pytest.mark.rule("R-5.3b", "R-5.4a", "R-5.4e")
@pytest.mark.parametrize(
    ("fourth", "capped", "earned", "payout", "carried"),
    [
        (60_000_00, True, 7_200_00, 4_075_00, 0),
        (60_000_00, False, 7_400_00, 4_275_00, 0),
        (-7_000_00, True, 0, 0, 3_125_00),
    ],
)
def test_the_examples_of_last_year_100_000(fourth: int, capped: bool, earned: int, payout: int, carried: int) -> None:
    rows = played(year_of("DE", 100_000_00, {2: 90_000_00, 3: 35_000_00, 4: fourth}, capped=capped))
    assert [rows[YEAR, quarter].payout for quarter in (1, 2, 3)] == [0, 0, 3_125_00]
    last = rows[YEAR, 4]
    assert (last.earned, last.settled, last.payout, last.carried_out) == (earned, 3_125_00, payout, carried)


@pytest.mark.rule("R-5.5")
@pytest.mark.catalogue("F42", "F45")
@pytest.mark.parametrize("kill", range(1, 8))
@pytest.mark.parametrize("before", [False, True])
def test_a_run_killed_while_it_voids_a_batch_leaves_no_payout_behind(kill: int, before: bool) -> None:
    """Three payouts, one of them held after the approval: the others are paid by the next batch."""
    wanted = year_of("DE", 100_000_00, {2: 130_000_00, 3: 30_000_00, 4: 30_000_00})
    day = date(YEAR + 1, 4, 1)
    broken = [Act(day, "prepare"), Act(day, "approve"), Act(day, "hold"), Act(day, "release", kill=kill, before=before)]
    outcome = play(replace(wanted, acts=(*broken, *(Act(day, kind, 1, "paid") for kind in (*WHOLE_WAY, "answer")))))
    assert list(differences(outcome)) == []
    assert [due.state for due in outcome.desk.due.values()] == ["on_hold", "paid", "paid"]


@pytest.mark.rule("R-5.5")
@pytest.mark.catalogue("F44")
@pytest.mark.parametrize("said", ["rejected", "returned"])
def test_what_a_person_says_of_a_payout_once_more_is_answered_as_before(said: str) -> None:
    """The first answer was lost after the write: hold, lift and retry of what came back from the bank."""
    day = date(YEAR + 1, 4, 1)
    persons = [Act(day, kind, kill=1) for kind in ("hold", "lift_hold", "retry")]
    sent = [Act(day, kind, 1, said) for kind in WHOLE_WAY]
    paid = [Act(day, kind, 1, "paid") for kind in WHOLE_WAY]
    outcome = play(replace(year_of("DE", 100_000_00, {2: 130_000_00}), acts=(*sent, *persons, *paid)))
    assert list(differences(outcome)) == []
    assert [ours for act, _, ours in outcome.acts if act in persons] == [True, True, True]
    assert [due.state for due in outcome.desk.due.values()] == ["paid"]


# -- the oracle by itself


@pytest.mark.rule("R-5.3")
def test_the_oracles_ladder_is_that_of_the_guide() -> None:
    assert [entitlement(2 * ytd, 2 * 1000, True) for ytd in (1199, 1200, 1500, 1800, 2000)] == [
        (0, 0, 0), (25, 240_000, 30), (30, 300_000, 45), (40, 360_000, 72), (40, 360_000, 72),
    ]  # fmt: skip
    assert entitlement(0, 0, True) == entitlement(100, -5, True) == (0, 0, 0)


def test_the_comparison_notices_an_entitlement_a_statement_and_a_payment_that_are_not_the_oracles() -> None:
    outcome = play(year_of("DE", 100_000_00, {1: 150_000_00}))
    assert list(differences(outcome)) == []
    account = outcome.played.program.lives[0].account
    row = outcome.rows[account][YEAR, 1]
    outcome.rows[account][YEAR, 1] = replace(row, payout=row.payout + 1)
    assert len(list(differences(outcome))) == 1
    outcome.desk.due[account, YEAR, 1].moves.append(1)
    assert len(list(differences(outcome))) == 2
    outcome.desk.due[account, YEAR, 1].amount += 1
    assert len(list(differences(outcome))) == 3


def test_no_statement_of_the_oracle_rests_on_the_order_of_its_lines() -> None:
    for wanted in map(program, range(400, 430)):
        for life in wanted.lives:
            assert statements(replace(life, sold=life.sold[::-1])) == statements(life)
