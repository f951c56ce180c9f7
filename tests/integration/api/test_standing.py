"""The standing of an account from records to answers, held to the role of the API's function, with counted reads."""

from collections import Counter
from typing import Any

import pytest

from tests.deployed.gateway import AUDITOR, CHANNEL, FINANCE, PARTNER, partner
from tests.deployed.program import ACCOUNT_ID, PREMIER, RECORDS
from tests.deployed.world import World
from tests.integration.api.revenue_stack import counted

ACCOUNT = f"/v1/accounts/{ACCOUNT_ID}"
TOPICS = ("", "/gap", "/expiries", "/cases", "/history", "/benefits", "/notices", "/sites", "/people")
BRAND_NEW = {"people": "person_id,site_id,from_date,until_date\nH1,S-0001,2024-01-02,2024-03-10\n"}
DECIDED = {
    "case_decisions": "partner_id,country,requirement,opened_on,decided_on,verdict,until,reason,decided_by\n"
    "P0001,DE,business_plan,2024-01-02,2024-03-15,waive,,the plan is with us,Petra Vendor\n"
}


@pytest.fixture
def lived(world: World) -> World:
    """Premier since January, short of an MCDE and an MCIT since 10 March, its plan waived: it is 16 March 2024."""
    world.take_in(RECORDS | PREMIER)
    world.take_in(BRAND_NEW, "2024-03")
    world.take_in(DECIDED, "decided")
    world.today("2024-03-16")
    world.take_in({"business_plans": "partner_id,country,year,submitted_on\nP0001,DE,2024,2024-03-16\n"}, "plan")
    return world


def get(world: World, path: str, by: dict[str, str] = PARTNER, **query: Any) -> Any:
    reply = world.ask("GET", f"{ACCOUNT}{path}", by, query=query)
    assert reply.status == 200, reply.text
    return reply.json


def cases_by_requirement(answer: Any) -> dict[str, Any]:
    return {item["case"]["requirement"]: item for item in answer["items"]}


@pytest.mark.rule("R-2.2b", "R-4.2.1")
def test_the_status_now_and_as_of_a_day(lived: World) -> None:
    now = get(lived, "")
    assert (now["tier"], now["tier_since"], now["as_of"]) == ("premier", "2024-01-02", "2024-03-16")
    assert (now["partner_name"], now["prev_year_revenue"], now["currency"]) == ("Alpha", "100.00", "EUR")
    assert now["benefits"][0]["discount_pct"] == "34"
    assert {item["requirement"] for item in now["findings"] if not item["met"]} >= {"MCDE", "MCIT"}
    then = get(lived, "", as_of="2024-01-01")
    assert (then["tier"], then["as_of"]) == (None, "2024-01-01")
    assert then["benefits"][0]["value"] == "no"


@pytest.mark.rule("R-5.3")
def test_the_gap_of_a_premier_account_is_that_to_its_next_rebate_level(lived: World) -> None:
    found = get(lived, "/gap")
    assert (found["tier"], found["tiers"], found["entry"]) == ("premier", [], None)
    assert found["accelerator"]["counts_on"] == "2024-03-31"
    assert "trading" in found["accelerator"]["barrier"]


@pytest.mark.rule("R-3.1b")
def test_the_gap_of_another_account_is_that_to_each_higher_tier(world: World) -> None:
    world.take_in(RECORDS)
    found = get(world, "/gap")
    assert [gap["tier"] for gap in found["tiers"]] == ["advanced", "premier"]
    missing = {item["finding"]["requirement"]: item for item in found["tiers"][0]["missing"]}
    assert set(missing) == {"revenue", "onboarding_training", "annual_sales_training", "MCDE", "MCIT"}
    assert missing["MCIT"]["people"]["people"] >= 1
    assert missing["revenue"]["finding"]["missing"] == f"{missing['revenue']['revenue']['amount']}.00 EUR"
    assert found["tiers"][0]["by"] == "2024-12-31"


@pytest.mark.rule("R-3.3")
def test_expiries_and_cases(lived: World) -> None:
    expiries = get(lived, "/expiries")
    assert {item["holder"] for item in expiries["items"]} == {"H2", ""}
    found = get(lived, "/cases")
    assert [item["open"] for item in found["items"]] == sorted((item["open"] for item in found["items"]), reverse=True)
    short = cases_by_requirement(found)["MCDE"]
    assert (short["case"]["opened_on"], short["case"]["due_on"], short["days_left"]) == ("2024-03-10", "2024-05-09", 54)
    assert short["case"]["mend"]
    assert short["version"]


