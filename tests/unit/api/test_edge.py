"""What every request passes before a route sees it (B59 to B68)."""

from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Annotated, Any

import pytest
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from partner_program.adapters.table import Unavailable
from partner_program.api import access
from partner_program.api import edge as edge_module
from partner_program.api.access import ENDPOINTS, Endpoint
from partner_program.api.bodies import DEEPEST, LONGEST_BODY
from partner_program.api.callers import read_caller
from partner_program.api.edge import Edge
from partner_program.api.parameters import AccountPath, AmountText, AsOf, Calling, Cursor, Limit, Paging
from partner_program.bootstrap.api.edge import ClaimNames, EdgeSettings
from partner_program.domain.model import Document
from partner_program.domain.payments.people import Action, Role
from partner_program.values.errors import VersionConflict
from tests.fakes.api import AUDITOR, CHANNEL, ISSUER, Context, Reply, ask, claims, event, partner

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Seen(Document):
    """What a route was given."""

    account_id: str
    person: str
    partner_id: str | None
    as_of: str | None
    at: str | None
    next_cursor: str | None


class Purchase(Document):
    """A body."""

    amount: AmountText
    note: str = ""


class World:
    """An edge with two routes of the real table, and a clock."""

    def __init__(self) -> None:
        self.now = NOW
        self.bodies: list[Purchase] = []
        self.fails: Exception | None = None
        router = Router()

        @router.get("/v1/accounts/<account_id>/history")
        def history(
            account_id: AccountPath, caller: Calling, paging: Paging, as_of: AsOf = None, limit: Limit = 50,
            cursor: Cursor = None,
        ) -> Seen:  # fmt: skip
            at = paging.after(cursor)
            return Seen(
                account_id=account_id, person=caller.person, partner_id=caller.partner_id,
                as_of=as_of.isoformat() if as_of else None, at=at, next_cursor=paging.next(f"after {at}, {limit}"),
            )  # fmt: skip

        @router.post("/v1/accounts/<account_id>/quotes")
        def quotes(account_id: AccountPath, body: Annotated[Purchase, Body()]) -> Purchase:
            if self.fails:
                raise self.fails
            self.bodies.append(body)
            return body

        settings = EdgeSettings(ClaimNames(), lambda: b"secret", lambda: self.now)
        self.edge = Edge(access.QUERY, [router], lambda: settings)

    def get(self, by: Any = CHANNEL, path: str = "/v1/accounts/P1-DE/history", **others: Any) -> Reply:
        return ask(self.edge, "GET", path, by=by, **others)

    def post(self, by: Any = CHANNEL, **others: Any) -> Reply:
        return ask(self.edge, "POST", "/v1/accounts/P1-DE/quotes", by=by, **others)


@pytest.fixture
def world() -> World:
    return World()


def is_problem(reply: Reply, status: int, code: str) -> bool:
    content = reply.headers["content-type"] == "application/problem+json"
    body = reply.json
    return content and (reply.status, body["status"], body["code"]) == (status, status, code) and bool(body["detail"])


def test_a_request_reaches_its_route_with_caller_and_parameters(world: World) -> None:
    reply = world.get(by=partner("P1"), query={"as_of": "2024-02-29"})
    assert reply.status == 200
    assert reply.json["person"] == "user-of-P1"
    assert reply.json["partner_id"] == "P1"
    assert reply.json["as_of"] == "2024-02-29"


def test_amounts_travel_as_text_both_ways(world: World) -> None:
    reply = world.post(body={"amount": "1250.10"})
    assert reply.json == {"amount": "1250.10", "note": ""}


@pytest.mark.parametrize(
    "amount", [1250.1, 1250, "1e5", "+5", "1_000", "٣", "", " 1", "1.", ".5", None, True, "9" * 19]
)
def test_what_is_no_exact_number_is_refused_where_it_stands(world: World, amount: object) -> None:
    reply = world.post(body={"amount": amount})
    assert is_problem(reply, 400, "invalid_request")
    assert [(error["where"], error["at"]) for error in reply.json["errors"]] == [("body", "/amount")]
    assert world.bodies == []


# -- who calls


