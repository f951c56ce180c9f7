"""`assess`: starts, promotions, advice, and that neither order nor repetition of facts matters."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.account import AccountState, ChangeReason, TierChange
from partner_program.domain.assessment import assess
from partner_program.domain.facts import AccountFacts, Record
from partner_program.domain.findings import Requirement
from partner_program.rulebook import CountryNotInProgram, load_rulebook
from partner_program.values.errors import InvalidValue
from partner_program.values.tiers import Tier
from tests.fakes.records import (
    Known,
    accepted,
    brand_review,
    certified,
    day,
    employed,
    facts,
    in_program,
    opening,
    partner,
    placed,
    plan,
    qualified_people,
    rulebook,
    sales,
    site,
    trained,
)

RULEBOOK = rulebook()


def assessed(known: AccountFacts, on: str, prior: AccountState | None = None) -> AccountState:
    return assess(known, prior, RULEBOOK, day(on))


def steps(state: AccountState) -> list[tuple[str, str]]:
    return [(change.changed_on.isoformat(), change.to_tier.value) for change in state.tier_changes]


# -- where an account starts


@pytest.mark.rule("R-4.1.1")
@pytest.mark.parametrize(
    ("records", "since"),
    [
        ([partner(), site(), accepted()], "2023-01-02"),
        ([partner(enrolled="2023-02-01"), site(), accepted()], "2023-02-01"),
        ([partner(), site(opened="2023-03-01"), accepted()], "2023-03-01"),
        ([partner(), site(), accepted("2023-04-01")], "2023-04-01"),
        ([partner(), site(), accepted("2023-06-15")], "2023-06-15"),
        ([partner(), site(), accepted("2023-06-16")], None),
        ([partner(), site()], None),
        ([site(), accepted()], None),
        ([partner(enrolled="2015-01-01"), site(opened="2015-01-01"), accepted("2021-12-01")], "2022-01-01"),
    ],
)
def test_an_account_is_authorized_from_the_day_it_is_enrolled_with_terms_accepted_and_a_site_open(
    records: list[Known], since: str | None
) -> None:
    state = assessed(facts(*records), "2023-06-15")
    assert steps(state) == ([] if since is None else [(since, "authorized")])
    assert state.tier_since == (None if since is None else day(since))


@pytest.mark.rule("R-4.1.1")
def test_a_site_that_closed_before_the_terms_were_accepted_lets_nobody_in() -> None:
    state = assessed(facts(partner(), site(closed="2023-02-01"), accepted("2023-02-01")), "2023-06-15")
    assert state.tier is None
    assert [item.missing for item in state.advice[0].missing] == ["an open site in DE"]


@pytest.mark.rule("R-2.2b")
@pytest.mark.parametrize("tier", list(Tier))
def test_a_placement_is_where_the_account_starts(tier: Tier) -> None:
    state = assessed(facts(*in_program(), placed(tier.value, "2023-03-01")), "2023-06-15")
    assert steps(state) == [("2023-03-01", tier.value)]
    assert state.tier_changes[0].reason is ChangeReason.PLACED


@pytest.mark.rule("R-2.2b")
@pytest.mark.parametrize(("on", "tier"), [("2023-06-14", None), ("2023-06-15", Tier.PREMIER)])
def test_a_placement_counts_from_its_day(on: str, tier: Tier | None) -> None:
    assert assessed(facts(*in_program(), placed("premier", "2023-06-15")), on).tier is tier


@pytest.mark.rule("R-2.2b")
def test_a_placement_recorded_late_counts_from_its_own_day() -> None:
    before = assessed(facts(*in_program()), "2023-02-01")
    state = assessed(facts(*in_program(), placed("advanced", "2023-01-02")), "2023-06-15", before)
    assert steps(state) == [("2023-01-02", "advanced")]


# -- R-3.1a


@pytest.mark.rule("R-3.1a", "R-4.1")
def test_an_account_that_meets_all_of_premier_skips_advanced() -> None:
    state = assessed(facts(*in_program(), *qualified_people(), sales("2023-05", "200000")), "2023-06-15")
    assert steps(state) == [("2023-01-02", "authorized"), ("2023-06-15", "premier")]
    change = state.tier_changes[1]
    assert (change.from_tier, change.reason, change.rule) == (Tier.AUTHORIZED, ChangeReason.PROMOTED, "R-3.1a")
    assert change.edition == "guide-2022"
    assert [item.rule for item in change.findings][:2] == ["R-4.1.1", "R-4.1.2"]
    assert all(item.met for item in change.findings)
    assert state.advice == ()


@pytest.mark.rule("R-3.1a", "R-4.1.2")
@pytest.mark.parametrize(
    ("credit", "tier"),
    [
        ("49999.99", Tier.AUTHORIZED), ("50000", Tier.ADVANCED), ("199999.995", Tier.ADVANCED),
        ("200000", Tier.PREMIER), ("200000.01", Tier.PREMIER),
    ],
)  # fmt: skip
def test_revenue_decides_to_the_cent_how_far_up(credit: str, tier: Tier) -> None:
    assert assessed(facts(*in_program(), *qualified_people(), sales("2023-05", credit)), "2023-06-15").tier is tier


@pytest.mark.rule("R-4.1")
@pytest.mark.parametrize(
    "without",
    [
        "anna-MCDE-2023-02-01", "bo-MCDE-2023-02-01", "anna-MCIT-2023-02-01", "bo-MCIT-2023-02-01",
        "trainings/onboarding", "trainings/annual_sales", "people/anna",
    ],
)  # fmt: skip
def test_every_single_requirement_must_be_met(without: str) -> None:
    def name(record: Known) -> str:
        assert isinstance(record, Record)
        if record.kind == "certifications":
            return record.key[0]
        return f"trainings/{record.key[2]}" if record.kind == "trainings" else f"people/{record.key[0]}"

    records = [record for record in qualified_people() if name(record) != without]
    assert len(records) == len(qualified_people()) - 1
    state = assessed(facts(*in_program(), *records, sales("2023-05", "200000")), "2023-06-15")
    assert state.tier is not Tier.PREMIER


@pytest.mark.rule("R-3.1a")
@pytest.mark.parametrize(
    ("reached", "decided_on", "elapsed"),
    [
        ("2023-06-15", "2023-06-15", 0),  # a Thursday
        ("2023-06-15", "2023-06-16", 1),
        ("2023-06-16", "2023-06-18", 0),  # Friday, decided on Sunday
        ("2023-06-16", "2023-06-19", 1),
        ("2023-06-15", "2023-06-20", 3),
        ("2023-04-05", "2023-04-11", 1),  # Easter, from Maundy Thursday on, in Denmark
    ],
)
def test_the_business_days_since_the_threshold_was_reached_are_recorded(
    reached: str, decided_on: str, elapsed: int
) -> None:
    known = facts(*in_program(), *qualified_people(), sales("2023-03", "60000", known=reached))
    change = assessed(known, decided_on).tier_changes[-1]
    assert (change.reached_on, change.changed_on, change.business_days) == (day(reached), day(decided_on), elapsed)


@pytest.mark.rule("R-3.1a")
def test_a_certificate_recorded_late_counts_as_reached_on_its_own_date() -> None:
    known = facts(*in_program(), *qualified_people("2023-05-31"), sales("2023-04", "60000", known="2023-05-05"))
    assert assessed(known, "2023-06-15").tier_changes[-1].reached_on == date(2023, 5, 31)


@pytest.mark.rule("R-3.1a")
def test_nothing_is_reached_before_the_account_started() -> None:
    known = facts(*in_program(), *qualified_people(), placed("authorized", "2023-06-01"), opening(2022, "90000"))
    change = assessed(known, "2023-06-15").tier_changes[-1]
    assert (change.to_tier, change.reached_on) == (Tier.ADVANCED, date(2023, 6, 1))


@pytest.mark.rule("R-3.1a", "R-3.4a")
def test_revenue_that_carried_over_the_year_turn_was_reached_in_the_old_year() -> None:
    known = facts(*in_program(), *qualified_people("2023-12-20"), sales("2023-11", "60000", known="2023-12-05"))
    assert assessed(known, "2024-01-10").tier_changes[-1].reached_on == date(2023, 12, 20)


@pytest.mark.rule("R-3.1a")
def test_no_promotion_for_an_account_without_an_open_site() -> None:
    generous = load_rulebook(
        override_toml='"people_required.*" = 0\n"revenue_threshold.*" = 0\n"training_required.*" = false'
    )
    known = facts(partner(), site(closed="2023-02-01"), accepted())
    assert assess(known, None, generous, date(2023, 1, 31)).tier is Tier.PREMIER
    assert assess(known, None, generous, date(2023, 2, 1)).tier is Tier.AUTHORIZED


@pytest.mark.rule("R-3.1a", "R-3.2")
def test_an_account_that_falls_short_keeps_its_tier_and_shows_what_is_not_met() -> None:
    known = facts(*in_program(), *qualified_people(), sales("2023-05", "200000"))
    state = assessed(known, "2023-06-15")
    later = assessed(known, "2025-06-15", state)
    assert later.tier is Tier.PREMIER
    assert steps(later) == steps(state)
    short = {item.requirement for item in later.findings if not item.met}
    assert {Requirement.MCDE, Requirement.MCIT, Requirement.SALES_TRAINING, Requirement.REVENUE} <= short


# --


@pytest.mark.rule("R-4.1.6", "R-4.1.7")
def test_a_plan_or_alignment_still_to_come_does_not_stop_a_first_promotion_to_premier() -> None:
    state = assessed(facts(*in_program(), *qualified_people(), sales("2023-05", "200000")), "2023-06-15")
    assert state.tier is Tier.PREMIER
    owed = {
        item.rule: (item.met, item.found, item.until) for item in state.findings if item.rule in ("R-4.1.6", "R-4.1.7")
    }
    assert owed == {
        "R-4.1.6": (True, "due by 2023-08-14", date(2023, 8, 15)),
        "R-4.1.7": (True, "due by 2023-07-31", date(2023, 8, 1)),
    }


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize(
    ("on", "met"), [("2023-08-14", True), ("2023-08-15", False), ("2024-03-01", True), ("2024-03-02", False)]
)
def test_a_business_plan_is_due_sixty_days_after_becoming_premier_and_after_each_first_of_january(
    on: str, met: bool
) -> None:
    known = facts(*in_program(), placed("premier", "2023-06-15"))
    found = {item.rule: item for item in assessed(known, on).findings}
    assert found["R-4.1.6"].met is met


@pytest.mark.rule("R-4.1.6")
def test_a_submitted_plan_serves_its_own_year_only() -> None:
    known = facts(*in_program(), placed("premier", "2023-06-15"), plan(2023, "2023-12-01"))
    found = {on: assessed(known, on).findings for on in ("2023-11-30", "2023-12-01", "2024-03-02")}
    met = {on: next(item.met for item in items if item.rule == "R-4.1.6") for on, items in found.items()}
    assert met == {"2023-11-30": False, "2023-12-01": True, "2024-03-02": False}


@pytest.mark.rule("R-4.1.7")
@pytest.mark.parametrize(
    ("became", "on", "met"),
    [
        ("2023-06-01", "2023-07-31", True), ("2023-06-01", "2023-08-01", False),
        ("2023-06-30", "2023-07-31", True), ("2023-06-30", "2023-08-01", False),
        ("2023-12-31", "2024-01-31", True), ("2023-12-31", "2024-02-01", False),
        ("2024-01-31", "2024-02-29", True), ("2024-01-31", "2024-03-01", False),
    ],
)  # fmt: skip
def test_brand_alignment_is_due_by_the_end_of_the_month_after_becoming_premier(became: str, on: str, met: bool) -> None:
    found = {item.rule: item for item in assessed(facts(*in_program(), placed("premier", became)), on).findings}
    assert found["R-4.1.7"].met is met


@pytest.mark.rule("R-4.1.7")
def test_the_latest_brand_review_decides() -> None:
    start: list[Known] = [*in_program(), placed("premier", "2023-06-15")]
    good, bad = brand_review("2023-07-01"), brand_review("2023-09-01", "not_fulfilled")
    met = [
        next(item.met for item in assessed(facts(*start, *reviews), "2023-10-01").findings if item.rule == "R-4.1.7")
        for reviews in ([], [good], [good, bad], [bad, brand_review("2023-09-02")])
    ]
    assert met == [False, True, False, True]


def _lost(rule: str) -> TierChange:
    return TierChange(
        changed_on=date(2023, 9, 1), from_tier=Tier.PREMIER, to_tier=Tier.ADVANCED,
        reason=ChangeReason.PROMOTED, rule=rule, edition="guide-2022",
    )  # fmt: skip


@pytest.mark.rule("R-4.1.6", "R-4.1.7")
@pytest.mark.parametrize(
    ("rule", "mended", "tier"),
    [
        ("R-4.1.6", [], Tier.ADVANCED),
        ("R-4.1.6", [plan(2022, "2023-09-10")], Tier.ADVANCED),
        ("R-4.1.6", [brand_review("2023-09-10")], Tier.ADVANCED),
        ("R-4.1.6", [plan(2023, "2023-09-10")], Tier.PREMIER),
        ("R-4.1.7", [], Tier.ADVANCED),
        ("R-4.1.7", [plan(2023, "2023-09-10")], Tier.ADVANCED),
        ("R-4.1.7", [brand_review("2023-09-10", "not_fulfilled")], Tier.ADVANCED),
        ("R-4.1.7", [brand_review("2023-09-10")], Tier.PREMIER),
        ("R-3.3", [], Tier.PREMIER),
    ],
)
def test_an_account_that_lost_premier_for_plan_or_brand_must_fulfil_it_before_it_is_promoted_again(
    rule: str, mended: list[Known], tier: Tier
) -> None:
    known = facts(*in_program(), placed("premier"), *qualified_people(), sales("2023-05", "200000"), *mended)
    before = assessed(known, "2023-06-15")
    demoted = before.model_copy(update={"tier_changes": (*before.tier_changes, _lost(rule))})
    assert assessed(known, "2023-10-01", demoted).tier is tier


# -- R-3.1b


@pytest.mark.rule("R-3.1b")
def test_advice_for_each_higher_tier_says_what_is_missing_and_by_how_much() -> None:
    known = facts(
        *in_program(), employed("anna"), certified("anna", "MCDE", "2023-02-01"), trained("onboarding", "2023-02-01"),
        sales("2023-05", "49999.50"),
    )  # fmt: skip
    state = assessed(known, "2023-06-15")
    told = {item.tier: {gap.requirement: gap.missing for gap in item.missing} for item in state.advice}
    assert told == {
        Tier.ADVANCED: {
            Requirement.REVENUE: "0.50 EUR",
            Requirement.SALES_TRAINING: "annual sales training",
            Requirement.MCIT: "1 person",
        },
        Tier.PREMIER: {
            Requirement.REVENUE: "150000.50 EUR",
            Requirement.SALES_TRAINING: "annual sales training",
            Requirement.MCDE: "1 person",
            Requirement.MCIT: "2 people",
            Requirement.MCIE: "1 person",
        },
    }


@pytest.mark.rule("R-3.1b")
def test_revenue_without_certifications_gets_advice_and_no_promotion() -> None:
    state = assessed(facts(*in_program(), placed("advanced"), sales("2023-05", "200000")), "2023-06-15")
    assert state.tier is Tier.ADVANCED
    assert [item.tier for item in state.advice] == [Tier.PREMIER]
    assert Requirement.REVENUE not in {gap.requirement for gap in state.advice[0].missing}


# -- next review


@pytest.mark.parametrize(
    ("extra", "review"),
    [
        ([], "2024-01-01"),
        ([employed("anna", until="2023-07-01")], "2023-07-01"),
        ([employed("anna", since="2023-06-16")], "2023-06-16"),
        ([employed("anna", until="2023-06-15")], "2024-01-01"),
        ([employed("anna"), certified("anna", "MCDE", "2021-06-20")], "2023-06-20"),
        ([employed("anna"), certified("anna", "MCDE", "2021-06-15")], "2024-01-01"),
        ([trained("annual_sales", "2022-09-10")], "2023-09-10"),
        ([site("S2", opened="2023-08-01")], "2023-08-01"),
        ([site("S2", closed="2023-08-01")], "2023-08-01"),
        ([placed("premier", "2023-06-01")], "2023-08-01"),
        ([placed("premier", "2023-12-01")], "2023-12-01"),
        ([plan(2023, "2023-10-01")], "2023-10-01"),
    ],
)  # fmt: skip
def test_the_next_review_is_the_first_later_day_on_which_time_alone_changes_something(
    extra: list[Known], review: str
) -> None:
    assert assessed(facts(*in_program(), *extra), "2023-06-15").next_review_on == day(review)


def test_a_new_value_of_the_rulebook_is_a_day_to_look_again() -> None:
    changing = rulebook('"compliance.days" = [{ from = 2023-07-01, value = 90 }]\n')
    assert assess(facts(*in_program()), None, changing, date(2023, 6, 15)).next_review_on == date(2023, 7, 1)


@given(st.lists(st.sampled_from(range(600)), min_size=6, max_size=6), st.integers(0, 700))
def test_between_two_reviews_time_alone_changes_nothing(offsets: list[int], start: int) -> None:
    """Every day up to the next review is assessed: the tier and every finding's verdict stay."""
    first = date(2023, 1, 2)
    days = [(first + timedelta(days=offset)).isoformat() for offset in offsets]
    known = facts(
        *in_program(), employed("anna", days[0]), employed("bo", days[1], "2024-06-01"),
        certified("anna", "MCDE", days[2]), certified("bo", "MCDE", days[3]),
        trained("annual_sales", days[4]), trained("onboarding", days[5]),
        site("S2", opened=days[0], closed="2025-01-10"), placed("premier", "2023-01-02"),
    )  # fmt: skip
    on = first + timedelta(days=start)
    state = assess(known, None, RULEBOOK, on)
    assert state.next_review_on is not None
    verdicts = [(item.rule, item.met) for item in state.findings]
    probe = on
    while (probe := probe + timedelta(days=1)) < state.next_review_on:
        later = assess(known, state, RULEBOOK, probe)
        assert [(item.rule, item.met) for item in later.findings] == verdicts
        assert later.tier is state.tier
        assert [(a.tier, [g.rule for g in a.missing]) for a in later.advice] == [
            (a.tier, [g.rule for g in a.missing]) for a in state.advice
        ]


