"""The readable listing of a batch: one row per payment, safe in a spreadsheet, no account in the clear."""

import csv
import io
from typing import Any

import pytest

from partner_program.adapters.payment_file_writer import PaymentFileWriter
from partner_program.adapters.payment_listing import COLUMNS
from tests.fakes.payment_batches import DUTCH, KUWAITI, account, batch, item, japanese, paying, payout


def rows(of: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(PaymentFileWriter().listing(of).decode(), newline="")))


def test_a_row_says_who_is_paid_how_much_where_and_why() -> None:
    of = payout("P0001-NL", "3125")
    one, _ = paying((of, account(DUTCH, "Partner B.V.")))
    assert rows(one) == [
        {
            "batch_id": "20241114-EUR-01", "account_id": "P0001-NL", "period": "2024Q3", "amount": "3125.00",
            "currency": "EUR", "site_id": "S-P0001-NL", "holder": "Partner B.V.", "account_last_four": "4300",
            "because": "headquarters", "end_to_end_id": of.end_to_end_id,
        }
    ]  # fmt: skip
    assert tuple(rows(one)[0]) == COLUMNS


def test_rows_come_in_the_order_of_the_batch_without_a_total() -> None:
    one, _ = paying(*[(payout(f"P{n}-DE"), account(DUTCH)) for n in (3, 1, 2)])
    assert [row["account_id"] for row in rows(one)] == ["P3-DE", "P1-DE", "P2-DE"]


@pytest.mark.catalogue("F49")
def test_amounts_have_the_digits_of_their_currency() -> None:
    yen, _ = paying((payout(amount="5000", currency="JPY"), japanese()), currency="JPY")
    dinar, _ = paying((payout(amount="1.5", currency="KWD"), account(KUWAITI)), currency="KWD")
    assert [row["amount"] for one in (yen, dinar) for row in rows(one)] == ["5000", "1.500"]


@pytest.mark.catalogue("B50")
def test_no_cell_is_a_formula() -> None:
    one = batch(item(payout(), account(DUTCH, '=HYPERLINK("x")'), because="@letter, of 1 May"))
    (row,) = rows(one)
    assert (row["holder"], row["because"]) == ('\'=HYPERLINK("x")', "'@letter, of 1 May")


@pytest.mark.catalogue("B52")
def test_no_more_than_four_characters_of_an_account_are_told_whatever_the_batch_holds() -> None:
    wrong = item(payout(), account(DUTCH), because=f"letter naming {DUTCH}").model_copy(
        update={"bank_last_four": DUTCH}
    )
    (row,) = rows(batch(wrong))
    assert (row["account_last_four"], row["because"]) == ("4300", "letter naming ***")
