"""Acts on money in a play are the engine's own use cases, with its refusals."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

import pytest

from local.acts import Act, ActKind
from local.bank import RunnersBank
from local.payment_desk import PaymentDesk
from local.perform import Performer
from partner_program.domain.facts import Site
from partner_program.domain.payments.bank import BankStatus
from partner_program.domain.payments.batch import BatchStatus
from partner_program.domain.payments.payout import PayoutState
from partner_program.domain.payments.people import NotAllowed, SelfApproval
from partner_program.values.errors import NotFound
from tests.fakes.payment_world import DUE, IBAN, PaymentWorld, paying
from tests.fakes.records import site


class Sites:
    """That of the first partner is recorded, and no other."""

    def sites(self, site_ids: Iterable[str]) -> Mapping[str, Site]:
        return {"S1": site()}


class Bank:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []

    def will_reject(self, account_id: str, period: object, code: str) -> None:
        self.told.append((account_id, str(period), code))


def performer(world: PaymentWorld, bank: Bank | None = None) -> Performer:
    desk = PaymentDesk(world.book, world.banks, world.vault, world.accounts, Sites(), world.book_of_rules)
    return Performer(cast(Any, None), world.book_of_rules, desk, cast(RunnersBank, bank or Bank()))


def act(kind: ActKind, by: str = "Anna Berg", reason: str = "why", **more: str) -> Act:
    return Act(2, DUE, kind, 2024, by, reason, "P1-DE", more={"quarter": "2"} | more)


@pytest.fixture
def world() -> PaymentWorld:
    return paying("3125.00", "10.00")


@pytest.mark.rule("R-5.4")
def test_all_that_is_due_is_prepared_and_approved_by_another(world: PaymentWorld) -> None:
    perform = performer(world)
    perform(act(ActKind.PREPARE))
    perform(act(ActKind.APPROVE, by="Boris Lind"))
    [batch_id] = world.book.batches(BatchStatus.APPROVED)
    assert world.batch(batch_id).total == Decimal("3135.00")


@pytest.mark.catalogue("B74")
def test_who_has_prepared_cannot_approve_in_a_play_either(world: PaymentWorld) -> None:
    perform = performer(world)
    perform(act(ActKind.PREPARE))
    with pytest.raises(SelfApproval):
        perform(act(ActKind.APPROVE))


def test_only_the_named_currency_is_prepared(world: PaymentWorld) -> None:
    perform = performer(world)
    perform(act(ActKind.PREPARE, currency="GBP"))
    assert list(world.book.batches(BatchStatus.PREPARED)) == []


@pytest.mark.parametrize("kind", [ActKind.APPROVE, ActKind.WITHDRAW])
def test_without_a_batch_there_is_nothing_to_decide_on(world: PaymentWorld, kind: ActKind) -> None:
    with pytest.raises(NotFound, match=f"no batch to {kind.partition('_')[0]}"):
        performer(world)(act(kind))


def test_batches_are_withdrawn_whether_approved_or_not(world: PaymentWorld) -> None:
    perform = performer(world)
    for approved in (False, True):
        perform(act(ActKind.PREPARE))
        if approved:
            perform(act(ActKind.APPROVE, by="Boris Lind"))
        perform(act(ActKind.WITHDRAW))
        assert world.of().state is PayoutState.OPEN


@pytest.mark.rule("R-5.5")
def test_a_payout_is_held_let_go_and_cancelled(world: PaymentWorld) -> None:
    perform = performer(world)
    for kind, state in (
        (ActKind.HOLD, PayoutState.ON_HOLD),
        (ActKind.LIFT_HOLD, PayoutState.OPEN),
        (ActKind.CANCEL, PayoutState.CANCELLED),
    ):
        perform(act(kind))
        assert world.of().state is state
    assert [step.reason for step in world.of().events] == ["why"] * 3


def test_what_the_bank_has_rejected_is_tried_again(world: PaymentWorld) -> None:
    rejected = world.of().model_copy(
        update={"state": PayoutState.REJECTED, "attempt": 2, "refused_bank": "S1#1", "version": 2}
    )
    assert world.book.put_payout(rejected)
    performer(world)(act(ActKind.RETRY))
    assert (world.of().state, world.of().refused_bank) == (PayoutState.OPEN, None)


def test_a_role_counts(world: PaymentWorld) -> None:
    with pytest.raises(NotAllowed):
        performer(world)(act(ActKind.CANCEL, role="channel"))


DETAILS = {
    "site_id": "S1",
    "scheme": "iban",
    "number": IBAN,
    "holder": "Alpha",
    "second": "Boris Lind",
    "country": "DE",
}


@pytest.mark.rule("R-5.4c")
def test_bank_details_are_proposed_by_one_and_confirmed_by_the_other(world: PaymentWorld) -> None:
    performer(world)(act(ActKind.BANK_DETAILS, **DETAILS))
    newest = world.banks.revisions("S1")[-1]
    assert (newest.number, newest.status, newest.holder) == (2, BankStatus.CONFIRMED, "Alpha")
    assert newest.decided_by is not None
    assert (newest.proposed_by.person, newest.decided_by.person) == ("Anna Berg", "Boris Lind")


@pytest.mark.catalogue("B74")
def test_bank_details_cannot_be_confirmed_by_who_proposed_them(world: PaymentWorld) -> None:
    with pytest.raises(SelfApproval):
        performer(world)(act(ActKind.BANK_DETAILS, **DETAILS | {"second": "anna berg"}))


def test_a_letter_is_recorded(world: PaymentWorld) -> None:
    performer(world)(act(ActKind.NAME_PAYEE, site_id="S1", document="letter 7", received_on="2024-08-01"))
    [naming] = world.book.namings("P1-DE")
    assert (naming.document, naming.received_on, naming.by.person) == ("letter 7", date(2024, 8, 1), "Anna Berg")


def test_the_bank_is_told_what_to_reject(world: PaymentWorld) -> None:
    bank = Bank()
    performer(world, bank)(act(ActKind.BANK_REJECTS, by="", reason="AC04"))
    assert bank.told == [("P1-DE", "2024Q2", "AC04")]
