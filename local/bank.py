"""The runner's own bank: reads the payment files of the results bucket and answers each on the next day.

It stands in for the bank that a deployment really has. It accepts and settles every payment, but for those that it was
told to reject (`bank_rejects` in acts.csv), each once. Its answer is a pain.002, put where a real one is put. What it
knows of a payment is what the file says; the same file has the same answer.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from defusedxml.ElementTree import fromstring

from local.plan import Upload
from partner_program.domain.payments.payout import Payout
from partner_program.values.periods import Quarter

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PAYMENTS = "payments/"
PAYMENT_FILE = "/pain.001.xml"
ANSWER_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
SETTLED, REJECTED = "ACSC", "RJCT"
MOST_ATTEMPTS = 20


class Transfer(NamedTuple):
    """One payment of a file, with the name of the part that it is in."""

    part: str
    end_to_end_id: str
    amount: str
    currency: str


@dataclass
class RunnersBank:
    """Its inbox is the results bucket. `look` every day; `answers` of a day are to what it has seen before that day."""

    s3: "S3Client"
    results_bucket: str
    _seen: set[str] = field(default_factory=set, init=False)
    _unanswered: list[str] = field(default_factory=list, init=False)
    _rejects: dict[str, tuple[str, str]] = field(default_factory=dict, init=False)

    def will_reject(self, account_id: str, period: Quarter, code: str) -> None:
        """Refuse this payment once, with an ISO reason code as `AC04`, whichever attempt comes next."""
        payout = Payout(
            account_id=account_id, partner_id="", country="", year=period.year, quarter=period.number, currency="",
            amount=Decimal(0), payable_from=date.min,
        )  # fmt: skip
        for attempt in range(1, MOST_ATTEMPTS + 1):
            reference = payout.model_copy(update={"attempt": attempt}).end_to_end_id
            self._rejects[reference] = (payout.name, code)

    def look(self) -> None:
        """Take the payment files that have come since."""
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.results_bucket, Prefix=PAYMENTS):
            for found in page.get("Contents", []):
                if found["Key"].endswith(PAYMENT_FILE) and found["Key"] not in self._seen:
                    self._seen.add(found["Key"])
                    self._unanswered.append(found["Key"])

    def answers(self, on: date) -> tuple[Upload, ...]:
        """The status files of a day, by batch."""
        keys, self._unanswered = sorted(self._unanswered), []
        return tuple(self._answer(key, on) for key in keys)

    def _answer(self, key: str, on: date) -> Upload:
        batch_id = key.removeprefix(PAYMENTS).removesuffix(PAYMENT_FILE)
        order = fromstring(self.s3.get_object(Bucket=self.results_bucket, Key=key)["Body"].read())
        transfers = list(transfers_of(order))
        codes = {one.end_to_end_id: self._verdict(one.end_to_end_id) for one in transfers}
        body = status_report(_text(order, "MsgId"), _kind(order), transfers, codes, on)
        return Upload(f"bank-status/{batch_id}.xml", body, len(transfers))

    def _verdict(self, end_to_end_id: str) -> str:
        """The code of a rejection, or nothing. A payment is rejected once: its next attempt is settled."""
        name, code = self._rejects.get(end_to_end_id, ("", ""))
        self._rejects = {key: value for key, value in self._rejects.items() if value[0] != name}
        return code


def transfers_of(order: ET.Element) -> Iterator[Transfer]:
    """The payments of a pain.001, whatever its version, in their order."""
    for part in order.iterfind(".//{*}PmtInf"):
        for one in part.iterfind("{*}CdtTrfTxInf"):
            amount = one.find("{*}Amt/{*}InstdAmt")
            if amount is not None:
                yield Transfer(
                    _text(part, "PmtInfId"), _text(one, "EndToEndId"), amount.text or "", amount.attrib["Ccy"]
                )


def status_report(
    message_id: str, message_kind: str, transfers: list[Transfer], codes: dict[str, str], on: date
) -> bytes:
    """The pain.002 to a pain.001. `codes`: by end-to-end id why a payment is rejected; empty where it is settled."""
    moment = f"{on}T06:00:00Z"
    document = ET.Element("Document", xmlns=ANSWER_NAMESPACE)
    report = ET.SubElement(document, "CstmrPmtStsRpt")
    header = ET.SubElement(report, "GrpHdr")
    _add(header, "MsgId", f"STS-{message_id}"[:35])
    _add(header, "CreDtTm", moment)
    group = ET.SubElement(report, "OrgnlGrpInfAndSts")
    _add(group, "OrgnlMsgId", message_id)
    _add(group, "OrgnlMsgNmId", message_kind)
    for part in dict.fromkeys(one.part for one in transfers):
        details = ET.SubElement(report, "OrgnlPmtInfAndSts")
        _add(details, "OrgnlPmtInfId", part)
        for one in transfers:
            if one.part == part:
                _add_status(details, one, codes[one.end_to_end_id], moment)
    ET.indent(document)
    body: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _add_status(details: ET.Element, transfer: Transfer, code: str, moment: str) -> None:
    status = ET.SubElement(details, "TxInfAndSts")
    _add(status, "OrgnlEndToEndId", transfer.end_to_end_id)
    _add(status, "TxSts", REJECTED if code else SETTLED)
    if code:
        reason = ET.SubElement(ET.SubElement(status, "StsRsnInf"), "Rsn")
        _add(reason, "Cd", code)
    _add(status, "AccptncDtTm", moment)
    amount = ET.SubElement(ET.SubElement(ET.SubElement(status, "OrgnlTxRef"), "Amt"), "InstdAmt", Ccy=transfer.currency)
    amount.text = transfer.amount


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _text(element: ET.Element, name: str) -> str:
    return element.findtext(f".//{{*}}{name}") or ""


def _kind(order: ET.Element) -> str:
    """`pain.001.001.09`, out of the namespace of the root."""
    return order.tag.partition("}")[0].rpartition(":")[2]
