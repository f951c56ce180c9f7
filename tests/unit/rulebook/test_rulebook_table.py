"""`partner-program rulebook show` and `check`: what a program owner sees."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from rich.console import Console
from typer.testing import CliRunner

from local.rulebook_table import read_override, rulebook_app, show_rulebook
from partner_program.rulebook import RulebookInvalid, load_rulebook

WIDE = {"COLUMNS": "250"}


def shown(on: date, edition: str = "guide-2022", override: str | None = None) -> str:
    console = Console(file=io.StringIO(), width=250)
    show_rulebook(console, load_rulebook(edition, override), on)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def row(text: str, start: str) -> list[str]:
    """The cells of the one row that begins with a text."""
    (line,) = (line for line in text.splitlines() if line.startswith(f"│ {start} "))
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_a_value_stands_with_its_unit_first_day_rules_and_section() -> None:
    assert row(shown(date(2024, 1, 1)), "compliance.days") == [
        "compliance.days",
        "60",
        "days",
        "2022-01-01",
        "R-3.2 R-3.3",
        "3.2",
    ]


def test_values_by_tier_stand_side_by_side_and_assumed_ones_are_marked() -> None:
    text = shown(date(2024, 1, 1))
    assert row(text, "tier_discount.…")[1:4] == ["20", "30", "34"]
    assert row(text, "people_required.MCDE.…")[1:4] == ["0", "1*", "2*"]
    assert row(text, "program.time_zone")[1] == "Europe/Copenhagen*"
    assert row(text, "quarter.close_days")[1] == "30°"
    assert "* 228 values assumed: the documents leave it open" in text


def test_thresholds_stand_by_region_and_currency_with_their_countries() -> None:
    text = shown(date(2024, 1, 1))
    assert "│ EMEA     │ CHF      │ CH LI " in text
    assert "5,000*" in next(line for line in text.splitlines() if "│ EUR " in line)


def test_the_table_is_that_of_its_day() -> None:
    assert row(shown(date(2022, 6, 30)), "benefit.R-4.2.4.…")[1] == "no"
    assert row(shown(date(2022, 7, 1)), "benefit.R-4.2.4.…")[1] == "certified since 2022-07-01"
    assert row(shown(date(2023, 1, 1)), "benefit.R-4.2.4.…")[1] == "no since 2023-01-01"
    assert row(shown(date(2023, 1, 1), "brochure"), "benefit.R-4.2.4.…")[1] == "certified"


def test_every_entry_in_force_is_shown() -> None:
    text = shown(date(2024, 1, 1))
    for entry in load_rulebook().entries:
        dated = entry.on(date(2024, 1, 1))
        if dated is None or dated.value is None:
            continue
        stem, _, last = entry.id.rpartition(".")
        if entry.id.startswith("country."):
            assert f" {last} " in text, entry.id
        elif not entry.id.startswith("revenue_threshold."):
            assert f"│ {entry.id} " in text or f"│ {stem}.… " in text, entry.id


def test_a_date_is_shown_whole_and_the_days_of_a_holiday_list_without_their_year() -> None:
    text = shown(
        date(2025, 6, 1),
        override="""
            "terms.version" = [{ from = 2025-01-01, value = "2025-01" }]
            "terms.accept_by" = [{ from = 2025-01-01, value = 2025-03-31 }]
        """,
    )
    assert row(text, "terms.accept_by")[1] == "2025-03-31†"
    assert row(text, "holidays.2025")[1].startswith("01-01, ")


def test_an_owners_values_are_marked_and_text_of_the_file_is_never_markup() -> None:
    override = """
        "compliance.days" = 45
        "region.EMEA" = { name = "[red]EMEA[/red]", support_contact = "a@example.com" }
    """
    text = shown(date(2024, 1, 1), override=override)
    assert row(text, "compliance.days")[1] == "45†"
    assert row(text, "region.EMEA")[1] == "[red]EMEA[/red]: a@example.com†"


def test_show_prints_the_edition_and_day_asked_for() -> None:
    result = CliRunner().invoke(rulebook_app, ["show", "--on", "2022-07-01", "--edition", "brochure"], env=WIDE)
    assert result.exit_code == 0
    assert "Rulebook brochure on 2022-07-01" in result.output


def test_into_a_pipe_the_table_is_wide_enough_that_no_id_is_broken() -> None:
    result = CliRunner().invoke(rulebook_app, ["show", "--on", "2024-01-01"], env={"COLUMNS": None})
    assert row(result.output, "brand_alignment.remedy_following_months")[1] == "1"


@pytest.mark.parametrize(
    ("moment", "today"),
    [
        (datetime(2024, 12, 31, 22, 59, 59, tzinfo=UTC), "2024-12-31"),
        (datetime(2024, 12, 31, 23, 0, 0, tzinfo=UTC), "2025-01-01"),
        (datetime(2024, 2, 29, 12, 0, 0, tzinfo=UTC), "2024-02-29"),
    ],
)
def test_show_without_a_day_is_of_the_programs_today_wherever_the_machine_is(moment: datetime, today: str) -> None:
    with time_machine.travel(moment, tick=False):
        result = CliRunner().invoke(rulebook_app, ["show"], env=WIDE)
    assert result.exit_code == 0
    assert f"Rulebook guide-2022 on {today}" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "--on", "2021-12-31"], "has no value in force on 2021-12-31"),
        (["show", "--edition", "guide-1999"], "there is no edition of this name; there are brochure, guide-2022"),
    ],
)
def test_show_refuses_with_a_reason_and_exit_code_1(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(rulebook_app, arguments, env=WIDE)
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output


def test_check_accepts_a_valid_file(tmp_path: Path) -> None:
    file = tmp_path / "owner.toml"
    file.write_text('"compliance.days" = 45\n', "utf-8")
    result = CliRunner().invoke(rulebook_app, ["check", str(file)], env=WIDE)
    assert (result.exit_code, result.output) == (0, "Valid: 1 values set by the file, 228 left assumed.\n")


def test_check_prints_every_mistake_on_a_line_and_exits_with_1(tmp_path: Path) -> None:
    file = tmp_path / "owner.toml"
    file.write_text('"compliance.days" = -1\n"tier_discount.premier" = 101\n', "utf-8")
    result = CliRunner().invoke(rulebook_app, ["check", str(file)], env=WIDE)
    assert result.exit_code == 1
    assert [line.partition(":")[0] for line in result.output.splitlines()] == [
        "compliance.days",
        "tier_discount.premier",
    ]


def test_a_file_that_is_not_utf_8_is_a_mistake_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "owner.toml"
    file.write_bytes('# Größe\n"compliance.days" = 45\n'.encode("cp1252"))
    with pytest.raises(RulebookInvalid, match="it is not UTF-8; save it as UTF-8"):
        read_override(file)
    assert CliRunner().invoke(rulebook_app, ["check", str(file)], env=WIDE).exit_code == 1
