"""Benefits granted case by case: a partner asks, the vendor grants or declines (R-4.2.2, R-4.2.8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from partner_program.domain.benefit_requests import (
    Allowance,
    BenefitKind,
    BenefitRequest,
    Grants,
    NotEntitled,
    RequestEvent,
    RequestState,
    allowance,
    check_asked,
    check_entitled,
    check_grant,
)
from partner_program.domain.payments.payout import WrongState
from partner_program.domain.payments.people import Actor, NotAllowed, Role, check_four_eyes
from partner_program.domain.payments.reasons import given_reason
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.situation import Situation
from partner_program.rulebook import Access, Benefit, Rulebook
from partner_program.use_cases.ports import AccountStore
from partner_program.values.errors import InvalidValue, NotFound, StaleVersion, VersionConflict

ROUNDS = 10
"""How often a decision is taken anew after somebody else has written first."""
_ID_DIGITS = 24


class RequestPage(NamedTuple):
    """Some requests, and the place behind which the list goes on (None: it does not)."""

    requests: Sequence[BenefitRequest]
    after: str | None


class RequestStore(Protocol):
    """Requests and what was granted. Reads are consistent but for the queue, which may lag behind by moments."""

    def find(self, request_id: str) -> BenefitRequest | None:
        """One request."""
        ...

    def add(self, request: BenefitRequest) -> BenefitRequest:
        """Put if absent; the one that stands."""
        ...

    def save(self, request: BenefitRequest, grants: Grants | None = None) -> None:
        """The next version of a request, with the next of the grants, if any: together or not at all.

        Raises `VersionConflict` where either is no longer of the version before.
        """
        ...

    def grants(self, account_id: str) -> Grants:
        """What was granted to an account so far."""
        ...

    def of_account(self, account_id: str, after: str | None, limit: int) -> RequestPage:
        """The requests of an account, the latest first."""
        ...

    def queue(self, kind: BenefitKind, state: RequestState, after: str | None, limit: int) -> RequestPage:
        """The requests of a kind in a state, in the order in which they are dealt with."""
        ...


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, under which name of the request, first at which moment (UTC), on which program date."""

    name: str
    by: Actor
    at: datetime
    on: date

    def step(self, state: RequestState, note: str = "") -> RequestEvent:
        """The step that the act makes."""
        return RequestEvent(state=state, at=self.at, on=self.on, by=self.by, note=note, act=self.name)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: `licences`, which are for `internal_use` only, or help with a bid needed by a day."""

    kind: BenefitKind
    purpose: str
    licences: int | None = None
    internal_use: bool = False
    needed_by: date | None = None


class BenefitRequests:
    """Every act once more under its name changes nothing and answers with the request as it stands."""

    def __init__(self, store: RequestStore, accounts: AccountStore, rulebook: Rulebook) -> None:
        self._store = store
        self._accounts = accounts
        self._rulebook = rulebook

    def ask(self, account_id: str, asked: Asked, act: Act) -> BenefitRequest:
        """A new request, at the end of its queue.

        Raises `NotFound` for no account, `NotEntitled`, and `InvalidValue` for more licences than the tier may have,
        for a bid of the past, or for what does not go with the kind.
        """
        request_id = f"BR-{act.name[:_ID_DIGITS]}"
        standing = self._store.find(request_id)
        if standing is not None:
            return standing
        state = self._state(account_id)
        benefit = self._benefit(asked.kind, state, act.on)
        _check(asked, act.on)
        if asked.licences is not None:
            check_asked(asked.licences, benefit.tier, self._rulebook.at(act.on))
        return self._store.add(
            BenefitRequest(
                request_id=request_id,
                kind=asked.kind,
                account_id=account_id,
                tier=benefit.tier,
                access=benefit.access,
                purpose=given_reason(asked.purpose, "ask for a benefit", at="/purpose"),
                licences=asked.licences,
                needed_by=asked.needed_by,
                events=(act.step(RequestState.OPEN),),
            )
        )

    def grant(
        self, request_id: str, seen: int, act: Act, licences: int | None = None, note: str = ""
    ) -> BenefitRequest:
        """Granted: of licences how many, at most what was asked for and what is left by the tier of today.

        Raises `NotFound`, `SelfApproval` for who has made the request, `StaleVersion` where it has another version
        than was seen, `WrongState` where it is not open, `NotEntitled`, `LicencesUsedUp`, `InvalidValue`.
        """
        for _round in range(ROUNDS):
            request = self.find(request_id)
            if request.was_moved_by(act.name):
                return request
            _check_open(request, seen)
            check_four_eyes(request.made.by, act.by, "the request")
            state = self._state(request.account_id)
            self._benefit(request.kind, state, act.on)
            grants = self._granted(request, licences, state, act)
            after = request.moved(act.step(RequestState.GRANTED, _note(note)), licences)
            try:
                self._store.save(after, grants)
            except VersionConflict:
                continue
            return after
        raise VersionConflict("others kept deciding on requests of the same account")

    def decline(self, request_id: str, seen: int, act: Act, reason: str) -> BenefitRequest:
        """Declined, with a reason that the partner reads. Raises as `grant` does, as far as it concerns this."""
        request = self.find(request_id)
        if not request.was_moved_by(act.name):
            check_four_eyes(request.made.by, act.by, "the request")
        return self._end(request, seen, act.step(RequestState.DECLINED, given_reason(reason, "decline a request")))

    def withdraw(self, request_id: str, seen: int, act: Act, note: str = "") -> BenefitRequest:
        """By who has asked: a person of the partner, or the one of the vendor who made the request for it.

        Raises `NotFound`, `NotAllowed`, `StaleVersion`, `WrongState`. That a partner's person is of this partner is to
        be seen to before.
        """
        request = self.find(request_id)
        if act.by.role is not Role.PARTNER and not request.made.by.is_same_person(act.by):
            raise NotAllowed("A request is withdrawn by who has made it: decline it instead.")
        return self._end(request, seen, act.step(RequestState.WITHDRAWN, _note(note)))

    def find(self, request_id: str) -> BenefitRequest:
        """One request. Raises `NotFound`."""
        request = self._store.find(request_id)
        if request is None:
            raise NotFound("There is no such request.")
        return request

    def _end(self, request: BenefitRequest, seen: int, step: RequestEvent) -> BenefitRequest:
        if request.was_moved_by(step.act):
            return request
        _check_open(request, seen)
        after = request.moved(step)
        try:
            self._store.save(after)
        except VersionConflict:
            standing = self.find(request.request_id)
            if standing.was_moved_by(step.act):
                return standing
            raise StaleVersion("Somebody has acted on the request meanwhile: look at it again.") from None
        return after

    def _granted(self, request: BenefitRequest, licences: int | None, state: AccountState, act: Act) -> Grants | None:
        """The account's grants after this one, which are written on condition of those that it was decided on."""
        if request.licences is None:
            if licences is not None:
                raise InvalidValue("No licences were asked for.", "/licences")
            return None
        if licences is None:
            raise InvalidValue("Say how many licences are granted.", "/licences")
        grants = self._store.grants(request.account_id)
        check_grant(licences, request.licences, allowance(state.tier, grants, self._rulebook.at(act.on)))
        return grants.with_grant(request.request_id, licences)

    def _state(self, account_id: str) -> AccountState:
        state = self._accounts.state(account_id)
        if state is None:
            raise NotFound("There is no such account.")
        return state

    def _benefit(self, kind: BenefitKind, state: AccountState, on: date) -> Benefit:
        """What the account has of the benefit by the rules of the day. Raises `NotEntitled`."""
        if state.tier is None:
            raise NotEntitled("The account takes no part in the program.")
        rules = self._rulebook.at(on)
        benefit = rules.benefit(kind.rule, state.tier)
        held = frozenset[str]()
        if benefit.access is Access.CERTIFIED:
            facts, _ = self._accounts.load(state.account_id, on.year)
            held = Situation(facts, rules).held
        check_entitled(benefit, held)
        return benefit


