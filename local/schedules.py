"""The schedules of the deployed template, and what EventBridge Scheduler sends when one is due. Pure."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from local.folder import PlayRefused

_CRON = re.compile(r"cron\(([^)]+)\)")
_ANY_WEEKDAY_AND_YEAR = (["?", "*"], ["*", "*"])
_HIGHEST = {"day": 31, "month": 12}
NOON = time(12)
"""What fires before it does so before anything of its day is handed in; the rest when the day is done (UTC)."""
_SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
_SCHEDULE_ARN = "<aws.scheduler.schedule-arn>"


@dataclass(frozen=True, slots=True)
class Schedule:
    """One enabled schedule: at `at` (UTC) on the days and months given, `function` gets an event."""

    name: str
    arn: str
    function: str
    at: time
    days: frozenset[int]
    months: frozenset[int]
    template_input: str | None = None

    @property
    def is_early(self) -> bool:
        """Whether it fires in the morning, before anything of the day is handed in."""
        return self.at < NOON

    def is_due_on(self, day: date) -> bool:
        """Whether it fires on a day (UTC)."""
        return day.day in self.days and day.month in self.months

    def event(self, day: date) -> dict[str, Any]:
        """The event of that day, as EventBridge Scheduler sends it."""
        moment = datetime.combine(day, self.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if self.template_input is not None:
            text = self.template_input.replace(_SCHEDULED_TIME, moment).replace(_SCHEDULE_ARN, self.arn)
            given: dict[str, Any] = json.loads(text)
            return given
        return {
            "version": "0",
            "id": f"{self.name}-{day}",
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": self.arn.split(":")[4],
            "region": self.arn.split(":")[3],
            "time": moment,
            "resources": [self.arn],
            "detail": "{}",
        }


def schedule_from(described: Mapping[str, Any]) -> Schedule:
    """A schedule from the answer of `scheduler:GetSchedule`. Raises `PlayRefused` for one that is not by the day."""
    found = _CRON.fullmatch(described["ScheduleExpression"])
    fields = found[1].split() if found else []
    if (
        len(fields) != 6
        or described.get("ScheduleExpressionTimezone", "UTC") != "UTC"
        or fields[4:] not in _ANY_WEEKDAY_AND_YEAR
    ):
        raise PlayRefused(
            f"schedule {described['Name']}: {described['ScheduleExpression']} is no daily cron expression in UTC"
        )
    minute, hour, day, month = fields[:4]
    return Schedule(
        name=described["Name"],
        arn=described["Arn"],
        function=described["Target"]["Arn"],
        at=time(_whole(hour, 23), _whole(minute, 59)),
        days=_numbers(day, "day"),
        months=_numbers(month, "month"),
        template_input=described["Target"].get("Input"),
    )


def _whole(text: str, highest: int) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", text) or int(text) > highest:
        raise PlayRefused(f"a schedule fires at a whole minute and hour, not at {text!r}")
    return int(text)


def _numbers(text: str, field: str) -> frozenset[int]:
    highest = _HIGHEST[field]
    if text in ("*", "?"):
        return frozenset(range(1, highest + 1))
    return frozenset(_whole(part, highest) for part in text.split(","))


def due_on(schedules: Iterable[Schedule], day: date) -> list[Schedule]:
    """Those that fire on a day, in order of time and name."""
    return sorted((item for item in schedules if item.is_due_on(day)), key=lambda item: (item.at, item.name))
