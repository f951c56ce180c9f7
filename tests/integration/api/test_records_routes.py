"""Records, decisions and reprocessing through the deployed API: what a file would do, answered at once."""

import csv
import io
import itertools
from collections.abc import Mapping
from typing import Any

import pytest

from partner_program.adapters.fact_store import DynamoFactStore
from partner_program.domain.records.columns import key_columns
from partner_program.use_cases.record_one import RecordOne
from tests.deployed.gateway import AUDITOR, CHANNEL, FINANCE, PARTNER, Reply
from tests.deployed.program import ACCOUNT_ID, PREMIER, RECORDS, pos_line, pos_report, receipt_key, report_key
from tests.deployed.world import World

DECISION = f"/v1/accounts/{ACCOUNT_ID}/cases/business_plan/2024-01-02/decision"
PARTNER_KEY = {"partner_id": "P0001"}
ALPHA = next(csv.DictReader(io.StringIO(RECORDS["partners"])))
_keys = itertools.count(1)


def act(world: World, method: str, path: str, body: Any, by: Any = CHANNEL, **headers: str) -> Reply:
    given = {"Idempotency-Key": f"key-{next(_keys)}"} | {name.replace("_", "-"): text for name, text in headers.items()}
    return world.ask(method, path, by, body=body, headers=given)


def put(world: World, kind: str, body: Any, **headers: str) -> Reply:
    return act(world, "PUT", f"/v1/records/{kind}", body, **headers)


def get(world: World, kind: str, /, by: Any = CHANNEL, **key: str) -> Reply:
    return world.ask("GET", f"/v1/records/{kind}", by, query=key)


def rows(files: Mapping[str, str]) -> list[tuple[str, dict[str, str]]]:
    """Every row of some files, by kind, without what is empty."""
    return [
        (kind, {name: text for name, text in cells.items() if text})
        for kind, text in files.items()
        for cells in csv.DictReader(io.StringIO(text))
    ]


def facts(world: World) -> dict[tuple[str, str], str]:
    """What stands, without when and how it came."""
    found = {}
    for kind, cells in rows(RECORDS | PREMIER):
        reply = get(world, kind, **{name: cells[name] for name in key_columns(kind)})
        found[kind, str(sorted(reply.json["record"].items()))] = kind
    return found


@pytest.fixture
def alpha(world: World) -> World:
    """The partner alone."""
    world.take_in({"partners": RECORDS["partners"]})
    return world


@pytest.fixture
def premier(world: World) -> World:
    """Premier since 2 January 2024 without a Business Plan: on 15 March its case waits for a decision (R-4.1.6)."""
    world.take_in(RECORDS | PREMIER)
    return world


def test_a_program_recorded_one_by_one_is_the_program_of_the_files(world: World) -> None:
    sent = rows(RECORDS | PREMIER)
    for kind, cells in sent:
        reply = put(world, kind, cells)
        assert (reply.status, reply.json["outcome"], reply.json["record"]) == (201, "posted", cells), reply.text
    world.settle()
    state = world.state(ACCOUNT_ID)
    assert state
    assert (state["tier"], len(facts(world))) == ("premier", len(sent))


@pytest.mark.catalogue("B70")
def test_a_record_is_read_with_its_etag_and_history_and_corrected_with_it(alpha: World) -> None:
    reply = get(alpha, "partners", **PARTNER_KEY)
    etag = reply.headers["etag"]
    assert (reply.status, reply.json["record"]["name"], etag) == (200, "Alpha", f'"{reply.json["tag"]}"')
    assert (
        alpha.ask("GET", "/v1/records/partners", CHANNEL, query=PARTNER_KEY, headers={"If-None-Match": etag}).status
        == 304
    )
    corrected = put(alpha, "partners", ALPHA | {"name": "Omega"}, If_Match=etag)
    assert (corrected.status, corrected.json["record"]["name"]) == (200, "Omega")
    stale = put(alpha, "partners", ALPHA | {"name": "Psi"}, If_Match=etag)
    assert (stale.status, stale.code) == (412, "stale_version")
    after = get(alpha, "partners", AUDITOR, **PARTNER_KEY)
    assert after.headers["etag"] == corrected.headers["etag"] != etag
    assert [(row["by"], row["record"]["name"], row["stands"]) for row in after.json["history"]] == [
        ("carla", "Omega", True), (None, "Alpha", False),
    ]  # fmt: skip


