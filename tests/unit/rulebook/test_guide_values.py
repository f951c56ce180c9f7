"""The values of the Guide, each pinned by the rule that it comes from."""

from datetime import date
from decimal import Decimal

import pytest

from partner_program.rulebook import Access, Basis, Level, Mode, Rules, edition_names, load_rulebook
from partner_program.values.currencies import CURRENCIES
from partner_program.values.errors import NotFound
from partner_program.values.money import Money
from partner_program.values.tiers import Tier

AUTHORIZED, ADVANCED, PREMIER = Tier
RULES = load_rulebook().at(date(2024, 5, 17))


def by_tier(of_tier: object) -> tuple[object, ...]:
    assert callable(of_tier)
    return tuple(of_tier(tier) for tier in Tier)


@pytest.mark.rule("R-2.2a")
@pytest.mark.parametrize(
    ("product_class", "share", "basis"),
    [
        ("software", "1", "guide"),
        ("care", "1", "guide"),
        ("hardware", "0.5", "guide"),
        ("services", "0", "reading"),
        ("training", "0", "reading"),
    ],
)
def test_sales_revenue_credits_a_share_of_the_final_price_by_product_class(
    product_class: str, share: str, basis: str
) -> None:
    assert RULES.credit_share(product_class) == Decimal(share)
    assert RULES.basis(f"credit_share.{product_class}") == basis


@pytest.mark.rule("R-2.2a")
def test_there_are_five_product_classes_and_asking_for_another_is_an_error() -> None:
    assert set(RULES.product_classes) == {"software", "care", "hardware", "services", "training"}
    with pytest.raises(NotFound):
        RULES.credit_share("licence")


@pytest.mark.rule("R-2.2a")
def test_a_line_may_deviate_by_one_minor_unit_for_each_unit_of_quantity_which_is_assumed() -> None:
    assert RULES.price_tolerance_minor_units == 1
    assert RULES.basis("price_deviation.tolerance") == Basis.ASSUMED


@pytest.mark.rule("R-2.3")
def test_tier_discounts_are_20_30_and_34_percent() -> None:
    assert by_tier(RULES.tier_discount_pct) == (20, 30, 34)


@pytest.mark.rule("R-4.2.1")
def test_tier_discount_is_on_program_products_not_on_services_and_trainings() -> None:
    applies = {product_class: RULES.tier_discount_applies(product_class) for product_class in RULES.product_classes}
    assert applies == {"software": True, "care": True, "hardware": True, "services": False, "training": False}


@pytest.mark.rule("R-3.1a")
def test_promotions_take_three_business_days() -> None:
    assert RULES.promotion_business_days == 3


@pytest.mark.rule("R-3.2", "R-3.3")
def test_an_account_out_of_compliance_has_60_days_and_is_reminded_before_the_deadline() -> None:
    assert RULES.compliance_days == 60
    assert RULES.compliance_reminder_days == (30, 14, 3)
    assert RULES.basis("compliance.reminder_days") == Basis.ASSUMED


@pytest.mark.rule("R-3.4b")
def test_the_vendor_decides_by_hand_on_authorized_accounts_below_the_threshold() -> None:
    assert RULES.decision_mode("authorized_participation") is Mode.MANUAL


@pytest.mark.rule("R-4.1.1")
def test_every_tier_needs_the_terms_of_march_2022() -> None:
    assert RULES.terms_version == "2022-03"
    assert by_tier(RULES.terms_required) == (True, True, True)


@pytest.mark.rule("R-4.1.3", "R-4.1.4")
@pytest.mark.parametrize("kind", ["onboarding", "annual_sales"])
def test_trainings_are_required_of_advanced_and_premier_only(kind: str) -> None:
    assert by_tier(lambda tier: RULES.training_required(kind, tier)) == (False, True, True)


@pytest.mark.rule("R-4.1.4")
def test_an_annual_sales_training_counts_for_12_months_as_a_reading() -> None:
    assert RULES.sales_training_validity_months == 12
    assert RULES.basis("training_validity.annual_sales") == Basis.READING


def test_an_unknown_subject_of_a_decision_is_an_error() -> None:
    with pytest.raises(NotFound):
        RULES.decision_mode("revenue")


def test_an_unknown_training_is_an_error() -> None:
    with pytest.raises(NotFound):
        RULES.training_required("welding", PREMIER)


@pytest.mark.rule("R-4.1.5a", "R-4.1.5b", "R-4.1.5c")
@pytest.mark.parametrize(("kind", "people"), [("MCDE", (0, 1, 2)), ("MCIT", (0, 1, 2)), ("MCIE", (0, 0, 1))])
def test_numbers_of_certified_people_are_assumed_where_a_tier_needs_the_certification(
    kind: str, people: tuple[int, ...]
) -> None:
    assert by_tier(lambda tier: RULES.people_required(kind, tier)) == people
    for tier, number in zip(Tier, people, strict=True):
        assert RULES.basis(RULES.people_required_id(kind, tier)) == ("assumed" if number else "guide")


