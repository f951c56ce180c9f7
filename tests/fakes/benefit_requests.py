"""Requests for benefits in memory, as the adapter keeps them on AWS (one contract test runs on both)."""

from collections.abc import Callable, Sequence

from partner_program.domain.benefit_requests import BenefitKind, BenefitRequest, Grants, RequestState
from partner_program.use_cases.benefit_requests import RequestPage
from partner_program.values.errors import VersionConflict


class MemoryRequests:
    """`rival`, if set, runs once right before the next write: somebody else's chance between a look and a write."""

    def __init__(self) -> None:
        self.requests: dict[str, BenefitRequest] = {}
        self.granted: dict[str, Grants] = {}
        self.rival: Callable[[], object] | None = None

    def find(self, request_id: str) -> BenefitRequest | None:
        return self.requests.get(request_id)

    def add(self, request: BenefitRequest) -> BenefitRequest:
        self._rival()
        return self.requests.setdefault(request.request_id, request)

    def save(self, request: BenefitRequest, grants: Grants | None = None) -> None:
        self._rival()
        standing = self.requests[request.request_id]
        if standing == request:
            return
        before = self.grants(grants.account_id).version + 1 if grants else 0
        if standing.version != request.version - 1 or (grants and grants.version != before):
            raise VersionConflict("somebody else was faster")
        self.requests[request.request_id] = request
        if grants:
            self.granted[grants.account_id] = grants

    def grants(self, account_id: str) -> Grants:
        return self.granted.get(account_id, Grants(account_id=account_id))

    def of_account(self, account_id: str, after: str | None, limit: int) -> RequestPage:
        mine = [one for one in self.requests.values() if one.account_id == account_id]
        ordered = sorted(mine, key=_made, reverse=True)
        left = [one for one in ordered if after is None or _made(one) < after]
        return _page(left, limit, _made)

    def queue(self, kind: BenefitKind, state: RequestState, after: str | None, limit: int) -> RequestPage:
        these = [one for one in self.requests.values() if (one.kind, one.state) == (kind, state)]
        ordered = sorted(these, key=lambda one: one.queued_at)
        left = [one for one in ordered if after is None or one.queued_at > after]
        return _page(left, limit, lambda one: one.queued_at)

    def _rival(self) -> None:
        rival, self.rival = self.rival, None
        if rival is not None:
            rival()


def _made(request: BenefitRequest) -> str:
    return f"BENEFIT#{request.made.at:%Y-%m-%dT%H:%M:%S.%fZ}#{request.request_id}"


def _page(left: Sequence[BenefitRequest], limit: int, position: Callable[[BenefitRequest], str]) -> RequestPage:
    shown = left[:limit]
    return RequestPage(shown, position(shown[-1]) if len(left) > limit else None)
