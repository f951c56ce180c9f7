"""The history of an account: every change with its day, its cause, its rules and the edition that decided it.

It is read from the versions of the account's state. A day is decided anew until it is over, so of the versions of one
day the last one counts. `on` is the day on which something holds or a step was taken; `known_on` the day since which
the engine has it. They differ where facts came late, or where the engine made up for days that it had missed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum

from partner_program.domain.facts import CaseDecision
from partner_program.domain.model import Document
from partner_program.domain.past_states import StateVersion, change_key, made_whole
from partner_program.domain.revenue import Baseline
from partner_program.domain.tiers.account import AccountState, ChangeReason, IdleDecision, TierChange
from partner_program.domain.tiers.cases import Case, CaseEvent, CaseStep
from partner_program.domain.wording import amount_text


class EntryKind(StrEnum):
    """What an entry of the history tells."""

    TIER_CHANGE = "tier_change"
    SET_ASIDE = "set_aside"
    """A tier change that a correction of the account's start left without ground."""
    REINSTATED = "reinstated"
    """A tier change that was set aside and stands again."""
    WITHDRAWN = "withdrawn"
    """Something that later facts put something else in place of, such as a start on another day."""
    CASE = "case"
    DECISION = "decision"
    IDLE_DECISION = "idle_decision"
    """A decision of the vendor's without effect."""
    BASELINE = "baseline"


class HistoryEntry(Document):
    """One change. `what` and `cause` in words; `change` has the findings and entitlements of a tier change.

    `exact` is false where versions of the state before this one are missing: it may have been known earlier.
    """

    on: date
    known_on: date
    kind: EntryKind
    what: str
    cause: str = ""
    rules: tuple[str, ...] = ()
    edition: str = ""
    case_id: str = ""
    change: TierChange | None = None
    decision: CaseDecision | None = None
    version: int = 0
    exact: bool = True


class Gap(Document):
    """Versions of a state, from first to last, that are not kept."""

    first: int
    last: int


Key = tuple[object, ...]
_Told = Mapping[Key, HistoryEntry]


def history_of(versions: Sequence[StateVersion], baselines: Iterable[Baseline] = ()) -> tuple[HistoryEntry, ...]:
    """Every change between the versions, in the order of days; of one day in the order in which it became known."""
    entries = list(_of_baselines(baselines))
    kept = {item.version for item in versions}
    before: _Told = {}
    last = 0
    for item in versions_of_days(list(made_whole(versions))):
        now = dict(_told(item))
        found = [*_new(now, before), *_gone(now, before, item)]
        exact = kept.issuperset(range(last + 1, item.version))
        entries += [entry if exact else entry.model_copy(update={"exact": False}) for entry in found]
        before, last = now, item.version
    return tuple(sorted(entries, key=lambda entry: (entry.on, entry.known_on)))


def versions_of_days(versions: Sequence[StateVersion]) -> list[StateVersion]:
    """Of each day the version that it ended with."""
    return list({item.state.assessed_on: item for item in versions}.values())


def gaps(versions: Sequence[StateVersion]) -> tuple[Gap, ...]:
    """The versions that are missing before and between these."""
    found = []
    expected = 1
    for item in versions:
        if item.version > expected:
            found.append(Gap(first=expected, last=item.version - 1))
        expected = item.version + 1
    return tuple(found)


def _new(now: _Told, before: _Told) -> Iterator[HistoryEntry]:
    for key, entry in now.items():
        if key in before:
            continue
        if entry.kind is EntryKind.TIER_CHANGE and _aside(key) in before:
            again = {"kind": EntryKind.REINSTATED, "what": f"stands again: {entry.what}", "on": entry.known_on}
            yield entry.model_copy(update=again)
        else:
            yield entry


def _gone(now: _Told, before: _Told, item: StateVersion) -> Iterator[HistoryEntry]:
    """What stands no more and is told by nothing else."""
    for key, entry in before.items():
        told = key in now or _aside(key) in now or (key[0] == "aside" and ("tier", *key[1:]) in now)
        if not told:
            yield entry.model_copy(
                update={
                    "kind": EntryKind.WITHDRAWN,
                    "what": f"stands no more: {entry.what} ({entry.on})",
                    "cause": "by facts recorded since",
                    "on": item.state.assessed_on,
                    "known_on": item.state.assessed_on,
                    "version": item.version,
                }
            )


def _aside(key: Key) -> Key:
    return ("aside", *key[1:]) if key[0] == "tier" else key


def _told(item: StateVersion) -> Iterator[tuple[Key, HistoryEntry]]:
    """Everything that a state tells of the past, by what names it."""
    state, version = item.state, item.version
    entries = [*_of_cases(state), *_of_idle(state.memory.idle_decisions, state), *_of_changes(state)]
    for key, entry in entries:
        yield key, entry.model_copy(update={"version": version})


