"""Bank details change by two people and after a time (R-5.4c); each act is one entry of the audit log."""

import contextlib
import json
from datetime import timedelta

import pytest

from partner_program.adapters.bank_accounts import SchwiftyCheck
from partner_program.domain.facts import Site
from partner_program.domain.payments.audit import AuditEntry, breaks
from partner_program.domain.payments.bank import BankRevision, BankStatus
from partner_program.domain.payments.payout import WrongState
from partner_program.domain.payments.people import ENGINE, Action, Actor, NotAllowed, Role, SelfApproval
from partner_program.rulebook import load_rulebook
from partner_program.use_cases.bank_details import AlreadyProposed, BankDetails
from partner_program.values.errors import InvalidValue, NotFound, VersionConflict
from tests.fakes.bank_details import ANNA, AUDITOR, BERT, BRITISH_IBAN, CARL, GERMAN_IBAN, PIA, day, place
from tests.fakes.payments import FakeBankStore, FakeBankVault, FakePaymentBook
from tests.fakes.reports import Killed

DAY = day("2024-05-15")
RULEBOOK = load_rulebook(
    override_toml='"payment.bank_cooling_days" = [{ from = 2022-01-01, value = 5 }, { from = 2024-06-01, value = 7 }]'
)

pytestmark = pytest.mark.rule("R-5.4c")


class World:
    """Everything in memory. `sites` are those that are recorded."""

    def __init__(self, *sites: str) -> None:
        self.recorded = {site_id: place(site_id) for site_id in sites or ("S1", "S2")}
        self.banks = FakeBankStore()
        self.book = FakePaymentBook(self.banks)
        self.vault = FakeBankVault()
        self.details = BankDetails(self.book, self.banks, self.vault, SchwiftyCheck(), RULEBOOK, self)

    def sites(self, site_ids: object) -> dict[str, Site]:
        assert isinstance(site_ids, list)
        return {site_id: self.recorded[site_id] for site_id in site_ids if site_id in self.recorded}

    def propose(
        self,
        by: Actor = ANNA,
        *,
        site_id: str = "S1",
        number: str = GERMAN_IBAN,
        reason: str = "letter of 2 May",
        holder: str = "Musterbau GmbH",
        request: str = "",
    ) -> BankRevision:
        return self.details.propose(site_id, "iban", number, None, "", holder, by, DAY, reason, request)

    def confirmed(self, site_id: str = "S1") -> BankRevision:
        proposed = self.propose(site_id=site_id)
        return self.details.confirm(site_id, proposed.number, BERT, DAY)

    @property
    def standing(self) -> list[str]:
        return [f"{one.name} {one.status}" for one in self.banks.revisions("S1")]

    @property
    def acts(self) -> list[str]:
        return [entry.act.act_id for entry in self.book.entries]

    def last(self) -> AuditEntry:
        return self.book.entries[-1]


# -- proposing


@pytest.mark.catalogue("B52")
@pytest.mark.parametrize(
    "written", ["DE89.3704.0044.0532.0130.00", "DE89_37040044/0532013000", "de89-3704 0044:0532013000"]
)
def test_a_reason_that_repeats_the_number_is_refused_however_it_is_written(written: str) -> None:
    world = World()
    with pytest.raises(InvalidValue) as refused:
        world.propose(number="DE89370400440532013000", reason=f"the account {written} of today")
    assert "3704" not in str(refused.value)
    assert list(world.banks.revisions("S1")) == []


def test_a_proposal_is_of_the_partner_whose_site_it_is_that_day() -> None:
    assert World().propose().partner_id == "P1"


def test_a_site_that_changed_hands_does_not_wait_for_the_proposal_of_who_had_it_before() -> None:
    """The new owner is not even told that there is one."""
    world = World()
    left = world.propose(request="first")
    world.recorded["S1"] = place("S1", account="P2-DE")
    with pytest.raises(AlreadyProposed):
        world.propose(request="first")
    proposed = world.propose(PIA, number=BRITISH_IBAN, request="second")
    assert (proposed.number, proposed.partner_id) == (2, "P2")
    with pytest.raises(WrongState, match="S1#2 waits"):
        world.propose(PIA)
    assert world.banks.revisions("S1") == [left, proposed]


