"""A report is processed again on request, and one that was never taken is none."""

import pytest

from partner_program.use_cases.reprocess import ReprocessReport
from partner_program.values.errors import NotFound
from tests.fakes.facts import ReportRequests
from tests.fakes.pos_world import World, line


def test_a_report_that_was_taken_is_asked_for_and_shown_as_it_stands() -> None:
    world, messages = World(), ReportRequests()
    world.play([line()])
    asked = ReprocessReport(world.sales, messages)("D1", "R1")
    assert (asked.status, asked.run, messages.asked) == ("posted", 1, [("D1", "R1")])


@pytest.mark.parametrize(("distributor_id", "report_id"), [("D1", "R2"), ("D2", "R1")])
def test_a_report_that_was_never_taken_is_not_found_and_nothing_is_asked(distributor_id: str, report_id: str) -> None:
    world, messages = World(), ReportRequests()
    world.play([line()])
    with pytest.raises(NotFound):
        ReprocessReport(world.sales, messages)(distributor_id, report_id)
    assert messages.asked == []
