"""The small program of `pos_world`, with what is asked of its revenue."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from partner_program.domain.facts import OpeningRevenue
from partner_program.domain.revenue import Baseline, Contribution
from partner_program.domain.tiers.account import AccountState
from partner_program.use_cases.queries.revenue import AccountRevenue, AccountRevenues
from partner_program.use_cases.queries.revenue_lines import CountedLines, LinesPage, RevenueLine, RevenueLines
from partner_program.use_cases.queries.revenue_uncounted import UncountedLines, UncountedPage, UncountedSale
from tests.fakes.accounts import FakeAccounts
from tests.fakes.pos_world import TODAY, World
from tests.fakes.revenue import MemoryRevenueReads

ACCOUNT = "P1-DE"


def state(account_id: str = ACCOUNT, currency: str = "EUR") -> AccountState:
    partner_id, _, country = account_id.rpartition("-")
    return AccountState(
        account_id=account_id, partner_id=partner_id, country=country, currency=currency, assessed_on=TODAY,
        edition="e", rulebook_digest="d", ytd_revenue=Decimal(0), prev_year_revenue=Decimal(0),
    )  # fmt: skip


@dataclass
class RevenueWorld:
    """Reports are played into `pos`; then it is asked."""

    pos: World = field(default_factory=lambda: World(window_rows=4))
    accounts: FakeAccounts = field(default_factory=FakeAccounts)

    def __post_init__(self) -> None:
        self.reads = MemoryRevenueReads(self.pos.sales, self.pos.lookups, self.accounts)
        self.lines = CountedLines(self.reads)

    def play(self, *lines: dict[str, str], distributor: str = "D1", report: str = "R1") -> None:
        """A report of these lines."""
        sent = [line | {"distributor_id": distributor, "report_id": report} for line in lines]
        self.pos.play(sent, f"pos/{distributor}/{report}.csv")

    def opening(self, amount: str, year: int = 2024, account_id: str = ACCOUNT, known_on: str = "0001-01-01") -> None:
        partner_id, _, country = account_id.rpartition("-")
        record = OpeningRevenue(
            partner_id=partner_id, country=country, year=year, sales_revenue=Decimal(amount), currency="EUR"
        )
        self.accounts.add(record, partner_id=partner_id, known_on=known_on)

    def frozen(self, amount: str, year: int, **changes: Any) -> None:
        values: dict[str, Any] = {
            "account_id": ACCOUNT, "year": year, "currency": "EUR", "sales_revenue": Decimal(amount),
            "frozen_on": date(year + 1, 1, 30),
        }  # fmt: skip
        self.accounts.put_baseline(Baseline(**(values | changes)))

    def revenue(self, **asked: Any) -> AccountRevenue:
        return AccountRevenues(self.reads, self.lines, self.pos.clock)(state(), **asked)

    def page(self, position: str | None = None, limit: int = 2, account_id: str = ACCOUNT, **asked: Any) -> LinesPage:
        wanted: dict[str, Any] = {"month": None, "year": None, "distributor_id": None, "product_class": None} | asked
        query = RevenueLines(self.lines, self.pos.rulebook, self.pos.clock)
        return query(account_id, position=position, limit=limit, **wanted)

    def all_lines(self, limit: int = 2, **asked: Any) -> list[RevenueLine]:
        found: list[RevenueLine] = []
        page = self.page(limit=limit, **asked)
        while True:
            assert len(page.items) <= limit
            found += page.items
            if page.next_cursor is None:
                return found
            page = self.page(page.next_cursor, limit, **asked)

    def uncounted(self, position: str | None = None, limit: int = 2, **asked: Any) -> UncountedPage:
        wanted: dict[str, Any] = {"account_id": ACCOUNT, "month": None, "year": None} | asked
        return UncountedLines(self.reads, self.pos.clock)(position=position, limit=limit, **wanted)

    def all_uncounted(self, limit: int = 2, **asked: Any) -> list[UncountedSale]:
        found: list[UncountedSale] = []
        page = self.uncounted(limit=limit, **asked)
        while True:
            assert len(page.items) <= limit
            found += page.items
            if page.next_cursor is None:
                return found
            page = self.uncounted(page.next_cursor, limit, **asked)

    def known(self) -> Iterable[Contribution]:
        """The contributions as an assessment reads them."""
        return self.pos.sales.contributions.values()
