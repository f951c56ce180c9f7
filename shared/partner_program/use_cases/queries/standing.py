"""Where an account stands: tier with the grounds, benefits, what runs out, cases (R-3.1a, R-3.3, R-4.1, R-5.2b)."""

from collections.abc import Iterator
from datetime import date, timedelta

from partner_program.domain.model import Document
from partner_program.domain.tiers.account import AccountState, Expiry
from partner_program.domain.tiers.cases import Case
from partner_program.domain.tiers.findings import Finding, Requirement
from partner_program.rulebook import CountryNotInProgram, NotInForce, Rulebook, Rules
from partner_program.use_cases.account_history import AccountHistory, not_ahead
from partner_program.use_cases.ports import AccountStore, Clock
from partner_program.use_cases.queries.benefits import BenefitOnDate, benefits_on
from partner_program.use_cases.queries.standing_view import case_for_partner
from partner_program.values.errors import NotFound
from partner_program.values.ids import split_account_id
from partner_program.values.money import ExactNumber
from partner_program.values.tiers import Tier

_ONE_DAY = timedelta(days=1)


class AccountStatus(Document):
    """An account on `as_of`, as it is known today; revenues are Sales Revenue in `currency`, unrounded (R-2.2a).

    `assessed_on` is the day of the decision that stands, by `edition`. `findings` are those of the tier that is held,
    and `open_cases` counts what of it is short. `notes` say what cannot be told of a day, and why. Of a day inside a
    month `ytd_revenue` and the finding on revenue count the whole month: `…/revenue?as_of=` has the number of the day.
    """

    account_id: str
    partner_id: str
    partner_name: str | None
    country: str
    currency: str
    as_of: date
    assessed_on: date
    edition: str
    tier: Tier | None
    tier_since: date | None
    ytd_revenue: ExactNumber | None
    prev_year_revenue: ExactNumber | None
    findings: tuple[Finding, ...]
    open_cases: int
    benefits: tuple[BenefitOnDate, ...]
    notes: tuple[str, ...] = ()


class ExpirySeen(Expiry):
    """What counts today and runs out in `days_left` days; `falls_short`: from then on the requirement is not met."""

    days_left: int
    falls_short: bool


class RunningOut(Document):
    """A requirement of the tier that is met today and, unless something is renewed, no longer on `short_on`.

    `mend_by` is the last day to mend it: on the next one the tier is lost (R-3.3), or the vendor decides (R-4.1.1,
    R-4.1.6); of revenue, the last one whose invoices count for the year (R-3.4b). None for brand alignment: its time
    runs from a notice (R-4.1.7).
    """

    finding: Finding
    short_on: date
    mend_by: date | None


class AccountExpiries(Document):
    """Everything that runs out by itself, in the order of days.

    `requirements` names those that will not be met, also where somebody leaves or a site closes. Of what the tier asks
    for, by the decision of `assessed_on`.
    """

    account_id: str
    on: date
    assessed_on: date
    tier: Tier | None
    items: tuple[ExpirySeen, ...]
    requirements: tuple[RunningOut, ...]


class CaseStanding(Document):
    """A case with what decides its place in the list. `days_left` to its last day; negative when that has passed.

    `decision_due`: it waits for the vendor. `version` is that of its ETag: a decision names it.
    """

    case_id: str
    open: bool
    decision_due: bool
    days_left: int | None
    version: str
    case: Case


class AccountCases(Document):
    """All cases of the account: the open ones by their last day, those that wait for the vendor first; then the others.

    Those that have ended begin with the latest end.
    """

    account_id: str
    on: date
    assessed_on: date
    items: tuple[CaseStanding, ...]


