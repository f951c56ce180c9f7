"""The gateway and the user pool of the embedded stack: which tokens pass, which routes are reached, what is hidden."""

import http.client
import time
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from local.cli import app
from local.people import SAMPLE, Person, SignInRefused, new_password, sign_in
from local.stack import EmbeddedStack
from tests.end_to_end.api_client import Reply, ask
from tests.end_to_end.tokens import bad_tokens, pool_key, read, signed

pytestmark = pytest.mark.end_to_end

ORIGIN = "https://partners.example"
UNAUTHORIZED = {"message": "Unauthorized"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """An empty program; pages of one origin may call its API."""
    with EmbeddedStack(tmp_path_factory.mktemp("gateway"), {"AllowedOrigin": ORIGIN}) as running:
        yield running


# ------------------------------------------------------------------------------------------------------ tokens


@pytest.mark.parametrize("person", SAMPLE, ids=lambda person: person.name)
def test_every_sample_person_signs_in_and_is_known_by_name_role_and_partner(
    person: Person, stack: EmbeddedStack
) -> None:
    _, claims = read(stack.token(person.name))
    assert (claims["username"], claims["token_use"]) == (person.name, "access")
    assert claims["cognito:groups"] == list(person.roles)
    assert claims.get("partner_id") == person.partner_id
    assert claims["exp"] - claims["iat"] == 15 * 60
    reply = ask(stack, "GET", "/v1/accounts", stack.token(person.name))
    assert reply.status == 200, reply.body


@pytest.mark.catalogue("B61")
def test_no_token_passes_but_the_pools_own_for_this_api_and_nearly_all_end_before_code_runs(
    stack: EmbeddedStack,
) -> None:
    tokens = bad_tokens(stack, stack.token("anna"), stack.token("paul"))
    answers = {name: ask(stack, "GET", "/v1/accounts", token) for name, token in tokens.items()}
    assert {name: reply.status for name, reply in answers.items() if reply.status != 401} == {}
    # Two are the pool's own for its own client, and it is our code that sees that they are for something else.
    by_code = {name for name, reply in answers.items() if reply.json != UNAUTHORIZED}
    assert by_code == {"ID token", "refresh token"}
    assert {answers[name].json["code"] for name in by_code} == {"access_token_needed"}


@pytest.mark.catalogue("B61")
def test_the_key_of_the_forgeries_is_the_pools_own_so_that_only_what_was_changed_is_refused(
    stack: EmbeddedStack,
) -> None:
    header, claims = read(stack.token("anna"))
    again = signed(header, {**claims, "jti": "another", "exp": int(time.time()) + 60}, pool_key(stack))
    assert ask(stack, "GET", "/v1/accounts", again).status == 200


@pytest.mark.catalogue("B61")
@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a, Bearer b", "Bearer a.b.c.d"]
)
def test_what_is_no_token_is_refused_by_the_gateway(authorization: str, stack: EmbeddedStack) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    reply = ask(stack, "GET", "/v1/accounts", None, headers=headers)
    assert (reply.status, reply.json) == (401, UNAUTHORIZED)


def test_a_token_in_the_query_is_no_token(stack: EmbeddedStack) -> None:
    token = stack.token("anna")
    reply = ask(stack, "GET", "/v1/accounts", None, query={"access_token": token, "authorization": token})
    assert reply.status == 401


@pytest.mark.catalogue("B61")
def test_two_authorizations_are_none(stack: EmbeddedStack) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", stack.port or 0, timeout=60)
    connection.putrequest("GET", stack.api_url.split(str(stack.port))[1] + "/v1/accounts")
    for person in ("anna", "paul"):
        connection.putheader("Authorization", f"Bearer {stack.token(person)}")
    connection.endheaders()
    assert connection.getresponse().status == 401


# ------------------------------------------------------------------------------------- what the pool gives and refuses


