"""What a statement's document says, part by part; HTML and PDF differ only in how they set it (R-5.4d)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from partner_program.adapters.statement_documents.ladder import Ladder, ladder_of
from partner_program.adapters.statement_documents.words import clean, day_text, money, prose
from partner_program.domain.accelerator.statement import Policy, Statement
from partner_program.domain.wording import percent_text
from partner_program.rulebook.entries import Basis
from partner_program.use_cases.statement_document import StatementToShow
from partner_program.values.money import EXACT, total

NO_LADDER = "There is no ladder to draw: it starts from last year's Sales Revenue, which is not above zero."
OLD_STATEMENT = "This statement was made before version 0.3 and has no ladder."
ASSUMED = "assumed: not in the program's documents, and not yet set by its owner"
_BASES = {
    Basis.GUIDE.value: "the Guide",
    Basis.READING.value: "our reading of the Guide",
    Basis.ASSUMED.value: ASSUMED,
    Basis.OWNER.value: "set by the program's owner",
}


class Cells(StrEnum):
    """How the cells of a column are set."""

    TEXT = "text"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """`width` is its part of the page, relative to the others."""

    heading: str
    width: int
    cells: Cells = Cells.TEXT


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its title; `last_is_total`: the last row sums up the others. Without rows only `note` is said."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    last_is_total: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """The whole document."""

    title: str
    partner: str
    about: tuple[tuple[str, str], ...]
    pays: bool
    headline: str
    under_headline: str
    reason: str
    ladder: Ladder | None
    instead_of_ladder: str
    sheets: tuple[Sheet, ...]
    contact: str
    contact_of: str
    foot: tuple[tuple[str, str], ...]


def content_of(shown: StatementToShow) -> Content:
    """Every text cleaned, every amount with its currency."""
    statement = shown.statement
    return Content(
        title=f"Rebate statement {statement.period}",
        partner=clean(shown.partner_name),
        about=tuple(_about(statement)),
        pays=statement.payout > 0,
        headline=_headline(statement),
        under_headline=_under_headline(statement),
        reason=prose(statement.reason),
        ladder=ladder_of(statement),
        instead_of_ladder=NO_LADDER if statement.ladder else OLD_STATEMENT,
        sheets=tuple(_sheets(shown)),
        contact=clean(shown.region.support_contact) if shown.region else "",
        contact_of=clean(shown.region.name) if shown.region else "",
        foot=(("Rulebook edition", clean(statement.edition)), ("Rulebook digest", clean(statement.rulebook_digest))),
    )


def _about(statement: Statement) -> Iterator[tuple[str, str]]:
    quarter = statement.period
    yield "Account", clean(statement.account_id)
    yield "Partner", clean(statement.partner_id)
    yield "Country", clean(statement.country)
    yield "Quarter", f"{quarter}: {day_text(quarter.first_day)} to {day_text(quarter.last_day)}"
    yield "Status", f"{statement.status}, made on {day_text(statement.made_on)}"


def _headline(statement: Statement) -> str:
    if statement.payout > 0:
        return f"{money(statement.payout, statement.currency)} to be paid"
    return "Nothing to be paid"


def _under_headline(statement: Statement) -> str:
    said = []
    if statement.payout > 0:
        said.append(f"Earliest payment on {day_text(statement.payable_from)}.")
    if statement.carried_out > 0:
        said.append(f"{money(statement.carried_out, statement.currency)} is carried and netted against later payouts.")
    return " ".join(said)


def _sheets(shown: StatementToShow) -> Iterator[Sheet]:
    statement = shown.statement
    yield Sheet("The statement in short", (Column("", 62), Column("", 38, Cells.NUMBER)), tuple(_summary(shown)))
    if statement.contributions:
        yield _contributions(statement)
    yield _derivation(statement)
    if statement.adjustments or statement.policies:
        yield _adjustments(statement)
    if statement.policies:
        yield _policies(statement.policies)


def _summary(shown: StatementToShow) -> Iterator[tuple[str, str]]:
    statement, currency = shown.statement, shown.statement.currency
    yield f"Sales Revenue of {statement.period}", money(statement.quarter_revenue, currency)
    yield f"Sales Revenue of {statement.year} up to the quarter's end (YTD)", money(statement.ytd_revenue, currency)
    yield f"Sales Revenue of {statement.year - 1}", money(statement.prev_year_revenue, currency)
    yield "Takes part in the Revenue Goal Accelerator", "yes" if statement.eligible else "no"
    yield "Rate", prose(percent_text(statement.rate_pct))
    yield "Rebate base", money(statement.rebate_base, currency)
    yield "Earned for the year so far", money(statement.earned, currency)
    for quarter, paid in shown.settled:
        yield f"Settled by the statement of {quarter}", money(EXACT.minus(paid), currency)
    yield "Settled before, in all", money(EXACT.minus(statement.settled_before), currency)
    yield "Carried in from the year before", money(EXACT.minus(statement.carried_in), currency)
    yield "To be paid", money(statement.payout, currency)
    yield "Carried, netted against later payouts", money(statement.carried_out, currency)
    if statement.payout > 0:
        yield "Earliest payment", day_text(statement.payable_from)


def _contributions(statement: Statement) -> Sheet:
    currency, lines = statement.currency, statement.contributions
    rows = [
        (
            clean(line.month),
            clean(line.product_class),
            str(line.lines),
            money(line.billed, currency),
            "by line" if line.weight_pct is None else prose(percent_text(line.weight_pct)),
            money(line.credit, currency),
        )
        for line in lines
    ]
    billed, credit = total(line.billed for line in lines), total(line.credit for line in lines)
    count = str(sum(line.lines for line in lines))
    rows.append(("Total", "", count, money(billed, currency), "", money(credit, currency)))
    columns = (
        Column("Month", 11),
        Column("Product class", 18),
        Column("Lines", 9, Cells.NUMBER),
        Column("Billed", 25, Cells.NUMBER),
        Column("Weight", 12, Cells.NUMBER),
        Column("Sales Revenue", 25, Cells.NUMBER),
    )
    return Sheet("Sales Revenue by month and product class", columns, tuple(rows), last_is_total=True)


def _derivation(statement: Statement) -> Sheet:
    columns = (Column("Step", 20), Column("Rule", 10), Column("Working", 46), Column("Result", 24, Cells.NUMBER))
    rows = ((prose(step.title), clean(step.rule), prose(step.working), prose(step.result)) for step in statement.steps)
    return Sheet("The calculation, step by step", columns, tuple(rows))


def _adjustments(statement: Statement) -> Sheet:
    columns = (
        Column("What", 26),
        Column("Quarter", 11),
        Column("Rule", 10),
        Column("Sales Revenue", 22, Cells.NUMBER),
        Column("Explanation", 31),
    )
    rows = tuple(
        (
            prose(each.name),
            clean(each.quarter),
            clean(each.rule),
            money(each.amount, statement.currency),
            prose(each.explanation),
        )
        for each in statement.adjustments
    )
    note = "" if rows else "Nothing of earlier quarters has changed since their final statements."
    return Sheet("Adjustments of earlier quarters", columns, rows, note)


def _policies(policies: Iterable[Policy]) -> Sheet:
    columns = (Column("Policy", 32), Column("Value", 22), Column("Rule", 10), Column("Source", 22), Column("Since", 14))
    rows = tuple(
        (
            clean(policy.name),
            prose(policy.value),
            clean(policy.rule),
            clean(_BASES.get(policy.basis, policy.basis)),
            day_text(policy.since),
        )
        for policy in policies
    )
    return Sheet("Policies in force on the quarter's last day", columns, rows)
