"""The invoice lines behind a number of revenue: their credit adds up to it exactly (R-2.2a, R-2.2b).

Lines are listed by month and, in it, by the parts of reports that brought them. A position names the next line within
stored references and the version of these: a part that grows between two pages, because lines that were held count now,
is listed to its end as it was when the list came to it. So no line comes twice and none that counted then is missing.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from partner_program.domain.files.outcomes import Flag
from partner_program.domain.model import Document
from partner_program.domain.sales.claims import Claim
from partner_program.rulebook import NotInForce, Rulebook
from partner_program.use_cases.ports import Clock
from partner_program.use_cases.queries.revenue_ports import References, RevenueReads
from partner_program.use_cases.report_ports import CountedLine, LineReference
from partner_program.values.errors import InvalidValue, NotFound
from partner_program.values.money import EXACT, ExactNumber, plain

CLAIMS_AT_ONCE = 100
MOST_READS_MORE = 4
"""Reads of references for one page, beyond one for each month: where little of what they bring is wanted, the page is
short and the next one goes on."""


class RevenueLine(Document):
    """A line that counts. Amounts in `currency`, discounts in percent; `credit` is exact, `credited_pct` of `billed`.

    `credited_pct` is None where the line was credited by another share than its class has on its date now. `flags` are
    for the channel manager: the line counts all the same.
    """

    distributor_id: str
    report_id: str
    invoice_number: str
    line_number: int
    invoice_date: date
    site_id: str
    sku: str
    product_class: str
    quantity: int
    list_unit_price: ExactNumber
    tier_discount_pct: ExactNumber
    project_discount_pct: ExactNumber
    currency: str
    billed: ExactNumber
    credited_pct: ExactNumber | None
    credit: ExactNumber
    rule: str = "R-2.2a"
    flags: tuple[Flag, ...]


class LinesPage(Document):
    """Some lines; a page may have fewer than asked for, even none: the list ends where `next_cursor` is null."""

    account_id: str
    items: tuple[RevenueLine, ...]
    next_cursor: str | None


class Wanted(NamedTuple):
    """Which lines are listed: those of the account in some months, of one distributor or all.

    `versions`: by month and part of a report, how many of its lines; what is not named is left out. None: all that
    count now.
    """

    account_id: str
    months: Sequence[str]
    distributor_id: str | None
    versions: Mapping[tuple[str, str], int] | None = None


class _At(NamedTuple):
    """The next line: its month, the name and version of its references, and its place in them."""

    month: str
    name: str = ""
    version: int = 0
    place: int = 0

    @property
    def year(self) -> int:
        """The calendar year of its month."""
        return int(self.month[:4])


class Found(NamedTuple):
    """Some counted lines and where the next ones begin; `lacking` are versions of references that are not kept."""

    lines: Sequence[CountedLine]
    next: str | None
    lacking: bool


class CountedLines:
    """Walks the stored references of an account's months, and fetches the claims that they name."""

    def __init__(self, reads: RevenueReads) -> None:
        self._reads = reads

    def page(self, wanted: Wanted, position: str | None, limit: int) -> Found:
        """At most `limit` lines from a position on.

        Reads: one for each month that it passes and at most four more, each with one more for what is older; then those
        of the claims of at most `limit` invoices.
        """
        walk = _Walk(self._reads, wanted, _At(*json.loads(position)) if position else None)
        references: list[tuple[str, LineReference]] = []
        following: _At | None = None
        for at, distributor_id, reference in walk:
            if reference is None or len(references) == limit:
                following = at
                break
            references.append((distributor_id, reference))
        lines = self._claimed(references)
        return Found(lines, json.dumps(following) if following else None, walk.lacking)

    def all(self, wanted: Wanted) -> Iterator[CountedLine]:
        """Every line, the claims a hundred at a time: for months whose number of lines is known to be small."""
        walk = iter(_Walk(self._reads, wanted, None))
        while some := list(islice(walk, CLAIMS_AT_ONCE)):
            yield from self._claimed([(distributor_id, line) for _, distributor_id, line in some if line is not None])

    def _claimed(self, references: Sequence[tuple[str, LineReference]]) -> list[CountedLine]:
        keys = [(distributor_id, *reference) for distributor_id, reference in references]
        claims = self._reads.claims(keys)
        return [CountedLine(*key, claims[key]) for key in keys]


