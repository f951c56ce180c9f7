"""The fact store on moto and the one in memory keep the same contract; records files end to end on moto."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from botocore.exceptions import ClientError

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.fact_store import DynamoFactStore
from partner_program.adapters.table import TRANSACTION_LIMIT, ConditionalPut, Item, Table, Unavailable
from partner_program.domain.facts import Distributor, Product, Record
from partner_program.domain.records.places import Fact, Place, canonical_place
from partner_program.use_cases.record_ports import Change, FactStore, Turn, WaitingRow
from tests.fakes.facts import MemoryFacts
from tests.fakes.program_table import program_table
from tests.fakes.records import certified, employed, partner, site
from tests.fakes.records_world import SOUND, RecordsWorld, account_facts, outcomes, row


@pytest.fixture
def table() -> Iterator[Table]:
    with program_table() as made:
        yield made


@pytest.fixture(params=["memory", "dynamodb", "dynamodb one at a time"])
def store(request: pytest.FixtureRequest) -> FactStore:
    if request.param == "memory":
        return MemoryFacts()
    table: Table = request.getfixturevalue("table")
    return DynamoFactStore(table, workers=1 if "one" in request.param else 8)


def fact(record: Record, stamp: str = "s1") -> Fact:
    return Fact(record, stamp, "2024-05-05")


def new(record: Record, stamp: str = "s1") -> Change:
    return Change(canonical_place(record), fact(record, stamp), None)


def distributors(number: int) -> list[Record]:
    return [Distributor(distributor_id=f"D{index:04d}", name="n") for index in range(number)]


# -- the contract


def test_what_was_put_is_found_and_what_was_not_is_left_out(store: FactStore) -> None:
    assert store.put([new(partner()), new(site())]) == {}
    place = canonical_place(partner())
    assert store.get([place, place, ("PARTNER#P9", "FACT#partners#P9")]) == {place: fact(partner())}


def test_nothing_asked_nothing_answered(store: FactStore) -> None:
    assert (store.get([]), store.put([]), store.under([], "FACT#"), store.announced([])) == ({}, {}, {}, set())
    assert (store.waiting([]), store.employers([]), store.history(("a", "b"))) == (([], []), {}, [])
    store.copy({})
    store.keep([])
    store.wait([])
    store.settle([], [])


@pytest.mark.parametrize("number", [3, 4, 99, 100, 101])
@pytest.mark.catalogue("F35")
def test_any_number_of_puts_stands(store: FactStore, number: int) -> None:
    records = distributors(number)
    assert store.put([new(record) for record in records]) == {}
    assert len(store.get(map(canonical_place, records))) == number


@pytest.mark.parametrize("number", [1, 12])
@pytest.mark.catalogue("F32")
def test_a_put_whose_condition_fails_answers_with_what_stands_and_the_others_are_written(
    store: FactStore, number: int
) -> None:
    records = distributors(number)
    store.put([new(records[0], "s0")])
    refused = store.put([new(record) for record in records])
    assert refused == {canonical_place(records[0]): fact(records[0], "s0")}
    standing = store.get(map(canonical_place, records))
    assert {found.stamp for found in standing.values()} == ({"s0", "s1"} if number > 1 else {"s0"})
    assert len(standing) == number


def test_a_correction_is_put_on_the_stamp_it_has_seen(store: FactStore) -> None:
    place = canonical_place(partner())
    store.put([new(partner(), "s1")])
    assert store.put([Change(place, fact(partner(), "s3"), "s0")]) == {place: fact(partner(), "s1")}
    assert store.put([Change(place, fact(partner(), "s3"), "s1")]) == {}
    assert store.get([place])[place].stamp == "s3"


@pytest.mark.catalogue("F28")
def test_a_put_that_was_written_but_not_answered_is_no_conflict_when_repeated(store: FactStore) -> None:
    changes = [new(record) for record in distributors(5)]
    store.put(changes)
    assert store.put(changes) == {}


def test_facts_under_a_partition_come_in_order_of_key(store: FactStore) -> None:
    jobs = [employed("A", "2023-02-01"), employed("A", "2023-01-01"), employed("B")]
    store.copy({canonical_place(job): fact(job) for job in jobs})
    store.add_employers({"A": {"P1"}})
    found = store.under(["PERSON#A", "PERSON#B", "PERSON#C"], "FACT#people#")
    assert {partition: [item.record for item in facts] for partition, facts in found.items()} == {
        "PERSON#A": [jobs[1], jobs[0]],
        "PERSON#B": [jobs[2]],
        "PERSON#C": [],
    }
    assert store.under(["PERSON#A"], "FACT#certifications#") == {"PERSON#A": []}


def test_history_is_kept_by_stamp_and_once(store: FactStore) -> None:
    place = canonical_place(certified("A", "MCDE", "2023-02-01", "C1"))
    rows = [fact(certified("A", "MCDE", f"2023-02-0{day}", "C1"), f"s{day}") for day in (2, 1, 2)]
    store.keep([(place, kept) for kept in rows])
    assert store.history(place) == [rows[1], rows[0]]


def test_the_history_of_one_key_is_not_that_of_a_longer_one(store: FactStore) -> None:
    jobs = [employed("A", site_id="S1"), employed("A", site_id="S10")]
    store.keep([(canonical_place(job), fact(job)) for job in jobs])
    assert [kept.record for kept in store.history(canonical_place(jobs[0]))] == [jobs[0]]


def test_what_is_announced_is_on_record(store: FactStore) -> None:
    names = {f"SITE#S{number}" for number in range(130)}
    store.announce(names)
    assert store.announced(names | {"SITE#X"}) == names


def test_employers_add_up(store: FactStore) -> None:
    assert store.add_employers({"A": {"P1"}, "B": {"P2", "P1"}}) == {"A": {"P1"}, "B": {"P1", "P2"}}
    assert store.add_employers({"A": {"P2"}}) == {"A": {"P1", "P2"}}
    assert store.add_employers({"A": {"P1"}}) == {"A": {"P1", "P2"}}
    assert store.employers(["A", "B", "C"]) == {"A": {"P1", "P2"}, "B": {"P1", "P2"}}


def test_owners_of_facts_add_up(store: FactStore) -> None:
    place, other = canonical_place(site("S1")), canonical_place(certified("A", "MCDE", "2023-02-01", "C1"))
    store.put([new(site("S1"))])
    assert (store.owners([]), store.owners([place, other])) == ({}, {})
    store.add_owners({place: ("P1", "P2"), other: {"A"}})
    store.add_owners({place: {"P2", "P3"}})
    store.add_owners({place: {"P1"}})
    assert store.owners([place, other]) == {place: {"P1", "P2", "P3"}, other: {"A"}}
    assert store.get([place])[place].record == site("S1")


def test_rows_wait_until_they_are_settled(store: FactStore) -> None:
    rows = [WaitingRow("SITE#S1", employed("A"), "s1"), WaitingRow("SITE#S1", employed("A"), "s2")]
    other = WaitingRow("PARTNER#P1", site(), "s1")
    store.wait([*rows, other, rows[0]])
    assert store.waiting(["SITE#S1", "SITE#S2"]) == (rows, [])
    store.settle([rows[0]], [])
    store.settle([rows[0]], [])
    assert store.waiting(["PARTNER#P1", "SITE#S1"]) == ([other, rows[1]], [])


def test_a_report_waits_once_and_again_after_it_has_registered_anew(store: FactStore) -> None:
    store.wait_for("SITE#S1", "D1", "R1")
    store.wait_for("SITE#S1", "D1", "R2")
    _, reports = store.waiting(["SITE#S1"])
    assert [(report.distributor_id, report.report_id) for report in reports] == [("D1", "R1"), ("D1", "R2")]
    store.wait_for("SITE#S1", "D1", "R1")
    store.settle([], reports)
    _, left = store.waiting(["SITE#S1"])
    assert [(report.distributor_id, report.report_id) for report in left] == [("D1", "R1")]
    store.settle([], left)
    assert store.waiting(["SITE#S1"]) == ([], [])


def test_of_uploads_with_one_name_the_latest_has_its_turn(store: FactStore) -> None:
    turns = [store.turn("sites/x", stamp) for stamp in ("s2", "s2", "s1", "s3")]
    assert turns == [Turn.FIRST, Turn.REPEATED, Turn.OVERTAKEN, Turn.FIRST]
    assert store.turn("sites/y", "s1") is Turn.FIRST


# -- what only the real one has


def test_lookups_of_pos_lines(table: Table) -> None:
    store = DynamoFactStore(table)
    product = Product(sku="SW-1", name="n", category="software", family="other")
    store.put([new(site()), new(product), new(Distributor(distributor_id="D1", name="n"))])
    assert store.sites(["S1", "S2"]) == {"S1": site()}
    assert store.products(["SW-1", "SW-2"]) == {"SW-1": product}
    assert (store.distributor_exists("D1"), store.distributor_exists("D2")) == (True, False)


def test_a_conditional_delete_leaves_what_does_not_fit(table: Table) -> None:
    item: Item = {"pk": "a", "sk": "b", "token": "t1"}
    table.put(item)
    condition: dict[str, Any] = {"condition": "#token = :token", "names": {"#token": "token"}}
    assert table.delete("a", "b", **condition, values={":token": "t2"}) is False
    assert table.get("a", "b") == item
    assert table.delete("a", "b", **condition, values={":token": "t1"}) is True
    assert table.get("a", "b") is None


def puts(number: int) -> list[ConditionalPut]:
    return [ConditionalPut({"pk": "a", "sk": f"{n:04d}"}, "attribute_not_exists(pk)") for n in range(number)]


@pytest.mark.catalogue("F35")
def test_a_transaction_takes_its_limit_and_refuses_one_more(table: Table) -> None:
    assert table.put_together(puts(TRANSACTION_LIMIT)) is True
    with pytest.raises(ValueError, match="too many"):
        table.put_together(puts(TRANSACTION_LIMIT + 1))


@pytest.mark.catalogue("F32")
def test_a_transaction_with_one_condition_that_fails_writes_nothing(table: Table) -> None:
    table.put({"pk": "a", "sk": "0002"})
    assert table.put_together(puts(4)) is False
    assert [item["sk"] for item in table.query("a")] == ["0002"]


@pytest.mark.catalogue("F31")
@pytest.mark.parametrize(
    ("code", "answer"),
    [("TransactionCanceledException", False), ("TransactionInProgressException", False), ("ThrottlingException", None)],
)
def test_only_a_refused_transaction_is_tried_one_by_one(code: str, answer: bool | None) -> None:
    class Client:
        def transact_write_items(self, **_: Any) -> None:
            raise ClientError({"Error": {"Code": code, "Message": ""}}, "TransactWriteItems")

    table = Table(Client(), "t")  # type: ignore[arg-type]  # the one call that is made
    if answer is None:
        with pytest.raises(ClientError, match=code):
            table.put_together(puts(2))
    else:
        assert table.put_together(puts(2)) is answer


class Busy:
    """A client whose table is busy with transactions for the first puts."""

    def __init__(self, conflicts: int) -> None:
        self.left = conflicts

    def put_item(self, **_: Any) -> None:
        self.left -= 1
        if self.left >= 0:
            raise ClientError({"Error": {"Code": "TransactionConflictException", "Message": ""}}, "PutItem")


@pytest.mark.catalogue("F31")
def test_a_put_waits_for_the_end_of_anothers_transaction_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("partner_program.adapters.table.time.sleep", pauses.append)
    assert Table(Busy(9), "t").put({"pk": "a", "sk": "b"}) is None  # type: ignore[arg-type]  # the one call that is made
    assert len(pauses) == 9
    assert all(0 <= pause <= 5 for pause in pauses)
    with pytest.raises(Unavailable):
        Table(Busy(10), "t").put({"pk": "a", "sk": "b"})  # type: ignore[arg-type]  # the one call that is made


# -- records files end to end


def stored_facts(table: Table, world: RecordsWorld) -> dict[Place, str]:
    """What stands in the table at every place where the world in memory has a fact."""
    found = table.get_many(world.facts.facts)
    return {place: str(item["body"]) for place, item in found.items()}


@pytest.mark.parametrize("backwards", [False, True])
def test_a_program_of_records_ends_on_dynamodb_as_it_does_in_memory(table: Table, backwards: bool) -> None:
    memory, real = RecordsWorld(), RecordsWorld(facts=DynamoFactStore(table))
    for kind in sorted(SOUND, reverse=backwards):
        rows = [SOUND[kind], SOUND[kind] | {"name": "Corrected"} if "name" in SOUND[kind] else SOUND[kind]]
        assert outcomes(real.take(kind, *rows)) == outcomes(memory.take(kind, *rows))
    memory.take("certifications", row("certifications", certification_id="C-E", kind="MCIE", certified_on="2023-05-01"))
    real.take("certifications", row("certifications", certification_id="C-E", kind="MCIE", certified_on="2023-05-01"))
    assert stored_facts(table, memory) == memory.facts.standing()
    assert real.objects.results == memory.objects.results
    (rows, _) = real.facts.waiting(["PERSON#A"])
    assert [waiting.record for waiting in rows] == [waiting.record for waiting in memory.facts.waiting_rows.values()]


def test_corrections_of_whose_a_record_is_end_on_dynamodb_as_they_do_in_memory(table: Table) -> None:
    memory, real = RecordsWorld(), RecordsWorld(facts=DynamoFactStore(table))
    for world in (memory, real):
        world.take_all()
        world.take("partners", row("partners", partner_id="P2"))
        world.take("people", row("people", person_id="B"))
        world.take("sites", row("sites", partner_id="P2", country="FR"))
        world.take("certifications", row("certifications", person_id="B", kind="MCIT"))
        world.take("people", row("people", person_id="D"))
    assert stored_facts(table, memory) == memory.facts.standing()
    assert real.objects.results == memory.objects.results
    accounts = DynamoAccountStore(table)
    expected = account_facts(memory)
    untold: dict[str, object] = {"news": (), "arrivals": {}, "seen_since": None}
    loaded = {account: accounts.load(account, 2023)[0].model_copy(update=untold) for account in expected}
    assert loaded == expected
    assert [len(loaded[account].employments) for account in ("P1-DE", "P2-FR")] == [0, 3]
    assert (accounts.account_ids_of("P1"), accounts.account_ids_of("P2")) == ([], ["P2-FR"])


def test_a_fact_item_has_kind_stamp_day_and_body(table: Table) -> None:
    world = RecordsWorld(facts=DynamoFactStore(table))
    world.clock.day = date(2024, 5, 6)
    world.take("partners", SOUND["partners"])
    item = table.get("PARTNER#P1", "FACT#partners#P1")
    assert item is not None
    assert (item["kind"], item["known_on"]) == ("partners", "2024-05-06")
    assert item["stamp"] == "2024-01-01T00:00:00Z#00000001#000000002"
    assert set(item) == {"pk", "sk", "kind", "stamp", "known_on", "body"}


def test_a_file_of_some_hundred_rows_on_dynamodb(table: Table) -> None:
    world = RecordsWorld(facts=DynamoFactStore(table))
    rows = [row("products", sku=f"SKU-{number}") for number in range(330)]
    assert outcomes(world.take("products", *rows)) == {"posted": 330}
    assert outcomes(world.take("products", *rows)) == {"duplicate": 330}