def test_a_site_that_is_back_waits_for_what_its_owner_has_proposed_before() -> None:
    world = World()
    world.propose()
    world.recorded["S1"] = place("S1", account="P2-DE")
    world.recorded["S1"] = place("S1")
    with pytest.raises(WrongState, match="S1#1 waits"):
        world.propose()


def test_a_proposal_is_sealed_and_shows_the_last_four_characters() -> None:
    world = World()
    proposed = world.propose()
    assert proposed.model_dump(exclude={"sealed"}, exclude_none=True) == {
        "site_id": "S1",
        "partner_id": "P1",
        "number": 1,
        "status": BankStatus.PROPOSED,
        "scheme": "iban",
        "country": "DE",
        "bic": "COBADEFFXXX",
        "last_four": "3000",
        "holder": "Musterbau GmbH",
        "reason": "letter of 2 May",
        "request": "",
        "proposed_by": ANNA.model_dump(),
        "proposed_on": DAY,
        "version": 1,
    }
    assert world.banks.revisions("S1") == [proposed]
    assert world.vault.open(proposed).number == GERMAN_IBAN


@pytest.mark.catalogue("B52", "B71")
def test_the_number_stands_nowhere_but_under_the_seal() -> None:
    world = World()
    revisions = [world.propose(reason=f"before: {BRITISH_IBAN}"), *world.banks.revisions("S1")]
    world.details.confirm("S1", 1, BERT, DAY)
    told = repr(revisions) + str(revisions[0]) + repr(world.book.entries)
    told += "".join(one.model_dump_json(exclude={"sealed"}) for one in world.banks.revisions("S1"))
    told += "".join(entry.model_dump_json() for entry in world.book.entries)
    for number in (GERMAN_IBAN, BRITISH_IBAN):
        assert number not in told
        assert number[4:] not in told
    assert world.last().act.details["last_four"] == "3000"
    assert world.banks.revisions("S1")[0].reason == "before: ***"


@pytest.mark.parametrize("by", [ANNA, CARL, PIA], ids=lambda by: by.role)
def test_finance_channel_and_the_partner_may_propose(by: Actor) -> None:
    assert World().propose(by).proposed_by == by


@pytest.mark.parametrize("by", [AUDITOR, ENGINE], ids=lambda by: by.role)
def test_an_auditor_and_the_engine_may_not_propose(by: Actor) -> None:
    world = World()
    with pytest.raises(NotAllowed):
        world.propose(by)
    assert (world.standing, world.acts) == ([], [])


def test_the_next_proposal_has_the_next_number() -> None:
    world = World()
    world.confirmed()
    world.propose(CARL, number=BRITISH_IBAN)
    assert world.standing == ["S1#1 confirmed", "S1#2 proposed"]
    world.details.reject("S1", 2, BERT, DAY, "not theirs")
    assert world.propose().number == 3


def test_of_two_sites_each_has_its_own_numbers_and_its_own_proposals() -> None:
    world = World()
    assert [world.propose(site_id=site_id).name for site_id in ("S1", "S2")] == ["S1#1", "S2#1"]


def test_an_earlier_proposal_has_to_be_decided_first() -> None:
    world = World()
    world.propose()
    with pytest.raises(WrongState) as refused:
        world.propose(CARL, number=BRITISH_IBAN)
    assert str(refused.value) == "S1#1 waits since 2024-05-15: confirm or reject it before the next proposal"
    assert world.standing == ["S1#1 proposed"]


