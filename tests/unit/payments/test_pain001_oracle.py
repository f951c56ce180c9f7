"""What another library writes for the same payments in euro says the same: sepaxml, which shares no code with ours."""

import xml.etree.ElementTree as ET
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sepaxml import SepaTransfer

from partner_program.adapters.pain001 import pain001
from tests.fakes.payment_batches import DUTCH, FRENCH, GERMAN, INITIATED_ON, SWISS, account, paying, payout

NAMES = {"": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
SAID = {
    "name": "Cdtr/Nm", "iban": "CdtrAcct/Id/IBAN", "bic": "CdtrAgt/FinInstnId/BICFI", "amount": "Amt/InstdAmt",
    "reference": "PmtId/EndToEndId", "text": "RmtInf/Ustrd",
}  # fmt: skip
OF_BLOCK = (
    "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "PmtTpInf/SvcLvl/Cd", "ReqdExctnDt/Dt", "Dbtr/Nm", "DbtrAcct/Id/IBAN",
    "DbtrAgt/FinInstnId/BICFI", "ChrgBr",
)  # fmt: skip
OF_HEAD = ("NbOfTxs", "CtrlSum", "InitgPty/Nm")

# Letters with accents of the Latin languages of Europe, and signs of names. Capital AE and OE are left out: the oracle
# writes them in capitals, we do not.
LETTERS = "ABCXYZabcxyz019 äöüÄÖÜßéèêàâçîôûñáíóúãõåøæœÅØłśżźćńęąŁŚŻčšžěřůďťňőűğşıİ.,-'()/"


def by_sepaxml(payer: Any, payments: Any) -> ET.Element:
    config = {"name": payer.holder, "IBAN": payer.number, "BIC": payer.bic, "batch": True, "currency": "EUR"}
    transfer = SepaTransfer(config, schema="pain.001.001.09", clean=True)
    for of, to in payments:
        payment = {
            "name": to.holder, "IBAN": to.number, "amount": int(of.amount * 100), "execution_date": INITIATED_ON,
            "description": f"Growth rebate 2024Q3 {of.account_id}", "endtoend_id": of.end_to_end_id,
        }  # fmt: skip
        transfer.add_payment(payment | ({"BIC": to.bic} if to.bic else {}))
    # It would load the schema anew for each example; ours is validated in test_pain001.
    return ET.fromstring(transfer.export(validate=False))  # noqa: S314  # the oracle's own


def said(root: ET.Element) -> Any:
    """What a bank reads: heads, block and payments; ids that each writer makes up itself are left out."""
    (block,) = root.findall(".//PmtInf", NAMES)
    payments = [
        {name: one.findtext(path, "", NAMES) for name, path in SAID.items()}
        | {"currency": one.find("Amt/InstdAmt", NAMES).attrib["Ccy"]}  # type: ignore[union-attr]  # fails if it is not there
        for one in block.findall("CdtTrfTxInf", NAMES)
    ]
    head = [root.findtext(f"CstmrCdtTrfInitn/GrpHdr/{path}", "", NAMES) for path in OF_HEAD]
    return head, [block.findtext(path, "", NAMES) for path in OF_BLOCK], payments


HOLDERS = st.text(LETTERS, min_size=1, max_size=60).map(lambda text: " ".join(f"Firma {text}".split()))
ACCOUNTS = st.sampled_from([(GERMAN, None), (DUTCH, "ABNANL2AXXX"), (FRENCH, "PSSTFRPPLIL"), (SWISS, None)])


@given(
    payer=HOLDERS,
    payments=st.lists(st.tuples(st.integers(1, 10**11), HOLDERS, ACCOUNTS), min_size=1, max_size=6),
)
def test_both_writers_tell_the_bank_the_same(payer: str, payments: Any) -> None:
    paid = [
        (payout(f"P{n:04d}-DE", str(Decimal(cents).scaleb(-2))), account(to[0], holder, bic=to[1]))
        for n, (cents, holder, to) in enumerate(payments)
    ]
    vendor = account(GERMAN, payer, bic="COBADEFFXXX")
    batch, accounts = paying(*paid)
    ours = ET.fromstring(pain001(batch, accounts, vendor))  # noqa: S314  # our own
    assert said(ours) == said(by_sepaxml(vendor, paid))
