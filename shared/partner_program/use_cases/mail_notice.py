"""Mail a notice to the partner's contact, once however often its message comes (R-9)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from partner_program.domain.facts import Partner
from partner_program.domain.notices.model import AnyNotice, NoticeKind
from partner_program.rulebook import CountryNotInProgram, Rulebook
from partner_program.rulebook.answers import Region
from partner_program.use_cases.notice_ports import (
    Contacts,
    Mail,
    Mailer,
    MailInHand,
    MailLog,
    MailRecord,
    MailStatus,
    MailTexts,
    NoContact,
    NoRegion,
    NoticeStore,
    UnknownNotice,
)
from partner_program.values.errors import VersionConflict

LEASE_S = 120
"""How long a claim holds: longer than the function may run, so that whoever let it end is no longer at work."""


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
        """Mail the notice as it was kept; False where it was mailed before.

        What is mailed is the kept notice, never what a message says of it. Raises `CannotMail` where no retry can
        help, `MailInHand` while somebody else is at it. A worker that dies leaves its claim to end by itself; one that
        dies after the mail was taken and before it is marked leaves a mail that is sent a second time (ADR 0016).
        """
        record = self._log.mail(account_id, notice_id)
        if record.status is MailStatus.SENT:
            return False
        stored = self._notices.notice(account_id, notice_id)
        if stored is None:
            raise UnknownNotice("there is no such notice")
        mail = self._mail(stored.notice)
        claim = self._claim(record)
        try:
            message_id = self._mailer.send(mail)
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

    def _mail(self, notice: AnyNotice) -> Mail:
        partner = self._contacts.partner(notice.partner_id)
        if partner is None or not partner.contact_email:
            raise NoContact("the partner has no address to write to")
        region = self._region(notice)
        subject, text, html = self._texts.compose(notice, partner, region)
        return Mail(
            to=partner.contact_email,
            cc=self._copied(notice, partner),
            reply_to=region.support_contact,
            subject=subject,
            text=text,
            html=html,
            account_id=notice.account_id,
            notice_id=notice.id,
        )

    def _copied(self, notice: AnyNotice, partner: Partner) -> tuple[str, ...]:
        """The channel manager has to act on a decision that is due."""
        manager = self._channel_manager
        wanted = notice.kind is NoticeKind.DECISION_DUE and manager and manager != partner.contact_email
        return (manager,) if manager and wanted else ()

    def _region(self, notice: AnyNotice) -> Region:
        rules = self._rulebook.at(max(notice.occurred_on, self._rulebook.in_force_from))
        try:
            return rules.region(rules.country(notice.country).region)
        except CountryNotInProgram as outside:
            raise NoRegion("the program does not run in this country") from outside
