"""The CSV form of a bank status file: strict, row by row."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from partner_program.adapters.bank_status_csv import read_bank_status_csv
from partner_program.adapters.bank_status_files import READERS
from partner_program.domain.payments.bank_status import MOST_BYTES, MOST_ROWS, Answer, StatusFileRefused, StatusRow
from tests.fakes.bank_answers import HEAD, status_csv
from tests.fakes.payment_batches import GERMAN

SOUND = {
    "batch_id": "20241114-EUR-01", "end_to_end_id": "2024Q3-A", "status": "paid", "booked_on": "2024-11-16",
    "reason_code": "", "amount": "3125.00", "currency": "EUR",
}  # fmt: skip


def refusal(content: bytes) -> Any:
    with pytest.raises(StatusFileRefused) as refused:
        read_bank_status_csv(content)
    return refused.value


def test_a_row_says_what_became_of_which_payment() -> None:
    report = READERS["csv"](status_csv(SOUND, SOUND | {"status": "rejected", "reason_code": "AC04"}))
    first = StatusRow(
        position=2, batch_id="20241114-EUR-01", end_to_end_id="2024Q3-A", answer=Answer.PAID,
        booked_on=date(2024, 11, 16), amount=Decimal("3125.00"), currency="EUR",
    )  # fmt: skip
    second = first.model_copy(update={"position": 3, "answer": Answer.REJECTED, "reason": "AC04"})
    assert (report.rows, report.bad_rows) == ((first, second), ())


@pytest.mark.parametrize("word", list(Answer))
def test_the_four_words_of_a_status(word: Answer) -> None:
    assert read_bank_status_csv(status_csv(SOUND | {"status": str(word)})).rows[0].answer is word


def test_day_reason_amount_and_currency_may_be_left_out() -> None:
    (row,) = read_bank_status_csv(b"batch_id,end_to_end_id,status\nB1,E1,pending\n").rows
    assert (row.booked_on, row.reason, row.amount, row.currency) == (None, "", None, None)


MALFORMED = {
    "no batch": ({"batch_id": ""}, "MISSING_ID"),
    "no payment": ({"end_to_end_id": ""}, "MISSING_ID"),
    "a blank in an id": ({"end_to_end_id": " 2024Q3-A"}, "MISSING_ID"),
    "a word of the bank": ({"status": "ACSC"}, "UNKNOWN_STATUS"),
    "a capital": ({"status": "Paid"}, "UNKNOWN_STATUS"),
    "no status": ({"status": ""}, "UNKNOWN_STATUS"),
    "no such day": ({"booked_on": "2024-11-31"}, "INVALID_DATE"),
    "a German day": ({"booked_on": "16.11.2024"}, "INVALID_DATE"),
    "a plus": ({"amount": "+1.00"}, "INVALID_AMOUNT"),
    "a thousands separator": ({"amount": "3_125.00"}, "INVALID_AMOUNT"),
    "no currency of ISO 4217": ({"currency": "EURO"}, "INVALID_AMOUNT"),
    "a NUL": ({"status": "paid\0"}, "MALFORMED_ROW"),
    "a column too many": ({"currency": "EUR,"}, "MALFORMED_ROW"),
}


@pytest.mark.parametrize("mistake", MALFORMED)
@pytest.mark.catalogue("B09")
def test_a_malformed_row_is_refused_at_its_line_and_the_others_count(mistake: str) -> None:
    changes, code = MALFORMED[mistake]
    report = read_bank_status_csv(status_csv(SOUND, SOUND | changes, SOUND))
    assert [(row.position, str(row.code)) for row in report.bad_rows] == [(3, code)]
    assert [row.position for row in report.rows] == [2, 4]
    assert all(value not in report.bad_rows[0].message for value in changes.values() if len(value) > 4)


REFUSED = {
    "nothing": (b"", "EMPTY"),
    "Latin-1": (status_csv(SOUND | {"reason_code": "\xe4"}).decode().encode("latin-1"), "WRONG_ENCODING"),
    "XML": (b"<Document/>", "NOT_A_CSV"),
    "a workbook": (b"PK\x03\x04", "NOT_A_CSV"),
    "semicolons": (HEAD.replace(",", ";").encode(), "NOT_A_CSV"),
    "an unclosed quote": (status_csv(SOUND | {"status": '"paid'}), "NOT_A_CSV"),
    "a column twice": (status_csv(head=f"{HEAD},status"), "NOT_A_CSV"),
    "a column missing": (status_csv(head="batch_id,status"), "MISSING_COLUMN"),
    "too large": (b" " * (MOST_BYTES + 1), "NOT_A_CSV"),
    "too many rows": (status_csv(*["B1,E1,paid,,,,"] * (MOST_ROWS + 1)), "TOO_MANY_ROWS"),
}


@pytest.mark.parametrize("wrong", REFUSED)
@pytest.mark.catalogue("B11")
def test_what_is_no_such_table_is_refused_whole(wrong: str) -> None:
    content, code = REFUSED[wrong]
    assert str(refusal(content).code) == code


def test_a_refusal_names_the_line() -> None:
    assert str(refusal(status_csv(SOUND, SOUND | {"status": '"paid'}))).startswith("line 3: ")


def test_so_many_rows_are_taken_and_a_bom_is_fine() -> None:
    assert len(read_bank_status_csv(b"\xef\xbb\xbf" + status_csv(*["B1,E1,paid,,,,"] * MOST_ROWS)).rows) == MOST_ROWS


@pytest.mark.catalogue("B52")
def test_a_reason_that_is_no_code_is_not_passed_on() -> None:
    report = read_bank_status_csv(status_csv(SOUND | {"reason_code": GERMAN}, SOUND | {"status": GERMAN}))
    assert (report.rows[0].reason, GERMAN in report.model_dump_json()) == ("", False)
