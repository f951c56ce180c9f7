"""The player on a stack that only writes down what it is asked for."""

import io
import json
from dataclasses import replace
from datetime import date
from typing import Any, cast

import pytest

from local.acts import Act, ActKind
from local.bank import RunnersBank
from local.folder import PlayRefused
from local.perform import Performer
from local.plan import DayPlan, Plan, Upload
from local.player import Player, PlayFailed, checked_rulebook, failure_lines
from local.stack import EmbeddedStack
from partner_program.rulebook import load_rulebook
from partner_program.values.errors import NotFound

FIRST, SECOND = date(2022, 9, 29), date(2022, 9, 30)
SCHEDULES = {
    "nightly": ("cron(45 21 * * ? *)", "quarter_end"),
    "noon": ("cron(0 12 30 * ? *)", "at_noon"),
    "early": ("cron(15 2 * * ? *)", "certification_expiry"),
}


FAILED = b'{"errorMessage": "no clock"}'


class RecordingStack:
    """Plays every part of the stack's interface that the player uses."""

    def __init__(
        self, *, fails: bool = False, error: bytes = FAILED, dead: dict[str, int] | None = None, state: str = "ENABLED",
        answers: dict[str, bytes] | None = None,
    ) -> None:  # fmt: skip
        self.answers = answers or {}
        self.said: list[str] = []
        self.outputs = {"ProgramTable": "program", "UploadsBucket": "uploads", "ResultsBucket": "results",
                        "PaymentsTable": "payments", "BankDetailsTable": "banks", "BankDetailsKey": "key"}  # fmt: skip
        self.dynamodb = self.kms = self.s3 = self.functions = self.scheduler = self
        self.log = "the log"
        self._error, self._fails, self._dead, self._state = error, fails, dead or {}, state

    def put_item(self, **request: Any) -> None:
        item = request["Item"]
        self.said.append(f"{item['sk']['S']} {item['today' if 'today' in item else 'body']['S']}")

    def put_object(self, **request: Any) -> None:
        self.said.append(f"put {request['Key']} {request['Body'].decode()}")

    def wait_until_quiet(self) -> None:
        self.said.append("quiet")

    def get_paginator(self, _name: str) -> "RecordingStack":
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"Schedules": [{"Name": name} for name in SCHEDULES]}]

    def get_schedule(self, **request: Any) -> dict[str, Any]:
        expression, function = SCHEDULES[request["Name"]]
        return {
            "Name": request["Name"],
            "Arn": f"arn:aws:scheduler:eu-central-1:111122223333:schedule/default/{request['Name']}",
            "ScheduleExpression": expression,
            "State": self._state,
            "Target": {"Arn": function, "Input": '{"scheduled_time":"<aws.scheduler.scheduled-time>"}'},
        }

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.said.append(f"invoke {request['FunctionName']} {json.loads(request['Payload'])['scheduled_time']}")
        if self._fails:
            return {"Payload": io.BytesIO(self._error), "FunctionError": "Unhandled"}
        return {"Payload": io.BytesIO(self.answers.get(request["FunctionName"], b"null"))}

    def dead_letters(self) -> dict[str, int]:
        return self._dead


class Silent:
    def __init__(self) -> None:
        self.uploads: list[str] = []

    def day(self, day: date, doing: str) -> None:
        pass

    def uploaded(self, upload: Upload) -> None:
        self.uploads.append(upload.key)


PLAN = Plan(
    FIRST,
    SECOND,
    {FIRST: DayPlan((Upload("records/sites/a.csv", b"S", 1),), (Upload("pos/D1/R.csv", b"R", 1),))},
)


def player(stack: RecordingStack, owner_text: str | None = None, plan: Plan = PLAN) -> Player:
    return Player(cast(EmbeddedStack, stack), plan, load_rulebook(), owner_text, Silent())