class Standing:
    """Of what is stored; nothing is decided anew."""

    def __init__(self, *, accounts: AccountStore, history: AccountHistory, rulebook: Rulebook, clock: Clock) -> None:
        self._accounts = accounts
        self._history = history
        self._rulebook = rulebook
        self._clock = clock

    def status(self, account_id: str, as_of: date | None = None) -> AccountStatus:
        """Now: three reads. As of a day: those, the versions of the state, and the facts once more.

        Raises `NotFound`, `AskedAhead` for a day to come.
        """
        today = self._clock.today()
        not_ahead(as_of, today)
        facts, stored = self._accounts.load(account_id, today.year)
        if stored.state is None:
            raise NotFound("There is no such account.")
        known = _as_it_stands(stored.state, today) if as_of is None else self._as_of(account_id, as_of, today)
        named = known.model_copy(update={"partner_name": facts.partner.name if facts.partner else None})
        try:
            found = benefits_on(facts, known.tier, known.as_of, self._rulebook)
        except (NotInForce, CountryNotInProgram) as outside:
            return named.model_copy(update={"notes": (*known.notes, f"no benefits: {outside}")})
        return named.model_copy(update={"benefits": found})

    def _as_of(self, account_id: str, as_of: date, today: date) -> AccountStatus:
        then = self._history.at(account_id, as_of, today)
        partner_id, country = split_account_id(account_id)
        return AccountStatus(
            account_id=account_id,
            partner_id=partner_id,
            partner_name=None,
            country=country,
            currency=then.currency,
            as_of=as_of,
            assessed_on=then.decided_on,
            edition=then.edition,
            tier=then.tier,
            tier_since=then.tier_since,
            ytd_revenue=then.ytd_revenue,
            prev_year_revenue=then.prev_year_revenue,
            findings=then.findings,
            open_cases=len(then.cases),
            benefits=(),
            notes=then.notes,
        )

    def expiries(self, state: AccountState) -> AccountExpiries:
        """No read beside the state."""
        on = self._clock.today()
        ending = tuple(sorted(self._running_out(state, on), key=lambda item: item.short_on))
        short = {(item.finding.requirement, item.short_on) for item in ending}
        ahead = (item for item in state.expiries if item.expires_on > on)
        return AccountExpiries(
            account_id=state.account_id,
            on=on,
            assessed_on=state.assessed_on,
            tier=state.tier,
            items=tuple(
                ExpirySeen(
                    **item.model_dump(),
                    days_left=(item.expires_on - on).days,
                    falls_short=(item.requirement, item.expires_on) in short,
                )
                for item in ahead
            ),
            requirements=ending,
        )

    def _running_out(self, state: AccountState, on: date) -> Iterator[RunningOut]:
        for item in state.findings:
            if item.met and item.until is not None and item.until > on:
                mend_by = self._mend_by(item.requirement, item.until, state, on)
                yield RunningOut(finding=item, short_on=item.until, mend_by=mend_by)

    def _mend_by(self, requirement: Requirement, short_on: date, state: AccountState, on: date) -> date | None:
        rules = self._rulebook.at(short_on)
        match requirement:
            case Requirement.BRAND:
                return None
            case Requirement.REVENUE:
                return date((short_on - _ONE_DAY).year, 12, 31)
            case Requirement.BUSINESS_PLAN:
                return short_on - _ONE_DAY
            case Requirement.TERMS if given := _last_day_to_accept(rules, state, on):
                return given
        return short_on + timedelta(days=rules.compliance_days)

    def cases(self, state: AccountState, *, for_partner: bool) -> AccountCases:
        """No read beside the state."""
        on = self._clock.today()
        shown = (_standing(case, on, for_partner=for_partner) for case in sorted(state.cases, key=_urgency))
        return AccountCases(account_id=state.account_id, on=on, assessed_on=state.assessed_on, items=tuple(shown))


def _last_day_to_accept(rules: Rules, state: AccountState, on: date) -> date | None:
    """Where a version of the Terms is to be accepted, or will be: that of its case. None where none is (R-4.1.1)."""
    open_cases = (case for case in state.cases if case.is_open and case.requirement is Requirement.TERMS)
    if (case := next(open_cases, None)) is not None:
        return case.due_on
    if rules.terms_since <= on:
        return None
    return rules.terms_accept_by or rules.terms_since + timedelta(days=rules.compliance_days)


def _as_it_stands(state: AccountState, today: date) -> AccountStatus:
    return AccountStatus(
        account_id=state.account_id,
        partner_id=state.partner_id,
        partner_name=None,
        country=state.country,
        currency=state.currency,
        as_of=today,
        assessed_on=state.assessed_on,
        edition=state.edition,
        tier=state.tier,
        tier_since=state.tier_since,
        ytd_revenue=state.ytd_revenue,
        prev_year_revenue=state.prev_year_revenue,
        findings=state.findings,
        open_cases=sum(case.is_open for case in state.cases),
        benefits=(),
    )


def _urgency(case: Case) -> tuple[bool, int]:
    """Open before closed; of the open ones the earliest last day first, of the others the latest end."""
    if case.is_open:
        return False, case.due_on.toordinal() if case.due_on and not case.decision_due else 0
    return True, -case.closed_on.toordinal() if case.closed_on else 0


def _standing(case: Case, on: date, *, for_partner: bool) -> CaseStanding:
    return CaseStanding(
        case_id=case.case_id,
        open=case.is_open,
        decision_due=case.decision_due,
        days_left=(case.due_on - on).days if case.is_open and case.due_on else None,
        version=case.version,
        case=case_for_partner(case) if for_partner else case,
    )
