"""A correction on condition, on moto and in memory alike: what stands and its history together, or neither."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from partner_program.adapters.fact_store import DynamoFactStore
from partner_program.adapters.table import Table, Unavailable
from partner_program.domain.facts import Distributor
from partner_program.domain.records.places import Fact, canonical_place
from partner_program.use_cases.record_ports import Change, FactStore, WaitingRow
from tests.fakes.facts import MemoryFacts
from tests.fakes.program_table import program_table

PLACE = canonical_place(Distributor(distributor_id="D1", name="any"))


@pytest.fixture
def table() -> Iterator[Table]:
    with program_table() as made:
        yield made


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> FactStore:
    return MemoryFacts() if request.param == "memory" else DynamoFactStore(request.getfixturevalue("table"))


def told(name: str, stamp: str, by: str = "cora", known_on: str = "2024-05-05") -> Fact:
    return Fact(Distributor(distributor_id="D1", name=name), stamp, known_on, by=by)


def correct(store: FactStore, row: Fact, seen: str | None) -> bool:
    return store.correct(Change(PLACE, row, seen), row)


def test_a_record_and_its_row_are_written_together_and_name_who_sent_them(store: FactStore) -> None:
    first, second = told("A", "s1", by=""), told("B", "s2")
    assert correct(store, first, None)
    assert correct(store, second, "s1")
    assert store.get([PLACE]) == {PLACE: second}
    assert list(store.history(PLACE)) == [first, second]


@pytest.mark.catalogue("B70")
@pytest.mark.parametrize("seen", [None, "s0", "s2"])
def test_where_something_else_stands_than_was_seen_neither_is_written(store: FactStore, seen: str | None) -> None:
    first = told("A", "s1")
    correct(store, first, None)
    assert not correct(store, told("B", "s3"), seen)
    assert (store.get([PLACE]), list(store.history(PLACE))) == ({PLACE: first}, [first])


@pytest.mark.catalogue("B70")
def test_what_is_not_there_is_not_corrected(store: FactStore) -> None:
    assert not correct(store, told("A", "s1"), "s0")
    assert (store.get([PLACE]), list(store.history(PLACE))) == ({}, [])


@pytest.mark.catalogue("F28")
def test_the_same_row_once_more_is_written_already_whatever_stands_by_now(store: FactStore) -> None:
    correct(store, told("A", "s1"), None)
    correct(store, told("B", "s2"), "s1")
    assert correct(store, told("A", "s1", known_on="2024-06-01"), None)
    assert store.get([PLACE])[PLACE].stamp == "s2"
    assert [row.known_on for row in store.history(PLACE)] == ["2024-05-05", "2024-05-05"]


def test_a_row_that_says_what_stands_leaves_what_stands(store: FactStore) -> None:
    first, same = told("A", "s1"), told("A", "s2")
    correct(store, first, None)
    assert store.correct(Change(PLACE, first, "s1"), same)
    assert (store.get([PLACE]), list(store.history(PLACE))) == ({PLACE: first}, [first, same])


def test_a_held_row_remembers_who_sent_it(store: FactStore) -> None:
    row = WaitingRow("SITE#S1", Distributor(distributor_id="D1", name="A"), "s1", "cora")
    store.wait([row, row._replace(stamp="s2", by="")])
    assert list(store.waiting(["SITE#S1"])[0]) == [row, row._replace(stamp="s2", by="")]


class Busy:
    """DynamoDB's client while the transactions of others are at work on the items, for so many tries."""

    def __init__(self, client: Any, tries: int) -> None:
        self._client, self.left = client, tries

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        self.left -= 1
        if self.left >= 0:
            raise ClientError(
                {"Error": {"Code": "TransactionInProgressException", "Message": ""}}, "TransactWriteItems"
            )
        return self._client.transact_write_items(**request)


@pytest.mark.catalogue("F31")
@pytest.mark.parametrize(("tries", "written"), [(3, True), (10, False)])
def test_a_transaction_of_others_is_waited_for_but_not_for_ever(
    table: Table, tries: int, written: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    store = DynamoFactStore(Table(Busy(table.client, tries), table.name))  # type: ignore[arg-type]
    if written:
        assert correct(store, told("A", "s1"), None)
    else:
        with pytest.raises(Unavailable):
            correct(store, told("A", "s1"), None)
    assert bool(store.get([PLACE])) is written