def _of_changes(state: AccountState) -> Iterator[tuple[Key, HistoryEntry]]:
    for change in state.tier_changes:
        entry = HistoryEntry(
            on=change.changed_on,
            known_on=state.assessed_on,
            kind=EntryKind.TIER_CHANGE,
            what=change_text(change),
            cause=change.cause or _grounds(change),
            rules=_rules(change),
            edition=change.edition,
            case_id=", ".join(change.case_ids),
            change=change,
        )
        yield _named("tier", change), entry
    for change in state.set_aside:
        entry = HistoryEntry(
            on=state.assessed_on,
            known_on=state.assessed_on,
            kind=EntryKind.SET_ASIDE,
            what=f"set aside: {change_text(change)} on {change.changed_on}",
            cause="it does not follow from the account's start as it is known now",
            rules=_rules(change),
            edition=change.edition,
            change=change,
        )
        yield _named("aside", change), entry


def _named(kind: str, change: TierChange) -> Key:
    return kind, *change_key(change)


def change_text(change: TierChange) -> str:
    """`promoted from authorized to premier`."""
    if change.reason is ChangeReason.ENDED or change.to_tier is None:
        return f"participation ended, {change.from_tier} until then"
    if change.from_tier is None:
        return f"{change.reason} as {change.to_tier}"
    return f"{change.reason} from {change.from_tier} to {change.to_tier}"


def _grounds(change: TierChange) -> str:
    if change.reached_on is None:
        return ""
    took = "" if change.business_days is None else f", {change.business_days} business days before"
    return f"every requirement met since {change.reached_on}{took}"


def _rules(change: TierChange) -> tuple[str, ...]:
    """The rule that was applied first, then those of the findings and entitlements it rests on or leads to."""
    grounds = [item.rule for item in change.findings] + [item.rule for item in change.entitlements]
    return tuple(dict.fromkeys([change.rule, *grounds]))


def _of_cases(state: AccountState) -> Iterator[tuple[Key, HistoryEntry]]:
    for case in state.cases:
        decisions = iter(case.decisions)
        for place, event in enumerate(case.events):
            decision = next(decisions, None) if event.step is CaseStep.DECIDED else None
            entry = HistoryEntry(
                on=event.on,
                known_on=state.assessed_on,
                kind=EntryKind.DECISION if event.step is CaseStep.DECIDED else EntryKind.CASE,
                what=_step_text(case, event),
                cause=event.note,
                rules=(case.rule,),
                edition=state.edition,
                case_id=case.case_id,
                decision=decision,
            )
            yield ("case", case.case_id, place, event.on, event.step), entry


def _step_text(case: Case, event: CaseEvent) -> str:
    subject = f" {case.subject}" if case.subject else ""
    name = f"{case.requirement.replace('_', ' ')}{subject} case"
    match event.step:
        case CaseStep.OPENED:
            return f"{name} opened: short since {case.opened_on}" + (f", due {case.due_on}" if case.due_on else "")
        case CaseStep.CLOSED:
            return f"{name} closed on {case.closed_on}: {case.outcome}"
        case CaseStep.DECISION_DUE:
            return f"{name} waits for the vendor's decision"
    return f"{name} {event.step}"


def _of_idle(idle: Iterable[IdleDecision], state: AccountState) -> Iterator[tuple[Key, HistoryEntry]]:
    for item in idle:
        decision = item.decision
        entry = HistoryEntry(
            on=item.on,
            known_on=state.assessed_on,
            kind=EntryKind.IDLE_DECISION,
            what=f"decision without effect: {decision.verdict.replace('_', ' ')} on {decision.requirement} "
            f"of {decision.opened_on} by {decision.decided_by}",
            cause=item.why,
            edition=state.edition,
            decision=decision,
        )
        yield ("idle", decision.key, decision.verdict, decision.until, item.on), entry


def _of_baselines(baselines: Iterable[Baseline]) -> Iterator[HistoryEntry]:
    """R-5.4d: the year as frozen, and every restatement with who did it and why."""
    before: dict[int, Baseline] = {}
    for item in sorted(baselines, key=lambda item: (item.year, item.revision)):
        amount, earlier = amount_text(item.sales_revenue, item.currency), before.get(item.year)
        was = f" from {amount_text(earlier.sales_revenue, earlier.currency)}" if earlier else ""
        yield HistoryEntry(
            on=item.counts_from,
            known_on=item.counts_from,
            kind=EntryKind.BASELINE,
            what=f"Sales Revenue {item.year} "
            + (f"restated{was} to {amount}" if item.revision else f"frozen: {amount}"),
            cause=f"{item.reason} ({item.restated_by})" if item.revision else "the year's books were closed",
            rules=("R-5.4d",),
        )
        before[item.year] = item
