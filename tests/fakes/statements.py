"""Short ways to make a year of statements in a test."""

from collections.abc import Sequence

from partner_program.domain.accelerator.calculation import Assignment, make_statement
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.facts import AccountFacts
from partner_program.rulebook import Rulebook
from partner_program.values.periods import Quarter
from tests.fakes.records import Known, accepted, facts, opening, partner, placed, rulebook, sales, site

CAPPED = rulebook()
UNCAPPED = rulebook('"accelerator.cap_applies" = false\n')
TRADING: list[Known] = [partner(trading_since="2020-01-01"), accepted(), placed("premier")]


def year_of(
    last_year: str,
    quarters: Sequence[str],
    book: Rulebook = CAPPED,
    *,
    year: int = 2024,
    country: str = "DE",
    currency: str = "EUR",
    earlier: Sequence[Statement] = (),
) -> list[Statement]:
    """The final statements of a year, one quarter after the other, from what each quarter adds."""
    account = f"P1-{country}"
    known: list[Known] = [*TRADING, site(country=country), opening(year - 1, last_year, currency, country)]
    for number, amount in enumerate(quarters, start=1):
        known.append(sales(f"{year}-{3 * number:02d}", amount, account_id=account, currency=currency))
    made = list(earlier)
    for number in range(1, len(quarters) + 1):
        made.append(final(facts(*known, account_id=account), Quarter(year, number), made, book))
    return made[len(earlier) :]


def final(
    known: AccountFacts, quarter: Quarter, earlier: Sequence[Statement] = (), book: Rulebook = CAPPED
) -> Statement:
    assignment = Assignment(quarter, StatementStatus.FINAL, quarter.closes_on(30))
    return make_statement(known, assignment, earlier, book)


def texts(statements: Sequence[Statement], *names: str) -> list[tuple[str, ...]]:
    """These fields of each statement, as text."""
    return [tuple(str(getattr(item, name)) for name in names) for item in statements]
