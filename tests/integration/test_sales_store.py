"""One contract for the sales store: the fake that unit tests use and the real one behave alike."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import boto3
import pytest
from moto import mock_aws

from partner_program.adapters.sales_store import REFERENCES_PER_ITEM, UNCOUNTED_PER_ITEM, DynamoSalesStore
from partner_program.adapters.table import PutRefused, Table
from partner_program.domain.files.outcomes import Flag, Outcome, ReasonCode
from partner_program.domain.revenue import Contribution
from partner_program.domain.sales.claims import (
    Claim,
    ContributionKey,
    bucket_of,
    contribution,
    dump_claims,
    load_claims,
)
from partner_program.domain.sales.receipt import Receipt, Summary
from partner_program.domain.sales.uncounted import (
    LONGEST_CELL,
    LONGEST_MESSAGE,
    UNCOUNTED_COLUMNS,
    UncountedLine,
    UncountedPlace,
    dump_uncounted,
    load_uncounted,
)
from partner_program.domain.tiers.account import AccountState, ChangeReason, TierChange
from partner_program.use_cases.report_ports import (
    LineReference,
    Offer,
    ReportState,
    ReportVersion,
    SalesStore,
    WindowResult,
)
from partner_program.values.errors import VersionConflict
from partner_program.values.tiers import Tier
from tests.fakes.pos_world import World, line, outcomes
from tests.fakes.reports import Killed, KilledAfter, MemorySales

DIGEST = "0123456789abcdef" * 4


@contextmanager
def two_tables() -> Iterator[tuple[Table, Table]]:
    """The program table and the sales table on moto, as the template keys them."""
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="eu-central-1")
        for name in ("program", "sales"):
            client.create_table(
                TableName=name,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            )
        yield Table(client, "program"), Table(client, "sales")


@pytest.fixture
def tables() -> Iterator[tuple[Table, Table]]:
    with two_tables() as made:
        yield made


@pytest.fixture(params=["memory", "moto"])
def store(request: pytest.FixtureRequest) -> Iterator[SalesStore]:
    if request.param == "memory":
        yield MemorySales()
        return
    with two_tables() as (program, sales):
        yield DynamoSalesStore(program, sales)


def claim(owner: str = "R1@a", **changes: Any) -> Claim:
    sound = Claim(
        owner, "hash", "P1-DE", "2024-04", "software", "EUR", Decimal("10.00"), Decimal("5.005"), date(2024, 4, 10),
        "S-DE", "sku", 2, Decimal("12.5000"), Decimal("20"), Decimal(0), (Flag.PRICE_DEVIATION,),
    )  # fmt: skip
    return sound._replace(**changes)


def state(attempt: int = 1, **changes: Any) -> ReportState:
    sound = ReportState(
        distributor_id="D1", report_id="R1", attempt=attempt, run=1, status="processing", digest=DIGEST,
        bucket="uploads", key="pos/D1/R1.csv", version_id="v1", stamp="s", window_rows=5,
    )  # fmt: skip
    return sound.model_copy(update=changes)


def part(lines: int, part_number: int = 1, known_on: date = date(2024, 5, 5)) -> Contribution:
    key = ContributionKey("P1-DE", "EUR", "2024-04")
    return contribution(
        key, [claim()] * lines, distributor_id="D1", report_id="R1", digest=DIGEST, part=part_number, known_on=known_on
    )


def references(lines: int) -> list[LineReference]:
    return [LineReference("INV-1", number) for number in range(1, lines + 1)]


def drilled(store: SalesStore) -> list[int]:
    return [counted.line_number for counted in store.lines_of("P1-DE", "2024-04")]


def test_a_state_is_written_only_on_the_attempt_that_was_seen(store: SalesStore) -> None:
    assert store.state("D1", "R1") is None
    store.save_state(state(1), 0)
    store.save_state(state(2), 1)
    with pytest.raises(VersionConflict):
        store.save_state(state(2, run=9), 1)
    with pytest.raises(VersionConflict):
        store.save_state(state(1, run=9), 0)
    store.save_state(state(2, status="posted"), 2)
    assert store.state("D1", "R1") == state(2, status="posted")
    assert store.state("D1", "R2") is None


def test_a_version_is_kept_as_it_was_first_seen(store: SalesStore) -> None:
    first = ReportVersion(
        digest=DIGEST, version_id="v1", key="k", bucket="b", stamp="s", window_rows=5, first_seen_on=date(2024, 5, 5)
    )
    other = first.model_copy(update={"digest": "f" * 64})
    assert store.keep_version("D1", "R1", first) == first
    assert store.keep_version("D1", "R1", first.model_copy(update={"window_rows": 9})) == first
    assert store.keep_version("D1", "R1", other) == other
    assert sorted(version.digest for version in store.versions("D1", "R1")) == sorted([DIGEST, "f" * 64])
    assert list(store.versions("D1", "R2")) == []


def test_a_refusal_is_history_and_leaves_the_state_alone(store: SalesStore) -> None:
    store.save_state(state(1), 0)
    receipt = Receipt(
        status="refused", distributor_id="D1", report_id="R1", object_key="k", object_version="v2",
        processed_on=date(2024, 5, 5), edition="e", rulebook_digest="d",
    )  # fmt: skip
    store.keep_refusal("D1", "R1", receipt)
    assert store.state("D1", "R1") == state(1)
    assert list(store.versions("D1", "R1")) == []


def test_however_many_uploads_were_refused_one_read_of_them_is_all(
    store: SalesStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many there are is up to who uploads; each listing of the report looks at them."""
    monkeypatch.setattr("partner_program.adapters.sales_store.MOST_REFUSALS_READ", 2)
    monkeypatch.setattr("tests.fakes.reports.MOST_REFUSALS_READ", 2)
    for number in range(1, 4):
        assert len(store.refusals("D1", "R1")) == number - 1
        receipt = Receipt(
            status="refused", distributor_id="D1", report_id="R1", object_key="k", object_version=f"v{number}",
            processed_on=date(2024, 5, 5), edition="e", rulebook_digest="d",
        )  # fmt: skip
        store.keep_refusal("D1", "R1", receipt)
    assert len(store.refusals("D1", "R1")) == 2


