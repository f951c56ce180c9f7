"""How a distributor reports: on time or late, and what share of it does not count at once (R-8)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from partner_program.rulebook import NotInForce, load_rulebook
from partner_program.use_cases.queries.scorecard import COUNTING, DistributorScorecard, Reported, Score, Scorecard
from partner_program.values.errors import InvalidValue, NotFound
from tests.fakes.pos_world import World, line

LATER = date(2025, 6, 1)


class Sender:
    """A distributor that sends reports on days of its own."""

    def __init__(self, override: str | None = None) -> None:
        self.world = World(rulebook=load_rulebook(override_toml=override)) if override else World()
        self.sent = 0

    def sends(self, received: str, *invoice_days: str, report_id: str = "", **changes: Any) -> "Sender":
        """A report with a line for each day; without any, one of a header alone."""
        self.sent += 1
        self.world.clock.day = date.fromisoformat(received)
        name = report_id or f"R{self.sent}"
        lines = [
            line(report_id=name, invoice_number=f"I{self.sent}", line_number=n, invoice_date=day, **changes)
            for n, day in enumerate(invoice_days, start=1)
        ]
        body = lines or ",".join(line()).encode() + b"\n"
        self.world.play(body, f"pos/D1/{name}.csv")
        return self

    def refused(self, received: str, report_id: str) -> "Sender":
        self.world.clock.day = date.fromisoformat(received)
        self.world.play(f"refused on {received}\n".encode(), f"pos/D1/{report_id}.csv")
        return self

    def card(self, first: str | None = None, last: str | None = None, on: date = LATER) -> Scorecard:
        scorecard = DistributorScorecard(self.world.lists, self.world.lookups, self.world.rulebook)
        return scorecard("D1", on=on, first=first, last=last)

    def of(self, month: str, on: date = LATER) -> Any:
        (one,) = self.card(month, month, on).months
        return one


def outcome(score: Score) -> tuple[int, int, int]:
    return score.reports, score.on_time, score.late


# -- on time


@pytest.mark.rule("R-8")
@pytest.mark.parametrize(
    ("last_invoice", "received", "on_time"),
    [
        ("2024-04-30", "2024-05-04", 1),
        ("2024-04-30", "2024-05-05", 1),
        ("2024-04-30", "2024-05-06", 0),
        ("2024-04-01", "2024-05-05", 1),
        ("2024-02-29", "2024-03-05", 1),
        ("2024-02-29", "2024-03-06", 0),
        ("2023-02-28", "2023-03-05", 1),
        ("2023-02-28", "2023-03-06", 0),
        ("2023-12-31", "2024-01-05", 1),
        ("2023-12-31", "2024-01-06", 0),
        ("2024-01-31", "2024-02-05", 1),
        ("2024-01-31", "2024-02-06", 0),
        ("2024-04-10", "2024-04-10", 1),
    ],
)
def test_a_report_is_on_time_up_to_five_days_after_the_month_of_its_last_invoice(
    last_invoice: str, received: str, on_time: int
) -> None:
    score = Sender().sends(received, last_invoice).of(last_invoice[:7]).score
    assert outcome(score) == (1, on_time, 1 - on_time)
    assert score.late_share == Decimal("100.00") * (1 - on_time)


def test_a_late_report_is_named_with_its_days() -> None:
    (late,) = Sender().sends("2024-05-17", "2024-04-02", "2024-04-30", report_id="slow").of("2024-04").late_reports
    assert (late.report_id, late.due_on, late.accepted_on, late.days_late) == (
        "slow", date(2024, 5, 5), date(2024, 5, 17), 12,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days", "due_on", "late"), [(0, "2024-04-30", 1), (9, "2024-05-09", 1), (10, "2024-05-10", 0)]
)
def test_the_rulebook_says_when_a_report_is_due(days: int, due_on: str, late: int) -> None:
    month = Sender(f'"reports.due_days" = {days}').sends("2024-05-10", "2024-04-30").of("2024-04")
    assert (month.due_on.isoformat(), month.score.late) == (due_on, late)


def test_a_changed_time_counts_by_the_rules_of_the_months_last_day() -> None:
    changes = "[{ from = 2022-01-01, value = 5 }, { from = 2024-05-01, value = 20 }]"
    sender = (
        Sender(f'"reports.due_days" = {changes}').sends("2024-05-06", "2024-04-30").sends("2024-06-20", "2024-05-31")
    )
    assert [one.score.late for one in sender.card("2024-04", "2024-05").months] == [1, 0]


def test_a_report_over_a_year_turn_belongs_to_the_month_of_its_last_invoice() -> None:
    card = Sender().sends("2024-02-05", "2023-12-28", "2024-01-03").card("2023-11", "2024-02")
    assert [(one.month, one.score.reports) for one in card.months] == [
        ("2023-11", 0), ("2023-12", 0), ("2024-01", 1), ("2024-02", 0),
    ]  # fmt: skip


def test_a_correction_that_comes_late_does_not_make_a_report_late() -> None:
    sender = Sender().sends("2024-05-05", "2024-04-30", report_id="R").sends("2024-07-01", "2024-04-29", report_id="R")
    assert outcome(sender.of("2024-04").score) == (1, 1, 0)


def test_a_report_counts_as_come_when_it_could_first_be_trusted() -> None:
    sender = Sender().refused("2024-05-05", "R").sends("2024-05-06", "2024-04-30", report_id="R")
    assert outcome(sender.of("2024-04").score) == (1, 0, 1)
    assert sender.of("2024-05").score.refused_files == 1


def test_lines_that_are_malformed_do_not_move_a_report_into_another_month() -> None:
    sender = Sender()
    sender.world.clock.day = date(2024, 5, 5)
    sender.world.play([line(), line(line_number=2, invoice_date="2034-04-10")])
    assert sender.of("2024-04").score.reports == 1


@pytest.mark.parametrize(("received", "late"), [("2024-05-05", 0), ("2024-05-06", 1), ("2024-05-31", 1)])
def test_a_report_without_sales_is_of_the_month_before_it_came(received: str, late: int) -> None:
    month = Sender().sends("2024-03-05", "2024-02-10").sends(received).of("2024-04")
    assert (month.standing, month.score.reports, month.score.late) == (Reported.REPORTED, 1, late)


# -- missing months


@pytest.mark.rule("R-8")
@pytest.mark.parametrize(
    ("on", "standing"),
    [("2024-05-05", Reported.NOT_DUE), ("2024-05-06", Reported.MISSING), ("2024-04-30", Reported.NOT_DUE)],
)
def test_a_month_is_missing_from_the_day_after_its_due_day(on: str, standing: Reported) -> None:
    sender = Sender().sends("2024-04-05", "2024-03-31")
    assert sender.of("2024-04", date.fromisoformat(on)).standing is standing
    assert (sender.card("2024-04", "2024-04", date.fromisoformat(on)).missing_months == ("2024-04",)) is (
        standing is Reported.MISSING
    )


def test_missing_months_are_named_and_those_before_the_first_report_are_not_missing() -> None:
    sender = Sender().sends("2024-03-05", "2024-02-29").sends("2024-06-05", "2024-05-31")
    card = sender.card("2024-01", "2024-06", date(2024, 7, 5))
    assert [one.standing.value for one in card.months] == [
        "before_first_report", "reported", "missing", "missing", "reported", "not_due",
    ]  # fmt: skip
    assert card.missing_months == ("2024-03", "2024-04")


def test_months_from_the_first_to_the_last_invoice_of_a_report_are_reported_and_it_is_late_for_the_last() -> None:
    sender = Sender().sends("2024-02-05", "2024-01-31").sends("2024-07-08", "2024-06-10", "2024-04-30", report_id="Q2")
    card = sender.card("2024-02", "2024-08", date(2024, 9, 6))
    assert [one.standing.value for one in card.months] == [
        "missing", "missing", "reported", "reported", "reported", "missing", "missing",
    ]  # fmt: skip
    assert [(one.month, one.score.reports, one.score.late) for one in card.months if one.score.reports] == [
        ("2024-06", 1, 1)
    ]
    assert card.missing_months == ("2024-02", "2024-03", "2024-07", "2024-08")


def test_a_report_over_several_months_covers_those_before_the_first_one_asked_for_and_behind_it() -> None:
    sender = Sender().sends("2024-01-05", "2023-12-31").sends("2024-06-05", "2024-03-20", "2024-05-10")
    assert [one.standing.value for one in sender.card("2024-02", "2024-04").months] == [
        "missing", "reported", "reported",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("oldest", "missing"),
    [
        ("2024-02-10", ("2024-02", "2024-03")),
        ("2024-04-01", ("2024-02", "2024-03")),
        ("2024-05-01", ("2024-02", "2024-03", "2024-04")),
    ],
)
def test_an_older_line_corrects_its_month_and_reports_no_more_than_a_quarter(
    oldest: str, missing: tuple[str, ...]
) -> None:
    sender = Sender().sends("2024-02-05", "2024-01-31").sends("2024-07-03", oldest, "2024-06-28")
    assert sender.card("2024-01", "2024-06", date(2024, 9, 6)).missing_months == missing


def test_a_distributor_that_never_sent_anything_misses_nothing_and_an_unknown_one_is_not_found() -> None:
    card = Sender().card("2024-01", "2024-02")
    assert ([one.standing for one in card.months], card.missing_months) == ([Reported.BEFORE_FIRST_REPORT] * 2, ())
    unknown = Sender()
    unknown.world.lookups.distributors.clear()
    with pytest.raises(NotFound):
        unknown.card("2024-01", "2024-02")


def test_a_report_that_comes_a_year_late_ends_a_missing_month() -> None:
    sender = Sender().sends("2024-03-05", "2024-02-29").sends("2025-05-20", "2024-03-31")
    march = sender.of("2024-03")
    assert (march.standing, march.score.late, march.late_reports[0].days_late) == (Reported.REPORTED, 1, 410)


@pytest.mark.parametrize(("received", "standing"), [("2026-03-31", "reported"), ("2026-04-01", "missing")])
def test_what_comes_more_than_two_years_after_its_month_is_not_read_however_much_that_is(
    received: str, standing: str
) -> None:
    sender = Sender().sends("2024-03-05", "2024-02-29").sends(received, "2024-03-31")
    assert sender.of("2024-03", date(2026, 6, 1)).standing == standing


# -- lines and files


def test_lines_are_counted_by_outcome_and_their_shares_are_rounded_half_up() -> None:
    sender = Sender()
    sender.world.clock.day = date(2024, 5, 5)
    lines = [line(line_number=n) for n in range(1, 4)]
    sender.world.play([*lines, line(line_number=4, sku="none"), line(line_number=5, country="UK"), lines[0]])
    score = sender.of("2024-04").score
    assert (score.lines, score.held, score.rejected, score.duplicate) == (6, 1, 1, 1)
    assert score.held_share == score.rejected_share == score.duplicate_share == Decimal("16.67")


def test_a_share_of_nothing_is_none() -> None:
    score = Sender().of("2024-04").score
    assert (score.late_share, score.held_share, score.lines) == (None, None, 0)


def test_the_version_that_stands_is_counted_once_whatever_came_before() -> None:
    sender = Sender().sends("2024-05-05", "2024-04-30", report_id="R")
    sender.sends("2024-05-06", "2024-04-30", "2024-04-30", report_id="R")
    assert (sender.of("2024-04").score.reports, sender.of("2024-04").score.lines) == (1, 2)


def test_refused_files_count_in_the_month_in_which_they_came() -> None:
    sender = Sender().refused("2024-04-30", "A").refused("2024-05-01", "A").refused("2024-05-31", "B")
    card = sender.card("2024-04", "2024-06")
    assert [one.score.refused_files for one in card.months] == [1, 2, 0]
    assert (card.total.refused_files, card.total.reports) == (3, 0)


def test_a_refused_file_of_a_report_first_received_in_an_earlier_month_counts_too() -> None:
    sender = Sender().sends("2024-01-05", "2023-12-31", report_id="R").refused("2024-12-31", "R")
    assert sender.of("2024-12").score.refused_files == 1


def test_the_total_is_that_of_its_months() -> None:
    sender = Sender().sends("2024-03-05", "2024-02-29", "2024-02-01").sends("2024-04-09", "2024-03-31", country="UK")
    sender.sends("2024-05-05", "2024-04-30", sku="none").sends("2024-06-05", "2024-05-31").refused("2024-04-01", "X")
    card = sender.card("2024-02", "2024-04")
    names = ("reports", "on_time", "late", "lines", "held", "rejected", "duplicate", "refused_files")
    for name in names:
        assert getattr(card.total, name) == sum(getattr(one.score, name) for one in card.months), name
    assert (card.total.reports, card.total.lines, card.total.late) == (3, 4, 1)
    assert card.total.late_share == Decimal("33.33")


def test_every_number_says_how_it_is_counted() -> None:
    counted = {name for name in Score.model_fields if not name.endswith("_share") and name != "reports"}
    assert counted <= set(COUNTING)
    assert Sender().card("2024-01", "2024-01").counting == COUNTING


# -- the months asked for


def test_without_months_it_is_the_last_twelve_up_to_todays() -> None:
    card = Sender().card(on=date(2024, 3, 31))
    assert (card.first_month, card.last_month, len(card.months)) == ("2023-04", "2024-03", 12)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [("2024-01", "2024-12", 12), ("2024-02", None, 12), (None, "2024-02", 12), ("2024-02", "2024-02", 1)],
)
def test_up_to_twelve_months_are_scored(first: str | None, last: str | None, months: int) -> None:
    assert len(Sender().card(first, last).months) == months


@pytest.mark.parametrize(
    ("first", "last"), [("2024-01", "2025-01"), ("2024-03", "2024-02"), ("2024-13", None), ("x", None)]
)
def test_other_months_are_refused(first: str, last: str | None) -> None:
    with pytest.raises(InvalidValue):
        Sender().card(first, last)


def test_a_month_before_the_rulebook_has_no_due_day() -> None:
    with pytest.raises(NotInForce):
        Sender().card("2021-12", "2022-01")