# -- order and repetition

STORY: tuple[Known, ...] = (
    partner(), site(), accepted(), *qualified_people(),
    sales("2023-03", "30000", known="2023-06-15"), sales("2023-05", "170000.005", known="2023-06-15"),
    sales("2023-05", "-0.005", known="2023-06-15", part=1), opening(2022, "70000"), placed("authorized"),
)  # fmt: skip


@pytest.mark.rule("R-3.1a")
@given(st.permutations(STORY))
def test_the_same_facts_in_any_order_give_the_same_state(order: list[Known]) -> None:
    assert (
        assessed(facts(*order), "2023-06-15").model_dump_json()
        == assessed(facts(*STORY), "2023-06-15").model_dump_json()
    )


@pytest.mark.rule("R-3.1a")
@given(st.permutations(STORY))
def test_assessed_after_each_fact_of_a_day_the_last_state_is_the_same_in_any_order(
    order: list[Known],
) -> None:
    state: AccountState | None = None
    for count in range(1, len(order) + 1):
        state = assessed(facts(*order[:count]), "2023-06-15", state)
    assert state == assessed(facts(*STORY), "2023-06-15")


def test_assessed_again_nothing_changes() -> None:
    known = facts(*STORY)
    state = assessed(known, "2023-06-15")
    assert assessed(known, "2023-06-15", state) == state
    next_day = assessed(known, "2023-06-16", state)
    assert next_day.model_copy(update={"assessed_on": state.assessed_on}) == state


