"""Where an account stands: status now and as of a day, what runs out, cases by urgency, history, notices."""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest

from partner_program.domain.facts import Verdict
from partner_program.domain.history import EntryKind, HistoryEntry
from partner_program.domain.notices.derive import notices
from partner_program.domain.notices.model import NoticeKind
from partner_program.domain.tiers.account import Memory
from partner_program.domain.tiers.cases import Case, CaseOutcome, CaseStep
from partner_program.domain.tiers.findings import Requirement
from partner_program.rulebook import Rulebook
from partner_program.use_cases.account_history import AskedAhead, NoSuchAccount, NotKnownYet
from partner_program.use_cases.queries.standing import Standing
from partner_program.use_cases.queries.standing_history import HistoryPage, StandingHistory
from partner_program.use_cases.queries.standing_notices import Notices
from partner_program.values.errors import NotFound
from partner_program.values.tiers import Tier
from tests.fakes.notices import ACCOUNT_ID, MemoryNotices, a_case, a_state, a_verdict, full_state, with_case
from tests.fakes.records import (
    P1_DE,
    accepted,
    baseline,
    brand_review,
    certified,
    day,
    decided,
    employed,
    kept_qualified,
    opening,
    partner,
    placed,
    plan,
    qualified_records,
    rulebook,
    sales,
    site,
    trained,
)
from tests.fakes.versions import BOOK, SavedVersions, World

VENDORS = "Petra"
"""Who decides in `tests.fakes.records`."""


def standing(world: World) -> Standing:
    return Standing(accounts=world.accounts, history=world.history(), rulebook=world.book, clock=world.clock)


def promoted() -> World:
    """Authorized since 2 January, Advanced by May's revenue; it is 15 June 2023."""
    world = World()
    world.on("2023-01-02", partner(), site(), accepted(), *qualified_records())
    world.on("2023-05-05", sales("2023-04", "60000.125", known="2023-05-05"))
    world.clock.day = day("2023-06-15")
    return world


# -- status


@pytest.mark.rule("R-2.2b", "R-3.1a", "R-4.2.1")
def test_the_status_is_the_decision_that_stands_with_the_benefits_of_today() -> None:
    status = standing(promoted()).status(P1_DE)
    assert (status.tier, str(status.tier_since), str(status.assessed_on)) == (Tier.ADVANCED, "2023-05-05", "2023-05-05")
    assert (str(status.as_of), status.partner_name, status.currency) == ("2023-06-15", "Partner P1", "EUR")
    assert (status.ytd_revenue, status.prev_year_revenue) == (Decimal("60000.125"), Decimal(0))
    assert all(item.met and item.tier is Tier.ADVANCED for item in status.findings)
    assert [item.value for item in status.benefits][:2] == ["30 %", "3"]
    assert (status.open_cases, status.notes) == (0, ())


@pytest.mark.rule("R-3.1a")
@pytest.mark.parametrize(
    ("as_of", "tier", "ytd", "discount"),
    [
        ("2023-01-01", None, "0", "no"),
        ("2023-05-04", Tier.AUTHORIZED, "60000.125", "20 %"),
        ("2023-05-05", Tier.ADVANCED, "60000.125", "30 %"),
        ("2023-06-15", Tier.ADVANCED, "60000.125", "30 %"),
    ],
)
def test_as_of_a_day_by_what_is_known_today(as_of: str, tier: Tier | None, ytd: str, discount: str) -> None:
    status = standing(promoted()).status(P1_DE, day(as_of))
    assert (status.tier, status.as_of, str(status.ytd_revenue)) == (tier, day(as_of), ytd)
    assert status.benefits[0].value == discount
    assert {item.tier for item in status.findings} == ({tier} if tier else set())


@pytest.mark.rule("R-3.4a")
@pytest.mark.parametrize(
    ("as_of", "ytd", "noted"),
    [
        ("2023-03-31", "0", False),
        ("2023-04-01", "60000.125", True),
        ("2023-04-29", "60000.125", True),
        ("2023-04-30", "60000.125", False),
        ("2023-05-10", "60000.125", False),
    ],
)
def test_of_a_day_inside_a_month_with_invoices_revenue_is_that_of_the_month_and_it_says_so(
    as_of: str, ytd: str, noted: bool
) -> None:
    status = standing(promoted()).status(P1_DE, day(as_of))
    assert str(status.ytd_revenue) == ytd
    assert any(f"count all of {as_of[:7]} that" in note for note in status.notes) is noted