def may_have(grants: Grants, state: AccountState, rulebook: Rulebook, on: date) -> Allowance:
    """How many licences are left to an account on a day."""
    return allowance(state.tier, grants, rulebook.at(on))


def _check(asked: Asked, on: date) -> None:
    if asked.kind is BenefitKind.NFR_LICENCES:
        if asked.licences is None:
            raise InvalidValue("Say how many licences are asked for.", "/licences")
        if asked.needed_by is not None:
            raise InvalidValue("Licences are not needed by a day.", "/needed_by")
        if not asked.internal_use:
            told = "Not-for-resale licences are for internal use only: say that they are (internal_use)."
            raise InvalidValue(told, "/internal_use")
    elif asked.licences is not None or asked.internal_use:
        raise InvalidValue("The bid desk grants no licences.", "/licences" if asked.licences else "/internal_use")
    elif asked.needed_by is not None and asked.needed_by < on:
        raise InvalidValue(f"needed_by has passed: give today, {on}, or a later day.", "/needed_by")


def _check_open(request: BenefitRequest, seen: int) -> None:
    if request.state is not RequestState.OPEN:
        raise WrongState(f"The request is {request.state} since {request.events[-1].on}.")
    if request.version != seen:
        raise StaleVersion("Somebody has acted on the request meanwhile: look at it again.")


def _note(text: str) -> str:
    return given_reason(text, "act on a request") if text.strip() else ""