@pytest.mark.catalogue("B70")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_None_Match": "*"}, 412),
        ({"If_Match": '"00000000000000000000000000000000"'}, 412),
        ({"If_Match": "whatever"}, 400),
        ({"If_Match": '"1"'}, 412),
        ({"If_None_Match": '"x"'}, 400),
        ({"If_None_Match": "*", "If_Match": '"00000000000000000000000000000000"'}, 400),
    ],
)
def test_a_condition_that_does_not_hold_or_is_none_leaves_the_record_alone(
    alpha: World, headers: dict[str, str], status: int
) -> None:
    before = get(alpha, "partners", **PARTNER_KEY).json
    assert put(alpha, "partners", ALPHA | {"name": "Omega"}, **headers).status == status
    assert get(alpha, "partners", **PARTNER_KEY).json == before
    if "If_None_Match" in headers and status == 412:
        assert put(alpha, "partners", ALPHA | {"partner_id": "P0002"}, **headers).status == 201


@pytest.mark.catalogue("B66")
@pytest.mark.parametrize(
    ("kind", "change", "pointer"),
    [
        ("partners", {"tier": "premier"}, "/tier"),
        ("partners", {"status": "active"}, "/status"),
        ("partners", {"a/b~c": "x"}, "/a~1b~0c"),
        ("partners", {"trading_since": None}, "/trading_since"),
        ("sites", {"headquarters": True}, "/headquarters"),
        ("opening_revenue", {"sales_revenue": 100}, "/sales_revenue"),
    ],
)
def test_what_is_no_column_or_no_text_is_refused_where_it_stands(
    alpha: World, kind: str, change: dict[str, Any], pointer: str
) -> None:
    cells = dict(next(cells for found, cells in rows(RECORDS | PREMIER) if found == kind))
    before = get(alpha, kind, **{name: cells[name] for name in key_columns(kind)}).json
    reply = put(alpha, kind, cells | change)
    assert (reply.status, [error["at"] for error in reply.json["errors"]]) == (400, [pointer]), reply.text
    assert get(alpha, kind, **{name: cells[name] for name in key_columns(kind)}).json == before


def test_a_malformed_record_is_told_by_column_with_the_codes_of_rejected_rows(world: World) -> None:
    reply = put(
        world, "partners", {"partner_id": "P 1", "name": "x", "contact_email": "nobody@", "enrolled_on": "soon"}
    )
    assert (reply.status, reply.code, reply.headers["content-type"]) == (
        422,
        "record_rejected",
        "application/problem+json",
    )
    assert [(error["where"], error["at"], error["code"]) for error in reply.json["errors"]] == [
        ("body", "/partner_id", "INVALID_ID"),
        ("body", "/enrolled_on", "INVALID_DATE"),
        ("body", "/contact_email", "INVALID_TEXT"),
    ]
    assert get(world, "partners", partner_id="P1").status == 404


def test_a_record_that_rests_on_another_is_held_and_taken_with_it(world: World) -> None:
    site = next(cells for kind, cells in rows(RECORDS) if kind == "sites")
    held = put(world, "sites", site)
    assert (held.status, held.json["outcome"], held.json["waits_for"]) == (202, "held", "PARTNER#P0001")
    assert held.json["reason"]["code"] == "UNKNOWN_PARTNER"
    assert get(world, "sites", site_id="S-0001").status == 404
    assert put(world, "partners", ALPHA).json["mended"] == 1
    assert get(world, "sites", site_id="S-0001").json["history"][0]["by"] == "carla"
    world.settle()
    assert world.state(ACCOUNT_ID)


def test_the_report_whose_lines_waited_for_a_record_is_processed_again(world: World) -> None:
    world.take_in(RECORDS)
    world.upload_and_deliver(report_key("R1"), pos_report(pos_line("R1", 1, sku="SW-9")))
    assert world.result(receipt_key("R1"))["outcomes"]["held"]["lines"] == 1
    product = {"sku": "SW-9", "name": "New", "category": "software", "family": "other"}
    assert put(world, "products", product).json["reports_asked_for"] == 1
    world.settle()
    assert world.result(receipt_key("R1"))["outcomes"]["posted"]["lines"] == 1


@pytest.mark.catalogue("B67")
def test_a_request_is_answered_once_for_ever_and_its_key_is_for_nothing_else(alpha: World) -> None:
    omega = ALPHA | {"name": "Omega"}
    first = put(alpha, "partners", omega, Idempotency_Key="one")
    put(alpha, "partners", ALPHA | {"name": "Psi"})
    again = put(alpha, "partners", omega, Idempotency_Key="one")
    assert (again.status, again.text, again.headers["etag"]) == (first.status, first.text, first.headers["etag"])
    other = put(alpha, "partners", ALPHA, Idempotency_Key="one")
    assert (other.status, other.code) == (409, "idempotency_key_reused")
    assert alpha.ask("PUT", "/v1/records/partners", CHANNEL, body=ALPHA).status == 400
    assert get(alpha, "partners", **PARTNER_KEY).json["record"]["name"] == "Psi"


