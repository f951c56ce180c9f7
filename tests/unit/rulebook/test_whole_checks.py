"""Mistakes that only the whole rulebook shows: tiers, levels and thresholds that do not agree with each other."""

import pytest

from partner_program.rulebook import Mode, RulebookInvalid, load_rulebook


def mistakes_of(text: str) -> list[str]:
    with pytest.raises(RulebookInvalid) as refused:
        load_rulebook("guide-2022", text)
    return refused.value.messages


HIGHER = "a higher tier needs as much or more"
FROM_THE_START = ", from 2022-01-01 on"


@pytest.mark.rule("R-4.1.2", "R-2.3", "R-4.1.5")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '"revenue_threshold.EMEA.EUR.premier" = 49999.99',
            (
                "revenue_threshold.EMEA.EUR.premier: 49999.99 is less than 50000, the value of "
                "revenue_threshold.EMEA.EUR.advanced"
            ),
        ),
        (
            '"tier_discount.premier" = 29.9',
            "tier_discount.premier: 29.9 is less than 30, the value of tier_discount.advanced",
        ),
        (
            '"people_required.MCDE.advanced" = 3',
            "people_required.MCDE.premier: 2 is less than 3, the value of people_required.MCDE.advanced",
        ),
        (
            '"revenue_threshold.country.LU.premier" = 49999',
            (
                "revenue_threshold.country.LU.premier: 49999 is less than 50000, the value of "
                "revenue_threshold.EMEA.EUR.advanced"
            ),
        ),
        (
            '"revenue_threshold.country.LU.advanced" = 250001',
            (
                "revenue_threshold.EMEA.EUR.premier: 250000 is less than 250001, the value of "
                "revenue_threshold.country.LU.advanced"
            ),
        ),
    ],
)
def test_no_tier_may_ask_or_give_less_than_the_tier_below(text: str, said: str) -> None:
    assert mistakes_of(text) == [f"{said}{FROM_THE_START}; {HIGHER}"]


def test_tiers_out_of_order_for_a_time_only_are_told_with_the_first_day() -> None:
    text = '"tier_discount.advanced" = [{ from = 2025-01-01, value = 40 }, { from = 2025-07-01, value = 30 }]'
    assert mistakes_of(text) == [
        f"tier_discount.premier: 34 is less than 40, the value of tier_discount.advanced, from 2025-01-01 on; {HIGHER}"
    ]


@pytest.mark.rule("R-5.3", "R-5.3b")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "levels = [{ growth_pct = 120, rate_pct = 2 }, { growth_pct = 120, rate_pct = 3 }]",
            "accelerator.levels: level 120 does not exceed 120, from 2022-01-01 on; let the levels ascend",
        ),
        (
            "levels = [{ growth_pct = 120, rate_pct = 3 }, { growth_pct = 150, rate_pct = 3 }]",
            "accelerator.levels: rate 3 does not exceed 3, from 2022-01-01 on; let the rates ascend",
        ),
        (
            "goal = 125",
            (
                "accelerator.goal: the goal 125 is not where the first level starts (120), from 2022-01-01 on; "
                "set accelerator.goal and accelerator.levels together"
            ),
        ),
        (
            "cap = 179.99",
            (
                "accelerator.cap: the cap 179.99 is below the last level (180), from 2022-01-01 on; "
                "let the cap be the last level or more"
            ),
        ),
        (
            "levels = [{ growth_pct = 99, rate_pct = 2 }]",
            "accelerator.levels: the value does not fit its unit (rebate levels); it must be from 100 to 10000",
        ),
        (
            "levels = [{ growth_pct = 120, rate_pct = 101 }]",
            "accelerator.levels: the value does not fit its unit (rebate levels); it must be from 0 to 100",
        ),
        (
            "levels = [{ growth_pct = 120 }]",
            (
                "accelerator.levels: the value does not fit its unit (rebate levels); "
                "a table with exactly growth_pct and rate_pct is needed"
            ),
        ),
        (
            "levels = []",
            (
                "accelerator.levels: the value does not fit its unit (rebate levels); "
                "a list with at least one item is needed"
            ),
        ),
    ],
)
def test_levels_and_rates_ascend_from_the_goal_up_to_the_cap(text: str, said: str) -> None:
    assert mistakes_of(f"[accelerator]\n{text}") == [said]


@pytest.mark.rule("R-4.1.2")
def test_every_currency_of_a_country_needs_the_thresholds_of_all_three_tiers() -> None:
    text = """
        "country.GE" = { region = "EMEA", currency = "GEL" }
        "revenue_threshold.EMEA.GEL.advanced" = 1
    """
    assert mistakes_of(text) == [
        f"revenue_threshold.EMEA.GEL.{tier}: accounts of GE have no threshold{FROM_THE_START}; give an amount in GEL"
        for tier in ("authorized", "premier")
    ]


