"""The cases of a day: opened on the first day of a shortfall, closed when it is cured; and what follows otherwise.

`cases_of_the_day` holds the open cases against what the account owes. `time_run_out` takes the step of the day after
the last one: a brand notice, or the wait for a decision. `overdue` names the cases that cost the tier by themselves.
"""

from collections.abc import Iterable
from datetime import date

from partner_program.domain.facts import Verdict
from partner_program.domain.tiers.cases import Case, CaseEvent, CaseOutcome, CaseStep
from partner_program.domain.tiers.clocks import Lapse, lapses, met_again
from partner_program.domain.tiers.findings import Requirement
from partner_program.domain.tiers.premier_duties import end_of_remedy
from partner_program.domain.tiers.requirements import COMPLIANCE
from partner_program.domain.tiers.situation import Situation
from partner_program.rulebook import Mode
from partner_program.values.tiers import Tier

_SUBJECT_OF_MODE = {
    Requirement.BUSINESS_PLAN: "business_plan",
    Requirement.BRAND: "brand_alignment",
    Requirement.TERMS: "terms",
    Requirement.REVENUE: "authorized_participation",
}
"""Where the Guide says that the vendor "may" act: the rulebook's name for who decides."""


def cases_of_the_day(at: Situation) -> tuple[Case, ...]:
    """Every case so far, those that ended closed, those of new shortfalls opened."""
    owed = {lapse.key: lapse for lapse in lapses(at)}
    result = []
    for case in at.cases:
        if not case.is_open:
            result.append(case)
            continue
        lapse = owed.get((case.requirement, case.subject))
        met = met_again(case, at)
        if lapse is None or (met is not None and lapse.opened_on > case.opened_on):
            result.append(_ended(case, None if met is None else met.start, at.on))
        elif case.due_on is not None and lapse.opened_on > case.due_on:
            result.append(_ended(case, case.opened_on, at.on))  # facts recorded since: it all began after its end
        else:
            result.append(_continued(case, lapse, at))
            del owed[lapse.key]
    return (*result, *(_opened(lapse, at) for lapse in owed.values()))


def _opened(lapse: Lapse, at: Situation) -> Case:
    finding = lapse.finding
    case = Case(
        requirement=finding.requirement,
        subject=lapse.subject,
        number=1 + sum(_is_of_today(case, lapse, at.on) for case in at.cases),
        tier=finding.tier,
        rule=finding.rule,
        opened_on=lapse.opened_on,
        due_on=lapse.due_on,
        causes=lapse.causes,
    )
    case = with_step(_worded(case, lapse), at.on, CaseStep.OPENED, "; ".join(lapse.causes))
    return _noticed(case, at) if lapse.notice else case


def _is_of_today(case: Case, lapse: Lapse, on: date) -> bool:
    return (case.requirement, case.subject) == lapse.key and case.events[0].on == on


def _worded(case: Case, lapse: Lapse) -> Case:
    """With the words of today's finding."""
    finding = lapse.finding
    return case.model_copy(
        update={
            "required": finding.required, "found": finding.found, "missing": finding.missing, "mend": finding.mend,
        }
    )  # fmt: skip


def _continued(case: Case, lapse: Lapse, at: Situation) -> Case:
    """Facts recorded since may have moved the first day of the shortfall; its last day moves along.

    Not where the vendor has set it, or a notice; nor to the day on which the rulebook began to ask for more.
    """
    case = _worded(case, lapse).model_copy(update={"tier": lapse.finding.tier, "rule": lapse.finding.rule})
    fixed = case.noticed_on is not None or any(item.verdict is Verdict.EXTEND for item in case.decisions)
    due_on = case.due_on if fixed else lapse.due_on
    if case.requirement is Requirement.TERMS and case.due_on and lapse.due_on:
        due_on = max(case.due_on, lapse.due_on) if fixed else lapse.due_on
    elif lapse.opened_on == case.opened_on or _only_asked_for_more(case, lapse, at):
        return case
    if (lapse.opened_on, due_on) == (case.opened_on, case.due_on):
        return case
    note = f"from {lapse.opened_on} instead of {case.opened_on}, to be mended by {due_on}"
    return with_step(case, at.on, CaseStep.REDATED, note, opened_on=lapse.opened_on, due_on=due_on, causes=lapse.causes)