def test_a_kind_or_a_key_that_is_none_names_nothing(alpha: World) -> None:
    assert put(alpha, "payouts", {"a": "b"}).status == 404
    assert get(alpha, "payouts", partner_id="P0001").status == 404
    assert get(alpha, "partners", partner_id="P0009").status == 404
    missing = get(alpha, "trainings", partner_id="P0001", country="DE", kind="onboarding")
    assert (missing.status, [(error["where"], error["at"]) for error in missing.json["errors"]]) == (
        400, [("query", "completed_on")],
    )  # fmt: skip


@pytest.mark.parametrize("by", [PARTNER, FINANCE, AUDITOR])
def test_only_the_channel_records(alpha: World, by: dict[str, str]) -> None:
    before = get(alpha, "partners", **PARTNER_KEY).json
    reply = act(alpha, "PUT", "/v1/records/partners", ALPHA | {"name": "Omega"}, by=by)
    assert (reply.status, reply.code) == (403, "role_missing")
    assert get(alpha, "partners", **PARTNER_KEY).json == before


# -- decisions


@pytest.mark.rule("R-4.1.6")
def test_a_decision_is_recorded_and_takes_effect(premier: World) -> None:
    reply = act(premier, "POST", DECISION, {"verdict": "extend", "until": "2024-04-30", "reason": "the buyer is ill"})
    assert reply.status == 200, reply.text
    assert {name: reply.json[name] for name in ("outcome", "due_on", "tier", "decided_by", "decided_on")} == {
        "outcome": None, "due_on": "2024-04-30", "tier": "premier", "decided_by": "carla", "decided_on": "2024-03-15",
    }  # fmt: skip
    premier.settle()
    state = premier.state(ACCOUNT_ID)
    assert state
    [case] = [case for case in state["memory"]["cases"] if case["requirement"] == "business_plan"]
    assert (case["due_on"], len(case["decisions"])) == ("2024-04-30", 1)


@pytest.mark.catalogue("B60", "B66")
@pytest.mark.rule("R-4.1.6")
def test_a_decision_sent_as_a_record_is_of_who_sends_it_and_of_nobody_else(premier: World) -> None:
    decision = {
        "partner_id": "P0001", "country": "DE", "requirement": "business_plan", "opened_on": "2024-01-02",
        "decided_on": "2024-03-15", "verdict": "waive", "reason": "as agreed",
    }  # fmt: skip
    for other in ("the boss", "Carla"):
        reply = put(premier, "case_decisions", decision | {"decided_by": other})
        assert (reply.status, [(one["at"], one["code"]) for one in reply.json["errors"]]) == (
            422, [("/decided_by", "UNEXPECTED_VALUE")],
        )  # fmt: skip
        assert other not in reply.text
    taken = put(premier, "case_decisions", decision)
    assert (taken.status, taken.json["record"]["decided_by"]) == (201, "carla")
    assert put(premier, "case_decisions", taken.json["record"]).json["outcome"] == "duplicate"
    bruno = CHANNEL | {"username": "bruno"}
    corrected = decision | {"verdict": "demote"}
    assert act(premier, "PUT", "/v1/records/case_decisions", corrected | {"decided_by": "carla"}, bruno).status == 422
    reply = act(premier, "PUT", "/v1/records/case_decisions", corrected, bruno)
    assert (reply.status, reply.json["record"]["decided_by"]) == (200, "bruno")


@pytest.mark.catalogue("B70")
def test_a_case_is_decided_on_as_it_was_seen_and_not_once_it_was_cured(premier: World) -> None:
    shown = premier.ask("GET", f"/v1/accounts/{ACCOUNT_ID}/cases", CHANNEL).json
    [case] = [one for one in shown["items"] if one["case"]["requirement"] == "business_plan"]
    waive = {"verdict": "waive", "reason": "as agreed"}
    stale = act(premier, "POST", DECISION, waive, If_Match='"0123456789abcdef"')
    assert (stale.status, stale.code) == (412, "stale_version")
    plan = {"partner_id": "P0001", "country": "DE", "year": "2024", "submitted_on": "2024-03-15"}
    put(premier, "business_plans", plan)
    late = act(premier, "POST", DECISION, waive, If_Match=f'"{case["version"]}"')
    assert (late.status, late.code) == (409, "wrong_state")
    store = DynamoFactStore(premier.program)
    assert list(store.under(["PARTNER#P0001"], "FACT#case_decisions")["PARTNER#P0001"]) == []


@pytest.mark.catalogue("B76")
def test_a_decision_sent_again_is_answered_alike_and_another_of_the_day_is_refused(premier: World) -> None:
    extend = {"verdict": "extend", "until": "2024-04-30", "reason": "the buyer is ill"}
    shown = premier.ask("GET", f"/v1/accounts/{ACCOUNT_ID}/cases", CHANNEL).json
    [case] = [one for one in shown["items"] if one["case"]["requirement"] == "business_plan"]
    first = act(premier, "POST", DECISION, extend, Idempotency_Key="d1", If_Match=f'"{case["version"]}"')
    assert first.status == 200, first.text
    again = act(premier, "POST", DECISION, extend, Idempotency_Key="d1", If_Match=f'"{case["version"]}"')
    assert (again.status, again.text) == (200, first.text)
    other = act(premier, "POST", DECISION, {"verdict": "waive", "reason": "no"}, Idempotency_Key="d2")
    assert (other.status, other.code) == (409, "wrong_state")