class _Walk:
    """Lines in order with their places; where it has read enough for one page it gives a place without a line."""

    def __init__(self, reads: RevenueReads, wanted: Wanted, start: _At | None) -> None:
        self._reads = reads
        self._wanted = wanted
        self._start = start
        self._reads_more = 0
        self.lacking = False

    def __iter__(self) -> Iterator[tuple[_At, str, LineReference | None]]:
        for month in self._wanted.months:
            if self._start is None or month >= self._start.month:
                start = self._start if self._start and self._start.month == month else _At(month)
                yield from self._month(start)

    def _month(self, start: _At) -> Iterator[tuple[_At, str, LineReference | None]]:
        goes_on, first = True, start.name
        while goes_on:
            items, goes_on = self._reads.references(
                self._wanted.account_id, start.month, distributor_id=self._wanted.distributor_id, first=first
            )
            for item in self._as_wanted(items, start):
                begin = start.place if item.name == start.name else 0
                for index, line in islice(enumerate(item.lines), begin, None):
                    yield _At(start.month, item.name, item.version, index), item.distributor_id, line
            if goes_on:
                first = f"{items[-1].name}~"
                self._reads_more += 1
                if self._reads_more > MOST_READS_MORE:
                    yield _At(start.month, first, items[-1].version), "", None

    def _as_wanted(self, items: Sequence[References], start: _At) -> list[References]:
        """Each in the version that is wanted; what stands in a version of its own is fetched from the history."""
        asked = [(item, self._version(item, start)) for item in items]
        older = [(item.name, version) for item, version in asked if 0 < version < item.version]
        kept = self._reads.earlier_references(self._wanted.account_id, start.month, older) if older else {}
        found = []
        for item, version in asked:
            if version >= item.version:
                found.append(item)
            elif version:
                found.append(self._older(item, version, kept))
        return found

    def _version(self, item: References, start: _At) -> int:
        """0: not wanted. The part that the page before has ended in goes on in the version that it had there."""
        if self._wanted.versions is not None:
            return self._wanted.versions.get((start.month, item.part), 0)
        return start.version if start.version and item.part == start.name.rpartition("#")[0] else item.version

    def _older(
        self, item: References, version: int, kept: Mapping[tuple[str, int], Sequence[LineReference]]
    ) -> References:
        """One that is not kept: in a list that goes on, what stands comes nearest; of what was known once, nothing."""
        if (item.name, version) in kept:
            return item._replace(version=version, lines=kept[item.name, version])
        if self._wanted.versions is None:
            return item
        self.lacking = True
        return item._replace(lines=())


class RevenueLines:
    """The lines behind the revenue of a month or of a year."""

    def __init__(self, lines: CountedLines, rulebook: Rulebook, clock: Clock) -> None:
        self._lines = lines
        self._rulebook = rulebook
        self._clock = clock

    def __call__(
        self, account_id: str, *, month: str | None, year: int | None, distributor_id: str | None,
        product_class: str | None, position: str | None, limit: int,
    ) -> LinesPage:  # fmt: skip
        """A page of the lines of a month, or of a year (the running one without either); `next_cursor` is a position.

        Without either it goes on in the year that it began in, though another may have begun meanwhile. Reads: one for
        each month, and those of the claims of `limit` invoices. Raises `InvalidValue` for both a month and a year.
        """
        if month is not None and year is not None:
            raise InvalidValue("ask for a month or for a year, not for both", "month", "year")
        year = year or (_At(*json.loads(position)).year if position else self._clock.today().year)
        months = (month,) if month else months_of(year)
        found = self._lines.page(Wanted(account_id, months, distributor_id), position, limit)
        items = [line for line in found.lines if product_class in (None, line.claim.product_class)]
        return LinesPage(
            account_id=account_id, items=tuple(told(line, self._rulebook) for line in items), next_cursor=found.next
        )


def months_of(year: int, last: int = 12) -> tuple[str, ...]:
    """The months of a year (`YYYY-MM`), to its end or to an earlier one."""
    return tuple(f"{year:04d}-{month:02d}" for month in range(1, last + 1))


def told(line: CountedLine, rulebook: Rulebook) -> RevenueLine:
    """A counted line as people see it."""
    claim = line.claim
    return RevenueLine(
        distributor_id=line.distributor_id,
        report_id=claim.owner.rpartition("@")[0],
        invoice_number=line.invoice_number,
        line_number=line.line_number,
        invoice_date=claim.invoice_date,
        site_id=claim.site_id,
        sku=claim.sku,
        product_class=claim.product_class,
        quantity=claim.quantity,
        list_unit_price=claim.list_unit_price,
        tier_discount_pct=claim.tier_discount_pct,
        project_discount_pct=claim.project_discount_pct,
        currency=claim.currency,
        billed=claim.billed,
        credited_pct=_credited_pct(claim, rulebook),
        credit=claim.credit,
        flags=tuple(Flag(flag) for flag in claim.flags),
    )


def _credited_pct(claim: Claim, rulebook: Rulebook) -> Decimal | None:
    try:
        share = rulebook.at(claim.invoice_date).credit_share(claim.product_class)
    except (NotInForce, NotFound):
        return None
    by_it = EXACT.multiply(claim.billed, share) == claim.credit
    return Decimal(plain(share.scaleb(2).normalize())) if by_it else None