@pytest.mark.catalogue("B60")
def test_nobody_makes_themselves_somebody_of_another_partner(stack: EmbeddedStack) -> None:
    token = stack.token("anna")
    with pytest.raises(ClientError, match="unauthorized attribute"):
        stack.cognito.update_user_attributes(
            AccessToken=token, UserAttributes=[{"Name": "custom:partner_id", "Value": "P1002"}]
        )
    stack.cognito.update_user_attributes(AccessToken=token, UserAttributes=[{"Name": "locale", "Value": "de"}])
    assert read(stack.people.sign_in("anna").access)[1]["partner_id"] == "P1001"


@pytest.mark.catalogue("B60")
def test_what_a_client_sends_along_at_its_sign_in_changes_nothing(stack: EmbeddedStack) -> None:
    stack.people.make(Person("nora", ("partner",)))
    password = new_password()
    pool_id, client_id = stack.outputs["UserPool"], stack.outputs["UserPoolClient"]
    stack.cognito.admin_set_user_password(UserPoolId=pool_id, Username="nora", Password=password, Permanent=True)
    answer = stack.cognito.initiate_auth(
        ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", ClientMetadata={"partner_id": "P1002"},
        AuthParameters={"USERNAME": "nora", "PASSWORD": password},
    )  # fmt: skip
    token = answer["AuthenticationResult"]["AccessToken"]
    assert "partner_id" not in read(token)[1]
    reply = ask(stack, "GET", "/v1/accounts", token)
    assert (reply.status, reply.json["code"]) == (403, "caller_unknown")


def test_the_vendors_people_have_no_partner_whatever_their_attribute_says(stack: EmbeddedStack) -> None:
    stack.people.make(Person("vera", ("channel", "finance"), "P1001"))
    _, claims = read(stack.token("vera"))
    assert "partner_id" not in claims
    assert ask(stack, "GET", "/v1/accounts", stack.token("vera")).status == 200


@pytest.mark.catalogue("B62")
def test_who_is_of_a_partner_and_of_the_vendor_is_refused(stack: EmbeddedStack) -> None:
    stack.people.make(Person("both", ("partner", "channel"), "P1001"))
    assert ask(stack, "GET", "/v1/accounts", stack.token("both")).status == 403


@pytest.mark.catalogue("B62")
def test_who_has_no_role_is_refused(stack: EmbeddedStack) -> None:
    stack.people.make(Person("guest", ()))
    assert ask(stack, "GET", "/v1/accounts", stack.token("guest")).status == 403


def test_a_token_is_not_made_when_its_function_fails(stack: EmbeddedStack) -> None:
    """A token without what the function was to say would be a token all the same."""
    name = next(
        found["FunctionName"]
        for found in stack.functions.list_functions()["Functions"]
        if "TokenClaims" in found["FunctionName"]
    )
    stack.functions.update_function_configuration(FunctionName=name, Handler="app.gone")
    try:
        with pytest.raises(ClientError):
            stack.people.sign_in("anna")
    finally:
        stack.functions.update_function_configuration(FunctionName=name, Handler="app.handler")
    assert read(stack.people.sign_in("anna").access)[1]["partner_id"] == "P1001"


def test_nobody_signs_up_by_themselves_and_a_short_password_is_refused(stack: EmbeddedStack) -> None:
    with pytest.raises(ClientError, match="SignUp is not permitted"):
        stack.cognito.sign_up(ClientId=stack.outputs["UserPoolClient"], Username="eve", Password=new_password())
    with pytest.raises(ClientError, match="InvalidPassword"):
        stack.cognito.admin_set_user_password(
            UserPoolId=stack.outputs["UserPool"], Username="anna", Password="Short-1aaaaaa", Permanent=True
        )


def test_a_new_person_is_asked_for_a_password_of_their_own(stack: EmbeddedStack) -> None:
    first, own = new_password(), new_password()
    stack.cognito.admin_create_user(
        UserPoolId=stack.outputs["UserPool"], Username="ines", TemporaryPassword=first, MessageAction="SUPPRESS"
    )
    with pytest.raises(SignInRefused, match="a new password"):
        sign_in(stack.cognito, stack.outputs["UserPoolClient"], "ines", first)
    tokens = sign_in(stack.cognito, stack.outputs["UserPoolClient"], "ines", first, lambda _asked: own)
    assert read(tokens.access)[1]["username"] == "ines"


