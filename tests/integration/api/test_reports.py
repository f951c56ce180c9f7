"""Reports from upload to answer: handlers, tables, buckets and roles of the template; and how many reads each costs."""

from typing import Any

import pytest

from tests.deployed.gateway import AUDITOR, CHANNEL, FINANCE, PARTNER, Reply
from tests.deployed.program import RECORDS, pos_line, pos_report, report_key
from tests.deployed.world import World, deployed
from tests.integration.api.revenue_stack import counted

BAD = "report_id,distributor_id\n"


def ask(world: World, path: str, who: dict[str, str] | None = None, /, **query: Any) -> Reply:
    return world.ask("GET", f"/v1/{path}", who or CHANNEL, query=query)


def get(world: World, path: str, /, **query: Any) -> Any:
    reply = ask(world, path, **query)
    assert reply.status == 200, reply.text
    return reply.json


def reads(world: World, path: str, /, **query: Any) -> dict[str, int]:
    """DynamoDB requests of an answer; no scan among them."""
    with counted() as found:
        get(world, path, **query)
    return dict(found)


@pytest.fixture
def reported(world: World) -> World:
    """January's report, late; February's with a line held, one rejected, one repeated; and a refused one."""
    world.take_in(RECORDS)
    world.today("2024-02-09")
    world.upload_and_deliver(report_key("2024-01"), pos_report(pos_line("2024-01", 9, invoice_date="2024-01-31")))
    world.today("2024-03-05")
    good = pos_line("2024-02", 1, "150.00")
    lines = (good, pos_line("2024-02", 2, sku="NEW-1"), pos_line("2024-02", 3, country="UK"), good)
    world.upload_and_deliver(report_key("2024-02"), pos_report(*lines))
    world.upload_and_deliver(report_key("bad"), BAD)
    world.today("2024-03-15")
    return world


@pytest.mark.rule("R-8")
def test_reports_of_a_distributor_are_listed_with_their_outcomes(reported: World) -> None:
    page = get(reported, "reports", distributor_id="D-NORD")
    assert [(one["report_id"], one["status"], one["lines"], one["money"]) for one in page["items"]] == [
        ("bad", "refused", 0, {}),
        ("2024-02", "posted", 4, {"EUR": "500.00"}),
        ("2024-01", "posted", 1, {"EUR": "100.00"}),
    ]
    assert {name: one["lines"] for name, one in page["items"][1]["outcomes"].items()} == {
        "posted": 1, "duplicate": 1, "held": 1, "rejected": 1,
    }  # fmt: skip


def test_without_a_distributor_the_reports_of_all_are_listed(reported: World) -> None:
    other = pos_line("theirs", 7, distributor_id="D-SUED")
    reported.upload_and_deliver(report_key("theirs", "D-SUED"), pos_report(other))
    assert [(one["distributor_id"], one["report_id"]) for one in get(reported, "reports", limit=2)["items"]] == [
        ("D-SUED", "theirs"), ("D-NORD", "bad"),
    ]  # fmt: skip
    assert [one["report_id"] for one in get(reported, "reports", distributor_id="D-SUED")["items"]] == ["theirs"]


def test_a_list_is_gone_through_by_cursor(reported: World) -> None:
    first = get(reported, "reports", distributor_id="D-NORD", limit=2)
    second = get(reported, "reports", distributor_id="D-NORD", limit=2, cursor=first["next_cursor"])
    assert [one["report_id"] for one in (*first["items"], *second["items"])] == ["bad", "2024-02", "2024-01"]
    assert second["next_cursor"] is None


@pytest.mark.catalogue("B63")
def test_a_cursor_of_another_list_or_person_is_refused(reported: World) -> None:
    cursor = get(reported, "reports", distributor_id="D-NORD", limit=1)["next_cursor"]
    assert ask(reported, "reports", distributor_id="D-SUED", limit=1, cursor=cursor).code == "invalid_cursor"
    assert ask(reported, "reports", FINANCE, distributor_id="D-NORD", limit=1, cursor=cursor).code == "invalid_cursor"