def test_a_day_is_clock_morning_schedules_records_reports_and_the_other_schedules_each_until_quiet() -> None:
    stack = RecordingStack()
    played = player(stack)
    played.play()
    assert stack.said == [
        "CLOCK 2022-09-29",
        "invoke certification_expiry 2022-09-29T02:15:00Z",
        "quiet",
        "put records/sites/a.csv S",
        "quiet",
        "put pos/D1/R.csv R",
        "quiet",
        "invoke quarter_end 2022-09-29T21:45:00Z",
        "quiet",
        "CLOCK 2022-09-30",
        "invoke certification_expiry 2022-09-30T02:15:00Z",
        "quiet",
        "invoke at_noon 2022-09-30T12:00:00Z",
        "quiet",
        "invoke quarter_end 2022-09-30T21:45:00Z",
        "quiet",
    ]
    assert cast(Silent, played.watcher).uploads == ["records/sites/a.csv", "pos/D1/R.csv"]
    assert set(played.timing.seconds) == {"clock", "records", "reports", "schedules", "after schedules"}


@pytest.mark.parametrize(
    ("review", "quarter", "waits"),
    [
        (b'{"tasks": 0, "accounts": 0}', b'{"phases": []}', 0),
        (b'{"tasks": 1, "accounts": 1}', b'{"phases": []}', 1),
        (b'{"tasks": 0}', b'{"phases": [{"phase": "END", "tasks": 0}]}', 0),
        (b'{"tasks": 0}', b'{"phases": [{"phase": "END", "tasks": 0}, {"phase": "CLOSE", "tasks": 20}]}', 1),
        (b'{"accounts": 0}', b'{"phases": []}', 1),
        (b"null", b'{"phases": []}', 1),
        (b"not JSON", b'{"phases": []}', 1),
    ],
)
def test_after_schedules_that_sent_nothing_there_is_nothing_to_wait_for(
    review: bytes, quarter: bytes, waits: int
) -> None:
    stack = RecordingStack(answers={"certification_expiry": review, "quarter_end": quarter})
    player(stack, plan=Plan(FIRST, FIRST, {})).play()
    assert stack.said.count("quiet") == waits


def test_the_owners_rulebook_is_set_before_the_first_day() -> None:
    stack = RecordingStack()
    player(stack, '"revenue_threshold.*" = 0').play()
    assert stack.said[:2] == ['RULEBOOK "revenue_threshold.*" = 0', "CLOCK 2022-09-29"]


def test_a_schedule_that_is_switched_off_does_not_fire() -> None:
    stack = RecordingStack(state="DISABLED")
    player(stack).play()
    assert not [said for said in stack.said if said.startswith("invoke")]


def test_a_failing_schedule_ends_the_play_with_the_day_and_the_error() -> None:
    with pytest.raises(PlayFailed, match=r"2022-09-29 failed: .*no clock"):
        player(RecordingStack(fails=True)).play()


@pytest.mark.catalogue("F47")
@pytest.mark.parametrize("kind", ["AccrualsFailed", "BatchesStuck"])
def test_what_a_schedule_left_undone_is_told_once_and_the_play_goes_on(kind: str) -> None:
    error = json.dumps({"errorType": kind, "errorMessage": "not complete: 2022-08"}).encode()
    played = player(RecordingStack(fails=True, error=error))
    played.play()
    assert failure_lines(played.failures) == [
        f"early: {kind}: not complete: 2022-08 on 2022-09-29, and 1 times more until 2022-09-30",
        f"nightly: {kind}: not complete: 2022-08 on 2022-09-29, and 1 times more until 2022-09-30",
        f"noon: {kind}: not complete: 2022-08 on 2022-09-30",
    ]


@pytest.mark.parametrize("error", [b'{"errorType": "KeyError", "errorMessage": "x"}', b"[]", b"not JSON"])
def test_any_other_error_of_a_schedule_ends_the_play(error: bytes) -> None:
    with pytest.raises(PlayFailed, match="2022-09-29 failed"):
        player(RecordingStack(fails=True, error=error)).play()


def test_a_message_in_a_dead_letter_queue_ends_the_play_with_the_day_and_the_queue() -> None:
    with pytest.raises(PlayFailed, match=r"on 2022-09-29 .*SalesDeadLetterQueue: 2.*the log"):
        player(RecordingStack(dead={"SalesDeadLetterQueueUrl": 2})).play()


