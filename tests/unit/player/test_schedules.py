"""Schedules as deployed, and the event that each sends on its day."""

from datetime import date

import pytest

from local.folder import PlayRefused
from local.schedules import due_on, schedule_from

ARN = "arn:aws:scheduler:eu-central-1:123456789012:schedule/default/nightly"


def described(expression: str, **more: str) -> dict[str, object]:
    return {
        "Name": "nightly",
        "Arn": ARN,
        "ScheduleExpression": expression,
        "Target": {"Arn": "arn:aws:lambda:eu-central-1:123456789012:function:f", **more},
    }


def test_a_daily_schedule_is_due_every_day_and_sends_what_the_scheduler_sends() -> None:
    nightly = schedule_from(described("cron(45 21 * * ? *)"))
    assert all(nightly.is_due_on(day) for day in (date(2024, 2, 29), date(2024, 12, 31)))
    assert nightly.event(date(2024, 2, 29)) == {
        "version": "0",
        "id": "nightly-2024-02-29",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "123456789012",
        "region": "eu-central-1",
        "time": "2024-02-29T21:45:00Z",
        "resources": [ARN],
        "detail": "{}",
    }


def test_an_input_of_the_template_is_sent_with_the_schedules_own_time() -> None:
    given = '{"time": "<aws.scheduler.scheduled-time>", "job": "quarter_end"}'
    own = schedule_from(described("cron(5 0 * * ? *)", Input=given))
    assert own.event(date(2024, 1, 1)) == {"time": "2024-01-01T00:05:00Z", "job": "quarter_end"}


def test_days_and_months_are_kept() -> None:
    closing = schedule_from(described("cron(0 6 1,15 1,7 ? *)"))
    days = (date(2024, 1, 1), date(2024, 7, 15), date(2024, 7, 16), date(2024, 2, 1))
    assert [day for day in days if closing.is_due_on(day)] == [date(2024, 1, 1), date(2024, 7, 15)]


def test_schedules_of_a_day_fire_by_time_of_day() -> None:
    late, early = schedule_from(described("cron(45 21 * * ? *)")), schedule_from(described("cron(0 4 * * ? *)"))
    never = schedule_from(described("cron(0 4 2 * ? *)"))
    assert due_on([late, never, early], date(2024, 1, 1)) == [early, late]


@pytest.mark.parametrize(
    ("expression", "early"), [("cron(0 0 * * ? *)", True), ("cron(59 11 * * ? *)", True), ("cron(0 12 * * ? *)", False)]
)
def test_a_schedule_before_noon_is_an_early_one(expression: str, early: bool) -> None:
    assert schedule_from(described(expression)).is_early is early


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 day)",
        "cron(0 4 * * MON *)",
        "cron(0/5 * * * ? *)",
        "cron(60 4 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 4 32 * ? *)",
        "cron(0 4)",
    ],
)
def test_what_the_player_cannot_replay_by_the_day_is_refused(expression: str) -> None:
    with pytest.raises(PlayRefused):
        schedule_from(described(expression))


def test_a_schedule_in_another_time_zone_than_utc_is_refused() -> None:
    with pytest.raises(PlayRefused, match="UTC"):
        schedule_from({**described("cron(45 21 * * ? *)"), "ScheduleExpressionTimezone": "Europe/Berlin"})
