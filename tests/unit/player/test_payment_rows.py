"""Result files about money: what has become of each payment, and what is said of a batch."""

import csv
import io
from decimal import Decimal

from local.payment_results import PaymentResults
from local.payment_rows import accrual_table, audit_rows, batch_rows, payment_rows, payout_rows
from local.payment_tables import audit_lines, totals_line
from partner_program.domain.payments.audit import entered
from partner_program.domain.payments.batch import Approval, Batch, BatchStatus
from partner_program.domain.payments.ledger import LedgerEntry, LedgerKind
from partner_program.domain.payments.payee import BlockCode
from partner_program.domain.payments.payout import Payout, PayoutState, event
from partner_program.domain.payments.people import Actor, Role
from partner_program.use_cases.prepare_payments import WaitingPayout
from partner_program.use_cases.verify_audit import Finding, Verification
from partner_program.values.periods import Quarter
from tests.fakes.payment_documents import DAY, FINANCE, batch, draft, movement, payout

SECOND = Actor(person="Ben", role=Role.FINANCE)


def released(batch_id: str, *payouts: Payout) -> Batch:
    given = Approval(by=SECOND, on=DAY, digest="d")
    return batch(batch_id, *payouts, status=BatchStatus.RELEASED).model_copy(update={"approvals": (given,)})


def ledger(kind: LedgerKind, attempt: int = 1, batch_id: str = "B1") -> LedgerEntry:
    return movement(kind, attempt).model_copy(update={"batch_id": batch_id})


def states(*entries: LedgerEntry, status: BatchStatus = BatchStatus.RELEASED) -> list[tuple[str, str]]:
    made = PaymentResults(batches=(batch("B1", payout(), status=status),), ledger=entries)
    return [(row["state"], row["paid_on"]) for row in payment_rows(made)]


def test_a_payment_is_what_the_ledger_said_last_of_it() -> None:
    initiated, paid = ledger(LedgerKind.INITIATED), ledger(LedgerKind.PAID)
    assert states(initiated) == [("in_payment", "")]
    assert states(initiated, ledger(LedgerKind.REJECTED)) == [("rejected", "")]
    assert states(initiated, paid) == [("paid", str(DAY))]
    assert states(initiated, paid, ledger(LedgerKind.RETURNED)) == [("returned", str(DAY))]


def test_a_payment_that_was_not_initiated_is_as_far_as_its_batch() -> None:
    assert states(status=BatchStatus.PREPARED) == [("prepared", "")]
    assert states(ledger(LedgerKind.INITIATED, batch_id="B0"), status=BatchStatus.VOID) == [("void", "")]


def test_each_attempt_has_its_own_state() -> None:
    first, second = payout(), payout().model_copy(update={"attempt": 2})
    made = PaymentResults(
        batches=(released("B1", first), released("B2", second)),
        ledger=(ledger(LedgerKind.REJECTED), ledger(LedgerKind.PAID, 2, "B2")),
    )
    assert [(row["batch_id"], row["attempt"], row["state"]) for row in payment_rows(made)] == [
        ("B1", "1", "rejected"),
        ("B2", "2", "paid"),
    ]


def test_a_batch_names_its_people_its_total_and_what_the_bank_has_said() -> None:
    other = payout("P2-DE", amount="0.50")
    made = PaymentResults(batches=(released("B1", payout(), other),), ledger=(ledger(LedgerKind.PAID),))
    [row] = batch_rows(made)
    names = ("payments", "total", "prepared_by", "approved_by", "approved_on", "paid", "rejected")
    assert [row[name] for name in names] == ["2", "3125.50", "Fia", "Ben", str(DAY), "1", "0"]
    assert (row["void_by"], row["void_on"]) == ("", "")