def test_a_report_tells_its_receipt_versions_and_what_to_do(reported: World) -> None:
    told = get(reported, "reports/D-NORD/2024-02")
    assert (told["status"], told["receipt"]["lines"], len(told["versions"])) == ("posted", 4, 1)
    assert [(one["code"], one["waits_for"]) for one in told["held"]] == [("UNKNOWN_SKU", ["PRODUCT#NEW-1"])]
    assert {one["code"] for one in told["not_counted"]} == {"INVALID_COUNTRY", "REPEATED_IN_FILE"}
    refused = get(reported, "reports/D-NORD/bad")
    assert (refused["receipt"], [one["code"] for one in refused["refusals"]]) == (None, ["MISSING_COLUMN"])


@pytest.mark.parametrize("path", ["reports/D-NORD/none", "reports/D-NONE/2024-02", "reports/D-NORD/none/lines"])
def test_a_report_that_never_came_is_not_found(reported: World, path: str) -> None:
    assert (ask(reported, path).status, ask(reported, path).code) == (404, "not_found")


def test_lines_that_did_not_count_come_page_by_page_from_the_file(reported: World) -> None:
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = get(reported, "reports/D-NORD/2024-02/lines", limit=1, **cursor)
        found += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert [(one["line"], one["outcome"], one["code"]) for one in found] == [
        (3, "held", "UNKNOWN_SKU"), (4, "rejected", "INVALID_COUNTRY"), (5, "duplicate", "REPEATED_IN_FILE"),
    ]  # fmt: skip
    assert found[0]["columns"]["sku"] == "NEW-1"
    assert [one["line"] for one in get(reported, "reports/D-NORD/2024-02/lines", outcome="rejected")["items"]] == [4]
    assert get(reported, "reports/D-NORD/2024-02/lines", code="UNKNOWN_SITE")["items"] == []


def test_a_cursor_into_the_lines_of_a_report_that_was_processed_again_is_a_conflict(reported: World) -> None:
    cursor = get(reported, "reports/D-NORD/2024-02/lines", limit=1)["next_cursor"]
    reported.take_in({"products": "sku,name,category,family\nNEW-1,New,software,other\n"}, "later")
    answer = ask(reported, "reports/D-NORD/2024-02/lines", limit=1, cursor=cursor)
    assert (answer.status, answer.code) == (409, "version_conflict")


def test_held_lines_are_added_up_by_cause_until_they_are_mended(reported: World) -> None:
    held = get(reported, "held-lines")
    assert [(one["code"], one["lines"], one["money"], one["reports"], one["waits_for"]) for one in held["causes"]] == [
        ("UNKNOWN_SKU", 1, {"EUR": "100.00"}, 1, ["PRODUCT#NEW-1"])
    ]
    assert [(one["distributor_id"], one["report_id"]) for one in held["items"]] == [("D-NORD", "2024-02")]
    assert get(reported, "held-lines", distributor_id="D-NORD") == held
    for path in ("reports", "held-lines"):
        refused = ask(reported, path, distributor_id="D-NONE")
        assert (refused.status, refused.code, refused.json["errors"][0]["at"]) == (
            400, "invalid_value", "distributor_id",
        )  # fmt: skip
    reported.take_in({"products": "sku,name,category,family\nNEW-1,New,software,other\n"}, "later")
    assert get(reported, "held-lines")["causes"] == []
    assert get(reported, "reports", distributor_id="D-NORD")["items"][1]["outcomes"]["held"]["lines"] == 0


@pytest.mark.rule("R-8")
def test_a_scorecard_tells_who_is_late_what_is_missing_and_how_it_is_counted(reported: World) -> None:
    reported.today("2024-05-06")
    card = get(reported, "distributors/D-NORD/scorecard", **{"from": "2023-12", "to": "2024-04"})
    assert [(one["month"], one["standing"], one["score"]["late"]) for one in card["months"]] == [
        ("2023-12", "before_first_report", 0), ("2024-01", "reported", 1), ("2024-02", "reported", 0),
        ("2024-03", "missing", 0), ("2024-04", "missing", 0),
    ]  # fmt: skip
    assert card["missing_months"] == ["2024-03", "2024-04"]
    assert (card["total"]["held_share"], card["total"]["late_share"], card["total"]["refused_files"]) == (
        "20.00", "50.00", 1,
    )  # fmt: skip
    assert card["months"][1]["late_reports"] == [
        {"report_id": "2024-01", "due_on": "2024-02-05", "accepted_on": "2024-02-09", "days_late": 4}
    ]
    assert "on_time" in card["counting"]


