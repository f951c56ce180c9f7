"""Summaries add up, and a report that does not add up is never confirmed."""

from decimal import Decimal

import pytest

from partner_program.domain.files.outcomes import Flag, Outcome, ReasonCode
from partner_program.domain.sales.receipt import Amounts, ControlTotal, NotConserved, Summary, Tally, added, checked


def tallied(posted: str = "10.00", held: str = "5.00") -> Summary:
    tally = Tally()
    tally.posted("EUR", Decimal(posted), Decimal("5.000"), (Flag.PRICE_DEVIATION,))
    tally.not_counted(Outcome.HELD, ReasonCode.UNKNOWN_SITE, ("EUR", Decimal(held)))
    tally.not_counted(Outcome.REJECTED, ReasonCode.COLUMN_COUNT, None)
    return tally.summary()


def control(*amounts: str) -> Amounts:
    total = ControlTotal()
    for amount in amounts:
        total.add(("EUR", Decimal(amount)))
    total.add(None)
    return total.amounts()


def test_a_summary_that_accounts_for_every_line_and_cent_is_confirmed() -> None:
    assert checked(control("10.00", "5.00"), tallied()) == tallied()


@pytest.mark.catalogue("F13")
@pytest.mark.parametrize(
    "of_the_file",
    [control("10.00"), control("10.00", "5.00", "0.00"), control("10.00", "5.01"), control("15.00", "0.01")],
    ids=["a line less", "a line more", "a cent more", "other money"],
)
def test_a_summary_that_differs_by_a_line_or_a_cent_is_never_confirmed(of_the_file: Amounts) -> None:
    with pytest.raises(NotConserved):
        checked(of_the_file, tallied())


def test_an_unreadable_amount_is_not_taken_for_nothing() -> None:
    tally = Tally()
    tally.not_counted(Outcome.REJECTED, ReasonCode.COLUMN_COUNT, ("EUR", Decimal(0)))
    total = ControlTotal()
    total.add(None)
    with pytest.raises(NotConserved):
        checked(total.amounts(), tally.summary())


def test_parts_add_up_by_outcome_reason_flag_and_credit() -> None:
    whole = added([tallied(), tallied("1.00", "2.00")])
    assert whole.outcomes[Outcome.POSTED].money == {"EUR": Decimal("11.00")}
    assert whole.outcomes[Outcome.HELD].lines == whole.lines_of(Outcome.HELD) == 2
    assert whole.reasons[ReasonCode.UNKNOWN_SITE].money == {"EUR": Decimal("7.00")}
    assert whole.flags[Flag.PRICE_DEVIATION].lines == 2
    assert whole.credit == {"EUR": Decimal("10.000")}
    assert (whole.total.lines, whole.total.unreadable) == (6, 2)
    assert whole.lines_of(Outcome.DUPLICATE) == 0
