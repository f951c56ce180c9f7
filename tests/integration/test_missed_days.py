"""One assessment after any gap ends where daily ones would have, on the real store, whatever is corrected meanwhile."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import pytest

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.fact_store import DynamoFactStore
from partner_program.adapters.sales_store import DynamoSalesStore
from partner_program.adapters.table import Table
from partner_program.domain.facts import Record
from partner_program.domain.revenue import Contribution
from partner_program.domain.tiers.account import AccountState
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.record_facts import Candidate, Recorder
from tests.fakes.accounts import FixedClock
from tests.fakes.facts import ReportRequests
from tests.fakes.program_table import program_table
from tests.fakes.records import (
    P1_DE,
    accepted,
    certified,
    employed,
    partner,
    qualified_records,
    rulebook,
    sales,
    site,
    trained,
)

BOOK = rulebook()
START = date(2023, 3, 1)
DAYS = 150


class News(NamedTuple):
    """What comes in on a day."""

    on: date
    items: Sequence[Record | Contribution]


def story(seed: int) -> list[News]:
    """Advanced from the start; then people leave, are certified anew, and both is corrected a few days later."""
    choose = random.Random(seed)
    first: list[Record | Contribution] = [
        partner(),
        site(),
        accepted(),
        *qualified_records(),
        sales("2023-02", "60000", known="2023-03-01"),
    ]
    told = [News(START, first)]
    for number in range(12):
        on = START + timedelta(days=choose.randrange(1, DAYS - 10))
        told.append(News(on, _some(choose, on, number)))
        if choose.random() < 0.6:
            later = on + timedelta(days=choose.randrange(1, 9))
            told.append(News(later, _some(choose, later, number)))
    return sorted(told, key=lambda news: news.on)


def _some(choose: random.Random, on: date, number: int) -> list[Record | Contribution]:
    person = choose.choice(["anna", "bo"])
    back = str(on - timedelta(days=choose.randrange(40)))
    match number % 5:
        case 0:
            return [employed(person, until=choose.choice([back, None]))]
        case 1:
            return [certified(person, "MCDE", back, f"again-{person}")]
        case 2:
            return [site(closed=choose.choice([back, None]))]
        case 3:
            return [trained("annual_sales", back)]
    grown = sales("2023-02", str(60000 + number), known=str(on), report="LATE")
    return [grown.model_copy(update={"lines": (on - START).days})]


def run(table: Table, news: Sequence[News], assessed_on: Sequence[date]) -> AccountState:
    """The news of each day, and at its end an assessment where it is one of those days; the last one."""
    facts, accounts = DynamoFactStore(table, workers=1), DynamoAccountStore(table)
    revenue, state = DynamoSalesStore(table, table), None
    for day in (START + timedelta(days=number) for number in range(DAYS)):
        for number, item in enumerate(item for told in news if told.on == day for item in told.items):
            if isinstance(item, Contribution):
                revenue.contribute([(item, [])])
            else:
                recorder = Recorder(facts, ReportRequests(), BOOK, day)
                list(recorder.take([Candidate(item, f"{day}#{number:09d}")]))
        if day in assessed_on:
            state = AssessAccount(accounts, BOOK, FixedClock(str(day)))(P1_DE)
    assert state is not None
    return state


def every_day() -> list[date]:
    return [START + timedelta(days=number) for number in range(DAYS)]


def compare(seed: int) -> None:
    news, choose = story(seed), random.Random(-seed)
    some = [START, *(day for day in every_day() if choose.random() < 0.05), every_day()[-1]]
    with program_table() as table:
        daily = run(table, news, every_day())
    with program_table() as table:
        late = run(table, news, [START, every_day()[-1]])
    with program_table() as table:
        now_and_then = run(table, news, some)
    assert late.model_dump() == daily.model_dump()
    assert now_and_then.model_dump() == daily.model_dump()


@pytest.mark.catalogue("F26")
@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize("seed", range(2))
def test_one_run_after_a_gap_equals_daily_runs(seed: int) -> None:
    compare(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 8))
def test_one_run_after_any_of_many_gaps_equals_daily_runs(seed: int) -> None:
    compare(seed)
