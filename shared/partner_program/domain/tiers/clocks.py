"""What an account owes its tier on a day: one `Lapse` for each requirement that is not fulfilled, with its dates.

From these the cases of the day follow (compliance.py). Revenue has no clock of its own: it is judged at the year's
close, and only an Authorized account's shortfall then waits for a decision (year_close.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from partner_program.domain.tiers.cases import Case, CaseOutcome
from partner_program.domain.tiers.causes import causes
from partner_program.domain.tiers.findings import Finding, Requirement
from partner_program.domain.tiers.premier_duties import MEND_BRAND, aligned_spans, brand_lapse, plan_lapses
from partner_program.domain.tiers.requirements import counted_since, findings, met_spans
from partner_program.domain.tiers.situation import Situation
from partner_program.domain.tiers.spans import Span
from partner_program.domain.tiers.terms import accepted_on, participation
from partner_program.domain.tiers.year_close import flagged_years


@dataclass(frozen=True, slots=True)
class Lapse:
    """A requirement that is not fulfilled today: since when, and the last day to mend it (None: at once a decision).

    `notice`: the account is given a notice at once, and its time runs from there (R-4.1.7).
    """

    finding: Finding
    subject: str
    opened_on: date
    due_on: date | None
    causes: tuple[str, ...] = ()
    notice: bool = False

    @property
    def key(self) -> tuple[Requirement, str]:
        """What it shares with its case."""
        return self.finding.requirement, self.subject


def lapses(at: Situation) -> tuple[Lapse, ...]:
    """Everything that the account's tier asks for and that is not fulfilled, in the order of R-4.1."""
    if at.tier is None:
        return ()
    return tuple(lapse for finding in findings(at.tier, at) for lapse in _lapses_of(finding, at))


def _lapses_of(finding: Finding, at: Situation) -> Iterator[Lapse]:
    match finding.requirement:
        case Requirement.TERMS:
            yield from _terms(finding, at)
        case Requirement.BUSINESS_PLAN:
            for year, opened_on, due_on in plan_lapses(at):
                plan = f"Business Plan {year}"
                owed = _owed(finding, plan, f"Submit the {plan}.", required=plan, found="not submitted")
                yield Lapse(owed, str(year), opened_on, due_on)
        case Requirement.BRAND:
            for opened_on, first_period, causes_told in brand_lapse(at):
                owed = _owed(finding, "brand alignment", MEND_BRAND)
                yield Lapse(owed, "", opened_on, first_period, causes_told, notice=first_period is None)
        case Requirement.REVENUE:
            for year, flagged_on in flagged_years(finding, at):
                cause = f"Sales Revenue {year} below the Authorized threshold"
                yield Lapse(finding, str(year), flagged_on, None, (cause,))
        case _ if not finding.met:
            yield _shortfall(finding, at)


def _owed(finding: Finding, missing: str, mend: str, **words: str) -> Finding:
    """What is owed, in words, also while there is time and nothing counts as missing."""
    return finding.model_copy(update={"missing": missing, "mend": mend, **words})


def _shortfall(finding: Finding, at: Situation) -> Lapse:
    """R-3.2, R-3.3: from the first day of the shortfall, no earlier than tier and rulebook have asked for as much."""
    counted = counted_since(finding.requirement, finding.tier, at)
    opened_on = max(counted, _later(finding.since, at.answerable_since))
    due_on = opened_on + timedelta(days=at.rules.compliance_days)
    return Lapse(finding, "", opened_on, due_on, causes(finding.requirement, opened_on, at))


def _terms(finding: Finding, at: Situation) -> Iterator[Lapse]:
    """R-4.1.1: a version not accepted yet, from its first day on; or the last site closed, the enrolment put off."""
    version, days = at.rules.terms_version, timedelta(days=at.rules.compliance_days)
    if any(case.outcome is CaseOutcome.WAIVED for case in at.cases_of(finding.requirement, version)):
        return
    if accepted_on(at.facts, version, at.on) is None:
        opened_on = _later(at.rules.terms_since, at.started_on)
        due_on = at.rules.terms_accept_by or opened_on + days
        if opened_on > at.rules.terms_since:  # whoever starts later has the days of any other shortfall
            due_on = max(due_on, opened_on + days)
        cause = f"Terms {version} have been required since {at.rules.terms_since}"
        owed = _owed(finding, f"acceptance of Terms {version}", f"Accept the Terms {version}.")
        yield Lapse(owed, version, opened_on, due_on, (cause,))
    elif not finding.met:
        opened_on = _later(finding.since, at.started_on)
        yield Lapse(finding, version, opened_on, opened_on + days, (finding.missing or "",))


def met_again(case: Case, at: Situation) -> Span | None:
    """The first stretch of days, from a case's opening up to today, on which its requirement is met; None: none.

    One that covers the day of opening means that the case was opened on facts since corrected.
    """
    found = next((span for span in _met_spans(case, at) if span.end is None or span.end > case.opened_on), None)
    return found if found is not None and found.start <= at.on else None


def _met_spans(case: Case, at: Situation) -> Sequence[Span]:
    match case.requirement:
        case Requirement.TERMS:
            return participation(at.facts, case.subject)
        case Requirement.BUSINESS_PLAN:
            return [Span(item.submitted_on) for item in at.facts.business_plans if str(item.year) == case.subject]
        case Requirement.BRAND:
            return aligned_spans(at.facts.brand_reviews)
        case Requirement.REVENUE:
            met = [item for item in findings(case.tier, at) if item.requirement is case.requirement and item.met]
            return [Span(_later(item.since, case.opened_on + timedelta(days=1))) for item in met]
        case _:
            return met_spans(case.requirement, case.tier, at)


def _later(day: date | None, first: date | None) -> date:
    """The later of two days of which at least one is known: an account with a tier has its first day."""
    return max(known for known in (day, first) if known is not None)