@pytest.mark.catalogue("B61")
@pytest.mark.parametrize("by", [None, {}, claims("anna", "finance", token_use="id"), claims("a", token_use="refresh")])
def test_what_is_no_access_token_is_401(world: World, by: Any) -> None:
    assert world.get(by=by).status == 401


@pytest.mark.catalogue("B62")
@pytest.mark.parametrize(
    "tenant", [None, "null", "", " ", "*", "[P1 P2]", ["P1"], "P1,P2", "P1 ", "../P1", "x" * 65, 1]
)
def test_a_partner_without_exactly_one_partner_id_is_403(world: World, tenant: Any) -> None:
    by = claims("p", "partner") | ({} if tenant is None else {"partner_id": tenant})
    assert is_problem(world.get(by=by), 403, "caller_unknown")


@pytest.mark.catalogue("B62")
def test_a_person_of_a_partner_and_of_the_vendor_at_once_is_403(world: World) -> None:
    assert is_problem(world.get(by=claims("p", "partner", "finance", partner="P1")), 403, "caller_unknown")


@pytest.mark.parametrize("roles", ["[]", "", "[admin]", "Channel", "channels", "external,finance", "null"])
def test_a_person_without_a_role_of_the_program_is_403(world: World, roles: str) -> None:
    by = claims("x") | {"cognito:groups": roles}
    assert is_problem(world.get(by=by), 403, "caller_unknown")


@pytest.mark.parametrize("name", [None, "null", "", " anna", "an\nna", "a" * 129])
def test_a_person_whose_name_cannot_stand_in_the_log_is_403(world: World, name: str | None) -> None:
    by = claims("x", "channel") | {"username": name}
    assert is_problem(world.get(by=by), 403, "caller_unknown")


def test_the_partner_claim_of_the_vendors_people_is_not_looked_at(world: World) -> None:
    assert world.get(by=claims("c", "channel", partner="P1")).json["partner_id"] is None


@pytest.mark.catalogue("B60")
def test_a_partner_id_in_query_or_header_is_ignored(world: World) -> None:
    reply = world.get(by=partner("P1"), query={"partner_id": "P2"}, headers={"x-partner-id": "P2"})
    assert reply.json["partner_id"] == "P1"


@pytest.mark.catalogue("B60")
@pytest.mark.parametrize(
    "query", ["as_of=2024-01-01&as%5Fof=2024-01-02", "as_of=2024-01-01&as_of=2024-01-02", "partner_id=P1&partner_id=P2"]
)
def test_a_parameter_given_twice_is_400(world: World, query: str) -> None:
    assert is_problem(world.get(raw_query=query), 400, "invalid_request")


@pytest.mark.parametrize("name", ["asof", "As_Of", "on", "page", "as_of ", "", "account", "partner-id"])
def test_a_parameter_that_the_route_does_not_know_is_400_and_says_which_it_takes(world: World, name: str) -> None:
    reply = world.get(query={"as_of": "2024-01-01", name: "2024-01-01"})
    assert is_problem(reply, 400, "invalid_request")
    assert reply.json["errors"] == [
        {"where": "query", "at": name, "code": "unknown_parameter", "detail": "This route takes as_of, limit, cursor."}
    ]


def test_a_route_without_parameters_says_so_and_nothing_is_done(world: World) -> None:
    reply = world.post(body={"amount": "1"}, query={"dry_run": "true"})
    assert is_problem(reply, 400, "invalid_request")
    assert reply.json["errors"][0]["detail"] == "This route takes no parameters."
    assert world.bodies == []


@pytest.mark.catalogue("B71")
def test_a_bank_number_for_a_parameter_is_not_repeated(world: World) -> None:
    reply = world.get(query={"GB82WEST12345698765432": "1", "x" * 3000: "1"})
    assert [one["at"] for one in reply.json["errors"]] == ["***", "x" * 64]


def test_whether_a_parameter_is_known_is_told_to_those_only_who_may_use_the_route(world: World) -> None:
    assert world.get(by=None, query={"page": "2"}).status == 401
    assert ask(world.edge, "GET", "/v1/audit", by=partner("P1"), query={"page": "2"}).status == 403
    assert is_problem(world.get(path="/v1/accounts/a b/history", query={"page": "2"}), 404, "not_found")


