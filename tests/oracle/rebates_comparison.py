"""Engine and oracle side by side through a random program, and every difference between them in words.

`python -m tests.oracle.rebates_comparison 5000 [first seed]` compares so many and shows the smallest failing one.
"""

import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pprint import pprint
from typing import NamedTuple

from partner_program.domain.payments.audit import breaks
from partner_program.domain.payments.ledger import LedgerKind
from tests.oracle.rebates_engine import KILLED, Played, days
from tests.oracle.rebates_oracle import Desk, Key, Row, statements
from tests.oracle.rebates_programs import Act, Program, program


class Outcome(NamedTuple):
    """Both ways through a program. `acts`: what came of each act, by the oracle and by the engine."""

    played: Played
    desk: Desk
    rows: dict[str, dict[tuple[int, int], Row]]
    acts: list[tuple[Act, object, object]]


def play(wanted: Program) -> Outcome:
    """Day by day: reports, restatements, tasks, then what people and the bank do."""
    played = Played(wanted)
    desk = Desk([life.account for life in wanted.lives])
    rows = {life.account: statements(life) for life in wanted.lives}
    parts = [(life.account, part, line) for life in wanted.lives for part, line in enumerate(life.sold)]
    acts: list[tuple[Act, object, object]] = []
    for day in days(wanted):
        played.report(day, parts)
        played.restatements(day)
        played.tasks(day)
        _start(desk, rows, wanted, day)
        today = [act for act in wanted.acts if act.day == day]
        acts.extend((act, _desk(desk, act, wanted), played.act(act)) for act in today)
    return Outcome(played, desk, rows, acts)


def _start(desk: Desk, rows: dict[str, dict[tuple[int, int], Row]], wanted: Program, day: date) -> None:
    for life in wanted.lives:
        for period, row in rows[life.account].items():
            if life.made_on[period] == day:
                desk.start((life.account, *period), row.payout)


def _desk(desk: Desk, act: Act, wanted: Program) -> object:
    match act.kind:
        case "prepare":
            return desk.prepare(act.day)
        case "approve":
            return desk.approve()
        case "withdraw":
            return desk.withdraw()
        case "release":
            return desk.release()
        case "new_bank":
            return desk.new_bank(wanted.lives[act.pick % len(wanted.lives)].account)
        case "answer":
            sent = [(number, key) for number, one in desk.bundles.items() if one.status == "released"
                    for key in sorted(one.members)]  # fmt: skip
            if act.pick % 4:
                sent = [(number, key) for number, key in sent if desk.is_under_way(number, key)]
            return desk.answer(*sent[act.pick % len(sent)], act.said) if sent else ""
        case _:
            keys: list[Key] = [*sorted(desk.due), (wanted.lives[0].account, *wanted.periods[0])]
            return desk.act(act.kind, keys[act.pick % len(keys)])


def differences(outcome: Outcome) -> Iterator[str]:
    """Nothing where both agree."""
    for act, theirs, ours in outcome.acts:
        if ours not in (theirs, KILLED):
            yield f"{act}: the oracle says {theirs}, the engine {ours}"
    for account, rows in outcome.rows.items():
        ours = outcome.played.rows(account)
        for period in sorted({*rows, *ours}):
            if rows.get(period) != ours.get(period):
                yield f"{account} {period}: the oracle says {rows.get(period)}, the engine {ours.get(period)}"
    yield from _payouts(outcome)
    yield from _files(outcome)
    yield from breaks(outcome.played.book.entries)


def _payouts(outcome: Outcome) -> Iterator[str]:
    """State, tries and the money that the ledger has moved, payout by payout."""
    played, book = outcome.played, outcome.played.book
    for life in played.program.lives:
        ledger = book.ledger(life.account)
        ours = {(one.account_id, one.year, one.quarter): one for one in book.payouts(life.account)}
        theirs = {key: due for key, due in outcome.desk.due.items() if key[0] == life.account}
        if set(ours) != set(theirs):
            yield f"{life.account}: the oracle has payouts {sorted(theirs)}, the engine {sorted(ours)}"
        for key in sorted(set(ours) & set(theirs)):
            payout, due = ours[key], theirs[key]
            mine = [one for one in ledger if (one.year, one.quarter) == key[1:]]
            signs = {LedgerKind.PAID: 1, LedgerKind.RETURNED: -1}
            moved = sum(signs.get(one.kind, 0) * played.minor(one.amount) for one in mine)
            found = (played.minor(payout.amount), str(payout.state), payout.attempt, moved)
            if found != (due.amount, due.state, due.attempt, sum(due.moves)):
                yield f"{payout.name}: {found} in the engine, {due} by the oracle"


def _files(outcome: Outcome) -> Iterator[str]:
    """What the payment files order is what the oracle has sent, batch by batch."""
    files = [body for key, body in sorted(outcome.played.files.files.items()) if key.endswith(".xml")]
    ours = sorted(sum(outcome.played.minor(_amount(line)) for line in body.decode().splitlines()) for body in files)
    released = [one for one in outcome.desk.bundles.values() if one.status == "released"]
    theirs = sorted(sum(outcome.desk.due[key].amount for key in one.members) for one in released)
    if ours != theirs:
        yield f"the files order {ours}, the oracle sends {theirs}"


def _amount(line: str) -> Decimal:
    return Decimal(line.split()[1])


def smallest(wanted: Program, tries: int = 400) -> Program:
    """A program that still fails and from which little can be left out."""
    smaller = wanted.smaller()
    for _ in range(tries):
        candidate = next(smaller, None)
        if candidate is None:
            break
        if _fails(candidate):
            wanted, smaller = candidate, candidate.smaller()
    return wanted


def _fails(wanted: Program) -> bool:
    try:
        return next(differences(play(wanted)), None) is not None
    except Exception:  # noqa: BLE001  # a crash is a difference too
        return True


def main(count: int, first: int) -> int:
    """How many programs of `count` seeds differ."""
    failed = []
    for seed in range(first, first + count):
        for quiet in (False, True):
            wanted = program(seed, quiet=quiet)
            if _fails(wanted):
                failed.append((seed, quiet))
                if len(failed) == 1:
                    least = smallest(wanted)
                    print(least)
                    pprint(list(differences(play(least))))
    print(f"{count} seeds, {len(failed)} fail: {failed[:20]}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(min(1, main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)))
