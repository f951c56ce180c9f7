"""Facts as known at the end of a past day: the store in memory and the one on DynamoDB answer alike."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Protocol

import pytest

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.fact_store import DynamoFactStore
from partner_program.adapters.sales_store import DynamoSalesStore
from partner_program.adapters.table import Table
from partner_program.domain.facts import AccountFacts, Record, Site
from partner_program.domain.revenue import Contribution
from partner_program.use_cases.ports import AccountStore
from partner_program.use_cases.record_facts import Candidate, Recorder
from tests.fakes.accounts import FakeAccounts
from tests.fakes.facts import ReportRequests
from tests.fakes.program_table import program_table
from tests.fakes.records import (
    P1_DE,
    accepted,
    baseline,
    certified,
    day,
    employed,
    facts,
    opening,
    partner,
    placed,
    plan,
    rulebook,
    sales,
    site,
    trained,
)
from tests.fakes.records_world import RecordsWorld, row

BOOK = rulebook()


class World(Protocol):
    """A store, and a way to take rows on a day."""

    store: AccountStore

    def take(self, on: str, *records: Record, stamp: str = "") -> None: ...

    def count(self, *contributions: Contribution) -> None: ...


class InMemory:
    """Partner P1 alone: whatever is told, is told of it."""

    def __init__(self) -> None:
        self.fake = FakeAccounts()
        self.store: AccountStore = self.fake

    def take(self, on: str, *records: Record, stamp: str = "") -> None:
        self.fake.add(*records, known_on=on, stamp=stamp or on)

    def count(self, *contributions: Contribution) -> None:
        self.fake.add(*contributions)


class OnDynamo:
    """Rows are taken as those of an uploaded file are."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.store: AccountStore = DynamoAccountStore(table)

    def take(self, on: str, *records: Record, stamp: str = "") -> None:
        recorder = Recorder(DynamoFactStore(self.table, workers=1), ReportRequests(), BOOK, day(on))
        list(recorder.take([Candidate(item, f"{stamp or on}#{n:09d}") for n, item in enumerate(records)]))

    def count(self, *contributions: Contribution) -> None:
        DynamoSalesStore(self.table, self.table).contribute([(item, []) for item in contributions])