# ------------------------------------------------------------------------------------------------------ routes


def test_the_locator_asks_for_no_token(stack: EmbeddedStack) -> None:
    reply = ask(stack, "GET", "/v1/locator", None, query={"country": "DE"})
    assert reply.status == 200, reply.body
    assert ask(stack, "GET", "/v1/locator", "garbage", query={"country": "DE"}).body == reply.body


@pytest.mark.catalogue("B68")
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/locator"), ("GET", "/v1/locator/x"), ("GET", "/v1/x"), ("PATCH", "/v1/accounts"), ("PUT", "/v1/x")],
)
def test_every_other_path_asks_for_one(method: str, path: str, stack: EmbeddedStack) -> None:
    assert ask(stack, method, path, None).json == UNAUTHORIZED


@pytest.mark.catalogue("B68")
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/no-such-thing", 404),
        ("GET", "/v1/accounts/", 404),
        ("DELETE", "/v1/accounts", 405),
        ("PATCH", "/v1/records/partners", 405),
        ("PUT", "/v1/accounts/P1001-DE/payee", 405),
        ("GET", "/v1/accounts/P1001-DE/what-if", 405),
        ("POST", "/v1/accounts", 405),
        ("POST", "/v1/locator", 405),
    ],
)
def test_what_is_no_route_is_refused_in_words_by_whichever_function_gets_it(
    method: str, path: str, status: int, stack: EmbeddedStack
) -> None:
    reply = ask(stack, method, path, stack.token("carla"), body=None if method == "GET" else {})
    assert (reply.status, reply.headers["content-type"]) == (status, "application/problem+json")
    assert ("allow" in reply.headers) is (status == 405)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/v1"), ("GET", "/v2/accounts"), ("HEAD", "/v2/accounts")]
)
def test_what_no_route_of_the_gateway_takes_is_answered_by_the_gateway(
    method: str, path: str, stack: EmbeddedStack
) -> None:
    assert ask(stack, method, path, stack.token("carla")).status == 404


@pytest.mark.parametrize(("path", "person"), [("/v1/locator", None), ("/v1/accounts", "carla"), ("/v1/audit", "anna")])
def test_head_is_answered_as_get_is_and_without_a_body(path: str, person: str | None, stack: EmbeddedStack) -> None:
    token = stack.token(person) if person else None
    got, head = (ask(stack, method, path, token) for method in ("GET", "HEAD"))
    assert (head.status, head.headers.get("etag"), head.body) == (got.status, got.headers.get("etag"), b"")
    assert head.headers["content-type"] == got.headers["content-type"]


def test_head_asks_for_a_token_where_get_does(stack: EmbeddedStack) -> None:
    assert ask(stack, "HEAD", "/v1/accounts", None).status == 401


@pytest.mark.parametrize("path", ["/v1/accounts/P1001-DE%2Fwhat-if", "/v1/accounts/a%2Fb/what-if", "/v1%2Faccounts"])
def test_an_encoded_slash_leads_to_nothing_that_could_not_be_reached_without(path: str, stack: EmbeddedStack) -> None:
    headers = {"Authorization": f"Bearer {stack.token('anna')}", "Content-Type": "application/json"}
    encoded, plain = (raw(stack, "POST", one, headers, b"{}") for one in (path, unquote(path)))
    assert (encoded.status, encoded.body) == (plain.status, plain.body)
    assert encoded.status in (400, 404, 405)