@pytest.mark.rule("R-4.1.5")
def test_as_of_today_a_finding_holds_as_long_as_without_a_day_by_the_rulebook_of_the_days_to_come() -> None:
    shorter = '"certification.validity" = [{ from = 2022-01-01, value = 24 }, { from = 2023-09-01, value = 6 }]'
    world = World(rulebook(shorter))
    world.on("2023-01-02", partner(), site(), accepted(), *qualified_records())
    world.on("2023-05-05", sales("2023-04", "60000", known="2023-05-05"))
    today = standing(world).status(P1_DE).findings
    assert {one.until for one in today if one.requirement == "MCDE"} == {day("2023-09-01")}
    assert [one.until for one in standing(world).status(P1_DE, day("2023-05-05")).findings] == [
        one.until for one in today
    ]


def test_on_the_day_itself_nobody_has_sold_later_and_nothing_is_to_be_said() -> None:
    world = promoted()
    world.on("2023-06-15", sales("2023-06", "10", known="2023-06-15"))
    assert standing(world).status(P1_DE, day("2023-06-15")).notes == ()
    assert standing(world).status(P1_DE, day("2023-06-14")).notes != ()


def test_what_is_to_come_is_not_known() -> None:
    with pytest.raises(AskedAhead):
        standing(promoted()).status(P1_DE, day("2023-06-16"))


def test_before_the_program_there_is_nothing_to_tell_and_it_says_why() -> None:
    status = standing(promoted()).status(P1_DE, day("2021-12-31"))
    assert (status.tier, status.benefits, status.ytd_revenue) == (None, (), None)
    assert any(note.startswith("no benefits") for note in status.notes)


@pytest.mark.rule("R-4.1.2", "R-4.2.1")
def test_where_the_program_has_left_the_country_the_status_says_so_and_tells_no_benefits() -> None:
    world = promoted()
    world.book = rulebook('"country.DE" = [{ from = 2023-06-15 }]')
    status = standing(world).status(P1_DE)
    assert (status.tier, status.benefits) == (Tier.ADVANCED, ())
    assert status.notes == ("no benefits: the program does not run in this country on 2023-06-15",)
    assert standing(world).status(P1_DE, day("2023-06-14")).benefits[0].value == "30 %"


def test_an_account_without_a_state_has_no_status() -> None:
    with pytest.raises(NotFound):
        standing(World()).status(P1_DE)


# -- expiries


def advanced(book: Rulebook = BOOK) -> World:
    """Advanced by last year's revenue; Anna's MCIT and Bo's run out on different days, as does the training."""
    world = World(book)
    world.on("2023-01-02", partner(), site(), accepted(), placed("advanced"), opening(2022, "60000"))
    for person, certified_on in (("anna", "2021-05-01"), ("bo", "2021-09-01")):
        world.accounts.add(employed(person), certified(person, "MCIT", certified_on))
    world.on("2023-01-02", certified("anna", "MCDE", "2022-11-01"), trained("annual_sales", "2022-08-01"))
    world.on("2023-01-03", trained("onboarding", "2022-08-01"))
    return world


def expiries(world: World) -> dict[str, tuple[int, bool]]:
    state = world.accounts.state(P1_DE)
    assert state is not None
    return {
        f"{item.requirement} {item.expires_on}": (item.days_left, item.falls_short)
        for item in standing(world).expiries(state).items
    }


@pytest.mark.rule("R-4.1.4", "R-4.1.5", "R-3.3")
def test_what_runs_out_is_told_in_the_order_of_days_and_whether_the_tier_falls_short_by_it() -> None:
    """Anna's MCIT is one of two, so nothing falls short before Bo's."""
    assert expiries(advanced()) == {
        "MCIT 2023-05-01": (118, False),
        "annual_sales_training 2023-08-01": (210, True),
        "MCIT 2023-09-01": (241, True),
        "MCDE 2024-11-01": (668, True),
    }


@pytest.mark.rule("R-3.3", "R-3.4b")
def test_each_requirement_that_runs_out_is_told_with_the_last_day_to_mend_it() -> None:
    world = advanced()
    state = world.accounts.state(P1_DE)
    assert state is not None
    found = standing(world).expiries(state)
    assert [(str(one.finding.requirement), str(one.short_on), str(one.mend_by)) for one in found.requirements] == [
        ("annual_sales_training", "2023-08-01", "2023-09-30"),
        ("MCIT", "2023-09-01", "2023-10-31"),
        ("revenue", "2024-01-01", "2023-12-31"),
        ("MCDE", "2024-11-01", "2024-12-31"),
    ]