@pytest.mark.rule("R-4.1.2")
def test_a_threshold_may_not_be_withdrawn_while_a_country_needs_it() -> None:
    assert mistakes_of('"revenue_threshold.APAC.NZD.premier" = [{ from = 2025-01-01 }]') == [
        (
            "revenue_threshold.APAC.NZD.premier: accounts of NZ have no threshold, from 2025-01-01 on; "
            "give an amount in NZD"
        )
    ]


@pytest.mark.parametrize(
    ("country", "amount", "said"),
    [("APAC.JPY", "40000000.5", "JPY; write at most 0"), ("EMEA.EUR", "300000.001", "EUR; write at most 2")],
)
def test_a_threshold_has_no_more_decimals_than_its_currency(country: str, amount: str, said: str) -> None:
    currency, remedy = said.split("; ")
    assert mistakes_of(f'"revenue_threshold.{country}.premier" = {amount}') == [
        f"revenue_threshold.{country}.premier: {amount} is no amount in {currency}{FROM_THE_START}; {remedy} decimals"
    ]


def test_kuwait_has_three_decimals() -> None:
    book = load_rulebook("guide-2022", '"revenue_threshold.EMEA.KWD.premier" = 75000.125')
    assert book.entry("revenue_threshold.EMEA.KWD.premier") is not None


@pytest.mark.rule("R-3.4b")
def test_an_authorized_account_is_never_removed_automatically() -> None:
    problem = "decision.authorized_participation: an Authorized account is never removed automatically"
    assert mistakes_of('"decision.authorized_participation" = "automatic"') == [
        f"{problem}{FROM_THE_START}; leave it manual"
    ]
    assert mistakes_of('"decision.authorized_participation" = [{ from = 2027-01-01, value = "automatic" }]') == [
        f"{problem}, from 2027-01-01 on; leave it manual"
    ]


@pytest.mark.rule("R-4.1.1", "R-4.1.6", "R-4.1.7")
@pytest.mark.parametrize("subject", ["terms", "business_plan", "brand_alignment"])
def test_where_the_guide_says_may_an_owner_can_let_the_clock_decide(subject: str) -> None:
    book = load_rulebook("guide-2022", f'"decision.{subject}" = "automatic"')
    assert book.at(book.in_force_from).decision_mode(subject) is Mode.AUTOMATIC


@pytest.mark.rule("R-5.5")
@pytest.mark.catalogue("B77")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '"payment.second_approval.JPY" = 7500000.5',
            f"payment.second_approval.JPY: 7500000.5 is no amount in JPY{FROM_THE_START}; write at most 0 decimals",
        ),
        (
            '"payment.second_approval.KWD" = 15000.0001',
            f"payment.second_approval.KWD: 15000.0001 is no amount in KWD{FROM_THE_START}; write at most 3 decimals",
        ),
        (
            '"payment.second_approval.EUR" = -0.01',
            (
                "payment.second_approval.EUR: the value does not fit its unit (amount in the account's currency); "
                "it must be from 0 to 1000000000000000"
            ),
        ),
        (
            '"payment.second_approval.GEL" = 1',
            "payment.second_approval.GEL: no country has this currency; mend the id, or add such a country",
        ),
        (
            '"payment.bank_cooling_days" = -1',
            "payment.bank_cooling_days: the value does not fit its unit (days); it must be from 0 to 3660",
        ),
        (
            '"payment.bank_cooling_days" = [{ from = 2025-01-01 }]',
            ("payment.bank_cooling_days: it may not be withdrawn (2025-01-01); give it a value from that day on"),
        ),
    ],
)
def test_limits_of_payments_are_amounts_of_a_currency_of_the_program_and_the_cooling_time_never_ends(
    text: str, said: str
) -> None:
    assert mistakes_of(text) == [said]


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '"accruals.close_days" = 28',
            f"accruals.close_days: 28 days reach beyond the next month's end{FROM_THE_START}; give at most 27",
        ),
        (
            '"accruals.close_days" = -1',
            "accruals.close_days: the value does not fit its unit (days); it must be from 0 to 3660",
        ),
        (
            '"accruals.close_days" = [{ from = 2025-01-01 }]',
            "accruals.close_days: it may not be withdrawn (2025-01-01); give it a value from that day on",
        ),
    ],
)
def test_a_month_is_booked_before_the_next_one_ends_and_there_is_always_a_day_for_it(text: str, said: str) -> None:
    assert mistakes_of(text) == [said]


@pytest.mark.rule("R-5.5")
def test_an_amount_of_nothing_and_one_with_all_decimals_of_its_currency_may_be_set() -> None:
    book = load_rulebook("guide-2022", '"payment.second_approval.EUR" = 0\n"payment.second_approval.KWD" = 0.125')
    rules = book.at(book.in_force_from)
    assert [str(rules.second_approval_above(currency)) for currency in ("EUR", "KWD")] == ["0 EUR", "0.125 KWD"]
