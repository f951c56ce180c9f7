"""Restate a closed year's frozen revenue: look first, then apply what was seen (R-5.4d).

A restatement is a revision of its own beside the frozen baseline, with who did it and why. Nothing is overwritten, and
statements that were made stay; the account is assessed again because its revenue has changed.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from partner_program.domain.facts import AccountFacts
from partner_program.domain.payments.audit import AuditDraft
from partner_program.domain.payments.payout import act_id
from partner_program.domain.payments.people import Action, Actor, check_may
from partner_program.domain.payments.reasons import given_reason
from partner_program.domain.restatement import Restatement, restatement
from partner_program.domain.revenue import Baseline, latest_baseline
from partner_program.domain.yearly_revenue import whole_year
from partner_program.rulebook import Rulebook
from partner_program.use_cases.close_quarter import close_of
from partner_program.use_cases.payment_ports import PaymentBook
from partner_program.use_cases.ports import AccountStore
from partner_program.values.errors import InvalidValue, NotFound, ProgramError, VersionConflict
from partner_program.values.money import EXACT, plain
from partner_program.values.periods import Quarter


class YearNotClosed(ProgramError):
    """The year's books are still open: what is reported counts by itself."""


class NotFrozen(NotFound):
    """The account has no baseline of the year."""


class NothingToRestate(ProgramError):
    """The year comes to exactly what its baseline says."""


class AmountHasChanged(ProgramError):
    """The year comes to another amount than the one that was looked at; look again."""


class RestatedMeanwhile(VersionConflict):
    """Somebody else has restated the year at the same time; look again."""


class DueRestatement(NamedTuple):
    """An account whose year comes to another amount than its baseline says. Amounts are unrounded, in `currency`."""

    account_id: str
    currency: str
    standing: Decimal
    recomputed: Decimal

    @property
    def difference(self) -> Decimal:
        """What a restatement would add."""
        return EXACT.subtract(self.recomputed, self.standing)


class RestateBaseline:
    """The audited act of R-5.4d."""

    def __init__(self, accounts: AccountStore, rulebook: Rulebook, book: PaymentBook) -> None:
        self._accounts = accounts
        self._book = book
        self._rulebook = rulebook

    def preview(self, account_id: str, year: int, on: date) -> Restatement:
        """What a restatement would be on a day; writes nothing.

        Raises `YearNotClosed`, `NotFrozen`, and `InvalidValue` for an id that is none.
        """
        return self._look(account_id, year, on)[1]

    def _look(self, account_id: str, year: int, on: date) -> tuple[AccountFacts, Restatement]:
        self._check_closed(year, on)
        facts, _ = self._accounts.load(account_id, year)
        standing = _standing(facts, year)
        statements = self._accounts.statements(account_id, Quarter(year + 1, 1))
        return facts, restatement(facts, standing, statements, self._rulebook, on)

    def apply(
        self,
        account_id: str,
        year: int,
        *,
        expected_amount: Decimal,
        by: Actor,
        reason: str,
        on: date,
        request: str = "",
    ) -> Baseline:
        """Put the next revision, if the year still comes to what the person saw; the baseline that counts from now on.

        The same act once more changes nothing and answers the same; with a `request` that was asked before, even after
        the year was restated again. Raises what `preview` raises, `NothingToRestate`, `AmountHasChanged`,
        `RestatedMeanwhile`, `NotAllowed`; `InvalidValue` without a reason, or for a day before the last restatement.
        """
        check_may(by, Action.RESTATE)
        reason = given_reason(reason, "restate")
        facts, seen = self._look(account_id, year, on)
        standing = seen.standing
        for one in (one for one in facts.baselines if one.year == year and one.revision):
            if (one.sales_revenue, one.restated_by, one.reason) == (expected_amount, by.person, reason) and (
                one == standing or self._is_of(one, request)
            ):
                return one
        _check(seen, expected_amount, on)
        revision = standing.model_copy(
            update={
                "sales_revenue": seen.recomputed,
                "revision": standing.revision + 1,
                "restated_on": on,
                "restated_by": by.person,
                "reason": reason,
            }
        )
        return self._commit(_entry(seen, revision, by, on, request), revision)

    def _commit(self, draft: AuditDraft, revision: Baseline) -> Baseline:
        """The revision as it was entered: perhaps by the same request, which came twice at once."""
        told = f"{draft.subject} was restated by somebody else meanwhile"
        try:
            act = self._book.commit(draft, [revision]).act
        except VersionConflict:
            raise RestatedMeanwhile(told) from None
        if (act.by, act.details) != (draft.by, draft.details):
            raise RestatedMeanwhile(told)
        return revision.model_copy(update={"restated_on": act.on})

    def _is_of(self, revision: Baseline, request: str) -> bool:
        entry = self._book.entry(_act_id(revision)) if request else None
        return entry is not None and entry.act.details.get("request") == request

    def due(self, year: int, on: date) -> Iterator[DueRestatement]:
        """Every account whose closed year comes to another amount than its baseline says, by id.

        Reads each account with a state. Raises `YearNotClosed`.
        """
        self._check_closed(year, on)
        for account_id, facts, _ in self._accounts.load_many(self._accounts.all_account_ids(), year):
            standing = latest_baseline(facts.baselines, year)
            recomputed = whole_year(facts, year).amount
            if standing is not None and standing.sales_revenue != recomputed:
                yield DueRestatement(account_id, standing.currency, standing.sales_revenue, recomputed)

    def _check_closed(self, year: int, on: date) -> None:
        closes_on = close_of(Quarter(year, 4), self._rulebook)
        if closes_on is None:
            raise YearNotClosed(f"{year} ended before the program's first day, {self._rulebook.in_force_from}")
        if on < closes_on:
            raise YearNotClosed(f"the books of {year} close on {closes_on}")


def _act_id(revision: Baseline) -> str:
    return act_id(Action.RESTATE, revision.account_id, revision.year, revision.revision)


def _entry(seen: Restatement, revision: Baseline, by: Actor, on: date, request: str) -> AuditDraft:
    currency = revision.currency
    details = {
        "before": f"{plain(seen.standing.sales_revenue)} {currency}",
        "after": f"{plain(revision.sales_revenue)} {currency}",
        "reason": revision.reason or "",
    }
    return AuditDraft(
        act_id=_act_id(revision),
        action=Action.RESTATE,
        by=by,
        on=on,
        subject=f"{revision.account_id} {revision.year}",
        details=details | ({"request": request} if request else {}),
    )


def _standing(facts: AccountFacts, year: int) -> Baseline:
    standing = latest_baseline(facts.baselines, year)
    if standing is None:
        raise NotFrozen(f"{facts.account_id} has no frozen revenue of {year}")
    return standing


def _check(seen: Restatement, expected_amount: Decimal, on: date) -> None:
    name = f"{seen.account_id} {seen.year}"
    if not seen.is_due:
        raise NothingToRestate(f"{name} comes to what its baseline says: {seen.recomputed:f} {seen.currency}")
    if seen.recomputed != expected_amount:
        raise AmountHasChanged(
            f"{name} comes to {seen.recomputed:f} {seen.currency}, not to {expected_amount:f}: look again"
        )
    if on < seen.standing.counts_from:
        raise InvalidValue(f"{name} has counted like this since {seen.standing.counts_from}, after {on}")
