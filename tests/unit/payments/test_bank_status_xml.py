"""A pain.002 of a bank, read into rows: strict, bounded, and nothing of it repeated in a message."""

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.adapters.bank_status_files import READERS
from partner_program.adapters.pain002 import DEEPEST, VERSIONS, read_pain002
from partner_program.domain.payments.bank_status import (
    MOST_BYTES,
    MOST_ROWS,
    Answer,
    BankStatusReport,
    StatusFileRefused,
    StatusRow,
)
from tests.fakes.bank_answers import VERSION_3, VERSION_10, pain002, part, transaction
from tests.fakes.payment_batches import GERMAN

BATCH = "20241114-EUR-01"


def answers(report: BankStatusReport) -> list[Any]:
    assert not report.bad_rows
    return [(row.position, row.end_to_end_id, str(row.answer)) for row in report.rows]


def mistakes(report: BankStatusReport) -> list[Any]:
    return [(row.position, str(row.code)) for row in report.bad_rows]


def refusal(content: bytes) -> str:
    with pytest.raises(StatusFileRefused) as refused:
        read_pain002(content)
    assert GERMAN not in str(refused.value)
    return str(refused.value.code)


@pytest.mark.parametrize("version", [VERSION_3, VERSION_10])
@pytest.mark.parametrize("prefix", ["", "ns2"])
def test_a_transaction_says_what_became_of_which_payment(version: str, prefix: str) -> None:
    told = transaction("2024Q3-A", "RJCT", reason="AC04", settled="2024-11-16", amount="3125.00", accepted="2024-11-15")
    report = read_pain002(pain002(part(told), version=version, prefix=prefix))
    assert report.rows == (
        StatusRow(
            position=1, batch_id=BATCH, end_to_end_id="2024Q3-A", answer=Answer.REJECTED, reason="AC04",
            booked_on=date(2024, 11, 16), amount=Decimal("3125.00"), currency="EUR",
        ),
    )  # fmt: skip


def test_the_versions_taken_are_listed_and_others_refused() -> None:
    assert VERSIONS == (VERSION_3, VERSION_10)
    assert refusal(pain002(part(), version="pain.002.001.02")) == "UNKNOWN_MESSAGE"
    assert refusal(pain002(part(), version="camt.053.001.08")) == "UNKNOWN_MESSAGE"
    assert refusal(b"<Document/>") == "UNKNOWN_MESSAGE"
    assert refusal(pain002(part()).replace(b"CstmrPmtStsRpt", b"Other")) == "UNKNOWN_MESSAGE"
    assert refusal(pain002(part()).replace(b"Document", b"Other")) == "UNKNOWN_MESSAGE"


STATUSES = {
    "ACSC": "paid", "ACCC": "paid", "RJCT": "rejected", "CANC": "rejected", "ACCP": "pending", "ACSP": "pending",
    "ACTC": "pending", "ACWC": "pending", "RCVD": "pending", "PDNG": "pending", "ACWP": "pending", "ACFC": "pending",
    "ACPD": "pending", "PATC": "pending",
}  # fmt: skip


@pytest.mark.parametrize("status", STATUSES)
def test_only_what_is_settled_is_paid(status: str) -> None:
    assert answers(read_pain002(pain002(part(transaction("E1", status))))) == [(1, "E1", STATUSES[status])]


@pytest.mark.parametrize("status", ["", "PART", "BLCK", "acsc", "ACSC1", "Rejected"])
def test_a_status_that_says_nothing_we_know_refuses_its_row_alone(status: str) -> None:
    report = read_pain002(pain002(part(transaction("E1", status), transaction("E2"))))
    assert (mistakes(report), [row.end_to_end_id for row in report.rows]) == ([(1, "UNKNOWN_STATUS")], ["E2"])


def test_a_status_of_the_file_is_one_of_all_payments_where_no_part_is_named() -> None:
    (row,) = read_pain002(pain002(status="RJCT", more="<OrgnlNbOfTxs>3</OrgnlNbOfTxs>"
                                  "<OrgnlCtrlSum>12.50</OrgnlCtrlSum>")).rows  # fmt: skip
    assert (row.end_to_end_id, row.part, row.answer) == (None, None, Answer.REJECTED)
    assert (row.payments, row.amount) == (3, Decimal("12.50"))


def test_a_status_of_a_part_is_one_of_its_payments_where_none_is_named() -> None:
    more = "<OrgnlNbOfTxs>2</OrgnlNbOfTxs><StsRsnInf><Rsn><Prtry>X1</Prtry></Rsn></StsRsnInf>"
    (row,) = read_pain002(pain002(part(status="RJCT", more=more), status="PART")).rows
    assert (row.end_to_end_id, row.part, row.answer) == (None, f"{BATCH}-ALL", Answer.REJECTED)
    assert (row.payments, row.reason) == (2, "X1")


