"""The answer to a what-if: the account without and with what is supposed, as the engine tells it, and what differs."""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum

from partner_program.domain.accelerator.statement import Statement, Step
from partner_program.domain.model import Document
from partner_program.domain.tiers.account import AccountState, TierChange
from partner_program.domain.tiers.cases import Case
from partner_program.domain.tiers.findings import Advice, Finding, Requirement
from partner_program.use_cases.queries.standing_view import unnamed
from partner_program.values.money import ExactNumber, plain
from partner_program.values.tiers import Tier


class CaseThen(Document):
    """A case that is open on the day asked about; `due_on` is the last day to mend it (None: the vendor decides)."""

    requirement: Requirement
    subject: str
    rule: str
    opened_on: date
    due_on: date | None
    missing: str | None
    mend: str | None
    decision_due: bool


class QuarterStatus(StrEnum):
    """How much of a quarter's rebate is certain."""

    FINAL = "final"
    """Its books are closed by the day asked about: the final statement."""
    EXPECTED = "expected"
    """They are not: as the quarter would end with what is known by that day."""
    NONE = "none"
    """They are closed, and there is no statement: the account was not Premier at the quarter's end. Or on the
    quarter's last day the program no longer runs in the country, or in another currency: nothing can be paid."""


class QuarterRebate(Document):
    """A quarter's rebate as the accelerator calculates it (R-5); amounts as in a statement, with its steps.

    `level_growth_pct` is the level that the year's revenue reaches, in percent of last year's (None: no level).
    """

    ytd_revenue: ExactNumber
    prev_year_revenue: ExactNumber
    premier: bool
    eligible: bool
    level_growth_pct: ExactNumber | None
    rate_pct: ExactNumber
    rebate_base: ExactNumber
    earned: ExactNumber
    settled_before: ExactNumber
    carried_in: ExactNumber
    payout: ExactNumber
    carried_out: ExactNumber
    payable_from: date
    reason: str
    steps: tuple[Step, ...]


class QuarterOutcome(Document):
    """A quarter (`2024Q4`) and what it pays."""

    quarter: str
    status: QuarterStatus
    rebate: QuarterRebate | None


class AccountOutcome(Document):
    """An account on the day asked about. `tier_changes` are those from today on; revenues are Sales Revenue, exact."""

    tier: Tier | None
    tier_since: date | None
    tier_changes: tuple[TierChange, ...]
    ytd_revenue: ExactNumber
    prev_year_revenue: ExactNumber
    findings: tuple[Finding, ...]
    advice: tuple[Advice, ...]
    cases: tuple[CaseThen, ...]
    quarters: tuple[QuarterOutcome, ...]


class Difference(Document):
    """Something that what is supposed would change; None on the side on which it is not there."""

    what: str
    before: str | None
    after: str | None


class WhatIfAnswer(Document):
    """An account on the day `on`, `before` and `after`: without and with what is supposed from `today` on.

    Both are told by what is known today; nothing of either is stored. Amounts are in `currency`.

    `differences` has all that is not the same in both, but for what follows from it or tells it in words: the grounds
    and entitlements of a tier change, the facts that a finding counts, reason and steps of a rebate. Level, rate and
    base of a quarter that is not eligible are left out: they earn nothing (R-5.1).
    """

    account_id: str
    currency: str
    today: date
    on: date
    before: AccountOutcome
    after: AccountOutcome
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]


def outcome_of(state: AccountState, since: date, quarters: tuple[QuarterOutcome, ...]) -> AccountOutcome:
    """What is told of a state."""
    return AccountOutcome(
        tier=state.tier,
        tier_since=state.tier_since,
        tier_changes=tuple(_without_names(state, since)),
        ytd_revenue=state.ytd_revenue,
        prev_year_revenue=state.prev_year_revenue,
        findings=state.findings,
        advice=state.advice,
        cases=tuple(_case_then(case) for case in state.cases if case.is_open),
        quarters=quarters,
    )


def _without_names(state: AccountState, since: date) -> Iterator[TierChange]:
    """The changes from a day on; who of the vendor decided one today is not the partner's to read."""
    names = {decision.decided_by for case in state.cases for decision in case.decisions}
    for change in state.tier_changes:
        if change.changed_on >= since:
            yield change.model_copy(update={"cause": unnamed(change.cause, names)})


