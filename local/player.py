"""Plays a folder on the embedded stack: moves the program's clock day by day, uploads, and fires what is due."""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Protocol

from local.acts import Act, ActKind
from local.bank import RunnersBank
from local.folder import PlayRefused
from local.payment_desk import desk_on
from local.perform import Performer
from local.plan import Plan, Upload
from local.schedules import Schedule, due_on, schedule_from
from local.stack import EmbeddedStack
from partner_program.adapters.clock import SandboxClock, SystemClock
from partner_program.adapters.rulebook_source import RulebookSource
from partner_program.adapters.table import Table
from partner_program.rulebook import Rulebook, RulebookInvalid, UnknownEdition, load_rulebook
from partner_program.use_cases.operate import move_clock, set_rulebook
from partner_program.values.errors import ProgramError
from partner_program.values.periods import days_between


class PlayFailed(Exception):
    """The engine failed on the way; the message says on which day, and where to look."""


LEFT_SOMETHING = frozenset({"AccrualsFailed", "BatchesStuck"})
"""Errors of scheduled functions that have done all they could: one account or batch ends nobody's play."""


class Watcher(Protocol):
    """Who wants to see how the play goes on."""

    def day(self, day: date, doing: str) -> None:
        """A day begins, or something on it."""
        ...

    def uploaded(self, upload: Upload) -> None:
        """An object was put and everything that follows from it is done."""
        ...


@dataclass
class Timing:
    """Seconds spent on each kind of work, for the summary."""

    seconds: dict[str, float] = field(default_factory=dict)

    def of(self, kind: str) -> AbstractContextManager[None]:
        """Adds the time of a `with` block to a kind."""
        return _Stopwatch(self.seconds, kind)


@dataclass
class _Stopwatch(AbstractContextManager[None]):
    seconds: dict[str, float]
    kind: str
    started: float = 0.0

    def __enter__(self) -> None:
        self.started = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self.seconds[self.kind] = self.seconds.get(self.kind, 0.0) + time.monotonic() - self.started


def checked_rulebook(edition: str, owner_text: str | None) -> Rulebook:
    """The rulebook that will decide. Raises `PlayRefused` with every mistake, before anything is started."""
    try:
        return load_rulebook(edition, owner_text)
    except (RulebookInvalid, UnknownEdition) as invalid:
        raise PlayRefused(f"the rulebook cannot be used:\n{invalid}") from invalid