@pytest.fixture(params=["in memory", "on DynamoDB"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "in memory":
        yield InMemory()
        return
    with program_table() as table:
        yield OnDynamo(table)


def known(world: World, on: str, account_id: str = P1_DE) -> AccountFacts:
    return plain(world.store.facts_known_on(account_id, 2022, day(on)))


def today(world: World) -> AccountFacts:
    return plain(world.store.load(P1_DE, 2022)[0])


def plain(found: AccountFacts) -> AccountFacts:
    """Without the days on which it became known."""
    return found.model_copy(update={"news": (), "arrivals": {}, "seen_since": None})


def test_what_was_taken_later_was_not_known_the_evening_before(world: World) -> None:
    entry = [partner(), site(), accepted()]
    world.take("2023-01-02", *entry)
    world.take("2023-02-01", employed("anna"), certified("anna", "MCDE", "2023-01-15"))
    world.take("2023-02-02", trained("onboarding", "2023-01-20"), opening(2022, "5"), placed("advanced"))
    assert known(world, "2023-01-01") == facts()
    assert known(world, "2023-01-31") == facts(*entry)
    later = [employed("anna"), certified("anna", "MCDE", "2023-01-15")]
    assert known(world, "2023-02-01") == facts(*entry, *later)
    everything = today(world)
    assert known(world, "2023-02-02") == known(world, "2024-01-01") == everything
    assert everything.placement == placed("advanced")


@pytest.mark.parametrize(
    ("first", "corrected"),
    [
        (partner(), partner(enrolled="2023-01-05")),
        (site(), site(closed="2023-12-31")),
        (accepted(), accepted("2023-01-09")),
        (employed("anna"), employed("anna", until="2023-05-01")),
        (certified("anna", "MCDE", "2023-01-15", "C1"), certified("anna", "MCIT", "2023-01-16", "C1")),
        (plan(2023, "2023-02-01"), plan(2023, "2023-01-01")),
        (placed("premier"), placed("advanced")),
        (opening(2022, "100.005"), opening(2022, "7")),
    ],
    ids=lambda record: record.kind,
)
def test_a_correction_counts_from_the_day_on_which_it_was_taken(world: World, first: Record, corrected: Record) -> None:
    basis: list[Record] = [partner(), site(), accepted(), employed("anna")]
    others = [item for item in basis if (item.kind, item.key) != (first.kind, first.key)]
    world.take("2023-02-01", *others)
    world.take("2023-02-02", first)
    world.take("2023-03-10", corrected)
    assert known(world, "2023-03-09") == facts(*others, first)
    assert known(world, "2023-03-10") == facts(*others, corrected) == today(world)


def test_a_fact_corrected_several_times_is_each_of_its_versions_in_turn(world: World) -> None:
    world.take("2023-01-02", partner(), site())
    for on, submitted in (("2023-02-01", "2023-01-01"), ("2023-02-05", "2023-01-02"), ("2023-02-05", "2023-01-03")):
        world.take(on, plan(2023, submitted), stamp=f"{on}#{submitted}")
    world.take("2023-03-01", plan(2023, "2023-01-04"))
    versions = [
        (on, known(world, on).business_plans) for on in ("2023-02-04", "2023-02-05", "2023-02-28", "2023-03-01")
    ]
    assert [(on, plans[0].submitted_on.isoformat()) for on, plans in versions] == [
        ("2023-02-04", "2023-01-01"), ("2023-02-05", "2023-01-03"), ("2023-02-28", "2023-01-03"),
        ("2023-03-01", "2023-01-04"),
    ]  # fmt: skip


def test_what_was_known_on_a_day_names_the_days_up_to_it_on_which_something_was_taken(world: World) -> None:
    world.take("2023-01-02", partner(), site())
    world.take("2023-02-01", plan(2023, "2023-01-01"))
    world.count(sales("2023-01", "10", known="2023-02-05"))
    world.take("2023-03-01", employed("anna"))
    for on, days in (
        ("2023-02-04", ["2023-01-02", "2023-02-01"]),
        ("2023-02-28", ["2023-01-02", "2023-02-01", "2023-02-05"]),
    ):
        assert world.store.facts_known_on(P1_DE, 2022, day(on)).news == tuple(map(day, days))


def test_a_day_on_which_something_was_taken_that_was_corrected_since_is_still_named(world: World) -> None:
    world.take("2023-01-02", partner(), site(), stamp="a")
    for on, submitted in (("2023-02-01", "2023-01-01"), ("2023-02-05", "2023-01-02"), ("2023-03-01", "2023-01-03")):
        world.take(on, plan(2023, submitted))
    world.count(sales("2023-01", "10", known="2023-02-09"))
    for lines, on in ((2, "2023-02-10"), (3, "2023-04-05")):
        world.count(sales("2023-01", "10", known=on).model_copy(update={"lines": lines}))
    found = world.store.load(P1_DE, 2022)[0].news
    assert [str(on) for on in found] == [
        "2023-01-02", "2023-02-01", "2023-02-05", "2023-02-09", "2023-02-10", "2023-03-01", "2023-04-05",
    ]  # fmt: skip


@pytest.mark.catalogue("F03")
def test_a_row_of_an_earlier_upload_that_comes_late_never_stood(world: World) -> None:
    world.take("2023-01-02", partner(), site())
    world.take("2023-02-05", plan(2023, "2023-02-02"), stamp="b")
    world.take("2023-03-01", plan(2023, "2023-01-01"), stamp="a")
    for on in ("2023-02-05", "2023-03-01"):
        assert known(world, on).business_plans == (plan(2023, "2023-02-02"),)
    assert known(world, "2023-02-04").business_plans == ()


def test_a_row_that_repeats_what_stands_changes_no_past_day(world: World) -> None:
    world.take("2023-01-02", partner(), site())
    world.take("2023-02-05", plan(2023, "2023-02-02"))
    world.take("2023-03-01", plan(2023, "2023-02-02"))
    world.take("2023-04-01", plan(2023, "2023-03-31"))
    assert known(world, "2023-02-05").business_plans == known(world, "2023-03-31").business_plans
    assert known(world, "2023-03-31").business_plans == (plan(2023, "2023-02-02"),)


def test_contributions_and_baselines_count_from_the_day_on_which_there_was_one(world: World) -> None:
    world.count(sales("2023-01", "10", known="2023-02-05"), sales("2023-02", "20", known="2023-03-05"))
    world.store.put_baseline(baseline(2022, "7", "2023-01-30"))
    restated = baseline(2022, "9", "2023-01-30").model_copy(
        update={"revision": 1, "restated_on": day("2023-03-01"), "restated_by": "finance", "reason": "late report"}
    )
    world.store.put_baseline(restated)
    found = [(item.month, str(item.credit)) for item in known(world, "2023-03-04").contributions]
    assert found == [("2023-01", "10")]
    assert len(known(world, "2023-03-05").contributions) == 2
    assert known(world, "2023-01-29").baselines == ()
    assert [item.revision for item in known(world, "2023-02-28").baselines] == [0]
    assert [item.revision for item in known(world, "2023-03-01").baselines] == [0, 1]


def test_a_contribution_that_grew_when_held_lines_were_counted_was_smaller_before(world: World) -> None:
    grown = [
        sales("2023-01", credit, known=on).model_copy(update={"lines": lines})
        for lines, credit, on in ((1, "10", "2023-02-05"), (2, "30", "2023-03-05"), (5, "100", "2023-04-05"))
    ]
    world.count(grown[0], sales("2023-01", "1", known="2023-02-01", part=1))
    world.count(grown[1])
    world.count(grown[2])
    days = ("2023-02-04", "2023-02-05", "2023-03-04", "2023-03-05", "2023-04-04", "2023-04-05")
    totals = [sum(item.credit for item in known(world, on).contributions) for on in days]
    assert totals == [Decimal(amount) for amount in ("1", "11", "11", "31", "31", "101")]


def test_years_before_the_one_asked_for_are_left_out(world: World) -> None:
    world.count(sales("2021-12", "1", known="2022-01-05"), sales("2022-01", "2", known="2022-02-05"))
    world.count(sales("2021-12", "5", known="2023-01-05").model_copy(update={"lines": 9}))
    assert [item.month for item in known(world, "2022-06-01").contributions] == ["2022-01"]


# -- only as the engine takes rows: copies, rows that wait, repeated uploads


@pytest.fixture
def table() -> Iterator[Table]:
    with program_table() as made:
        yield made


def test_a_site_that_changed_hands_counts_for_each_partner_on_its_days(table: Table) -> None:
    world = OnDynamo(table)
    world.take("2023-01-02", partner(), site(), accepted(), partner("P2"), accepted(partner_id="P2"))
    world.take("2023-01-03", employed("anna"), certified("anna", "MCDE", "2023-01-01"))
    world.take("2023-03-01", site(partner_id="P2"))
    world.take("2023-04-01", site())
    for on, owner in (("2023-02-28", "P1"), ("2023-03-01", "P2"), ("2023-03-31", "P2"), ("2023-04-01", "P1")):
        for partner_id in ("P1", "P2"):
            there = known(world, on, f"{partner_id}-DE")
            counted = (len(there.sites), len(there.employments), len(there.certifications))
            assert counted == ((1, 1, 1) if partner_id == owner else (0, 0, 0)), (on, partner_id)
            assert there.partner == partner(partner_id)


def test_a_certification_corrected_to_another_person_counted_for_the_first_until_then(table: Table) -> None:
    world = OnDynamo(table)
    world.take("2023-01-02", partner(), site(), site("S2", country="FR"), accepted())
    world.take("2023-01-02", employed("anna"), employed("bo", site_id="S2"))
    world.take("2023-01-10", certified("anna", "MCDE", "2023-01-01", "C1"))
    world.take("2023-02-10", certified("bo", "MCDE", "2023-01-01", "C1"))
    held = {
        on: [len(known(world, on, account).certifications) for account in ("P1-DE", "P1-FR")]
        for on in ("2023-01-09", "2023-01-10", "2023-02-09", "2023-02-10")
    }
    assert list(held.values()) == [[0, 0], [1, 0], [1, 0], [0, 1]]


def test_a_row_that_waited_was_known_when_what_it_waited_for_had_come(table: Table) -> None:
    world = OnDynamo(table)
    world.take("2023-01-05", trained("onboarding", "2023-01-04"))
    world.take("2023-01-20", partner(), site())
    assert known(world, "2023-01-19") == facts()
    assert known(world, "2023-01-20").trainings == (trained("onboarding", "2023-01-04"),)


@pytest.mark.catalogue("F20")
def test_an_upload_delivered_again_weeks_later_changes_no_past_day(table: Table) -> None:
    world = OnDynamo(table)
    first, corrected = plan(2023, "2023-02-01"), plan(2023, "2023-01-15")
    world.take("2023-01-02", partner(), site())
    world.take("2023-02-01", first)
    world.take("2023-03-01", corrected)
    world.take("2023-04-01", first, stamp="2023-02-01")
    assert known(world, "2023-02-28").business_plans == (first,)
    assert known(world, "2023-03-01").business_plans == (corrected,)


STEPS: Sequence[tuple[str, dict[str, str]]] = [
    ("partners", {}), ("partners", {"enrolled_on": "2023-02-01"}), ("partners", {"partner_id": "P2"}),
    ("sites", {}), ("sites", {"closed_on": "2023-09-01"}), ("sites", {"country": "FR"}),
    ("sites", {"partner_id": "P2"}), ("sites", {"site_id": "S2", "partner_id": "P2"}), ("terms_acceptances", {}),
    ("terms_acceptances", {"accepted_on": "2023-03-01"}), ("people", {}), ("people", {"until_date": "2024-02-01"}),
    ("people", {"site_id": "S2"}), ("people", {"person_id": "B"}), ("certifications", {}),
    ("certifications", {"person_id": "B"}), ("certifications", {"kind": "MCIT", "certification_id": "C2"}),
    ("certifications", {"kind": "MCIE", "certification_id": "C3", "certified_on": "2023-03-01"}),
    ("trainings", {}), ("trainings", {"country": "FR"}), ("business_plans", {}),
    ("business_plans", {"submitted_on": "2024-01-10"}), ("placements", {}), ("placements", {"tier": "advanced"}),
    ("opening_revenue", {}), ("opening_revenue", {"sales_revenue": "3.50"}), ("brand_reviews", {}),
]  # fmt: skip


def story(table: Table, seed: int) -> None:
    """Uploads of any rows in any order over some days: every evening is remembered, and asked for at the end."""
    choose = random.Random(seed)
    world: Any = RecordsWorld(facts=DynamoFactStore(table, workers=1))
    store = DynamoAccountStore(table)
    accounts = ["P1-DE", "P1-FR", "P2-DE", "P2-FR"]
    evenings: dict[date, list[AccountFacts]] = {}
    late: list[Any] = []
    for number in range(12):
        today = date(2024, 5, 5) + timedelta(days=number)
        world.clock.day = today
        for kind, changes in choose.choices(STEPS, k=choose.randint(0, 4)):
            ref = world.upload(kind, row(kind, **changes))
            if choose.random() < 0.2:
                late.append(ref)
            else:
                world.ingest()(ref)
        if late and choose.random() < 0.3:
            world.ingest()(late.pop(choose.randrange(len(late))))
        evenings[today] = [plain(store.load(account, 2022)[0]) for account in accounts]
    for today, before in evenings.items():
        then = [store.facts_known_on(account, 2022, today) for account in accounts]
        assert [plain(found) for found in then] == before, today
        assert all(taken_on <= today for found in then for taken_on in found.news)
    for place, account in enumerate(accounts):
        told = set(store.load(account, 2022)[0].news)
        days = sorted(evenings)
        changed = {late for early, late in pairwise(days) if evenings[early][place] != evenings[late][place]}
        assert changed <= told, account


@pytest.mark.parametrize("seed", range(3))
def test_every_evening_is_known_for_ever_as_it_was(table: Table, seed: int) -> None:
    story(table, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 20))
def test_every_evening_of_many_stories_is_known_for_ever_as_it_was(table: Table, seed: int) -> None:
    story(table, seed)


def test_asking_for_a_day_on_which_all_was_known_costs_no_history(table: Table) -> None:
    world = OnDynamo(table)
    world.take("2023-01-02", partner(), site(), employed("anna"))
    queried: list[str] = []

    class Noting(Table):
        def query(self, pk: str, **of: Any) -> Any:
            queried.append(pk)
            return super().query(pk, **of)

    store = DynamoAccountStore(Noting(table._client, table.name))
    assert len(store.facts_known_on(P1_DE, 2022, day("2023-01-02")).sites) == 1
    assert queried == ["PARTNER#P1", "ACCOUNT#P1-DE"]
    queried.clear()
    assert store.facts_known_on(P1_DE, 2022, day("2023-01-01")).sites == ()
    assert queried == [
        "PARTNER#P1", "HISTORY#PARTNER#P1", "HISTORY#PERSON#anna", "HISTORY#SITE#S1", "ACCOUNT#P1-DE",
    ]  # fmt: skip


def test_the_sites_of_a_past_day_are_records_of_that_day(table: Table) -> None:
    world = OnDynamo(table)
    world.take("2023-01-02", partner(), site())
    world.take("2023-06-01", site(closed="2023-05-31"))
    (then,) = known(world, "2023-05-31").sites
    assert isinstance(then, Site)
    assert then.closed_on is None
