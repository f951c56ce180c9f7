"""A partner names in writing which of its sites is paid (R-5.4c)."""

from datetime import date, timedelta

import pytest

from partner_program.domain.payments.audit import AuditEntry
from partner_program.domain.payments.payee import PayeeNaming, PayeeSite, payee_site
from partner_program.domain.payments.people import ENGINE, Action, Actor, NotAllowed
from partner_program.use_cases.name_payee import NamePayee
from partner_program.values.errors import InvalidValue, VersionConflict
from tests.fakes.accounts import FakeAccounts
from tests.fakes.bank_details import ANNA, AUDITOR, CARL, GERMAN_IBAN, PIA, day, place
from tests.fakes.payments import FakePaymentBook
from tests.fakes.reports import Killed

DAY = day("2024-05-15")
RECEIVED = day("2024-05-10")
SITES = (place("HQ", headquarters=True), place("S2"), place("S3"), place("X1", account="P1-AT"))

pytestmark = pytest.mark.rule("R-5.4c")


class World:
    def __init__(self) -> None:
        accounts = FakeAccounts()
        accounts.add(*SITES, place("OLD", closed="2024-05-15"), place("NEW", opened="2024-05-16"))
        self.book = FakePaymentBook(accounts=accounts)
        self.act = NamePayee(self.book, accounts)

    def name(
        self,
        site_id: str = "S2",
        document: str = "L-1",
        received: date = RECEIVED,
        by: Actor = CARL,
        on: date = DAY,
        account_id: str = "P1-DE",
    ) -> PayeeNaming:
        return self.act(account_id, site_id, document, received, by, on)

    @property
    def namings(self) -> list[str]:
        return [f"{one.number} {one.site_id} {one.document}" for one in self.book.namings("P1-DE")]

    @property
    def entries(self) -> list[AuditEntry]:
        return self.book.entries


def test_a_letter_is_recorded_with_its_reference_its_day_and_who_recorded_it() -> None:
    world = World()
    assert world.name() == PayeeNaming(
        account_id="P1-DE", number=1, site_id="S2", document="L-1", received_on=RECEIVED, recorded_on=DAY, by=CARL
    )
    assert payee_site("P1-DE", SITES, world.book.namings("P1-DE"), DAY) == PayeeSite("S2", "L-1", CARL)


def test_it_is_an_entry_of_the_audit_log() -> None:
    world = World()
    world.name()
    (entry,) = world.entries
    assert (entry.act.act_id, entry.act.action, entry.act.by, entry.act.on, entry.act.subject) == (
        "name_payee#P1-DE#1",
        Action.NAME_PAYEE,
        CARL,
        DAY,
        "P1-DE",
    )
    assert entry.act.details == {"naming": "1", "site": "S2", "document": "L-1", "received_on": "2024-05-10"}


def test_later_letters_have_the_next_numbers_and_the_headquarters_can_be_named_again() -> None:
    world = World()
    world.name()
    world.name("S3", "L-2")
    world.name("HQ", "L-3")
    assert world.namings == ["1 S2 L-1", "2 S3 L-2", "3 HQ L-3"]


def test_the_same_letter_again_is_one_act_whoever_records_it() -> None:
    world = World()
    first = world.name()
    assert world.name(document=" L-1 ") == first
    assert world.name(by=ANNA, on=DAY + timedelta(days=9)) == first
    assert len(world.entries) == 1


def test_a_letter_recorded_again_over_a_mistake_counts_again() -> None:
    """Letter 1 names S2, is recorded by mistake as S3, then as S2 again."""
    world = World()
    for site_id in ("S2", "S3", "S2", "S2"):
        world.name(site_id)
    assert world.namings == ["1 S2 L-1", "2 S3 L-1", "3 S2 L-1"]
    assert payee_site("P1-DE", SITES, world.book.namings("P1-DE"), DAY) == PayeeSite("S2", "L-1", CARL)
    assert [entry.act.act_id for entry in world.entries] == [f"name_payee#P1-DE#{number}" for number in (1, 2, 3)]


