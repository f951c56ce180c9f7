"""`SalesStore` on two tables: reports and contributions in ProgramTable, invoices and line references in SalesTable."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

from partner_program.adapters.parallel import each
from partner_program.adapters.table import Attribute, Item, PutRefused, Table
from partner_program.domain.revenue import Contribution
from partner_program.domain.sales.claims import Claims, bucket_of, dump_claims, load_claims, merged
from partner_program.domain.sales.receipt import Receipt
from partner_program.domain.sales.uncounted import UncountedLine, UncountedPlace, dump_uncounted
from partner_program.domain.tiers.account import AccountState
from partner_program.use_cases.report_ports import (
    MOST_REFUSALS_READ,
    CountedLine,
    LineReference,
    Offer,
    ReportState,
    ReportVersion,
    WindowResult,
    part_name,
)
from partner_program.values.errors import VersionConflict
from partner_program.values.tiers import Tier

MERGE_TRIES = 20
"""Each failed try means that somebody else made progress on the same invoice."""
REFERENCES_PER_ITEM = 2000
"""Line references in one item: 2000 of the longest ids stay below DynamoDB's 400 KB."""
UNCOUNTED_PER_ITEM = 50
"""Lines that did not count in one item: below 400 KB also where each letter of their cells is written as six bytes."""
_CONTRIBUTION = "contribution"
_LATER = "attribute_not_exists(pk) OR #run < :run OR (#run = :run AND #attempt <= :attempt)"