ACT = Act(2, FIRST, ActKind.RESTATE, 2021, "ann", "late", "P1-DE")


def test_the_owner_acts_after_the_days_uploads_and_before_its_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = RecordingStack()
    monkeypatch.setattr(Performer, "__call__", lambda _, act: stack.said.append(f"act {act.kind} {act.account_id}"))
    of_the_day = replace(PLAN.days[FIRST], acts=(ACT,))
    player(stack, plan=replace(PLAN, days={FIRST: of_the_day})).play()
    said = stack.said[: stack.said.index("CLOCK 2022-09-30")]
    assert said[-6:] == ["put pos/D1/R.csv R", "quiet", "act restate P1-DE", "quiet", said[-2], "quiet"]
    assert said[-2].startswith("invoke quarter_end")


def test_the_bank_looks_once_something_was_approved_and_answers_in_the_morning_of_the_next_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stack = RecordingStack()
    due: list[Upload] = []

    def look(_: RunnersBank) -> None:
        stack.said.append("look")
        due.append(Upload("bank-status/B.xml", b"ACSC", 1))

    def answers(_: RunnersBank, on: date) -> tuple[Upload, ...]:
        taken = tuple(due)
        due.clear()
        return taken

    monkeypatch.setattr(RunnersBank, "look", look)
    monkeypatch.setattr(RunnersBank, "answers", answers)
    monkeypatch.setattr(Performer, "__call__", lambda _, act: stack.said.append(f"act {act.kind}"))
    approve = replace(ACT, kind=ActKind.APPROVE)
    uploads = (Upload("records/sites/b.csv", b"T", 1),)
    played = player(stack, plan=Plan(FIRST, SECOND, {FIRST: DayPlan(acts=(approve,)), SECOND: DayPlan(uploads)}))
    played.play()
    said = [one for one in stack.said if one != "quiet" and not one.startswith("invoke")]
    assert said == [
        "CLOCK 2022-09-29", "act approve_payments", "look",
        "CLOCK 2022-09-30", "put bank-status/B.xml ACSC", "put records/sites/b.csv T", "look",
    ]  # fmt: skip
    assert (
        stack.said.index("put bank-status/B.xml ACSC")
        > [place for place, one in enumerate(stack.said) if one.startswith("invoke certification_expiry")][1]
    )
    assert cast(Silent, played.watcher).uploads == ["records/sites/b.csv"]
    stack.said.clear()
    player(stack, plan=PLAN).play()
    assert "look" not in stack.said


@pytest.mark.parametrize(("tasks", "looks"), [(0, 0), (1, 2)])
def test_the_bank_looks_only_on_days_on_which_the_morning_has_done_something(
    monkeypatch: pytest.MonkeyPatch, tasks: int, looks: int
) -> None:
    stack = RecordingStack(answers={"certification_expiry": b'{"tasks": %d}' % tasks})
    monkeypatch.setattr(RunnersBank, "look", lambda _: stack.said.append("look"))
    monkeypatch.setattr(Performer, "__call__", lambda *_: None)
    approve = DayPlan(acts=(replace(ACT, kind=ActKind.APPROVE),))
    player(stack, plan=Plan(FIRST, SECOND, {FIRST: approve})).play()
    assert stack.said.count("look") == looks


def test_an_act_that_the_engine_refuses_ends_the_play_with_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise NotFound("no frozen revenue")

    monkeypatch.setattr(Performer, "__call__", refused)
    plan = replace(PLAN, days={FIRST: DayPlan(acts=(ACT,))})
    with pytest.raises(PlayFailed, match=r"acts\.csv row 2: restate on 2022-09-29: no frozen revenue"):
        player(RecordingStack(), plan=plan).play()


@pytest.mark.parametrize("text", ["not toml", '"revenue_threshold.EMEA.EUR.premier" = 1'])
def test_a_rulebook_that_cannot_be_used_is_refused_before_anything_starts(text: str) -> None:
    with pytest.raises(PlayRefused, match="rulebook"):
        checked_rulebook("guide-2022", text)
    with pytest.raises(PlayRefused, match="rulebook"):
        checked_rulebook("no-such-edition", None)