@pytest.mark.rule("R-4.1.6")
def test_a_partner_reads_the_reason_of_a_decision_and_not_the_name(lived: World) -> None:
    for topic in ("/cases", "/history"):
        for by in (CHANNEL, FINANCE, AUDITOR):
            assert "Petra Vendor" in lived.ask("GET", f"{ACCOUNT}{topic}", by).text
        assert "the plan is with us" in lived.ask("GET", f"{ACCOUNT}{topic}", PARTNER).text
    for topic in TOPICS:
        assert "Petra Vendor" not in lived.ask("GET", f"{ACCOUNT}{topic}", PARTNER).text


def all_items(world: World, path: str, limit: int, **query: Any) -> list[Any]:
    found, cursor = list[Any](), dict[str, Any]()
    while True:
        page = get(world, path, limit=limit, **cursor, **query)
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def test_pages_together_are_the_whole_list(lived: World) -> None:
    second = (
        "site_id,partner_id,country,name,headquarters,opened_on,closed_on\nS-0000,P0001,DE,Bonn,false,2024-02-01,\n"
    )
    lived.take_in({"sites": second}, "second")
    for path in ("/history", "/notices", "/sites", "/people"):
        whole = all_items(lived, path, 100)
        assert len(whole) > 1
        assert all_items(lived, path, 1) == whole
        assert all_items(lived, path, 2) == whole


def test_history_as_it_was_known_on_a_day(lived: World) -> None:
    """Everything was recorded on 15 March and later."""
    reply = lived.ask("GET", f"{ACCOUNT}/history", PARTNER, query={"known_on": "2024-01-02"})
    assert (reply.status, reply.code) == (404, "not_found")
    assert all_items(lived, "/history", 100, known_on="2024-03-15")
    assert {item["known_on"] for item in all_items(lived, "/history", 100, known_on="2024-03-15")} == {"2024-03-15"}


@pytest.mark.rule("R-4.2.4")
def test_benefits_on_a_date(lived: World) -> None:
    found = get(lived, "/benefits", as_of="2025-01-01")
    assert (found["tier"], found["tier_as_of"], len(found["benefits"])) == ("premier", "2024-03-16", 10)
    assert get(lived, "/benefits", as_of="2022-09-01")["tier"] is None


@pytest.mark.rule("R-2.2b", "R-4.1.5")
def test_sites_and_people_with_their_certifications_and_the_trainings(lived: World) -> None:
    assert [(item["site_id"], item["open"]) for item in get(lived, "/sites")["items"]] == [("S-0001", True)]
    page = get(lived, "/people")
    assert [(item["person_id"], item["employed"]) for item in page["items"]] == [("H1", False), ("H2", True)]
    assert {item["counts_for"] for item in page["items"][0]["certifications"]} == {None}
    assert {item["counts_for"] for item in page["items"][1]["certifications"]} == {"MCDE", "MCIT", "MCIE"}
    assert {item["counts_for"] for item in page["trainings"]} == {"onboarding_training", "annual_sales_training"}
    assert get(lived, "/people", as_of="2024-03-09")["items"][0]["employed"]


@pytest.mark.rule("R-3.3", "R-4.1.5")
def test_somebody_leaves_by_the_row_that_people_shows_while_another_first_day_is_another_row(lived: World) -> None:
    [shown] = get(lived, "/people", CHANNEL)["items"][1]["employments"]
    row = {"person_id": "H2", "site_id": shown["site_id"], "from_date": shown["from_date"], "until_date": "2024-03-15"}
    guessed = put_person(lived, row | {"from_date": "2024-01-01"}, "guessed")
    assert (guessed["created"], get(lived, "/people")["items"][1]["employed"]) == (True, True)
    taken = put_person(lived, row, "shown")
    assert (taken["created"], get(lived, "/people")["items"][1]["employed"]) == (False, False)
    assert len(get(lived, "/people")["items"][1]["employments"]) == 2


@pytest.mark.catalogue("B59")
def test_sites_and_people_are_those_of_the_partner_they_are_recorded_for_now(lived: World) -> None:
    """H2 works at another partner's site besides and is certified again; then our site is corrected to be theirs."""
    lived.take_in(THEIRS, "theirs")
    theirs = lived.ask("GET", "/v1/accounts/P0002-DE/people", partner("P0002"))
    assert ([item["site_id"] for item in theirs.json["items"][0]["employments"]], "S-0001" in theirs.text) == (
        ["S-2"],
        False,
    )
    assert [item["certification_id"] for item in theirs.json["items"][0]["certifications"]][-1] == "H2-AGAIN"
    ours = lived.ask("GET", f"{ACCOUNT}/people", PARTNER)
    assert (len(ours.json["items"]), "S-2" in ours.text) == (2, False)
    moved = (
        "site_id,partner_id,country,name,headquarters,opened_on,closed_on\nS-0001,P0002,DE,Berlin,false,2020-01-01,\n"
    )
    lived.take_in({"sites": moved}, "moved")
    assert (get(lived, "/sites")["items"], get(lived, "/people")["items"]) == ([], [])
    now = lived.ask("GET", "/v1/accounts/P0002-DE/sites", partner("P0002"))
    assert [item["site_id"] for item in now.json["items"]] == ["S-0001", "S-2"]


