"""The HTTP API of the template against the table of its routes, and what must hold of tokens, people and secrets."""

import json
import re
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from local.people import SAMPLE
from partner_program.api.access import ENDPOINTS, LOCATOR, QUERY, RECORDS, Endpoint
from partner_program.api.callers import read_caller
from partner_program.api.edge import ROLE_METRIC, SECURITY_METRIC
from partner_program.bootstrap.api.edge import ClaimNames
from partner_program.domain.payments.people import Role
from tests.deployed.gateway import routes, selected
from tests.deployed.permissions import allowed_by
from tests.deployed.template import ACCOUNT, REGION, REPOSITORY, Template, as_list, load_template

API_FOLDERS = [LOCATOR, QUERY, RECORDS]
PARTS = {
    "period": "2024Q1",
    "year": "2024",
    "month": "2024-02",
    "number": "1",
    "format": "pdf",
    "opened_on": "2024-01-02",
}


@pytest.fixture(scope="module")
def template() -> Template:
    return load_template()


@pytest.fixture(scope="module")
def parsed() -> dict[str, Any]:
    """The template with conditions as they stand."""
    found: dict[str, Any] = json.loads(json.dumps(yaml_parse((REPOSITORY / "template.yaml").read_text("utf-8"))))
    return found


def of(template: Template, kind: str, name: str) -> dict[str, Any]:
    return template.of_type(f"AWS::{kind}")[name]


def example(endpoint: Endpoint) -> str:
    """A path of a route."""
    return re.sub(r"\{([a-z_]+)\}", lambda found: PARTS.get(found[1], "P0001-DE"), endpoint.path)


@pytest.mark.catalogue("B68")
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: f"{one.method} {one.path}")
def test_the_gateway_hands_every_route_of_the_table_to_its_function_and_asks_for_a_token_unless_it_is_public(
    endpoint: Endpoint, template: Template
) -> None:
    route = selected(template, endpoint.method, example(endpoint))
    assert route.function == endpoint.function
    assert route.authorizer == (None if endpoint.is_public else template.name("HttpApiAuthorizer"))


def test_the_locator_is_the_only_route_of_the_gateway_that_is_public(template: Template) -> None:
    public = ["GET /v1/locator", "HEAD /v1/locator"]
    assert [route.key for route in routes(template) if not route.asks_for_a_token] == public
    assert [f"{one.method} {one.path}" for one in ENDPOINTS if one.is_public] == public[:1]
    for route in template.of_type("AWS::ApiGatewayV2::Route").values():
        assert route["AuthorizationType"] == ("NONE" if route["RouteKey"] in public else "JWT")
        assert route["RouteKey"] != "$default"
        # ANY would take a browser's OPTIONS too, which has no token
        assert not route["RouteKey"].startswith("ANY")


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.method == "GET"], ids=lambda one: one.path)
def test_head_goes_where_get_goes(endpoint: Endpoint, template: Template) -> None:
    get, head = (selected(template, method, example(endpoint)) for method in ("GET", "HEAD"))
    assert (head.function, head.authorizer) == (get.function, get.authorizer)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/locator"), ("GET", "/v1/locator/"), ("GET", "/v1/locator/P0001"), ("PUT", "/v1/locator"),
     ("DELETE", "/v1/accounts"), ("PATCH", "/v1/records/partners"), ("POST", "/v1/accounts/P0001-DE/x/what-if")],
)  # fmt: skip
def test_what_is_next_to_a_route_needs_a_token(method: str, path: str, template: Template) -> None:
    assert selected(template, method, path).asks_for_a_token


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_function_that_can_write_is_reached_by_no_get_and_questions_by_nothing_that_writes(
    method: str, template: Template
) -> None:
    assert selected(template, method, "/v1/anything").function == RECORDS
    assert selected(template, "GET", "/v1/anything").function == QUERY


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1"), ("GET", "/"), ("OPTIONS", "/v1/accounts"), ("GET", "/v2/x")]
)
def test_what_no_route_takes_ends_at_the_gateway(method: str, path: str, template: Template) -> None:
    with pytest.raises(KeyError):
        selected(template, method, path)


def test_every_integration_sends_the_payload_that_the_functions_read_and_waits_for_longer_than_they_run(
    template: Template,
) -> None:
    integrations = template.of_type("AWS::ApiGatewayV2::Integration")
    assert len(integrations) == len(API_FOLDERS)
    for folder in API_FOLDERS:
        found = integrations[f"{template.function_id(folder)}Integration"]
        assert (found["IntegrationType"], found["PayloadFormatVersion"]) == ("AWS_PROXY", "2.0")
        assert template.functions[folder]["Timeout"] * 1000 < found["TimeoutInMillis"] <= 30_000


