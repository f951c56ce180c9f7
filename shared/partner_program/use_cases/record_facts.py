"""Rows → facts: which row of a key stands, what is held, and what was held and can be taken now.

History is the truth: every row is appended to it, and what stands is the row of the latest stamp. So redelivery, late
events and runs side by side end alike. A row is written before what could contradict the decision is read again:

* history, then what stands, so a row that changes nothing still outranks an older one that comes later;
* a fact, its copies, then who waits for it; a waiting row, then its dependency. Of two runs, one sees the other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from partner_program.domain.facts import Record
from partner_program.domain.files.outcomes import Outcome, Rejection
from partner_program.domain.records.dependencies import Need, announces, country_mistake, provides
from partner_program.domain.records.history import Decision, decide, in_place_of, outranking, overruled
from partner_program.domain.records.places import Fact, Place, canonical_place, owner_of
from partner_program.rulebook import Rulebook
from partner_program.use_cases.ports import Messages
from partner_program.use_cases.record_copies import ROUNDS, CopyWriter
from partner_program.use_cases.record_needs import Needs
from partner_program.use_cases.record_ports import Change, FactStore, WaitingReport, WaitingRow
from partner_program.values.errors import StaleVersion, VersionConflict


class Candidate(NamedTuple):
    """A row to be taken. `waiting` is its entry among the held ones, if it has one; `by` who sent it by itself.

    `known_on`: since when its history has it ("": not known to be there, so since today).
    """

    record: Record
    stamp: str
    waiting: WaitingRow | None = None
    by: str = ""
    known_on: str = ""


class Verdict(NamedTuple):
    """What became of a row."""

    candidate: Candidate
    outcome: Outcome
    rejection: Rejection | None = None


class Recorder:
    """Takes rows, batch after batch. Call `finish` at the end: it asks for the reports that waited.

    `completes`: also for those that wait for a row that changes nothing. An upload that breaks off comes again with the
    same stamps and is new once more; what a person sends again may be a request of its own, and is all that comes.
    """

    def __init__(
        self, facts: FactStore, messages: Messages, rulebook: Rulebook, today: date, *, completes: bool = False
    ) -> None:
        self._facts = facts
        self._messages = messages
        self._today = today
        self._completes = completes
        self._needs = Needs(facts, rulebook)
        self._rules = self._needs.rules_on(today)
        self._copies = CopyWriter(facts)
        self._reports: dict[WaitingReport, None] = {}

    def take(self, candidates: Iterable[Candidate]) -> Iterator[Verdict]:
        """What became of each row, and of rows of any file that waited for one of these.

        A held row may come again as a posted one when a later row of its own file mends it.
        """
        handled: set[WaitingRow] = set()
        done: list[WaitingRow] = []
        batch = list(candidates)
        while batch:
            verdicts = self._round(batch)
            yield from verdicts
            done += [
                row
                for verdict in verdicts
                if verdict.outcome is not Outcome.HELD and (row := verdict.candidate.waiting)
            ]
            batch = self._woken(verdicts, handled)
        # Only now: whoever takes over from here must still find each row whose own dependents were not woken.
        self._facts.settle(done, ())

    def take_if(self, candidate: Candidate, before: Fact | None) -> list[Verdict]:
        """`take` for one row, on condition that what stands is still what was seen (None: nothing).

        The stamp has to be later than that of what was seen. Raises `StaleVersion` having written nothing.
        """
        record = candidate.record
        if country_mistake(record, self._rules) is None and not self._needs.unmet([record]):
            self._correct(candidate, before)
        return list(self.take([candidate]))

    def finish(self) -> int:
        """Has every report that waited for what was taken processed again; how many there are."""
        reports = sorted({(report.distributor_id, report.report_id) for report in self._reports})
        for distributor_id, report_id in reports:
            self._messages.reprocess_report(distributor_id, report_id)
        self._facts.settle((), self._reports)
        self._reports = {}
        return len(reports)

    def _correct(self, candidate: Candidate, before: Fact | None) -> None:
        """History and what stands at once: whoever else has seen the same can no longer do that."""
        place, row = canonical_place(candidate.record), self._fact(candidate)
        after = before if before and before.record == row.record else in_place_of(row, before)
        change = Change(place, after, before.stamp if before else None)
        self._note_owners([change], {place: before} if before else {})
        if not self._facts.correct(change, row):
            raise StaleVersion("the record was corrected meanwhile")
        self._confirm([change])

    def _fact(self, candidate: Candidate) -> Fact:
        known_on = candidate.known_on or self._today.isoformat()
        return Fact(candidate.record, candidate.stamp, known_on, by=candidate.by)

    def _round(self, batch: Sequence[Candidate]) -> list[Verdict]:
        verdicts: list[Verdict] = []
        rest: list[Candidate] = []
        for candidate in batch:
            mistake = country_mistake(candidate.record, self._rules)
            if mistake:
                verdicts.append(Verdict(candidate, Outcome.HELD, mistake))
            else:
                rest.append(candidate)
        unmet: list[tuple[Candidate, Need]] = []
        while rest:
            ready, unmet = self._sorted_out(rest)
            taken = self._apply(ready)
            verdicts += taken
            rest = [candidate for candidate, _ in unmet]
            if not _provided(taken).intersection(need.dependency for _, need in unmet):
                break
        return verdicts + self._held(unmet)

    def _sorted_out(self, batch: Sequence[Candidate]) -> tuple[list[Candidate], list[tuple[Candidate, Need]]]:
        unmet = self._needs.unmet([candidate.record for candidate in batch])
        ready = [candidate for index, candidate in enumerate(batch) if index not in unmet]
        return ready, [(batch[index], need) for index, need in sorted(unmet.items())]

    def _held(self, unmet: Sequence[tuple[Candidate, Need]]) -> list[Verdict]:
        """Has rows wait, and looks once more: what came in between did not find them waiting."""
        waiting = [
            (candidate, WaitingRow(need.dependency, candidate.record, candidate.stamp, candidate.by))
            for candidate, need in unmet
        ]
        self._facts.wait(row for candidate, row in waiting if candidate.waiting is None)
        ready, unmet = self._sorted_out([candidate._replace(waiting=row) for candidate, row in waiting])
        held = [Verdict(candidate, Outcome.HELD, _rejection(need)) for candidate, need in unmet]
        return held + self._apply(ready)

    def _apply(self, batch: Sequence[Candidate]) -> list[Verdict]:
        """Rows that nothing is missing for: history, what stands, copies."""
        if not batch:
            return []
        by_place: dict[Place, list[Fact]] = {}
        for candidate in sorted(batch, key=lambda candidate: candidate.stamp):
            by_place.setdefault(canonical_place(candidate.record), []).append(self._fact(candidate))
        self._facts.keep((place, fact) for place, rows in by_place.items() for fact in rows)
        decisions = self._stand(by_place, self._facts.get(by_place))
        verdicts = [Verdict(candidate, *decisions[candidate.stamp]) for candidate in batch]
        taken = [verdict.candidate.record for verdict in verdicts if verdict.outcome is not Outcome.HELD]
        self._copies.spread(taken)
        self._facts.announce({dependency for record in taken for dependency in announces(record)})
        return verdicts

    def _stand(self, by_place: Mapping[Place, Sequence[Fact]], standing: Mapping[Place, Fact]) -> dict[str, Decision]:
        """Puts what stands after these rows, on the condition of what stood before."""
        decisions: dict[str, Decision] = {}
        pending = dict(by_place)
        for _round in range(ROUNDS):
            changes: list[Change] = []
            for place, rows in pending.items():
                before = standing.get(place)
                found, after = decide(rows, before)
                if before and after and after != before:
                    found, after = overruled(found, before, after, self._facts.history(place))
                decisions |= found
                if after and after != before:
                    changes.append(Change(place, in_place_of(after, before), before.stamp if before else None))
            refused = self._put(changes, standing)
            self._confirm([change for change in changes if change.seen and change.place not in refused])
            if not refused:
                return decisions
            pending, standing = {place: pending[place] for place in refused}, refused
        raise VersionConflict("others kept writing the same records")

    def _put(self, changes: Sequence[Change], standing: Mapping[Place, Fact]) -> dict[Place, Fact]:
        self._note_owners(changes, standing)
        return self._facts.put(changes)

    def _note_owners(self, changes: Sequence[Change], standing: Mapping[Place, Fact]) -> None:
        """Before it changes hands, who owned it: a fact is copied to all that ever had it (ADR 0015)."""
        moved = {}
        for place, after, _ in changes:
            owner, before = owner_of(after.record), standing.get(place)
            former = owner_of(before.record) if before else owner
            if owner and former and owner != former:
                moved[place] = (former, owner)
        if moved:
            self._facts.add_owners(moved)

    def _confirm(self, corrections: Iterable[Change]) -> None:
        """Reads the history again after a correction: a row that came in between may outrank it."""
        for place, fact, _ in corrections:
            standing = fact
            for _round in range(ROUNDS):
                latest = outranking(standing, self._facts.history(place))
                if latest is None:
                    break
                latest = in_place_of(latest, standing)
                refused = self._put([Change(place, latest, standing.stamp)], {place: standing})
                standing = refused.get(place, latest)
            else:
                raise VersionConflict("others kept writing the same record")

    def _woken(self, verdicts: Sequence[Verdict], handled: set[WaitingRow]) -> list[Candidate]:
        """The rows that waited for what was just taken; reports are noted when something has changed for them."""
        rows, reports = self._facts.waiting(_provided(verdicts))
        news = (verdict for verdict in verdicts if verdict.outcome is Outcome.POSTED or self._completes)
        changed = _provided(news)
        self._reports |= dict.fromkeys(report for report in reports if report.dependency in changed)
        woken = [row for row in rows if row not in handled]
        handled.update(woken)
        return [Candidate(row.record, row.stamp, row, row.by) for row in woken]


def _provided(verdicts: Iterable[Verdict]) -> set[str]:
    """Also of rows that changed nothing: an earlier run may have been killed before it woke anybody."""
    taken = (verdict.candidate.record for verdict in verdicts if verdict.outcome is not Outcome.HELD)
    return {dependency for record in taken for dependency in provides(record)}


def _rejection(need: Need) -> Rejection:
    return Rejection(code=need.code, message=need.message, column=need.column)
