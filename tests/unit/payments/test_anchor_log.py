"""The audit log's last entry is noted once a day where the log is not."""

import json

import pytest

from partner_program.use_cases.anchor_log import AnchorLog, read_anchor
from partner_program.values.periods import Quarter
from tests.fakes.audited import PAID_AGAIN_ON, PAID_ON, closed_year, findings
from tests.fakes.payment_world import DORA, PaymentWorld
from tests.fakes.records import P1_DE

KEY = "audit/2025-02-14.json"


def hold(world: PaymentWorld) -> None:
    world.payouts.hold(P1_DE, Quarter(2024, 2), by=DORA, on=PAID_ON, reason="disputed")


def test_number_and_digest_of_the_last_entry_are_noted_under_the_day() -> None:
    world = closed_year()
    noted = AnchorLog(world.book, world.files)(PAID_ON)
    head = world.book.entries[-1]
    assert noted == (head.number, head.digest) == (4, head.digest)
    assert json.loads(world.files.files[KEY]) == {"on": "2025-02-14", "number": 4, "digest": head.digest}
    assert world.files.content_types[KEY] == "application/json"
    assert read_anchor(world.files.files[KEY]) == noted


@pytest.mark.catalogue("F45")
def test_the_first_note_of_a_day_stays_and_the_next_day_has_its_own() -> None:
    world = closed_year()
    anchor = AnchorLog(world.book, world.files)
    first = anchor(PAID_ON)
    standing = world.files.files[KEY]
    hold(world)
    assert anchor(PAID_ON) == first
    assert world.files.files[KEY] == standing
    assert anchor(PAID_AGAIN_ON) == (5, world.book.entries[-1].digest)


def test_without_an_entry_there_is_nothing_to_note() -> None:
    world = PaymentWorld()
    world.book.entries = []
    assert AnchorLog(world.book, world.files)(PAID_ON) is None
    assert world.files.files == {}


def test_what_was_noted_is_what_the_verification_holds_the_log_against() -> None:
    world = closed_year()
    anchor = AnchorLog(world.book, world.files)
    anchor(PAID_ON)
    hold(world)
    noted = read_anchor(world.files.files[KEY])
    assert findings(world, noted) == ""
    number, digest = noted
    assert f"entry {number} is another than noted" in findings(world, (number, digest[::-1]))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"number": 1}'])
def test_what_is_no_note_is_not_read_as_one(body: bytes) -> None:
    with pytest.raises(ValueError, match="no note of the audit log"):
        read_anchor(body)
