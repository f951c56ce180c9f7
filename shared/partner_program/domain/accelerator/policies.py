"""The rulebook's values that entered a statement, with their sources (R-5)."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from partner_program.domain.accelerator.statement import ContributionLine, Policy
from partner_program.domain.wording import percent_text
from partner_program.rulebook import Entry, Level, Rulebook, Unit

_ALWAYS = ("accelerator.", "quarter.close_days")


def policies(lines: Iterable[ContributionLine], on: date, rulebook: Rulebook) -> tuple[Policy, ...]:
    """What is in force on the quarter's last day: all of the accelerator, and the credit share of each class sold."""
    shares = {f"credit_share.{line.product_class}" for line in lines}
    return tuple(
        Policy(
            name=entry.description,
            entry_id=entry.id,
            value=_text(entry, dated.value),
            rule=", ".join(entry.rules),
            basis=dated.basis,
            since=dated.starts,
        )
        for entry in rulebook.entries
        if (entry.id.startswith(_ALWAYS) or entry.id in shares)
        and (dated := entry.on(on)) is not None
        and dated.value is not None
    )


def _text(entry: Entry, value: object) -> str:
    """A value as people read it, with its unit."""
    match entry.unit:
        case Unit.LEVELS:
            return f"{_levels(value)} of last year's revenue"
        case Unit.PERCENT:
            return _percent(value)
        case Unit.GROWTH:
            return f"{_percent(value)} of last year's revenue"
        case Unit.YES_NO:
            return "yes" if value else "no"
        case _:
            return f"{value} {str(entry.unit).removesuffix('s') if value == 1 else entry.unit}"


def _percent(value: object) -> str:
    return percent_text(value) if isinstance(value, Decimal) else str(value)


def _levels(value: object) -> str:
    levels: Sequence[Level] = value if isinstance(value, tuple) else ()
    return ", ".join(f"{percent_text(level.rate_pct)} from {percent_text(level.growth_pct)}" for level in levels)
