"""What a refused request is answered (RFC 9457), and which typed error becomes which status: one table."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from partner_program.adapters.table import Unavailable
from partner_program.api.codes import MistakeCode, ProblemCode
from partner_program.api.forms import told
from partner_program.domain.asked import AskedWrongly
from partner_program.domain.benefit_requests import LicencesUsedUp, NotEntitled
from partner_program.domain.files.outcomes import ReasonCode
from partner_program.domain.files.reject_file import masked
from partner_program.domain.model import Document
from partner_program.domain.payments.payout import WrongState
from partner_program.domain.payments.people import NotAllowed, SelfApproval
from partner_program.rulebook import CountryNotInProgram, NotInForce
from partner_program.use_cases.ask_release import ReleaseNotFinished
from partner_program.use_cases.decide_batches import DigestDiffers
from partner_program.use_cases.idempotency import KeyReused
from partner_program.use_cases.payment_ports import PaymentFileWrong
from partner_program.use_cases.release_payments import BankDetailsUnusable
from partner_program.use_cases.restate_baseline import AmountHasChanged, NothingToRestate, YearNotClosed
from partner_program.values.errors import InvalidValue, NotFound, ProgramError, StaleVersion, VersionConflict

PROBLEM_JSON = "application/problem+json"
NOTHING_HERE = "There is nothing here."
TYPE_PREFIX = "urn:partner-program:problem:"
LONGEST_NAME = 64
MOST_TOLD = 20
"""Mistakes that one refusal lists: a long body can have tens of thousands."""


class Mistake(Document):
    """One thing that is wrong with a request; the value itself is never repeated (B71).

    `at`: the name of the parameter, or a JSON pointer into the body. `code` is stable; in capitals where a column of a
    record is wrong (docs/reason-codes.md).
    """

    where: Literal["query", "path", "header", "body"]
    at: str
    code: MistakeCode | ReasonCode
    detail: str


class Problem(Document):
    """A refusal. `code` is stable: programs go by it; `detail` is for people and says what to do."""

    type: str
    title: str
    status: int
    code: ProblemCode
    detail: str
    errors: tuple[Mistake, ...] = ()


class RequestRefused(ProgramError):
    """A request that is refused with a status of its own. Of very many mistakes the first twenty are told."""

    def __init__(
        self,
        status: HTTPStatus,
        code: ProblemCode,
        detail: str,
        *,
        errors: Iterable[Mistake] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        found = tuple(errors)
        more = f" {len(found) - MOST_TOLD} more are not listed." if len(found) > MOST_TOLD else ""
        super().__init__(detail + more)
        self.status = status
        self.code = code
        self.errors = found[:MOST_TOLD]
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and stable code of a refusal."""

    status: HTTPStatus
    code: ProblemCode


ANSWERS: tuple[tuple[type[ProgramError], Answer], ...] = (
    (SelfApproval, Answer(HTTPStatus.FORBIDDEN, "self_approval")),
    (NotAllowed, Answer(HTTPStatus.FORBIDDEN, "not_allowed")),
    (StaleVersion, Answer(HTTPStatus.PRECONDITION_FAILED, "stale_version")),
    (DigestDiffers, Answer(HTTPStatus.CONFLICT, "digest_differs")),
    (KeyReused, Answer(HTTPStatus.CONFLICT, "idempotency_key_reused")),
    (WrongState, Answer(HTTPStatus.CONFLICT, "wrong_state")),
    (BankDetailsUnusable, Answer(HTTPStatus.CONFLICT, "bank_details_unusable")),
    (PaymentFileWrong, Answer(HTTPStatus.CONFLICT, "payment_file_wrong")),
    (ReleaseNotFinished, Answer(HTTPStatus.SERVICE_UNAVAILABLE, "release_not_finished")),
    (YearNotClosed, Answer(HTTPStatus.CONFLICT, "year_not_closed")),
    (NothingToRestate, Answer(HTTPStatus.CONFLICT, "nothing_to_restate")),
    (AmountHasChanged, Answer(HTTPStatus.CONFLICT, "amount_has_changed")),
    (NotEntitled, Answer(HTTPStatus.CONFLICT, "not_entitled")),
    (LicencesUsedUp, Answer(HTTPStatus.CONFLICT, "licences_used_up")),
    (VersionConflict, Answer(HTTPStatus.CONFLICT, "version_conflict")),
    (CountryNotInProgram, Answer(HTTPStatus.BAD_REQUEST, "country_not_in_program")),
    (NotFound, Answer(HTTPStatus.NOT_FOUND, "not_found")),
    (Unavailable, Answer(HTTPStatus.SERVICE_UNAVAILABLE, "busy")),
    (NotInForce, Answer(HTTPStatus.BAD_REQUEST, "not_in_force")),
    (InvalidValue, Answer(HTTPStatus.BAD_REQUEST, "invalid_value")),
)
"""The first that fits decides, so a class stands before what it is a kind of; what is not in it is a fault of ours."""


def refused_by(error: ProgramError) -> RequestRefused | None:
    """The refusal that a typed error means; None where the error is a fault of ours."""
    if isinstance(error, RequestRefused):
        return error
    if isinstance(error, AskedWrongly):
        return invalid(Mistake(where="body", at=one.at, code=one.code, detail=one.message) for one in error.mistakes)
    for kind, answer in ANSWERS:
        if isinstance(error, kind):
            return RequestRefused(answer.status, answer.code, str(error), errors=map(_placed(str(error)), error.at))
    return None


_TITLES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Content Too Large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Unprocessable Content",
}
"""What RFC 9110 calls them; Python's own words changed with its versions."""


def problem(refused: RequestRefused) -> Problem:
    """The body of a refusal."""
    return Problem(
        type=f"{TYPE_PREFIX}{refused.code}",
        title=_TITLES.get(refused.status, refused.status.phrase),
        status=refused.status,
        code=refused.code,
        detail=str(refused),
        errors=refused.errors,
    )


def unreadable(errors: Sequence[Mapping[str, Any]]) -> RequestRefused:
    """What parameters and body were found to be instead of what the route takes (as pydantic lists it).

    A path that cannot name anything is answered as one that names nothing, but for how its parts are written: that is
    public (OpenAPI), and the same whoever asks.
    """
    mistakes = [_mistake(error) for error in errors]
    if all(one.where == "path" for one in mistakes):
        return RequestRefused(HTTPStatus.NOT_FOUND, "not_found", NOTHING_HERE, errors=mistakes)
    return invalid(mistakes)


def invalid(mistakes: Iterable[Mistake]) -> RequestRefused:
    """A request whose parameters or body are not what its route takes."""
    detail = "The request is not what this route takes; errors says where."
    return RequestRefused(HTTPStatus.BAD_REQUEST, "invalid_request", detail, errors=mistakes)


def _placed(detail: str) -> Callable[[str], Mistake]:
    """What a typed error says, at each place that it names."""

    def mistake(at: str) -> Mistake:
        return Mistake(where="body" if at.startswith("/") else "query", at=at, code="invalid_value", detail=detail)

    return mistake


def _mistake(error: Mapping[str, Any]) -> Mistake:
    where, *rest = error["loc"]
    at = "".join(map(pointer, map(str, rest))) if where == "body" else masked(str(rest[-1]))
    code, detail = told(error)
    return Mistake(where=where, at=at, code=code, detail=detail)


def pointer(name: str) -> str:
    """A step to a place in the body (RFC 6901), cut where it is longer than anybody's name.

    A name that the body should not have may be what belongs into a value: a bank number (B71).
    """
    return "/" + masked(name)[:LONGEST_NAME].replace("~", "~0").replace("/", "~1")
