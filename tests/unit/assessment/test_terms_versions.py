"""A new version of the Terms: who accepted an earlier one has until a day, then the vendor decides (R-4.1.1)."""

from datetime import timedelta

import pytest

from partner_program.domain.tiers.findings import Finding
from partner_program.values.tiers import Tier
from tests.fakes.assessing import Story, brought_up, case_of, events, open_cases, steps
from tests.fakes.records import (
    Known,
    accepted,
    day,
    decided,
    employed,
    in_program,
    kept_tier,
    opening,
    partner,
    placed,
    rulebook,
    sales,
    site,
)

NEW = '"terms.version" = [{ from = 2023-07-01, value = "2023-07" }]\n'
BY = '"terms.accept_by" = [{ from = 2023-07-01, value = 2023-09-30 }]\n'


def advanced(*more: Known, owner: str = NEW + BY) -> Story:
    """Advanced under Terms 2022-03."""
    kept = [*kept_tier("advanced"), opening(2022, "60000"), opening(2023, "60000")]
    return Story(*in_program(), placed("advanced"), *kept, *more, book=rulebook(owner))


def terms_of(story: Story, on: str) -> Finding:
    """What the account is told of R-4.1.1."""
    return next(item for item in story.until(on).findings if item.requirement == "terms")


@pytest.mark.rule("R-4.1.1")
def test_a_new_version_opens_a_case_on_its_first_day_and_an_earlier_acceptance_keeps_the_account_in() -> None:
    story = advanced()
    assert story.until("2023-06-30").cases == ()
    state = story.until("2023-07-01")
    case = case_of(state, "terms")
    assert (case.subject, case.opened_on, case.due_on, case.rule) == (
        "2023-07", day("2023-07-01"), day("2023-09-30"), "R-4.1.1",
    )  # fmt: skip
    assert case.causes == ("Terms 2023-07 have been required since 2023-07-01",)
    told = terms_of(story, "2023-07-01")
    assert (told.met, told.until) == (True, day("2023-10-01"))
    assert told.found.endswith("Terms 2023-07 to be accepted by 2023-09-30")


@pytest.mark.rule("R-4.1.1")
@pytest.mark.parametrize(
    ("on", "steps_taken"),
    [
        ("2023-09-29", ["opened", "closed"]),
        ("2023-09-30", ["opened", "closed"]),
        ("2023-10-01", ["opened", "closed"]),
        ("2023-10-02", ["opened", "decision_due", "closed"]),
    ],
)
def test_accepting_the_new_version_ends_the_case_on_its_day(on: str, steps_taken: list[str]) -> None:
    state = advanced().then(on, accepted(on, "2023-07")).until("2023-12-31")
    case = case_of(state, "terms")
    assert (str(case.outcome), str(case.closed_on), state.tier) == ("cured", on, Tier.ADVANCED)
    assert [step for _, step in events(case) if step != "reminded"] == steps_taken


@pytest.mark.rule("R-4.1.1")
@pytest.mark.parametrize(("on", "met"), [("2023-09-29", True), ("2023-09-30", True), ("2023-10-01", False)])
def test_after_the_last_day_the_earlier_acceptance_counts_no_more_and_the_vendor_decides(on: str, met: bool) -> None:
    story = advanced()
    told, case = terms_of(story, on), case_of(story.until(on), "terms")
    assert (told.met, case.decision_due) == (met, not met)
    assert told.missing == (None if met else "acceptance of Terms 2023-07")
    assert story.until("2024-01-15").tier is Tier.ADVANCED, "nobody is demoted for it without a decision"


@pytest.mark.rule("R-4.1.1")
def test_a_version_accepted_before_its_first_day_makes_no_case() -> None:
    assert advanced(accepted("2023-06-20", "2023-07")).until("2023-12-31").cases == ()