def test_a_proposal_with_its_name_sent_again_changes_nothing_even_once_it_is_decided() -> None:
    world = World()
    first = world.propose(request="r-1")
    with pytest.raises(AlreadyProposed, match="nothing was changed: this request has made S1#1 before") as again:
        world.propose(request="r-1")
    assert again.value.revision == first
    confirmed = world.details.confirm("S1", 1, BERT, DAY)
    with pytest.raises(AlreadyProposed) as again:
        world.propose(request="r-1")
    assert again.value.revision == confirmed
    assert (world.standing, len(world.acts)) == (["S1#1 confirmed"], 2)
    assert world.propose(request="r-2").number == 2


def test_a_corrected_number_with_the_same_end_is_never_answered_as_if_it_was_taken() -> None:
    """Nobody can compare what is sealed: the proposer is told so, without either number."""
    world = World()
    rest = ("CHASUS33", "US", "Builders Inc", ANNA, DAY, "new", "r-1")
    world.details.propose("S1", "other", "111122223333", *rest)
    with pytest.raises(WrongState, match="a corrected number needs a request of another name") as told:
        world.details.propose("S1", "other", "999922223333", *rest)
    assert "ending in 3333" in str(told.value)
    assert "2222" not in str(told.value)


@pytest.mark.parametrize("other", ["number", "holder", "person"])
def test_another_proposal_under_a_name_in_use_is_refused(other: str) -> None:
    world = World()
    world.propose(request="r-1")
    with pytest.raises(WrongState, match="the request that made S1#1 was for another proposal"):
        world.propose(
            CARL if other == "person" else ANNA,
            number=BRITISH_IBAN if other == "number" else GERMAN_IBAN,
            holder="Other" if other == "holder" else "Musterbau GmbH",
            request="r-1",
        )
    assert world.standing == ["S1#1 proposed"]


@pytest.mark.parametrize("request_name", ["a b", "x" * 65, "ü", "a#b"])
def test_a_request_is_named_by_an_id(request_name: str) -> None:
    with pytest.raises(InvalidValue, match="a request is named by"):
        World().propose(request=request_name)


def test_bank_details_of_an_unknown_site_are_refused() -> None:
    with pytest.raises(NotFound, match=r"there is no site S9: upload sites\.csv first"):
        World().propose(site_id="S9")


@pytest.mark.catalogue("B71")
def test_a_number_given_for_a_site_by_mistake_is_not_told_by_the_refusal() -> None:
    world = World()
    with pytest.raises(NotFound) as proposed:
        world.propose(site_id=GERMAN_IBAN)
    with pytest.raises(NotFound) as confirmed:
        world.details.confirm(GERMAN_IBAN, 1, BERT, DAY)
    assert str(proposed.value) == "there is no site ***: upload sites.csv first"
    assert str(confirmed.value) == "*** has no bank details of number 1"
    assert world.acts == []


@pytest.mark.parametrize("site_id", ["", "S 1", "S1#2", "x" * 65])
def test_bank_details_of_what_is_no_id_are_refused(site_id: str) -> None:
    with pytest.raises(InvalidValue, match="by its id"):
        World().propose(site_id=site_id)


def test_without_a_list_of_sites_any_id_is_taken() -> None:
    world = World()
    details = BankDetails(world.book, world.banks, world.vault, SchwiftyCheck(), RULEBOOK)
    assert details.propose("S9", "iban", GERMAN_IBAN, None, "", "M", ANNA, DAY, "new").site_id == "S9"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "be\u202elow"])
def test_a_proposal_needs_a_reason(reason: str) -> None:
    with pytest.raises(InvalidValue, match="a reason of 1 to 500 characters is needed"):
        World().propose(reason=reason)


def test_a_reason_of_500_characters_is_taken() -> None:
    assert World().propose(reason="x" * 500).reason == "x" * 500


@pytest.mark.catalogue("B71")
@pytest.mark.parametrize("written", [GERMAN_IBAN, "de89 3704 0044 0532 0130 00"])
def test_a_reason_that_repeats_the_number_is_refused_without_it(written: str) -> None:
    world = World()
    with pytest.raises(InvalidValue) as refused:
        world.propose(reason=f"new account {written}, please")
    assert str(refused.value) == "the reason repeats the number of the account: leave it out"
    assert world.acts == []


