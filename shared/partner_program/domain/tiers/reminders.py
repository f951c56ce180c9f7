"""Reminders before a case's last day and before an expiry, and the advice of R-3.1b, each given once.

They rest on the evening before: on what was known of an account at the end of the day before. So a day's own facts,
in whatever order they come, neither add a reminder nor take one away.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from partner_program.domain.facts import CertificationKind, TrainingKind
from partner_program.domain.tiers.account import AccountState, AdviceTold, Expiry, ExpiryReminder, Memory
from partner_program.domain.tiers.cases import Case, CaseStep
from partner_program.domain.tiers.certifications import valid_until
from partner_program.domain.tiers.compliance import with_step
from partner_program.domain.tiers.findings import Requirement
from partner_program.domain.tiers.requirements import findings, training_days
from partner_program.domain.tiers.situation import Situation
from partner_program.domain.tiers.year_close import judged_before
from partner_program.rulebook import Rules


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


def expiries(at: Situation) -> tuple[Expiry, ...]:
    """What counts today and runs out: per person and kind the certification that lasts longest, and the training.

    In the order of the day on which they run out. Only what the account's tier asks for.
    """
    if at.tier is None:
        return ()
    asked = {item.requirement for item in findings(at.tier, at)}
    found = (item for item in (*_certifications(at), *_trainings(at)) if item.requirement in asked)
    return tuple(sorted(found, key=lambda item: (item.expires_on, item.subject)))


def _certifications(at: Situation) -> Iterator[Expiry]:
    longest: dict[tuple[str, CertificationKind], Expiry] = {}
    for item in at.earned:
        if any(span.holds_on(at.on) for span in at.counted(item)):
            found = Expiry(
                requirement=Requirement(item.certification),
                subject=item.certification_id,
                holder=item.person_id,
                expires_on=valid_until(item, at.rules),
            )
            known = longest.get((item.person_id, item.certification))
            if known is None or found.expires_on > known.expires_on:
                longest[item.person_id, item.certification] = found
    yield from longest.values()


def _trainings(at: Situation) -> Iterator[Expiry]:
    months = at.rules.sales_training_validity_months
    done = [item.completed_on for item in at.facts.trainings if item.training is TrainingKind.ANNUAL_SALES]
    counting = [day for day in done if training_days(day, months).holds_on(at.on)]
    if counting:
        end = training_days(max(counting), months).end
        if end is not None:
            yield Expiry(requirement=Requirement.SALES_TRAINING, subject=max(counting).isoformat(), expires_on=end)


def reminder_days(state: AccountState, rules: Rules) -> Iterator[date]:
    """The days on which one is due, past ones too."""
    for case in state.cases:
        if case.is_open and case.due_on is not None:
            yield from (case.due_on - timedelta(days=days) for days in rules.compliance_reminder_days)
    for item in state.expiries:
        yield from (item.expires_on - timedelta(days=days) for days in rules.certification_reminder_days)
