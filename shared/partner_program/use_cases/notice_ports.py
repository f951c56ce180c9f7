"""What announcing and mailing ask of the world."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from partner_program.domain.facts import Partner
from partner_program.domain.notices.model import AnyNotice
from partner_program.domain.tiers.account import AccountState
from partner_program.rulebook.answers import Region
from partner_program.values.errors import ProgramError


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """A notice as it stands, and whether the bus has taken it."""

    notice: AnyNotice
    published: bool


class NoticeStore(Protocol):
    """One item for each cause. What was put first stands."""

    def put_notice(self, notice: AnyNotice) -> StoredNotice:
        """Put if absent; the one that stands afterwards."""
        ...

    def mark_published(self, notice: AnyNotice) -> None:
        """The bus has it. Marking twice does no harm."""
        ...

    def notice(self, account_id: str, notice_id: str) -> StoredNotice | None:
        """One notice; strongly consistent."""
        ...


class NoticeBus(Protocol):
    """Where everybody who wants to know listens."""

    def publish(self, notices: Sequence[AnyNotice]) -> Sequence[AnyNotice]:
        """Hand over some notices; those that the bus has taken. The caller tries again with the others later."""
        ...


class StateHistory(Protocol):
    """Every version of a state that there was (use_cases/account_history reads it)."""

    def keep_state(self, state: AccountState, version: int) -> None:
        """Keep one version of a state. Keeping it again changes nothing."""
        ...


FOR_VENDOR = "#vendor"
"""Behind the id of a notice: the mail about it to whoever decides."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it goes out. Addresses are bare (`name@host`)."""

    to: str
    reply_to: str
    subject: str
    text: str
    html: str
    account_id: str
    reference: str
    """The notice's id; of the vendor's own mail with `FOR_VENDOR` behind it."""


class MailStatus(StrEnum):
    """Where the mail of a notice stands."""

    OPEN = "open"
    """Nobody is at it; a try failed before the mail was taken."""
    CLAIMED = "claimed"
    """A worker is at it, until its lease ends."""
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class MailRecord:
    """The record of one mail: `version` orders its writers (0: none yet), `leased_until` is in seconds of Unix time.

    `unanswered` counts the tries of which nobody knows whether the mail was taken.
    """

    account_id: str
    reference: str
    version: int = 0
    status: MailStatus = MailStatus.OPEN
    leased_until: int = 0
    message_id: str = ""
    unanswered: int = 0


class MailLog(Protocol):
    """Which mails were sent, and who is sending one."""

    def mail(self, account_id: str, reference: str) -> MailRecord:
        """The record as it stands; strongly consistent."""
        ...

    def put_mail(self, record: MailRecord) -> None:
        """Put on condition that the one before it stands (its version less one). Raises `VersionConflict`."""
        ...


class Contacts(Protocol):
    """Whom to write to."""

    def partner(self, partner_id: str) -> Partner | None:
        """The partner's record, if there is one."""
        ...


class MailTexts(Protocol):
    """Subject and bodies from templates."""

    def compose(self, notice: AnyNotice, partner: Partner, region: Region) -> tuple[str, str, str]:
        """Subject, plain text and HTML of the partner's mail."""
        ...

    def compose_for_vendor(self, notice: AnyNotice, partner: Partner | None, region: Region) -> tuple[str, str, str]:
        """The same of the mail to whoever decides on a case; a partner without a record is named by its id."""
        ...


class Mailer(Protocol):
    """Sends mails."""

    def send(self, mail: Mail) -> str:
        """The message id that it was taken under.

        Raises `MailRefused` where trying again cannot help, `NoAnswer` where it may have been taken or not.
        """
        ...


class CannotMail(ProgramError):
    """A mail that no retry can help; `reason` travels with its message to the dead letters."""

    reason = "CANNOT_MAIL"


class UnknownNotice(CannotMail):
    """The message names a notice that was never made."""

    reason = "UNKNOWN_NOTICE"


class NoContact(CannotMail):
    """The partner has no record, or its record no address."""

    reason = "NO_CONTACT"


class NoRegion(CannotMail):
    """The program does not run in the account's country, so no region's contact could be named (R-9)."""

    reason = "NO_REGION"


class MailRefused(CannotMail):
    """The mail service refused the mail for good: an address, or a sender that is not verified."""

    reason = "MAIL_REFUSED"


class MailUncertain(CannotMail):
    """Two tries got no answer: each may have gone out. A person looks before there is a third."""

    reason = "MAIL_UNCERTAIN"


class NoAnswer(ProgramError):
    """The mail service did not answer: the mail may have been taken or not."""


class MailInHand(ProgramError):
    """Somebody else is sending this mail; look again when its lease is over."""