@dataclass
class Player:
    """One play on a stack that stands. `owner_text` is the owner's rulebook file, already checked."""

    stack: EmbeddedStack
    plan: Plan
    rulebook: Rulebook
    owner_text: str | None
    watcher: Watcher
    timing: Timing = field(default_factory=Timing)
    failures: dict[str, list[date]] = field(default_factory=dict, init=False)
    """What a scheduled function could not do for one account or batch while all others were done; on which days."""
    _pays: bool = field(default=False, init=False)
    """Whether anything was approved yet: before that there is nothing for the bank to look for."""

    def play(self) -> None:
        """Play every day of the plan. Raises `PlayFailed` when the engine gives something up."""
        clock = self._clock
        if self.owner_text is not None:
            set_rulebook(RulebookSource(self._program), self.rulebook.edition, self.owner_text)
        schedules = self._schedules()
        for day in days_between(self.plan.start, self.plan.through):
            with self.timing.of("clock"):
                move_clock(clock, day, sandbox=True)
            self._play_day(day, due_on(schedules, day))

    def _play_day(self, day: date, due: Sequence[Schedule]) -> None:
        self.watcher.day(day, "")
        uploads = self.plan.days.get(day)
        answers = self._bank.answers(day)
        released = self._fire_all([schedule for schedule in due if schedule.is_early], day)
        self._upload(day, "bank", answers)
        if uploads:
            self._upload(day, "records", uploads.records)
            self._upload(day, "reports", uploads.reports)
            self._do(day, uploads.acts)
        self._fire_all([schedule for schedule in due if not schedule.is_early], day)
        if self._pays and released:
            self._bank.look()
        if uploads or answers or day == self.plan.through:
            self._check_dead_letters(day)

    def _upload(self, day: date, what: str, uploads: Sequence[Upload]) -> None:
        """One after the other, each until all is quiet: so the same folder always ends in the same outcomes."""
        for upload in uploads:
            self.watcher.day(day, upload.key)
            with self.timing.of(what):
                self.stack.s3.put_object(Bucket=self.stack.outputs["UploadsBucket"], Key=upload.key, Body=upload.body())
                self.stack.wait_until_quiet()
            if what != "bank":  # the folder has no part in it
                self.watcher.uploaded(upload)

    def _do(self, day: date, acts: Sequence[Act]) -> None:
        """What the owner does on the day, each act until all that follows from it is done."""
        for act in acts:
            self.watcher.day(day, act.kind)
            with self.timing.of("acts"):
                try:
                    self._perform(act)
                except ProgramError as refused:
                    raise PlayFailed(f"acts.csv row {act.row}: {act.kind} on {day}: {refused}") from refused
                self.stack.wait_until_quiet()
            self._pays |= act.kind is ActKind.APPROVE

    @cached_property
    def _bank(self) -> RunnersBank:
        return RunnersBank(self.stack.s3, self.stack.outputs["ResultsBucket"])

    @cached_property
    def _perform(self) -> Performer:
        """Made once, not for each act: clients take their time."""
        return Performer(self._program, self.rulebook, desk_on(self.stack, self.rulebook, self._clock), self._bank)

    @cached_property
    def _clock(self) -> SandboxClock:
        """The player's own test clock: what it is moved to, the desk's moments show."""
        return SandboxClock(self._program, SystemClock(self.rulebook.time_zone))

    @property
    def _program(self) -> Table:
        return Table(self.stack.dynamodb, self.stack.outputs["ProgramTable"])

    def _schedules(self) -> list[Schedule]:
        """The schedules of the deployed template."""
        scheduler = self.stack.scheduler
        pages = scheduler.get_paginator("list_schedules").paginate()
        names = sorted(found["Name"] for page in pages for found in page["Schedules"])
        described = [scheduler.get_schedule(Name=name) for name in names]
        return [schedule_from(one) for one in described if one.get("State", "ENABLED") == "ENABLED"]

    def _fire_all(self, schedules: Sequence[Schedule], day: date) -> bool:
        """One after the other, each until all that it started is done: in AWS there is an hour between them.

        Whether anything was started at all: payments are released in the morning, by one of them.
        """
        any_started = False
        for schedule in schedules:
            with self.timing.of("schedules"):
                started = self._fire(schedule, day)
            if started:
                any_started = True
                with self.timing.of("after schedules"):
                    self.stack.wait_until_quiet()
        return any_started

    def _fire(self, schedule: Schedule, day: date) -> bool:
        """Whether anything follows from it. Raises `PlayFailed`, but for what the function could do in part."""
        answer = self.stack.functions.invoke(
            FunctionName=schedule.function, Payload=json.dumps(schedule.event(day)).encode()
        )
        said = answer["Payload"].read()
        if answer.get("FunctionError"):
            left = left_undone(said)
            if left is None:
                raise PlayFailed(f"schedule {schedule.name} of {day} failed: {said.decode(errors='replace')}")
            self.failures.setdefault(f"{schedule.name}: {left}", []).append(day)
        return not sent_nothing(said)

    def _check_dead_letters(self, day: date) -> None:
        left = self.stack.dead_letters()
        if left:
            queues = ", ".join(f"{name.removesuffix('Url')}: {depth}" for name, depth in sorted(left.items()))
            raise PlayFailed(f"on {day} the engine gave up on messages ({queues}); its log: {self.stack.log}")


def left_undone(error: bytes) -> str | None:
    """What a function says that it could not do while it did the rest; None where it failed as a whole."""
    try:
        said = json.loads(error)
    except ValueError:
        return None
    if not isinstance(said, dict) or said.get("errorType") not in LEFT_SOMETHING:
        return None
    return f"{said['errorType']}: {said.get('errorMessage', '')}"


def failure_lines(failures: Mapping[str, Sequence[date]]) -> list[str]:
    """Each failure once, with the days on which it was met."""
    return [
        f"{what} on {days[0]}" + (f", and {len(days) - 1} times more until {days[-1]}" if days[1:] else "")
        for what, days in failures.items()
    ]


def sent_nothing(answer: bytes) -> bool:
    """Whether the answer of a scheduled function says that it sent no task, so that there is nothing to wait for.

    On most days nothing is due. An answer that says something else, or nothing, is waited for.
    """
    try:
        said = json.loads(answer)
    except ValueError:
        return False
    if not isinstance(said, dict) or not said.keys() & {"tasks", "phases"}:
        return False
    phases = said.get("phases", [])
    return said.get("tasks", 0) == 0 and isinstance(phases, list) and all(one.get("tasks") == 0 for one in phases)