@pytest.mark.rule("R-8")
def test_the_day_of_the_upload_decides_and_not_the_day_on_which_it_is_worked_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with deployed(monkeypatch, Stage="production") as world:  # whose clock shows a day years later
        world.take_in(RECORDS)
        for name, time in (("in-time", "2024-03-05T22:59:59Z"), ("late", "2024-03-05T23:00:00Z")):
            event = world.upload(report_key(name), pos_report(pos_line(name, 1, invoice_number=name)))
            world.send("sales", event | {"time": time})
            world.settle()
        (month,) = get(world, "distributors/D-NORD/scorecard", **{"from": "2024-02", "to": "2024-02"})["months"]
    assert (month["score"]["on_time"], month["score"]["late"]) == (1, 1)
    assert [(one["report_id"], one["accepted_on"]) for one in month["late_reports"]] == [("late", "2024-03-06")]


def test_a_distributor_that_is_recorded_has_a_scorecard_and_an_unknown_one_none(reported: World) -> None:
    assert get(reported, "distributors/D-SUED/scorecard")["total"]["reports"] == 0
    assert ask(reported, "distributors/D-NONE/scorecard").status == 404


@pytest.mark.catalogue("B64")
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("reports", {"distributor_id": ""}),
        ("reports", {"distributor_id": "a/b"}),
        ("reports", {"distributor_id": "D-NORD", "limit": "0"}),
        ("reports", {"distributor_id": "D-NORD", "limit": "101"}),
        ("reports/D-NORD/2024-02/lines", {"outcome": "lost"}),
        ("reports/D-NORD/2024-02/lines", {"code": "held"}),
        ("held-lines", {"limit": "-1"}),
        ("distributors/D-NORD/scorecard", {"from": "2024-13"}),
        ("distributors/D-NORD/scorecard", {"from": "2024-1"}),
        ("distributors/D-NORD/scorecard", {"from": "2023-01", "to": "2024-01"}),
        ("distributors/D-NORD/scorecard", {"from": "2024-02", "to": "2024-01"}),
        ("distributors/D-NORD/scorecard", {"from": "2021-12", "to": "2021-12"}),
        ("distributors/D-NORD/scorecard", {"to": "0000-01"}),
        ("distributors/D-NORD/scorecard", {"from": "2100-12"}),
    ],
)
def test_what_is_asked_wrongly_is_refused(reported: World, path: str, query: dict[str, str]) -> None:
    answer = ask(reported, path, **query)
    assert answer.status == 400, answer.text


@pytest.mark.parametrize(
    "path", ["reports", "reports/D-NORD/2024-02", "reports/D-NORD/2024-02/lines", "held-lines",
             "distributors/D-NORD/scorecard"],
)  # fmt: skip
def test_reports_are_for_the_vendor_alone(reported: World, path: str) -> None:
    query = {"distributor_id": "D-NORD"} if path == "reports" else {}
    assert ask(reported, path, PARTNER, **query).status == 403
    assert [ask(reported, path, who, **query).status for who in (CHANNEL, FINANCE, AUDITOR)] == [200] * 3


def test_each_answer_takes_a_fixed_number_of_reads(reported: World) -> None:
    setting = 2  # the rulebook, and the clock of a sandbox
    assert reads(reported, "reports", distributor_id="D-NORD") == {"Query": 1}
    assert reads(reported, "reports/D-NORD/2024-02") == {"GetItem": 1, "Query": 2}
    assert reads(reported, "reports/D-NORD/2024-02/lines") == {"GetItem": 1}
    assert reads(reported, "held-lines") == {"Query": 2}
    assert reads(reported, "distributors/D-NORD/scorecard") == {"GetItem": setting, "Query": 2}
    assert reads(reported, "distributors/D-SUED/scorecard") == {"GetItem": setting + 1, "Query": 2}