@pytest.mark.catalogue("B71", "B72")
def test_a_wrong_number_is_refused_and_leaves_nothing() -> None:
    world = World()
    wrong = GERMAN_IBAN[:-1] + "1"
    with pytest.raises(InvalidValue) as refused:
        world.propose(number=wrong)
    assert wrong[4:] not in str(refused.value)
    assert (world.standing, world.acts) == ([], [])


# -- the vendor's own account


@pytest.mark.parametrize("by", [CARL, PIA], ids=lambda by: by.role)
def test_only_finance_proposes_an_account_of_the_vendor(by: Actor) -> None:
    with pytest.raises(NotAllowed, match="may not propose an account of the vendor: finance does"):
        World().propose(by, site_id="payer.EUR")


def test_the_vendors_account_needs_two_people_too() -> None:
    world = World()
    proposed = world.propose(site_id="payer.EUR")
    with pytest.raises(SelfApproval):
        world.details.confirm("payer.EUR", 1, ANNA, DAY)
    assert world.details.confirm("payer.EUR", 1, BERT, DAY).sealed == proposed.sealed


@pytest.mark.parametrize("site_id", ["payer.", "payer.EURO", "payer.XYZ", "payer.eur"])
def test_the_vendors_accounts_are_named_by_currency(site_id: str) -> None:
    with pytest.raises(InvalidValue, match=r"payer\. and a currency"):
        World().propose(site_id=site_id)


# -- confirming


def test_confirmed_by_another_person_it_is_usable_after_the_cooling_time_of_the_day() -> None:
    world = World()
    proposed = world.propose()
    confirmed = world.details.confirm("S1", 1, BERT, DAY)
    assert confirmed == proposed.model_copy(
        update={
            "status": BankStatus.CONFIRMED,
            "decided_by": BERT,
            "decided_on": DAY,
            "usable_from": day("2024-05-20"),
            "version": 2,
        }
    )
    assert world.banks.revisions("S1") == [confirmed]


@pytest.mark.parametrize(
    ("on", "usable"),
    [("2024-05-31", "2024-06-05"), ("2024-06-01", "2024-06-08"), ("2024-02-27", None), ("2024-12-30", "2025-01-06")],
)
def test_the_cooling_time_is_that_of_the_rulebook_on_the_day_of_the_confirmation(on: str, usable: str | None) -> None:
    world = World()
    world.propose()
    if usable is None:
        with pytest.raises(InvalidValue):
            world.details.confirm("S1", 1, BERT, day(on))
    else:
        assert world.details.confirm("S1", 1, BERT, day(on)).usable_from == day(usable)


def test_a_confirmation_is_not_dated_before_its_proposal_to_shorten_the_time() -> None:
    world = World()
    world.propose()
    with pytest.raises(InvalidValue, match="S1#1 was proposed on 2024-05-15, after 2024-05-14"):
        world.details.confirm("S1", 1, BERT, DAY - timedelta(days=1))
    with pytest.raises(InvalidValue, match="after 2024-05-14"):
        world.details.reject("S1", 1, BERT, DAY - timedelta(days=1), "wrong")


@pytest.mark.catalogue("B74")
@pytest.mark.parametrize("name", ["anna", "ANNA", "ａｎｎａ"])
@pytest.mark.parametrize("proposed_as", [Role.FINANCE, Role.CHANNEL, Role.PARTNER])
def test_nobody_confirms_what_they_have_proposed_in_whatever_role_and_spelling(proposed_as: Role, name: str) -> None:
    world = World()
    world.propose(Actor(person="anna", role=proposed_as))
    with pytest.raises(SelfApproval, match="has made the proposal S1#1"):
        world.details.confirm("S1", 1, Actor(person=name, role=Role.FINANCE), DAY)
    assert (world.standing, len(world.acts)) == (["S1#1 proposed"], 1)


