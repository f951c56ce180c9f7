"""The payment file: as the published schema has it, and adding up to its batch."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pycountry
import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st
from schwifty.exceptions import InvalidCountryCode
from schwifty.registry import get_iban_spec

from partner_program.adapters import pain001 as module
from partner_program.adapters.pain001 import SEPA_COUNTRIES, pain001
from partner_program.adapters.payment_file_writer import PaymentFileWriter
from partner_program.domain.payments.batch import MOST_ITEMS
from partner_program.use_cases.payment_ports import PaymentFileWrong
from partner_program.values.currencies import minor_digits
from tests.fakes.bank_letters import is_bank_text
from tests.fakes.payment_batches import (
    DUTCH,
    FRENCH,
    GERMAN,
    KUWAITI,
    SWISS,
    account,
    japanese,
    paying,
    payout,
)

PAYER = account(GERMAN, "Vendor AG", bic="COBADEFFXXX")
NAMES = {"": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
SCHEMA = xmlschema.XMLSchema(str(files("sepaxml") / "schemas" / "pain.001.001.09.xsd"))


def written(*payments: Any, payer: Any = PAYER, currency: str = "EUR", **changes: Any) -> ET.Element:
    """The file of some payments, valid by the published schema."""
    batch, accounts = paying(*payments, currency=currency, **changes)
    body = pain001(batch, accounts, payer)
    SCHEMA.validate(body.decode())
    return ET.fromstring(body)  # noqa: S314  # our own


def texts(root: ET.Element, path: str) -> list[str | None]:
    return [found.text for found in root.findall(f".//{path}", NAMES)]


def test_a_batch_in_euro_to_ibans_is_one_sepa_block() -> None:
    root = written(
        (payout("P0001-DE", "3125.00"), account(DUTCH, "Partner B.V.")),
        (payout("P0002-FR", "0.01"), account(FRENCH, "Partenaire SARL", bic="PSSTFRPPLIL")),
    )
    header = root.find("CstmrCdtTrfInitn/GrpHdr", NAMES)
    assert header is not None
    assert [found.text for found in header][:4] == ["20241114-EUR-01", "2024-11-15T05:15:00Z", "2", "3125.01"]
    assert texts(root, "InitgPty/Nm") == ["Vendor AG"]
    assert texts(root, "PmtInfId") == ["20241114-EUR-01-ALL"]
    assert texts(root, "PmtMtd") + texts(root, "SvcLvl/Cd") + texts(root, "ChrgBr") == ["TRF", "SEPA", "SLEV"]
    assert texts(root, "ReqdExctnDt/Dt") == ["2024-11-15"]
    assert texts(root, "DbtrAcct/Id/IBAN") + texts(root, "DbtrAgt/FinInstnId/BICFI") == [GERMAN, "COBADEFFXXX"]
    assert texts(root, "EndToEndId") == [payout("P0001-DE").end_to_end_id, payout("P0002-FR").end_to_end_id]
    assert texts(root, "InstdAmt") == ["3125.00", "0.01"]
    assert {one.get("Ccy") for one in root.iterfind(".//InstdAmt", NAMES)} == {"EUR"}
    assert texts(root, "Cdtr/Nm") == ["Partner B.V.", "Partenaire SARL"]
    assert texts(root, "CdtrAcct/Id/IBAN") == [DUTCH, FRENCH]
    assert texts(root, "CdtrAgt/FinInstnId/BICFI") == ["PSSTFRPPLIL"]
    assert texts(root, "RmtInf/Ustrd") == ["Growth rebate 2024Q3 P0001-DE", "Growth rebate 2024Q3 P0002-FR"]


def test_a_creditor_beyond_sepa_is_in_a_block_of_its_own() -> None:
    root = written(
        (payout("P0003-KW", "20.00"), account(KUWAITI, "Partner Co", bic="CBKUKWKW")),
        (payout("P0001-DE", "10.00"), account(DUTCH)),
        (payout("P0004-JP", "5.00"), japanese()),
        (payout("P0005-CH", "2.50"), account(SWISS)),
    )
    assert texts(root, "PmtInfId") == ["20241114-EUR-01-SEPA", "20241114-EUR-01-OTHER"]
    assert texts(root, "NbOfTxs") == ["4", "2", "2"]
    assert texts(root, "CtrlSum") == ["37.50", "12.50", "25.00"]
    assert texts(root, "SvcLvl/Cd") + texts(root, "ChrgBr") == ["SEPA", "NURG", "SLEV", "SHAR"]
    assert texts(root, "InstdAmt") == ["10.00", "2.50", "20.00", "5.00"]


@pytest.mark.parametrize(
    ("payer", "currency"),
    [(account(KUWAITI, "Vendor"), "EUR"), (japanese("7654321", "Vendor"), "EUR"), (PAYER, "CHF")],
    ids=["payer beyond SEPA", "payer without IBAN", "not euro"],
)
def test_without_euro_or_with_a_payer_beyond_sepa_nothing_is_sepa(payer: Any, currency: str) -> None:
    root = written((payout(currency=currency), account(DUTCH)), payer=payer, currency=currency)
    assert texts(root, "PmtInfId") == [f"20241114-{currency}-01-ALL"]
    assert texts(root, "SvcLvl/Cd") + texts(root, "ChrgBr") == ["NURG", "SHAR"]


def test_the_sepa_countries_are_those_of_the_library_of_ibans() -> None:
    countries = {country.alpha_2 for country in pycountry.countries}
    of_library = {code for code in countries if has_ibans(code) and get_iban_spec(code).in_sepa_zone}
    under_another_code = set("AX BL GF GG GP IM JE MF MQ NC PF PM RE TF WF YT".split())
    assert SEPA_COUNTRIES & of_library == of_library - under_another_code
    # Countries that came in 2024 to 2026; the library does not know it yet.
    assert SEPA_COUNTRIES - of_library <= set("AL MD ME MK RS".split())


def has_ibans(country: str) -> bool:
    try:
        return bool(get_iban_spec(country))
    except InvalidCountryCode:
        return False


@pytest.mark.catalogue("F49")
@pytest.mark.parametrize(
    ("currency", "amount", "to", "text"),
    [
        ("JPY", "1000000", japanese(), "1000000"),
        ("KWD", "1234.567", account(KUWAITI, bic="CBKUKWKW"), "1234.567"),
        ("KWD", "1.5", account(KUWAITI), "1.500"),
        ("EUR", "1E+2", account(DUTCH), "100.00"),
    ],
)
def test_amounts_have_the_digits_of_their_currency(currency: str, amount: str, to: Any, text: str) -> None:
    payer = japanese("7654321", "Vendor") if currency == "JPY" else PAYER
    root = written((payout(amount=amount, currency=currency), to), currency=currency, payer=payer)
    assert texts(root, "InstdAmt") == [text]
    assert texts(root, "CtrlSum") == [text, text]


def test_an_account_without_an_iban_is_a_number_and_a_bank() -> None:
    root = written((payout("P1-JP", "100", "JPY"), japanese()), currency="JPY", payer=japanese("7654321", "Vendor"))
    assert texts(root, "CdtrAcct/Id/Othr/Id") + texts(root, "CdtrAgt/FinInstnId/BICFI") == ["1234567", "BOTKJPJT"]
    assert texts(root, "DbtrAcct/Id/Othr/Id") + texts(root, "DbtrAgt/FinInstnId/BICFI") == ["7654321", "BOTKJPJT"]


def test_a_payer_whose_bank_is_not_given_is_found_by_its_iban() -> None:
    root = written((payout(), account(DUTCH)), payer=account(GERMAN, "Vendor AG"))
    assert texts(root, "DbtrAgt/FinInstnId/Othr/Id") == ["NOTPROVIDED"]
    assert texts(root, "CdtrAgt") == []


def test_the_longest_names_are_cut_and_still_fit_the_schema() -> None:
    longest = f"{'P' * 64}-DE"
    root = written((payout(longest), account(DUTCH, "N" * 140)), payer=account(GERMAN, "V" * 140))
    assert texts(root, "Cdtr/Nm") + texts(root, "Dbtr/Nm") == ["N" * 70, "V" * 70]
    assert texts(root, "Ustrd") == [f"Growth rebate 2024Q3 {longest}"]


@pytest.mark.parametrize("size", [1, MOST_ITEMS, 500])
def test_a_full_batch_and_more_is_written_and_adds_up(size: int) -> None:
    payments = [(payout(f"P{n:04d}-DE", f"{n}.{n % 100:02d}"), account(DUTCH)) for n in range(1, size + 1)]
    root = written(*payments)
    amounts = [Decimal(text or "") for text in texts(root, "InstdAmt")]
    assert texts(root, "NbOfTxs") == [str(size)] * 2
    assert texts(root, "CtrlSum") == [str(sum(amounts))] * 2
    assert [of.amount for of, _ in payments] == amounts


def test_the_same_batch_gives_the_same_bytes_in_whatever_order_its_accounts_come() -> None:
    batch, accounts = paying(*[(payout(f"P{n}-DE"), account(DUTCH)) for n in range(9)])
    assert pain001(batch, accounts, PAYER) == PaymentFileWriter().pain001(batch, accounts[::-1], PAYER)


def other_item(batch: Any, accounts: Any) -> Any:
    return batch, [(accounts[0][0].model_copy(update={"amount": Decimal("3125.01")}), accounts[0][1])]


def other_account(batch: Any, accounts: Any) -> Any:
    return batch, [(accounts[0][0], account(FRENCH))]


WRONG: dict[str, Callable[[Any, Any], Any]] = {
    "an account is missing": lambda batch, accounts: (batch, []),
    "one comes twice": lambda batch, accounts: (batch, accounts * 2),
    "an item is another": other_item,
    "the account is not the approved one": other_account,
    "not initiated": lambda batch, accounts: (batch.model_copy(update={"initiated_at": None}), accounts),
    "no day": lambda batch, accounts: (batch.model_copy(update={"initiated_on": None}), accounts),
    "no moment": lambda batch, accounts: (batch.model_copy(update={"initiated_at": "yesterday"}), accounts),
    "a moment of no zone": lambda batch, accounts: (
        batch.model_copy(update={"initiated_at": "2024-11-15T05:15:00"}), accounts,
    ),
    "no payments": lambda batch, accounts: (batch.model_copy(update={"items": ()}), []),
    "a reference twice": lambda batch, accounts: (batch.model_copy(update={"items": batch.items * 2}), accounts * 2),
    "an id that is too long": lambda batch, accounts: (batch.model_copy(update={"batch_id": "2" * 32}), accounts),
    "an id of other characters": lambda batch, accounts: (batch.model_copy(update={"batch_id": "a/b"}), accounts),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.catalogue("F57")
def test_a_file_that_is_not_exactly_the_batch_is_not_written(wrong: str) -> None:
    batch, accounts = WRONG[wrong](*paying((payout(), account(DUTCH))))
    with pytest.raises(PaymentFileWrong) as refused:
        pain001(batch, accounts, PAYER)
    assert DUTCH not in str(refused.value)


@pytest.mark.parametrize("amount", ["0", "-1.00", "0.001", "3125.005"])
@pytest.mark.catalogue("B77")
def test_an_amount_that_cannot_be_paid_is_not_rounded_into_one(amount: str) -> None:
    batch, accounts = paying((payout(amount=amount), account(DUTCH)), (payout("P2-DE", "9.00"), account(DUTCH)))
    with pytest.raises(PaymentFileWrong):
        pain001(batch, accounts, PAYER)


@pytest.mark.parametrize(
    "to",
    [
        account("DE89 3704 0044 0532 0130 00"), account("de89370400440532013000"), account("DE8937040044"),
        account(DUTCH + "\n"), japanese("12<34567"), japanese("1" * 35), account(DUTCH, bic="ABNANL2"),
    ],
    ids=["spaces", "lower case", "short", "a line break", "a sign", "too long", "no BIC"],
)  # fmt: skip
@pytest.mark.catalogue("B71")
def test_an_account_in_a_form_that_no_bank_takes_is_refused_without_its_number(to: Any) -> None:
    batch, accounts = paying((payout(), to))
    with pytest.raises(PaymentFileWrong) as refused:
        pain001(batch, accounts, PAYER)
    assert to.number not in str(refused.value)


@pytest.mark.catalogue("F48")
@pytest.mark.parametrize("lost", ["block", "head", "payment"])
def test_what_was_written_is_read_back_and_compared(lost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer with a mistake is stopped, whichever sum it gets wrong."""
    sound = module._amount
    seen: list[str] = []

    def wrong(currency: str, amount: Decimal) -> str:
        seen.append(currency)
        place = {"head": 1, "block": 2, "payment": 3}[lost]
        return sound(currency, amount + 1 if len(seen) == place else amount)

    monkeypatch.setattr(module, "_amount", wrong)
    batch, accounts = paying((payout(), account(DUTCH)), (payout("P2-DE"), account(DUTCH)))
    with pytest.raises(PaymentFileWrong, match="do not add up"):
        pain001(batch, accounts, PAYER)


