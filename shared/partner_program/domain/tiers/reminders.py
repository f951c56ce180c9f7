"""Reminders before a case's last day and before an expiry, and the advice of R-3.1b, each given once.

They rest on the evening before: on what was known of an account at the end of the day before. So a day's own facts,
in whatever order they come, neither add a reminder nor take one away.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from partner_program.domain.facts import TrainingKind
from partner_program.domain.tiers.account import AccountState, AdviceTold, Expiry, ExpiryReminder, Memory
from partner_program.domain.tiers.ahead import situations_ahead
from partner_program.domain.tiers.cases import Case, CaseStep
from partner_program.domain.tiers.certifications import valid_until
from partner_program.domain.tiers.compliance import with_step
from partner_program.domain.tiers.findings import Requirement
from partner_program.domain.tiers.requirements import findings, training_days
from partner_program.domain.tiers.situation import Situation
from partner_program.domain.tiers.year_close import judged_before
from partner_program.rulebook import Rulebook, Rules
from partner_program.values.periods import add_months


def new_morning(evening: AccountState, on: date, rules: Rules) -> Memory:
    """What a day begins with: the memory of the evening before, with the reminders and the advice of the day."""
    before = evening.memory
    return Memory(
        cases=tuple(_reminded(case, on, rules) for case in before.cases),
        reminders=(
            *(item for item in before.reminders if item.expires_on > on),
            *_expiry_reminders(evening, on, rules),
        ),
        told=_told(evening, on),
        idle_decisions=before.idle_decisions,
        judged_year=judged_before(rules) if before.judged_year is None else before.judged_year,
    )


def _reminded(case: Case, on: date, rules: Rules) -> Case:
    if not case.is_open or case.due_on is None or (case.due_on - on).days not in rules.compliance_reminder_days:
        return case
    return with_step(case, on, CaseStep.REMINDED, f"{(case.due_on - on).days} days are left, until {case.due_on}")


def _expiry_reminders(evening: AccountState, on: date, rules: Rules) -> Iterator[ExpiryReminder]:
    for item in evening.expiries:
        days = (item.expires_on - on).days
        if days in rules.certification_reminder_days:
            yield ExpiryReminder(**item.model_dump(), on=on, days=days)


def _told(evening: AccountState, on: date) -> AdviceTold | None:
    told = evening.memory.told
    wanted = advice_to_tell(evening)
    if wanted is None or (told is not None and (told.tier, told.requirements) == (wanted.tier, wanted.requirements)):
        return told if wanted else None
    return wanted.model_copy(update={"on": on})


def advice_to_tell(state: AccountState) -> AdviceTold | None:
    """R-3.1b: what is missing for the next tier, where some of its requirements are met and others are not."""
    if state.tier is None or not state.advice:
        return None
    following = state.advice[0]
    missing = tuple(item.requirement for item in following.missing)
    return AdviceTold(tier=following.tier, requirements=missing, on=state.assessed_on) if missing else None


def is_told(state: AccountState) -> bool:
    """Whether the advice that was given last still says what is missing."""
    wanted, told = advice_to_tell(state), state.memory.told
    if wanted is None or told is None:
        return wanted is None and told is None
    return (told.tier, told.requirements) == (wanted.tier, wanted.requirements)


def expiries(at: Situation, rulebook: Rulebook) -> tuple[Expiry, ...]:
    """What counts today and runs out: per person and kind the certification that lasts longest, and the training.

    In the order of the day on which they run out, by the rulebook of that day. Only what the account's tier asks for.
    """
    if at.tier is None:
        return ()
    ends = ends_ahead(at, rulebook)
    asked = {item.requirement for item in findings(at.tier, at)}
    longest: dict[tuple[Requirement, str], Expiry] = {}
    for item in (*_certifications(at, ends), *_trainings(at, ends)):
        known = longest.get((item.requirement, item.holder))
        if item.requirement in asked and (known is None or item.expires_on > known.expires_on):
            longest[item.requirement, item.holder] = item
    return tuple(sorted(longest.values(), key=lambda item: (item.expires_on, item.subject)))


Ends = dict[tuple[Requirement, str], date]
"""Certifications and annual trainings, by what they are for and their name → the first day on which each is over."""


def ends_ahead(at: Situation, rulebook: Rulebook) -> Ends:
    """By the rulebook of that day; a certification that is not properly earned is left out (R-4.1.5c)."""
    ends = _ends(at)
    for then in situations_ahead(at, rulebook):
        later = _ends(then)
        ends |= {name: max(then.on, later.get(name, then.on)) for name, end in ends.items() if end >= then.on}
    return ends


def _ends(at: Situation) -> Ends:
    """By the rules of a day; a certification that is not properly earned by them is left out (R-4.1.5c)."""
    months = at.rules.sales_training_validity_months
    held = {(Requirement(item.certification), item.certification_id): valid_until(item, at.rules) for item in at.earned}
    return held | {
        (Requirement.SALES_TRAINING, item.completed_on.isoformat()): add_months(item.completed_on, months)
        for item in at.facts.trainings
        if item.training is TrainingKind.ANNUAL_SALES
    }


def _certifications(at: Situation, ends: Ends) -> Iterator[Expiry]:
    for item in at.earned:
        if at.counts(item):
            requirement, subject = Requirement(item.certification), item.certification_id
            yield Expiry(
                requirement=requirement, subject=subject, holder=item.person_id, expires_on=ends[requirement, subject]
            )


def _trainings(at: Situation, ends: Ends) -> Iterator[Expiry]:
    months = at.rules.sales_training_validity_months
    for item in at.facts.trainings:
        if item.training is TrainingKind.ANNUAL_SALES and training_days(item.completed_on, months).holds_on(at.on):
            subject = item.completed_on.isoformat()
            end = ends[Requirement.SALES_TRAINING, subject]
            yield Expiry(requirement=Requirement.SALES_TRAINING, subject=subject, expires_on=end)


def reminder_days(state: AccountState, rules: Rules) -> Iterator[date]:
    """The days on which one is due, past ones too."""
    for case in state.cases:
        if case.is_open and case.due_on is not None:
            yield from (case.due_on - timedelta(days=days) for days in rules.compliance_reminder_days)
    for item in state.expiries:
        yield from (item.expires_on - timedelta(days=days) for days in rules.certification_reminder_days)
