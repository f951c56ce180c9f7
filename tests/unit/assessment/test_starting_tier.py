"""Where an account starts: its placement, or Authorized from its entry (R-2.2b, R-4.1.1)."""

import pytest

from partner_program.domain.tiers.account import ChangeReason
from partner_program.values.tiers import Tier
from tests.fakes.assessing import assessed, steps
from tests.fakes.records import (
    Known,
    accepted,
    day,
    facts,
    in_program,
    kept_tier,
    partner,
    placed,
    qualified_people,
    sales,
    site,
)


@pytest.mark.rule("R-4.1.1")
@pytest.mark.parametrize(
    ("records", "since"),
    [
        ([partner(), site(), accepted()], "2023-01-02"),
        ([partner(enrolled="2023-02-01"), site(), accepted()], "2023-02-01"),
        ([partner(), site(opened="2023-03-01"), accepted()], "2023-03-01"),
        ([partner(), site(), accepted("2023-04-01")], "2023-04-01"),
        ([partner(), site(), accepted("2023-06-15")], "2023-06-15"),
        ([partner(), site(), accepted("2023-06-16")], None),
        ([partner(), site()], None),
        ([site(), accepted()], None),
        ([partner(enrolled="2015-01-01"), site(opened="2015-01-01"), accepted("2021-12-01")], "2022-01-01"),
    ],
)
def test_an_account_is_authorized_from_the_day_it_is_enrolled_with_terms_accepted_and_a_site_open(
    records: list[Known], since: str | None
) -> None:
    state = assessed(facts(*records), "2023-06-15")
    assert steps(state) == ([] if since is None else [(since, "authorized")])
    assert state.tier_since == (None if since is None else day(since))


@pytest.mark.rule("R-4.1.1")
def test_a_site_that_closed_before_the_terms_were_accepted_lets_nobody_in() -> None:
    state = assessed(facts(partner(), site(closed="2023-02-01"), accepted("2023-02-01")), "2023-06-15")
    assert state.tier is None
    assert [item.missing for item in state.advice[0].missing] == ["an open site in DE"]


@pytest.mark.rule("R-2.2b")
@pytest.mark.parametrize("tier", list(Tier))
def test_a_placement_is_where_the_account_starts(tier: Tier) -> None:
    state = assessed(facts(*in_program(), placed(tier.value, "2023-03-01"), *kept_tier(tier.value)), "2023-06-15")
    assert steps(state) == [("2023-03-01", tier.value)]
    assert state.tier_changes[0].reason is ChangeReason.PLACED


@pytest.mark.rule("R-2.2b")
@pytest.mark.parametrize(("on", "tier"), [("2023-06-14", None), ("2023-06-15", Tier.PREMIER)])
def test_a_placement_counts_from_its_day(on: str, tier: Tier | None) -> None:
    assert assessed(facts(*in_program(), placed("premier", "2023-06-15")), on).tier is tier


@pytest.mark.rule("R-2.2b")
def test_a_placement_recorded_late_counts_from_its_own_day() -> None:
    known = [*in_program(), *kept_tier("advanced")]
    before = assessed(facts(*known), "2023-02-01")
    state = assessed(facts(*known, placed("advanced", "2023-01-02")), "2023-06-15", before)
    assert steps(state) == [("2023-01-02", "advanced")]


@pytest.mark.rule("R-3.1a")
def test_a_promotion_on_the_very_day_of_the_start_stands_on_the_days_after() -> None:
    known = facts(*in_program(), *qualified_people(), placed("authorized", "2023-06-15"), sales("2023-05", "60000"))
    first = assessed(known, "2023-06-15")
    assert steps(first) == [("2023-06-15", "authorized"), ("2023-06-15", "advanced")]
    assert steps(assessed(known, "2023-06-16", first)) == steps(first)


@pytest.mark.rule("R-4.1.1")
def test_an_entry_rests_on_the_finding_of_its_own_day() -> None:
    (entry,) = assessed(facts(*in_program()), "2023-06-15").tier_changes
    (ground,) = entry.findings
    assert (entry.rule, ground.rule, ground.met, ground.since) == ("R-4.1.1", "R-4.1.1", True, day("2023-01-02"))