class DynamoSalesStore:
    """Reports, invoices and contributions in DynamoDB."""

    def __init__(self, program: Table, sales: Table) -> None:
        self._program = program
        self._sales = sales

    # -- reports

    def state(self, distributor_id: str, report_id: str) -> ReportState | None:
        """The report as it stands."""
        item = self._program.get(report_pk(distributor_id, report_id), "CURRENT")
        return ReportState.model_validate_json(str(item["body"])) if item else None

    def save_state(self, state: ReportState, expected_attempt: int) -> None:
        """Conditional on the stored attempt (0: none is stored). Raises `VersionConflict`."""
        item: Item = {
            "pk": report_pk(state.distributor_id, state.report_id),
            "sk": "CURRENT",
            "kind": "report",
            "attempt": state.attempt,
            "body": state.model_dump_json(),
        }
        if expected_attempt == 0:
            refused = self._program.put(item, condition="attribute_not_exists(pk)")
        else:
            refused = self._program.put(item, condition="attempt = :a", values={":a": expected_attempt})
        # A put whose answer was lost is repeated by the SDK and then finds itself (F28).
        if refused and not (refused.existing and refused.existing == item):
            raise VersionConflict("another worker has taken the report")

    def keep_version(self, distributor_id: str, report_id: str, version: ReportVersion) -> ReportVersion:
        """Put if absent by digest; the one that stands."""
        existing = self._program.put_new(
            {
                "pk": report_pk(distributor_id, report_id),
                "sk": f"VERSION#{version.digest[:16]}",
                "kind": "report_version",
                "body": version.model_dump_json(),
            }
        )
        return ReportVersion.model_validate_json(str(existing["body"])) if existing else version

    def versions(self, distributor_id: str, report_id: str) -> Sequence[ReportVersion]:
        """Every content that was processed, by digest."""
        items = self._program.query(report_pk(distributor_id, report_id), prefix="VERSION#")
        return [ReportVersion.model_validate_json(str(item["body"])) for item in items]

    def keep_refusal(self, distributor_id: str, report_id: str, receipt: Receipt) -> None:
        """History of uploads that were refused, by object version."""
        item: Item = {
            "pk": report_pk(distributor_id, report_id),
            "sk": f"REFUSED#{receipt.object_version}",
            "kind": "report_refused",
            "body": receipt.model_dump_json(),
        }
        self._program.put(item)

    def refusals(self, distributor_id: str, report_id: str) -> Sequence[Receipt]:
        """Uploads that were refused, by object version: `MOST_REFUSALS_READ` at most. One query."""
        page = self._program.page(report_pk(distributor_id, report_id), prefix="REFUSED#", limit=MOST_REFUSALS_READ)
        return [Receipt.model_validate_json(str(item["body"])) for item in page.items]

    def reports(self) -> Sequence[tuple[str, str]]:
        """Distributor and report of each that was ever begun or refused. Reads the whole table."""
        items = ((str(item["pk"]), str(item["sk"])) for item in self._program.having("kind"))
        known = {pk for pk, sk in items if pk.startswith("REPORT#") and (sk == "CURRENT" or sk.startswith("REFUSED#"))}
        return [(distributor_id, report_id) for _, distributor_id, report_id in (pk.split("#") for pk in sorted(known))]

    # -- windows of a run

    def windows(self, state: ReportState) -> Mapping[int, WindowResult]:
        """The finished windows of the state's run, by number."""
        found = (WindowResult.model_validate_json(str(item["body"])) for item in self._sales.query(run_pk(state)))
        return {result.number: result for result in found}

    def save_window(self, state: ReportState, result: WindowResult) -> None:
        """Replaces what an earlier attempt found; raises `VersionConflict` where a later attempt was here."""
        item: Item = {
            "pk": run_pk(state),
            "sk": f"WINDOW#{result.number:05d}",
            "kind": "report_window",
            "attempt": state.attempt,
            "body": result.model_dump_json(),
        }
        refused = self._sales.put(
            item, condition="attribute_not_exists(pk) OR attempt <= :a", values={":a": state.attempt}
        )
        if refused:
            raise VersionConflict("a later attempt has decided this window")

    def keep_uncounted(
        self, state: ReportState, window: int, found: Mapping[UncountedPlace, Sequence[UncountedLine]]
    ) -> None:
        """Several items at once; each says which attempt of which run has put it."""
        items = [item for place, lines in found.items() for item in _uncounted_items(state, window, place, lines)]
        seen: Mapping[str, Attribute] = {":run": state.run, ":attempt": state.attempt}
        names = {"#run": "run", "#attempt": "attempt"}
        each(lambda item: self._sales.put(item, condition=_LATER, values=seen, names=names), items)

    # -- invoices

    def claim(self, distributor_id: str, offers: Sequence[Offer]) -> Sequence[Claims]:
        """For each offer the claims that stand in its bucket afterwards: first come, first claimed."""
        looks = [offer for offer in offers if not offer.claims]
        found = self._sales.get_many(invoice_key(distributor_id, offer) for offer in looks)
        seen = {key: load_claims(str(item["body"])) for key, item in found.items()}
        claimed = iter(each(lambda offer: self._merge(distributor_id, offer), [o for o in offers if o.claims]))
        return [next(claimed) if offer.claims else seen.get(invoice_key(distributor_id, offer), {}) for offer in offers]

    def _merge(self, distributor_id: str, offer: Offer) -> Claims:
        """Put if absent, else merge on the condition of the version that was seen: nobody's claim is overwritten."""
        pk, sk = invoice_key(distributor_id, offer)
        standing: Claims = {}
        version = 0
        for _ in range(MERGE_TRIES):
            wanted = merged(standing, offer.claims)
            if wanted is None:
                return standing
            item: Item = {"pk": pk, "sk": sk, "kind": "invoice", "version": version + 1, "body": dump_claims(wanted)}
            refused = self._put_version(item, version)
            if refused is None:
                return wanted
            existing = refused.existing
            standing = load_claims(str(existing["body"])) if existing else {}
            version = int(existing["version"]) if existing else 0
        raise VersionConflict(f"an invoice was changed by others {MERGE_TRIES} times in a row")

    def _put_version(self, item: Item, version: int) -> PutRefused | None:
        if version == 0:
            return self._sales.put(item, condition="attribute_not_exists(pk)")
        return self._sales.put(item, condition="#v = :v", values={":v": version}, names={"#v": "version"})

    # -- contributions and their lines

    def contribute(self, parts: Sequence[tuple[Contribution, Sequence[LineReference]]]) -> None:
        """Put references, then the contribution, unless one of as many lines or more stands.

        The claims of a report's part only grow, so equal counts are equal contents; a twin that saw fewer lines cannot
        overwrite, and a repeat writes nothing that would wake the assessment.
        """
        each(lambda part: self._contribute(*part), parts)

    def _contribute(self, c: Contribution, lines: Sequence[LineReference]) -> None:
        part = part_name(c)
        rest = iter(lines)
        chunk = 0
        while some := list(islice(rest, REFERENCES_PER_ITEM)):
            item: Item = {
                "pk": f"LINES#{c.account_id}#{c.month}",
                "sk": f"{part}#{chunk:03d}",
                "kind": "line_references",
                "lines": c.lines,
                "body": json.dumps({"distributor_id": c.distributor_id, "lines": some}, separators=(",", ":")),
            }
            self._put_grown(self._sales, item, c.lines)
            chunk += 1
        standing: Item = {
            "pk": f"ACCOUNT#{c.account_id}",
            "sk": f"REVENUE#{c.month}#{part}",
            "kind": _CONTRIBUTION,
            "lines": c.lines,
            "body": c.model_dump_json(),
        }
        self._put_grown(self._program, standing, c.lines)

    def _put_grown(self, table: Table, item: Item, lines: int) -> None:
        """Put if absent, else in place of one of fewer lines, once that is in the history: it was known on its day.

        So there is, for each contribution that ever stood, what it was made of.
        """
        refused = table.put(item, condition="attribute_not_exists(pk)")
        for _ in range(MERGE_TRIES):
            if refused is None:
                return
            existing = refused.existing or table.get(str(item["pk"]), str(item["sk"]))
            if existing is None or int(existing["lines"]) >= lines:
                return
            table.put(_replaced(existing))
            grown = item | ({"earlier": _known_days(existing)} if item["kind"] == _CONTRIBUTION else {})
            seen = {":seen": existing["lines"]}
            refused = table.put(grown, condition="#lines = :seen", values=seen, names={"#lines": "lines"})
        raise VersionConflict(f"a contribution was replaced by others {MERGE_TRIES} times in a row")

    def lines_of(self, account_id: str, month: str) -> Iterator[CountedLine]:
        """Every counted line of an account and month, invoice by invoice."""
        for item in self._sales.query(f"LINES#{account_id}#{month}"):
            stored = json.loads(str(item["body"]))
            distributor_id, lines = str(stored["distributor_id"]), [LineReference(*line) for line in stored["lines"]]
            buckets = sorted({(line.invoice_number, bucket_of(line.line_number)) for line in lines})
            looks = [Offer(invoice, bucket, {}) for invoice, bucket in buckets]
            claims = dict(zip(buckets, self.claim(distributor_id, looks), strict=True))
            for line in lines:
                claim = claims[line.invoice_number, bucket_of(line.line_number)][line.line_number]
                yield CountedLine(distributor_id, line.invoice_number, line.line_number, claim)

    # -- accounts

    def tier_changes(self, account_ids: Iterable[str]) -> Mapping[str, tuple[tuple[date, Tier | None], ...]]:
        """Per account that has a state: the days on which its tier changed and to what, in order."""
        items = self._program.get_many((f"ACCOUNT#{account}", "STATE") for account in account_ids)
        states = (AccountState.model_validate_json(str(item["body"])) for item in items.values())
        return {
            state.account_id: tuple((change.changed_on, change.to_tier) for change in state.tier_changes)
            for state in states
        }


