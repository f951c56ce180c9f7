"""Mail a notice to the partner's contact, once however often its message comes (R-9)."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial

from partner_program.domain.notices.model import AnyNotice, NoticeKind
from partner_program.rulebook import CountryNotInProgram, Rulebook
from partner_program.rulebook.answers import Region
from partner_program.use_cases.notice_ports import (
    FOR_VENDOR,
    CannotMail,
    Contacts,
    Mail,
    Mailer,
    MailInHand,
    MailLog,
    MailRecord,
    MailStatus,
    MailTexts,
    MailUncertain,
    NoAnswer,
    NoContact,
    NoRegion,
    NoticeStore,
    UnknownNotice,
)
from partner_program.values.errors import VersionConflict

LEASE_S = 120
"""How long a claim holds: longer than the function may run, so that whoever let it end is no longer at work."""


TRIES_WITHOUT_ANSWER = 2
"""After so many a person looks: each of them may have sent the mail."""


TO_VENDOR = frozenset({NoticeKind.DECISION_DUE, NoticeKind.DECISION_WITHOUT_EFFECT})
NOT_TO_PARTNER = frozenset({NoticeKind.DECISION_WITHOUT_EFFECT})


class MailNotice:
    """Claim, send, mark. `now` gives seconds of Unix time; leases are measured by it, and nothing else."""

    def __init__(
        self,
        notices: NoticeStore,
        log: MailLog,
        contacts: Contacts,
        texts: MailTexts,
        mailer: Mailer,
        rulebook: Rulebook,
        now: Callable[[], int],
        channel_manager: str | None = None,
    ) -> None:
        self._notices = notices
        self._log = log
        self._contacts = contacts
        self._texts = texts
        self._mailer = mailer
        self._rulebook = rulebook
        self._now = now
        self._channel_manager = channel_manager

    def __call__(self, account_id: str, notice_id: str) -> bool:
        """Mail the notice as it was kept, to each of its readers; False where nothing was left to send.

        What is mailed is the kept notice, never what a message says of it. Raises `CannotMail` where no retry can
        help, `MailInHand` while somebody else is at it. A worker that dies leaves its claim to end by itself; one that
        dies after the mail was taken and before it is marked leaves a mail that is sent a second time (ADR 0016).
        """
        stored = self._notices.notice(account_id, notice_id)
        if stored is None:
            raise UnknownNotice("there is no such notice")
        sent, errors = False, list[Exception]()
        for reference, make in self._mails(stored.notice):
            try:
                sent |= self._once(account_id, reference, make)
            except Exception as error:  # noqa: BLE001  # raised below, after the other reader had his
                errors.append(error)
        if errors:  # what a retry can help comes first: the message is to come back for it
            raise min(errors, key=lambda error: isinstance(error, CannotMail))
        return sent

    def _mails(self, notice: AnyNotice) -> Iterator[tuple[str, Callable[[str], Mail]]]:
        """Who decides on a case has a mail of his own, whatever becomes of the partner's."""
        if notice.kind in TO_VENDOR and self._channel_manager:
            yield notice.id + FOR_VENDOR, partial(self._to_vendor, notice, self._channel_manager)
        if notice.kind not in NOT_TO_PARTNER:
            yield notice.id, partial(self._to_partner, notice)

    def _once(self, account_id: str, reference: str, make: Callable[[str], Mail]) -> bool:
        record = self._log.mail(account_id, reference)
        if record.status is MailStatus.SENT:
            return False
        mail = make(reference)
        claim = self._claim(record)
        try:
            message_id = self._mailer.send(mail)
        except NoAnswer as lost:
            unanswered = claim.unanswered + 1
            self._leave(replace(claim, status=MailStatus.OPEN, leased_until=0, unanswered=unanswered))
            if unanswered >= TRIES_WITHOUT_ANSWER:
                raise MailUncertain("the mail service did not answer, and the mail may have gone out") from lost
            raise
        except Exception:
            self._leave(replace(claim, status=MailStatus.OPEN, leased_until=0))
            raise
        self._leave(replace(claim, status=MailStatus.SENT, leased_until=0, message_id=message_id))
        return True

    def _claim(self, record: MailRecord) -> MailRecord:
        now = self._now()
        if record.status is MailStatus.CLAIMED and now < record.leased_until:
            raise MailInHand("another worker is sending this mail")
        claim = replace(record, version=record.version + 1, status=MailStatus.CLAIMED, leased_until=now + LEASE_S)
        try:
            self._log.put_mail(claim)
        except VersionConflict as lost:
            raise MailInHand("another worker has just claimed this mail") from lost
        return claim

    def _leave(self, record: MailRecord) -> None:
        with suppress(VersionConflict):  # our lease ran out and somebody took over: the record is theirs now
            self._log.put_mail(replace(record, version=record.version + 1))

    def _to_partner(self, notice: AnyNotice, reference: str) -> Mail:
        partner = self._contacts.partner(notice.partner_id)
        if partner is None or not partner.contact_email:
            raise NoContact("the partner has no address to write to")
        region = self._region(notice)
        texts = self._texts.compose(notice, partner, region)
        return Mail(partner.contact_email, region.support_contact, *texts, notice.account_id, reference)

    def _to_vendor(self, notice: AnyNotice, manager: str, reference: str) -> Mail:
        region = self._region(notice)
        texts = self._texts.compose_for_vendor(notice, self._contacts.partner(notice.partner_id), region)
        return Mail(manager, region.support_contact, *texts, notice.account_id, reference)

    def _region(self, notice: AnyNotice) -> Region:
        rules = self._rulebook.at(max(notice.occurred_on, self._rulebook.in_force_from))
        try:
            return rules.region(rules.country(notice.country).region)
        except CountryNotInProgram as outside:
            raise NoRegion("the program does not run in this country") from outside