def raw(stack: EmbeddedStack, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
    """A request that no client library mends."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.port or 0, timeout=60)
    try:
        connection.request(method, stack.api_url.split(str(stack.port))[1] + path, body, headers)
        answer = connection.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


# ------------------------------------------------------------------------------------------ bodies, errors, browsers


@pytest.mark.catalogue("B65")
@pytest.mark.parametrize(
    "body", [b'{"a": "\xff\xfe"}', b"\xff\xfe\x00", b"{", b'{"a": 1, "a": 2}', b'{"a": NaN}', b"[" * 5000]
)
@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8"])
def test_a_body_that_is_no_strict_json_is_refused(body: bytes, kind: str, stack: EmbeddedStack) -> None:
    headers = {"Authorization": f"Bearer {stack.token('anna')}", "Content-Type": kind}
    reply = raw(stack, "POST", "/v1/accounts/P1001-DE/what-if", headers, body)
    assert (reply.status, reply.headers["content-type"]) == (400, "application/problem+json"), reply.body


@pytest.mark.catalogue("B65")
@pytest.mark.parametrize("size", [300_000, 5_000_000, 7_000_000, 11_000_000])
def test_a_body_beyond_all_need_is_refused_by_us_by_lambda_or_by_the_gateway(size: int, stack: EmbeddedStack) -> None:
    headers = {"Authorization": f"Bearer {stack.token('anna')}", "Content-Type": "application/json"}
    reply = raw(stack, "POST", "/v1/accounts/P1001-DE/what-if", headers, b'{"a":"' + b"x" * size + b'"}')
    assert reply.status == 413


@pytest.mark.catalogue("B68")
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_a_body_of_another_type_is_refused(kind: str, stack: EmbeddedStack) -> None:
    headers = {"Authorization": f"Bearer {stack.token('anna')}"} | ({"Content-Type": kind} if kind else {})
    assert raw(stack, "POST", "/v1/accounts/P1001-DE/what-if", headers, b"{}").status == 415


@pytest.mark.catalogue("B60")
def test_a_parameter_that_is_given_twice_is_refused(stack: EmbeddedStack) -> None:
    reply = raw(stack, "GET", "/v1/accounts?limit=1&limit=2", {"Authorization": f"Bearer {stack.token('anna')}"}, b"")
    assert reply.status == 400


def test_a_function_that_does_not_even_start_is_answered_500_without_a_word_of_why(stack: EmbeddedStack) -> None:
    function = stack.outputs["PartnerLocatorFunction"]
    stack.functions.update_function_configuration(FunctionName=function, Handler="app.gone")
    try:
        reply = ask(stack, "GET", "/v1/locator", None, query={"country": "DE"})
    finally:
        stack.functions.update_function_configuration(FunctionName=function, Handler="app.handler")
    assert (reply.status, reply.json) == (500, {"message": "Internal Server Error"})
    assert ask(stack, "GET", "/v1/locator", None, query={"country": "DE"}).status == 200


def test_a_browser_is_told_that_pages_of_the_named_origin_may_call_and_no_others(stack: EmbeddedStack) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}
    preflight = ask(stack, "OPTIONS", "/v1/accounts", None, headers=asked)
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    reply = ask(stack, "GET", "/v1/accounts", stack.token("carla"), headers={"Origin": ORIGIN})
    assert reply.headers["access-control-allow-origin"] == ORIGIN
    assert "etag" in reply.headers["access-control-expose-headers"]
    for origin in ("https://attacker.example", "null"):
        other = ask(stack, "OPTIONS", "/v1/accounts", None, headers=asked | {"Origin": origin})
        assert "access-control-allow-origin" not in other.headers
        refused = ask(stack, "GET", "/v1/accounts", stack.token("carla"), headers={"Origin": origin})
        assert "access-control-allow-origin" not in refused.headers


# ------------------------------------------------------------------------------------------------------ commands


def command(stack: EmbeddedStack, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["api", *arguments], env=stack.client_environment)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_commands_say_where_the_api_is_who_may_use_it_and_give_a_token(stack: EmbeddedStack) -> None:
    assert command(stack, "url").strip() == stack.api_url
    stack.people.make_sample()
    assert "anna  partner  P1001  " in command(stack, "users")
    token = command(stack, "token", "anna").strip()
    assert ask(stack, "GET", "/v1/accounts", token).status == 200


def test_a_token_for_nobody_is_refused(stack: EmbeddedStack) -> None:
    result = CliRunner().invoke(app, ["api", "token", "nobody"], env=stack.client_environment)
    assert (result.exit_code, "User does not exist" in result.output) == (1, True)