def test_the_nearest_status_counts_payment_before_part_before_file() -> None:
    told = transaction("E1", "ACSC"), transaction("E2", "")
    assert answers(read_pain002(pain002(part(*told, status="RJCT"), status="ACCP"))) == [
        (1, "E1", "paid"), (2, "E2", "rejected"),
    ]  # fmt: skip
    assert answers(read_pain002(pain002(part(*told), part(), status="ACCP"))) == [
        (1, "E1", "paid"), (2, "E2", "pending"), (3, None, "pending"),
    ]  # fmt: skip


def test_where_payments_are_named_the_status_of_the_file_is_not_one_of_the_others() -> None:
    assert answers(read_pain002(pain002(part(transaction("E1", "RJCT")), status="PART"))) == [(1, "E1", "rejected")]


def test_partly_accepted_without_payments_and_no_status_at_all_say_nothing() -> None:
    assert mistakes(read_pain002(pain002(status="PART"))) == [(1, "UNKNOWN_STATUS")]
    assert mistakes(read_pain002(pain002(part()))) == [(1, "UNKNOWN_STATUS")]


MALFORMED = {
    "no end-to-end id": (transaction(""), "MISSING_ID"),
    "one of other signs": (transaction("2024Q3/A"), "MISSING_ID"),
    "one that is too long": (transaction("E" * 65), "MISSING_ID"),
    "no such day": (transaction("E1", settled="2024-02-30"), "INVALID_DATE"),
    "a day in words": (transaction("E1", settled="1 May 2024"), "INVALID_DATE"),
    "a moment that is none": (transaction("E1", accepted="2024-11-16T1"), "INVALID_DATE"),
    "an exponent": (transaction("E1", amount="1e5"), "INVALID_AMOUNT"),
    "a comma": (transaction("E1", amount="1,50"), "INVALID_AMOUNT"),
    "a minus": (transaction("E1", amount="-1.50"), "INVALID_AMOUNT"),
    "Arabic digits": (transaction("E1", amount="١٢"), "INVALID_AMOUNT"),
    "fourteen digits": (transaction("E1", amount="12345678901234"), "INVALID_AMOUNT"),
    "six decimals": (transaction("E1", amount="1.123456"), "INVALID_AMOUNT"),
    "no currency of ISO 4217": (transaction("E1", amount="1.00", currency="EURO"), "INVALID_AMOUNT"),
    "a lower case currency": (transaction("E1", amount="1.00", currency="eur"), "INVALID_AMOUNT"),
}


@pytest.mark.parametrize("mistake", MALFORMED)
@pytest.mark.catalogue("B24")
def test_a_malformed_row_is_refused_at_its_place_and_the_others_count(mistake: str) -> None:
    told, code = MALFORMED[mistake]
    report = read_pain002(pain002(part(transaction("E0"), told), part(transaction("E2"))))
    assert mistakes(report) == [(2, code)]
    assert [(row.position, row.end_to_end_id) for row in report.rows] == [(1, "E0"), (3, "E2")]


def test_without_the_id_of_our_file_no_row_can_be_booked() -> None:
    report = read_pain002(pain002(part(transaction("E1")), batch_id=""))
    assert (mistakes(report), report.rows) == ([(1, "MISSING_ID")], ())
    assert mistakes(read_pain002(pain002(part(status="ACSC", part_id="")))) == [(1, "MISSING_ID")]


def test_a_number_of_payments_that_is_none_refuses_the_status() -> None:
    assert mistakes(read_pain002(pain002(status="ACSC", more="<OrgnlNbOfTxs>x</OrgnlNbOfTxs>"))) == [
        (1, "INVALID_AMOUNT")
    ]


BERLIN = ZoneInfo("Europe/Berlin")


def accepted(moment: str) -> BankStatusReport:
    return read_pain002(pain002(part(transaction("E1", accepted=moment))), BERLIN)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2024-11-16T22:59:59Z", 16), ("2024-11-16T23:00:00Z", 17), ("2024-11-16T00:10:00.123+09:00", 15),
        ("2024-11-16T23:30:00-06:00", 17), ("2024-11-16T16:59:59-06:00", 16), ("2024-11-16T05:29:00+05:30", 16),
        ("2024-11-16T24:00:00+01:00", 17), ("2024-11-16T23:59:60+01:00", 17), ("2024-11-16", 16),
    ],
)  # fmt: skip
def test_a_moment_of_acceptance_is_of_the_day_that_it_was_in_the_programs_time_zone(moment: str, day: int) -> None:
    (row,) = accepted(moment).rows
    assert row.booked_on == date(2024, 11, day)


@pytest.mark.parametrize(("moment", "day"), [("2024-11-16T06:00:00", 16), ("2024-11-16T23:59:59.9", 16)])
def test_a_moment_without_an_offset_is_of_the_day_that_the_bank_wrote(moment: str, day: int) -> None:
    (row,) = accepted(moment).rows
    assert row.booked_on == date(2024, 11, day)


@pytest.mark.catalogue("B09")
@pytest.mark.parametrize(
    "moment",
    [
        "2024-11-16T25:00:00Z", "2024-11-16T00:60:00Z", "2024-11-16T00:00:61Z", "2024-11-31T00:00:00Z",
        "0001-01-01T00:00:00+09:00", "9999-12-31T24:00:00Z", "2024-11-16T00:00Z", "2024-11-16 00:00:00Z",
    ],
)  # fmt: skip
def test_a_moment_that_is_none_refuses_its_row(moment: str) -> None:
    assert mistakes(accepted(moment)) == [(1, "INVALID_DATE")]


