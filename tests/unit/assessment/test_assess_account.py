"""AssessAccount on an in-memory store: what is read, when it writes, what a rival's write does."""

import pytest

from partner_program.domain.facts import Site
from partner_program.rulebook import load_rulebook
from partner_program.use_cases.assess_account import (
    ATTEMPTS,
    AssessAccount,
    accounts_affected,
    accounts_left,
    all_affected,
)
from partner_program.values.errors import VersionConflict
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.records import (
    P1_DE,
    accepted,
    day,
    partner,
    placed,
    qualified_records,
    rulebook,
    sales,
    site,
    trained,
)


def world(today: str = "2023-06-15") -> tuple[FakeAccounts, FixedClock, AssessAccount]:
    accounts, clock = FakeAccounts(), FixedClock(today)
    accounts.add(partner(), site(), accepted())
    return accounts, clock, AssessAccount(accounts, rulebook(), clock)


def test_the_first_assessment_is_saved_as_version_one() -> None:
    accounts, _, assess = world()
    state = assess(P1_DE)
    assert state is not None
    assert (state.tier, state.assessed_on) == (Tier.AUTHORIZED, day("2023-06-15"))
    assert accounts.states[P1_DE].version == 1
    assert accounts.states[P1_DE].state == state


@pytest.mark.catalogue("F39")
def test_assessed_again_without_news_nothing_is_written() -> None:
    """The second save is of the next morning, on which the account is told what it lacks for Advanced (R-3.1b)."""
    accounts, clock, assess = world()
    assess(P1_DE)
    assess(P1_DE)
    assert len(accounts.saves) == 1
    clock.day = day("2023-06-16")
    assess(P1_DE)
    assess(P1_DE)
    clock.day = day("2023-06-20")
    later = assess(P1_DE)
    assert later is not None
    assert later.assessed_on == day("2023-06-20")
    assert [state.assessed_on for state in accounts.saves] == [day("2023-06-15"), day("2023-06-16")]


@pytest.mark.catalogue("F39")
def test_what_is_missing_is_no_news_on_the_next_day() -> None:
    accounts, clock = FakeAccounts(), FixedClock("2023-06-15")
    accounts.add(partner(), site(closed="2023-02-01"))
    assess = AssessAccount(accounts, rulebook(), clock)
    assess(P1_DE)
    clock.day = day("2023-06-16")
    assess(P1_DE)
    assert len(accounts.saves) == 1


def test_news_is_written_on_top_of_the_version_read() -> None:
    accounts, _, assess = world()
    assess(P1_DE)
    accounts.add(sales("2023-05", "10"))
    assess(P1_DE)
    assert [state.ytd_revenue for state in accounts.saves] == [0, 10]
    assert accounts.states[P1_DE].version == 2


def test_another_rulebook_is_news() -> None:
    accounts, clock, assess = world()
    assess(P1_DE)
    AssessAccount(accounts, load_rulebook("brochure"), clock)(P1_DE)
    assert [state.edition for state in accounts.saves] == ["guide-2022", "brochure"]


def test_an_assessment_never_goes_back_behind_the_last_one() -> None:
    accounts, _, assess = world()
    accounts.add(*qualified_records(), sales("2023-05", "60000"))
    assess(P1_DE)
    again = assess(P1_DE, day("2023-06-01"))
    assert again is not None
    assert (again.tier, again.assessed_on) == (Tier.ADVANCED, day("2023-06-15"))
    assert len(accounts.saves) == 1


@pytest.mark.rule("R-4.1.1")
@pytest.mark.parametrize("today", ["2019-06-15", "2021-12-31"])
def test_what_is_recorded_ahead_of_the_rulebook_is_assessed_as_of_its_first_day(today: str) -> None:
    """Partners were enrolled, and placed, long before the program was taken into use."""
    accounts, clock = FakeAccounts(), FixedClock(today)
    accounts.add(partner(enrolled="2019-05-01"), site(opened="2019-05-01"), accepted("2019-05-01"))
    result = AssessAccount(accounts, rulebook(), clock).batch([P1_DE])
    assert result.failures == {}
    state = result.states[P1_DE]
    assert state is not None
    assert (state.assessed_on, state.tier, state.tier_since) == (day("2022-01-01"), Tier.AUTHORIZED, day("2022-01-01"))
    accounts.add(placed("premier", "2019-06-01"))
    corrected = AssessAccount(accounts, rulebook(), clock)(P1_DE)
    assert corrected is not None
    assert (corrected.tier, corrected.tier_since) == (Tier.PREMIER, day("2019-06-01"))


