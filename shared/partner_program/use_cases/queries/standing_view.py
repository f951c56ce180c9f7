"""What a partner reads of its record: all but who of the vendor has decided, and what is meant for the vendor alone.

A decision's reason is the partner's to read; its mails leave the name out as well (docs/notices.md).
"""

from collections.abc import Iterable, Iterator

from partner_program.domain.facts import CaseDecision
from partner_program.domain.history import EntryKind, HistoryEntry
from partner_program.domain.notices.details import CaseDecided
from partner_program.domain.notices.model import AnyNotice, DecisionIdle
from partner_program.domain.tiers.cases import Case

VENDOR = "the vendor"


def case_for_partner(case: Case) -> Case:
    """Without the names of those who decided."""
    names = {decision.decided_by for decision in case.decisions}
    events = (event.model_copy(update={"note": unnamed(event.note, names)}) for event in case.events)
    return case.model_copy(update={"decisions": tuple(map(_unsigned, case.decisions)), "events": tuple(events)})


def history_for_partner(entries: Iterable[HistoryEntry], names: Iterable[str]) -> Iterator[HistoryEntry]:
    """Without decisions that had no effect, and without the names."""
    known = set(names)
    for entry in entries:
        if entry.kind is not EntryKind.IDLE_DECISION:
            decision = None if entry.decision is None else _unsigned(entry.decision)
            yield entry.model_copy(update={"cause": unnamed(entry.cause, known), "decision": decision})


def notices_for_partner(notices: Iterable[AnyNotice]) -> Iterator[AnyNotice]:
    """Without those that are for the vendor (a decision without effect), and without the names."""
    for notice in notices:
        decision = getattr(notice.detail, "decision", None)
        if isinstance(notice, DecisionIdle):
            continue
        if isinstance(decision, CaseDecided):
            told = decision.model_copy(update={"decided_by": VENDOR})
            notice = notice.model_copy(update={"detail": notice.detail.model_copy(update={"decision": told})})
        yield notice


def unnamed(text: str, names: Iterable[str]) -> str:
    """A note as the engine writes it (`waive by Petra: …`, `… (Petra)`), without the person."""
    for name in names:
        text = text.replace(f" by {name}: ", f" by {VENDOR}: ").removesuffix(f" ({name})")
    return text


def _unsigned(decision: CaseDecision) -> CaseDecision:
    return decision.model_copy(update={"decided_by": VENDOR})