WRONG_DECISIONS: list[tuple[str, dict[str, str], int, str | None]] = [
    (DECISION, {"verdict": "end_participation", "reason": "x"}, 422, "/verdict"),
    (DECISION, {"verdict": "extend", "reason": "x"}, 422, "/until"),
    (DECISION, {"verdict": "extend", "until": "2024-03-15", "reason": "x"}, 422, "/until"),
    (DECISION, {"verdict": "postpone", "reason": "x"}, 400, "/verdict"),
    (DECISION, {"verdict": "waive"}, 400, "/reason"),
    (DECISION, {"verdict": "waive", "reason": " "}, 400, "/reason"),
    (DECISION, {"verdict": "waive", "reason": "x" * 301}, 400, "/reason"),
    (DECISION, {"verdict": "waive", "reason": "x", "decided_by": "boss"}, 400, "/decided_by"),
    (DECISION.replace("01-02", "01-03"), {"verdict": "waive", "reason": "x"}, 404, None),
    (DECISION.replace("01-02", "13-02"), {"verdict": "waive", "reason": "x"}, 404, "opened_on"),
    (DECISION.replace("business_plan", "nonsense"), {"verdict": "waive", "reason": "x"}, 404, None),
    (DECISION.replace("P0001", "P0009"), {"verdict": "waive", "reason": "x"}, 404, None),
]


def test_a_decision_that_is_none_is_refused_where_it_is_wrong(premier: World) -> None:
    for path, body, status, at in WRONG_DECISIONS:
        reply = act(premier, "POST", path, body)
        assert (reply.status, [error["at"] for error in reply.json["errors"]]) == (status, [at] if at else []), (
            reply.text
        )
    waive, missing = {"verdict": "waive", "reason": "x"}, DECISION.replace("01-02", "01-03")
    assert act(premier, "POST", missing, waive, If_Match='"1"').status == 404, "there is nothing that could be stale"
    assert act(premier, "POST", DECISION, waive, If_Match='"1"').status == 412
    assert act(premier, "POST", DECISION, waive, If_Match='W/"1"').status == 400
    assert get(premier, "case_decisions", partner_id="P0001", country="DE", requirement="business_plan",
               opened_on="2024-01-02", decided_on="2024-03-15").status == 404  # fmt: skip


@pytest.mark.rule("R-4.1.6")
@pytest.mark.catalogue("B67")
def test_what_broke_off_before_it_was_written_is_known_only_since_it_was(
    premier: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = {"partner_id": "P0001", "country": "DE", "year": "2024", "submitted_on": "2024-03-14"}
    extend = {"verdict": "extend", "until": "2024-06-30", "reason": "the buyer is ill"}

    def send() -> list[Reply]:
        return [
            act(premier, "POST", DECISION, extend, Idempotency_Key="d"),
            act(premier, "PUT", "/v1/records/business_plans", plan, Idempotency_Key="p"),
        ]

    with monkeypatch.context() as dying:
        dying.setattr(RecordOne, "__call__", lambda *_: 1 / 0)
        assert [reply.status for reply in send()] == [500, 500]
    premier.today("2024-03-25")
    decided, planned = send()
    assert (decided.status, planned.status, decided.json["decided_on"]) == (200, 201, "2024-03-15")
    key = {"partner_id": "P0001", "country": "DE"}
    of_case = {"requirement": "business_plan", "opened_on": "2024-01-02", "decided_on": "2024-03-15"}
    for found in (
        get(premier, "business_plans", **key, year="2024"), get(premier, "case_decisions", **key, **of_case)
    ):  # fmt: skip
        assert [one["known_on"] for one in found.json["history"]] == ["2024-03-25"]


# -- reports


def test_a_report_is_processed_again_on_request(premier: World) -> None:
    premier.upload_and_deliver(report_key("R1"), pos_report(pos_line("R1", 1)))
    reply = act(premier, "POST", "/v1/reports/D-NORD/R1/reprocess", None)
    assert (reply.status, reply.json["status"], reply.json["run"]) == (202, "posted", 1)
    assert [message["Body"] for message in premier.messages_on("sales")] == [
        '{"reprocess": {"distributor_id": "D-NORD", "report_id": "R1"}}'
    ]
    assert act(premier, "POST", "/v1/reports/D-NORD/R2/reprocess", None).status == 404
