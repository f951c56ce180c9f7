"""R-4.1.1: enrolled by the vendor, the Terms accepted, a site to take part with.

The Terms come in versions. A new version has a day by which those who have accepted an earlier one must accept it
too; up to then the earlier acceptance keeps them in.
"""

from datetime import date, timedelta

from partner_program.domain.facts import AccountFacts
from partner_program.domain.tiers.cases import CaseOutcome
from partner_program.domain.tiers.findings import Finding, Requirement
from partner_program.domain.tiers.situation import Situation, any_open
from partner_program.domain.tiers.spans import Span, merged, run_around
from partner_program.rulebook.terms import TermsVersion
from partner_program.values.tiers import Tier


def terms(tier: Tier, at: Situation) -> Finding | None:
    """R-4.1.1: enrolled by the vendor, the current Terms accepted (or still time for it); and a site open."""
    if not at.rules.terms_required(tier):
        return None
    version = at.rules.terms_version
    met, run = run_around(_kept_in(at), at.on)
    lacking, facts = _entry_gaps(at, version)
    if met and lacking:
        facts.append(f"Terms {version} to be accepted{_time_left(at)}")
    return Finding(
        rule="R-4.1.1",
        requirement=Requirement.TERMS,
        tier=tier,
        met=met,
        required=f"enrolled, Terms {version} accepted, a site open",
        found=", ".join(facts) or "nothing of it",
        missing=None if met else ", ".join(lacking) or None,
        basis=at.rules.basis("terms.version"),
        facts=tuple(facts),
        since=None if run.start == date.min else run.start,
        until=run.end,
        mend=None if met else f"Still needed: {', '.join(lacking)}.",
    )


def participation(facts: AccountFacts, version: str) -> tuple[Span, ...]:
    """The days on which a partner is enrolled, has accepted a version of the Terms, and has a site open."""
    accepted = [item.accepted_on for item in facts.terms_acceptances if item.version == version]
    if facts.partner is None or not accepted:
        return ()
    entered = Span(max(facts.partner.enrolled_on, min(accepted)))
    return merged(both for days in any_open(facts.sites) if (both := days.common_with(entered)))


def accepted_on(facts: AccountFacts, version: str, on: date) -> date | None:
    """When a version was accepted first, by a day."""
    days = [item.accepted_on for item in facts.terms_acceptances if item.version == version and item.accepted_on <= on]
    return min(days, default=None)


def _kept_in(at: Situation) -> tuple[Span, ...]:
    """The days of taking part by the version that stands, or by the one before it while there is time for the new."""
    kept: tuple[Span, ...] = ()
    for terms in at.rules.terms_versions:
        time = Span(date.min, _last_day(terms, at) + timedelta(days=1))
        before = (both for days in kept if (both := days.common_with(time)))
        kept = merged([*participation(at.facts, terms.version), *before])
    return kept


def accepted_spans(at: Situation) -> tuple[Span, ...]:
    """The days on which what has been accepted is enough: the version that stands, or the one before it in its time."""
    enough: tuple[Span, ...] = ()
    for terms in at.rules.terms_versions:
        time = Span(date.min, _last_day(terms, at) + timedelta(days=1))
        before = (both for days in enough if (both := days.common_with(time)))
        accepted = (item for item in at.facts.terms_acceptances if item.version == terms.version)
        enough = merged([*(Span(item.accepted_on) for item in accepted), *before])
    return enough


def _last_day(terms: TermsVersion, at: Situation) -> date:
    """The last day on which the version before is enough: the rulebook's, or the one that the vendor has set."""
    case = next(iter(at.cases_of(Requirement.TERMS, terms.version)), None)
    if case is not None and case.outcome is CaseOutcome.WAIVED:
        return date.max - timedelta(days=1)
    last = terms.accept_by or terms.starts + timedelta(days=at.rules.compliance_days)
    return max(last, case.due_on) if case is not None and case.due_on is not None and case.decisions else last


def _time_left(at: Situation) -> str:
    return f" by {at.rules.terms_accept_by}" if at.rules.terms_accept_by else ""


def _entry_gaps(at: Situation, version: str) -> tuple[list[str], list[str]]:
    """What lacks and what is there, as texts."""
    lacking, facts = [], []
    partner = at.facts.partner
    if partner is not None and partner.enrolled_on <= at.on:
        facts.append(f"enrolled on {partner.enrolled_on}")
    else:
        lacking.append("enrolment by the vendor")
    accepted = accepted_on(at.facts, version, at.on)
    if accepted is not None:
        facts.append(f"Terms {version} accepted on {accepted}")
    else:
        lacking.append(f"acceptance of Terms {version}")
    sites = sum(site.is_open_on(at.on) for site in at.facts.sites)
    if sites:
        facts.append(f"{sites} open site" if sites == 1 else f"{sites} open sites")
    else:
        lacking.append(f"an open site in {at.facts.country}")
    return lacking, facts
