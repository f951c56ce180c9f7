"""Months by their last day."""

from datetime import timedelta

import pytest

from partner_program.domain.accruals.months import end_of, month_end_before, month_ends
from partner_program.values.errors import InvalidValue
from tests.fakes.records import day


@pytest.mark.catalogue("F50")
def test_every_month_of_1999_to_2101_ends_on_its_last_day() -> None:
    ends = list(month_ends(day("1999-01-01"), day("2101-12-31")))
    assert len(ends) == 12 * 103
    assert all((end + timedelta(days=1)).day == 1 for end in ends)
    assert [month_end_before(end) for end in ends[1:]] == ends[:-1]
    assert list(month_ends(day("2024-02-29"), day("2024-02-29"))) == [day("2024-02-29")]
    assert list(month_ends(day("2024-03-01"), day("2024-03-30"))) == []


@pytest.mark.parametrize(
    "text", ["2024-13", "2024-00", "2024-1", "2024-01-31", "٢٠٢٤-01", "2024-01\n", "1989-12", "2101-01", ""]
)
def test_a_month_is_written_in_one_way(text: str) -> None:
    with pytest.raises(InvalidValue):
        end_of(text)


def test_a_month_ends_in_a_leap_year_on_its_own_last_day() -> None:
    assert [end_of(month) for month in ("2024-02", "2023-02", "2100-12")] == [
        day("2024-02-29"), day("2023-02-28"), day("2100-12-31"),
    ]  # fmt: skip
