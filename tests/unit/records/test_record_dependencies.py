"""What comes before its time is held, and taken by itself when the time has come (issue: order does not matter)."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from tests.fakes.records_world import SOUND, RecordsWorld, outcomes, reasons, refusal, row

NEEDS = {
    "sites": "UNKNOWN_PARTNER",
    "terms_acceptances": "UNKNOWN_PARTNER",
    "people": "UNKNOWN_SITE",
    "certifications": "UNKNOWN_PERSON",
    "trainings": "UNKNOWN_ACCOUNT",
    "business_plans": "UNKNOWN_ACCOUNT",
    "brand_reviews": "UNKNOWN_ACCOUNT",
    "business_reviews": "UNKNOWN_ACCOUNT",
    "case_decisions": "UNKNOWN_ACCOUNT",
    "placements": "UNKNOWN_ACCOUNT",
    "opening_revenue": "UNKNOWN_ACCOUNT",
    "locator_profiles": "UNKNOWN_ACCOUNT",
}
ALL_OF_P1 = [
    "FACT#brand_reviews#P1#DE#2024-02-01",
    "FACT#business_plans#P1#DE#2024",
    "FACT#business_reviews#P1#DE#quarterly#2024-03-20",
    "FACT#case_decisions#P1#DE#business_plan#2024-01-01#2024-03-04",
    "FACT#certifications#C1",
    "FACT#locator_profiles#P1#DE",
    "FACT#opening_revenue#P1#DE#2022",
    "FACT#partners#P1",
    "FACT#people#A#S1#2023-01-02",
    "FACT#placements#P1#DE",
    "FACT#sites#S1",
    "FACT#terms_acceptances#P1#2022-03",
    "FACT#trainings#P1#DE#onboarding#2023-03-01",
]


@pytest.mark.rule("R-2.2b")
def test_everything_of_a_partner_lies_in_one_partition() -> None:
    world = RecordsWorld()
    world.take_all()
    assert world.facts.of_partner("P1") == ALL_OF_P1


@pytest.mark.parametrize(("kind", "code"), NEEDS.items())
def test_a_row_before_what_it_rests_on_is_held(kind: str, code: str) -> None:
    world = RecordsWorld()
    result = world.take(kind, SOUND[kind])
    assert (outcomes(result), reasons(result)) == ({"held": 1}, {code: 1})
    assert (world.facts.standing(), len(world.facts.waiting_rows)) == ({}, 1)


@pytest.mark.parametrize("kind", ["distributors", "products", "partners"])
def test_what_rests_on_nothing_is_taken_first(kind: str) -> None:
    assert outcomes(RecordsWorld().take(kind, SOUND[kind])) == {"posted": 1}


def test_in_reverse_order_everything_is_mended_by_itself() -> None:
    world = RecordsWorld()
    for kind in reversed(SOUND):
        world.take(kind, SOUND[kind])
    in_order = RecordsWorld()
    in_order.take_all()
    assert world.facts.standing() == in_order.facts.standing()
    assert world.facts.waiting_rows == {}


def test_the_receipt_of_what_mends_names_how_many_rows_it_mended() -> None:
    world = RecordsWorld()
    world.take("certifications", SOUND["certifications"])
    world.take("people", SOUND["people"])
    world.take("sites", SOUND["sites"])
    result = world.take("partners", SOUND["partners"])
    assert (outcomes(result), result.receipt.mended) == ({"posted": 1}, 3)


@pytest.mark.rule("R-2.2b")
def test_an_account_is_known_by_a_site_of_the_partner_in_that_country_only() -> None:
    world = RecordsWorld()
    world.take("partners", SOUND["partners"])
    world.take("trainings", SOUND["trainings"])
    world.take("sites", row("sites", site_id="S-FR", country="FR"))
    assert world.facts.of_partner("P1") == ["FACT#partners#P1", "FACT#sites#S-FR"]
    world.take("sites", SOUND["sites"])
    assert "FACT#trainings#P1#DE#onboarding#2023-03-01" in world.facts.of_partner("P1")


@pytest.mark.parametrize("batch_rows", [1, 2, 1000])
@pytest.mark.rule("R-4.1.5c")
def test_within_one_file_the_order_of_rows_does_not_matter(batch_rows: int) -> None:
    mcit = row("certifications", certification_id="C-T", kind="MCIT", certified_on="2023-02-01")
    mcie = row("certifications", certification_id="C-E", kind="MCIE", certified_on="2023-03-01")
    for rows in permutations([mcit, mcie, SOUND["certifications"]]):
        world = RecordsWorld(batch_rows=batch_rows)
        for kind in ("partners", "sites", "people"):
            world.take(kind, SOUND[kind])
        result = world.take("certifications", *rows)
        assert (outcomes(result), world.rejected(result)) == ({"posted": 3}, [])
        assert world.facts.waiting_rows == {}


def certified(world: RecordsWorld, kind: str, on: str) -> Any:
    return world.take("certifications", row("certifications", certification_id=f"C-{kind}", kind=kind, certified_on=on))


def staffed() -> RecordsWorld:
    world = RecordsWorld()
    for kind in ("partners", "sites", "people"):
        world.take(kind, SOUND[kind])
    return world


@pytest.mark.rule("R-4.1.5c")
@pytest.mark.parametrize(
    ("mcit", "mcie", "held"),
    [
        ("2022-03-01", "2022-02-28", True),  # a day before
        ("2022-03-01", "2022-03-01", False),  # the day itself
        ("2022-03-01", "2024-02-29", False),  # its last day
        ("2022-03-01", "2024-03-01", True),  # two years later it is valid no more
    ],
)
def test_mcie_may_be_taken_only_while_holding_a_valid_mcit(mcit: str, mcie: str, held: bool) -> None:
    world = staffed()
    certified(world, "MCIT", mcit)
    result = certified(world, "MCIE", mcie)
    assert reasons(result) == ({"MCIE_WITHOUT_MCIT": 1} if held else {})
    assert ("FACT#certifications#C-MCIE" in world.facts.of_partner("P1")) is not held


@pytest.mark.rule("R-4.1.5c")
def test_a_refused_mcie_is_taken_when_a_fitting_mcit_comes_and_not_before() -> None:
    world = staffed()
    certified(world, "MCIE", "2023-06-01")
    other = world.take(
        "certifications", row("certifications", certification_id="C-old", kind="MCIT", certified_on="2021-06-01")
    )
    assert (other.receipt.mended, "FACT#certifications#C-MCIE" in world.facts.of_partner("P1")) == (0, False)
    assert certified(world, "MCIT", "2023-06-01").receipt.mended == 1
    assert "FACT#certifications#C-MCIE" in world.facts.of_partner("P1")


@pytest.mark.rule("R-4.1.5c")
def test_the_mcit_of_somebody_else_does_not_help() -> None:
    world = staffed()
    world.take("people", row("people", person_id="B"))
    world.take("certifications", row("certifications", person_id="B", kind="MCIT"))
    assert reasons(certified(world, "MCIE", "2023-06-01")) == {"MCIE_WITHOUT_MCIT": 1}


@pytest.mark.rule("R-2.2b")
@pytest.mark.parametrize("certified_first", [True, False])
def test_certifications_follow_a_person_to_every_partner_that_employs_it(certified_first: bool) -> None:
    world = staffed()
    world.take("partners", row("partners", partner_id="P2"))
    world.take("sites", row("sites", site_id="S2", partner_id="P2"))
    steps = [
        ("certifications", SOUND["certifications"]),
        ("people", row("people", site_id="S2", from_date="2024-01-01")),
    ]
    for kind, cells in steps if certified_first else reversed(steps):
        world.take(kind, cells)
    assert "FACT#certifications#C1" in world.facts.of_partner("P1")
    assert "FACT#certifications#C1" in world.facts.of_partner("P2")
    world.take("certifications", row("certifications", certified_on="2023-02-02"))
    copies = [world.facts.facts[f"PARTNER#{partner}", "FACT#certifications#C1"].record for partner in ("P1", "P2")]
    assert [copy.certified_on for copy in copies] == [date(2023, 2, 2)] * 2


@pytest.mark.rule("R-4.1.2")
@pytest.mark.parametrize("kind", [kind for kind in SOUND if "country" in SOUND[kind]])
def test_a_country_outside_the_program_is_held_and_waits_for_its_owner(kind: str) -> None:
    world = RecordsWorld()
    world.take_all()
    result = world.take(kind, row(kind, country="KP", **({"site_id": "S-KP"} if kind == "sites" else {})))
    assert reasons(result) == {"COUNTRY_NOT_IN_PROGRAM": 1}
    assert world.facts.waiting_rows == {}


@pytest.mark.catalogue("B42")
def test_opening_revenue_in_another_currency_than_the_accounts_is_held() -> None:
    world = RecordsWorld()
    world.take_all()
    assert reasons(world.take("opening_revenue", row("opening_revenue", currency="USD"))) == {"OTHER_CURRENCY": 1}


def test_records_can_be_taken_in_before_the_first_day_of_the_rulebook() -> None:
    world = RecordsWorld()
    world.clock.day = date(2021, 12, 31)
    world.take("partners", row("partners", trading_since=""))
    assert outcomes(world.take("sites", SOUND["sites"])) == {"posted": 1}


REPORTS = [
    ("distributors", "DISTRIBUTOR#D1", {"name": "New name"}),
    ("products", "PRODUCT#SW-1", {"category": "care"}),
    ("partners", "PARTNER#P1", {"name": "New name"}),
    ("sites", "SITE#S1", {"opened_on": "2022-01-01"}),
]


@pytest.mark.parametrize(("kind", "dependency", "change"), REPORTS)
def test_a_report_with_held_lines_is_processed_again_when_what_held_them_comes_or_is_corrected(
    kind: str, dependency: str, change: dict[str, str]
) -> None:
    world = RecordsWorld()
    if kind == "sites":
        world.take("partners", SOUND["partners"])
    for cells, asked in ((SOUND[kind], 1), (SOUND[kind], 0), (row(kind, **change), 1)):
        world.messages.asked.clear()
        world.facts.wait_for(dependency, "D1", "R1")
        result = world.take(kind, cells)
        assert (world.messages.asked, result.receipt.reports_asked_for) == ([("D1", "R1")] * asked, asked)
        assert len(world.facts.waiting_reports) == 1 - asked


def test_a_report_that_waits_for_many_records_of_a_file_is_asked_for_once() -> None:
    world = RecordsWorld(batch_rows=2)
    for number in range(5):
        world.facts.wait_for(f"PRODUCT#SW-{number}", "D1", "R1")
    result = world.take("products", *(row("products", sku=f"SW-{number}") for number in range(5)))
    assert (world.messages.asked, result.receipt.reports_asked_for) == ([("D1", "R1")], 1)
    assert world.facts.waiting_reports == {}


def test_a_report_waits_on_when_it_has_registered_again_meanwhile() -> None:
    world = RecordsWorld()
    world.facts.wait_for("PRODUCT#SW-1", "D1", "R1")
    world.messages.reprocess_report = lambda *_: world.facts.wait_for("PRODUCT#SW-1", "D1", "R1")  # type: ignore[method-assign]  # the report runs at once
    world.take("products", SOUND["products"])
    assert len(world.facts.waiting_reports) == 1


def test_a_site_that_waited_for_its_partner_sets_reports_going_that_wait_for_the_site() -> None:
    world = RecordsWorld()
    world.facts.wait_for("SITE#S1", "D1", "R1")
    world.take("sites", SOUND["sites"])
    assert world.messages.asked == []
    world.take("partners", SOUND["partners"])
    assert world.messages.asked == [("D1", "R1")]


def test_a_row_that_was_held_counts_as_taken_when_its_file_comes_again() -> None:
    world = RecordsWorld()
    ref = world.upload("sites", SOUND["sites"])
    assert outcomes(world.ingest()(ref)) == {"held": 1}
    world.take("partners", SOUND["partners"])
    again = world.ingest()(ref)
    assert (outcomes(again), refusal(again)) == ({"posted": 1}, None)
