"""The payment function asked to release a batch: each of its refusals is ours, and silence means ask again."""

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from partner_program.adapters.payment_run import LambdaPaymentRun
from partner_program.domain.payments.people import Actor, Role
from partner_program.handler_support import refusal
from partner_program.use_cases.ask_release import ReleaseNotFinished
from partner_program.use_cases.release_payments import REFUSALS
from partner_program.values.errors import ProgramError

BY = Actor(person="anna", role=Role.FINANCE)


class Lambda:
    """Answers once, or not at all."""

    def __init__(self, answer: object = None, error: str | None = None, fails: Exception | None = None) -> None:
        self.answer, self.error, self.fails = answer, error, fails
        self.asked: list[dict[str, Any]] = []

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803  # the API's own names
        self.asked.append({"function": FunctionName} | json.loads(Payload))
        if self.fails:
            raise self.fails
        answer: dict[str, Any] = {"Payload": io.BytesIO(json.dumps(self.answer).encode())}
        return answer | ({"FunctionError": self.error} if self.error else {})


def release(client: Any) -> None:
    LambdaPaymentRun(client, "payment-run").release("20240814-EUR-01", BY)


def answered(code: str, status: int) -> ClientError:
    """What Lambda itself says, of no run of the function."""
    metadata: Any = {"HTTPStatusCode": status}
    return ClientError({"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": metadata}, "Invoke")


@pytest.mark.parametrize(("code", "status"), [("AccessDeniedException", 403), ("ResourceNotFoundException", 404)])
def test_what_waiting_does_not_mend_is_a_fault_of_ours(code: str, status: int) -> None:
    with pytest.raises(ClientError):
        release(Lambda(fails=answered(code, status)))


def test_it_is_told_the_batch_and_the_person() -> None:
    client = Lambda({"batch_id": "20240814-EUR-01", "status": "released"})
    release(client)
    by = {"person": "anna", "role": "finance"}
    assert client.asked == [{"function": "payment-run", "release": "20240814-EUR-01", "by": by}]


@pytest.mark.parametrize("kind", REFUSALS)
def test_what_the_function_refuses_is_refused_here_with_its_words(kind: type[ProgramError]) -> None:
    with pytest.raises(kind, match=r"^because of this$") as refused:
        release(Lambda(refusal(kind("because of this"))))
    assert type(refused.value) is kind


@pytest.mark.parametrize(
    "client",
    [
        Lambda({"errorMessage": "Task timed out"}, error="Unhandled"),
        Lambda({"refused": "bad_message", "message": "by needs a person"}),
        Lambda(fails=ReadTimeoutError(endpoint_url="https://lambda")),
        Lambda(fails=ConnectTimeoutError(endpoint_url="https://lambda")),
        Lambda(fails=answered("TooManyRequestsException", 429)),
        Lambda(fails=answered("ServiceException", 500)),
        Lambda(fails=answered("EC2ThrottledException", 502)),
    ],
    ids=["an error", "not understood", "no answer in time", "not reached", "throttled", "out of order", "no room"],
)
def test_where_it_has_not_finished_one_may_ask_again(client: Lambda) -> None:
    with pytest.raises(ReleaseNotFinished):
        release(client)
    assert len(client.asked) == 1
