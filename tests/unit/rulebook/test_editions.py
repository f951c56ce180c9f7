"""The editions of the package: whole, cited, and different only where the documents differ."""

import re
from datetime import date

import pytest

from partner_program.rulebook import Access, Basis, UnknownEdition, edition_names, load_rulebook
from partner_program.rulebook.checks import check_whole
from partner_program.rulebook.units import Unit
from partner_program.values.tiers import Tier

EDITIONS = ("brochure", "guide-2022")


def test_the_package_has_two_editions_and_the_guide_is_the_default() -> None:
    assert edition_names() == EDITIONS
    assert load_rulebook().edition == "guide-2022"
    assert load_rulebook() is load_rulebook("guide-2022")


@pytest.mark.parametrize("name", ["guide-2023", "", ".", "..", "Brochure", "guide-2022/", "x" * 500])
def test_an_unknown_edition_is_a_typed_error(name: str) -> None:
    with pytest.raises(UnknownEdition):
        load_rulebook(name)


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_edition_passes_the_checks_that_an_owners_file_has_to_pass(edition: str) -> None:
    entries = {entry.id: entry for entry in load_rulebook(edition).entries}
    assert check_whole(entries, entries) == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_value_has_a_description_a_unit_a_citation_and_a_basis_of_the_documents(edition: str) -> None:
    for entry in load_rulebook(edition).entries:
        assert entry.description, entry.id
        assert entry.unit in Unit, entry.id
        assert entry.section, entry.id
        assert entry.rules, entry.id
        assert all(re.fullmatch(r"R-[0-9]+(\.[0-9]+)*[a-e]?", rule) for rule in entry.rules), entry.id
        assert entry.basis in (Basis.GUIDE, Basis.READING, Basis.ASSUMED), entry.id
        assert "{" not in entry.id + entry.description, entry.id
        starts = [dated.starts for dated in entry.values]
        assert starts == sorted(set(starts)), entry.id
        assert starts[0] == date(2022, 1, 1), entry.id


def test_every_value_of_a_tier_names_all_three_tiers() -> None:
    stems: dict[str, set[str]] = {}
    for entry in load_rulebook().entries:
        stem, _, last = entry.id.rpartition(".")
        if last in tuple(Tier):
            stems.setdefault(stem, set()).add(last)
    assert stems
    assert {stem: tiers for stem, tiers in stems.items() if tiers != set(Tier)} == {}


def test_what_the_documents_leave_out_is_assumed_and_nothing_that_they_state() -> None:
    assumed = {re.sub(r"\.(authorized|advanced|premier|[A-Z]{3})$", "", e.id) for e in load_rulebook().assumed()}
    assert {entry_id for entry_id in assumed if not entry_id.startswith("revenue_threshold.")} == {
        "program.time_zone",
        "accruals.close_days",
        "reports.due_days",
        "payment.bank_cooling_days",
        "payment.second_approval",
        "price_deviation.tolerance",
        "compliance.reminder_days",
        "certification.reminder_days",
        "brand_alignment.draw_pct",
        "people_required.MCDE",
        "people_required.MCIT",
        "people_required.MCIE",
        "nfr_licences",
        *(f"support_rank.{severity}" for severity in ("critical", "high", "medium", "low")),
        *(f"support_rank_premium_care.{severity}" for severity in ("critical", "high", "medium", "low")),
    }


@pytest.mark.rule("R-4.2.4", "R-4.2.6")
def test_the_brochure_differs_from_the_guide_only_for_certified_authorized_partners() -> None:
    guide = {entry.id: entry for entry in load_rulebook("guide-2022").entries}
    brochure = {entry.id: entry for entry in load_rulebook("brochure").entries}
    assert guide.keys() == brochure.keys()
    differing = {entry_id for entry_id, entry in guide.items() if brochure[entry_id] != entry}
    assert differing == {"benefit.R-4.2.4.authorized", "benefit.R-4.2.6.authorized"}


@pytest.mark.rule("R-4.2.4", "R-4.2.6")
@pytest.mark.parametrize("rule", ["R-4.2.4", "R-4.2.6"])
@pytest.mark.parametrize("day", [date(2022, 1, 1), date(2022, 6, 30), date(2023, 1, 1), date(2090, 1, 1)])
def test_in_the_brochure_a_certified_authorized_partner_sells_everything_with_no_end_date(rule: str, day: date) -> None:
    benefit = load_rulebook("brochure").at(day).benefit(rule, Tier.AUTHORIZED)
    assert benefit.access is Access.CERTIFIED
    assert benefit.granted(frozenset({"MCDE", "MCIT"}))
    assert not benefit.granted(frozenset({"MCDE"}))


@pytest.mark.rule("R-5.3")
def test_both_editions_pay_the_same_rebates() -> None:
    day = date(2024, 12, 31)
    assert load_rulebook("brochure").at(day).accelerator == load_rulebook("guide-2022").at(day).accelerator


def test_the_digest_tells_editions_and_values_apart_and_not_ways_of_writing() -> None:
    guide = load_rulebook().digest
    assert re.fullmatch("[0-9a-f]{64}", guide)
    assert load_rulebook("brochure").digest != guide
    one, same, other = (
        load_rulebook("guide-2022", f'"tier_discount.premier" = {number}').digest for number in ("35", "35.00", "36")
    )
    assert one == same
    assert len({guide, one, other}) == 3


def test_the_digest_sees_a_changed_date_and_a_changed_rate() -> None:
    texts = (
        '"compliance.days" = [{ from = 2025-01-01, value = 90 }]',
        '"compliance.days" = [{ from = 2025-01-02, value = 90 }]',
        '"accelerator.levels" = [{ growth_pct = 120, rate_pct = 2.5 }, { growth_pct = 150, rate_pct = 3.1 }]',
        '"accelerator.levels" = [{ growth_pct = 120, rate_pct = 2.5 }, { growth_pct = 150, rate_pct = 3.2 }]',
    )
    assert len({load_rulebook("guide-2022", text).digest for text in texts}) == len(texts)


@pytest.mark.rule("R-3.4a", "R-5.4a")
def test_the_programs_today_is_copenhagens() -> None:
    assert load_rulebook().time_zone.key == "Europe/Copenhagen"


def test_a_tiers_rank_follows_the_order_of_the_program() -> None:
    assert [tier.rank for tier in (Tier.AUTHORIZED, Tier.ADVANCED, Tier.PREMIER)] == [0, 1, 2]
    assert Tier.PREMIER.above(Tier.ADVANCED)
    assert Tier.ADVANCED.above(Tier.AUTHORIZED)
    assert not Tier.ADVANCED.above(Tier.ADVANCED)
    assert not Tier.AUTHORIZED.above(Tier.ADVANCED)
