"""Bank status files as banks write them: pain.002 in two versions, and the CSV form."""

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

VERSION_3, VERSION_10 = "pain.002.001.03", "pain.002.001.10"
HEAD = "batch_id,end_to_end_id,status,booked_on,reason_code,amount,currency"


def transaction(
    end_to_end_id: str, status: str = "ACSC", *, reason: str = "", accepted: str = "", settled: str = "",
    amount: str = "", currency: str = "EUR",
) -> str:  # fmt: skip
    """One TxInfAndSts; what is empty is left out."""
    reference = ""
    if amount or settled:
        paid = f'<Amt><InstdAmt Ccy="{currency}">{amount}</InstdAmt></Amt>' if amount else ""
        day = f"<IntrBkSttlmDt>{settled}</IntrBkSttlmDt>" if settled else ""
        reference = f"<OrgnlTxRef>{paid}{day}</OrgnlTxRef>"
    return (
        "<TxInfAndSts><StsId>1</StsId>"
        + _element("OrgnlEndToEndId", end_to_end_id)
        + _element("TxSts", status)
        + (f"<StsRsnInf><Rsn><Cd>{escape(reason)}</Cd></Rsn><AddtlInf>see it</AddtlInf></StsRsnInf>" if reason else "")
        + _element("AccptncDtTm", accepted)
        + reference
        + "</TxInfAndSts>"
    )


def part(*transactions: str, part_id: str = "20241114-EUR-01-ALL", status: str = "", more: str = "") -> str:
    """One OrgnlPmtInfAndSts."""
    told = _element("OrgnlPmtInfId", part_id) + more + _element("PmtInfSts", status) + "".join(transactions)
    return f"<OrgnlPmtInfAndSts>{told}</OrgnlPmtInfAndSts>"


def pain002(
    *parts: str, batch_id: str = "20241114-EUR-01", status: str = "", more: str = "", version: str = VERSION_10,
    prefix: str = "",
) -> bytes:  # fmt: skip
    """A whole report. `more` goes into the group's information; `prefix` is one of the namespace."""
    group = _element("OrgnlMsgId", batch_id) + "<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>" + more
    body = (
        "<CstmrPmtStsRpt><GrpHdr><MsgId>STS1</MsgId><CreDtTm>2024-11-16T07:00:00Z</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts>{group}{_element('GrpSts', status)}</OrgnlGrpInfAndSts>{''.join(parts)}</CstmrPmtStsRpt>"
    )
    colon = f":{prefix}" if prefix else ""
    if prefix:
        body = body.replace("</", "\0").replace("<", f"<{prefix}:").replace("\0", f"</{prefix}:")
    tag = f"{prefix}:Document" if prefix else "Document"
    text = f'<{tag} xmlns{colon}="urn:iso:std:iso:20022:tech:xsd:{version}">{body}</{tag}>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def status_csv(*rows: Mapping[str, str] | str, head: str = HEAD) -> bytes:
    """A status file as CSV; a row is its cells by column, or a line as it stands."""
    return "\r\n".join([head, *map(_line, rows), ""]).encode()


def _line(row: Mapping[str, str] | str) -> str:
    cells: Iterable[str] = (row.get(name, "") for name in HEAD.split(",")) if isinstance(row, Mapping) else [row]
    return ",".join(cells)


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""