def test_an_older_letter_recorded_again_changes_nothing_while_a_later_one_counts() -> None:
    world = World()
    first = world.name("S2", "L-1")
    world.name("S3", "L-2", received=RECEIVED + timedelta(days=1))
    assert world.name("S2", "L-1") == first
    assert world.namings == ["1 S2 L-1", "2 S3 L-2"]


@pytest.mark.parametrize("changed", ["site", "document", "day"])
def test_another_site_reference_or_day_is_another_letter(changed: str) -> None:
    world = World()
    world.name()
    world.name(
        "S3" if changed == "site" else "S2",
        "L-2" if changed == "document" else "L-1",
        RECEIVED + timedelta(days=1) if changed == "day" else RECEIVED,
    )
    assert len(world.namings) == 2


@pytest.mark.parametrize("by", [PIA, AUDITOR, ENGINE], ids=lambda by: by.role)
def test_only_channel_and_finance_record_letters(by: Actor) -> None:
    world = World()
    with pytest.raises(NotAllowed):
        world.name(by=by)
    assert (world.namings, world.entries) == ([], [])


@pytest.mark.parametrize(("days", "taken"), [(-1, True), (0, True), (1, False)])
def test_a_letter_is_recorded_on_the_day_it_came_or_later(days: int, taken: bool) -> None:
    world = World()
    received = DAY + timedelta(days=days)
    if taken:
        assert world.name(received=received).received_on == received
        return
    with pytest.raises(InvalidValue, match="the letter was received on 2024-05-16, after 2024-05-15"):
        world.name(received=received)


@pytest.mark.parametrize(
    ("site_id", "said"),
    [
        ("X1", "which is no site of P1-DE"),
        ("S9", "which is no site of P1-DE"),
        ("OLD", "is closed since 2024-05-15"),
        ("NEW", "opens only on 2024-05-16"),
        ("payer.EUR", "a name kept for the vendor's own accounts"),
        ("", "named by the id of a site"),
        ("S 2", "named by the id of a site"),
    ],
)
def test_only_an_open_site_of_the_account_is_named(site_id: str, said: str) -> None:
    world = World()
    with pytest.raises(InvalidValue, match=said):
        world.name(site_id)
    assert (world.namings, world.entries) == ([], [])


@pytest.mark.parametrize("account_id", ["P1", "", "P1-de", "P1-DE "])
def test_what_is_no_account_has_no_payee(account_id: str) -> None:
    with pytest.raises(InvalidValue):
        World().name(account_id=account_id)


@pytest.mark.parametrize("document", ["", " ", "x" * 201, "L\u202e1"])
def test_a_letter_has_a_reference(document: str) -> None:
    with pytest.raises(InvalidValue, match="the letter's reference is a text of 1 to 200 characters"):
        World().name(document=document)


def test_a_reference_of_200_characters_is_taken() -> None:
    assert len(World().name(document="x" * 200).document) == 200


@pytest.mark.catalogue("B52", "B71")
def test_a_reference_is_no_bank_number_and_the_refusal_does_not_repeat_it() -> None:
    with pytest.raises(InvalidValue) as refused:
        World().name(document=f"to {GERMAN_IBAN}")
    assert GERMAN_IBAN[4:] not in str(refused.value)
    assert "looks like a bank number" in str(refused.value)


@pytest.mark.catalogue("B70")
def test_of_two_letters_recorded_at_once_one_is_told_to_look_again_and_comes_next() -> None:
    world = World()
    world.book.writes.rival = lambda: world.name("S3", "L-2")
    with pytest.raises(VersionConflict, match="somebody else has named a payee of P1-DE at the same time"):
        world.name()
    assert world.namings == ["1 S3 L-2"]
    world.name()
    assert world.namings == ["1 S3 L-2", "2 S2 L-1"]


@pytest.mark.parametrize("before", [True, False])
def test_broken_off_and_done_again_it_is_one_letter(before: bool) -> None:
    world = World()
    world.book.writes.break_off(1, before=before)
    with pytest.raises(Killed):
        world.name()
    world.name()
    assert (world.namings, len(world.entries)) == (["1 S2 L-1"], 1)
