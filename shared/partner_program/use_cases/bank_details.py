"""Bank details of a site: proposed by one person, confirmed or rejected by another, paid to after a time (R-5.4c)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Protocol

from partner_program.domain.facts import Site
from partner_program.domain.files.reject_file import masked
from partner_program.domain.payments.audit import AuditDraft
from partner_program.domain.payments.bank import PAYER_PREFIX, BankAccount, BankRevision, BankStatus
from partner_program.domain.payments.payout import WrongState, act_id
from partner_program.domain.payments.people import Action, Actor, NotAllowed, Role, check_four_eyes, check_may
from partner_program.rulebook import Rulebook
from partner_program.use_cases.payment_ports import BankAccountCheck, BankSealer, BankStore, PaymentBook
from partner_program.values.currencies import CURRENCIES
from partner_program.values.errors import InvalidValue, NotFound, VersionConflict
from partner_program.values.ids import is_id

LONGEST_REASON = 500


class AlreadyProposed(WrongState):
    """The request that names a proposal was used already: nothing was changed. `revision` is what it made then."""

    def __init__(self, revision: BankRevision) -> None:
        super().__init__(
            f"nothing was changed: this request has made {revision.name} before, ending in {revision.last_four}; "
            "no other digit can be compared, so a corrected number needs a request of another name"
        )
        self.revision = revision


class Sites(Protocol):
    """Whether a site is recorded."""

    def sites(self, site_ids: Iterable[str]) -> Mapping[str, Site]:
        """Those that exist, by id."""
        ...


class BankDetails:
    """The three acts on bank details. `sites`: where to look a site up; without it any id is taken."""

    def __init__(
        self,
        book: PaymentBook,
        banks: BankStore,
        sealer: BankSealer,
        check: BankAccountCheck,
        rulebook: Rulebook,
        sites: Sites | None = None,
    ) -> None:
        self._book = book
        self._banks = banks
        self._sealer = sealer
        self._check = check
        self._rulebook = rulebook
        self._sites = sites

    def propose(
        self,
        site_id: str,
        scheme: str,
        number: str,
        bic: str | None,
        country: str,
        holder: str,
        by: Actor,
        on: date,
        reason: str,
        request: str = "",
    ) -> BankRevision:
        """The next revision of a site's bank details, sealed; nobody pays to it yet, nor to the one before.

        `site_id` is a site, or `payer.EUR` for the vendor's own account of a currency, which only finance proposes.
        `request` names the proposal, so that who has lost the answer can send it again: `AlreadyProposed` then has the
        revision of before. Raises `NotAllowed`, `InvalidValue` (never with the number in it), `NotFound` for an unknown
        site, `WrongState` while an earlier proposal of the same partner waits, `VersionConflict` where somebody else
        has proposed at the same time.
        """
        check_may(by, Action.PROPOSE_BANK_DETAILS)
        partner_id = self._owner(site_id, by)
        if request and not is_id(request):
            raise InvalidValue("a request is named by up to 64 letters, digits, dots, underscores or hyphens")
        account = self._check.read(scheme, number, bic, country, holder)
        reason = _reason(reason, account)
        before = self._banks.revisions(site_id)
        _check_new(before, request, account, by)
        _check_decided(one for one in before if not partner_id or one.is_of(partner_id))
        revision = self._proposal(site_id, _next(before), account, by, on)
        revision = revision.model_copy(update={"reason": reason, "request": request, "partner_id": partner_id})
        return self._commit(Action.PROPOSE_BANK_DETAILS, revision, by, on, {"reason": reason}, request)

    def confirm(self, site_id: str, number: int, by: Actor, on: date, request: str = "") -> BankRevision:
        """Confirm exactly this revision; it is paid to after the rulebook's cooling time. `request` goes on record.

        Confirming it again changes nothing and answers the same. Raises `NotAllowed`, `NotFound`, `SelfApproval`,
        `WrongState` where it was rejected, `InvalidValue` for a day before the proposal, `VersionConflict`.
        """
        revision = self._decidable(Action.CONFIRM_BANK_DETAILS, site_id, number, by)
        check_four_eyes(revision.proposed_by, by, f"the proposal {revision.name}")
        if not _is_open(revision, BankStatus.CONFIRMED, on):
            return revision
        usable_from = on + timedelta(days=self._rulebook.at(on).bank_cooling_days)
        confirmed = _decided(revision, BankStatus.CONFIRMED, by, on).model_copy(update={"usable_from": usable_from})
        details = {"usable_from": usable_from.isoformat()}
        return self._commit(Action.CONFIRM_BANK_DETAILS, confirmed, by, on, details, request)

    def reject(self, site_id: str, number: int, by: Actor, on: date, reason: str, request: str = "") -> BankRevision:
        """Reject a proposal; the bank details of before count again. Who has made it may take it back, if of finance.

        Rejecting it again changes nothing and answers the same. Raises `NotAllowed`, `NotFound`, `WrongState` where it
        was confirmed, `InvalidValue` without a reason or for a day before the proposal, `VersionConflict`.
        """
        revision = self._decidable(Action.REJECT_BANK_DETAILS, site_id, number, by)
        reason = _reason(reason)
        if not _is_open(revision, BankStatus.REJECTED, on):
            return revision
        rejected = _decided(revision, BankStatus.REJECTED, by, on)
        return self._commit(Action.REJECT_BANK_DETAILS, rejected, by, on, {"reason": reason}, request)

    def _owner(self, site_id: str, by: Actor) -> str:
        """The partner that the site is of today, whose bank details they are; nobody's for the vendor's own."""
        if site_id.startswith(PAYER_PREFIX):
            if by.role is not Role.FINANCE:
                raise NotAllowed(f"{by.person} as {by.role} may not propose an account of the vendor: finance does")
            if site_id.removeprefix(PAYER_PREFIX) not in CURRENCIES:
                raise InvalidValue(f"the vendor's own account is named {PAYER_PREFIX} and a currency, as payer.EUR")
            return ""
        if not is_id(site_id):
            raise InvalidValue("bank details are those of a site, by its id")
        site = None if self._sites is None else self._sites.sites([site_id]).get(site_id)
        if site is None and self._sites is not None:
            raise NotFound(f"there is no site {masked(site_id)}: upload sites.csv first")
        return site.partner_id if site else ""

    def _proposal(self, site_id: str, number: int, account: BankAccount, by: Actor, on: date) -> BankRevision:
        return BankRevision(
            site_id=site_id,
            number=number,
            status=BankStatus.PROPOSED,
            scheme=account.scheme,
            country=account.country,
            bic=account.bic,
            last_four=account.last_four,
            holder=account.holder,
            sealed=self._sealer.seal(site_id, number, account),
            proposed_by=by,
            proposed_on=on,
        )

    def _decidable(self, action: Action, site_id: str, number: int, by: Actor) -> BankRevision:
        check_may(by, action)
        found = next((one for one in self._banks.revisions(site_id) if one.number == number), None)
        if found is None:
            raise NotFound(f"{masked(site_id)} has no bank details of number {number}")
        return found

    def _commit(
        self, action: Action, revision: BankRevision, by: Actor, on: date, details: Mapping[str, str], request: str
    ) -> BankRevision:
        """Enter the act, and make sure that it is this one that stands: another's under the same id is none of ours."""
        draft = AuditDraft(
            act_id=act_id(action, revision.site_id, revision.number),
            action=action,
            by=by,
            on=on,
            subject=revision.site_id,
            details=_face(revision) | dict(details) | ({"request": request} if request else {}),
        )
        self._book.commit(draft, [revision])
        stands = self._banks.revisions(revision.site_id)
        if revision not in stands:
            raise VersionConflict(f"somebody else has changed the bank details {revision.name}: look again")
        return revision


