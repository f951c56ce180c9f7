from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from partner_program.adapters.clock import SandboxClock, SystemClock, program_date
from partner_program.rulebook import RulebookInvalid, UnknownEdition
from partner_program.use_cases.operate import NotASandbox, clear_rulebook, move_clock, set_rulebook
from partner_program.values.errors import InvalidValue
from partner_program.values.tiers import Tier

BERLIN = ZoneInfo("Europe/Berlin")


class Items:
    """As much of `Table` as a clock uses."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], dict[str, Any]] = {}
        self.reads = 0

    def get(self, pk: str, sk: str) -> dict[str, Any] | None:
        self.reads += 1
        return self.items.get((pk, sk))

    def put(self, item: dict[str, Any]) -> None:
        self.items[item["pk"], item["sk"]] = item


class Fixed:
    def today(self) -> date:
        return date(2024, 5, 1)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2024, 3, 31, 21, 59, 59, tzinfo=UTC), date(2024, 3, 31)),
        (datetime(2024, 3, 31, 22, 0, 0, tzinfo=UTC), date(2024, 4, 1)),
        (datetime(2024, 12, 31, 22, 59, 59, tzinfo=UTC), date(2024, 12, 31)),
        (datetime(2024, 12, 31, 23, 0, 0, tzinfo=UTC), date(2025, 1, 1)),
    ],
)
def test_today_is_the_civil_date_of_the_programs_time_zone(moment: datetime, day: date) -> None:
    assert program_date(moment, BERLIN) == day
    assert SystemClock(BERLIN, lambda: moment).today() == day


@pytest.mark.catalogue("F51")
def test_one_clock_shows_one_date_even_over_midnight_and_when_the_host_goes_back() -> None:
    moments = iter([datetime(2024, 3, 31, 21, 59, tzinfo=UTC), datetime(2024, 4, 1, 1, tzinfo=UTC)])
    clock = SystemClock(BERLIN, lambda: next(moments))
    assert [clock.today(), clock.today()] == [date(2024, 3, 31), date(2024, 3, 31)]


def test_a_sandbox_whose_clock_nobody_has_set_runs_in_real_time() -> None:
    items: Any = Items()
    assert SandboxClock(items, Fixed()).today() == date(2024, 5, 1)


def test_a_sandbox_clock_shows_the_day_it_was_moved_to_and_reads_it_once() -> None:
    items: Any = Items()
    move_clock(SandboxClock(items, Fixed()), date(2023, 2, 28), sandbox=True)
    clock = SandboxClock(items, Fixed())
    assert [clock.today(), clock.today()] == [date(2023, 2, 28)] * 2
    assert items.reads == 1


def test_a_sandbox_clock_that_was_garbled_is_an_error_and_not_real_time() -> None:
    items: Any = Items()
    items.put({"pk": "SETTING", "sk": "CLOCK", "today": "tomorrow"})
    with pytest.raises(InvalidValue):
        SandboxClock(items, Fixed()).today()


def test_outside_a_sandbox_the_clock_is_not_moved() -> None:
    items: Any = Items()
    with pytest.raises(NotASandbox):
        move_clock(SandboxClock(items, Fixed()), date(2023, 2, 28), sandbox=False)
    assert items.items == {}


class Overrides:
    def __init__(self) -> None:
        self.text: str | None = None

    def put_override(self, text: str) -> None:
        self.text = text

    def remove_override(self) -> None:
        self.text = None


VALID = '"people_required.MCDE.premier" = 3\n'
HALF_VALID = VALID + '"no.such.value" = 1\n'


@pytest.mark.catalogue("B79")
@pytest.mark.parametrize("text", ["not toml = = =", HALF_VALID])
def test_an_owners_file_that_is_wrong_anywhere_is_not_kept(text: str) -> None:
    store = Overrides()
    with pytest.raises(RulebookInvalid):
        set_rulebook(store, "guide-2022", text)
    assert store.text is None


def test_an_unknown_edition_is_refused() -> None:
    with pytest.raises(UnknownEdition):
        set_rulebook(Overrides(), "guide-1999", "")


def test_an_owners_file_that_is_right_as_a_whole_is_kept_and_decides_until_it_is_taken_away() -> None:
    store = Overrides()
    rulebook = set_rulebook(store, "guide-2022", VALID)
    kept = [store.text]
    assert rulebook.at(date(2024, 1, 1)).people_required("MCDE", Tier.PREMIER) == 3
    plain = clear_rulebook(store, "guide-2022")
    kept.append(store.text)
    assert kept == [VALID, None]
    assert plain.digest != rulebook.digest