@pytest.mark.parametrize("folder", API_FOLDERS)
def test_the_gateway_may_call_a_function_for_its_own_paths_only(folder: str, template: Template) -> None:
    permission = of(template, "Lambda::Permission", f"{template.function_id(folder)}Permission")
    assert permission["Principal"] == "apigateway.amazonaws.com"
    api = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{template.name('HttpApi')}"
    assert permission["SourceArn"] == api + ("/*/*/v1/locator" if folder == LOCATOR else "/*/*/v1/*")


@pytest.mark.catalogue("B61")
def test_tokens_are_those_of_the_stacks_own_pool_for_its_own_client(template: Template) -> None:
    authorizer = of(template, "ApiGatewayV2::Authorizer", "HttpApiAuthorizer")
    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"], "never in the query: that is logged"
    pool, client = template.name("UserPool"), template.name("UserPoolClient")
    issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{pool}"
    assert authorizer["JwtConfiguration"] == {"Issuer": issuer, "Audience": [client]}


def test_tokens_of_another_issuer_are_taken_instead_where_one_is_named_and_no_pool_is_made(
    parsed: dict[str, Any],
) -> None:
    template = load_template(OidcIssuer="https://login.example/realms/x", OidcAudience="partner-api")
    authorizer = of(template, "ApiGatewayV2::Authorizer", "HttpApiAuthorizer")
    assert authorizer["JwtConfiguration"] == {"Issuer": "https://login.example/realms/x", "Audience": ["partner-api"]}
    of_the_pool = {
        name
        for name, resource in parsed["Resources"].items()
        if resource["Type"].startswith("AWS::Cognito::") or name.startswith("TokenClaims")
    }
    assert {"UserPool", "UserPoolClient", "PartnerGroup", "TokenClaimsFunction", "TokenClaimsPermission"} <= of_the_pool
    assert {parsed["Resources"][name].get("Condition") for name in of_the_pool} == {"HasOwnPool"}
    assert {parsed["Outputs"][name]["Condition"] for name in ("UserPool", "UserPoolClient")} == {"HasOwnPool"}


@pytest.mark.parametrize(
    ("issuer", "taken"),
    [("", True), ("https://login.example/realms/x", True), ("https://login.example", True),
     ("http://localhost:8080", True), ("http://127.0.0.1:8080", True), ("http://localhost.example:80", False),
     ("http://login.example", False), ("login.example", False), ("https://login.example/?x=1", False)],
)  # fmt: skip
def test_an_issuer_is_an_https_address_without_a_query_or_on_this_machine(
    issuer: str, taken: bool, parsed: dict[str, Any]
) -> None:
    assert bool(re.fullmatch(parsed["Parameters"]["OidcIssuer"]["AllowedPattern"], issuer)) is taken


def test_the_names_of_claims_are_those_of_cognito_unless_others_are_given() -> None:
    names = ClaimNames()
    given = {"PersonClaim": "email", "RolesClaim": "realm_roles", "PartnerClaim": "https://x.example/partner"}
    for folder in (QUERY, RECORDS):
        found = load_template().environment(folder)
        assert [found["PERSON_CLAIM"], found["ROLES_CLAIM"], found["PARTNER_CLAIM"]] == [
            names.person, names.roles, names.partner,
        ]  # fmt: skip
        other = load_template(**given).environment(folder)
        assert [other["PERSON_CLAIM"], other["ROLES_CLAIM"], other["PARTNER_CLAIM"]] == [*given.values()]


@pytest.mark.parametrize("stage", ["sandbox", "test", "production"])
def test_a_password_crosses_the_line_in_a_sandbox_only(stage: str) -> None:
    client = of(load_template(Stage=stage), "Cognito::UserPoolClient", "UserPoolClient")
    flows = set(client["ExplicitAuthFlows"])
    assert "ALLOW_USER_SRP_AUTH" in flows
    assert ("ALLOW_USER_PASSWORD_AUTH" in flows) is (stage == "sandbox")
    assert not flows & {"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH"}


@pytest.mark.catalogue("B60")
def test_nobody_can_say_themselves_for_which_partner_they_act(template: Template) -> None:
    pool, client = (
        of(template, "Cognito::UserPool", "UserPool"),
        of(template, "Cognito::UserPoolClient", "UserPoolClient"),
    )
    (attribute,) = pool["Schema"]
    assert attribute["Name"] == "partner_id"
    # without any list a client may write everything, and a partner's person would choose the partner
    assert client["WriteAttributes"]
    assert not [name for name in client["WriteAttributes"] if name.startswith("custom:")]
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}


