"""Invoice claims: which version of which report counted a line first, and with what content.

A line is named for ever by distributor, invoice and line number. The first report version that posts it owns it; its
claim never changes again, so any retry, repeat, re-upload or overlap finds the line already counted.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from partner_program.domain.files.outcomes import Outcome, ReasonCode
from partner_program.domain.revenue import ClassTotal, Contribution
from partner_program.domain.sales.pos_lines import SalesLine
from partner_program.domain.sales.pos_worth import Worth
from partner_program.values.money import EXACT, plain
from partner_program.values.periods import month_of

BUCKET_LINES = 200
"""Lines of one invoice in one stored item: 200 claims of the longest ids stay well below DynamoDB's 400 KB."""


class Claim(NamedTuple):
    """A counted line. `billed` and `credit` are exact, in `currency`; `owner` is `<report_id>@<digest16>`."""

    owner: str
    content_hash: str
    account_id: str
    month: str
    product_class: str
    currency: str
    billed: Decimal
    credit: Decimal
    invoice_date: date
    site_id: str
    sku: str
    quantity: int
    list_unit_price: Decimal
    tier_discount_pct: Decimal
    project_discount_pct: Decimal
    flags: tuple[str, ...]


Claims = Mapping[int, Claim]
"""Line number → claim, of one bucket of one invoice."""


def bucket_of(line_number: int) -> int:
    """Which item of the invoice keeps the claim: lines 1 to 200 are in bucket 0."""
    return max(line_number - 1, 0) // BUCKET_LINES


def claim_of(line: SalesLine, worth: Worth, owner: str) -> Claim:
    """The claim that a report version makes on a line it can post."""
    return Claim(
        owner, line.content_hash, worth.account_id, month_of(line.invoice_date), worth.product_class, line.currency,
        line.final_amount, worth.credit, line.invoice_date, line.site_id, line.sku, line.quantity,
        line.list_unit_price, line.tier_discount_pct, line.project_discount_pct, worth.flags,
    )  # fmt: skip


def merged(standing: Claims, offered: Claims) -> Claims | None:
    """Standing claims with those offered for lines that nobody has claimed; None when that changes nothing."""
    new = {number: claim for number, claim in offered.items() if number not in standing}
    return {**standing, **new} if new else None


def verdict(claim: Claim, owner: str, content_hash: str) -> tuple[Outcome, ReasonCode | None]:
    """What a claim that stands means for a line of the report version `owner`."""
    if claim.content_hash != content_hash:
        return Outcome.HELD, ReasonCode.LINE_CHANGED
    if claim.owner != owner:
        return Outcome.DUPLICATE, ReasonCode.ALREADY_COUNTED
    return Outcome.POSTED, None


class ContributionKey(NamedTuple):
    """Where counted lines go."""

    account_id: str
    currency: str
    month: str


def contribution(
    key: ContributionKey, claims: Iterable[Claim], *, distributor_id: str, report_id: str, digest: str, part: int,
    known_on: date,
) -> Contribution:  # fmt: skip
    """The sum of a report part's claims on one account and month, by product class, unrounded."""
    sums: dict[str, tuple[int, Decimal, Decimal]] = {}
    for claim in claims:
        lines, billed, credit = sums.get(claim.product_class, (0, Decimal(0), Decimal(0)))
        sums[claim.product_class] = (lines + 1, EXACT.add(billed, claim.billed), EXACT.add(credit, claim.credit))
    by_class = {
        name: ClassTotal(lines=lines, billed=billed, credit=credit)
        for name, (lines, billed, credit) in sorted(sums.items())
    }
    return Contribution(
        account_id=key.account_id, currency=key.currency, month=key.month, distributor_id=distributor_id,
        report_id=report_id, digest=digest, part=part, lines=sum(lines for lines, _, _ in sums.values()),
        by_class=by_class, known_on=known_on,
    )  # fmt: skip


def dump_claims(claims: Claims) -> str:
    """JSON that names its fields once: an invoice of many lines is charged by the kilobyte."""
    rows = {str(number): _to_row(claims[number]) for number in sorted(claims)}
    return json.dumps({"fields": Claim._fields, "lines": rows}, separators=(",", ":"))


def load_claims(text: str) -> dict[int, Claim]:
    """The inverse of `dump_claims`; fields are found by name, so that later ones may be added."""
    stored = json.loads(text)
    fields = stored["fields"]
    return {int(number): _from_row(dict(zip(fields, row, strict=True))) for number, row in stored["lines"].items()}


def _to_row(claim: Claim) -> list[str | int | tuple[str, ...]]:
    return [
        plain(value) if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value
        for value in claim
    ]


def _from_row(row: dict[str, str]) -> Claim:
    return Claim(
        owner=row["owner"], content_hash=row["content_hash"], account_id=row["account_id"], month=row["month"],
        product_class=row["product_class"], currency=row["currency"], billed=Decimal(row["billed"]),
        credit=Decimal(row["credit"]), invoice_date=date.fromisoformat(row["invoice_date"]), site_id=row["site_id"],
        sku=row["sku"], quantity=int(row["quantity"]), list_unit_price=Decimal(row["list_unit_price"]),
        tier_discount_pct=Decimal(row["tier_discount_pct"]),
        project_discount_pct=Decimal(row["project_discount_pct"]), flags=tuple(row["flags"]),
    )  # fmt: skip
