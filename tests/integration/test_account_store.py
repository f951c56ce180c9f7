"""The account store and the job log on DynamoDB (moto) do what their in-memory fakes do."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import pytest

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.job_log import DynamoJobLog
from partner_program.adapters.table import Table
from partner_program.domain.accelerator.calculation import Assignment, make_statement
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.facts import AccountFacts, Record
from partner_program.domain.revenue import Contribution
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.assessment import assess
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.payment_ports import PaidAccounts
from partner_program.use_cases.ports import JobLog, StoredState
from partner_program.values.errors import InvalidValue, VersionConflict
from partner_program.values.periods import Quarter
from tests.fakes.accounts import FakeAccounts, FakeJobLog, FixedClock
from tests.fakes.assessing import quiet
from tests.fakes.program_table import contribution_item, program_table, record_item
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
    qualified_records,
    rulebook,
    sales,
    site,
    trained,
)

BOOK = rulebook()


class World(Protocol):
    """A store and a way to put facts into it."""

    store: PaidAccounts
    jobs: JobLog

    def add(self, *items: Record | Contribution, partner_id: str = "P1") -> None: ...


class InMemory:
    def __init__(self) -> None:
        self.fake = FakeAccounts()
        self.store: PaidAccounts = self.fake
        self.jobs: JobLog = FakeJobLog()

    def add(self, *items: Record | Contribution, partner_id: str = "P1") -> None:
        self.fake.add(*items, partner_id=partner_id)


class OnDynamo:
    def __init__(self, table: Table) -> None:
        self.table = table
        self.store: PaidAccounts = DynamoAccountStore(table)
        self.jobs: JobLog = DynamoJobLog(table)

    def add(self, *items: Record | Contribution, partner_id: str = "P1") -> None:
        for item in items:
            row = contribution_item(item) if isinstance(item, Contribution) else record_item(item, partner_id)
            self.table.put(row)


@pytest.fixture(params=["in memory", "on DynamoDB"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "in memory":
        yield InMemory()
    else:
        with program_table() as table:
            yield OnDynamo(table)


def state_of(account_id: str = P1_DE, on: str = "2023-06-15") -> AccountState:
    country = account_id.rsplit("-", 1)[1]
    known = facts(partner(), site(country=country), accepted(), *qualified_records(), account_id=account_id)
    return assess(known, None, BOOK, day(on))


def statement_of(quarter: Quarter, status: StatementStatus) -> Statement:
    known = facts(partner(trading_since="2020-01-01"), site(), opening(2023, "100000"), sales("2024-01", "130000.005"))
    return make_statement(known, Assignment(quarter, status, date(2024, 5, 1)), [], BOOK)


def without_news(known: AccountFacts) -> AccountFacts:
    """The facts themselves; test_known_on.py pins when they became known."""
    return known.model_copy(update={"news": (), "arrivals": {}, "seen_since": None})


def test_an_unknown_account_has_no_facts_and_no_state(world: World) -> None:
    known, stored = world.store.load(P1_DE, 2023)
    assert known == facts()
    assert stored == StoredState(None, 0)
    assert world.store.state(P1_DE) is None
    assert list(world.store.account_ids_of("P1")) == []
    assert list(world.store.all_account_ids()) == []


@pytest.mark.rule("R-2.2b")
def test_facts_are_those_of_the_account_and_no_others(world: World) -> None:
    own = [
        partner(), site(), accepted(), employed("anna"), certified("anna", "MCDE", "2023-02-01"),
        trained("onboarding", "2023-02-01"), plan(2023, "2023-02-01"), placed("advanced"), opening(2022, "10.005"),
    ]  # fmt: skip
    world.add(*own)
    world.add(
        site("S2", country="FR"), employed("bo", site_id="S2"), certified("bo", "MCDE", "2023-02-01"),
        trained("onboarding", "2023-02-01", country="FR"), placed("premier", country="FR"),
        opening(2022, "5", country="FR"),
    )  # fmt: skip
    world.add(partner("P2"), site("S9", partner_id="P2"), accepted(partner_id="P2"), partner_id="P2")
    revenue = [sales("2023-01", "1.005"), sales("2023-01", "2", part=1), sales("2024-03", "3")]
    world.add(*revenue, sales("2023-01", "9", account_id="P1-FR"))
    known, _ = world.store.load(P1_DE, 2023)
    assert without_news(known) == without_news(facts(*own, *revenue))
    assert world.store.account_ids_of("P1") == ["P1-DE", "P1-FR"]


@pytest.mark.rule("R-2.2b")
def test_a_copy_of_a_site_that_is_another_partners_by_now_is_no_account(world: World) -> None:
    world.add(site(), site("S2", country="FR", partner_id="P2"))
    assert list(world.store.account_ids_of("P1")) == ["P1-DE"]
    assert world.store.load("P1-FR", 2023)[0].sites == ()
    assert world.store.sites_of(["P1-FR", P1_DE]) == {P1_DE: [site()], "P1-FR": []}


@pytest.mark.rule("R-5.4c")
def test_sites_of_several_accounts_are_those_of_their_facts(world: World) -> None:
    world.add(site(), site("S3"), site("S2", country="FR"), employed("anna"))
    world.add(site("S9", partner_id="P2"), partner_id="P2")
    names = ["P2-DE", P1_DE, "P1-FR", P1_DE, "P3-DE"]
    found = world.store.sites_of(iter(names))
    assert {name: tuple(sites) for name, sites in found.items()} == {
        name: world.store.load(name, 2023)[0].sites for name in names
    }


def test_facts_come_back_in_the_same_order_however_they_were_recorded(world: World) -> None:
    records = [
        partner(),
        site("S2"),
        site("S1"),
        *qualified_records(),
        employed("anna", "2022-01-01", "2022-06-01", "S2"),
    ]
    world.add(*records)
    world.add(sales("2023-02", "1"), sales("2023-01", "1", report="Z"), sales("2023-01", "1", report="A"))
    known, _ = world.store.load(P1_DE, 2023)
    assert [item.site_id for item in known.sites] == ["S1", "S2"]
    assert [(item.month, item.report_id) for item in known.contributions] == [
        ("2023-01", "A-2023-01"), ("2023-01", "Z-2023-01"), ("2023-02", "R-2023-02"),
    ]  # fmt: skip
    assert without_news(known) == without_news(facts(*reversed(records), *known.contributions))


def test_a_later_row_with_the_same_key_replaces_the_earlier_one(world: World) -> None:
    world.add(partner(enrolled="2023-01-02"), partner(enrolled="2023-01-09"))
    known, _ = world.store.load(P1_DE, 2023)
    assert known.partner == partner(enrolled="2023-01-09")


@pytest.mark.rule("R-3.4b")
def test_revenue_is_loaded_from_the_first_of_january_of_the_year_asked_for(world: World) -> None:
    world.add(sales("2022-12", "1"), sales("2023-01", "2"), sales("2024-12", "3"))
    for year, frozen in ((2022, "2023-01-30"), (2023, "2024-01-30"), (2024, "2025-01-30")):
        world.store.put_baseline(baseline(year, "7", frozen))
    known, _ = world.store.load(P1_DE, 2023)
    assert [item.month for item in known.contributions] == ["2023-01", "2024-12"]
    assert [item.year for item in known.baselines] == [2023, 2024]


@pytest.mark.catalogue("F58")
def test_a_state_is_saved_only_on_top_of_the_version_that_was_read(world: World) -> None:
    first, second = state_of(), state_of(on="2023-06-16")
    world.store.save_state(first, 0)
    assert world.store.load(P1_DE, 2023)[1] == StoredState(first, 1)
    for stale in (0, 2):
        with pytest.raises(VersionConflict):
            world.store.save_state(second, stale)
    assert world.store.load(P1_DE, 2023)[1] == StoredState(first, 1)
    world.store.save_state(second, 1)
    assert world.store.load(P1_DE, 2023)[1] == StoredState(second, 2)


def test_a_state_comes_back_to_the_last_byte(world: World) -> None:
    world.add(partner(), site(), accepted(), *qualified_records(), sales("2023-05", "60000.005"))
    saved = AssessAccount(world.store, BOOK, FixedClock("2023-06-15"))(P1_DE)
    _, stored = world.store.load(P1_DE, 2022)
    assert saved is not None
    assert stored.state is not None
    assert stored.state.model_dump_json() == saved.model_dump_json()
    assert world.store.state(P1_DE) == saved


def test_several_accounts_are_loaded_once_each_and_in_order(world: World) -> None:
    world.add(
        partner(), site(), site("S2", country="FR"), sales("2023-01", "1"), sales("2023-02", "2", account_id="P1-FR")
    )
    world.add(partner("P2"), site("S9", partner_id="P2"), partner_id="P2")
    world.store.save_state(state_of("P1-FR"), 0)
    loaded = list(world.store.load_many(["P2-DE", "P1-FR", "P1-DE", "P2-DE"], 2023))
    assert [account_id for account_id, _, _ in loaded] == ["P1-DE", "P1-FR", "P2-DE"]
    assert [stored.version for _, _, stored in loaded] == [0, 1, 0]
    for account_id, known, stored in loaded:
        assert (known, stored) == world.store.load(account_id, 2023)


def test_every_account_with_a_state_is_listed(world: World) -> None:
    for account_id in ("P2-DE", "P1-FR", "P1-DE"):
        world.store.save_state(state_of(account_id), 0)
    world.store.save_state(state_of(on="2023-06-16"), 1)
    assert list(world.store.all_account_ids()) == ["P1-DE", "P1-FR", "P2-DE"]


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("F45")
def test_a_baseline_is_frozen_once(world: World) -> None:
    first, later = baseline(2023, "100.005", "2024-01-30"), baseline(2023, "200", "2024-02-01")
    assert world.store.put_baseline(first) == first
    assert world.store.put_baseline(later) == first
    assert world.store.load(P1_DE, 2023)[0].baselines == (first,)


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("F45")
def test_a_statement_is_put_once_and_never_changes(world: World) -> None:
    first = statement_of(Quarter(2024, 1), StatementStatus.FINAL)
    assert world.store.put_statement(first) == first
    other = first.model_copy(update={"payout": Decimal("0.01")})
    assert world.store.put_statement(other) == first
    (kept,) = world.store.statements(P1_DE)
    assert kept.model_dump_json() == first.model_dump_json()


@pytest.mark.rule("R-5.4a")
@pytest.mark.catalogue("F58")
def test_a_final_statement_is_put_only_on_the_final_ones_it_was_made_from(world: World) -> None:
    store, final = world.store, StatementStatus.FINAL
    first, second, third = (statement_of(Quarter(2024, number), final) for number in (1, 2, 3))
    assert store.finals_version(P1_DE) == 0
    assert store.put_statement(second, 0) == second
    assert store.finals_version(P1_DE) == 1
    for stale in (0, 2):
        with pytest.raises(VersionConflict):
            store.put_statement(first, stale)
    assert list(store.statements(P1_DE)) == [second]
    assert store.put_statement(third, 1) == third
    assert (store.finals_version(P1_DE), store.finals_version("P1-FR")) == (2, 0)


@pytest.mark.rule("R-5.4b")
def test_final_statements_are_found_by_account_and_quarter_and_no_others(world: World) -> None:
    first, second = (statement_of(Quarter(2024, number), StatementStatus.FINAL) for number in (1, 2))
    for one in (first, second, statement_of(Quarter(2024, 3), StatementStatus.PRELIMINARY)):
        world.store.put_statement(one)
    asked = [(P1_DE, Quarter(2024, number)) for number in (2, 3, 1)] + [("P1-FR", Quarter(2024, 1))]
    assert world.store.finals_of(iter(asked)) == {asked[0]: second, asked[2]: first}


@pytest.mark.catalogue("F45")
@pytest.mark.parametrize("finals", [0, 1, 2])
def test_the_same_final_statement_again_is_what_stands_whatever_was_read(world: World, finals: int) -> None:
    first = statement_of(Quarter(2024, 1), StatementStatus.FINAL)
    world.store.put_statement(first, 0)
    other = first.model_copy(update={"payout": Decimal("0.01")})
    assert world.store.put_statement(other, finals) == first
    assert world.store.finals_version(P1_DE) == 1


def test_preliminary_statements_and_those_put_on_no_condition_are_not_counted(world: World) -> None:
    world.store.put_statement(statement_of(Quarter(2024, 1), StatementStatus.PRELIMINARY), 7)
    world.store.put_statement(statement_of(Quarter(2024, 1), StatementStatus.FINAL))
    assert (world.store.finals_version(P1_DE), len(world.store.statements(P1_DE))) == (0, 2)


@pytest.mark.catalogue("F31")
def test_a_transaction_that_was_in_somebodys_way_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[tuple[str | None, ...] | None] = [("TransactionConflict", None), (None, "TransactionConflict"), None]
    pauses: list[float] = []
    monkeypatch.setattr("partner_program.adapters.account_store.put_across", lambda _: answers.pop(0))
    monkeypatch.setattr("partner_program.adapters.account_store.time.sleep", pauses.append)
    first = statement_of(Quarter(2024, 1), StatementStatus.FINAL)
    with program_table() as table:
        assert DynamoAccountStore(table).put_statement(first, 0) == first
    assert (answers, len(pauses)) == ([], 2)


def test_statements_come_by_quarter_the_preliminary_one_first(world: World) -> None:
    preliminary, final = StatementStatus.PRELIMINARY, StatementStatus.FINAL
    made = [
        (Quarter(2024, 1), preliminary),
        (Quarter(2024, 1), final),
        (Quarter(2024, 2), preliminary),
        (Quarter(2025, 1), final),
    ]
    for quarter, status in reversed(made):
        world.store.put_statement(statement_of(quarter, status))
    assert [(item.period, item.status) for item in world.store.statements(P1_DE)] == made
    assert [item.period for item in world.store.statements(P1_DE, Quarter(2024, 2))] == [
        Quarter(2024, 2),
        Quarter(2025, 1),
    ]
    assert list(world.store.statements("P1-FR")) == []


@pytest.mark.catalogue("F26")
def test_a_jobs_progress_never_moves_back(world: World) -> None:
    assert world.jobs.last_done("a") is None
    world.jobs.mark_done("a", day("2024-03-31"))
    world.jobs.mark_done("a", day("2024-03-30"))
    world.jobs.mark_done("b", day("2024-01-01"))
    assert world.jobs.last_done("a") == day("2024-03-31")
    assert world.jobs.last_done("b") == day("2024-01-01")
    world.jobs.mark_done("a", day("2024-04-01"))
    assert world.jobs.last_done("a") == day("2024-04-01")


def test_an_id_that_is_no_account_is_refused() -> None:
    with program_table() as table, pytest.raises(InvalidValue):
        DynamoAccountStore(table).load("P1#DE", 2023)


# -- what only the real store has: requests and attributes


class CountingClient:
    """Notes every request and whether it was strongly consistent."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.requests: list[tuple[str, str]] = []

    def get_paginator(self, name: str) -> Any:
        real = self._client.get_paginator(name)

        class Pages:
            def paginate(inner, **request: Any) -> Any:  # noqa: N805  # `self` is the client here
                assert request.get("IndexName") or request["ConsistentRead"]
                self.requests.append((name, request["ExpressionAttributeValues"].get(":pk", {}).get("S", "")))
                return real.paginate(**request)

        return Pages()

    def get_item(self, **request: Any) -> Any:
        assert request["ConsistentRead"]
        self.requests.append(("get_item", request["Key"]["pk"]["S"]))
        return self._client.get_item(**request)

    def batch_get_item(self, **request: Any) -> Any:
        self.requests.append(("batch_get_item", ""))
        return self._client.batch_get_item(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


@pytest.mark.catalogue("F36")
def test_an_account_costs_three_consistent_reads_and_a_partners_facts_are_read_once_in_a_batch() -> None:
    with program_table() as table:
        counting = CountingClient(table._client)
        store = DynamoAccountStore(Table(counting, table.name))  # type: ignore[arg-type]  # a spy
        store.load(P1_DE, 2023)
        assert counting.requests == [
            ("get_item", "ACCOUNT#P1-DE"), ("query", "PARTNER#P1"), ("query", "ACCOUNT#P1-DE"),
        ]  # fmt: skip
        counting.requests.clear()
        assert len(list(store.load_many(["P1-DE", "P1-FR", "P1-IT"], 2023))) == 3
        assert counting.requests == [
            ("batch_get_item", ""), ("query", "PARTNER#P1"),
            ("query", "ACCOUNT#P1-DE"), ("query", "ACCOUNT#P1-FR"), ("query", "ACCOUNT#P1-IT"),
        ]  # fmt: skip


def test_a_state_item_shows_tier_review_day_and_version_at_the_top() -> None:
    with program_table() as table:
        DynamoAccountStore(table).save_state(quiet(facts(partner(), site(), accepted()), "2023-06-15"), 0)
        item = table.get("ACCOUNT#P1-DE", "STATE")
        assert item is not None
        shown = {name: item[name] for name in ("kind", "version", "directory", "tier", "next_review_on")}
        assert shown == {
            "kind": "state", "version": 1, "directory": "ACCOUNT", "tier": "authorized", "next_review_on": "2024-01-01",
        }  # fmt: skip
        (listed,) = table.query_index("directory", "directory", "ACCOUNT")
        assert (listed["pk"], listed["tier"], "body" in listed) == ("ACCOUNT#P1-DE", "authorized", False)
