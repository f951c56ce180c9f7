"""One mail per notice: claims, leases, refusals, recipients."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from partner_program.adapters.mail_texts import MailTemplates
from partner_program.domain.facts import Partner
from partner_program.domain.notices.derive import notices
from partner_program.domain.notices.model import AnyNotice, NoticeKind
from partner_program.rulebook import load_rulebook
from partner_program.use_cases.mail_notice import LEASE_S, TO_VENDOR, MailNotice
from partner_program.use_cases.notice_ports import (
    Mail,
    MailInHand,
    MailRefused,
    MailStatus,
    MailUncertain,
    NoAnswer,
    NoContact,
    NoRegion,
    UnknownNotice,
)
from tests.deployed.template import load_template
from tests.fakes.notices import ACCOUNT_ID, PARTNER, Crash, MemoryNotices, full_state

MANAGER = "manager@vendor.example"


class Office:
    """A store with all notices of an account, a clock to move, and workers that mail."""

    def __init__(self, account: str = ACCOUNT_ID) -> None:
        self.store = MemoryNotices()
        self.clock = 1_000
        self.notices: dict[NoticeKind, AnyNotice] = {}
        for notice in notices(full_state(account=account)):
            self.store.put_notice(notice)
            self.notices[notice.kind] = notice

    def worker(self, send: Callable[[Mail], str] | None = None, manager: str | None = MANAGER) -> MailNotice:
        mailer = self.store if send is None else _Mailer(send)
        return MailNotice(
            self.store, self.store, self.store, MailTemplates(), mailer, load_rulebook(), lambda: self.clock, manager
        )

    def mail(self, kind: NoticeKind = NoticeKind.TIER_DEMOTED, worker: MailNotice | None = None) -> bool:
        notice = self.notices[kind]
        return (worker or self.worker())(notice.account_id, notice.id)

    def status(self, kind: NoticeKind = NoticeKind.TIER_DEMOTED) -> MailStatus:
        return self.store.mail(self.notices[kind].account_id, self.notices[kind].id).status


class _Mailer:
    def __init__(self, send: Callable[[Mail], str]) -> None:
        self.send = send


def test_a_notice_is_mailed_to_the_partners_contact_and_answers_go_to_the_regions_support() -> None:
    office = Office()
    assert office.mail() is True
    (mail,) = office.store.mails
    assert (mail.to, mail.reply_to) == ("office@partner.example", "emeasalessupport@milestonesys.com")
    assert office.status() is MailStatus.SENT


def test_a_notice_that_was_mailed_is_not_mailed_again() -> None:
    office = Office()
    assert [office.mail(), office.mail(), office.mail()] == [True, False, False]
    assert len(office.store.mails) == 1


@pytest.mark.catalogue("F02")
def test_of_two_workers_at_once_one_mails_and_the_other_looks_again_later() -> None:
    office = Office()
    rivals: list[type[BaseException]] = []

    def send(mail: Mail) -> str:
        with pytest.raises(MailInHand) as refused:
            office.mail()
        rivals.append(refused.type)
        return office.store.send(mail)

    assert office.mail(worker=office.worker(send)) is True
    assert rivals == [MailInHand]
    assert office.mail() is False
    assert len(office.store.mails) == 1


@pytest.mark.catalogue("F02")
def test_of_two_workers_that_saw_the_same_record_one_claims() -> None:
    office = Office()
    before = office.store.before_write

    def rival_first(what: str) -> None:
        office.store.before_write = before
        assert office.mail() is True

    office.store.before_write = rival_first
    with pytest.raises(MailInHand):
        office.mail()
    assert len(office.store.mails) == 1


@pytest.mark.catalogue("F11")
@pytest.mark.parametrize(("waited", "taken_over"), [(LEASE_S - 1, False), (LEASE_S, True), (LEASE_S + 1, True)])
def test_a_worker_that_died_before_sending_loses_no_mail_and_is_waited_for_as_long_as_its_lease(
    waited: int, taken_over: bool
) -> None:
    office = Office()

    def dies(mail: Mail) -> str:
        raise Crash

    with pytest.raises(Crash):
        office.mail(worker=office.worker(dies))
    office.clock += waited
    if taken_over:
        assert office.mail() is True
    else:
        with pytest.raises(MailInHand):
            office.mail()
    assert len(office.store.mails) == int(taken_over)


def test_a_lease_is_longer_than_the_function_may_run() -> None:
    assert load_template().functions["notice_mail"]["Timeout"] < LEASE_S


@pytest.mark.catalogue("F11")
def test_a_worker_that_comes_back_after_its_lease_does_not_undo_what_the_next_one_marked() -> None:
    office = Office()

    def sleeps(mail: Mail) -> str:
        office.clock += LEASE_S
        assert office.mail() is True
        return office.store.send(mail)

    assert office.mail(worker=office.worker(sleeps)) is True
    record = office.store.mail(ACCOUNT_ID, office.notices[NoticeKind.TIER_DEMOTED].id)
    assert (record.status, record.message_id) == (MailStatus.SENT, "message-1")


@pytest.mark.parametrize("error", [MailRefused("unknown address"), ConnectionError("away")])
def test_a_mail_that_was_not_taken_leaves_no_claim(error: Exception) -> None:
    office = Office()

    def fails(mail: Mail) -> str:
        raise error

    with pytest.raises(type(error)):
        office.mail(worker=office.worker(fails))
    assert office.status() is MailStatus.OPEN
    assert office.mail() is True


@pytest.mark.parametrize("partner", [None, PARTNER.model_copy(update={"contact_email": ""})])
def test_a_partner_without_an_address_is_no_ones_business_but_its_own_and_can_be_mailed_once_it_has_one(
    partner: object,
) -> None:
    office = Office()
    office.store.partners = {} if partner is None else {"P0001": PARTNER.model_copy(update={"contact_email": ""})}
    with pytest.raises(NoContact):
        office.mail()
    assert office.store.records == {}
    office.store.partners = {"P0001": PARTNER}
    assert office.mail() is True


def test_a_notice_that_nobody_kept_is_not_mailed() -> None:
    with pytest.raises(UnknownNotice):
        Office().worker()(ACCOUNT_ID, "2024-04-30#tier_demoted#to-nowhere")


@pytest.mark.rule("R-9")
def test_a_country_without_a_region_has_no_mail() -> None:
    office = Office("P0001-AQ")
    with pytest.raises(NoRegion):
        office.mail()


@pytest.mark.rule("R-9")
@pytest.mark.parametrize(
    ("country", "support"),
    [
        ("US", "americassalessupport@milestonesys.com"),
        ("DE", "emeasalessupport@milestonesys.com"),
        ("JP", "apacsalessupport@milestonesys.com"),
    ],
)
@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind is not NoticeKind.STATEMENT_READY])
def test_every_mail_names_its_regions_support_in_both_forms(kind: NoticeKind, country: str, support: str) -> None:
    office = Office(f"P0001-{country}")
    office.mail(kind)
    assert len(office.store.mails) == 1 + (kind is NoticeKind.DECISION_DUE)
    for mail in office.store.mails:
        assert support in mail.text
        assert f'href="mailto:{support}"' in mail.html
        assert mail.reply_to == support


@pytest.mark.rule("R-9")
def test_a_notice_from_before_the_rulebook_names_the_region_of_its_first_day() -> None:
    office = Office()
    notice = office.notices[NoticeKind.TIER_DEMOTED]
    stored = office.store.notices[notice.account_id, notice.id]
    early = notice.model_copy(update={"occurred_on": date(2021, 12, 31)})
    office.store.notices[notice.account_id, notice.id] = replace(stored, notice=early)
    assert office.mail() is True


# -- who decides


@pytest.mark.rule("R-4.1.6")
def test_who_decides_has_a_mail_of_his_own_and_the_partner_one_of_all_but_decisions_in_vain() -> None:
    office = Office()
    for kind in office.notices:
        assert office.mail(kind) is True
        assert office.mail(kind) is False
    theirs = {f"{office.notices[kind].id}#vendor" for kind in TO_VENDOR}
    assert {mail.reference for mail in office.store.mails if mail.to == MANAGER} == theirs
    ours = {notice.id for kind, notice in office.notices.items() if kind is not NoticeKind.DECISION_WITHOUT_EFFECT}
    assert {mail.reference for mail in office.store.mails if mail.to != MANAGER} == ours
    assert len(office.store.mails) == len(theirs | ours)


def test_nobody_has_a_vendors_mail_where_no_manager_is_named() -> None:
    office = Office()
    office.mail(NoticeKind.DECISION_DUE, office.worker(manager=None))
    assert office.mail(NoticeKind.DECISION_WITHOUT_EFFECT, office.worker(manager=None)) is False
    assert [mail.to for mail in office.store.mails] == [PARTNER.contact_email]


@pytest.mark.parametrize("partners", [{}, {"P0001": PARTNER.model_copy(update={"contact_email": ""})}])
def test_who_decides_learns_of_it_also_where_the_partner_cannot_be_mailed(partners: dict[str, Partner]) -> None:
    office = Office()
    office.store.partners = partners
    for _ in range(2):
        with pytest.raises(NoContact):
            office.mail(NoticeKind.DECISION_DUE)
    assert [mail.to for mail in office.store.mails] == [MANAGER]


@pytest.mark.parametrize(("bad", "good"), [(MANAGER, PARTNER.contact_email), (PARTNER.contact_email, MANAGER)])
@pytest.mark.parametrize("error", [MailRefused("unknown address"), ConnectionError("away")])
def test_what_fails_for_one_reader_is_still_sent_to_the_other(bad: str, good: str, error: Exception) -> None:
    office = Office()

    def send(mail: Mail) -> str:
        if mail.to == bad:
            raise error
        return office.store.send(mail)

    with pytest.raises(type(error)):
        office.mail(NoticeKind.DECISION_DUE, office.worker(send))
    assert [mail.to for mail in office.store.mails] == [good]
    assert office.mail(NoticeKind.DECISION_DUE) is True
    assert [mail.to for mail in office.store.mails] == [good, bad]


def test_where_one_reader_cannot_be_mailed_and_the_other_not_yet_the_message_comes_back() -> None:
    office = Office()
    office.store.partners = {}

    def away(mail: Mail) -> str:
        raise ConnectionError(mail.to)

    with pytest.raises(ConnectionError):
        office.mail(NoticeKind.DECISION_DUE, office.worker(away))


# -- no answer


@pytest.mark.catalogue("F28")
def test_a_mail_of_which_nobody_knows_whether_it_was_taken_is_tried_once_more_and_then_looked_at() -> None:
    office = Office()
    tries: list[Mail] = []

    def lost(mail: Mail) -> str:
        tries.append(mail)
        raise NoAnswer

    for error in (NoAnswer, MailUncertain):
        with pytest.raises(error):
            office.mail(worker=office.worker(lost))
    assert len(tries) == 2
    assert office.status() is MailStatus.OPEN
    assert office.mail() is True, "a person has sent the message back"


def test_tries_that_were_answered_with_no_do_not_count_as_unanswered() -> None:
    office = Office()

    def away(mail: Mail) -> str:
        raise ConnectionError(mail.to)

    for _ in range(5):
        with pytest.raises(ConnectionError):
            office.mail(worker=office.worker(away))
    assert office.mail() is True
