"""Neither the order nor the repetition of facts changes a state; what cannot be assessed is a typed error."""

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partner_program.domain.tiers.account import AccountState
from partner_program.rulebook import CountryNotInProgram
from partner_program.values.errors import InvalidValue
from partner_program.values.tiers import Tier
from tests.fakes.assessing import assessed, steps
from tests.fakes.records import (
    Known,
    accepted,
    facts,
    in_program,
    opening,
    partner,
    placed,
    qualified_people,
    sales,
    site,
)

STORY: tuple[Known, ...] = (
    partner(), site(), accepted(), *qualified_people(),
    sales("2023-03", "30000", known="2023-06-15"), sales("2023-05", "170000.005", known="2023-06-15"),
    sales("2023-05", "-0.005", known="2023-06-15", part=1), opening(2022, "70000"), placed("authorized"),
)  # fmt: skip


@pytest.mark.rule("R-3.1a")
@given(st.permutations(STORY))
def test_the_same_facts_in_any_order_give_the_same_state(order: list[Known]) -> None:
    assert (
        assessed(facts(*order), "2023-06-15").model_dump_json()
        == assessed(facts(*STORY), "2023-06-15").model_dump_json()
    )


@pytest.mark.rule("R-3.1a")
@settings(max_examples=30)  # each one assesses sixteen times
@given(st.permutations(STORY))
def test_assessed_after_each_fact_of_a_day_the_last_state_is_the_same_in_any_order(
    order: list[Known],
) -> None:
    state: AccountState | None = None
    for count in range(1, len(order) + 1):
        state = assessed(facts(*order[:count]), "2023-06-15", state)
    assert state == assessed(facts(*STORY), "2023-06-15")


def test_assessed_again_nothing_changes() -> None:
    known = facts(*STORY)
    decided = assessed(known, "2023-06-15")
    assert assessed(known, "2023-06-15", decided) == decided
    told = assessed(known, "2023-06-16", decided)
    assert (told.tier_changes, told.cases) == (decided.tier_changes, decided.cases)
    assert assessed(known, "2023-06-16", told) == told
    next_day = assessed(known, "2023-06-17", told)
    assert next_day.model_copy(update={"assessed_on": told.assessed_on}) == told


def test_a_return_on_the_day_of_a_promotion_takes_it_back_and_later_does_not() -> None:
    sold: list[Known] = [*in_program(), *qualified_people(), sales("2023-05", "50000")]
    promoted = assessed(facts(*sold), "2023-06-15")
    assert promoted.tier is Tier.ADVANCED
    returned = facts(*sold, sales("2023-05", "-1", part=1))
    assert assessed(returned, "2023-06-15", promoted).tier is Tier.AUTHORIZED
    assert assessed(returned, "2023-06-16", promoted).tier is Tier.ADVANCED


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_corrections_of_the_start_on_one_day_end_alike_in_any_order(order: tuple[int, ...]) -> None:
    """A decision set aside by a passing correction comes back with the next one."""
    sold: list[Known] = [*in_program(), *qualified_people(), sales("2023-03", "60000")]
    yesterday = assessed(facts(*sold), "2023-06-14")
    assert yesterday.tier is Tier.ADVANCED
    passing: list[list[Known]] = [
        [placed("premier")],
        [placed("authorized", "2023-06-15")],
        [site(opened="2023-06-15")],
    ]
    state = yesterday
    for index in order:
        state = assessed(facts(*sold, *passing[index]), "2023-06-15", state)
    final = assessed(facts(*sold), "2023-06-15", state)
    assert final == assessed(facts(*sold), "2023-06-15", yesterday)
    assert final.set_aside == ()


def test_a_decision_without_ground_is_set_aside_and_not_forgotten() -> None:
    sold: list[Known] = [*in_program(), *qualified_people(), sales("2023-03", "60000")]
    promoted = assessed(facts(*sold), "2023-06-14")
    state = assessed(facts(*sold, placed("premier")), "2023-06-15", promoted)
    assert steps(state) == [("2023-01-02", "premier")]
    assert [(item.changed_on, item.to_tier) for item in state.set_aside] == [(date(2023, 6, 14), Tier.ADVANCED)]


@pytest.mark.rule("R-2.2a")
@pytest.mark.catalogue("F57")
def test_revenue_in_another_currency_stops_the_account_instead_of_being_added() -> None:
    with pytest.raises(InvalidValue, match="P1-DE is kept in EUR but has revenue in USD"):
        assessed(facts(*in_program(), sales("2023-05", "10", currency="USD")), "2023-06-15")


def test_a_country_outside_the_program_is_a_typed_error() -> None:
    with pytest.raises(CountryNotInProgram):
        assessed(facts(partner(), site(country="AQ"), accepted(), account_id="P1-AQ"), "2023-06-15")