# -- roles and routes


def test_who_is_of_channel_and_finance_acts_as_what_may_more() -> None:
    both = read_caller(claims("dora", "channel", "finance"), ClaimNames())
    assert both.actor(Action.PROPOSE_BANK_DETAILS).role is Role.FINANCE
    assert both.actor(Action.HOLD).role is Role.FINANCE
    only = read_caller(claims("dora", "auditor", "channel"), ClaimNames())
    assert only.actor(Action.HOLD).role is Role.CHANNEL


def all_roles() -> list[tuple[Endpoint, Role]]:
    roles = (Role.PARTNER, Role.CHANNEL, Role.FINANCE, Role.AUDITOR)
    return [(one, role) for one in ENDPOINTS if not one.is_public for role in roles]


@pytest.mark.parametrize(("endpoint", "role"), all_roles())
def test_each_route_is_open_to_the_roles_of_its_row_and_to_no_other(endpoint: Endpoint, role: Role) -> None:
    reached: list[str] = []
    router = Router()
    path = endpoint.path.replace("{", "<").replace("}", ">")

    def route(**_given: str) -> dict[str, str]:
        reached.append(endpoint.path)
        return {}

    router.route(path, method=[endpoint.method], enable_validation=False)(route)
    settings = EdgeSettings(ClaimNames(), lambda: b"secret", lambda: NOW)
    edge = Edge(endpoint.function, [router], lambda: settings)
    by = partner("P1") if role is Role.PARTNER else claims("x", role)
    concrete = path.replace("<", "").replace(">", "")
    reply = ask(edge, endpoint.method, concrete, by=by)
    allowed = role in endpoint.roles
    assert (reply.status, bool(reached)) == ((200, True) if allowed else (403, False))


def test_no_route_is_twice_in_the_table() -> None:
    names = [(one.method, one.path) for one in ENDPOINTS]
    assert len(set(names)) == len(names)


@pytest.mark.catalogue("B68")
@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/nothing", "/v1/accounts/P1-DE/history/", "/V1/accounts", "/v1//accounts"]
)
def test_an_unknown_route_is_404(world: World, path: str) -> None:
    assert is_problem(world.get(path=path), 404, "no_such_route")


@pytest.mark.catalogue("B68")
@pytest.mark.parametrize("name", ["x#y", "é", "a b", "\x00", "%00", "[", "..", "<script>", "{account_id}"])
def test_what_can_name_nothing_is_a_problem_of_the_request_and_no_fault_of_ours(world: World, name: str) -> None:
    assert is_problem(world.get(path=f"/v1/accounts/{name}/history"), 404, "not_found")


@pytest.mark.parametrize("query", [{}, {"as_of": "2024-02-29", "limit": "7"}])
def test_head_is_answered_as_get_without_the_body(world: World, query: dict[str, str]) -> None:
    path = "/v1/accounts/P1-DE/history"
    got, head = (ask(world.edge, method, path, by=partner("P1"), query=query) for method in ("GET", "HEAD"))
    assert (head.status, head.headers, head.text) == (200, got.headers, "")
    assert ask(world.edge, "HEAD", path, by=CHANNEL, headers={"If-None-Match": got.headers["etag"]}).status == 200
    known = {"If-None-Match": got.headers["etag"]}
    assert ask(world.edge, "HEAD", path, by=partner("P1"), query=query, headers=known).status == 304


@pytest.mark.parametrize(
    ("path", "by", "status"),
    [("/v1/accounts/P1-DE/history", None, 401), ("/v1/audit", CHANNEL, 403), ("/v1/accounts/x/history", CHANNEL, 404),
     ("/v1/nothing", CHANNEL, 404), ("/v1/accounts/P1-DE/quotes", CHANNEL, 405)],
)  # fmt: skip
def test_head_is_refused_where_get_is(world: World, path: str, by: Any, status: int) -> None:
    reply = ask(world.edge, "HEAD", path, by=by)
    assert (reply.status, reply.text) == (status, "")


