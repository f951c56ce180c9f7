"""The payment file: ISO 20022 pain.001.001.09, a customer's credit transfers, as the EPC's rules narrow it for SEPA.

Written with the standard library and nothing else, the same batch to the same bytes. What is written is read back and
compared with the batch before anybody gets it (F48, F57). No text of an error names an account number (B71).
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from partner_program.adapters.bank_text import bank_text
from partner_program.domain.payments.bank import BankAccount
from partner_program.domain.payments.bank_status import Block, block_id
from partner_program.domain.payments.batch import Batch, BatchItem
from partner_program.use_cases.payment_ports import PaymentFileWrong
from partner_program.values.currencies import minor_digits
from partner_program.values.money import plain, total

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
LONGEST_NAME = 70
"""The schema takes 140 characters; SEPA and most banks take 70."""
LONGEST_REMITTANCE = 140
LONGEST_ID = 35

# Where a SEPA credit transfer reaches, by the country in the IBAN: the EPC's list at the end of 2025. Overseas parts of
# France have French IBANs, Jersey, Guernsey and Man British ones, Aland Finnish ones.
SEPA_COUNTRIES = frozenset(
    """
    AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS SE
    SI SK SM VA
    """.split()
)

_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_OTHER = re.compile(r"[A-Za-z0-9-]([A-Za-z0-9 ./-]{0,32}[A-Za-z0-9-])?")
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")

Paid = tuple[BatchItem, BankAccount]


def pain001(batch: Batch, accounts: Sequence[Paid], payer: BankAccount) -> bytes:
    """The payment file of an initiated batch. Raises `PaymentFileWrong`; see `PaymentFileWriter`."""
    _check_input(batch, accounts)
    by_id = {item.end_to_end_id: account for item, account in accounts}
    blocks = _blocks(batch, [(item, by_id[item.end_to_end_id]) for item in batch.items], payer)
    document = ET.Element("Document", xmlns=NAMESPACE)
    initiation = _under(document, "CstmrCdtTrfInitn")
    _header(_under(initiation, "GrpHdr"), batch, payer)
    for block, paid in blocks:
        _payment_information(_under(initiation, "PmtInf"), batch, block, paid, payer)
    _check_written(document, batch)
    ET.indent(document, " ")
    body: str = ET.tostring(document, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()


def is_sepa(currency: str, account: BankAccount) -> bool:
    """Whether an account can be one end of a SEPA credit transfer: euro, and an IBAN of one of its countries."""
    return currency == "EUR" and account.scheme == "iban" and account.number[:2] in SEPA_COUNTRIES


def _blocks(batch: Batch, accounts: Sequence[Paid], payer: BankAccount) -> list[tuple[Block, list[Paid]]]:
    """The payments by service level: a bank takes one of them for each PmtInf."""
    by_sepa: dict[bool, list[Paid]] = {True: [], False: []}
    for item, account in accounts:
        by_sepa[is_sepa(batch.currency, payer) and is_sepa(batch.currency, account)].append((item, account))
    return [(Block.SEPA if sepa else Block.OTHER, paid) for sepa, paid in by_sepa.items() if paid]


def _header(header: ET.Element, batch: Batch, payer: BankAccount) -> None:
    _text(header, "MsgId", _id(batch.batch_id))
    _text(header, "CreDtTm", _moment(batch.initiated_at or ""))
    _text(header, "NbOfTxs", str(len(batch.items)))
    _text(header, "CtrlSum", _amount(batch.currency, batch.total))
    _name(_under(header, "InitgPty"), payer, batch.batch_id)


def _payment_information(
    block: ET.Element, batch: Batch, which: Block, paid: Sequence[Paid], payer: BankAccount
) -> None:
    split = len(paid) < len(batch.items)
    _text(block, "PmtInfId", _id(block_id(batch.batch_id, which if split else Block.ALL)))
    _text(block, "PmtMtd", "TRF")
    _text(block, "BtchBookg", "true")
    _text(block, "NbOfTxs", str(len(paid)))
    _text(block, "CtrlSum", _amount(batch.currency, total(item.amount for item, _ in paid)))
    level = "SEPA" if which is Block.SEPA else "NURG"
    _text(_under(_under(block, "PmtTpInf"), "SvcLvl"), "Cd", level)
    _text(_under(block, "ReqdExctnDt"), "Dt", str(batch.initiated_on))
    _name(_under(block, "Dbtr"), payer, batch.batch_id)
    _account(_under(block, "DbtrAcct"), payer)
    _agent(_under(block, "DbtrAgt"), payer)
    _text(block, "ChrgBr", "SLEV" if which is Block.SEPA else "SHAR")
    for item, account in paid:
        _transaction(_under(block, "CdtTrfTxInf"), batch.currency, item, account)


def _transaction(transaction: ET.Element, currency: str, item: BatchItem, account: BankAccount) -> None:
    _text(_under(transaction, "PmtId"), "EndToEndId", _id(item.end_to_end_id))
    amount = _text(_under(transaction, "Amt"), "InstdAmt", _amount(currency, item.amount))
    amount.set("Ccy", currency)
    if account.bic is not None:
        _agent(_under(transaction, "CdtrAgt"), account)
    _name(_under(transaction, "Cdtr"), account, item.account_id)
    _account(_under(transaction, "CdtrAcct"), account)
    told = bank_text(f"Growth rebate {item.period} {item.account_id}", LONGEST_REMITTANCE, "Growth rebate")
    _text(_under(transaction, "RmtInf"), "Ustrd", told)


def _name(party: ET.Element, account: BankAccount, instead: str) -> None:
    _text(party, "Nm", bank_text(account.holder, LONGEST_NAME, instead))


def _account(parent: ET.Element, account: BankAccount) -> None:
    iban = account.scheme == "iban"
    if not (_IBAN if iban else _OTHER).fullmatch(account.number):
        raise PaymentFileWrong(f"an account number ending in {account.last_four} is not in a form that a bank takes")
    identification = _under(parent, "Id")
    _text(identification if iban else _under(identification, "Othr"), "IBAN" if iban else "Id", account.number)


def _agent(parent: ET.Element, account: BankAccount) -> None:
    institution = _under(parent, "FinInstnId")
    if account.bic is None:
        _text(_under(institution, "Othr"), "Id", "NOTPROVIDED")
        return
    if not _BIC.fullmatch(account.bic):
        raise PaymentFileWrong(f"the BIC of the account ending in {account.last_four} is none")
    _text(institution, "BICFI", account.bic)


def _amount(currency: str, amount: Decimal) -> str:
    """Digits with exactly as many decimals as the currency has; nothing is ever rounded here."""
    unit = Decimal(1).scaleb(-minor_digits(currency))
    if amount <= 0 or amount % unit != 0:
        raise PaymentFileWrong(f"{plain(amount)} {currency} is not a payable amount")
    return plain(amount.quantize(unit))


def _id(text: str) -> str:
    if len(text) > LONGEST_ID or not _ID.fullmatch(text):
        raise PaymentFileWrong(f"{text!r} is no reference that a bank takes")
    return text


def _moment(text: str) -> str:
    """A moment in UTC to the second: banks do not take the fractions that a clock gives."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise PaymentFileWrong("the moment of the release is none") from None
    if moment.tzinfo is None:
        raise PaymentFileWrong("the moment of the release has no time zone")
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _check_input(batch: Batch, accounts: Sequence[Paid]) -> None:
    if batch.initiated_at is None or batch.initiated_on is None:
        raise PaymentFileWrong(f"batch {batch.batch_id} is not initiated")
    if not batch.items or sorted(map(_key, (item for item, _ in accounts))) != sorted(map(_key, batch.items)):
        raise PaymentFileWrong(f"the accounts are not those of the items of batch {batch.batch_id}")
    if len({item.end_to_end_id for item in batch.items}) != len(batch.items):
        raise PaymentFileWrong(f"a reference occurs twice in batch {batch.batch_id}")
    for item, account in accounts:
        if account.last_four != item.bank_last_four:
            raise PaymentFileWrong(f"the account of {item.account_id} {item.period} is not the one that was approved")