def _only_asked_for_more(case: Case, lapse: Lapse, at: Situation) -> bool:
    """Whether an account that was short all the while is now short of more."""
    return case.requirement in COMPLIANCE and lapse.opened_on > case.opened_on >= (at.answerable_since or at.on)


def _ended(case: Case, met_on: date | None, on: date) -> Case:
    """Cured on the day from which it is met; by facts since corrected never needed; or asked for no more."""
    if met_on is None:
        return closed(case, on, CaseOutcome.MOOT, on, "no longer asked for")
    if met_on <= case.opened_on:
        note = "by facts recorded since, there was no shortfall on the day of opening"
        return closed(case, on, CaseOutcome.CORRECTED, case.opened_on, note)
    return closed(case, on, CaseOutcome.CURED, met_on, f"met again since {met_on}")


def closed(case: Case, on: date, outcome: CaseOutcome, closed_on: date, note: str) -> Case:
    """The case with its end."""
    return with_step(case, on, CaseStep.CLOSED, note, outcome=outcome, closed_on=closed_on)


def with_step(case: Case, on: date, step: CaseStep, note: str, **changed: object) -> Case:
    """The case after one step more."""
    after = case.model_copy(update=changed)
    event = CaseEvent(on=on, step=step, note=note, opened_on=after.opened_on, due_on=after.due_on)
    return after.model_copy(update={"events": (*case.events, event)})


def _noticed(case: Case, at: Situation) -> Case:
    """R-4.1.7: from the notice on, the current and the following month are left to fulfil it."""
    due_on = end_of_remedy(at.on, at.rules)
    return with_step(case, at.on, CaseStep.NOTICED, f"to be mended by {due_on}", due_on=due_on)


def time_run_out(at: Situation) -> tuple[Case, ...]:
    """On the day after its last, a brand case gets its notice, and a case of the vendor's waits for a decision."""
    return tuple(_after_the_last_day(case, at) if is_overdue(case, at.on) else case for case in at.cases)


def is_overdue(case: Case, on: date) -> bool:
    """Whether a case is open after its last day; one without a last day is from the start."""
    return case.is_open and (case.due_on is None or on > case.due_on)


def _after_the_last_day(case: Case, at: Situation) -> Case:
    if case.requirement is Requirement.BRAND and case.noticed_on is None:
        return _noticed(case, at)
    if case.decision_due or case.requirement in COMPLIANCE or costs_the_tier(case, at):
        return case
    return with_step(case, at.on, CaseStep.DECISION_DUE, "the vendor decides")


def costs_the_tier(case: Case, at: Situation) -> bool:
    """Whether its time running out means a demotion without anybody's decision; nobody falls below Authorized so."""
    if at.tier is None or at.tier is Tier.AUTHORIZED or case.requirement is Requirement.REVENUE:
        return False
    if case.requirement in COMPLIANCE:
        return True
    return at.rules.decision_mode(_SUBJECT_OF_MODE[case.requirement]) is Mode.AUTOMATIC


def overdue(at: Situation) -> tuple[Case, ...]:
    """The cases for which the tier is lost today."""
    return tuple(case for case in at.cases if is_overdue(case, at.on) and costs_the_tier(case, at))


def lost_for_cases(cases: Iterable[Case], lost: Iterable[Case], at: Situation) -> tuple[Case, ...]:
    """The cases after the tier was lost for some of them."""
    ids = {case.case_id for case in lost}
    return tuple(
        closed(case, at.on, CaseOutcome.DEMOTED, at.on, f"{at.tier} lost")
        if case.is_open and case.case_id in ids
        else case
        for case in cases
    )