@pytest.mark.catalogue("F58")
def test_the_loser_of_a_race_reads_again_and_loses_nothing() -> None:
    accounts, _, assess = world()

    def rival() -> None:
        accounts.add(sales("2023-05", "10"))
        assess(P1_DE)
        accounts.add(sales("2023-05", "20", part=1))

    accounts.before_save = rival
    state = assess(P1_DE)
    assert state is not None
    assert state.ytd_revenue == 30
    assert [saved.ytd_revenue for saved in accounts.saves] == [10, 30]


@pytest.mark.catalogue("F58")
def test_after_so_many_lost_races_the_conflict_flies() -> None:
    accounts, _, assess = world()
    tries = 0

    def lose() -> None:
        nonlocal tries
        tries += 1
        accounts.before_save = lose
        raise VersionConflict(P1_DE)

    accounts.before_save = lose
    with pytest.raises(VersionConflict):
        assess(P1_DE)
    assert tries == ATTEMPTS


@pytest.mark.parametrize("account_id", ["P1-FR", "P1-AQ", "P2-DE"])
def test_an_account_without_a_site_or_outside_the_program_has_no_state(account_id: str) -> None:
    accounts, _, assess = world()
    accounts.add(site("S9", country="AQ"))
    assert assess(account_id) is None
    assert accounts.saves == []


# -- batches


def test_a_batch_reads_the_facts_of_a_partner_once() -> None:
    accounts, _, assess = world()
    accounts.add(site("S2", country="FR"), site("S3", country="IT"))
    accounts.add(partner("P2"), site("S4", partner_id="P2"), accepted(partner_id="P2"), partner_id="P2")
    result = assess.batch(["P1-IT", "P1-DE", "P2-DE", "P1-FR", "P1-DE"])
    assert sorted(result.states) == ["P1-DE", "P1-FR", "P1-IT", "P2-DE"]
    assert {state.tier for state in result.states.values() if state} == {Tier.AUTHORIZED}
    assert accounts.partner_reads == ["P1", "P2"]
    assert len(accounts.saves) == 4


@pytest.mark.catalogue("F47")
def test_one_account_that_fails_does_not_stop_the_others() -> None:
    accounts, _, assess = world()
    accounts.add(site("S2", country="FR"), sales("2023-05", "1", currency="USD"))
    result = assess.batch(["P1-DE", "P1-FR"])
    assert list(result.states) == ["P1-FR"]
    assert "has revenue in USD" in str(result.failures["P1-DE"])


@pytest.mark.catalogue("F58")
def test_a_conflict_inside_a_batch_reads_that_account_again() -> None:
    accounts, _, assess = world()

    def rival() -> None:
        accounts.add(sales("2023-05", "10"))
        assess(P1_DE)

    accounts.before_save = rival
    result = assess.batch([P1_DE])
    state = result.states[P1_DE]
    assert state is not None
    assert state.ytd_revenue == 10
    assert len(accounts.saves) == 1, "the rival's state was already right"


# -- which accounts a changed item concerns


@pytest.mark.rule("R-2.2b")
@pytest.mark.parametrize(
    ("pk", "sk", "affected"),
    [
        ("ACCOUNT#P1-DE", "REVENUE#2023-05#D1#R1#0123#0000", ["P1-DE"]),
        ("ACCOUNT#P1-DE", "REVENUE#2023-baseline", ["P1-DE"]),
        ("ACCOUNT#P1-DE", "STATE", []),
        ("PARTNER#P1", "FACT#partners#P1", ["P1-DE", "P1-FR"]),
        ("PARTNER#P1", "FACT#sites#S1", ["P1-DE", "P1-FR"]),
        ("PARTNER#P1", "FACT#terms_acceptances#P1#2022-03", ["P1-DE", "P1-FR"]),
        ("PARTNER#P1", "FACT#people#anna#S1#2023-01-01", ["P1-DE", "P1-FR"]),
        ("PARTNER#P1", "FACT#certifications#C1", ["P1-DE", "P1-FR"]),
        ("PARTNER#P1", "FACT#trainings#P1#DE#onboarding#2023-01-01", ["P1-DE"]),
        ("PARTNER#P1", "FACT#business_plans#P1#FR#2023", ["P1-FR"]),
        ("PARTNER#P1", "FACT#brand_reviews#P1#FR#2023-01-01", ["P1-FR"]),
        ("PARTNER#P1", "FACT#business_reviews#P1#FR#annual#2023-01-01", ["P1-FR"]),
        ("PARTNER#P1", "FACT#case_decisions#P1#FR#terms#2023-01-01#2023-01-02", ["P1-FR"]),
        ("PARTNER#P1", "FACT#placements#P1#DE", ["P1-DE"]),
        ("PARTNER#P1", "FACT#opening_revenue#P1#DE#2022", ["P1-DE"]),
        ("PARTNER#P9", "FACT#partners#P9", []),
        ("SITE#S1", "FACT#sites", []),
        ("PERSON#anna", "FACT#people#S1#2023-01-01", []),
        ("PRODUCT#X", "FACT#products", []),
        ("HISTORY#PARTNER#P1", "FACT#partners#P1#2023", []),
        ("WAITING#SITE#S9", "RECORD#people#anna", []),
        ("STATEMENTS#P1-DE", "2023Q1#final", []),
        ("REPORT#D1#R1", "CURRENT", []),
        ("JOB#quarter_end", "PROGRESS", []),
        ("SETTING", "RULEBOOK", []),
    ],
)
def test_a_changed_item_concerns_the_accounts_that_it_can_change(pk: str, sk: str, affected: list[str]) -> None:
    accounts, _, _ = world()
    accounts.add(site("S2", country="FR"))
    assert list(accounts_affected(accounts, pk, sk)) == affected
    assert {key: list(found) for key, found in all_affected(accounts, [(pk, sk)]).items()} == {(pk, sk): affected}


