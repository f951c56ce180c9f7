"""One window of a POS report: its lines are judged, claimed, counted; what does not count is told why."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import NamedTuple

from partner_program.domain.files.delimited import BadRow, Row
from partner_program.domain.files.outcomes import Outcome, ReasonCode, Rejection
from partner_program.domain.files.reject_file import RejectedLine
from partner_program.domain.sales.claims import (
    Claim,
    Claims,
    ContributionKey,
    bucket_of,
    claim_of,
    contribution,
    verdict,
)
from partner_program.domain.sales.pos_cells import readable_amount
from partner_program.domain.sales.pos_lines import LineParser, SalesLine
from partner_program.domain.sales.pos_worth import Cause, Worth, judge
from partner_program.domain.sales.receipt import Summary, Tally
from partner_program.domain.sales.survey import LineName, Repeat
from partner_program.domain.sales.uncounted import sites_named, uncounted
from partner_program.use_cases.report_ports import LineReference, Offer, ReportState, SalesStore
from partner_program.use_cases.report_reference import ReferenceReader

_REPEATED = "another row of this file has the same invoice and line number"


class Candidate(NamedTuple):
    """A well-formed line with its columns as received."""

    line: SalesLine
    raw: tuple[str, ...]


class Decided(NamedTuple):
    """What became of a window's lines."""

    rows: int
    summary: Summary
    rejected: list[RejectedLine]


class Overtaken(Exception):
    """Another worker has taken the report over, or a newer version of it is there: nothing left to do here."""


Standing = dict[tuple[str, int], Claims]
"""Claims by invoice number and bucket."""
Counted = dict[ContributionKey, list[tuple[LineReference, Claim]]]
"""Posted lines by where they count."""


class WindowWorker:
    """Decides the windows of one run, one after another, for as long as the report is `ours` (the fencing token)."""

    def __init__(
        self, *, state: ReportState, sales: SalesStore, reference: ReferenceReader, parser: LineParser,
        repeats: Mapping[LineName, Repeat], ours: Callable[[], bool], header: Sequence[str],
    ) -> None:  # fmt: skip
        self._header = header
        self._state = state
        self._sales = sales
        self._reference = reference
        self._parser = parser
        self._repeats = repeats
        self._ours = ours

    def decide(self, number: int, rows: Iterable[Row | BadRow]) -> Decided:
        """Claims what can be posted, puts the window's contributions and keeps what did not count; may be repeated.

        Raises `Overtaken`. Two workers on one version may each see lines that the other has claimed later. So whoever
        has taken over, or finds itself overtaken, looks at the claims again once its own are made: the last one to look
        sees all of them, and the larger contribution stands.
        """
        window = _Book()
        candidates = list(self._well_formed(rows, window))
        window.tally.covers(candidate.line.invoice_date for candidate in candidates)
        judged = self._judged(candidates)
        if not self._ours():
            raise Overtaken
        standing = self._claimed(candidates, judged)
        overtaken = not self._ours()
        if overtaken or self._state.contested:
            standing = self._looked_up(candidates)
        counted = self._counted(candidates, judged, standing, window)
        self._contribute(number, counted)
        if overtaken:
            raise Overtaken
        window.rejected.sort(key=lambda rejected: rejected.line)
        self._keep_uncounted(number, window.rejected)
        return Decided(window.rows, window.tally.summary(), window.rejected)

    def settle(self, number: int, rows: Iterable[Row | BadRow]) -> None:
        """Puts the contributions of what this version has claimed, and claims nothing.

        For a version that was killed in a window and then replaced by a newer one: it will not run again, and a claim
        without a contribution would count nowhere.
        """
        candidates = list(self._well_formed(rows, _Book()))
        standing = self._looked_up(candidates)
        counted: Counted = {}
        for candidate in candidates:
            claim = _claim_on(candidate.line, standing)
            if claim is not None and claim.owner == self._state.owner:
                _count(counted, candidate.line, claim)
        self._contribute(number, counted)

    def _counted(
        self, candidates: Sequence[Candidate], judged: Sequence[Worth | tuple[Cause, ...]], standing: Standing,
        window: "_Book",
    ) -> Counted:  # fmt: skip
        """What the standing claims make of every line: into the book; posted ones by where they count."""
        counted: Counted = {}
        for candidate, opinion in zip(candidates, judged, strict=True):
            line = candidate.line
            claim = _claim_on(line, standing)
            if claim is None:
                window.held(candidate, opinion)
                continue
            outcome, code = verdict(claim, self._state.owner, line.content_hash)
            if code is not None:
                window.not_counted(candidate, outcome, code, self._told(code, claim))
                continue
            window.tally.posted(claim.currency, claim.billed, claim.credit, claim.flags)
            _count(counted, line, claim)
        return counted

    def _told(self, code: ReasonCode, claim: Claim) -> str:
        report_id, _, _ = claim.owner.rpartition("@")
        where = "an earlier version of this report" if report_id == self._state.report_id else f"report {report_id}"
        content = " with other content" if code is ReasonCode.LINE_CHANGED else ""
        return f"the line was counted{content} in {where}"

    def _well_formed(self, rows: Iterable[Row | BadRow], window: "_Book") -> Iterable[Candidate]:
        """Lines that are nothing but themselves: malformed and repeated ones go to the book."""
        for row in rows:
            window.rows += 1
            if isinstance(row, BadRow):
                window.malformed(row.line, None, (row.rejection,), row.raw)
                continue
            parsed = self._parser.parse(row)
            if not isinstance(parsed, SalesLine):
                window.malformed(row.line, readable_amount(row.cells), parsed, row.raw)
                continue
            candidate = Candidate(parsed, row.raw)
            repeat = self._repeats.get((parsed.invoice_number, parsed.line_number)) if self._repeats else None
            if repeat is None or (not repeat.differs and repeat.first_line == parsed.line):
                yield candidate
            elif repeat.differs:
                window.not_counted(candidate, Outcome.REJECTED, ReasonCode.REPEATED_LINE, _REPEATED)
            else:
                window.not_counted(candidate, Outcome.DUPLICATE, ReasonCode.REPEATED_IN_FILE, _REPEATED)

    def _judged(self, candidates: Sequence[Candidate]) -> list[Worth | tuple[Cause, ...]]:
        """Worth or causes of each line.

        Who waits for a record registers first and looks again afterwards: a record that came in between has not seen
        the registration and would never wake the report.
        """
        lines = [candidate.line for candidate in candidates]
        reference = self._reference.covering(lines)
        judged = [judge(line, reference) for line in lines]
        causes = (cause for opinion in judged if not isinstance(opinion, Worth) for cause in opinion)
        if self._reference.wait_for({cause.waits_for for cause in causes if cause.waits_for}):
            reference = self._reference.covering(lines)
            judged = [judge(line, reference) for line in lines]
        return judged

    def _claimed(self, candidates: Sequence[Candidate], judged: Sequence[Worth | tuple[Cause, ...]]) -> Standing:
        """The claims that stand in every invoice bucket of the window, ours among them."""
        offers: dict[tuple[str, int], dict[int, Claim]] = {}
        owner = self._state.owner
        for candidate, opinion in zip(candidates, judged, strict=True):
            line = candidate.line
            bucket = offers.setdefault((line.invoice_number, bucket_of(line.line_number)), {})
            if isinstance(opinion, Worth):
                bucket[line.line_number] = claim_of(line, opinion, owner)
        asked = [Offer(invoice, bucket, claims) for (invoice, bucket), claims in offers.items()]
        return dict(zip(offers, self._sales.claim(self._state.distributor_id, asked), strict=True))

    def _looked_up(self, candidates: Sequence[Candidate]) -> Standing:
        names = {(c.line.invoice_number, bucket_of(c.line.line_number)) for c in candidates}
        looks = [Offer(invoice, bucket, {}) for invoice, bucket in sorted(names)]
        return dict(zip(sorted(names), self._sales.claim(self._state.distributor_id, looks), strict=True))

    def _keep_uncounted(self, number: int, rejected: Sequence[RejectedLine]) -> None:
        """For the accounts whose sites they name; who reads them looks whether the window was saved with them."""
        named = sites_named(rejected, self._header)
        sites = self._reference.sites_named(named) if named else {}
        if sites:
            self._sales.keep_uncounted(self._state, number, uncounted(rejected, self._header, sites))

    def _contribute(self, number: int, counted: Counted) -> None:
        state = self._state
        parts = [
            (
                contribution(
                    key, (claim for _, claim in lines), distributor_id=state.distributor_id,
                    report_id=state.report_id, digest=state.digest, part=number, known_on=self._reference.today,
                ),
                [reference for reference, _ in lines],
            )
            for key, lines in counted.items()
        ]  # fmt: skip
        self._sales.contribute(parts)