@pytest.mark.catalogue("B74")
def test_nobody_answers_for_themselves_even_once_another_has_confirmed() -> None:
    world = World()
    world.confirmed()
    with pytest.raises(SelfApproval):
        world.details.confirm("S1", 1, ANNA, DAY)


@pytest.mark.parametrize("by", [CARL, PIA, AUDITOR, ENGINE], ids=lambda by: by.role)
def test_only_finance_confirms_and_rejects(by: Actor) -> None:
    world = World()
    world.propose()
    with pytest.raises(NotAllowed):
        world.details.confirm("S1", 1, by, DAY)
    with pytest.raises(NotAllowed):
        world.details.reject("S1", 1, by, DAY, "wrong")
    assert world.standing == ["S1#1 proposed"]


@pytest.mark.parametrize(("site_id", "number"), [("S1", 2), ("S1", 0), ("S2", 1), ("S9", 1)])
def test_only_a_proposal_that_there_is_can_be_decided(site_id: str, number: int) -> None:
    world = World()
    world.propose()
    with pytest.raises(NotFound, match=f"{site_id} has no bank details of number {number}"):
        world.details.confirm(site_id, number, BERT, DAY)
    with pytest.raises(NotFound):
        world.details.reject(site_id, number, BERT, DAY, "wrong")


def test_who_confirms_names_the_revision_that_they_have_seen_and_confirms_no_other() -> None:
    world = World()
    world.propose()
    world.details.reject("S1", 1, BERT, DAY, "wrong number")
    world.propose(number=BRITISH_IBAN)
    with pytest.raises(WrongState):
        world.details.confirm("S1", 1, BERT, DAY)
    assert world.standing == ["S1#1 rejected", "S1#2 proposed"]


# -- rejecting


def test_a_rejected_proposal_is_kept_with_who_and_why() -> None:
    world = World()
    world.propose()
    rejected = world.details.reject("S1", 1, BERT, DAY, "the letter is forged")
    assert (rejected.status, rejected.decided_by, rejected.decided_on) == (BankStatus.REJECTED, BERT, DAY)
    assert rejected.usable_from is None
    assert (world.last().act.by, world.last().act.details["reason"]) == (BERT, "the letter is forged")


def test_who_of_finance_has_proposed_may_take_it_back() -> None:
    world = World()
    world.propose(ANNA)
    assert world.details.reject("S1", 1, ANNA, DAY, "typed wrongly").decided_by == ANNA


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_rejection_needs_a_reason(reason: str) -> None:
    world = World()
    world.propose()
    with pytest.raises(InvalidValue, match="a reason"):
        world.details.reject("S1", 1, BERT, DAY, reason)


# -- again, otherwise, at once, broken off


@pytest.mark.catalogue("B76")
def test_the_same_decision_again_is_one_act_and_the_same_answer() -> None:
    world = World()
    world.propose()
    world.propose(site_id="S2")
    later = DAY + timedelta(days=3)
    confirmed = world.details.confirm("S1", 1, BERT, DAY)
    rejected = world.details.reject("S2", 1, BERT, DAY, "wrong")
    assert world.details.confirm("S1", 1, BERT, later) == confirmed
    assert world.details.reject("S2", 1, BERT, later, "still wrong") == rejected
    assert world.acts == [
        "propose_bank_details#S1#1",
        "propose_bank_details#S2#1",
        "confirm_bank_details#S1#1",
        "reject_bank_details#S2#1",
    ]


@pytest.mark.catalogue("B76")
def test_the_contrary_decision_is_refused() -> None:
    world = World()
    world.confirmed()
    with pytest.raises(WrongState) as refused:
        world.details.reject("S1", 1, BERT, DAY, "wrong")
    assert str(refused.value) == "S1#1 is confirmed since 2024-05-15, it cannot become rejected"
    world.propose()
    world.details.reject("S1", 2, BERT, DAY, "wrong")
    with pytest.raises(WrongState, match="S1#2 is rejected since 2024-05-15, it cannot become confirmed"):
        world.details.confirm("S1", 2, BERT, DAY)
    assert world.standing == ["S1#1 confirmed", "S1#2 rejected"]


