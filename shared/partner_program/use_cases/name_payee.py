"""A partner names in writing which of its sites is paid instead of the headquarters (R-5.4c)."""

from collections.abc import Sequence
from datetime import date

from partner_program.domain.files.reject_file import masked
from partner_program.domain.payments.audit import AuditDraft
from partner_program.domain.payments.payee import Blocked, PayeeNaming, naming_that_counts, payee_site
from partner_program.domain.payments.payout import act_id
from partner_program.domain.payments.people import Action, Actor, check_may
from partner_program.use_cases.payment_ports import PaymentBook
from partner_program.use_cases.ports import AccountStore
from partner_program.values.errors import InvalidValue, VersionConflict
from partner_program.values.ids import is_id

LONGEST_DOCUMENT = 200


class NamePayee:
    """Records a letter. Which one counts on a day is decided when a payment is prepared and when it is initiated."""

    def __init__(self, book: PaymentBook, accounts: AccountStore) -> None:
        self._book = book
        self._accounts = accounts

    def __call__(
        self,
        account_id: str,
        site_id: str,
        document: str,
        received_on: date,
        by: Actor,
        on: date,
        request: str = "",
    ) -> PayeeNaming:
        """The naming as it stands; the same letter recorded once more is the same naming, whoever records it.

        Unless another letter was recorded over it meanwhile: then it is a new naming, and counts again. `document` is
        the letter's reference. `request` names what was asked: who has lost the answer and asks the same again says
        nothing anew, and is told the naming of before, whatever was recorded since. To pay the headquarters again,
        record a letter that names them. Raises `NotAllowed`; `InvalidValue` for a reference that is none, a letter of a
        later day, or a site that could not be paid on `on`; `VersionConflict` where somebody else has recorded a letter
        for the account at the same time.
        """
        check_may(by, Action.NAME_PAYEE)
        document = _reference(document)
        if not is_id(site_id):
            raise InvalidValue("a payee is named by the id of a site", "/site_id")
        if received_on > on:
            told = f"the letter was received on {received_on}, after {on}: record it on that day or later"
            raise InvalidValue(told, "/received_on")
        before = self._book.namings(account_id)
        naming = PayeeNaming(
            account_id=account_id,
            number=_next(before),
            site_id=site_id,
            document=document,
            received_on=received_on,
            recorded_on=on,
            by=by,
        )
        standing = self._of_request(naming, before, request) or _standing(naming, before)
        if standing is not None:
            return standing
        self._check_site(naming)
        self._book.commit(_act(naming, request), [naming])
        if naming not in self._book.namings(account_id):
            raise VersionConflict(f"somebody else has named a payee of {account_id} at the same time: look again")
        return naming

    def _of_request(self, naming: PayeeNaming, before: Sequence[PayeeNaming], request: str) -> PayeeNaming | None:
        """The naming that a request has made: one read for each time that the same letter was recorded."""
        for one in before if request else ():
            if _letter(one) == _letter(naming):
                entry = self._book.entry(_act_id(one))
                if entry is not None and entry.act.details.get("request") == request:
                    return one
        return None

    def _check_site(self, naming: PayeeNaming) -> None:
        """A letter whose site cannot be paid today is a slip of the pen or a case for the partner."""
        facts, _ = self._accounts.load(naming.account_id, naming.recorded_on.year)
        named = payee_site(naming.account_id, facts.sites, [naming], naming.recorded_on)
        if isinstance(named, Blocked):
            raise InvalidValue(named.text, "/site_id")


def _reference(document: str) -> str:
    text = " ".join(document.split())
    if not 1 <= len(text) <= LONGEST_DOCUMENT or not text.isprintable():
        raise InvalidValue(f"the letter's reference is a text of 1 to {LONGEST_DOCUMENT} characters", "/document")
    if masked(text) != text:
        told = "the letter's reference looks like a bank number: give the number of the letter"
        raise InvalidValue(told, "/document")
    return text


def _standing(naming: PayeeNaming, before: Sequence[PayeeNaming]) -> PayeeNaming | None:
    """The naming of the same letter, if to record it again would change nothing."""
    same = [one for one in before if _letter(one) == _letter(naming)]
    counts = naming_that_counts(naming.account_id, before, naming.recorded_on)
    would_count = naming_that_counts(naming.account_id, (*before, naming), naming.recorded_on) is naming
    if would_count and counts not in same:
        return None
    return max(same, key=lambda one: one.number, default=None)


def _letter(naming: PayeeNaming) -> tuple[str, str, date]:
    return naming.site_id, naming.document, naming.received_on


def _next(before: Sequence[PayeeNaming]) -> int:
    return max((one.number for one in before), default=0) + 1


def _act_id(naming: PayeeNaming) -> str:
    return act_id(Action.NAME_PAYEE, naming.account_id, naming.number)


def _act(naming: PayeeNaming, request: str) -> AuditDraft:
    details = {
        "naming": str(naming.number),
        "site": naming.site_id,
        "document": naming.document,
        "received_on": naming.received_on.isoformat(),
    }
    return AuditDraft(
        act_id=_act_id(naming),
        action=Action.NAME_PAYEE,
        by=naming.by,
        on=naming.recorded_on,
        subject=naming.account_id,
        details=details | ({"request": request} if request else {}),
    )
