"""The runner's bank answers each payment file once, on the next day, and rejects only what it was told to."""

import io
from datetime import date
from decimal import Decimal
from typing import Any, cast

from defusedxml.ElementTree import fromstring

from local.bank import ANSWER_NAMESPACE, RunnersBank
from partner_program.domain.payments.payout import Payout
from partner_program.values.periods import Quarter

DAY = date(2024, 8, 16)
QUARTER = Quarter(2024, 2)
ORDER = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>B-1</MsgId></GrpHdr>
<PmtInf><PmtInfId>B-1-SEPA</PmtInfId>{transfers}</PmtInf></CstmrCdtTrfInitn></Document>"""
TRANSFER = (
    '<CdtTrfTxInf><PmtId><EndToEndId>{}</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">{}</InstdAmt></Amt></CdtTrfTxInf>'
)


class Bucket:
    """As much of S3 as the bank uses."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def get_paginator(self, _name: str) -> "Bucket":
        return self

    def paginate(self, **request: str) -> list[dict[str, Any]]:
        return [{"Contents": [{"Key": key} for key in self.objects if key.startswith(request["Prefix"])]}]

    def get_object(self, **request: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(self.objects[request["Key"]])}

    def order(self, batch_id: str, *references: str) -> None:
        transfers = "".join(TRANSFER.format(reference, "10.00") for reference in references)
        self.objects[f"payments/{batch_id}/pain.001.xml"] = ORDER.format(transfers=transfers).encode()


def bank_of(bucket: Bucket) -> RunnersBank:
    return RunnersBank(cast(Any, bucket), "results")


def reference(account_id: str, attempt: int = 1) -> str:
    return Payout(
        account_id=account_id,
        partner_id="P1",
        country="DE",
        year=2024,
        quarter=2,
        currency="EUR",
        amount=Decimal("10.00"),
        payable_from=date(2024, 8, 14),
        attempt=attempt,
    ).end_to_end_id


def statuses(body: bytes) -> dict[str, tuple[str, str]]:
    found = fromstring(body).iterfind(".//{*}TxInfAndSts")
    return {
        one.findtext("{*}OrgnlEndToEndId", ""): (one.findtext("{*}TxSts", ""), one.findtext(".//{*}Cd", ""))
        for one in found
    }


def test_a_file_is_answered_once_and_settled_in_full() -> None:
    bucket = Bucket()
    bucket.order("2024-1", "A", "B")
    bank = bank_of(bucket)
    assert bank.answers(DAY) == ()  # it has not looked yet
    bank.look()
    [answer] = bank.answers(DAY)
    assert (answer.key, answer.rows) == ("bank-status/2024-1.xml", 2)
    assert statuses(answer.body()) == {"A": ("ACSC", ""), "B": ("ACSC", "")}
    bank.look()
    assert bank.answers(DAY) == ()


def test_the_answer_names_the_file_and_its_day() -> None:
    bucket = Bucket()
    bucket.order("2024-1", "A")
    bank = bank_of(bucket)
    bank.look()
    root = fromstring(bank.answers(DAY)[0].body())
    assert root.tag == f"{{{ANSWER_NAMESPACE}}}Document"
    names = ("OrgnlMsgId", "OrgnlMsgNmId", "OrgnlPmtInfId", "AccptncDtTm", "InstdAmt")
    told = [root.findtext(f".//{{*}}{name}") for name in names]
    assert told == ["B-1", "pain.001.001.09", "B-1-SEPA", "2024-08-16T06:00:00Z", "10.00"]


def test_what_lies_beside_a_payment_file_is_no_payment_file() -> None:
    bucket = Bucket()
    bucket.objects |= {"payments/2024-1/payments.csv": b"", "statements/P1/pain.001.xml": b""}
    bank = bank_of(bucket)
    bank.look()
    assert bank.answers(DAY) == ()


def test_a_payment_is_rejected_once_and_its_next_attempt_is_settled() -> None:
    bucket, first, second = Bucket(), reference("P1-DE"), reference("P1-DE", 2)
    bank = bank_of(bucket)
    bank.will_reject("P1-DE", QUARTER, "AC04")
    bucket.order("1", first, reference("P2-DE"))
    bank.look()
    assert statuses(bank.answers(DAY)[0].body()) == {first: ("RJCT", "AC04"), reference("P2-DE"): ("ACSC", "")}
    bucket.order("2", second)
    bank.look()
    assert statuses(bank.answers(DAY)[0].body()) == {second: ("ACSC", "")}


def test_the_payment_that_is_to_be_rejected_may_be_a_later_attempt() -> None:
    bucket, second = Bucket(), reference("P1-DE", 2)
    bank = bank_of(bucket)
    bank.will_reject("P1-DE", QUARTER, "AC06")
    bucket.order("2", second)
    bank.look()
    assert statuses(bank.answers(DAY)[0].body()) == {second: ("RJCT", "AC06")}