@pytest.mark.catalogue("B68")
@pytest.mark.parametrize("method", ["DELETE", "PATCH", "PUT", "POST", "TRACE", "get-"])
def test_another_method_on_a_known_path_is_405_and_says_what_it_takes(world: World, method: str) -> None:
    reply = ask(world.edge, method, "/v1/accounts/P1-DE/history", by=CHANNEL)
    assert is_problem(reply, 405, "method_not_allowed")
    assert reply.headers["allow"] == "GET, HEAD"
    assert reply.json["detail"] == "This path takes GET, HEAD."


def test_what_takes_no_get_takes_no_head_either(world: World) -> None:
    assert ask(world.edge, "GET", "/v1/accounts/P1-DE/quotes", by=CHANNEL).headers["allow"] == "POST"


@pytest.mark.catalogue("B59")
def test_who_tries_a_route_of_others_is_named_in_the_log_and_counted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    counted: list[str] = []
    monkeypatch.setattr(edge_module.metrics, "add_metric", lambda name, _unit, _value: counted.append(name))
    settings = EdgeSettings(ClaimNames(), lambda: b"secret", lambda: NOW)
    assert ask(Edge(access.QUERY, [], lambda: settings), "GET", "/v1/audit", by=partner("P1")).code == "role_missing"
    (entry,) = caplog.records
    assert (entry.__dict__["caller"], entry.__dict__["partner_id"]) == (f"{ISSUER}|sub-of-user-of-P1|P1", "P1")
    assert counted == [edge_module.ROLE_METRIC, "Requests"]


@pytest.mark.catalogue("B68")
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"])
def test_a_body_of_another_content_type_is_415(world: World, kind: str) -> None:
    reply = world.post(raw_body='{"amount": "1"}', headers={"content-type": kind})
    assert is_problem(reply, 415, "json_needed")


def test_json_with_a_charset_is_json(world: World) -> None:
    assert (
        world.post(raw_body='{"amount":"1"}', headers={"Content-Type": "Application/JSON; charset=utf-8"}).status == 200
    )


def test_an_account_id_that_cannot_be_one_is_answered_like_one_that_is_not(world: World) -> None:
    assert is_problem(world.get(path="/v1/accounts/nothing/history"), 404, "not_found")


@pytest.mark.catalogue("B54")
@pytest.mark.parametrize("odd", [*'"#?\\`\n\x00\u2603|^', "é", "..", "%2F", "a b", "<x>"])
def test_a_path_with_odd_characters_names_nothing(world: World, odd: str) -> None:
    assert is_problem(world.get(path=f"/v1/accounts/{odd}/history"), 404, "not_found")


# -- bodies


def nested(levels: int) -> str:
    return '{"amount": "1", "note": ' + "[" * levels + "]" * levels + "}"


@pytest.mark.catalogue("B65")
@pytest.mark.parametrize(
    "body",
    [
        '{"amount": "1", "amount": "2"}',
        '{"amount": "1", "note": {"a": 1, "a": 1}}',
        '{"amount": NaN}',
        '{"amount": -Infinity}',
        '{"amount": "1"',
        "[]",
        '"text"',
        "null",
        nested(DEEPEST),
        nested(100_000),
        "\ud800",
        '{"amount": "1", "note": "\ufffd"}',
        '{"amount": "1", "note": "\\ud800"}',
        '{"amount": "1", "\\ud800": "1"}',
    ],
)
def test_json_that_could_be_read_in_two_ways_is_400(world: World, body: str) -> None:
    assert is_problem(world.post(raw_body=body), 400, "invalid_body")
    assert world.bodies == []


@pytest.mark.catalogue("B65")
@pytest.mark.parametrize("raw", [b'{"amount": "1", "note": "\xff"}', b"\xff\xfe{\x00}\x00", b"\x00"])
def test_bytes_that_are_not_utf_8_are_400(world: World, raw: bytes) -> None:
    given = event("POST", "/v1/accounts/P1-DE/quotes", by=CHANNEL, raw_body=b64encode(raw).decode())
    answer = world.edge(given | {"isBase64Encoded": True}, Context())  # type: ignore[arg-type]  # as the gateway does
    assert (answer["statusCode"], world.bodies) == (400, [])


