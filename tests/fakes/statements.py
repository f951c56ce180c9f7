"""Short ways to make a year of statements in a test."""

from collections.abc import Sequence
from datetime import date

from partner_program.domain.accelerator.calculation import Assignment, make_statement
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.facts import AccountFacts, Record
from partner_program.domain.tiers.account import ChangeReason, TierChange
from partner_program.rulebook import Rulebook
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.ports import StoredState
from partner_program.values.periods import Quarter
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.records import (
    P1_DE,
    Known,
    accepted,
    facts,
    kept_tier,
    opening,
    partner,
    placed,
    rulebook,
    sales,
    site,
)

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


def year_2024() -> FakeAccounts:
    """P1-DE, Premier since 2023, which sold 100 000 in 2023 and 40, 90, 25 and 30 thousand in the quarters of 2024.

    So its year pays 3250.00 for the second quarter, 1400.00 for the third and 2550.00 for the fourth.
    """
    accounts = FakeAccounts()
    accounts.add(*premier(), opening(2022, "50000"), sales("2023-12", "100000"))
    for month, amount in (("2024-03", "40000"), ("2024-06", "90000"), ("2024-09", "25000"), ("2024-12", "30000")):
        accounts.add(sales(month, amount))
    AssessAccount(accounts, CAPPED, FixedClock("2024-01-01"))(P1_DE)
    return accounts


def premier() -> list[Record]:
    """In business since 2020, placed as Premier in January 2023, with all that Premier asks for."""
    start = [partner(trading_since="2020-01-01"), site(), accepted(), placed("premier")]
    return [*start, *kept_tier("premier")]


def statement_task(quarter: str, phase: str, on: str, account_id: str = P1_DE) -> dict[str, str]:
    """As `CloseQuarter` sends it."""
    return {"account_id": account_id, "quarter": quarter, "phase": phase, "on": on}


def tier_from(accounts: FakeAccounts, day: str, tier: Tier) -> None:
    """Let the account have a tier from a day on, whatever the reason."""
    stored = accounts.states[P1_DE]
    assert stored.state is not None
    change = TierChange(
        changed_on=date.fromisoformat(day),
        from_tier=stored.state.tier,
        to_tier=tier,
        reason=ChangeReason.DEMOTED,
        rule="R-3.3",
        edition="guide-2022",
    )
    changes = (*stored.state.tier_changes, change)
    state = stored.state.model_copy(update={"tier": tier, "tier_changes": changes})
    accounts.states[P1_DE] = StoredState(state, stored.version)