@pytest.mark.catalogue("F11")
def test_a_window_of_an_earlier_attempt_never_replaces_that_of_a_later_one(store: SalesStore) -> None:
    def result(rows: int) -> WindowResult:
        return WindowResult(number=1, rows=rows, summary=Summary())

    store.save_window(state(1), result(1))
    store.save_window(state(3), result(3))
    with pytest.raises(VersionConflict):
        store.save_window(state(2), result(2))
    store.save_window(state(3), result(3))
    assert store.windows(state(9)) == {1: result(3)}
    assert store.windows(state(9, run=2)) == {}


def test_the_first_claim_on_a_line_stands_and_others_join_the_invoice(store: SalesStore) -> None:
    mine, theirs = claim("R1@a"), claim("R2@b", content_hash="other")
    assert store.claim("D1", [Offer("INV-1", 0, {1: mine, 2: mine})]) == [{1: mine, 2: mine}]
    assert store.claim("D1", [Offer("INV-1", 0, {2: theirs, 3: theirs})]) == [{1: mine, 2: mine, 3: theirs}]
    assert store.claim("D1", [Offer("INV-1", 0, {})]) == [{1: mine, 2: mine, 3: theirs}]


def test_claims_are_answered_in_the_order_asked_however_many(store: SalesStore) -> None:
    offers = [Offer(f"INV-{n}", n % 2, {n + 1: claim(f"R1@{n}")} if n % 3 else {}) for n in range(130)]
    answers = store.claim("D1", offers)
    assert [dict(standing) for standing in answers] == [dict(offer.claims) for offer in offers]
    assert [dict(standing) for standing in store.claim("D1", offers)] == [dict(offer.claims) for offer in offers]


def test_distributors_and_buckets_do_not_share_invoices(store: SalesStore) -> None:
    store.claim("D1", [Offer("INV-1", 0, {1: claim()})])
    assert store.claim("D2", [Offer("INV-1", 0, {})]) == [{}]
    assert store.claim("D1", [Offer("INV-1", 1, {})]) == [{}]


def test_a_contribution_grows_and_never_shrinks(store: SalesStore) -> None:
    store.claim("D1", [Offer("INV-1", 0, {number: claim() for number in range(1, 4)})])
    for lines, expected in ((2, [1, 2]), (3, [1, 2, 3]), (1, [1, 2, 3]), (3, [1, 2, 3])):
        store.contribute([(part(lines), references(lines))])
        assert drilled(store) == expected