@pytest.mark.rule("R-3.3")
def test_the_days_to_mend_are_those_of_the_rulebook_on_the_day_of_the_shortfall() -> None:
    book = rulebook('"compliance.days" = [{ from = 2022-01-01, value = 60 }, { from = 2023-08-01, value = 30 }]')
    world = advanced(book)
    state = world.accounts.state(P1_DE)
    assert state is not None
    assert str(standing(world).expiries(state).requirements[0].mend_by) == "2023-08-31"


NEW_TERMS = '"terms.version" = [{ from = 2023-04-01, value = "2023-04" }]\n'
ACCEPT_BY = '"terms.accept_by" = [{ from = 2023-04-01, value = 2023-06-30 }]\n'


@pytest.mark.rule("R-4.1.1", "R-3.3")
@pytest.mark.parametrize(
    ("owner", "on", "closed", "told"),
    [
        ("", "2023-01-02", "2023-05-10", ("2023-05-10", "2023-07-09")),
        (NEW_TERMS, "2023-01-02", None, ("2023-06-01", "2023-05-31")),
        (NEW_TERMS + ACCEPT_BY, "2023-01-02", None, ("2023-07-01", "2023-06-30")),
        (NEW_TERMS + ACCEPT_BY, "2023-01-02", "2023-05-10", ("2023-05-10", "2023-06-30")),
        (NEW_TERMS + ACCEPT_BY, "2023-04-01", None, ("2023-07-01", "2023-06-30")),
        (NEW_TERMS + ACCEPT_BY, "2023-04-01", "2023-05-10", ("2023-05-10", "2023-06-30")),
        (NEW_TERMS + ACCEPT_BY, "2023-01-02", "2023-03-31", ("2023-03-31", "2023-05-30")),
    ],
)
def test_participation_that_ends_is_told_with_the_last_day_of_its_case(
    owner: str, on: str, closed: str | None, told: tuple[str, str]
) -> None:
    world = World(rulebook(owner))
    world.on("2023-01-02", partner(), site(closed=closed), accepted())
    world.on(on)
    state = world.accounts.state(P1_DE)
    assert state is not None
    found = {item.finding.requirement: item for item in standing(world).expiries(state).requirements}
    terms = found[Requirement.TERMS]
    assert (str(terms.short_on), str(terms.mend_by)) == told
    world.on(told[0])
    later = world.accounts.state(P1_DE)
    assert later is not None
    [case] = [case for case in later.cases if case.is_open and case.requirement is Requirement.TERMS]
    assert case.due_on == terms.mend_by


@pytest.mark.rule("R-4.1.6")
def test_a_premier_account_reads_by_when_its_next_plan_is_owed() -> None:
    world = World()
    world.accounts.add(opening(2022, "250000"))
    kept = [*kept_qualified("premier"), brand_review("2022-06-01"), plan(2023, "2023-01-02")]
    world.on("2023-01-02", partner(), site(), accepted(), placed("premier"), *kept)
    state = world.accounts.state(P1_DE)
    assert state is not None
    found = {item.finding.requirement: item for item in standing(world).expiries(state).requirements}
    told = found[Requirement.BUSINESS_PLAN]
    assert (str(told.short_on), str(told.mend_by)) == ("2024-03-02", "2024-03-01")


@pytest.mark.rule("R-3.4b")
def test_of_a_threshold_that_is_raised_within_a_year_the_years_last_day_still_counts() -> None:
    raised = '"revenue_threshold.country.DE.advanced" = [{ from = 2022-01-01, value = 50000 }, %s]'
    world = advanced(rulebook(raised % "{ from = 2023-06-01, value = 70000 }"))
    state = world.accounts.state(P1_DE)
    assert state is not None
    found = {item.finding.requirement: item for item in standing(world).expiries(state).requirements}
    told = found[Requirement.REVENUE]
    assert (str(told.short_on), str(told.mend_by)) == ("2023-06-01", "2023-12-31")


@pytest.mark.rule("R-4.1.5")
def test_somebody_who_is_to_leave_shows_among_the_requirements() -> None:
    world = advanced()
    world.on("2023-01-04", employed("anna", until="2023-03-01"))
    state = world.accounts.state(P1_DE)
    assert state is not None
    first = standing(world).expiries(state).requirements[0]
    assert (first.finding.requirement, str(first.short_on)) == (Requirement.MCDE, "2023-03-01")


def test_what_has_run_out_since_the_last_assessment_is_not_ahead() -> None:
    world = advanced()
    world.clock.day = day("2023-08-01")
    assert list(expiries(world)) == ["MCIT 2023-09-01", "MCDE 2024-11-01"]


# -- cases