@pytest.mark.rule("R-4.1.1")
@pytest.mark.parametrize(("days", "last"), [(60, "2023-08-30"), (61, "2023-08-31")])
def test_where_no_last_day_is_given_the_case_has_the_days_of_any_other_and_so_long_the_earlier_one_counts(
    days: int, last: str
) -> None:
    story = advanced(owner=f'{NEW}"compliance.days" = {days}\n')
    case = case_of(story.until("2023-07-01"), "terms")
    assert case.due_on == day(last)
    after = str(day(last) + timedelta(days=1))
    assert [terms_of(story, on).met for on in ("2023-07-01", last, after)] == [True, True, False]
    assert terms_of(story, last).until == day(after)
    assert [case_of(story.until(on), "terms").decision_due for on in (last, after)] == [False, True]


@pytest.mark.rule("R-4.1.1", "R-3.1a")
@pytest.mark.parametrize(("known", "tier"), [("2023-09-30", Tier.PREMIER), ("2023-10-01", Tier.ADVANCED)])
def test_a_promotion_needs_terms_that_count(known: str, tier: Tier) -> None:
    more = [item for item in kept_tier("premier") if item.key not in {one.key for one in kept_tier("advanced")}]
    assert advanced(*more, sales("2023-09", "200000", known=known)).until(known).tier is tier


@pytest.mark.rule("R-4.1.1")
def test_a_new_partner_enters_with_the_version_of_the_day_only() -> None:
    start = [partner(enrolled="2023-07-01"), site(opened="2023-07-01"), accepted("2023-06-15")]
    story = Story(*start, book=rulebook(NEW + BY), first="2023-07-01")
    assert story.until("2023-08-01").tier is None
    story.then("2023-08-10", accepted("2023-08-10", "2023-07"))
    state = story.until("2023-08-10")
    assert (steps(state), state.cases) == ([("2023-08-10", "authorized")], ())


@pytest.mark.rule("R-4.1.1")
def test_extend_gives_one_account_more_time() -> None:
    story = advanced(decided("terms", "2023-07-01", "extend", "2023-10-05", until="2023-10-31"))
    assert not terms_of(story, "2023-10-04").met
    assert (terms_of(story, "2023-10-31").met, open_cases(story.until("2023-10-31"))) == (True, ["terms 2023-07"])
    assert not terms_of(story, "2023-11-01").met
    assert case_of(story.until("2023-11-01"), "terms").decision_due


@pytest.mark.rule("R-4.1.1")
def test_waive_keeps_the_account_in_under_the_earlier_version() -> None:
    story = advanced(decided("terms", "2023-07-01", "waive", "2023-10-05"))
    state = story.until("2024-01-29")
    assert (state.tier, open_cases(state), terms_of(story, "2024-01-29").met) == (Tier.ADVANCED, [], True)


@pytest.mark.rule("R-4.1.1")
def test_a_waiver_is_of_one_version_and_the_next_one_is_asked_for_again() -> None:
    versions = '[{ from = 2023-07-01, value = "2023-07" }, { from = 2023-11-01, value = "2023-11" }]'
    days = "[{ from = 2023-07-01, value = 2023-09-30 }, { from = 2023-11-01, value = 2023-12-31 }]"
    owner = f'"terms.version" = {versions}\n"terms.accept_by" = {days}\n'
    story = advanced(decided("terms", "2023-07-01", "waive", "2023-10-05"), owner=owner)
    state = story.until("2023-11-01")
    assert open_cases(state) == ["terms 2023-11"]
    assert case_of(state, "terms", "2023-11").due_on == day("2023-12-31")


@pytest.mark.rule("R-4.1.1")
def test_end_participation_for_terms_not_accepted() -> None:
    story = advanced(decided("terms", "2023-07-01", "end_participation", "2023-10-05"))
    state = story.until("2023-10-05")
    assert (steps(state)[-1], state.tier_changes[-1].rule) == (("2023-10-05", "none"), "R-4.1.1")