def test_parts_and_months_are_apart(store: SalesStore) -> None:
    store.claim("D1", [Offer("INV-1", 0, {1: claim(), 2: claim()})])
    store.contribute([(part(1, 1), [LineReference("INV-1", 1)]), (part(1, 2), [LineReference("INV-1", 2)])])
    assert drilled(store) == [1, 2]
    assert list(store.lines_of("P1-DE", "2024-05")) == []
    assert list(store.lines_of("P1-AT", "2024-04")) == []


def test_drill_down_answers_with_the_claims(store: SalesStore) -> None:
    lines = REFERENCES_PER_ITEM + 1
    buckets: dict[int, dict[int, Claim]] = {}
    for number in range(1, lines + 1):
        buckets.setdefault(bucket_of(number), {})[number] = claim()
    store.claim("D1", [Offer("INV-1", bucket, claims) for bucket, claims in buckets.items()])
    store.contribute([(part(lines), references(lines))])
    found = list(store.lines_of("P1-DE", "2024-04"))
    assert [counted.line_number for counted in found] == list(range(1, lines + 1))
    assert {counted.claim for counted in found} == {claim()}
    assert (found[0].distributor_id, found[0].invoice_number) == ("D1", "INV-1")


@pytest.mark.catalogue("F11")
def test_lines_that_did_not_count_stay_as_the_latest_attempt_of_the_latest_run_has_found_them(
    tables: tuple[Table, Table],
) -> None:
    def found(line_number: int) -> dict[UncountedPlace, list[UncountedLine]]:
        cells = ("",) * len(UNCOUNTED_COLUMNS)
        told = UncountedLine(line_number, Outcome.HELD, ReasonCode.UNKNOWN_SKU, "no such product", "ab", cells)
        return {UncountedPlace("P1-DE", "2024-04"): [told]}

    def standing() -> tuple[int, int, int]:
        (item,) = sales.query("UNCOUNTED#P1-DE#2024-04")
        assert item["sk"] == "D1#R1#00001#000"
        return int(item["run"]), int(item["attempt"]), load_uncounted(str(item["body"]))[0].line

    program, sales = tables
    store = DynamoSalesStore(program, sales)
    for attempt, run, expected in ((2, 1, (1, 2, 2)), (1, 1, (1, 2, 2)), (2, 1, (1, 2, 2)), (3, 2, (2, 3, 3)),
                                   (9, 1, (2, 3, 3)), (4, 2, (2, 4, 4))):  # fmt: skip
        store.keep_uncounted(state(attempt, run=run), 1, found(attempt))
        assert standing() == expected


@pytest.mark.catalogue("F35")
def test_an_item_full_of_the_longest_lines_that_did_not_count_fits() -> None:
    cells = ("\u0007" * LONGEST_CELL,) * len(UNCOUNTED_COLUMNS)
    longest = UncountedLine(10**7, Outcome.REJECTED, ReasonCode.INVALID_ID, "m" * LONGEST_MESSAGE, "f" * 32, cells)
    assert len(dump_uncounted([longest] * UNCOUNTED_PER_ITEM).encode()) < 390_000


def test_tiers_come_from_the_states_of_accounts_that_have_one(tables: tuple[Table, Table]) -> None:
    program, sales = tables
    change: dict[str, Any] = {"rule": "R-3.1a", "edition": "e", "reason": ChangeReason.PROMOTED}
    account = AccountState(
        account_id="P1-DE", partner_id="P1", country="DE", currency="EUR", assessed_on=date(2024, 5, 5), edition="e",
        rulebook_digest="d", ytd_revenue=Decimal(0), prev_year_revenue=Decimal(0),
        tier_changes=(
            TierChange(changed_on=date(2023, 1, 1), from_tier=None, to_tier=Tier.AUTHORIZED, **change),
            TierChange(changed_on=date(2024, 4, 1), from_tier=Tier.AUTHORIZED, to_tier=Tier.PREMIER, **change),
        ),
    )  # fmt: skip
    program.put({"pk": "ACCOUNT#P1-DE", "sk": "STATE", "version": 1, "body": account.model_dump_json()})
    found = DynamoSalesStore(program, sales).tier_changes(["P1-DE", "P2-DE"])
    assert found == {"P1-DE": ((date(2023, 1, 1), Tier.AUTHORIZED), (date(2024, 4, 1), Tier.PREMIER))}