def test_two_payments_that_are_swapped_are_noticed_although_the_sums_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = payout("P1-DE", "1.00"), payout("P2-DE", "2.00")
    swap = {one.end_to_end_id: two.end_to_end_id, two.end_to_end_id: one.end_to_end_id}
    monkeypatch.setattr(module, "_id", lambda text: swap.get(text, text))
    batch, accounts = paying((one, account(DUTCH)), (two, account(DUTCH)))
    with pytest.raises(PaymentFileWrong, match="are not those"):
        pain001(batch, accounts, PAYER)


HOLDERS = st.text(min_size=1, max_size=160)


@given(
    currency=st.sampled_from(["EUR", "JPY", "KWD", "CHF", "CLF"]),
    payments=st.lists(
        st.tuples(
            st.integers(1, 10**13), HOLDERS, st.sampled_from([account(DUTCH), account(KUWAITI), japanese()])
        ),
        min_size=1, max_size=8,
    ),
)  # fmt: skip
def test_whatever_names_and_amounts_the_file_is_valid_and_adds_up(currency: str, payments: Any) -> None:
    unit = Decimal(1).scaleb(-minor_digits(currency))
    paid = [
        (payout(f"P{n}-DE", str(units * unit), currency), to.model_copy(update={"holder": holder}))
        for n, (units, holder, to) in enumerate(payments)
    ]
    root = written(*paid, currency=currency)
    amounts = {
        one.findtext("PmtId/EndToEndId", "", NAMES): Decimal(one.findtext("Amt/InstdAmt", "", NAMES))
        for one in root.iterfind(".//CdtTrfTxInf", NAMES)
    }
    assert amounts == {of.end_to_end_id: of.amount for of, _ in paid}
    assert sum(amounts.values()) == Decimal(texts(root, "CtrlSum")[0] or "")
    for text in (found.text for found in root.iter() if found.text and found.text.strip()):
        assert is_bank_text(text)
    assert all(re.search(r"[A-Za-z0-9]", name or "") for name in texts(root, "Nm"))
