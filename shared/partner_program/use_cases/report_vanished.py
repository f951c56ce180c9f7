"""Counted lines of earlier versions of a report that its new version no longer has.

They stay counted, since nothing is ever overwritten; the receipt lists them, so that vendor and distributor can settle
whether a credit line is missing.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import islice

from partner_program.domain.files.delimited import BadRow, Row
from partner_program.domain.files.outcomes import FileRefused
from partner_program.domain.sales.claims import Claim, bucket_of
from partner_program.domain.sales.receipt import Vanished, VanishedLine
from partner_program.domain.sales.survey import LineNames, line_name
from partner_program.use_cases.report_ports import Offer, ReportObjects, ReportVersion, SalesStore
from partner_program.values.money import EXACT

EXAMPLES = 100
_BATCH_ROWS = 5_000

OpenVersion = Callable[[ReportVersion], Iterable[Row | BadRow]]


def vanished(
    *, report: tuple[str, str], earlier: Iterable[ReportVersion], present: LineNames, objects: ReportObjects,
    sales: SalesStore, open_version: OpenVersion,
) -> Vanished:  # fmt: skip
    """Lines that an earlier version of `report` (distributor, report id) owns and that are not `present`.

    An earlier version is read from the bucket again; one that is gone by now, or was never readable, is passed over.
    """
    distributor_id, report_id = report
    count = 0
    money: dict[str, Decimal] = {}
    examples: list[VanishedLine] = []
    for version in earlier:
        if objects.size(version.ref) is None:
            continue
        owner = f"{report_id}@{version.digest[:16]}"
        for (invoice, number), claim in _owned(distributor_id, _missing(open_version(version), present), owner, sales):
            count += 1
            money[claim.currency] = EXACT.add(money.get(claim.currency, Decimal(0)), claim.billed)
            if len(examples) < EXAMPLES:
                examples.append(
                    VanishedLine(
                        invoice_number=invoice, line_number=number, account_id=claim.account_id,
                        currency=claim.currency, billed=claim.billed,
                    )
                )  # fmt: skip
    return Vanished(lines=count, money=money, examples=tuple(examples))


def _missing(rows: Iterable[Row | BadRow], present: LineNames) -> Iterator[tuple[str, int]]:
    try:
        for row in rows:
            name = line_name(row)
            if name is not None and name not in present:
                yield name
    except FileRefused:
        return


def _owned(
    distributor_id: str, names: Iterator[tuple[str, int]], owner: str, sales: SalesStore
) -> Iterator[tuple[tuple[str, int], Claim]]:
    while batch := sorted(set(islice(names, _BATCH_ROWS))):
        buckets = sorted({(invoice, bucket_of(number)) for invoice, number in batch})
        looks = [Offer(invoice, bucket, {}) for invoice, bucket in buckets]
        standing = dict(zip(buckets, sales.claim(distributor_id, looks), strict=True))
        for invoice, number in batch:
            claim = standing[invoice, bucket_of(number)].get(number)
            if claim is not None and claim.owner == owner:
                yield (invoice, number), claim
