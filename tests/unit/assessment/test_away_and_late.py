"""Accounts that are looked at late for the first time, or whose country is out of the program for a while (R-3.3)."""

import pytest

from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.walk import brought_up_to
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.assessing import RULEBOOK, Story, case_of, steps
from tests.fakes.records import (
    P1_DE,
    accepted,
    certified,
    day,
    employed,
    facts,
    in_program,
    kept_tier,
    opening,
    partner,
    placed,
    rulebook,
    site,
)

AWAY = '"country.DE" = [{ from = 2024-02-01 }'
BACK = '{ from = 2024-06-01, value = { region = "EMEA", currency = "EUR" } }'


class Engine:
    """An Advanced account that keeps its tier, as the use case sees it."""

    def __init__(self, owner: str = "", *, whole: bool = True) -> None:
        self.accounts, self.clock = FakeAccounts(), FixedClock("2023-01-02")
        kept = kept_tier("advanced") if whole else []
        revenue = [opening(year, "60000") for year in (2022, 2023)]
        self.accounts.add(partner(), site(), accepted(), placed("advanced"), *revenue, *kept, known_on="2023-01-02")
        self.assess = AssessAccount(self.accounts, rulebook(owner), self.clock)

    def run(self, *days: str) -> AccountState:
        """The account after runs on these days."""
        state = None
        for on in days:
            self.clock.day = day(on)
            state = self.assess(P1_DE)
        assert state is not None
        return state


# -- looked at late for the first time


@pytest.mark.rule("R-3.3")
@pytest.mark.catalogue("F26")
@pytest.mark.parametrize("days", [["2023-06-01"], ["2023-01-02", "2023-06-01"], ["2023-03-03", "2023-06-01"]])
def test_an_account_that_is_looked_at_late_for_the_first_time_is_led_through_its_days(days: list[str]) -> None:
    """All sixty days were over on 3 March, whether anybody looked or not."""
    state = Engine(whole=False).run(*days)
    assert steps(state) == [("2023-01-02", "advanced"), ("2023-03-04", "authorized")]
    assert {str(case.events[0].on) for case in state.cases} == {"2023-01-02"}


@pytest.mark.catalogue("F26")
def test_it_is_led_through_no_day_on_which_the_program_was_not_there() -> None:
    """Known since 2021, a year before the rulebook's first day."""
    known = facts(
        *in_program(), placed("advanced", "2021-06-01"), opening(2022, "60000"), news=[day("2021-06-01")]
    ).model_copy(update={"seen_since": day("2021-06-01")})
    state = brought_up_to(day("2022-06-01"), None, RULEBOOK, lambda _: known)
    assert state is not None
    assert {str(case.events[0].on) for case in state.cases} == {"2022-01-01"}


# -- a country that leaves


def away(*, back: bool) -> Engine:
    return Engine(AWAY + (f", {BACK}" if back else "") + "]\n")


@pytest.mark.rule("R-3.3", "R-9")
def test_while_its_country_is_out_nothing_is_decided_and_nobody_asks_every_day() -> None:
    engine = away(back=True)
    state = engine.run("2023-01-02", "2024-01-31", "2024-03-01")
    assert (state.assessed_on, state.tier) == (day("2024-01-31"), Tier.ADVANCED)
    due = [on for on in ("2024-03-01", "2024-05-31", "2024-06-01") if P1_DE in engine.accounts.due_for_review(day(on))]
    assert due == ["2024-06-01"]


@pytest.mark.rule("R-3.3", "R-9")
@pytest.mark.parametrize(
    "days",
    [
        ["2023-01-02", "2024-01-31", "2024-02-01", "2024-06-01", "2024-07-15"], ["2023-01-02", "2024-07-15"],
        ["2024-03-01", "2024-07-15"], ["2024-07-15"],
    ],
)  # fmt: skip
def test_when_its_country_is_back_the_account_goes_on(days: list[str]) -> None:
    """Kim left on 1 May, as was recorded on that day: the sixty days are over on 30 June."""
    engine = away(back=True)
    engine.accounts.add(employed("kim", "2022-01-01", "2024-05-01"), known_on="2024-05-01", stamp="9")
    state = engine.run(*days)
    assert steps(state)[1:] == [("2024-07-01", "authorized")]
    assert state.assessed_on == day("2024-07-15")


@pytest.mark.rule("R-3.3", "R-9")
@pytest.mark.parametrize("days", [["2023-01-02", "2023-08-02", "2024-03-01"], ["2023-01-02", "2024-03-01"]])
def test_a_run_after_the_leaving_makes_up_for_the_days_before_it(days: list[str]) -> None:
    engine = away(back=False)
    engine.accounts.add(employed("kim", "2022-01-01", "2023-06-01"), known_on="2023-06-01", stamp="9")
    state = engine.run(*days)
    assert steps(state)[1:] == [("2023-08-01", "authorized")]
    assert state.assessed_on < day("2024-02-01")


# -- what the vendor cannot decide on


@pytest.mark.rule("R-3.2", "R-3.3")
def test_a_certification_that_the_owner_asks_of_authorized_waits_for_nobody() -> None:
    """There is no tier below to fall to, and no verdict on certifications."""
    owner = '"people_required.MCDE.authorized" = 1\n'
    story = Story(*in_program(), opening(2022, "5000"), book=rulebook(owner))
    state = story.until("2023-06-01")
    assert (state.tier, case_of(state, "MCDE").due_on) == (Tier.AUTHORIZED, day("2023-03-03"))
    assert not case_of(state, "MCDE").decision_due
    story.then("2023-06-02", employed("anna"), certified("anna", "MCDE", "2023-06-02"))
    assert str(case_of(story.until("2023-06-02"), "MCDE").outcome) == "cured"
