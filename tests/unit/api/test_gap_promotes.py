"""For random accounts: doing exactly what the gap states promotes, one unit less does not; up to `by` and no longer."""

import os
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from partner_program.domain.tiers.account import AccountState, ChangeReason
from partner_program.domain.tiers.gap import TierGap
from partner_program.values.tiers import Tier
from tests.unit.api.gap_programs import NEW_TERMS, Account, Deed, Doing, accounts, deeds

EXAMPLES = int(os.environ.get("GAP_EXAMPLES", "150"))
TINY = Decimal(1).scaleb(-20)


def reached(state: AccountState, tier: Tier) -> bool:
    return state.tier is not None and not tier.above(state.tier)


def came_to(state: AccountState, tier: Tier) -> bool:
    """Promoted, or come into the program, on the day; an account that keeps its tier has not."""
    came = [change for change in state.tier_changes if change.changed_on == state.assessed_on]
    ways = (ChangeReason.PROMOTED, ChangeReason.ENROLLED)
    return any(change.reason in ways and change.to_tier and not tier.above(change.to_tier) for change in came)


def stated(account: Account, place: int) -> tuple[TierGap, list[Deed]]:
    found = account.gaps()
    assume(len(found.tiers) > place)
    gap = found.tiers[place]
    return gap, deeds(gap, found.entry)


@pytest.mark.rule("R-3.1a", "R-3.1b", "R-4.1", "R-4.1.2", "R-4.1.5", "R-4.1.6", "R-4.1.7")
@settings(max_examples=EXAMPLES)
@given(accounts(), st.integers(0, 2), st.booleans())
def test_doing_exactly_what_is_missing_promotes(account: Account, place: int, shared: bool) -> None:
    gap, todo = stated(account, place)
    event(f"{gap.tier} for {account.state().tier}, {len(todo)} deeds")
    state = account.state(*Doing(account, gap, account.on, shared).facts(todo))
    assert reached(state, gap.tier), todo
    assert todo, "what lacks nothing is promoted by itself"


@pytest.mark.rule("R-3.1a", "R-3.1b", "R-4.1", "R-4.1.2", "R-4.1.5", "R-4.1.6", "R-4.1.7")
@settings(max_examples=EXAMPLES)
@given(accounts(), st.integers(0, 2), st.booleans(), st.integers(0, 20), st.sampled_from(["half", "tiny"]))
def test_with_one_person_one_training_or_one_unit_less_nobody_is_promoted(
    account: Account, place: int, shared: bool, left_out: int, unit: str
) -> None:
    gap, todo = stated(account, place)
    without = todo[left_out % len(todo)]
    event(f"without {without.name.split()[0]} for {gap.tier}")
    if without.name == "revenue":
        less = TINY if unit == "tiny" else account.half_unit
        state = account.state(*Doing(account, gap, account.on, shared, less).facts(todo))
    else:
        kept = [deed for deed in todo if deed != without]
        state = account.state(*Doing(account, gap, account.on, shared).facts(kept))
    assert not came_to(state, gap.tier), without


@pytest.mark.rule("R-3.1a", "R-3.1b")
@settings(max_examples=EXAMPLES)
@given(accounts(), st.integers(0, 2), st.booleans())
def test_up_to_the_day_stated_the_same_is_enough(account: Account, place: int, shared: bool) -> None:
    gap, todo = stated(account, place)
    event(f"{(gap.by - account.on).days // 60 * 60} days or more ahead")
    state = account.state(*Doing(account, gap, gap.by, shared).facts(todo), on=gap.by, after=account.state())
    assert reached(state, gap.tier)


@pytest.mark.rule("R-3.1a", "R-3.1b")
@settings(max_examples=EXAMPLES)
@given(accounts(), st.integers(0, 2), st.booleans())
def test_a_day_later_it_is_not(account: Account, place: int, shared: bool) -> None:
    gap, todo = stated(account, place)
    day = gap.by + timedelta(days=1)
    assume(day.year == account.on.year)
    # from the first day of new Terms on they are asked for, but for a while the ones before are enough
    assume(not (account.owner == NEW_TERMS and any(deed.name.startswith("terms") for deed in todo)))
    state = account.state(*Doing(account, gap, day, shared).facts(todo), on=day, after=account.state())
    assert not came_to(state, gap.tier)