def brand(opened: str, due: str | None, *, waits: bool = False, closed: str | None = None) -> Case:
    steps = [(opened, CaseStep.OPENED, due)]
    steps += [(opened, CaseStep.DECISION_DUE, due)] if waits else []
    steps += [(closed, CaseStep.CLOSED, due)] if closed else []
    outcome = CaseOutcome.CURED if closed else None
    return a_case(Requirement.BRAND, *steps, due=due, outcome=outcome, rule="R-4.1.7")


@pytest.mark.rule("R-3.3", "R-4.1.7")
def test_open_cases_come_first_by_their_last_day_and_those_that_wait_for_the_vendor_before_them() -> None:
    cases = (
        brand("2024-01-01", "2024-03-01", closed="2024-02-01"),
        brand("2024-01-02", "2024-05-01"),
        brand("2024-01-03", "2024-03-20", closed="2024-03-10"),
        brand("2024-01-04", "2024-04-01"),
        brand("2024-01-05", "2024-03-01", waits=True),
    )
    world = World()
    world.clock.day = day("2024-03-15")
    state = a_state("2024-03-14", memory=Memory(cases=cases))
    found = standing(world).cases(state, for_partner=False)
    assert [(str(item.case.opened_on), item.open, item.decision_due, item.days_left) for item in found.items] == [
        ("2024-01-05", True, True, -14),
        ("2024-01-04", True, False, 17),
        ("2024-01-02", True, False, 47),
        ("2024-01-03", False, False, None),
        ("2024-01-01", False, False, None),
    ]
    assert [item.version for item in found.items] == [item.case.version for item in found.items]


def waived() -> World:
    """Premier; the vendor has done without the plan, and passed over a decision that came too early."""
    world = World()
    kept = [*kept_qualified("premier"), brand_review("2022-06-01")]
    world.accounts.add(opening(2022, "250000"))
    world.on("2023-01-02", partner(), site(), accepted(), placed("premier"), *kept)
    world.on("2023-02-01", decided("business_plan", "2023-01-02", "demote", "2023-02-01"))
    world.on("2023-03-10")
    world.on("2023-03-11", decided("business_plan", "2023-01-02", "waive", "2023-03-11"))
    world.on("2023-03-12")
    return world


@pytest.mark.rule("R-4.1.6")
def test_a_partner_reads_why_the_vendor_decided_and_not_who() -> None:
    world = waived()
    state = world.accounts.state(P1_DE)
    assert state is not None
    for_vendor = standing(world).cases(state, for_partner=False)
    assert VENDORS in for_vendor.model_dump_json()
    seen = standing(world).cases(state, for_partner=True)
    assert VENDORS not in seen.model_dump_json()
    (case,) = [item.case for item in seen.items if item.case.requirement is Requirement.BUSINESS_PLAN]
    assert case.decisions[0].reason == "as agreed"
    assert any("waive by the vendor: as agreed" in event.note for event in case.events)
    assert [item.version for item in seen.items] == [item.version for item in for_vendor.items]


# -- history


def pages(world: World, *, limit: int, known_on: date | None = None, for_partner: bool = False) -> list[HistoryPage]:
    found, after = list[HistoryPage](), None
    while not found or after is not None:
        found.append(history(world)(P1_DE, known_on=known_on, after=after, limit=limit, for_partner=for_partner))
        after = found[-1].next_cursor
    return found


def history(world: World) -> StandingHistory:
    return StandingHistory(
        accounts=world.accounts, states=SavedVersions(world.accounts), rulebook=world.book, clock=world.clock
    )


def told(found: Iterable[HistoryPage]) -> list[HistoryEntry]:
    return [entry for page in found for entry in page.items]


@pytest.mark.rule("R-3.1a")
@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_the_pages_together_are_the_whole_history(limit: int) -> None:
    world = waived()
    found = pages(world, limit=limit)
    assert told(found) == list(world.history().history(P1_DE).entries)
    assert all(len(page.items) == limit for page in found[:-1])
    assert 0 < len(found[-1].items) <= limit


@pytest.mark.rule("R-3.1a")
def test_the_history_as_it_was_known_on_a_day() -> None:
    world = promoted()
    world.accounts.put_baseline(baseline(2022, "5", "2023-01-31"))
    assert [entry.what for entry in told(pages(world, limit=9, known_on=day("2023-01-30")))] == [
        "enrolled as authorized"
    ]
    assert [entry.what for entry in told(pages(world, limit=9, known_on=day("2023-05-04")))] == [
        "enrolled as authorized",
        "Sales Revenue 2022 frozen: 5.00 EUR",
    ]
    assert len(told(pages(world, limit=9, known_on=day("2023-05-05")))) == 3