def test_the_claim_of_the_partner_is_made_by_our_function_and_in_access_tokens(template: Template) -> None:
    pool = of(template, "Cognito::UserPool", "UserPool")
    function = template.arn("TokenClaimsFunction")
    # the version and the plan below which a trigger has no say in access tokens
    assert pool["LambdaConfig"] == {"PreTokenGenerationConfig": {"LambdaArn": function, "LambdaVersion": "V2_0"}}
    assert pool["UserPoolTier"] in ("ESSENTIALS", "PLUS")
    permission = of(template, "Lambda::Permission", "TokenClaimsPermission")
    assert permission["Principal"] == "cognito-idp.amazonaws.com"
    assert permission["SourceArn"] == template.arn("UserPool")
    assert template.functions["token_claims"]["Timeout"] <= 5, "Cognito waits no longer"


@pytest.mark.parametrize("stage", ["sandbox", "test", "production"])
def test_outside_a_sandbox_people_cannot_be_deleted_with_the_stack(stage: str) -> None:
    template = load_template(Stage=stage)
    pool = of(template, "Cognito::UserPool", "UserPool")
    assert pool["DeletionProtection"] == ("INACTIVE" if stage == "sandbox" else "ACTIVE")
    assert template.resources["UserPool"]["DeletionPolicy"] == "Retain"


@pytest.mark.catalogue("B74")
def test_a_person_is_one_person_however_the_name_is_spelled(template: Template) -> None:
    assert of(template, "Cognito::UserPool", "UserPool")["UsernameConfiguration"] == {"CaseSensitive": False}