@pytest.mark.rule("R-4.1.5")
def test_certifications_are_valid_for_two_years_with_reminders_90_60_and_30_days_before() -> None:
    assert RULES.certification_kinds == ("MCDE", "MCIT", "MCIE")
    assert RULES.certification_validity_months == 24
    assert RULES.certification_reminder_days == (90, 60, 30)


@pytest.mark.rule("R-4.1.5c")
def test_only_the_mcie_has_a_prerequisite_and_it_is_the_mcit() -> None:
    assert [RULES.prerequisite(kind) for kind in RULES.certification_kinds] == [None, None, "MCIT"]


@pytest.mark.rule("R-4.1.6")
def test_only_premier_owes_a_business_plan_within_60_days_with_quarterly_and_annual_reviews() -> None:
    assert by_tier(RULES.business_plan_required) == (False, False, True)
    assert (RULES.business_plan_days, RULES.business_plan_continuing_days) == (60, 60)
    assert (RULES.business_plan_quarterly_reviews, RULES.business_plan_annual_reviews) == (4, 1)
    assert RULES.basis("business_plan.days") == "guide"
    assert RULES.basis("business_plan.continuing_days") == "reading"


@pytest.mark.rule("R-4.1.7")
def test_only_premier_owes_brand_alignment_by_the_end_of_the_following_month() -> None:
    assert by_tier(RULES.brand_alignment_required) == (False, False, True)
    assert RULES.brand_alignment_following_months == 1
    assert RULES.brand_alignment_remedy_following_months == 1
    assert RULES.brand_reviews_per_year == 1


@pytest.mark.rule("R-4.1.7")
def test_a_quarter_of_the_premier_accounts_is_drawn_for_a_brand_review_in_a_year_which_is_assumed() -> None:
    assert RULES.brand_draw_pct == 25
    assert RULES.basis("brand_alignment.draw_pct") == Basis.ASSUMED


@pytest.mark.rule("R-4.1.1", "R-4.1.6", "R-4.1.7", "R-3.4b")
@pytest.mark.parametrize("subject", ["terms", "business_plan", "brand_alignment", "authorized_participation"])
def test_where_the_guide_says_may_the_vendor_decides_by_hand(subject: str) -> None:
    assert RULES.decision_mode(subject) is Mode.MANUAL
    assert RULES.basis(f"decision.{subject}") == "reading"


@pytest.mark.rule("R-5.1", "R-5.2a", "R-5.3", "R-5.3b", "R-5.4b", "R-5.4d")
def test_the_accelerator_pays_three_levels_from_120_percent_and_stops_at_180() -> None:
    accelerator = RULES.accelerator
    assert accelerator.goal_pct == 120
    assert accelerator.levels == (
        Level(Decimal(120), Decimal("2.5")),
        Level(Decimal(150), Decimal(3)),
        Level(Decimal(180), Decimal(4)),
    )
    assert (accelerator.cap_growth_pct, accelerator.cap_applies) == (Decimal(180), True)
    assert accelerator.full_years_required == 1
    assert (accelerator.payout_days, accelerator.close_days) == (45, 30)


@pytest.mark.rule("R-5.3")
def test_the_levels_are_100_125_and_150_percent_of_the_goal() -> None:
    accelerator = RULES.accelerator
    of_goal = [accelerator.goal_pct * share / 100 for share in (100, 125, 150)]
    assert [level.growth_pct for level in accelerator.levels] == of_goal


@pytest.mark.rule("R-5.4c")
def test_changed_bank_details_cool_for_five_days_which_is_assumed() -> None:
    assert RULES.bank_cooling_days == 5
    assert RULES.basis("payment.bank_cooling_days") == Basis.ASSUMED


@pytest.mark.rule("R-5.4d")
def test_a_months_accruals_are_booked_ten_days_after_it_which_is_assumed() -> None:
    assert RULES.accrual_close_days == 10
    assert RULES.basis("accruals.close_days") == Basis.ASSUMED


@pytest.mark.rule("R-8")
def test_a_report_is_due_five_days_after_the_month_of_its_last_invoice_which_is_assumed() -> None:
    assert RULES.report_due_days == 5
    assert RULES.basis("reports.due_days") == Basis.ASSUMED


@pytest.mark.rule("R-5.4c", "R-5.5")
@pytest.mark.parametrize(
    ("currency", "amount"), [("EUR", "50000"), ("USD", "60000"), ("JPY", "7500000"), ("KWD", "15000")]
)
def test_a_payment_above_an_amount_of_its_currency_needs_two_approvals_which_is_assumed(
    currency: str, amount: str
) -> None:
    assert RULES.second_approval_above(currency) == Money(Decimal(amount), currency)
    assert RULES.basis(f"payment.second_approval.{currency}") == Basis.ASSUMED