THEIRS = {
    "partners": "partner_id,name,enrolled_on,contact_email\nP0002,Beta,2024-01-02,beta@partner.example\n",
    "sites": "site_id,partner_id,country,name,headquarters,opened_on,closed_on\nS-2,P0002,DE,Ulm,true,2020-01-01,\n",
    "people": "person_id,site_id,from_date,until_date\nH2,S-2,2024-03-01,\n",
    "certifications": "certification_id,person_id,kind,certified_on\nH2-AGAIN,H2,MCDE,2024-03-05\n",
}


def put_person(world: World, row: dict[str, str], key: str) -> Any:
    reply = world.ask("PUT", "/v1/records/people", CHANNEL, body=row, headers={"Idempotency-Key": key})
    assert reply.status in (200, 201), reply.text
    return reply.json


@pytest.mark.catalogue("B59")
def test_anothers_account_is_answered_as_one_that_is_not_there(lived: World) -> None:
    for topic in TOPICS:
        foreign = lived.ask("GET", f"{ACCOUNT}{topic}", partner("P0002"))
        missing = lived.ask("GET", f"/v1/accounts/P0002-DE{topic}", partner("P0002"))
        assert (foreign.status, foreign.text) == (404, missing.text)
        assert lived.ask("GET", f"/v1/accounts/P0002-DE{topic}", CHANNEL).status == 404


@pytest.mark.catalogue("B63")
def test_a_cursor_of_another_caller_or_another_list_is_refused(lived: World) -> None:
    cursor = get(lived, "/history", limit=1)["next_cursor"]
    for path, by, query in (
        ("/history", CHANNEL, {}), ("/notices", PARTNER, {}), ("/history", PARTNER, {"known_on": "2024-03-16"}),
    ):  # fmt: skip
        reply = lived.ask("GET", f"{ACCOUNT}{path}", by, query={"cursor": cursor, "limit": 1, **query})
        assert (reply.status, reply.code) == (400, "invalid_cursor")


REFUSED: list[tuple[str, dict[str, str]]] = [
    ("", {"as_of": "2024-03-17"}),
    ("", {"as_of": "2024-02-30"}),
    ("/benefits", {"as_of": "1735689600"}),
    ("/benefits", {"as_of": "2021-12-31"}),
    ("/benefits", {"on": "2025-01-01"}),
    ("/history", {"known_on": "2024-03-17"}),
    ("/history", {"limit": "0"}),
    ("/notices", {"limit": "101"}),
    ("/sites", {"as_of": "2024-03-17"}),
    ("/people", {"as_of": "2024-03-17"}),
    ("/people", {"as_of": "2021-12-31"}),
]


@pytest.mark.catalogue("B37", "B39", "B64")
def test_what_cannot_be_asked_is_refused(lived: World) -> None:
    for topic, query in REFUSED:
        reply = lived.ask("GET", f"{ACCOUNT}{topic}", PARTNER, query=query)
        assert reply.status == 400, (topic, query)


READS = {
    "": Counter(GetItem=4, Query=2),
    "?as_of=2024-03-15": Counter(GetItem=5, Query=5),
    "/gap": Counter(GetItem=4, Query=2),
    "/expiries": Counter(GetItem=3),
    "/cases": Counter(GetItem=3),
    "/history": Counter(GetItem=5, Query=3),
    "/benefits": Counter(GetItem=4, Query=2),
    "/notices": Counter(GetItem=2, Query=1),
    "/sites": Counter(GetItem=3, Query=1),
    "/people": Counter(GetItem=4, Query=2),
}
"""The rulebook is one of them, and in a sandbox the clock another, but for notices."""


def test_each_answer_takes_a_known_number_of_reads_and_no_scan(lived: World) -> None:
    for path, reads in READS.items():
        topic, _, query = path.partition("?")
        with counted() as found:
            reply = lived.ask("GET", f"{ACCOUNT}{topic}", PARTNER, query=query)
        assert (reply.status, found) == (200, reads), path