def test_passwords_are_long_and_a_second_factor_can_be_had(template: Template) -> None:
    pool = of(template, "Cognito::UserPool", "UserPool")
    policy = pool["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] >= 14
    assert all(value is True for name, value in policy.items() if name.startswith("Require"))
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("OPTIONAL", ["SOFTWARE_TOKEN_MFA"])


def test_an_access_token_is_good_for_a_quarter_of_an_hour(template: Template) -> None:
    client = of(template, "Cognito::UserPoolClient", "UserPoolClient")
    assert (client["AccessTokenValidity"], client["TokenValidityUnits"]["AccessToken"]) == (15, "minutes")
    assert (client["GenerateSecret"], client["PreventUserExistenceErrors"]) == (False, "ENABLED")
    assert client["EnableTokenRevocation"] is True


def test_the_groups_of_the_pool_are_the_roles_that_the_code_knows(template: Template) -> None:
    groups = {group["GroupName"] for group in template.of_type("AWS::Cognito::UserPoolGroup").values()}
    assert groups == {role.value for role in Role} - {Role.SYSTEM.value}
    for group in groups:
        claims = {"sub": "s", "username": "x", "cognito:groups": f"[{group}]", "partner_id": "P1"}
        assert read_caller(claims, ClaimNames()).roles == {Role(group)}


def test_there_is_a_sample_person_of_every_role_two_partners_and_two_of_finance() -> None:
    roles = [role for person in SAMPLE for role in person.roles]
    assert {role: roles.count(role) for role in roles} == {"partner": 2, "channel": 1, "finance": 2, "auditor": 1}
    assert len({person.partner_id for person in SAMPLE if person.partner_id}) == 2


def test_requests_are_limited_and_those_that_nobody_signed_in_for_more_so(template: Template) -> None:
    stage = of(template, "ApiGatewayV2::Stage", "HttpApiStage")
    everybody, settings = stage["DefaultRouteSettings"], stage["RouteSettings"]
    assert set(settings) == {route.key for route in routes(template) if not route.asks_for_a_token}
    for public in settings.values():
        for limit in ("ThrottlingBurstLimit", "ThrottlingRateLimit"):
            assert 0 < public[limit] < everybody[limit]
    # AWS refuses settings of a route that is not there yet
    names = template.resources["HttpApiStage"]["DependsOn"]
    assert {of(template, "ApiGatewayV2::Route", name)["RouteKey"] for name in names} == set(settings)


def test_the_access_log_is_json_with_neither_tokens_nor_queries_and_ends_some_day(template: Template) -> None:
    settings = of(template, "ApiGatewayV2::Stage", "HttpApiStage")["AccessLogSettings"]
    logged = json.loads(settings["Format"])
    variables = {value.removeprefix("$context.") for value in logged.values()}
    assert variables == {
        "requestId", "requestTime", "identity.sourceIp", "authorizer.claims.sub", "httpMethod", "path", "routeKey",
        "status", "responseLength", "responseLatency", "authorizer.error", "integrationErrorMessage",
    }  # fmt: skip
    assert settings["DestinationArn"] == template.arn("HttpApiLogGroup")
    assert template.resources["HttpApiLogGroup"]["Properties"] == {"RetentionInDays": {"Ref": "LogRetentionDays"}}


def test_other_origins_may_call_from_a_browser_only_where_one_is_named(template: Template) -> None:
    assert of(template, "ApiGatewayV2::Api", "HttpApi")["CorsConfiguration"] == "AWS::NoValue"
    named = load_template(AllowedOrigin="https://partners.example")
    cors = of(named, "ApiGatewayV2::Api", "HttpApi")["CorsConfiguration"]
    assert cors["AllowOrigins"] == ["https://partners.example"]
    assert "AllowCredentials" not in cors
    assert {"authorization", "idempotency-key", "if-match", "if-none-match"} <= set(cors["AllowHeaders"])
    assert set(cors["AllowMethods"]) == {endpoint.method for endpoint in ENDPOINTS}


@pytest.mark.parametrize(
    ("origin", "taken"),
    [("", True), ("https://partners.example", True), ("http://localhost:5173", True), ("*", False),
     ("http://partners.example", False), ("https://*.example", False), ("https://partners.example/", False)],
)  # fmt: skip
def test_an_origin_is_one_site_by_https(origin: str, taken: bool, parsed: dict[str, Any]) -> None:
    assert bool(re.fullmatch(parsed["Parameters"]["AllowedOrigin"]["AllowedPattern"], origin)) is taken


@pytest.mark.catalogue("B63")
def test_cursors_are_signed_by_a_secret_that_is_made_at_random_and_only_functions_with_lists_read(
    template: Template,
) -> None:
    secret = of(template, "SecretsManager::Secret", "CursorSecret")
    assert secret["GenerateSecretString"]["PasswordLength"] >= 43, "256 bits of letters and digits"
    assert "SecretString" not in secret
    arn = template.arn("CursorSecret")
    readers = {
        folder
        for folder in template.functions
        if allowed_by(template.statements(folder), "secretsmanager:GetSecretValue", arn)
    }
    assert readers == {QUERY, LOCATOR}, "acts have no lists"
    assert {folder for folder in template.functions if "CURSOR_SECRET" in template.environment(folder)} == readers


WRITES = re.compile(
    r"dynamodb:(Put|Update|Delete|BatchWrite|Partiql)|s3:(Put|Delete)|sqs:Send|events:Put|lambda:|kms:|ses:"
)


def test_a_question_can_write_nothing_whatever_its_code_does(template: Template) -> None:
    for folder in (QUERY, LOCATOR, "token_claims"):
        actions = [action for one in template.statements(folder) for action in as_list(one["Action"])]
        assert not [action for action in actions if WRITES.match(action)], folder


def test_what_the_public_route_can_read_is_public(template: Template) -> None:
    reads = [one for one in template.statements(LOCATOR) if one["Sid"] not in ("Logs", "Traces", "SignCursors")]
    seen = {(one["Action"], one["Resource"]): one["Condition"]["ForAllValues:StringLike"] for one in reads}
    assert seen == {
        ("dynamodb:Query", template.arn("ListingsTable")): {"dynamodb:LeadingKeys": ["LOCATOR"]},
        # the rulebook that is in force and a sandbox's clock
        ("dynamodb:GetItem", template.arn("ProgramTable")): {"dynamodb:LeadingKeys": ["SETTING"]},
    }


def test_the_function_that_makes_claims_can_read_nothing(template: Template) -> None:
    assert {one["Sid"] for one in template.statements("token_claims")} == {"Logs", "Traces"}


@pytest.mark.catalogue("B59")
@pytest.mark.parametrize("metric", [SECURITY_METRIC, ROLE_METRIC])
@pytest.mark.parametrize("folder", [QUERY, RECORDS])
def test_somebody_who_keeps_asking_for_what_is_anothers_is_alarmed(
    folder: str, metric: str, template: Template
) -> None:
    name = f"{template.function_id(folder)}{metric}Alarm"
    alarm, environment = of(template, "CloudWatch::Alarm", name), template.environment(folder)
    assert (alarm["MetricName"], alarm["Namespace"]) == (metric, environment["POWERTOOLS_METRICS_NAMESPACE"])
    assert alarm["Dimensions"] == [{"Name": "service", "Value": environment["POWERTOOLS_SERVICE_NAME"]}]


def test_failures_and_slowness_of_the_api_and_requests_that_lambda_turns_away_are_alarmed(template: Template) -> None:
    alarms = template.of_type("AWS::CloudWatch::Alarm")
    failures, latency = alarms["HttpApiFailuresAlarm"], alarms["HttpApiLatencyAlarm"]
    for alarm in (failures, latency):
        assert alarm["Dimensions"] == [{"Name": "ApiId", "Value": template.name("HttpApi")}]
    # the names that HTTP APIs have; REST APIs call theirs 5XXError
    assert (failures["MetricName"], failures["Threshold"]) == ("5xx", 0)
    assert (latency["MetricName"], latency["ExtendedStatistic"]) == ("Latency", "p95")
    for folder in (*API_FOLDERS, "token_claims"):
        function = template.function_id(folder)
        assert alarms[f"{function}ThrottlesAlarm"]["Dimensions"] == [
            {"Name": "FunctionName", "Value": template.name(f"{function}Function")}
        ]