# -- only the real store


def test_a_contribution_is_where_the_assessment_looks_for_it(tables: tuple[Table, Table]) -> None:
    program, sales = tables
    DynamoSalesStore(program, sales).contribute([(part(3), references(3))])
    (item,) = program.query("ACCOUNT#P1-DE")
    assert item["sk"] == f"REVENUE#2024-04#D1#R1#{DIGEST[:16]}#0001"
    assert Contribution.model_validate_json(str(item["body"])) == part(3)
    assert Contribution.model_validate_json(str(item["body"])).credit == Decimal("15.015")


def test_a_repeated_contribution_is_not_written_again(tables: tuple[Table, Table]) -> None:
    program, sales = tables
    store = DynamoSalesStore(program, sales)
    store.contribute([(part(3), references(3))])
    store.contribute([(part(3, known_on=date(2024, 6, 1)), references(3))])
    (item,) = program.query("ACCOUNT#P1-DE")
    assert Contribution.model_validate_json(str(item["body"])).known_on == date(2024, 5, 5)


@pytest.mark.catalogue("F28")
def test_a_state_whose_answer_was_lost_is_taken_for_written(tables: tuple[Table, Table]) -> None:
    store = DynamoSalesStore(*tables)
    store.save_state(state(1), 0)
    store.save_state(state(1), 0)
    assert store.state("D1", "R1") == state(1)


@pytest.mark.catalogue("F35")
def test_a_full_bucket_of_the_longest_ids_fits_into_an_item() -> None:
    longest = claim(
        "r" * 64 + "@" + "f" * 16, content_hash="f" * 32, account_id="p" * 64 + "-DE", site_id="s" * 64, sku="k" * 64,
        billed=Decimal("9" * 13 + ".9999"), credit=Decimal("9" * 13 + ".99999999"), flags=tuple(Flag),
    )  # fmt: skip
    body = dump_claims({999_999_999 - n: longest for n in range(200)})
    assert len(body) < 200_000
    assert set(load_claims(body).values()) == {longest}


class Interleaved(Table):
    """A table that lets somebody else write right before each of the next puts."""

    def __init__(self, table: Table, others: list[Callable[[], object]]) -> None:
        super().__init__(table._client, table.name)  # the same table by another handle
        self.others = others

    def put(self, *arguments: Any, **conditions: Any) -> PutRefused | None:
        if self.others:
            self.others.pop()()
        return super().put(*arguments, **conditions)


@pytest.mark.catalogue("F02")
@pytest.mark.catalogue("F58")
def test_writers_who_meet_on_one_invoice_lose_no_claim(tables: tuple[Table, Table]) -> None:
    program, sales = tables
    other = DynamoSalesStore(program, sales)

    def written(number: int) -> Callable[[], object]:
        return lambda: other.claim("D1", [Offer("INV-1", 0, {number: claim("R2@b")})])

    mine = DynamoSalesStore(program, Interleaved(sales, [written(number) for number in (1, 2, 3)]))
    answer = mine.claim("D1", [Offer("INV-1", 0, {number: claim("R1@a") for number in (2, 3, 4, 5)})])
    expected = {1: "R2@b", 2: "R2@b", 3: "R2@b", 4: "R1@a", 5: "R1@a"}
    for (standing,) in (answer, other.claim("D1", [Offer("INV-1", 0, {})])):
        assert {number: held.owner for number, held in standing.items()} == expected


def test_an_invoice_that_others_change_for_ever_is_given_up_for_the_queue_to_repeat(
    tables: tuple[Table, Table],
) -> None:
    program, sales = tables
    other = DynamoSalesStore(program, sales)

    def written(number: int) -> Callable[[], object]:
        return lambda: other.claim("D1", [Offer("INV-1", 0, {number: claim("R2@b")})])

    busy = [written(number) for number in range(1, 100)]
    mine = DynamoSalesStore(program, Interleaved(sales, busy))
    with pytest.raises(VersionConflict):
        mine.claim("D1", [Offer("INV-1", 0, {150: claim("R1@a")})])