@pytest.mark.rule("R-4.1.1")
def test_demote_leads_to_authorized_because_every_tier_asks_for_the_terms_and_the_case_waits_on() -> None:
    story = advanced(decided("terms", "2023-07-01", "demote", "2023-10-05"))
    state = story.until("2023-12-31")
    assert steps(state)[1:] == [("2023-10-05", "authorized")]
    assert [(case.tier, str(case.outcome), case.decision_due) for case in state.cases] == [
        (Tier.ADVANCED, "demoted", False), (Tier.AUTHORIZED, "None", True),
    ]  # fmt: skip


@pytest.mark.rule("R-4.1.1")
def test_the_owner_may_have_the_clock_decide_but_nobody_leaves_authorized_by_itself() -> None:
    automatic = NEW + BY + '"decision.terms" = "automatic"\n'
    story = advanced(owner=automatic)
    assert story.until("2023-09-30").tier is Tier.ADVANCED
    state = story.until("2023-10-01")
    assert steps(state)[1:] == [("2023-10-01", "authorized")]
    alone = Story(*in_program(), book=rulebook(automatic)).until("2024-06-30")
    assert (alone.tier, case_of(alone, "terms").decision_due) == (Tier.AUTHORIZED, True)


@pytest.mark.rule("R-4.1.1")
def test_when_the_owner_moves_the_last_day_open_cases_move_along() -> None:
    story = advanced()
    before = story.until("2023-08-01")
    story.book = rulebook(NEW + BY.replace("2023-09-30", "2023-10-31"))
    state = brought_up(day("2023-08-02"), before, story.book, story.known)
    case = case_of(state, "terms")
    assert (case.opened_on, case.due_on) == (day("2023-07-01"), day("2023-10-31"))
    assert events(case)[-1] == ("2023-08-02", "redated")


@pytest.mark.rule("R-4.1.1")
def test_a_new_version_concerns_whoever_is_in_the_program_at_any_tier() -> None:
    state = Story(*in_program(), book=rulebook(NEW + BY)).until("2023-07-01")
    assert (state.tier, open_cases(state)) == (Tier.AUTHORIZED, ["terms 2023-07"])


@pytest.mark.rule("R-4.1.1")
def test_the_last_site_closed_is_a_case_too_and_a_new_site_ends_it() -> None:
    story = advanced(site(closed="2023-05-10"), owner="")
    case = case_of(story.until("2023-05-10"), "terms")
    assert (case.opened_on, case.due_on, case.causes) == (
        day("2023-05-10"), day("2023-07-09"), ("an open site in DE",),
    )  # fmt: skip
    story.then("2023-06-01", site("S2", opened="2023-06-01"), employed("kim", "2023-06-01", site_id="S2"))
    state = story.until("2023-06-01")
    assert (str(case_of(state, "terms").outcome), state.tier) == ("cured", Tier.ADVANCED)


@pytest.mark.rule("R-4.1.1")
def test_who_was_placed_without_ever_accepting_owes_the_acceptance_from_that_day() -> None:
    story = Story(partner(), site(), placed("authorized", "2023-03-01"), first="2023-03-01")
    case = case_of(story.until("2023-03-01"), "terms")
    assert (case.subject, case.opened_on, case.due_on) == ("2022-03", day("2023-03-01"), day("2023-04-30"))
    assert story.until("2023-04-30").tier is Tier.AUTHORIZED
    assert case_of(story.until("2023-05-01"), "terms").decision_due


@pytest.mark.rule("R-4.1.1")
@pytest.mark.parametrize("on", ["2023-07-01", "2023-09-30", "2023-10-01"])
def test_what_is_owed_is_said_from_the_first_day_of_the_case_on(on: str) -> None:
    case = case_of(advanced().until(on), "terms")
    assert (case.missing, case.mend) == ("acceptance of Terms 2023-07", "Accept the Terms 2023-07.")