def _reason(text: str, account: BankAccount | None = None) -> str:
    """Why, as the audit log keeps it: without anything that looks like a bank number (B52)."""
    reason = " ".join(text.split())
    if not 1 <= len(reason) <= LONGEST_REASON or not reason.isprintable():
        raise InvalidValue(f"a reason of 1 to {LONGEST_REASON} characters is needed", "/reason")
    if account is not None and account.number in "".join(filter(str.isalnum, reason)).upper():
        raise InvalidValue("the reason repeats the number of the account: leave it out", "/reason")
    return masked(reason)


def _check_new(before: Sequence[BankRevision], request: str, account: BankAccount, by: Actor) -> None:
    """Raises `AlreadyProposed` for a request of before, `WrongState` where that was for another proposal.

    What was sealed nobody here can read, so nobody can tell whether the number is the same: it is never taken for that.
    """
    found = next((one for one in before if request and one.request == request), None)
    if found is None:
        return
    if found.shows(account) and found.proposed_by == by:
        raise AlreadyProposed(found)
    raise WrongState(f"the request that made {found.name} was for another proposal: give this one another name")


def _check_decided(before: Iterable[BankRevision]) -> None:
    for one in before:
        if one.status is BankStatus.PROPOSED:
            raise WrongState(f"{one.name} waits since {one.proposed_on}: confirm or reject it before the next proposal")


def _next(before: Sequence[BankRevision]) -> int:
    return max((one.number for one in before), default=0) + 1


def _is_open(revision: BankRevision, to: BankStatus, on: date) -> bool:
    """Whether a decision is still to be taken; False where it was taken like this. Raises where it was otherwise."""
    if revision.status is to:
        return False
    if revision.status is not BankStatus.PROPOSED:
        raise WrongState(f"{revision.name} is {revision.status} since {revision.decided_on}, it cannot become {to}")
    if on < revision.proposed_on:
        raise InvalidValue(f"{revision.name} was proposed on {revision.proposed_on}, after {on}")
    return True


def _decided(revision: BankRevision, to: BankStatus, by: Actor, on: date) -> BankRevision:
    update = {"status": to, "decided_by": by, "decided_on": on, "version": revision.version + 1}
    return revision.model_copy(update=update)


def _face(revision: BankRevision) -> dict[str, str]:
    """What the log says of bank details: never the number, but what binds it to the sealed one."""
    owner = {"partner": revision.partner_id} if revision.partner_id else {}
    return owner | {
        "revision": str(revision.number),
        "scheme": revision.scheme,
        "country": revision.country,
        "bic": revision.bic or "",
        "last_four": revision.last_four,
        "holder": revision.holder,
        "seal": revision.seal_digest,
    }
