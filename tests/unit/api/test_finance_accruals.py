"""What finance asks of accruals: a month's totals and accounts, an account's months (R-5.4)."""

import hashlib
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from partner_program.use_cases.queries import finance_accruals
from partner_program.use_cases.queries.finance_accruals import FinanceAccruals
from partner_program.use_cases.queries.report_ports import ResultPart
from partner_program.values.errors import InvalidValue, NotFound
from tests.fakes.accruals import Life, World

ON = date(2024, 10, 15)


class Results:
    """`ResultReads` on the files that accruals have written."""

    def __init__(self, world: World) -> None:
        self.world = world

    def open_result_at(self, key: str, start: int, etag: str | None = None) -> ResultPart:
        body = self.world.results.files.get(key)
        if body is None:
            raise NotFound
        return ResultPart(io.BytesIO(body[start:]), hashlib.sha256(body).hexdigest(), len(body))


def asked(world: World) -> FinanceAccruals:
    return FinanceAccruals(world.store, Results(world))


def world(*partners: str) -> World:
    """Accounts that are Premier, each with sales in April and May of 2024, both booked."""
    made = World()
    for partner in partners or ("P1", "P2", "P3"):
        Life(world=made, account_id=f"{partner}-DE").sells("2024-04", "125000").sells("2024-05", "10000")
    Life("10000000", world=made, account_id="P9-JP", currency="JPY").sells("2024-04", "12500000")
    for month in ("2024-04", "2024-05"):
        made.books(month)
    return made


@pytest.mark.rule("R-5.4")
def test_a_month_has_its_totals_by_currency_and_region_as_the_files_have_them() -> None:
    made = world()
    found, report = asked(made).month("2024-04", after=None, limit=10), made.report.month("2024-04")
    assert (found.totals, found.by_region, found.complete) == (report.totals, report.by_region, True)
    assert {(one.currency, one.accounts) for one in found.totals} == {("EUR", 3), ("JPY", 1)}
    assert next(one.accrued for one in found.totals if one.currency == "EUR") == Decimal("9375.00")


def test_its_accounts_come_page_by_page_each_once_and_every_page_has_the_same_totals() -> None:
    made = world()
    rows: list[str] = []
    after: str | None = None
    while True:
        page = asked(made).month("2024-04", after=after, limit=1)
        rows += [row.account_id for row in page.items]
        assert page.totals == made.report.month("2024-04").totals
        after = page.next_cursor
        if after is None:
            break
    assert rows == ["P1-DE", "P2-DE", "P3-DE", "P9-JP"]


def test_the_totals_are_read_from_the_file_and_not_added_up_from_every_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = world()
    wanted = made.report.month("2024-04").totals
    monkeypatch.setattr(made.store, "month", never)
    monkeypatch.setattr(made.store, "page", lambda month, after, limit: ([], None))
    assert asked(made).month("2024-04", after=None, limit=10).totals == wanted


def never(month: str) -> None:
    raise AssertionError("all rows of a month are read")


def test_while_a_month_is_booked_its_accounts_are_told_without_totals_and_it_is_not_complete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Adding up ten thousand rows for each page would not be bounded, and would not be the last word either."""
    made = world()
    made.results.files.clear()
    rows, _ = made.store.page("2024-04", None, 2)
    monkeypatch.setattr(made.store, "month", never)
    monkeypatch.setattr(made.store, "page", lambda month, after, limit: (rows[after is not None :], None))
    for after in (None, "P1-DE"):
        found = asked(made).month("2024-04", after=after, limit=2)
        assert (found.month, found.on, found.complete) == ("2024-04", date(2024, 4, 30), False)
        assert (found.totals, found.by_region, found.failures, bool(found.items)) == ((), (), (), True)


@pytest.mark.parametrize("chunk", [7, 65_536])
def test_a_month_that_was_booked_before_there_was_a_file_of_totals_has_them_from_the_head_of_its_own(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world()
    wanted = asked(made).month("2024-04", after=None, limit=2)
    del made.results.files["accruals/2024-04-totals.json"]
    monkeypatch.setattr(finance_accruals, "_CHUNK_BYTES", chunk)
    assert asked(made).month("2024-04", after=None, limit=2) == wanted


def test_of_the_file_with_all_accounts_no_more_is_read_than_what_comes_before_them() -> None:
    made = world()
    del made.results.files["accruals/2024-04-totals.json"]
    whole = made.results.files["accruals/2024-04.json"]
    wanted = asked(made).month("2024-04", after=None, limit=2)
    made.results.files["accruals/2024-04.json"] = whole[: whole.index(b'"rows": [') + 9] + b"no more of it" * 10_000
    assert asked(made).month("2024-04", after=None, limit=2) == wanted


def test_a_month_in_which_nobody_took_part_has_its_totals_from_its_file_too() -> None:
    made = World()
    made.books("2024-04")
    del made.results.files["accruals/2024-04-totals.json"]
    found = asked(made).month("2024-04", after=None, limit=10)
    assert (found.complete, found.items, found.totals) == (True, (), ())


def test_accounts_that_failed_are_named_with_their_reason_and_the_month_is_not_complete() -> None:
    made = World()
    life = Life(world=made).sells("2024-04", "125000")
    Life(world=made, account_id="P2-DE").sells("2024-04", "125000")
    made.books("2024-03")
    life.sells("2024-04", "5", report="X").sells("2024-04", "6", report="X")
    made.accounts.states.pop("P2-DE")
    made.books("2024-04")
    found = asked(made).month("2024-04", after=None, limit=10)
    assert (found.complete, [one.account_id for one in found.failures]) == (False, ["P2-DE"])


def test_a_month_of_which_nothing_is_booked_is_not_found() -> None:
    with pytest.raises(NotFound):
        asked(world()).month("2024-06", after=None, limit=10)


def test_a_month_in_which_nobody_takes_part_is_booked_with_nothing() -> None:
    made = World()
    made.books("2024-04")
    assert asked(made).month("2024-04", after=None, limit=10).items == ()


def test_what_is_no_month_is_refused() -> None:
    with pytest.raises(InvalidValue):
        asked(world()).month("2024-13", after=None, limit=10)


def test_an_account_has_its_months_in_order() -> None:
    found = asked(world()).account("P1-DE", on=ON, first="2024-01", last="2024-12")
    assert [(row.month, row.account_id) for row in found.items] == [("2024-04", "P1-DE"), ("2024-05", "P1-DE")]


def test_without_months_an_account_is_asked_of_the_last_twelve() -> None:
    found = asked(world()).account("P1-DE", on=ON)
    assert (found.first_month, found.last_month) == ("2023-11", "2024-10")


@pytest.mark.parametrize(
    ("first", "last", "fine"),
    [("2022-01", "2024-12", True), ("2021-12", "2024-12", False), ("2024-05", "2024-04", False)],
)
def test_of_an_account_at_most_three_years_are_asked(first: str, last: str, fine: bool) -> None:
    def ask() -> object:
        return asked(world("P1")).account("P1-DE", on=ON, first=first, last=last)

    assert ask() if fine else refuses(ask)


def refuses(ask: Callable[[], object]) -> bool:
    with pytest.raises(InvalidValue):
        ask()
    return True