def test_a_return_on_the_day_of_a_promotion_takes_it_back_and_later_does_not() -> None:
    sold: list[Known] = [*in_program(), *qualified_people(), sales("2023-05", "50000")]
    promoted = assessed(facts(*sold), "2023-06-15")
    assert promoted.tier is Tier.ADVANCED
    returned = facts(*sold, sales("2023-05", "-1", part=1))
    assert assessed(returned, "2023-06-15", promoted).tier is Tier.AUTHORIZED
    assert assessed(returned, "2023-06-16", promoted).tier is Tier.ADVANCED


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_corrections_of_the_start_on_one_day_end_alike_in_any_order(order: tuple[int, ...]) -> None:
    """A decision set aside by a passing correction comes back with the next one."""
    sold: list[Known] = [*in_program(), *qualified_people(), sales("2023-03", "60000")]
    yesterday = assessed(facts(*sold), "2023-06-14")
    assert yesterday.tier is Tier.ADVANCED
    passing: list[list[Known]] = [
        [placed("premier")],
        [placed("authorized", "2023-06-15")],
        [site(opened="2023-06-15")],
    ]
    state = yesterday
    for index in order:
        state = assessed(facts(*sold, *passing[index]), "2023-06-15", state)
    final = assessed(facts(*sold), "2023-06-15", state)
    assert final == assessed(facts(*sold), "2023-06-15", yesterday)
    assert final.set_aside == ()


def test_a_decision_without_ground_is_set_aside_and_not_forgotten() -> None:
    sold: list[Known] = [*in_program(), *qualified_people(), sales("2023-03", "60000")]
    promoted = assessed(facts(*sold), "2023-06-14")
    state = assessed(facts(*sold, placed("premier")), "2023-06-15", promoted)
    assert steps(state) == [("2023-01-02", "premier")]
    assert [(item.changed_on, item.to_tier) for item in state.set_aside] == [(date(2023, 6, 14), Tier.ADVANCED)]


# -- refusals


@pytest.mark.rule("R-2.2a")
@pytest.mark.catalogue("F57")
def test_revenue_in_another_currency_stops_the_account_instead_of_being_added() -> None:
    with pytest.raises(InvalidValue, match="P1-DE is kept in EUR but has revenue in USD"):
        assessed(facts(*in_program(), sales("2023-05", "10", currency="USD")), "2023-06-15")


def test_a_country_outside_the_program_is_a_typed_error() -> None:
    with pytest.raises(CountryNotInProgram):
        assessed(facts(partner(), site(country="AQ"), accepted(), account_id="P1-AQ"), "2023-06-15")