def test_a_payout_tells_its_steps_and_what_it_waits_for() -> None:
    held = payout().moved(PayoutState.ON_HOLD, event(DAY, PayoutState.ON_HOLD, FINANCE, "returns"))
    waits = WaitingPayout("P2-DE", Quarter(2024, 1), "EUR", Decimal(1), BlockCode.NO_BANK_DETAILS, "S2 has none")
    made = PaymentResults(payouts=(held, payout("P2-DE")), waiting=(waits,))
    first, second = payout_rows(made)
    assert (first["state"], first["steps"], first["why"]) == ("on_hold", f"{DAY} on_hold by Fia: returns", "")
    assert (second["waits_for"], second["why"], second["steps"]) == ("no_bank_details", "S2 has none", "")


def test_a_payout_in_a_batch_is_prepared_until_that_is_approved() -> None:
    collected = payout().model_copy(update={"state": PayoutState.IN_BATCH, "batch_id": "B1"})
    for status, standing in (
        (BatchStatus.PREPARED, "prepared"),
        (BatchStatus.APPROVED, "approved"),
        (BatchStatus.RELEASING, "approved"),
    ):
        made = PaymentResults(payouts=(collected,), batches=(batch("B1", collected, status=status),))
        assert made.standing(collected) == standing
    assert PaymentResults().standing(payout()) == "open"


def test_what_differs_in_every_play_is_not_in_the_audit_file() -> None:
    act = draft("a", amount="3.00 EUR", seal="0a", digest="0b")
    [row] = audit_rows(PaymentResults(audit=(entered(act, None, "2024-05-20T12:00:00Z"),)))
    assert (row["number"], row["by"], row["details"]) == ("1", "Fia", "amount: 3.00 EUR")
    assert "0a" not in "".join(row.values())


def test_accruals_of_all_months_are_one_table_whatever_columns_they_have() -> None:
    old, new = (
        b"month,account_id,closing\n2024-01,P1-DE,1.00\n",
        b"month,account_id,closing,open\n2024-02,P1-DE,2.00,1\n",
    )
    columns, rows = accrual_table({"accruals/2024-02.csv": new, "accruals/2024-01.csv": old})
    assert columns == ["month", "account_id", "closing", "open"]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writerows(rows)
    assert text.getvalue() == "2024-01,P1-DE,1.00,\n2024-02,P1-DE,2.00,1\n"
    assert accrual_table({}) == ([], [])


def test_totals_of_accruals_are_a_table_of_their_own() -> None:
    files = {
        "accruals/2024-01.csv": b"month,account_id\n2024-01,P1-DE\n",
        "accruals/2024-01-totals.csv": b"month,region\n2024-01,EMEA\n",
    }
    assert accrual_table(files)[1] == [{"month": "2024-01", "account_id": "P1-DE"}]
    assert accrual_table(files, totals=True)[1] == [{"month": "2024-01", "region": "EMEA"}]


def test_the_ledger_is_summed_by_currency_and_kind() -> None:
    entries = (ledger(LedgerKind.INITIATED), ledger(LedgerKind.INITIATED, 2), ledger(LedgerKind.PAID))
    assert totals_line(PaymentResults(ledger=entries)) == "Ledger: initiated 6,250.00 EUR; paid 3,125.00 EUR"
    assert totals_line(PaymentResults()) == "Ledger: nothing was paid"


def test_what_the_verification_found_is_told() -> None:
    checked = "Audit: 3 entries, 4 acts, 5 statements recomputed from their facts"
    assert audit_lines(PaymentResults(verification=Verification(3, 4, 5, ()))) == [
        f"{checked}; the chain of hashes holds, nothing differs"
    ]
    found = Verification(3, 4, 5, (Finding("P1-DE 2024Q1", "another payout"),))
    assert audit_lines(PaymentResults(verification=found)) == [
        f"{checked}; NOT as it must be:",
        "  P1-DE 2024Q1: another payout",
    ]


def test_a_payment_is_found_by_payout_and_batch() -> None:
    paid = payout().model_copy(update={"batch_id": "B1"})
    made = PaymentResults(payouts=(paid,), batches=(released("B1", payout("P2-DE"), paid),))
    item = made.payment_of(paid)
    assert item is not None
    assert item.account_id == "P1-DE"
    assert made.payment_of(payout()) is None
    assert made.payment_of(payout().model_copy(update={"batch_id": "B9"})) is None