@pytest.mark.catalogue("B52")
def test_a_reason_that_is_no_code_is_not_passed_on() -> None:
    told = transaction("E1", "RJCT", reason=GERMAN) + transaction("E2", "RJCT", reason="account 12 closed")
    report = read_pain002(pain002(part(told)))
    assert [row.reason for row in report.rows] == ["", ""]
    assert GERMAN not in report.model_dump_json()


DOCTYPES = {
    "a document type": '<!DOCTYPE Document SYSTEM "http://bank.example/x.dtd">',
    "an entity": '<!DOCTYPE Document [<!ENTITY a "x">]>',
    "one of entities": '<!DOCTYPE Document [<!ENTITY a "xxxx"><!ENTITY b "&a;&a;&a;&a;">]>',
    "one of a file": '<!DOCTYPE Document [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    "a parameter entity": '<!DOCTYPE Document [<!ENTITY % a SYSTEM "http://bank.example/x"> %a;]>',
}


@pytest.mark.parametrize("doctype", DOCTYPES)
@pytest.mark.catalogue("B19")
def test_a_document_type_or_an_entity_refuses_the_file_unread(doctype: str) -> None:
    head, body = pain002(part(transaction("E1"))).decode().split("\n", 1)
    assert refusal(f"{head}\n{DOCTYPES[doctype]}\n{body}".encode()) == "XML_DOCTYPE"


def nested(levels: int) -> bytes:
    """A report with elements nested below its own two levels."""
    return pain002(part(transaction("E1")) + "<X>" * (levels - 2) + "</X>" * (levels - 2))


@pytest.mark.catalogue("B19")
def test_elements_are_nested_so_deep_and_no_deeper() -> None:
    assert answers(read_pain002(nested(DEEPEST))) == [(1, "E1", "paid")]
    assert refusal(nested(DEEPEST + 1)) == "XML_TOO_DEEP"
    assert refusal(b"<a>" * 3_000_000) == "XML_TOO_DEEP"


@pytest.mark.catalogue("B19")
def test_ten_megabytes_of_small_elements_do_not_fill_the_memory() -> None:
    assert refusal(pain002("<X/>" * 500_001)) == "XML_TOO_DEEP"


@pytest.mark.catalogue("B58")
def test_a_file_has_ten_megabytes_and_no_byte_more() -> None:
    sound = pain002(part(transaction("E1")))
    assert answers(read_pain002(sound + b" " * (MOST_BYTES - len(sound)))) == [(1, "E1", "paid")]
    assert refusal(sound + b" " * (MOST_BYTES - len(sound) + 1)) == "TOO_LARGE"


def test_a_file_has_so_many_statuses_and_no_more() -> None:
    told = [transaction(f"E{n}") for n in range(MOST_ROWS)]
    assert len(read_pain002(pain002(part(*told))).rows) == MOST_ROWS
    assert refusal(pain002(part(*told, transaction("E")))) == "TOO_MANY_ROWS"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EMPTY"), (b" \r\n", "EMPTY"), (b"batch_id,end_to_end_id,status\r\n", "NOT_XML"),
        (b"%PDF-1.7", "NOT_XML"), (pain002(part())[:-20], "NOT_XML"), (pain002(part()) + b"<x/>", "NOT_XML"),
        (pain002(part(transaction("E\xe4"))).decode().encode("latin-1"), "WRONG_ENCODING"),
        (pain002(part()).decode().encode("utf-16"), "WRONG_ENCODING"),
        (pain002(part()).replace(b"STS1", b"&nbsp;"), "NOT_XML"), (pain002(part()).replace(b"STS1", b"\0"), "NOT_XML"),
    ],
    ids=["nothing", "blanks", "a table", "a PDF", "cut short", "two roots", "Latin-1", "UTF-16", "an unknown entity",
         "a NUL"],
)  # fmt: skip
@pytest.mark.catalogue("B04")
def test_what_is_no_xml_in_utf8_is_refused_whole(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_a_byte_order_mark_and_another_declared_encoding_change_nothing() -> None:
    sound = pain002(part(transaction("E1")))
    assert answers(read_pain002(b"\xef\xbb\xbf" + sound)) == [(1, "E1", "paid")]
    assert answers(read_pain002(sound.replace(b"UTF-8", b"ISO-8859-1"))) == [(1, "E1", "paid")]


SOUND = pain002(part(transaction("E1", amount="1.00", settled="2024-11-16")))


@given(st.data())
def test_whatever_is_changed_in_a_file_it_is_read_or_refused(data: Any) -> None:
    at = data.draw(st.integers(0, len(SOUND)))
    to = data.draw(st.integers(at, min(len(SOUND), at + 20)))
    changed = SOUND[:at] + data.draw(st.binary(max_size=12)) + SOUND[to:]
    try:
        report = READERS["xml"](changed)
    except StatusFileRefused:
        return
    assert isinstance(report, BankStatusReport)
