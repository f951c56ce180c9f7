"""Benefits granted case by case: who may ask for how much, who comes first, who decides; never too many licences."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.benefit_requests import (
    BenefitKind,
    BenefitRequest,
    LicencesUsedUp,
    NotEntitled,
    RequestState,
)
from partner_program.domain.payments.payout import WrongState
from partner_program.domain.payments.people import Actor, NotAllowed, Role, SelfApproval
from partner_program.domain.tiers.account import AccountState
from partner_program.rulebook import Access, load_rulebook
from partner_program.use_cases.benefit_requests import Act, Asked, BenefitRequests, may_have
from partner_program.use_cases.ports import StoredState
from partner_program.values.errors import InvalidValue, NotFound, StaleVersion
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts
from tests.fakes.benefit_requests import MemoryRequests

ON = date(2024, 3, 15)
NOON = datetime(2024, 3, 15, 12, tzinfo=UTC)
OWNER = """
"nfr_licences.authorized" = 1
"nfr_licences.advanced" = 3
"nfr_licences.premier" = 6
"""
ANNA = Actor(person="anna", role=Role.PARTNER)
CORA = Actor(person="cora", role=Role.CHANNEL)
CARL = Actor(person="carl", role=Role.CHANNEL)
TIERS = list(Tier)


class Desk:
    """Accounts with a tier each, and the requests for them. Every act has a name of its own and a second of its own."""

    def __init__(self, owner: str = OWNER, **tiers: str | None) -> None:
        self.accounts = FakeAccounts()
        self.store = MemoryRequests()
        self.rulebook = load_rulebook(override_toml=owner)
        self.acts = 0
        for name, tier in (tiers or {"P1": "premier"}).items():
            self.put(f"{name}-DE", Tier(tier) if tier else None)

    def put(self, account_id: str, tier: Tier | None) -> None:
        partner_id = account_id.removesuffix("-DE")
        state = AccountState(
            account_id=account_id, partner_id=partner_id, country="DE", currency="EUR", assessed_on=ON,
            edition="guide-2022", rulebook_digest="d", tier=tier, ytd_revenue=0, prev_year_revenue=0,  # type: ignore[arg-type]
        )  # fmt: skip
        self.accounts.states[account_id] = StoredState(state, 1)

    def act(self, by: Actor = CORA, name: str = "", on: date = ON) -> Act:
        self.acts += 1
        return Act(name or f"{self.acts:064x}"[::-1], by, NOON + timedelta(seconds=self.acts), on)

    @property
    def requests(self) -> BenefitRequests:
        return BenefitRequests(self.store, self.accounts, self.rulebook)

    def licences(self, number: int = 1, account_id: str = "P1-DE", act: Act | None = None) -> BenefitRequest:
        asked = Asked(BenefitKind.NFR_LICENCES, "for the demo room", number, internal_use=True)
        return self.requests.ask(account_id, asked, act or self.act(ANNA))

    def bid(self, account_id: str = "P1-DE", needed_by: date | None = None, act: Act | None = None) -> BenefitRequest:
        asked = Asked(BenefitKind.BID_DESK, "the city's tender", needed_by=needed_by)
        return self.requests.ask(account_id, asked, act or self.act(ANNA))

    def grant(self, request: BenefitRequest, licences: int | None = None, **more: Any) -> BenefitRequest:
        act = more.pop("act", None) or self.act(more.pop("by", CORA))
        return self.requests.grant(request.request_id, more.pop("seen", 1), act, licences, **more)

    def queue(self, kind: BenefitKind = BenefitKind.BID_DESK) -> list[str]:
        return [one.account_id for one in self.store.queue(kind, RequestState.OPEN, None, 100).requests]


# -- asking


@pytest.mark.rule("R-4.2.2")
@pytest.mark.parametrize(("tier", "number"), [("authorized", 1), ("advanced", 3), ("premier", 6)])
def test_every_tier_may_ask_for_as_many_licences_as_it_may_have_and_for_none_more(tier: str, number: int) -> None:
    desk = Desk(P1=tier)
    request = desk.licences(number)
    assert (request.licences, request.tier, request.access) == (number, tier, Access.APPLY)
    for wrong in (0, number + 1, -1):
        with pytest.raises(InvalidValue, match=f"1 to {number} licences"):
            desk.licences(wrong)
    assert len(desk.store.requests) == 1


@pytest.mark.rule("R-4.2.8")
@pytest.mark.parametrize(
    ("tier", "access"), [("authorized", "standard"), ("advanced", "standard"), ("premier", "priority")]
)
def test_all_may_ask_the_bid_desk_and_premier_has_priority(tier: str, access: str) -> None:
    request = Desk(P1=tier).bid()
    assert (request.access, request.state, request.licences) == (access, "open", None)


@pytest.mark.parametrize("kind", BenefitKind)
def test_an_account_without_a_tier_asks_for_nothing(kind: BenefitKind) -> None:
    desk = Desk(P1=None)
    with pytest.raises(NotEntitled):
        desk.requests.ask("P1-DE", Asked(kind, "please", licences=1), desk.act(ANNA))
    with pytest.raises(NotFound):
        desk.requests.ask("P9-DE", Asked(kind, "please", licences=1), desk.act(ANNA))
    assert desk.store.requests == {}


@pytest.mark.rule("R-4.2.8")
def test_a_tier_that_the_rulebook_gives_no_access_asks_for_nothing() -> None:
    desk = Desk(OWNER + '"benefit.R-4.2.8.authorized" = "no"\n', P1="authorized", P2="advanced")
    with pytest.raises(NotEntitled, match="no claim to this"):
        desk.bid()
    assert desk.bid("P2-DE").state is RequestState.OPEN


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (Asked(BenefitKind.NFR_LICENCES, "demo"), "how many"),
        (Asked(BenefitKind.NFR_LICENCES, "demo", licences=1, needed_by=ON), "not needed by a day"),
        (Asked(BenefitKind.NFR_LICENCES, "resale", licences=1), "internal use only"),
        (Asked(BenefitKind.BID_DESK, "tender", licences=1), "grants no licences"),
        (Asked(BenefitKind.BID_DESK, "tender", internal_use=True), "grants no licences"),
        (Asked(BenefitKind.BID_DESK, "tender", needed_by=ON - timedelta(days=1)), "needed_by has passed: give today"),
        (Asked(BenefitKind.BID_DESK, " "), "needs a reason"),
    ],
)
def test_what_does_not_go_with_the_kind_is_refused(asked: Asked, why: str) -> None:
    desk = Desk()
    with pytest.raises(InvalidValue, match=why):
        desk.requests.ask("P1-DE", asked, desk.act(ANNA))
    assert desk.store.requests == {}


def test_a_bid_may_be_needed_today() -> None:
    assert Desk().bid(needed_by=ON).needed_by == ON


@pytest.mark.catalogue("B52")
def test_a_bank_number_in_a_purpose_is_masked() -> None:
    desk = Desk()
    asked = Asked(BenefitKind.BID_DESK, "refund to DE89370400440532013000")
    assert desk.requests.ask("P1-DE", asked, desk.act(ANNA)).purpose == "refund to ***"


@pytest.mark.catalogue("B67")
def test_the_same_act_once_more_is_the_same_request_whatever_has_become_of_it() -> None:
    desk = Desk()
    act = desk.act(ANNA)
    request = desk.licences(2, act=act)
    assert desk.licences(2, act=act) == request
    granted = desk.grant(request, 2)
    assert desk.licences(2, act=act) == granted
    assert len(desk.store.requests) == 1


# -- the queue


@pytest.mark.rule("R-4.2.8")
def test_the_bid_desk_serves_premier_first_then_by_time() -> None:
    desk = Desk(P1="authorized", P2="premier", P3="advanced", P4="premier")
    for partner in ("P1", "P2", "P3", "P4"):
        desk.bid(f"{partner}-DE")
    assert desk.queue() == ["P2-DE", "P4-DE", "P1-DE", "P3-DE"]


@pytest.mark.rule("R-4.2.2")
def test_licences_are_dealt_with_by_time_alone() -> None:
    desk = Desk(P1="authorized", P2="premier", P3="advanced")
    for partner in ("P1", "P2", "P3"):
        desk.licences(1, f"{partner}-DE")
    assert desk.queue(BenefitKind.NFR_LICENCES) == ["P1-DE", "P2-DE", "P3-DE"]
    assert desk.queue() == []


@pytest.mark.rule("R-4.2.8")
def test_a_request_keeps_the_place_that_the_tier_of_its_day_gave_it() -> None:
    desk = Desk(P1="advanced", P2="advanced", P3="premier")
    desk.bid("P1-DE")
    desk.bid("P3-DE")
    desk.put("P1-DE", Tier.PREMIER)
    desk.put("P3-DE", Tier.ADVANCED)
    desk.bid("P2-DE")
    desk.bid("P1-DE")
    assert desk.queue() == ["P3-DE", "P1-DE", "P1-DE", "P2-DE"]


# -- deciding


@pytest.mark.rule("R-4.2.2")
@pytest.mark.parametrize("licences", [1, 2])
def test_licences_are_granted_up_to_what_was_asked_for(licences: int) -> None:
    desk = Desk()
    request = desk.licences(2)
    granted = desk.grant(request, licences, note="for the fair")
    assert (granted.state, granted.granted, granted.version) == ("granted", licences, 2)
    assert [(event.state, event.by.person, event.on, event.note) for event in granted.events] == [
        ("open", "anna", ON, ""), ("granted", "cora", ON, "for the fair"),
    ]  # fmt: skip
    assert desk.queue(BenefitKind.NFR_LICENCES) == []


@pytest.mark.parametrize(("licences", "why"), [(0, "1 to 2"), (3, "1 to 2"), (None, "how many"), (-1, "1 to 2")])
def test_more_than_was_asked_for_is_not_granted(licences: int | None, why: str) -> None:
    desk = Desk()
    request = desk.licences(2)
    with pytest.raises(InvalidValue, match=why):
        desk.grant(request, licences)
    assert desk.requests.find(request.request_id) == request


def test_a_bid_is_granted_without_a_number() -> None:
    desk = Desk()
    request = desk.bid()
    with pytest.raises(InvalidValue, match="No licences"):
        desk.grant(request, 1)
    assert (desk.grant(request).state, desk.store.granted) == ("granted", {})


@pytest.mark.rule("R-4.2.2")
@pytest.mark.parametrize(("tier", "number"), [("authorized", 1), ("advanced", 3), ("premier", 6)])
def test_what_an_account_is_granted_in_all_never_exceeds_the_number_of_its_tier(tier: str, number: int) -> None:
    desk = Desk(P1=tier, P2=tier)
    requests = [desk.licences(1) for _ in range(number + 1)]
    for request in requests[:-1]:
        desk.grant(request, 1)
    with pytest.raises(LicencesUsedUp, match=f"{number} of the {number}.*0 are left"):
        desk.grant(requests[-1], 1)
    assert desk.store.grants("P1-DE").total == number
    assert desk.requests.find(requests[-1].request_id).state is RequestState.OPEN
    assert desk.grant(desk.licences(1, "P2-DE"), 1).granted == 1


@pytest.mark.rule("R-4.2.2")
def test_the_number_is_that_of_the_tier_on_the_day_of_the_decision() -> None:
    desk = Desk(P1="premier")
    request = desk.licences(4)
    desk.put("P1-DE", Tier.ADVANCED)
    with pytest.raises(LicencesUsedUp, match="3 are left"):
        desk.grant(request, 4)
    assert desk.grant(request, 3).granted == 3
    desk.put("P1-DE", Tier.AUTHORIZED)
    state = desk.accounts.state("P1-DE")
    assert state
    assert may_have(desk.store.grants("P1-DE"), state, desk.rulebook, ON).left == 0


def test_nothing_is_granted_to_an_account_that_has_left_the_program_but_it_can_be_declined() -> None:
    desk = Desk()
    request, bid = desk.licences(1), desk.bid()
    desk.put("P1-DE", None)
    for one, licences in ((request, 1), (bid, None)):
        with pytest.raises(NotEntitled):
            desk.grant(one, licences)
    assert desk.requests.decline(bid.request_id, 1, desk.act(), "left the program").state is RequestState.DECLINED


def test_a_decline_has_a_reason() -> None:
    desk = Desk()
    request = desk.bid()
    with pytest.raises(InvalidValue, match="needs a reason"):
        desk.requests.decline(request.request_id, 1, desk.act(), " ")
    declined = desk.requests.decline(request.request_id, 1, desk.act(), "too late")
    assert (declined.state, declined.events[-1].note, declined.granted) == ("declined", "too late", None)


@pytest.mark.catalogue("B74")
@pytest.mark.parametrize("person", ["cora", "CORA", " c\uff4fra "])
def test_who_made_the_request_for_the_partner_does_not_decide_on_it(person: str) -> None:
    desk = Desk()
    request = desk.licences(1, act=desk.act(CORA))
    by = Actor(person=person.strip(), role=Role.CHANNEL)
    with pytest.raises(SelfApproval):
        desk.grant(request, 1, by=by)
    with pytest.raises(SelfApproval):
        desk.requests.decline(request.request_id, 1, desk.act(by), "no")
    assert desk.grant(request, 1, by=CARL).state is RequestState.GRANTED


@pytest.mark.catalogue("B76")
def test_who_decides_twice_is_answered_alike_and_on_what_was_decided_nobody_decides_again() -> None:
    desk = Desk()
    request = desk.licences(1)
    act = desk.act()
    granted = desk.grant(request, 1, act=act)
    assert desk.grant(request, 1, act=act) == granted
    for seen in (1, 2):
        with pytest.raises(WrongState):
            desk.grant(request, 1, seen=seen)
        with pytest.raises(WrongState):
            desk.requests.decline(request.request_id, seen, desk.act(), "no")
        with pytest.raises(WrongState):
            desk.requests.withdraw(request.request_id, seen, desk.act(ANNA))
    assert desk.store.grants("P1-DE").total == 1


@pytest.mark.catalogue("B70")
@pytest.mark.parametrize("seen", [0, 2])
def test_who_has_seen_another_version_does_not_act(seen: int) -> None:
    desk = Desk()
    request = desk.licences(1)
    with pytest.raises(StaleVersion):
        desk.grant(request, 1, seen=seen)
    with pytest.raises(StaleVersion):
        desk.requests.decline(request.request_id, seen, desk.act(), "no")
    with pytest.raises(StaleVersion):
        desk.requests.withdraw(request.request_id, seen, desk.act(ANNA))
    assert desk.requests.find(request.request_id) == request


def test_nobody_decides_on_a_request_that_is_none() -> None:
    with pytest.raises(NotFound):
        Desk().requests.find("BR-0")


# -- withdrawing


def test_a_partner_withdraws_what_was_asked_for_it_and_the_vendor_what_it_asked_itself() -> None:
    desk = Desk()
    own, for_it, other = desk.bid(), desk.bid(act=desk.act(CORA)), desk.bid(act=desk.act(CORA))
    for request, by in ((own, Actor(person="otto", role=Role.PARTNER)), (for_it, ANNA), (other, CORA)):
        done = desk.requests.withdraw(request.request_id, 1, desk.act(by), "not needed")
        assert (done.state, done.events[-1].by) == ("withdrawn", by)
    assert desk.queue() == []


@pytest.mark.parametrize("by", [CARL, CORA])
def test_the_vendor_does_not_withdraw_what_others_asked_for(by: Actor) -> None:
    desk = Desk()
    request = desk.bid()
    with pytest.raises(NotAllowed):
        desk.requests.withdraw(request.request_id, 1, desk.act(by))
    assert desk.requests.find(request.request_id) == request


def test_a_withdrawal_once_more_is_answered_alike() -> None:
    desk = Desk()
    request = desk.bid()
    act = desk.act(ANNA)
    done = desk.requests.withdraw(request.request_id, 1, act)
    assert desk.requests.withdraw(request.request_id, 1, act) == done


# -- at once


def test_a_grant_that_meets_another_of_the_account_counts_it() -> None:
    desk = Desk(P1="advanced")
    first, second = desk.licences(2), desk.licences(2)
    desk.store.rival = lambda: desk.grant(second, 2)
    with pytest.raises(LicencesUsedUp, match="1 are left"):
        desk.grant(first, 2)
    assert desk.store.grants("P1-DE").total == 2
    assert desk.grant(first, 1).granted == 1


def test_a_grant_that_meets_a_withdrawal_is_refused_and_the_other_way_round() -> None:
    desk = Desk()
    request = desk.licences(1)
    desk.store.rival = lambda: desk.requests.withdraw(request.request_id, 1, desk.act(ANNA))
    with pytest.raises(WrongState):
        desk.grant(request, 1)
    assert desk.store.granted == {}
    request = desk.licences(1)
    desk.store.rival = lambda: desk.grant(request, 1)
    with pytest.raises(StaleVersion):
        desk.requests.withdraw(request.request_id, 1, desk.act(ANNA))
    assert desk.requests.find(request.request_id).state is RequestState.GRANTED


@pytest.mark.rule("R-4.2.2")
@given(
    tiers=st.lists(st.sampled_from([*TIERS, None]), min_size=1, max_size=8),
    asked=st.lists(st.integers(1, 6), min_size=1, max_size=8),
    rivals=st.lists(st.booleans(), min_size=8, max_size=8),
)
def test_however_requests_and_tiers_come_no_grant_ever_exceeds_the_number_of_its_day(
    tiers: list[Tier | None], asked: list[int], rivals: list[bool]
) -> None:
    desk = Desk()
    requests = [desk.licences(number) for number in asked]
    for step, request in enumerate(requests):
        tier = tiers[step % len(tiers)]
        desk.put("P1-DE", tier)
        if rivals[step]:
            desk.store.rival = lambda: _tried(desk, requests[-1])
        before = desk.store.grants("P1-DE").total
        _tried(desk, request)
        after = desk.store.grants("P1-DE").total
        assert after == before or (tier and after <= desk.rulebook.at(ON).nfr_licences(tier))
    granted = [one.granted or 0 for one in desk.store.requests.values()]
    assert sum(granted) == desk.store.grants("P1-DE").total


def _tried(desk: Desk, request: BenefitRequest) -> None:
    for licences in range(request.licences or 1, 0, -1):
        try:
            desk.grant(request, licences)
        except (LicencesUsedUp, NotEntitled, WrongState):
            continue
        return
