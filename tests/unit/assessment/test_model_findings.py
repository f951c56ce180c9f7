"""What the model of an account's life has found, as stories of their own: news of a day that is seen only after it."""

from datetime import date

import pytest

from partner_program.domain.facts import Record
from partner_program.domain.revenue import Contribution
from tests.fakes.assessing import steps
from tests.fakes.records import (
    accepted,
    certified,
    employed,
    in_program,
    opening,
    partner,
    placed,
    qualified_people,
    sales,
    site,
    trained,
)
from tests.unit.assessment.model_engine import Engine

pytestmark = [pytest.mark.rule("R-3.3"), pytest.mark.catalogue("F26")]


def told(engine: Engine, on: str, *facts: object) -> None:
    for place, fact in enumerate(facts):
        assert isinstance(fact, Record | Contribution)
        engine.hears(fact, f"{on}#{place:05d}", date.fromisoformat(on))


@pytest.mark.parametrize("seen_on", ["2023-05-02", "2023-05-03", "2023-09-01"])
def test_a_cure_recorded_after_the_mornings_demotion_takes_it_back_even_if_it_is_seen_after_midnight(
    seen_on: str,
) -> None:
    """Due on 1 May, lost in the morning of the 2nd; on the 2nd the training is completed and recorded."""
    engine = Engine()
    crew = [employed("anna"), certified("anna", "MCDE", "2022-06-01"), certified("anna", "MCIT", "2022-06-01")]
    trainings = [trained("onboarding", "2022-05-02"), trained("annual_sales", "2022-03-02")]
    start = [partner(), site(), accepted(), placed("advanced"), opening(2022, "60000")]
    told(engine, "2023-01-02", *start, *crew, *trainings)
    engine.run(date(2023, 1, 2))
    assert steps(engine.run(date(2023, 5, 2))) == [("2023-01-02", "advanced"), ("2023-05-02", "authorized")]
    told(engine, "2023-05-02", trained("annual_sales", "2023-05-02"))
    assert steps(engine.run(date.fromisoformat(seen_on))) == [("2023-01-02", "advanced")]


@pytest.mark.parametrize("seen_on", ["2023-02-01", "2023-02-02", "2023-03-05"])
def test_what_was_seen_late_and_corrected_since_counts_for_its_own_day(seen_on: str) -> None:
    engine = Engine()
    told(engine, "2023-02-01", *in_program(), *qualified_people())
    engine.run(date(2023, 2, 1))
    told(engine, "2023-02-01", sales("2023-01", "60000", known="2023-02-01", report="R"))
    if seen_on == "2023-02-01":
        engine.run(date(2023, 2, 1))
    more = sales("2023-01", "10", known="2023-03-05", report="R").model_copy(update={"lines": 2})
    if seen_on == "2023-02-02":
        engine.run(date(2023, 2, 2))
    told(engine, "2023-03-05", more)
    assert steps(engine.run(date(2023, 3, 5)))[1:] == [("2023-02-01", "advanced")]


@pytest.mark.parametrize("first_run", ["2023-01-02", "2023-01-03", "2023-06-01"])
def test_an_account_that_is_looked_at_for_the_first_time_late_has_lived_all_the_same(first_run: str) -> None:
    engine = Engine()
    told(engine, "2023-01-02", *in_program(), placed("advanced"), opening(2022, "60000"))
    engine.run(date.fromisoformat(first_run))
    state = engine.run(date(2023, 6, 1))
    assert steps(state) == [("2023-01-02", "advanced"), ("2023-03-04", "authorized")]
    assert {str(case.events[0].on) for case in state.cases} == {"2023-01-02"}