@pytest.mark.catalogue("B65")
@pytest.mark.parametrize(("length", "status"), [(LONGEST_BODY - 1, 200), (LONGEST_BODY, 200), (LONGEST_BODY + 1, 413)])
def test_a_body_may_be_so_long_and_no_longer(world: World, length: int, status: int) -> None:
    start = '{"amount": "1", "note": "'
    body = start + "x" * (length - len(start) - 2) + '"}'
    assert len(body) == length
    assert world.post(raw_body=body).status == status


@pytest.mark.catalogue("B66")
@pytest.mark.parametrize("name", ["status", "tier", "partner_id", "__class__"])
def test_a_name_that_the_body_does_not_have_is_400(world: World, name: str) -> None:
    reply = world.post(body={"amount": "1", name: "premier"})
    assert is_problem(reply, 400, "invalid_request")
    assert [error["at"] for error in reply.json["errors"]] == [f"/{name}"]
    assert "premier" not in reply.text


@pytest.mark.catalogue("B64")
@pytest.mark.parametrize("limit", [" 5", "1_0", "1.0", "+5", "-1", "0", "101", "1000000000", "ten", "1.5", ""])
def test_a_limit_out_of_bounds_is_400(world: World, limit: str) -> None:
    reply = world.get(query={"limit": limit})
    assert is_problem(reply, 400, "invalid_request")
    assert reply.json["errors"][0]["at"] == "limit"


@pytest.mark.catalogue("B64")
@pytest.mark.parametrize("limit", ["1", "100"])
def test_a_limit_at_the_bounds_is_taken(world: World, limit: str) -> None:
    assert world.get(query={"limit": limit}).status == 200


@pytest.mark.parametrize("day", ["2024-02-30", "2024-2-1", "20240201", "1706745600", "1989-12-31", "2101-01-01", "0"])
def test_what_is_no_date_is_400(world: World, day: str) -> None:
    assert is_problem(world.get(query={"as_of": day}), 400, "invalid_request")


# -- cursors


def test_a_cursor_leads_on_where_the_page_has_ended(world: World) -> None:
    first = world.get(query={"limit": 10})
    second = world.get(query={"limit": 20, "cursor": first.json["next_cursor"]})
    assert second.json["at"] == "after None, 10"


@pytest.mark.catalogue("B63")
def test_a_cursor_is_good_for_its_caller_its_query_and_its_day_only(world: World) -> None:
    cursor = world.get(by=partner("P1")).json["next_cursor"]

    def used(by: Any, moved: timedelta = timedelta(0), path: str = "/v1/accounts/P1-DE/history", **query: str) -> Reply:
        world.now = NOW + moved
        return world.get(by=by, path=path, query={"cursor": cursor, **query})

    assert used(partner("P1")).status == 200
    end_of_the_next_day = datetime(2026, 11, 23, tzinfo=UTC) - NOW
    assert used(partner("P1"), end_of_the_next_day - timedelta(microseconds=1)).status == 200
    assert is_problem(used(partner("P1"), end_of_the_next_day), 400, "invalid_cursor")
    assert is_problem(used(partner("P2")), 400, "invalid_cursor")
    assert is_problem(used(AUDITOR), 400, "invalid_cursor")
    assert is_problem(used(claims("user-of-P1", "channel")), 400, "invalid_cursor")
    assert is_problem(used(claims("user-of-P1", "partner", partner="P2")), 400, "invalid_cursor")
    assert is_problem(used(partner("P1"), as_of="2024-01-01"), 400, "invalid_cursor")
    assert is_problem(used(partner("P1"), path="/v1/accounts/P1-FR/history"), 400, "invalid_cursor")


