"""The small program's first quarter brought to where its rebate can be paid."""

from decimal import Decimal

from partner_program.domain.payments.payout import Payout
from partner_program.values.periods import parse_date
from tests.deployed.desk import Desk
from tests.deployed.program import ACCOUNT_ID, PREMIER, RECORDS, pos_line, pos_report, report_key
from tests.deployed.world import World
from tests.fakes.payment_world import stating

PERIOD = "2024Q1"
PAYABLE_FROM = "2024-05-15"
PAYOUT = "4.50"
"""Three per cent of 150.00 EUR: half as much again as last year's 100.00."""


ELIGIBLE = RECORDS | {
    "partners": RECORDS["partners"].replace("2024-01-02,,", "2022-01-02,2020-01-01,"),
    "terms_acceptances": RECORDS["terms_acceptances"].replace("2024-01-02", "2022-03-01"),
}
"""The same, of a partner since before last year (R-5.1)."""


def take_in(world: World) -> None:
    """The account as Premier, and its sales of the quarter."""
    world.take_in(ELIGIBLE | PREMIER)
    world.upload_and_deliver(report_key("2024-02"), pos_report(pos_line("2024-02", 1, "150.00")))


def close(world: World) -> None:
    """The quarter ends, and its books close."""
    for day in ("2024-03-31", "2024-04-30"):
        world.today(day)
        world.call("quarter_end", {"scheduled_time": f"{day}T21:45:00Z"})
        world.settle()


def make_payable(world: World) -> Desk:
    """A final statement that pays, bank details of the site and of the vendor, on the first day of payment."""
    take_in(world)
    desk = Desk(world)
    desk.enter_all_bank_details()
    close(world)
    world.today(PAYABLE_FROM)
    return desk


def put_payable(world: World) -> Desk:
    """The same payout put by hand, with a final statement that says as much: nothing else of its origin is read."""
    world.take_in({kind: ELIGIBLE[kind] for kind in ("partners", "sites")})
    desk = Desk(world)
    desk.enter_all_bank_details()
    payout = Payout(
        account_id=ACCOUNT_ID, partner_id="P0001", country="DE", year=2024, quarter=1, currency="EUR",
        amount=Decimal(PAYOUT), payable_from=parse_date(PAYABLE_FROM),
    )  # fmt: skip
    desk.accounts.put_statement(stating(payout))
    assert desk.book.put_payout(payout)
    world.today(PAYABLE_FROM)
    return desk
