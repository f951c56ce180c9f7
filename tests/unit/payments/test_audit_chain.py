"""Each entry of the audit log carries the hash of the one before."""

import pytest

from partner_program.domain.payments.audit import AuditDraft, AuditEntry, breaks, entered
from partner_program.domain.payments.people import Action
from tests.fakes.payment_world import ANNA, DUE

SOME = AuditDraft(act_id="hold#1", action=Action.HOLD, by=ANNA, on=DUE, subject="P1-DE 2024Q2")


def chain(length: int) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for number in range(1, length + 1):
        draft = SOME.model_copy(update={"act_id": f"hold#{number}"})
        entries.append(entered(draft, entries[-1] if entries else None, "2024-08-14T05:15:00Z"))
    return entries


def test_a_chain_that_nobody_touched_holds() -> None:
    assert list(breaks(chain(4))) == []
    assert list(breaks([])) == []


@pytest.mark.parametrize("place", [0, 1, 3])
@pytest.mark.parametrize("field", ["at", "act", "previous", "digest", "number"])
def test_whatever_is_changed_in_an_entry_is_seen(field: str, place: int) -> None:
    entries = chain(4)
    other: object = {
        "at": "2024-08-15T05:15:00Z",
        "act": SOME.model_copy(update={"subject": "P9-DE 2024Q2"}),
        "previous": "1" * 64,
        "digest": "2" * 64,
        "number": 9,
    }[field]
    entries[place] = entries[place].model_copy(update={field: other})
    assert list(breaks(entries))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_entry_taken_out_is_seen(place: int) -> None:
    entries = chain(4)
    del entries[place]
    assert any("missing" in text for text in breaks(entries))


def test_entries_that_changed_places_are_seen() -> None:
    first, second, third = chain(3)
    assert list(breaks([first, third, second]))