def windows_of(rows: Iterable[Row | BadRow], size: int) -> Iterator[tuple[int, Iterator[Row | BadRow]]]:
    """Windows of `size` rows, numbered from 1; a file without rows has one, empty. Each is read to its end."""
    every = iter(rows)
    following = next(every, None)
    number = 0
    while following is not None or number == 0:
        number += 1
        rest = islice(every, size - 1)
        yield number, chain([] if following is None else [following], rest)
        for _ in rest:  # a window that was done before is skipped, not decided
            pass
        following = next(every, None)


def _claim_on(line: SalesLine, standing: Standing) -> Claim | None:
    return standing[line.invoice_number, bucket_of(line.line_number)].get(line.line_number)


def _count(counted: Counted, line: SalesLine, claim: Claim) -> None:
    key = ContributionKey(claim.account_id, claim.currency, claim.month)
    counted.setdefault(key, []).append((LineReference(line.invoice_number, line.line_number), claim))


class _Book:
    """Counts a window's lines and keeps those that did not count."""

    def __init__(self) -> None:
        self.rows = 0
        self.tally = Tally()
        self.rejected: list[RejectedLine] = []

    def malformed(
        self, line: int, amount: tuple[str, Decimal] | None, rejections: tuple[Rejection, ...], raw: tuple[str, ...]
    ) -> None:
        self.tally.not_counted(Outcome.REJECTED, rejections[0].code, amount)
        self.rejected.append(RejectedLine(Outcome.REJECTED, line, rejections, raw))

    def held(self, candidate: Candidate, opinion: Worth | tuple[Cause, ...]) -> None:
        if isinstance(opinion, Worth):
            raise AssertionError("a line that was offered has a claim afterwards")
        line = candidate.line
        self.tally.not_counted(Outcome.HELD, opinion[0].code, (line.currency, line.final_amount))
        self.tally.waits(opinion[0].code, (cause.waits_for for cause in opinion if cause.waits_for))
        rejections = tuple(
            Rejection(code=cause.code, message=cause.message, line=line.line, column=cause.column) for cause in opinion
        )
        self.rejected.append(RejectedLine(Outcome.HELD, line.line, rejections, candidate.raw, line.content_hash))

    def not_counted(self, candidate: Candidate, outcome: Outcome, code: ReasonCode, message: str) -> None:
        line = candidate.line
        self.tally.not_counted(outcome, code, (line.currency, line.final_amount))
        rejection = Rejection(code=code, message=message, line=line.line)
        self.rejected.append(RejectedLine(outcome, line.line, (rejection,), candidate.raw, line.content_hash))
