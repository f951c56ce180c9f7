"""Versions of a state as the stream's projection keeps them on DynamoDB, and restatements beside the baseline."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.notice_store import DynamoNoticeStore
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.adapters.state_history import DynamoStateVersions
from partner_program.adapters.table import Table
from partner_program.domain.history import EntryKind, Gap
from partner_program.domain.payments.audit import AuditDraft, AuditEntry
from partner_program.domain.payments.people import Actor, Role
from partner_program.domain.revenue import Baseline
from partner_program.domain.tiers.account import AccountState
from partner_program.use_cases.account_history import AccountHistory
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.payment_ports import Write
from partner_program.use_cases.restate_baseline import RestateBaseline, RestatedMeanwhile
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FixedClock
from tests.fakes.program_table import contribution_item, program_table, record_item
from tests.fakes.records import (
    P1_DE,
    accepted,
    baseline,
    day,
    partner,
    qualified_records,
    rulebook,
    sales,
    site,
)

BOOK = rulebook()
CONTROLLER = Actor(person="M. Controller", role=Role.CHANNEL)


@pytest.fixture
def table() -> Iterator[Table]:
    with program_table() as made:
        for record in (partner(), site(), accepted(), *qualified_records()):
            made.put(record_item(record, "P1") | {"known_on": "2023-03-01"})
        yield made


def assessed(table: Table, *days: str, kept: bool = True) -> None:
    """Assessed on some days; the projection follows, unless told otherwise."""
    store = DynamoAccountStore(table)
    for on in days:
        state = AssessAccount(store, BOOK, FixedClock(on))(P1_DE)
        assert state is not None
        version = store.load(P1_DE, 2023)[1].version
        if kept:
            DynamoNoticeStore(table).keep_state(state, version)


def versions(table: Table) -> list[tuple[int, str]]:
    return [(item.version, str(item.state.assessed_on)) for item in DynamoStateVersions(table).versions(P1_DE)]


def history(table: Table) -> AccountHistory:
    return AccountHistory(DynamoAccountStore(table), DynamoStateVersions(table), BOOK)


def test_versions_come_in_order_and_the_one_that_stands_once(table: Table) -> None:
    assert versions(table) == []
    assessed(table, "2023-03-01", "2023-03-02")
    assert versions(table) == [(1, "2023-03-01"), (2, "2023-03-02")]


def test_a_projection_that_is_behind_leaves_out_nothing_that_stands(table: Table) -> None:
    assessed(table, "2023-03-01")
    assessed(table, "2023-03-02", kept=False)
    assert versions(table) == [(1, "2023-03-01"), (2, "2023-03-02")]


def test_a_version_that_was_never_projected_is_named_as_missing(table: Table) -> None:
    assessed(table, "2023-03-01", kept=False)
    table.put(contribution_item(sales("2023-03", "60000", known="2023-04-05")))
    assessed(table, "2023-04-05")
    assert history(table).history(P1_DE).missing == (Gap(first=1, last=1),)


@pytest.mark.catalogue("B49")
def test_replaced_contributions_in_the_same_partition_are_no_versions(table: Table) -> None:
    assessed(table, "2023-03-01")
    table.put(contribution_item(sales("2023-01", "1")) | {"pk": f"HISTORY#ACCOUNT#{P1_DE}"})
    assert versions(table) == [(1, "2023-03-01")]


def test_a_version_comes_back_to_the_last_byte(table: Table) -> None:
    assessed(table, "2023-03-01")
    (found,) = DynamoStateVersions(table).versions(P1_DE)
    stored = DynamoAccountStore(table).state(P1_DE)
    assert isinstance(stored, AccountState)
    assert found.state.model_dump_json() == stored.model_dump_json()


def test_early_questions_read_no_further_than_needed(table: Table) -> None:
    assessed(table, "2023-03-01", "2023-03-02")
    read: list[str] = []

    class Noting(Table):
        def get(self, pk: str, sk: str) -> Any:
            read.append(pk)
            return super().get(pk, sk)

    found = DynamoStateVersions(Noting(table._client, table.name)).versions(P1_DE)
    assert [next(found).version, next(found).version] == [1, 2]
    assert read == []


def test_promotion_and_what_was_known_before_it(table: Table) -> None:
    assessed(table, "2023-03-01")
    table.put(contribution_item(sales("2023-03", "60000", known="2023-04-05")))
    assessed(table, "2023-04-05", "2023-04-06")
    record = history(table).history(P1_DE)
    assert [entry.what for entry in record.entries if entry.kind is EntryKind.TIER_CHANGE] == [
        "enrolled as authorized", "promoted from authorized to advanced",
    ]  # fmt: skip
    asked = history(table)
    then = asked.at(P1_DE, day("2023-04-04"), day("2023-04-04"))
    now = asked.at(P1_DE, day("2023-04-06"), day("2023-04-06"))
    assert (then.tier, then.ytd_revenue) == (Tier.AUTHORIZED, Decimal(0))
    assert (now.tier, now.ytd_revenue) == (Tier.ADVANCED, Decimal(60000))


# -- restatements in the table


def restated(amount: str, by: str = "M. Controller") -> Baseline:
    return baseline(2023, amount, "2024-01-30").model_copy(
        update={"revision": 1, "restated_on": day("2024-05-02"), "restated_by": by, "reason": "late"}
    )


@pytest.mark.rule("R-5.4d")
def test_a_revision_lies_beside_the_frozen_baseline_and_is_put_once(table: Table) -> None:
    store = DynamoAccountStore(table)
    frozen = baseline(2023, "30000", "2024-01-30")
    store.put_baseline(frozen)
    assert store.put_baseline(restated("40000")) == restated("40000")
    assert store.put_baseline(restated("50000", "Rival")) == restated("40000")
    assert store.load(P1_DE, 2023)[0].baselines == (frozen, restated("40000"))
    keys = [item["sk"] for item in table.query(f"ACCOUNT#{P1_DE}", prefix="REVENUE#")]
    assert keys == ["REVENUE#2023-baseline", "REVENUE#2023-baseline#001"]


def test_a_report_may_be_named_like_a_baseline(table: Table) -> None:
    table.put(contribution_item(sales("2023-03", "1", report="R-baseline")))
    found = DynamoAccountStore(table).load(P1_DE, 2023)[0]
    assert (len(found.contributions), found.baselines) == (1, ())


@pytest.mark.rule("R-5.4d")
def test_look_and_apply_on_the_real_store(table: Table) -> None:
    store = DynamoAccountStore(table)
    table.put(contribution_item(sales("2023-03", "30000", known="2023-04-05")))
    assessed(table, "2023-04-05")
    store.put_baseline(baseline(2023, "30000", "2024-01-30"))
    table.put(contribution_item(sales("2023-12", "0.005", known="2024-03-05", report="LATE")))
    restate = RestateBaseline(store, BOOK, DynamoPaymentBook(table, program=table))
    on = day("2024-05-02")
    (due,) = restate.due(2023, on)
    seen = restate.preview(P1_DE, 2023, on)
    assert (due.recomputed, seen.difference) == (Decimal("30000.005"), Decimal("0.005"))
    stands, again = (
        restate.apply(P1_DE, 2023, expected_amount=seen.recomputed, by=CONTROLLER, reason="late", on=on)
        for _ in range(2)
    )
    assert again == stands
    assert list(restate.due(2023, on)) == []
    assert store.load(P1_DE, 2023)[0].baselines[-1] == stands


class TooLate(DynamoPaymentBook):
    """A rival restates between look and put."""

    rival: DynamoAccountStore

    def commit(self, draft: AuditDraft, writes: Sequence[Write]) -> AuditEntry:
        (restated,) = writes
        assert isinstance(restated, Baseline)
        self.rival.put_baseline(restated.model_copy(update={"restated_by": "Rival"}))
        return super().commit(draft, writes)


@pytest.mark.catalogue("F02")
def test_the_slower_of_two_restatements_is_told(table: Table) -> None:
    store, book = DynamoAccountStore(table), TooLate(table, program=table)
    book.rival = store
    store.put_baseline(baseline(2023, "1", "2024-01-30"))
    with pytest.raises(RestatedMeanwhile, match="somebody else"):
        RestateBaseline(store, BOOK, book).apply(
            P1_DE, 2023, expected_amount=Decimal(0), by=CONTROLLER, reason="late", on=day("2024-05-02")
        )
    assert [item.restated_by for item in store.load(P1_DE, 2023)[0].baselines] == ["", "Rival"]