@pytest.mark.rule("R-2.2b")
@pytest.mark.parametrize("moved", [{"country": "FR"}, {"partner_id": "P2"}])
def test_an_account_that_has_lost_its_last_site_counts_nobody_any_more(moved: dict[str, str]) -> None:
    accounts, clock, assess = world()
    accounts.add(*qualified_records(), sales("2023-05", "60000"))
    before = assess(P1_DE)
    clock.day = day("2023-06-16")
    for lost in [record for record in accounts.records["P1"].values() if isinstance(record, Site)]:
        accounts.add(lost.model_copy(update=moved))
    after = assess(P1_DE)
    assert before is not None
    assert after is not None
    assert (before.tier, after.tier, after.tier_changes) == (Tier.ADVANCED, None, ())
    assert after.set_aside == tuple(change for change in before.tier_changes if change.to_tier is Tier.ADVANCED)
    assert accounts.states[P1_DE].state == after


def test_a_site_before_it_was_corrected_names_the_account_that_it_has_left() -> None:
    body = site("S1").model_dump_json()
    assert accounts_left([("PARTNER#P1", "FACT#sites#S1", body)]) == {"P1-DE"}
    assert accounts_left([("PARTNER#P2", "FACT#sites#S1", body)]) == set()
    assert accounts_left([("SITE#S1", "FACT#sites", body), ("PARTNER#P1", "FACT#partners#P1", "")]) == set()


def test_the_accounts_of_a_partner_are_those_of_sites_that_are_its_own() -> None:
    accounts, _, _ = world()
    accounts.add(site("S2", country="FR", partner_id="P2"))
    assert accounts.account_ids_of("P1") == ["P1-DE"]


def test_for_a_batch_of_items_the_accounts_of_a_partner_are_asked_for_once() -> None:
    accounts, _, _ = world()
    asked: list[str] = []
    real = accounts.account_ids_of

    def counting(partner_id: str) -> list[str]:
        asked.append(partner_id)
        return list(real(partner_id))

    accounts.account_ids_of = counting  # type: ignore[method-assign]  # a spy on one object
    keys = [
        ("PARTNER#P1", "FACT#people#anna#S1#2023-01-01"),
        ("PARTNER#P1", "FACT#certifications#C1"),
        ("PARTNER#P1", "FACT#trainings#P1#DE#onboarding#2023-01-01"),
        ("PARTNER#P1", "FACT#trainings#P1#FR#onboarding#2023-01-01"),
        ("ACCOUNT#P1-DE", "REVENUE#2023-05#D1"),
        ("ACCOUNT#P1-DE", "STATE"),
    ]
    found = all_affected(accounts, keys)
    assert [list(found[key]) for key in keys] == [["P1-DE"], ["P1-DE"], ["P1-DE"], ["P1-FR"], ["P1-DE"], []]
    assert asked == ["P1"]


def test_the_key_of_a_training_names_partner_and_country_in_second_and_third_place() -> None:
    """`accounts_affected` reads them from there."""
    assert trained("onboarding", "2023-01-01").key[:2] == ("P1", "DE")
