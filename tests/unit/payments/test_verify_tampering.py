"""Whatever is written past the rules, item by item and field by field, is a finding of the verification."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest

from partner_program.domain.payments.payout import PayoutState
from partner_program.domain.payments.people import Actor, Role
from partner_program.values.periods import Quarter
from tests.fakes.audited import AuditedWorld, as_it_is, findings, kept_items, put, take, verify, whole_life
from tests.fakes.records import P1_DE

EVE = Actor(person="Eve Stranger", role=Role.FINANCE)
NAMES_IT = {
    "Payout": {"account_id", "year", "quarter"},
    "Batch": {"batch_id"},
    "BankRevision": {"site_id", "number"},
    "PayeeNaming": {"account_id", "number"},
    "LedgerEntry": {"account_id"},
    "Baseline": {"account_id"},
}
"""What an item is called by: another one of these is another item, of an account or a site that there is not."""
SAYS_NOTHING = {
    "Batch": {"initiated_at"},  # the file's digest is over the moment, too
    "BankRevision": {"request"},
    "Baseline": {"frozen_on"},  # of a revision, which counts from its own day
}


def another(name: str, value: Any) -> Any:
    """A value that could stand there as well; None where there is none."""
    match value:
        case Enum():
            every: list[Any] = list(type(value))
            return every[(every.index(value) + 1) % len(every)]
        case Actor():
            return EVE
        case str():
            return f"{value}x"
        case int() | Decimal():
            return value - 1 if name == "quarter" else value + 1
        case date():
            return value + timedelta(days=1)
        case tuple():
            return value[:-1] if value else None
        case None if name.endswith("_by"):
            return EVE
        case None if name in ("batch_id", "refused_bank"):
            return "S1#1"
    return None


def of_each_kind(world: AuditedWorld) -> Iterator[tuple[str, Any]]:
    """One item of each class and state."""
    seen = {}
    for item in kept_items(world):
        said = [str(getattr(item, name)) for name in ("state", "status", "kind") if hasattr(item, name)]
        seen[" ".join([type(item).__name__, *said])] = item
    yield from sorted(seen.items())


KINDS = [name for name, _ in of_each_kind(whole_life())]


def test_there_is_an_item_of_each_kind() -> None:
    assert {kind.partition(" ")[0] for kind in KINDS} == NAMES_IT.keys()
    assert len(KINDS) > 12


@pytest.mark.catalogue("F40")
@pytest.mark.parametrize("kind", KINDS)
def test_an_item_that_is_gone_is_seen(kind: str) -> None:
    world = whole_life()
    take(world, dict(of_each_kind(world))[kind])
    assert verify(world).findings


@pytest.mark.catalogue("F40")
@pytest.mark.parametrize("kind", KINDS)
def test_every_field_that_was_changed_is_seen(kind: str) -> None:
    world = whole_life()
    name, item = type(dict(of_each_kind(world))[kind]).__name__, dict(of_each_kind(world))[kind]
    fields = type(item).model_fields.keys() - NAMES_IT[name] - SAYS_NOTHING.get(name, set())
    values = {field: another(field, getattr(item, field)) for field in fields}
    changed = [field for field, value in values.items() if value is not None and value != getattr(item, field)]
    if kind.startswith("Batch "):
        changed = [field for field in changed if getattr(item, field)]  # the others are of what is still to come
    assert changed
    unseen, back = [], as_it_is(world)
    for field in sorted(changed):
        standing = kept_items(world)
        put(world, item.model_copy(update={field: values[field]}))
        if kept_items(world) != standing and not verify(world).findings:
            unseen.append(field)
        back()
    assert unseen == []


@pytest.mark.rule("R-5.4d")
def test_a_frozen_baseline_that_was_changed_is_seen_in_the_statements_that_rest_on_it_and_in_its_restatement() -> None:
    world = whole_life()
    frozen = world.accounts.baselines[P1_DE, 2023]
    more = frozen.model_copy(update={"sales_revenue": frozen.sales_revenue + 1})
    world.accounts.baselines[P1_DE, 2023] = more
    told = findings(world)
    assert "P1-DE 2024Q2: prev_year_revenue is 100000, computed again it is 100001" in told
    assert "restate#P1-DE#2023#1: before is 100000 EUR in the audit log, here it is 100001 EUR" in told


def test_a_finding_names_no_bank_account() -> None:
    world = whole_life()
    for revision in list(world.banks.items.values()):
        put(world, revision.model_copy(update={"sealed": "c2VhbGVk", "holder": "Other"}))
    told = findings(world)
    assert "S1b#1" in told
    assert "WEST12345698765432" not in told


def test_payouts_of_an_account_that_there_is_not_are_seen() -> None:
    world = whole_life()
    made_up = world.of(P1_DE, Quarter(2024, 2)).model_copy(
        update={
            "account_id": "P9-DE",
            "partner_id": "P9",
            "events": (),
            "version": 1,
            "state": PayoutState.OPEN,
            "batch_id": None,
        }
    )
    put(world, made_up)
    assert findings(world) == "P9-DE 2024Q2: no final statement pays the 3125.00 EUR of its payout"
