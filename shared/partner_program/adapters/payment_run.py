"""`PaymentRun` by Lambda: the payment function, invoked and waited for."""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.exceptions import ConnectionError as NotReached

from partner_program.domain.payments.people import Actor
from partner_program.use_cases.ask_release import ReleaseNotFinished
from partner_program.use_cases.release_payments import REFUSALS

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_BY_CODE = {re.sub(r"(?<!^)([A-Z])", r"_\1", kind.__name__).lower(): kind for kind in REFUSALS}
"""Under which code the function answers a refusal."""
_PASSING = ("TooManyRequestsException", "ServiceException")
"""What Lambda answers where it could not run the function just now."""


class LambdaPaymentRun:
    """`client` must not repeat a call by itself and must wait for less long than whoever waits for us."""

    def __init__(self, client: "LambdaClient", function: str) -> None:
        self._client = client
        self._function = function

    def release(self, batch_id: str, by: Actor) -> None:
        """One invocation."""
        event = {"release": batch_id, "by": by.model_dump(mode="json")}
        try:
            called = self._client.invoke(FunctionName=self._function, Payload=json.dumps(event).encode())
        except (ReadTimeoutError, NotReached):
            raise ReleaseNotFinished(f"{batch_id} is being released: ask again in a minute") from None
        except ClientError as error:
            if not _passes(error):
                raise
            raise ReleaseNotFinished(f"{batch_id} could not be released just now: ask again in a minute") from None
        answer = json.loads(called["Payload"].read())
        if called.get("FunctionError"):
            raise ReleaseNotFinished(f"the release of {batch_id} broke off: ask again")
        _check(answer, batch_id)


def _passes(error: ClientError) -> bool:
    """Whether Lambda had no room for the run or was out of order: nothing of ours is wrong."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = error.response.get("Error", {}).get("Code", "")
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in _PASSING


def _check(answer: Mapping[str, str], batch_id: str) -> None:
    code = answer.get("refused")
    if code is None:
        return
    kind = _BY_CODE.get(code)
    if kind is None:
        raise ReleaseNotFinished(f"the release of {batch_id} was not understood ({code}): have the log looked at")
    raise kind(answer["message"])