def _key(item: BatchItem) -> str:
    return item.model_dump_json()


def _check_written(document: ET.Element, batch: Batch) -> None:
    """What the bank will read adds up to the batch: each sum in the file, and each payment with its amount."""
    paid = {
        _one(payment, "PmtId/EndToEndId"): Decimal(_one(payment, "Amt/InstdAmt"))
        for payment in document.iter("CdtTrfTxInf")
    }
    blocks = list(document.iter("PmtInf"))
    sums = total(Decimal(_one(block, "CtrlSum")) for block in blocks)
    head = Decimal(_one(document, "CstmrCdtTrfInitn/GrpHdr/CtrlSum"))
    count = sum(int(_one(block, "NbOfTxs")) for block in blocks)
    if not (total(paid.values()) == sums == head == batch.total and count == len(paid)):
        raise PaymentFileWrong(f"the payments written for batch {batch.batch_id} do not add up to it")
    if paid != {item.end_to_end_id: item.amount for item in batch.items}:
        raise PaymentFileWrong(f"the payments written are not those of batch {batch.batch_id}")


def _one(element: ET.Element, path: str) -> str:
    return element.findtext(path) or ""


def _under(parent: ET.Element, tag: str) -> ET.Element:
    return ET.SubElement(parent, tag)


def _text(parent: ET.Element, tag: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, tag)
    element.text = text
    return element