def _uncounted_items(
    state: ReportState, window: int, place: UncountedPlace, lines: Sequence[UncountedLine]
) -> Iterator[Item]:
    for chunk, start in enumerate(range(0, len(lines), UNCOUNTED_PER_ITEM)):
        yield {
            "pk": f"UNCOUNTED#{place.account_id}#{place.month}",
            "sk": f"{state.distributor_id}#{state.report_id}#{window:05d}#{chunk:03d}",
            "kind": "uncounted_lines",
            "run": state.run,
            "attempt": state.attempt,
            "body": dump_uncounted(lines[start : start + UNCOUNTED_PER_ITEM]),
        }


def _replaced(standing: Item) -> Item:
    """The entry in the history of what has grown, named by what it is replaced for: its lines."""
    name = f"{standing['sk']}#{int(standing['lines']):09d}"
    return standing | {"pk": f"HISTORY#{standing['pk']}", "sk": name}


def _known_days(standing: Item) -> str:
    """The days on which a contribution, and those that stood before it, became known."""
    known_on = Contribution.model_validate_json(str(standing["body"])).known_on
    return f"{standing.get('earlier', '')} {known_on}".strip()


def report_pk(distributor_id: str, report_id: str) -> str:
    """The partition of a report in the program table."""
    return f"REPORT#{distributor_id}#{report_id}"


def run_pk(state: ReportState) -> str:
    """The partition of a run's finished windows in the sales table."""
    return f"RUN#{state.distributor_id}#{state.report_id}#{state.digest[:16]}#{state.run:04d}"


def invoice_key(distributor_id: str, offer: Offer) -> tuple[str, str]:
    """Where the claims of an invoice bucket lie in the sales table."""
    return f"INVOICE#{distributor_id}#{offer.invoice_number}", f"LINES#{offer.bucket:04d}"
