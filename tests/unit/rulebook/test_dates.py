"""Values through time: first days, last days, and the day outside."""

from datetime import date, timedelta

import pytest

from partner_program.rulebook import Access, CountryNotInProgram, NotInForce, load_rulebook
from partner_program.values.tiers import Tier

GUIDE = load_rulebook()
FIRST_DAY = date(2022, 1, 1)


def test_the_rulebook_answers_from_its_first_day_on_for_ever() -> None:
    assert GUIDE.in_force_from == FIRST_DAY
    assert GUIDE.at(FIRST_DAY).compliance_days == 60
    assert GUIDE.at(date(2100, 12, 31)).compliance_days == 60


def test_the_day_before_the_first_day_is_a_typed_error() -> None:
    with pytest.raises(NotInForce) as refused:
        GUIDE.at(FIRST_DAY - timedelta(days=1))
    assert refused.value.on == date(2021, 12, 31)


def test_the_same_day_gives_the_same_rules_and_days_between_two_changes_share_their_values() -> None:
    day = date(2024, 2, 29)
    assert GUIDE.at(day) is GUIDE.at(day)
    assert GUIDE.at(day).on != GUIDE.at(date(2024, 3, 1)).on


@pytest.mark.rule("R-4.2.4")
@pytest.mark.parametrize(
    ("day", "access"),
    [
        (date(2022, 6, 30), Access.NO),
        (date(2022, 7, 1), Access.CERTIFIED),
        (date(2022, 12, 31), Access.CERTIFIED),
        (date(2023, 1, 1), Access.NO),
    ],
)
def test_in_the_transition_of_2022_a_certified_authorized_partner_sells_the_full_portfolio(
    day: date, access: Access
) -> None:
    rules = GUIDE.at(day)
    assert rules.benefit("R-4.2.4", Tier.AUTHORIZED).access is access
    assert rules.benefit("R-4.2.4", Tier.ADVANCED).access is Access.YES
    assert rules.benefit("R-4.2.6", Tier.AUTHORIZED).access is Access.NO


@pytest.mark.rule("R-4.2.4")
@pytest.mark.parametrize(
    ("held", "granted"),
    [
        ({"MCDE", "MCIT"}, True),
        ({"MCDE", "MCIT", "MCIE"}, True),
        ({"MCDE"}, False),
        ({"MCIT"}, False),
        (set(), False),
    ],
)
def test_the_transition_needs_both_the_mcde_and_the_mcit(held: set[str], granted: bool) -> None:
    assert GUIDE.at(date(2022, 7, 1)).benefit("R-4.2.4", Tier.AUTHORIZED).granted(frozenset(held)) is granted


@pytest.mark.rule("R-4.2.4")
def test_outside_the_transition_certifications_do_not_open_the_portfolio() -> None:
    certified = frozenset({"MCDE", "MCIT", "MCIE"})
    for day in (date(2022, 6, 30), date(2023, 1, 1)):
        assert not GUIDE.at(day).benefit("R-4.2.4", Tier.AUTHORIZED).granted(certified)


def test_a_dated_value_holds_from_its_first_day_and_the_one_before_until_the_day_before() -> None:
    book = load_rulebook("guide-2022", '"compliance.days" = [{ from = 2025-03-01, value = 90 }]')
    assert book.at(date(2025, 2, 28)).compliance_days == 60
    assert book.at(date(2025, 3, 1)).compliance_days == 90


def test_the_basis_is_that_of_the_day() -> None:
    book = load_rulebook("guide-2022", '"people_required.MCIE.premier" = [{ from = 2025-01-01, value = 2 }]')
    assert book.at(date(2024, 12, 31)).basis("people_required.MCIE.premier") == "assumed"
    assert book.at(date(2025, 1, 1)).basis("people_required.MCIE.premier") == "owner"
    assert "people_required.MCIE.premier" in {entry.id for entry in book.assumed()}


def test_a_withdrawn_value_is_a_typed_error_from_that_day_on() -> None:
    book = load_rulebook("guide-2022", '"certification.prerequisite.MCIE" = [{ from = 2025-01-01 }]')
    assert book.at(date(2024, 12, 31)).prerequisite("MCIE") == "MCIT"
    assert book.at(date(2025, 1, 1)).prerequisite("MCIE") is None
    with pytest.raises(NotInForce) as refused:
        book.at(date(2025, 1, 1)).basis("certification.prerequisite.MCIE")
    assert refused.value.what == "certification.prerequisite.MCIE"


@pytest.mark.rule("R-4.1.1")
def test_a_new_version_of_the_terms_counts_from_its_date() -> None:
    book = load_rulebook("guide-2022", '"terms.version" = [{ from = 2025-01-01, value = "2025-01" }]')
    assert book.at(date(2024, 12, 31)).terms_version == "2022-03"
    assert book.at(date(2025, 1, 1)).terms_version == "2025-01"


def test_a_country_that_the_program_leaves_is_in_it_up_to_the_day_before() -> None:
    book = load_rulebook("guide-2022", '"country.CN" = [{ from = 2026-01-01 }]')
    assert book.at(date(2025, 12, 31)).country("CN").currency == "CNY"
    after = book.at(date(2026, 1, 1))
    with pytest.raises(CountryNotInProgram):
        after.country("CN")
    assert "CN" not in {country.code for country in after.countries}