@pytest.mark.catalogue("B63")
@pytest.mark.parametrize("place", [0, 10, 31, 32, 33, 60, -1])
def test_a_cursor_of_which_one_bit_was_changed_is_400(world: World, place: int) -> None:
    cursor = world.get().json["next_cursor"]
    raw = bytearray(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[place] ^= 1
    forged = urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    assert is_problem(world.get(query={"cursor": forged}), 400, "invalid_cursor")


@pytest.mark.catalogue("B63")
def test_a_cursor_is_taken_in_its_own_spelling_only(world: World) -> None:
    def next_of(**query: object) -> str:
        return str(world.get(query=query).json["next_cursor"])

    # one with both characters that another alphabet writes otherwise
    cursor = next(one for limit in range(1, 101) if {"-", "_"} <= set(one := next_of(limit=limit)))
    assert world.get(query={"cursor": cursor}).status == 200
    alphabet = ascii_uppercase + ascii_lowercase + digits + "-_"
    last = alphabet[alphabet.index(cursor[-1]) ^ 1]  # of its bits the lowest is not used
    others = [f"{cursor}=", f"{cursor}!", f"*{cursor}", cursor.replace("-", "+"), cursor.replace("_", "/"),
              f"{cursor[:9]}\n{cursor[9:]}"]  # fmt: skip
    for other in [*others, *([cursor[:-1] + last] if len(cursor) % 4 else [])]:
        assert is_problem(world.get(query={"cursor": other}), 400, "invalid_cursor"), other


@pytest.mark.catalogue("B63")
@pytest.mark.parametrize("cursor", ["", "x", "é", "AAAA", "=" * 5, "A" * 2048])
def test_what_is_no_cursor_is_400(world: World, cursor: str) -> None:
    assert is_problem(world.get(query={"cursor": cursor}), 400, "invalid_cursor")


def test_pages_of_one_day_have_the_same_cursor_and_so_the_same_etag(world: World) -> None:
    first = world.get()
    world.now = NOW + timedelta(hours=11)
    assert world.get().headers["etag"] == first.headers["etag"]


# -- answers


def test_what_was_read_has_an_etag_and_is_not_sent_again_to_who_has_it(world: World) -> None:
    query = {"limit": "1", "cursor": world.get(query={"limit": 1}).json["next_cursor"]}
    first = ask(world.edge, "GET", "/v1/accounts/P1-DE/history", by=CHANNEL, query=query)
    tag = first.headers["etag"]
    again = world.get(query=query, headers={"If-None-Match": f'W/{tag}, "other"'})
    assert (again.status, again.text, again.headers["etag"]) == (304, "", tag)
    assert world.get(query=query, headers={"If-None-Match": '"other"'}).status == 200


def test_answers_to_signed_in_callers_are_kept_by_no_shared_cache(world: World) -> None:
    assert world.get().headers["cache-control"] == "private, no-cache"
    assert world.get(by=None).headers["cache-control"] == "no-store"


def test_a_typed_error_is_the_problem_of_its_row(world: World) -> None:
    world.fails = VersionConflict("somebody was faster")
    reply = world.post(body={"amount": "1"})
    assert is_problem(reply, 409, "version_conflict")
    assert reply.json["detail"] == "somebody was faster"


def test_a_table_that_keeps_asking_for_patience_is_503(world: World) -> None:
    world.fails = Unavailable("later")
    assert is_problem(world.post(body={"amount": "1"}), 503, "busy")


@pytest.mark.catalogue("B68")
def test_a_fault_of_ours_is_500_without_a_trace(world: World) -> None:
    world.fails = RuntimeError("secret inside")
    reply = world.post(body={"amount": "1"})
    assert is_problem(reply, 500, "internal_error")
    assert "secret" not in reply.text
    assert "Traceback" not in reply.text


def test_a_fault_of_ours_is_one_entry_of_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.fails = RuntimeError("a fault\nin two lines")
    world.post(body={"amount": "1"})
    assert [(entry.message, bool(entry.exc_info)) for entry in caplog.records] == [
        ("request failed", True),
        ("answered", False),
    ]


def test_settings_that_are_missing_are_500_without_a_trace() -> None:
    def broken() -> EdgeSettings:
        raise KeyError("CURSOR_SECRET")

    reply = ask(Edge(access.QUERY, [], broken), "GET", "/v1/accounts", by=CHANNEL)
    assert is_problem(reply, 500, "internal_error")
