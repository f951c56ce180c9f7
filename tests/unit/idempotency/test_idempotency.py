"""An act under a key is done once and answered alike for ever, whatever broke off or came twice (B67)."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from partner_program.adapters.request_log import DynamoRequestLog
from partner_program.use_cases.idempotency import (
    Answer,
    Begun,
    KeyedRequest,
    KeyReused,
    Moment,
    RequestLog,
    keyed,
    run,
)
from partner_program.values.errors import NotFound
from tests.fakes.program_table import program_table
from tests.fakes.request_log import FakeRequestLog

pytestmark = pytest.mark.catalogue("B67")

FIRST = datetime(2024, 8, 14, 22, 30, tzinfo=UTC)
IBAN = "DE89370400440532013000"
DONE = Answer(status=201, headers={"ETag": '"2"'}, body='{"version":2}')


@pytest.fixture(params=["memory", "table"])
def log(request: pytest.FixtureRequest) -> Iterator[RequestLog]:
    if request.param == "memory":
        yield FakeRequestLog()
        return
    with program_table() as table:
        yield DynamoRequestLog(table)


def asked(
    key: str = "key-1", subject: str = "https://pool|anna", path: str = "/v1/payments/preparations",
    method: str = "POST", if_match: str = "", **body: object,
) -> KeyedRequest:  # fmt: skip
    return keyed(subject, key, method, path, body, if_match)


class Act:
    """Counts how often it is done and on whose moment; `fails` breaks off that many tries after the deed."""

    def __init__(self, fails: int = 0, answer: Answer = DONE) -> None:
        self.done: list[Begun] = []
        self.fails = fails
        self.answer = answer

    def __call__(self, begun: Begun) -> Answer:
        self.done.append(begun)
        if len(self.done) <= self.fails:
            raise RuntimeError("the process died")
        return self.answer


def at(moment: datetime, on: str = "2024-08-15") -> Callable[[], Moment]:
    return lambda: Moment(moment, date.fromisoformat(on))


def test_the_same_request_under_the_same_key_is_done_once_and_answered_to_the_letter(log: RequestLog) -> None:
    act = Act()
    answers = [run(log, asked(currency="EUR"), at(FIRST), act) for _ in range(3)]
    assert answers == [DONE] * 3
    assert len(act.done) == 1


def test_a_key_never_expires(log: RequestLog) -> None:
    act = Act()
    run(log, asked(), at(FIRST), act)
    assert run(log, asked(), at(FIRST + timedelta(days=3650), "2034-08-12"), act) == DONE
    assert len(act.done) == 1


@pytest.mark.parametrize(
    "other",
    [
        asked(currency="USD"),
        asked(),
        asked(currency="EUR", path="/v1/payments/batches/b/approve"),
        asked(currency="EUR", method="PUT"),
        asked(currency="EUR", if_match='"3"'),
    ],
    ids=["another value", "less", "another path", "another method", "another version"],
)
def test_the_same_key_with_another_request_is_refused_and_nothing_is_done(log: RequestLog, other: KeyedRequest) -> None:
    act = Act()
    run(log, asked(currency="EUR"), at(FIRST), act)
    with pytest.raises(KeyReused):
        run(log, other, at(FIRST), act)
    assert len(act.done) == 1
    assert run(log, asked(currency="EUR"), at(FIRST), act) == DONE, "the first one stands"


def test_the_order_of_names_in_a_body_says_nothing() -> None:
    one = keyed("s", "k", "POST", "/p", {"a": "1", "b": {"c": "2", "d": "3"}}, "")
    assert keyed("s", "k", "POST", "/p", {"b": {"d": "3", "c": "2"}, "a": "1"}, "") == one


def test_keys_of_different_callers_have_nothing_to_do_with_each_other(log: RequestLog) -> None:
    act = Act()
    run(log, asked(currency="EUR"), at(FIRST), act)
    run(log, asked(subject="https://pool|boris", currency="USD"), at(FIRST), act)
    assert [begun.request.subject for begun in act.done] == ["https://pool|anna", "https://pool|boris"]
    assert len({begun.name for begun in act.done}) == 2


def test_what_began_without_an_answer_runs_again_as_of_its_first_try(log: RequestLog) -> None:
    act = Act(fails=2)
    for day in range(2):
        with pytest.raises(RuntimeError):
            run(log, asked(), at(FIRST + timedelta(days=day), f"2024-08-{15 + day}"), act)
    assert run(log, asked(), at(FIRST + timedelta(days=9), "2024-08-24"), act) == DONE
    assert {(begun.begun_at, begun.begun_on) for begun in act.done} == {(FIRST, date(2024, 8, 15))}
    assert len({begun.name for begun in act.done}) == 1
    run(log, asked(), at(FIRST), act)
    assert len(act.done) == 3


def test_an_unanswered_request_keeps_its_key_from_others(log: RequestLog) -> None:
    with pytest.raises(RuntimeError):
        run(log, asked(), at(FIRST), Act(fails=1))
    with pytest.raises(KeyReused):
        run(log, asked(currency="EUR"), at(FIRST), Act())


def missing(_: Begun) -> Answer:
    raise NotFound("there is no batch")


def refuses(error: Exception) -> bool:
    return isinstance(error, NotFound)


def test_a_refusal_leaves_nothing_and_its_key_is_free_for_the_mended_request(log: RequestLog) -> None:
    with pytest.raises(NotFound):
        run(log, asked(), at(FIRST), missing, refuses)
    assert log.find(asked()) is None
    act = Act()
    assert run(log, asked(currency="EUR"), at(FIRST), act, refuses) == DONE
    assert run(log, asked(currency="EUR"), at(FIRST), act, refuses) == DONE
    assert len(act.done) == 1


def test_who_is_refused_is_told_so_even_where_the_key_cannot_be_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    log = FakeRequestLog()
    lost: list[Exception] = []
    away = ConnectionError("the table is away")

    def failing(_: Begun) -> None:
        raise away

    monkeypatch.setattr(log, "forget", failing)
    with pytest.raises(NotFound):
        run(log, asked(), at(FIRST), missing, refuses, lost.append)
    assert lost == [away]
    with pytest.raises(NotFound):
        run(log, asked(), at(FIRST), missing, refuses)
    with pytest.raises(KeyReused):
        run(log, asked(currency="EUR"), at(FIRST), Act(), refuses)


def test_an_error_that_is_no_refusal_keeps_the_key_and_the_moment(log: RequestLog) -> None:
    with pytest.raises(RuntimeError):
        run(log, asked(), at(FIRST), Act(fails=1), refuses)
    assert log.find(asked()) is not None


def test_a_refused_twin_does_not_take_away_the_answer_of_the_other(log: RequestLog) -> None:
    def slow(_: Begun) -> Answer:
        with pytest.raises(NotFound):
            run(log, asked(), at(FIRST), missing, refuses)
        return DONE

    assert run(log, asked(), at(FIRST), slow, refuses) == DONE

    def overtaken(_: Begun) -> Answer:
        run(log, asked("key-2"), at(FIRST), Act(), refuses)
        raise NotFound("there is none any more")

    with pytest.raises(NotFound):
        run(log, asked("key-2"), at(FIRST), overtaken, refuses)
    assert run(log, asked("key-2"), at(FIRST), missing, refuses) == DONE


def test_a_refusal_after_a_try_that_broke_off_frees_no_key(log: RequestLog) -> None:
    """The broken off try may have done it: another request under its name would be taken for it."""
    with pytest.raises(RuntimeError):
        run(log, asked(), at(FIRST), Act(fails=1), refuses)
    with pytest.raises(NotFound):
        run(log, asked(), at(FIRST), missing, refuses)
    with pytest.raises(KeyReused):
        run(log, asked(currency="EUR"), at(FIRST), Act(), refuses)
    assert run(log, asked(), at(FIRST), Act(), refuses) == DONE


@pytest.mark.parametrize("is_answered", [False, True])
def test_a_slow_twin_takes_nothing_from_the_request_that_has_the_key_by_now(log: RequestLog, is_answered: bool) -> None:
    """Both of one request at once, the first is refused, and another request takes the free key."""
    other = asked(currency="EUR")
    done = Answer(status=201, body="other")

    def taken_over(begun: Begun) -> Answer:
        log.forget(begun)
        if is_answered:
            run(log, other, at(FIRST + timedelta(days=1)), Act(answer=done), refuses)
        else:
            log.begin(Begun(request=other, begun_at=FIRST + timedelta(days=1), begun_on=date(2024, 8, 16)))
        return DONE

    assert run(log, asked(), at(FIRST), taken_over, refuses) == DONE
    found = log.find(other)
    assert found is not None
    assert (found.request, found.answer) == (other, done if is_answered else None)
    log.forget(Begun(request=asked(), begun_at=FIRST, begun_on=date(2024, 8, 15)))
    assert log.find(other) == found


def test_two_at_once_are_both_answered_what_the_faster_one_was(log: RequestLog) -> None:
    slow = Answer(status=200, body="slow")

    def overtaken(_: Begun) -> Answer:
        assert run(log, asked(), at(FIRST), Act()) == DONE
        return slow

    assert run(log, asked(), at(FIRST), overtaken) == DONE
    assert run(log, asked(), at(FIRST), Act()) == DONE


def test_two_first_tries_at_once_share_one_moment() -> None:
    log, act = FakeRequestLog(), Act()
    log.rival = lambda: run(log, asked(), at(FIRST), Act(fails=0, answer=Answer(status=500)))
    run(log, asked(), at(FIRST + timedelta(days=1), "2024-08-16"), act)
    assert [begun.begun_at for begun in act.done] == [FIRST]


def test_two_first_tries_at_once_with_different_requests_do_only_one() -> None:
    log, act, other = FakeRequestLog(), Act(), Act()
    log.rival = lambda: run(log, asked(currency="EUR"), at(FIRST), other)
    with pytest.raises(KeyReused):
        run(log, asked(currency="USD"), at(FIRST), act)
    assert (len(act.done), len(other.done)) == (0, 1)


@pytest.mark.catalogue("B71")
def test_the_log_holds_neither_key_nor_what_was_asked() -> None:
    with program_table() as table:
        log = DynamoRequestLog(table)
        request = asked("a secret key", number=IBAN)
        run(log, request, at(FIRST), Act())
        kept = str(table.get("IDEMPOTENCY#https://pool|anna", request.place))
    assert "IDEMPOTENCY#https://pool|anna" in kept
    assert "a secret key" not in kept
    assert IBAN not in kept


def test_what_was_asked_cannot_be_tried_out_without_the_key() -> None:
    assert asked("one", number=IBAN).digest != asked("other", number=IBAN).digest


def test_the_name_and_the_place_of_a_request_are_ids() -> None:
    request = asked()
    for text in (request.name, request.place):
        assert len(text) == 64
        assert set(text) <= set("0123456789abcdef")


def test_two_requests_under_one_key_have_one_place_and_never_one_name() -> None:
    """What one of them has done is not taken for the other's, should the key have become free in between."""
    one, other = asked(currency="EUR"), asked(currency="USD")
    assert one.place == other.place
    assert one.name != other.name
    assert asked(currency="EUR").name == one.name
    assert len({asked("a").name, asked("b").name, asked("a", subject="s").name}) == 3


@pytest.mark.catalogue("F28")
def test_an_answer_that_was_kept_twice_is_the_first_one(log: RequestLog) -> None:
    request = asked()
    begun = log.begin(Begun(request=request, begun_at=FIRST, begun_on=date(2024, 8, 15)))
    assert log.keep(begun, DONE) == DONE
    assert log.keep(begun, DONE) == DONE
    assert log.keep(begun, Answer(status=200, body="other")) == DONE
    found = log.find(request)
    assert found is not None
    assert (found.answer, found.begun_at) == (DONE, FIRST)