@pytest.mark.catalogue("B70")
def test_of_two_who_propose_at_once_one_is_told_to_look_again() -> None:
    world = World()
    world.book.writes.rival = lambda: world.propose(CARL, number=BRITISH_IBAN)
    with pytest.raises(VersionConflict, match="S1#1"):
        world.propose(ANNA)
    (stands,) = world.banks.revisions("S1")
    assert (stands.proposed_by, stands.last_four) == (CARL, BRITISH_IBAN[-4:])
    assert len(world.acts) == 1


@pytest.mark.catalogue("B70")
def test_of_two_who_decide_otherwise_at_once_the_first_one_stands() -> None:
    world = World()
    world.propose()
    world.book.writes.rival = lambda: world.details.reject("S1", 1, BERT, DAY, "forged")
    with pytest.raises(VersionConflict):
        world.details.confirm("S1", 1, Actor(person="dora", role=Role.FINANCE), DAY)
    assert world.standing == ["S1#1 rejected"]


@pytest.mark.catalogue("B70")
def test_of_two_who_confirm_at_once_the_second_is_not_answered_as_if_it_was_theirs() -> None:
    world = World()
    world.propose()
    world.book.writes.rival = lambda: world.details.confirm("S1", 1, BERT, DAY)
    dora = Actor(person="dora", role=Role.FINANCE)
    with pytest.raises(VersionConflict):
        world.details.confirm("S1", 1, dora, DAY)
    assert world.details.confirm("S1", 1, dora, DAY).decided_by == BERT


@pytest.mark.parametrize("before", [True, False])
def test_an_act_broken_off_before_or_after_its_write_and_done_again_is_one_act(before: bool) -> None:
    world = World()
    world.book.writes.break_off(1, before=before)
    with pytest.raises(Killed):
        world.propose(request="r-1")
    with contextlib.suppress(AlreadyProposed):
        world.propose(request="r-1")
    world.book.writes.break_off(1, before=before)
    with pytest.raises(Killed):
        world.details.confirm("S1", 1, BERT, DAY)
    assert world.details.confirm("S1", 1, BERT, DAY).usable_from == day("2024-05-20")
    assert world.acts == ["propose_bank_details#S1#1", "confirm_bank_details#S1#1"]


def test_what_cannot_be_sealed_is_not_recorded() -> None:
    world = World()
    world.vault.failure = RuntimeError("the key is disabled")
    with pytest.raises(RuntimeError):
        world.propose()
    assert (world.standing, world.acts) == ([], [])


# -- the log


def test_the_log_tells_each_act_and_what_binds_it_to_the_sealed_details() -> None:
    world = World()
    proposed = world.propose()
    world.details.confirm("S1", 1, BERT, DAY)
    first, second = world.book.entries
    face = {
        "partner": "P1",
        "revision": "1",
        "scheme": "iban",
        "country": "DE",
        "bic": "COBADEFFXXX",
        "last_four": "3000",
        "holder": "Musterbau GmbH",
        "seal": proposed.seal_digest,
    }
    assert (first.act.action, first.act.by, first.act.on, first.act.subject) == (
        Action.PROPOSE_BANK_DETAILS, ANNA, DAY, "S1",
    )  # fmt: skip
    assert first.act.details == face | {"reason": "letter of 2 May"}
    assert (second.act.action, second.act.by) == (Action.CONFIRM_BANK_DETAILS, BERT)
    assert second.act.details == face | {"usable_from": "2024-05-20"}
    assert list(breaks(world.book.entries)) == []
    assert json.loads(second.model_dump_json())["act"]["details"]["seal"] == proposed.seal_digest
