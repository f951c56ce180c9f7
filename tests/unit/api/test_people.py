"""The sites and people of an account with the keys of their records, and what of them counts (R-2.2b, R-4.1.5)."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given

from partner_program.domain.facts import CertificationKind, Record
from partner_program.domain.tiers.requirements import findings
from partner_program.domain.tiers.situation import Situation
from partner_program.rulebook import NotInForce
from partner_program.use_cases.account_history import AskedAhead
from partner_program.use_cases.queries.people import CertificationSeen, People, PeoplePage, PersonSeen
from partner_program.use_cases.queries.sites import Sites, SitesPage
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.records import P1_DE, certified, day, employed, rulebook, site, trained
from tests.unit.api.gap_programs import Account, accounts

TODAY = "2024-06-15"
BOOK = rulebook()


def recorded(*items: Record, partner_id: str = "P1") -> FakeAccounts:
    found = FakeAccounts()
    found.add(*items, partner_id=partner_id)
    return found


def people(
    known: FakeAccounts, on: str | None = None, *, account_id: str = P1_DE, after: str | None = None, limit: int = 50,
    for_partner: bool = False,
) -> PeoplePage:  # fmt: skip
    ask = People(accounts=known, rulebook=BOOK, clock=FixedClock(TODAY))
    return ask(account_id, as_of=day(on) if on else None, after=after, limit=limit, for_partner=for_partner)


def sites(known: FakeAccounts, on: str | None = None, *, after: str | None = None, limit: int = 50) -> SitesPage:
    ask = Sites(sites=known, clock=FixedClock(TODAY))
    return ask(P1_DE, as_of=day(on) if on else None, after=after, limit=limit)


def the(page: PeoplePage, person_id: str = "anna") -> PersonSeen:
    return next(item for item in page.items if item.person_id == person_id)


def told(items: Sequence[CertificationSeen]) -> list[tuple[str, bool, str | None]]:
    return [(item.certification_id, item.held, item.counts_for) for item in items]


# -- sites


@pytest.mark.rule("R-2.2b")
def test_the_sites_of_an_account_are_those_of_its_country_by_id_with_whether_they_are_open() -> None:
    known = recorded(
        site("S2", opened="2024-01-01"), site("S1", opened="2020-01-01", closed=TODAY), site("S3", opened="2024-07-01"),
        site("S0", country="FR"),
    )  # fmt: skip
    found = sites(known)
    assert [(item.site_id, item.open) for item in found.items] == [("S1", False), ("S2", True), ("S3", False)]
    first = found.items[0]
    assert (first.name, first.country, first.headquarters) == ("S1", "DE", True)
    assert (str(first.opened_on), str(first.closed_on)) == ("2020-01-01", TODAY)
    assert [item.open for item in sites(known, "2023-12-31").items] == [True, False, False]


def test_pages_of_sites_together_are_all_of_them() -> None:
    known = recorded(*(site(f"S{number}") for number in range(5)))
    first = sites(known, limit=2)
    second = sites(known, limit=2, after=first.next_cursor)
    last = sites(known, limit=2, after=second.next_cursor)
    shown = [item.site_id for page in (first, second, last) for item in page.items]
    assert (shown, last.next_cursor) == (["S0", "S1", "S2", "S3", "S4"], None)
    assert sites(known, limit=5).next_cursor is None


@pytest.mark.catalogue("B59")
def test_a_site_that_was_corrected_to_be_anothers_is_shown_to_its_partner_alone_and_so_are_its_people() -> None:
    known = recorded(site(partner_id="P2"), employed("anna"), certified("anna", "MCDE", "2024-01-02"))
    assert (sites(known).items, people(known).items) == ((), ())


# -- people


@pytest.mark.rule("R-4.1.5")
def test_employments_are_told_with_the_key_of_their_records_so_that_the_right_one_is_corrected() -> None:
    known = recorded(
        site(opened="2015-01-01"), site("S2", opened="2015-01-01"),
        employed("anna", "2015-01-01", "2018-01-01"), employed("anna", "2020-01-01"),
        employed("anna", "2016-01-01", "2024-06-16", site_id="S2"), employed("bo", "2024-06-16"),
    )  # fmt: skip
    page = people(known)
    assert [
        (item.site_id, str(item.from_date), str(item.until_date), item.employed) for item in the(page).employments
    ] == [
        ("S1", "2015-01-01", "2018-01-01", False),
        ("S1", "2020-01-01", "None", True),
        ("S2", "2016-01-01", "2024-06-16", True),
    ]
    assert [(item.person_id, item.employed) for item in page.items] == [("anna", True), ("bo", False)]
    assert [item.employed for item in the(people(known, "2023-01-01")).employments] == [False, True, True]


@pytest.mark.rule("R-4.1.5")
def test_nobody_is_employed_at_a_site_that_is_closed() -> None:
    page = people(recorded(site(closed="2024-03-01"), employed("anna"), certified("anna", "MCDE", "2024-01-02", "C1")))
    assert (the(page).employed, the(page).employments[0].employed) == (False, False)
    assert told(the(page).certifications) == [("C1", True, None)]


@pytest.mark.rule("R-4.1.5", "R-4.1.5c")
def test_a_certification_is_held_while_valid_and_properly_earned_and_counts_while_its_holder_is_employed() -> None:
    known = recorded(
        site(), employed("anna", until="2024-06-01"), employed("bo"),
        certified("anna", "MCIT", "2023-06-01", "IT"), certified("anna", "MCDE", "2022-01-01", "OLD"),
        certified("bo", "MCIE", "2024-01-02", "IE"), certified("bo", "MCDE", "2022-06-15", "ENDED"),
        certified("bo", "MCIT", "2022-06-16", "LAST"),
    )  # fmt: skip
    page = people(known)
    assert told(the(page).certifications) == [("OLD", False, None), ("IT", True, None)]
    assert told(the(page, "bo").certifications) == [
        ("ENDED", False, None),
        ("LAST", True, "MCIT"),
        ("IE", True, "MCIE"),
    ]
    assert str(the(page, "bo").certifications[0].expires_on) == "2024-06-15"
    then = people(known, "2023-12-31")
    assert told(the(then).certifications) == [("OLD", True, "MCDE"), ("IT", True, "MCIT")]
    alone = recorded(site(), employed("bo"), certified("bo", "MCIE", "2024-01-02", "UNEARNED"))
    assert told(the(people(alone), "bo").certifications) == [("UNEARNED", False, None)]


@pytest.mark.rule("R-4.1.3", "R-4.1.4")
def test_trainings_are_those_of_the_account_with_their_last_day() -> None:
    known = recorded(
        site(), trained("onboarding", "2023-01-02"), trained("annual_sales", "2023-06-15"),
        trained("annual_sales", "2023-06-16"), trained("annual_sales", "2024-06-01", country="FR"),
    )  # fmt: skip
    found = [
        (item.kind, str(item.completed_on), str(item.expires_on), item.counts_for) for item in people(known).trainings
    ]
    assert found == [
        ("annual_sales", "2023-06-15", "2024-06-15", None),
        ("annual_sales", "2023-06-16", "2024-06-16", "annual_sales_training"),
        ("onboarding", "2023-01-02", "None", "onboarding_training"),
    ]


@pytest.mark.rule("R-4.1.4", "R-4.1.5")
def test_the_last_days_are_by_the_rulebook_of_that_day_as_in_expiries() -> None:
    book = rulebook('"certification.validity" = [{ from = 2022-01-01, value = 24 }, { from = 2024-08-01, value = 12 }]')
    known = recorded(
        site(), employed("anna"), certified("anna", "MCDE", "2023-06-01"), certified("anna", "MCIT", "2024-01-02")
    )
    ask = People(accounts=known, rulebook=book, clock=FixedClock(TODAY))
    found = the(ask(P1_DE, as_of=None, after=None, limit=50, for_partner=True)).certifications
    assert [(str(item.expires_on), item.held) for item in found] == [("2024-08-01", True), ("2025-01-02", True)]


@pytest.mark.rule("R-4.1.3", "R-4.1.4", "R-4.1.5")
@given(accounts())
def test_what_counts_is_what_the_engines_findings_have_counted(account: Account) -> None:
    known = recorded(*(item for item in account.known if isinstance(item, Record)))
    ask = People(accounts=known, rulebook=account.rules, clock=FixedClock(str(account.on)))
    at = Situation(account.facts(), account.rules.at(account.on))
    for for_partner in (False, True):
        page = ask(account.facts().account_id, as_of=None, after=None, limit=100, for_partner=for_partner)
        for kind in CertificationKind:
            holders = [one for one in page.items if kind.value in [item.counts_for for item in one.certifications]]
            assert len(holders) == at.people(kind).on(account.on)
        named = {fact for item in findings(Tier.PREMIER, at) for fact in item.facts}
        counting = {f"certifications/{item.certification_id}"
                    for one in page.items for item in one.certifications if item.counts_for}  # fmt: skip
        counting |= {f"trainings/{item.kind}/{item.completed_on}" for item in page.trainings if item.counts_for}
        assert counting == {fact for fact in named if fact.startswith(("certifications/", "trainings/"))}


def test_pages_of_people_together_are_all_of_them_however_many_there_are() -> None:
    names = [f"p{number:04d}" for number in range(5000)]
    known = recorded(
        site(), *(fact for name in names for fact in (employed(name), certified(name, "MCDE", "2024-01-02")))
    )
    shown, after = list[str](), None
    while True:
        page = people(known, after=after, limit=2000)
        shown, after = [*shown, *(item.person_id for item in page.items)], page.next_cursor
        if after is None:
            break
    assert shown == names
    hundred = people(known, limit=100)
    assert (len(hundred.items), hundred.next_cursor) == (100, "p0099")
    assert len(hundred.model_dump_json()) < 60_000


@pytest.mark.parametrize("asked", [people, sites])
def test_what_is_to_come_is_not_told(asked: Callable[..., PeoplePage | SitesPage]) -> None:
    known = recorded(site(), employed("anna"))
    assert str(asked(known).as_of) == str(asked(known, TODAY).as_of) == TODAY
    with pytest.raises(AskedAhead) as refused:
        asked(known, "2024-06-16")
    assert refused.value.at == ("as_of",)


def test_before_the_rulebook_nobody_can_say_what_counted() -> None:
    with pytest.raises(NotInForce):
        people(recorded(site(), employed("anna")), "2021-12-31")


# -- what is another partner's


@pytest.mark.catalogue("B59")
def test_a_partner_reads_nothing_of_what_its_people_did_elsewhere() -> None:
    """Anna worked for another partner before and after, and took certifications there; the vendor reads of all."""
    known = recorded(
        site(), employed("anna", "2023-03-01", "2024-02-01"), employed("anna", "2024-02-01", site_id="OTHERS"),
        certified("anna", "MCDE", "2021-02-28", "BEFORE"), certified("anna", "MCIT", "2022-02-28", "BROUGHT"),
        certified("anna", "MCDE", "2023-05-01", "OURS"), certified("anna", "MCIT", "2024-02-01", "AFTERWARDS"),
    )  # fmt: skip
    own = the(people(known, for_partner=True))
    assert [item.certification_id for item in own.certifications] == ["BROUGHT", "OURS"]
    assert [item.site_id for item in own.employments] == ["S1"]
    vendors = the(people(known))
    assert [item.certification_id for item in vendors.certifications] == ["BEFORE", "BROUGHT", "OURS", "AFTERWARDS"]


@pytest.mark.catalogue("B59")
def test_a_partner_reads_nothing_of_who_had_left_a_site_before_it_opened_as_its_own() -> None:
    known = recorded(
        site(opened="2024-01-01"), employed("old", "2020-01-01", "2024-01-01"), employed("stays", "2020-01-01"),
        certified("old", "MCDE", "2023-05-01"), certified("stays", "MCDE", "2021-05-01", "EXPIRED"),
    )  # fmt: skip
    own = people(known, for_partner=True)
    assert [(item.person_id, item.certifications) for item in own.items] == [("stays", ())]
    assert [item.person_id for item in people(known).items] == ["old", "stays"]