@pytest.mark.parametrize("edition", edition_names())
def test_every_currency_of_the_program_has_its_amount_and_no_other_one_has(edition: str) -> None:
    rules = load_rulebook(edition).at(date(2024, 5, 17))
    limited = {currency for currency in CURRENCIES if rules.second_approval_above(currency) is not None}
    assert limited == {country.currency for country in rules.countries}


NO, YES, APPLY, STANDARD, PRIORITY = Access.NO, Access.YES, Access.APPLY, Access.STANDARD, Access.PRIORITY


@pytest.mark.rule(
    "R-4.2.1", "R-4.2.2", "R-4.2.3", "R-4.2.4", "R-4.2.5", "R-4.2.6", "R-4.2.7", "R-4.2.8", "R-4.2.9", "R-4.2.10"
)
@pytest.mark.parametrize(
    ("rule", "access"),
    [
        ("R-4.2.1", (YES, YES, YES)),
        ("R-4.2.2", (APPLY, APPLY, APPLY)),
        ("R-4.2.3", (YES, YES, YES)),
        ("R-4.2.4", (NO, YES, YES)),
        ("R-4.2.5", (NO, YES, YES)),
        ("R-4.2.6", (NO, YES, YES)),
        ("R-4.2.7", (STANDARD, PRIORITY, PRIORITY)),
        ("R-4.2.8", (STANDARD, STANDARD, PRIORITY)),
        ("R-4.2.9", (NO, YES, YES)),
        ("R-4.2.10", (NO, NO, YES)),
    ],
)
def test_each_tier_has_the_benefits_of_the_guides_table(rule: str, access: tuple[Access, ...]) -> None:
    assert by_tier(lambda tier: RULES.benefit(rule, tier).access) == access
    assert by_tier(lambda tier: RULES.benefit(rule, tier).granted()) == tuple(item is not NO for item in access)


def test_all_ten_benefits_are_listed_and_an_eleventh_is_an_error() -> None:
    assert [benefit.rule for benefit in RULES.benefits(PREMIER)] == [f"R-4.2.{number}" for number in range(1, 11)]
    with pytest.raises(NotFound):
        RULES.benefit("R-4.2.11", PREMIER)


@pytest.mark.parametrize("edition", edition_names())
def test_a_benefit_has_one_name_whatever_the_tier(edition: str) -> None:
    rules = load_rulebook(edition).at(date(2024, 5, 17))
    names = [[benefit.name for benefit in rules.benefits(tier)] for tier in Tier]
    assert names[0] == names[1] == names[2]
    assert len(set(names[0])) == 10
    assert names[0][3] == "Selling the full portfolio"


@pytest.mark.rule("R-4.2.2")
def test_numbers_of_demonstration_licences_ascend_by_tier_and_are_assumed() -> None:
    assert by_tier(RULES.nfr_licences) == (1, 3, 6)
    assert all(RULES.basis(f"nfr_licences.{tier}") == "assumed" for tier in Tier)


@pytest.mark.rule("R-4.2.3")
def test_four_product_families_need_no_certification() -> None:
    assert RULES.uncertified_families == ("essential_plus", "express_plus", "professional_plus", "husky_ivo")


@pytest.mark.rule("R-4.2.7", "R-7")
def test_support_ranks_by_severity_then_tier_and_no_tier_waits_longer_than_a_lower_one() -> None:
    severities = RULES.severities
    assert severities == ("critical", "high", "medium", "low")
    for severity in severities:
        premier, advanced, authorized = (RULES.support_rank(severity, t) for t in (PREMIER, ADVANCED, AUTHORIZED))
        assert premier < advanced < authorized
    for tier in Tier:
        ranks = [RULES.support_rank(severity, tier) for severity in severities]
        assert ranks == sorted(set(ranks))
    with pytest.raises(NotFound):
        RULES.support_rank("cosmetic", PREMIER)


@pytest.mark.rule("R-4.2.7")
def test_premium_care_is_ranked_by_severity_alone() -> None:
    for severity in ("critical", "high", "medium", "low"):
        ranks = {RULES.support_rank(severity, tier, premium_care=True) for tier in Tier}
        assert ranks == {RULES.support_rank(severity, PREMIER)}


def test_rules_say_which_day_and_edition_they_are_of() -> None:
    assert (RULES.on, RULES.edition) == (date(2024, 5, 17), "guide-2022")
    assert repr(RULES) == "Rules(guide-2022, on=2024-05-17)"


def test_asking_for_the_basis_of_an_unknown_entry_is_an_error() -> None:
    with pytest.raises(NotFound):
        RULES.basis("compliance.weeks")


def test_a_value_of_another_type_than_its_reader_expects_is_a_bug_that_crashes() -> None:
    class Misread(Rules):
        def misread(self) -> str:
            return self._value("compliance.days", str)

    entries = {entry.id: entry for entry in load_rulebook().entries}
    values = {entry_id: entry.values[0] for entry_id, entry in entries.items() if entry.values}
    with pytest.raises(TypeError, match=r"compliance\.days is a int, not a str"):
        Misread(date(2024, 1, 1), "guide-2022", entries, values).misread()
