"""ISO 20022 pain.002, what a bank says became of a payment file: no document type, no entities, bounded (B19)."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, date, tzinfo
from decimal import Decimal

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from partner_program.adapters import status_cells as cells
from partner_program.domain.payments.bank_status import (
    MOST_BYTES,
    MOST_ROWS,
    Answer,
    BadStatusRow,
    BankStatusReport,
    StatusCode,
    StatusFileRefused,
    StatusRow,
    report_of,
)

VERSIONS = ("pain.002.001.03", "pain.002.001.10")
DEEPEST = 24
"""Levels of elements; a full pain.002 has 15."""
MOST_ELEMENTS = 500_000

_ANSWERS = {
    **dict.fromkeys(("ACSC", "ACCC"), Answer.PAID),
    **dict.fromkeys(("RJCT", "CANC"), Answer.REJECTED),
    **dict.fromkeys(
        ("ACCP", "ACFC", "ACPD", "ACSP", "ACTC", "ACWC", "ACWP", "PATC", "PDNG", "RCVD"), Answer.PENDING
    ),
}  # fmt: skip
"""Only what is settled is paid; what was accepted in whatever way is under way."""

Found = StatusRow | BadStatusRow


def read_pain002(content: bytes, zone: tzinfo = UTC) -> BankStatusReport:
    """The report of a file; days are those of the zone. Raises `StatusFileRefused`."""
    root = _parsed(content)
    name, _, tag = root.tag.removeprefix("{").rpartition("}")
    version = name.rpartition(":")[2]
    if tag != "Document" or version not in VERSIONS:
        raise StatusFileRefused(StatusCode.UNKNOWN_MESSAGE, f"the document is none of {', '.join(VERSIONS)}")
    report = root.find(f"{{{name}}}CstmrPmtStsRpt")
    if report is None:
        raise StatusFileRefused(StatusCode.UNKNOWN_MESSAGE, "the document has no CstmrPmtStsRpt")
    found = []
    for row in _Reader(name, zone).rows(report):
        found.append(row)
        if len(found) > MOST_ROWS:
            raise StatusFileRefused(StatusCode.TOO_MANY_ROWS, f"more than {MOST_ROWS} statuses")
    return report_of(found)


def _parsed(content: bytes) -> ET.Element:
    if len(content) > MOST_BYTES:
        raise StatusFileRefused(StatusCode.TOO_LARGE, f"more than {MOST_BYTES} bytes")
    if not content.strip():
        raise StatusFileRefused(StatusCode.EMPTY, "the file is empty")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        message = f"byte {wrong.start} (the first is 0) is not UTF-8"
        raise StatusFileRefused(StatusCode.WRONG_ENCODING, message) from None
    # What the XML declaration says of its encoding is not asked: it is UTF-8, as was just seen.
    parser = DefusedXMLParser(target=_Bounded(), encoding="utf-8", forbid_dtd=True)
    try:
        parser.feed(content)
        root: ET.Element = parser.close()
    except DefusedXmlException:
        message = "the file brings a document type or entities of its own"
        raise StatusFileRefused(StatusCode.XML_DOCTYPE, message) from None
    except ET.ParseError as wrong:
        line, column = wrong.position
        raise StatusFileRefused(StatusCode.NOT_XML, f"no XML from line {line}, column {column} on") from None
    return root


class _Bounded(ET.TreeBuilder):
    """Builds the tree as long as it stays small: ten megabytes of tags would fill the memory."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._elements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        self._depth += 1
        self._elements += 1
        if self._depth > DEEPEST or self._elements > MOST_ELEMENTS:
            message = f"more than {DEEPEST} levels or {MOST_ELEMENTS} elements"
            raise StatusFileRefused(StatusCode.XML_TOO_DEEP, message)
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ET.Element:
        self._depth -= 1
        return super().end(tag)


class _Reader:
    """The statuses of a report, each with its number in the file, by the names of one namespace."""

    def __init__(self, namespace: str, zone: tzinfo) -> None:
        self._names = {"": namespace}
        self._zone = zone
        self._position = 0

    def rows(self, report: ET.Element) -> Iterator[Found]:
        """Transactions, or what stands for them: the status of their part, or that of the whole file."""
        group = report.find("OrgnlGrpInfAndSts", self._names)
        group = group if group is not None else ET.Element("none")
        parts = report.findall("OrgnlPmtInfAndSts", self._names)
        for part in parts:
            status = self._text(part, "PmtInfSts") or self._text(group, "GrpSts")
            transactions = part.findall("TxInfAndSts", self._names)
            for transaction in transactions:
                yield self._row(group, transaction, self._text(transaction, "TxSts") or status)
            if not transactions:
                yield self._row(group, part, status, of="PmtInf")
        if not parts:
            yield self._row(group, group, self._text(group, "GrpSts"), of="Grp")

    def _row(self, group: ET.Element, told: ET.Element, status: str, of: str = "") -> Found:
        """`of`: whose status it is, PmtInf or Grp, where it is not that of a transaction."""
        self._position += 1
        try:
            return StatusRow(
                position=self._position,
                batch_id=cells.reference(self._text(group, "OrgnlMsgId"), "OrgnlMsgId"),
                end_to_end_id=None if of else cells.reference(self._text(told, "OrgnlEndToEndId"), "OrgnlEndToEndId"),
                part=cells.reference(self._text(told, "OrgnlPmtInfId"), "OrgnlPmtInfId") if of == "PmtInf" else None,
                payments=cells.count(self._text(told, "OrgnlNbOfTxs")) if of else None,
                answer=_answer(status),
                booked_on=self._day(told),
                reason=self._reason(told),
                amount=self._amount(told, of),
                currency=None if of else self._currency(told),
            )
        except cells.BadRow as bad:
            return bad.at(self._position)

    def _day(self, told: ET.Element) -> date | None:
        """When it was settled, or at least accepted."""
        for path in ("OrgnlTxRef/IntrBkSttlmDt", "AccptncDtTm"):
            if text := self._text(told, path):
                return cells.day(text, self._zone)
        return None

    def _reason(self, told: ET.Element) -> str:
        codes = (
            cells.reason(self._text(information, f"Rsn/{kind}"))
            for information in told.findall("StsRsnInf", self._names)
            for kind in ("Cd", "Prtry")
        )
        return next(filter(None, codes), "")

    def _amount(self, told: ET.Element, of: str) -> Decimal | None:
        return cells.amount(self._text(told, "OrgnlCtrlSum" if of else "OrgnlTxRef/Amt/InstdAmt"))

    def _currency(self, told: ET.Element) -> str | None:
        instructed = told.find("OrgnlTxRef/Amt/InstdAmt", self._names)
        return None if instructed is None else cells.currency(instructed.get("Ccy", ""))

    def _text(self, element: ET.Element, path: str) -> str:
        return (element.findtext(path, "", self._names) or "").strip(" \t\r\n")


def _answer(status: str) -> Answer:
    if status in _ANSWERS:
        return _ANSWERS[status]
    if not status:
        raise cells.BadRow(StatusCode.UNKNOWN_STATUS, "no status is given")
    if status == "PART":
        raise cells.BadRow(StatusCode.UNKNOWN_STATUS, "partly accepted, and the payments are not named")
    raise cells.BadRow(StatusCode.UNKNOWN_STATUS, "the status is none that we know")