def _case_then(case: Case) -> CaseThen:
    return CaseThen(
        requirement=case.requirement,
        subject=case.subject,
        rule=case.rule,
        opened_on=case.opened_on,
        due_on=case.due_on,
        missing=case.missing,
        mend=case.mend,
        decision_due=case.decision_due,
    )


def rebate_of_statement(statement: Statement) -> QuarterRebate:
    """What is told of a statement."""
    reached = [mark.growth_pct for mark in statement.ladder if mark.reached]
    return QuarterRebate(
        ytd_revenue=statement.ytd_revenue,
        prev_year_revenue=statement.prev_year_revenue,
        premier=statement.premier,
        eligible=statement.eligible,
        level_growth_pct=max(reached, default=None),
        rate_pct=statement.rate_pct,
        rebate_base=statement.rebate_base,
        earned=statement.earned,
        settled_before=statement.settled_before,
        carried_in=statement.carried_in,
        payout=statement.payout,
        carried_out=statement.carried_out,
        payable_from=statement.payable_from,
        reason=statement.reason,
        steps=statement.steps,
    )


def differences(before: AccountOutcome, after: AccountOutcome) -> tuple[Difference, ...]:
    """What is not the same in both, in the order in which the outcome tells it; see `WhatIfAnswer`."""
    then, now = dict(_told(before)), dict(_told(after))
    names = dict.fromkeys([*then, *now])
    return tuple(_difference(name, then, now) for name in names if then.get(name) != now.get(name))


def _difference(name: str, then: Mapping[str, str], now: Mapping[str, str]) -> Difference:
    return Difference(what=name, before=then.get(name), after=now.get(name))


def _told(outcome: AccountOutcome) -> Iterator[tuple[str, str]]:
    """Name and value of everything that can differ, in the words of the engine."""
    yield "tier", outcome.tier.value if outcome.tier else "none"
    yield "tier_since", str(outcome.tier_since or "none")
    if outcome.tier_changes:
        yield "tier_changes", "; ".join(map(_change_told, outcome.tier_changes))
    yield "ytd_revenue", plain(outcome.ytd_revenue)
    yield "prev_year_revenue", plain(outcome.prev_year_revenue)
    for finding in outcome.findings:
        yield f"findings.{finding.requirement}", _finding_told(finding)
    for advice in outcome.advice:
        yield f"advice.{advice.tier}", "; ".join(f"{item.requirement}: {item.missing}" for item in advice.missing)
    for case in outcome.cases:
        yield f"cases.{case.requirement}" + (f".{case.subject}" if case.subject else ""), _case_told(case)
    for quarter in outcome.quarters:
        yield from _told_of_quarter(quarter)


def _change_told(change: TierChange) -> str:
    reached = f", reached on {change.reached_on}" if change.reached_on else ""
    cause = f": {change.cause}" if change.cause else ""
    return f"{change.reason} to {change.to_tier or 'none'} on {change.changed_on}{reached}{cause}"


def _finding_told(finding: Finding) -> str:
    met = "met" if finding.met else "not met"
    since = f" since {finding.since}" if finding.since else ""
    until = f" until {finding.until}" if finding.until else ""
    return f"{met}{since}{until}: {finding.found} of {finding.required}"


def _case_told(case: CaseThen) -> str:
    due = f"due by {case.due_on}" if case.due_on else "for the vendor"
    return f"since {case.opened_on}, {due}" + (", to be decided" if case.decision_due else "")


def _told_of_quarter(outcome: QuarterOutcome) -> Iterator[tuple[str, str]]:
    name, rebate = f"quarters.{outcome.quarter}", outcome.rebate
    yield f"{name}.status", outcome.status.value
    if rebate is None:
        return
    yield f"{name}.premier", "yes" if rebate.premier else "no"
    yield f"{name}.eligible", "yes" if rebate.eligible else "no"
    rates = ("level_growth_pct", "rate_pct", "rebate_base") if rebate.eligible else ()
    amounts = ("earned", "settled_before", "carried_in", "payout", "carried_out")
    for what in ("ytd_revenue", "prev_year_revenue", *rates, *amounts):
        value = getattr(rebate, what)
        yield f"{name}.{what}", "none" if value is None else plain(value)
    yield f"{name}.payable_from", str(rebate.payable_from)


__all__ = [
    "AccountOutcome",
    "CaseThen",
    "Difference",
    "QuarterOutcome",
    "QuarterRebate",
    "QuarterStatus",
    "WhatIfAnswer",
    "differences",
    "outcome_of",
    "rebate_of_statement",
]
