"""Acts under an `Idempotency-Key`: done once, answered alike for ever (B67). A middleware of every route that acts.

It runs behind the validation of the request: a request that no route takes is refused before it leaves any trace.
"""

import json
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Depends, Request, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from partner_program.api.callers import Caller
from partner_program.api.problems import Mistake, invalid, refused_by
from partner_program.bootstrap.api.once import Once
from partner_program.bootstrap.api.once import once as composed
from partner_program.use_cases.idempotency import Answer, Begun, keyed, run
from partner_program.values.errors import ProgramError, StaleVersion, VersionConflict

JSON = "application/json"
logger = Logger()


def once(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """`@router.post(..., middlewares=[once])`: the kept answer to the letter, or that of the route.

    The route must take the header `IdempotencyKey`, so that it is validated, and may take `Began`.
    """
    _check_body(app)
    event, caller = app.current_event, _caller(app)
    headers = event.headers
    request = keyed(
        caller.subject,
        headers["idempotency-key"],
        event.http_method,
        event.path,
        app.context["body"],
        f"{headers.get('if-match', '')}\n{headers.get('if-none-match', '')}",
    )
    made: Once = composed()

    def act(begun: Begun) -> Answer:
        app.context["begun"] = begun
        response = next_middleware(app)
        return Answer(status=response.status_code, headers=_plain(response), body=_text(response.body))

    answer = run(made.log, request, made.now, act, _is_refusal, _unfreed)
    return Response(status_code=answer.status, content_type=JSON, body=answer.body, headers=dict(answer.headers))


def _check_body(app: APIGatewayHttpResolver) -> None:
    """Nobody believes that a word was heard which no one reads (B66), or means everything by saying nothing."""
    takes_one = bool(app.context["_route"].dependant.body_params)
    if app.context["body"] and not takes_one:
        raise invalid([Mistake(where="body", at="", code="unknown_field", detail="This act takes no body.")])
    if takes_one and not app.context["has_body"]:
        raise invalid([Mistake(where="body", at="", code="missing", detail="A body is needed: send at least {}.")])


def _is_refusal(error: Exception) -> bool:
    """Whether nothing was done. Who was too late for somebody else may have been so for their own twin."""
    if isinstance(error, VersionConflict) and not isinstance(error, StaleVersion):
        return False
    refused = refused_by(error) if isinstance(error, ProgramError) else None
    return refused is not None and refused.status < HTTPStatus.INTERNAL_SERVER_ERROR


def _unfreed(error: Exception) -> None:
    logger.warning("the key of a refused request stays taken", exc_info=error)


def _caller(app: APIGatewayHttpResolver) -> Caller:
    caller: Caller = app.context["caller"]
    return caller


def _plain(response: Response[Any]) -> dict[str, str]:
    return {name: str(value) for name, value in response.headers.items() if name.lower() != "content-type"}


def _text(body: object) -> str:
    return body if isinstance(body, str) else json.dumps(body, separators=(",", ":"), ensure_ascii=False)


def _begun(request: Request) -> Begun:
    begun: Begun = request.context["begun"]
    return begun


Began = Annotated[Begun, Depends(_begun)]
"""The request as its first try began: `name` (64 hexadecimal characters), `begun_at`, `begun_on`."""