# -- the whole ingestion on the real store

LINES = [line(invoice_number=f"INV-{n % 4}", line_number=n + 1, partner_site_id=("S-DE", "S-NEW")[n % 5 == 4])
         for n in range(12)]  # fmt: skip
FEW = LINES[3:8]


def totals(store: SalesStore) -> tuple[int, Decimal]:
    counted = list(store.lines_of("P1-DE", "2024-04"))
    return len(counted), sum((found.claim.credit for found in counted), Decimal(0))


@pytest.mark.catalogue("F09")
def test_kills_between_any_two_calls_of_the_real_store_change_nothing(tables: tuple[Table, Table]) -> None:
    call, killed = 0, True
    while killed:
        call += 1
        world = World(window_rows=3)
        real: Any = DynamoSalesStore(*tables)
        lines = [sale | {"report_id": f"R{call}", "invoice_number": f"{call}-{sale['invoice_number']}"} for sale in FEW]
        ref = world.upload(lines, f"pos/D1/R{call}.csv")
        try:
            world.ingest(sales=KilledAfter(call).wrap(real))(ref, lambda: 900_000)
            killed = False
        except Killed:
            assert outcomes(world.ingest(sales=real)(ref, lambda: 900_000)) == {"posted": 4, "held": 1}
    assert call > 15
    assert totals(DynamoSalesStore(*tables)) == (4 * call, Decimal(400) * call)


@pytest.mark.catalogue("F06")
@pytest.mark.catalogue("F07")
@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_overlapping_reports_in_either_order_count_the_same(
    tables: tuple[Table, Table], order: tuple[int, int]
) -> None:
    real: Any = DynamoSalesStore(*tables)
    halves = {1: LINES[:8], 2: LINES[4:]}
    for number in (*order, *order):
        world = World(window_rows=3, sales=real)
        lines = [sale | {"report_id": f"R{number}"} for sale in halves[number]]
        world.play(lines, f"pos/D1/R{number}.csv")
    assert totals(real) == (10, Decimal(1000))


def test_a_contribution_that_a_larger_one_replaces_is_kept_with_the_day_on_which_it_was_known(
    tables: tuple[Table, Table],
) -> None:
    store, (program, _) = DynamoSalesStore(*tables), tables
    store.contribute([(part(2), references(2))])
    store.contribute([(part(3, known_on=date(2024, 6, 1)), references(3))])
    store.contribute([(part(1, known_on=date(2024, 7, 1)), references(1))])
    (kept,) = program.query("HISTORY#ACCOUNT#P1-DE", prefix="REVENUE#2024-04#")
    assert Contribution.model_validate_json(str(kept["body"])) == part(2)
    (item,) = program.query("ACCOUNT#P1-DE")
    assert (item["lines"], Contribution.model_validate_json(str(item["body"])).known_on) == (3, date(2024, 6, 1))


class RivalBefore(Table):
    """Somebody else contributes right before the n-th put."""

    def __init__(self, table: Table, call: int, rival: Callable[[], None]) -> None:
        super().__init__(table._client, table.name)
        self._left = call
        self._rival = rival

    def put(self, item: Any, **conditions: Any) -> PutRefused | None:
        self._left -= 1
        if self._left == 0:
            self._rival()
        return super().put(item, **conditions)


@pytest.mark.catalogue("F02")
@pytest.mark.parametrize("call", [1, 2, 3])
@pytest.mark.parametrize("rivals_lines", [2, 3, 4])
def test_of_two_that_replace_a_contribution_at_once_the_larger_one_stands(
    tables: tuple[Table, Table], call: int, rivals_lines: int
) -> None:
    program, sales = tables
    plain = DynamoSalesStore(program, sales)
    plain.contribute([(part(1), references(1))])

    def rival() -> None:
        plain.contribute([(part(rivals_lines), references(rivals_lines))])

    DynamoSalesStore(RivalBefore(program, call, rival), sales).contribute([(part(3), references(3))])
    (item,) = program.query("ACCOUNT#P1-DE")
    assert item["lines"] == max(3, rivals_lines)
    kept = [entry["lines"] for entry in program.query("HISTORY#ACCOUNT#P1-DE")]
    assert kept == ([1, 2] if rivals_lines == 2 else [1])
