"""The plan of a play: which uploads, on which days (formats.md, local player)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from local.folder import PlayRefused, ProgramFolder, RecordsFile, ReportFile
from local.plan import DATE_COLUMNS, last_invoice, make_plan
from partner_program.domain.facts import RECORD_TYPES

START = date(2022, 7, 1)


def records(kind: str, header: str, *rows: str) -> RecordsFile:
    return RecordsFile(kind, b"", tuple(header.split(",")), tuple(tuple(row.split(",")) for row in rows))


def report(name: str, dates: Mapping[str, int], distributor: str = "D1") -> ReportFile:
    counted = {date.fromisoformat(day): lines for day, lines in dates.items()}
    return ReportFile(distributor, name, Path(f"{name}.csv"), counted)


def folder(
    *files: RecordsFile,
    reports: tuple[ReportFile, ...] = (),
    received: Mapping[tuple[str, str], tuple[date, ...]] | None = None,
) -> ProgramFolder:
    placement = records("placements", "partner_id,placed_on", f"P1,{START}")
    return ProgramFolder((placement, *files), reports, received or {}, ())


def days_of(plan_folder: ProgramFolder, kind: str, through: date = date(2025, 12, 31)) -> list[date]:
    plan = make_plan(plan_folder, through)
    return [
        day
        for day, uploads in plan.days.items()
        for upload in uploads.records
        if upload.key.startswith(f"records/{kind}/")
    ]


def arrival(of: ReportFile, **named: Mapping[tuple[str, str], tuple[date, ...]]) -> list[date]:
    plan = make_plan(folder(reports=(of,), **named), date(2025, 12, 31))
    return [day for day, uploads in plan.days.items() if uploads.reports]


def test_every_kind_of_record_has_its_place_in_the_plan() -> None:
    assert set(DATE_COLUMNS) == set(RECORD_TYPES)
    for kind, column in DATE_COLUMNS.items():
        assert column is None or column in RECORD_TYPES[kind].model_fields, kind


def test_the_play_begins_with_the_earliest_placement_or_enrolment() -> None:
    enrolled = records("partners", "partner_id,enrolled_on", "P1,2022-06-30", "P2,2022-07-02")
    assert make_plan(folder(enrolled)).start == date(2022, 6, 30)
    assert make_plan(folder()).start == START


def test_without_placement_and_enrolment_the_play_begins_with_the_earliest_date_of_all() -> None:
    bare = ProgramFolder((), (report("R", {"2023-02-10": 1, "2023-02-01": 1}),), {}, ())
    assert make_plan(bare).start == date(2023, 2, 1)


def test_a_folder_without_a_single_date_is_refused() -> None:
    with pytest.raises(PlayRefused, match="no date"):
        make_plan(ProgramFolder((records("products", "sku,name", "S,Name"),), (), {}, ()))


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("2022-06-30", START),
        ("2022-07-01", START),
        ("2022-07-02", date(2022, 7, 2)),
        ("2024-02-29", date(2024, 2, 29)),
        ("", START),
        ("2024-02-30", START),
        ("soon", START),
    ],
)
def test_a_row_comes_on_its_own_date_and_on_the_first_day_if_that_is_earlier_or_unreadable(
    stated: str, day: date
) -> None:
    assert days_of(folder(records("trainings", "partner_id,completed_on", f"P1,{stated}")), "trainings") == [day]


@pytest.mark.parametrize(("kind", "column"), [(kind, column) for kind, column in DATE_COLUMNS.items() if column])
def test_each_kind_goes_by_its_own_date(kind: str, column: str) -> None:
    dated = records(kind, f"name,{column}", "first,2023-01-31")
    assert date(2023, 1, 31) in days_of(folder(dated), kind)


def test_recorded_on_puts_a_row_on_another_day_and_is_not_uploaded() -> None:
    late = records("sites", "site_id,recorded_on,opened_on", "S1,2023-05-04,2022-01-01", "S2,,2022-08-01")
    plan = make_plan(folder(late), date(2023, 12, 31))
    bodies = {day: uploads.records[-1].body().decode() for day, uploads in plan.days.items() if day != START}
    assert bodies == {
        date(2022, 8, 1): "site_id,opened_on\nS2,2022-08-01\n",
        date(2023, 5, 4): "site_id,opened_on\nS1,2022-01-01\n",
    }


def test_rows_of_a_day_are_uploaded_by_kind_with_what_others_refer_to_first() -> None:
    files = [records(kind, "some_id", "X") for kind in sorted(DATE_COLUMNS) if kind != "placements"]
    first_day = make_plan(folder(*files)).days[START]
    assert [upload.key for upload in first_day.records] == [f"records/{kind}/{START}.csv" for kind in DATE_COLUMNS]


def test_a_row_as_wide_as_it_came_is_uploaded_as_wide() -> None:
    ragged = RecordsFile("sites", b"", ("site_id", "opened_on"), (("S1",), ("S2", "2022-07-01", "more, and more")))
    [upload] = [u for u in make_plan(folder(ragged)).days[START].records if "sites" in u.key]
    assert upload.body() == b'site_id,opened_on\nS1\nS2,2022-07-01,"more, and more"\n'


def test_a_records_file_that_is_no_csv_is_uploaded_as_it_is_on_the_first_day() -> None:
    plan = make_plan(folder(RecordsFile("people", b"\xff\xfep")))
    assert [u.body() for u in plan.days[START].records if "people" in u.key] == [b"\xff\xfep"]


def test_a_records_file_without_rows_is_uploaded_all_the_same() -> None:
    assert days_of(folder(records("people", "person_id,from_date")), "people") == [START]


def test_rows_after_the_last_day_are_never_uploaded_and_named() -> None:
    rows = records("trainings", "partner_id,completed_on", "P1,2023-03-31", "P2,2023-04-01")
    plan = make_plan(folder(rows), date(2023, 3, 31))
    assert max(plan.days) == date(2023, 3, 31)
    assert plan.never == ("records/trainings.csv: 1 rows after 2023-03-31",)


@pytest.mark.parametrize(
    ("last_date", "received_on"),
    [
        ("2022-07-31", date(2022, 8, 5)),
        ("2022-08-01", date(2022, 9, 5)),
        ("2022-12-31", date(2023, 1, 5)),
        ("2024-02-29", date(2024, 3, 5)),
        ("2023-11-30", date(2023, 12, 5)),
    ],
)
def test_a_report_is_received_on_the_5th_of_the_month_after_its_last_invoice(last_date: str, received_on: date) -> None:
    assert arrival(report("R", {"2022-07-02": 1, last_date: 2})) == [received_on]


def test_received_csv_says_otherwise() -> None:
    late = report("R", {"2022-07-02": 1})
    assert arrival(late, received={("D1", "R"): (date(2023, 1, 9),)}) == [date(2023, 1, 9)]


def test_a_report_that_received_csv_names_twice_arrives_twice() -> None:
    twice = {("D1", "R"): (date(2023, 1, 9), date(2023, 2, 9))}
    assert arrival(report("R", {"2022-07-02": 1}), received=twice) == [date(2023, 1, 9), date(2023, 2, 9)]


def test_a_report_received_before_the_first_day_comes_on_the_first_day() -> None:
    assert arrival(report("R", {"2022-05-02": 1})) == [START]


def test_a_report_without_readable_dates_goes_by_the_month_in_its_name() -> None:
    assert arrival(report("POS-2023-12", {})) == [date(2024, 1, 5)]


@pytest.mark.parametrize("name", ["REPORT", "R-2023-13", "R-12023-12"])
def test_a_report_without_any_date_comes_on_the_first_day(name: str) -> None:
    assert arrival(report(name, {})) == [START]


def test_a_mistyped_year_does_not_move_the_report() -> None:
    mistyped = {"2022-07-02": 2, "2022-07-30": 1, "2202-07-30": 1}
    assert arrival(report("R", mistyped)) == [date(2022, 8, 5)]


def test_a_date_is_taken_for_mistyped_after_a_gap_of_more_than_a_year() -> None:
    within, beyond = date(2023, 7, 3), date(2023, 7, 4)
    assert last_invoice(report("R", {"2022-07-02": 2, str(within): 1})) == within
    assert last_invoice(report("R", {"2022-07-02": 2, str(beyond): 1})) == date(2022, 7, 2)


def test_years_of_sales_in_one_report_are_no_mistake() -> None:
    assert last_invoice(report("R", {"2022-07-02": 2, "2023-06-30": 1, "2024-06-28": 1})) == date(2024, 6, 28)


@pytest.mark.parametrize(
    ("last_date", "through"),
    [
        ("2022-09-30", date(2022, 11, 14)),
        ("2022-10-01", date(2023, 2, 14)),
        ("2023-12-31", date(2024, 2, 14)),
        ("2024-03-31", date(2024, 5, 15)),
    ],
)
def test_the_play_ends_45_days_after_the_quarter_of_the_last_invoice(last_date: str, through: date) -> None:
    assert make_plan(folder(reports=(report("R", {last_date: 1}),))).through == through


def test_an_invoice_dated_after_its_report_was_received_does_not_lengthen_the_play() -> None:
    future = report("R", {"2022-09-02": 1, "2022-11-01": 1})
    received = {("D1", "R"): (date(2022, 10, 4),)}
    assert make_plan(folder(reports=(future,), received=received)).through == date(2022, 11, 14)


def test_a_report_received_after_the_last_day_is_never_uploaded_and_named() -> None:
    plan = make_plan(folder(reports=(report("R", {"2022-09-30": 1}),)), date(2022, 10, 4))
    assert [upload for day in plan.days.values() for upload in day.reports] == []
    assert plan.never == ("pos/D1/R.csv: received on 2022-10-05, after 2022-10-04",)


def test_an_end_before_the_beginning_is_refused() -> None:
    assert make_plan(folder(), START).through == START
    with pytest.raises(PlayRefused, match="before the first day"):
        make_plan(folder(), date(2022, 6, 30))


def test_a_report_named_in_received_csv_without_a_file_is_named_to_the_reader() -> None:
    plan = make_plan(folder(received={("D1", "GONE"): (date(2023, 1, 9),)}), date(2023, 12, 31))
    assert plan.never == ("received.csv: D1/GONE has no file",)


def test_the_order_of_reports_of_a_day_is_by_distributor_and_name() -> None:
    given = (report("B", {"2022-07-02": 1}), report("A", {"2022-07-09": 1}), report("Z", {"2022-07-02": 1}, "D0"))
    [uploads] = [day.reports for day in make_plan(folder(reports=given)).days.values() if day.reports]
    assert [upload.key for upload in uploads] == ["pos/D0/Z.csv", "pos/D1/A.csv", "pos/D1/B.csv"]