@pytest.mark.rule("R-3.1a")
def test_later_pages_tell_of_the_same_history_whatever_becomes_known_meanwhile() -> None:
    """A placement of January, recorded between two pages, changes what was enrolled; the pages do not mix the two."""
    world = promoted()
    before = told(pages(world, limit=9))
    first = history(world)(P1_DE, known_on=None, after=None, limit=1, for_partner=False)
    world.on("2023-06-15", placed("authorized", "2023-01-10"))
    rest = history(world)(P1_DE, known_on=None, after=first.next_cursor, limit=9, for_partner=False)
    assert [*first.items, *rest.items] == before
    assert told(pages(world, limit=9)) != before


def test_a_partners_history_leaves_out_who_decided_and_what_had_no_effect() -> None:
    world = waived()
    whole, seen = told(pages(world, limit=9)), told(pages(world, limit=9, for_partner=True))
    assert {EntryKind.IDLE_DECISION, EntryKind.DECISION} <= {entry.kind for entry in whole}
    assert [entry.kind for entry in seen] == [
        entry.kind for entry in whole if entry.kind is not EntryKind.IDLE_DECISION
    ]
    assert VENDORS in json.dumps([entry.model_dump(mode="json") for entry in whole])
    assert VENDORS not in json.dumps([entry.model_dump(mode="json") for entry in seen])


@pytest.mark.rule("R-5.4d")
def test_a_partner_reads_why_its_year_was_restated_and_not_by_whom() -> None:
    world = promoted()
    frozen = baseline(2022, "5", "2023-01-31")
    world.accounts.put_baseline(frozen)
    restated = {"revision": 1, "restated_on": day("2023-06-01"), "restated_by": VENDORS, "reason": "a late report"}
    world.accounts.put_baseline(frozen.model_copy(update=restated))
    causes = [entry.cause for entry in told(pages(world, limit=9, for_partner=True))]
    assert "a late report" in causes


def test_history_is_refused_for_a_day_to_come_and_before_the_first_one() -> None:
    world = promoted()
    with pytest.raises(AskedAhead):
        pages(world, limit=9, known_on=day("2023-06-16"))
    with pytest.raises(NotKnownYet):
        pages(world, limit=9, known_on=day("2023-01-01"))
    with pytest.raises(NoSuchAccount):
        pages(World(), limit=9)


# -- notices


def kept() -> MemoryNotices:
    store = MemoryNotices()
    for notice in notices(full_state()):
        store.put_notice(notice)
    return store


@pytest.mark.parametrize("limit", [1, 4, 100])
def test_notices_come_the_newest_first_each_once(limit: int) -> None:
    store, found, after = kept(), list[str](), None
    while True:
        page = Notices(store)(ACCOUNT_ID, after=after, limit=limit, for_partner=False)
        found += [notice.id for notice in page.items]
        after = page.next_cursor
        if after is None:
            break
    assert found == sorted((notice.id for notice in notices(full_state())), reverse=True)


def test_partners_are_not_told_of_decisions_without_effect_nor_who_decided() -> None:
    for_vendor = Notices(kept())(ACCOUNT_ID, after=None, limit=100, for_partner=False)
    assert NoticeKind.DECISION_WITHOUT_EFFECT in {notice.kind for notice in for_vendor.items}
    seen = Notices(kept())(ACCOUNT_ID, after=None, limit=100, for_partner=True)
    assert [notice.id for notice in seen.items] == [
        notice.id for notice in for_vendor.items if notice.kind is not NoticeKind.DECISION_WITHOUT_EFFECT
    ]
    verdict = a_verdict(Verdict.WAIVE, "2024-03-02", "2024-01-01")
    steps = (("2024-01-01", CaseStep.OPENED), ("2024-03-02", CaseStep.DECIDED), ("2024-03-02", CaseStep.CLOSED))
    case = a_case(Requirement.BUSINESS_PLAN, *steps, outcome=CaseOutcome.WAIVED, decisions=(verdict,))
    store = MemoryNotices()
    for notice in notices(with_case(case, "2024-03-03")):
        store.put_notice(notice)
    told_partner = Notices(store)(ACCOUNT_ID, after=None, limit=100, for_partner=True).model_dump_json()
    assert "the plan is being written with us" in told_partner
    assert verdict.decided_by not in told_partner


def test_no_notice_is_no_page() -> None:
    assert Notices(MemoryNotices())(ACCOUNT_ID, after=None, limit=5, for_partner=True).items == ()
