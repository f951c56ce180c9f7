"""What the emulator's gateway and user pool have to learn to refuse what AWS refuses, in this process only.

ministack routes as AWS does and checks a token's signature, issuer, audience and times against the pool's own keys. It
is laxer, or says more, than AWS here (tests/end_to_end/test_api_gateway.py holds each):

* It takes a token whose header names another algorithm than its signature has, and one that never ends; a claim of
  another type than it should have ends its request with 500.
* It says what a function that raises has raised. AWS answers 500 and not a word of it.
* It hands on a body of any size.
* People can write any attribute of themselves, whatever the app client may write: also whose partner they are; and
  they can sign up where only administrators make people.
* It never applies the CORS configuration of a template, and answers an OPTIONS that nothing is configured for.

That a token is refused when its pre-token-generation function fails is a setting of ministack: see `emulator_process`.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import apigateway, cognito, lambda_svc

JSON = {"Content-Type": "application/json"}
LONGEST_BODY = 10 * 1024 * 1024
"""Bytes of a request that an HTTP API takes."""
LONGEST_EVENT = 6 * 1024 * 1024
"""Bytes of an event that Lambda takes; the body is most of it."""
TIMES = ("exp", "nbf", "iat")

Answer = tuple[int, dict[str, Any], bytes]


def be_as_strict_as_aws() -> None:
    """Put all of it in place; before the first request."""
    check_every_claim()
    keep_errors_to_oneself()
    limit_bodies()
    guard_people()
    apply_cors()


def check_every_claim() -> None:
    """Refuse a token before ministack looks at it, where it would look away or stumble."""
    validate = apigateway._validate_jwt_authorizer

    async def strict(route: Any, authorizer: Any, headers: Any, query: Any) -> Any:
        token = apigateway._extract_token_from_identity_source(authorizer.get("identitySource", []), headers, query)
        if token and not is_well_formed(token):
            return None, None, apigateway._jwt_unauthorized()
        return await validate(route, authorizer, headers, query)

    apigateway._validate_jwt_authorizer = strict


def is_well_formed(token: str) -> bool:
    """Whether a token says that it is signed by RS256, when it ends, and has claims of the types they must have."""
    parts = token.split(".")
    try:
        header, claims = (_decoded(part) for part in parts[:2])
    except ValueError:
        return False
    return (
        len(parts) == 3
        and header.get("alg") == "RS256"
        and isinstance(header.get("kid"), str)
        and isinstance(claims.get("iss"), str)
        and "exp" in claims
        and all(type(claims[name]) in (int, float) for name in TIMES if name in claims)
    )


def _decoded(part: str) -> Mapping[str, Any]:
    found = json.loads(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def keep_errors_to_oneself() -> None:
    """A function that raises is answered as AWS answers it."""
    convert = lambda_svc.lambda_execute_result_to_api_proxy_response

    def silent(result: dict[str, Any]) -> Any:
        if result.get("error") and not result.get("throttle"):
            return {"statusCode": 500, "headers": JSON, "body": '{"message":"Internal Server Error"}'}, None
        return convert(result)

    lambda_svc.lambda_execute_result_to_api_proxy_response = silent


def limit_bodies() -> None:
    """Neither the gateway nor Lambda takes a body of any size."""
    execute = apigateway.handle_execute

    async def limited(
        api_id: str,
        stage: str,
        path: str,
        method: str,
        headers: Mapping[str, str],
        body: bytes,
        *rest: Any,
        **named: Any,
    ) -> Answer:
        as_text = apigateway._v2_request_body_is_text(headers.get("content-type"))
        in_event = len(body or b"") if as_text else len(body or b"") * 4 // 3
        if len(body or b"") > LONGEST_BODY or in_event > LONGEST_EVENT:
            return 413, dict(JSON), b'{"message":"Request Entity Too Large"}'
        answer: Answer = await execute(api_id, stage, path, method, headers, body, *rest, **named)
        return answer

    apigateway.handle_execute = limited


def guard_people() -> None:
    """People write those of their attributes that the app client of their token may write, and make no people."""
    update = cognito._update_user_attributes

    def guarded(data: dict[str, Any]) -> Any:
        client_id = cognito._token_claims(data.get("AccessToken", "")).get("client_id")
        clients = (pool["_clients"] for pool in cognito._user_pools.values())
        client: dict[str, Any] = next((found[client_id] for found in clients if client_id in found), {})
        writable = client.get("WriteAttributes") or []
        if writable and any(one.get("Name") not in writable for one in data.get("UserAttributes", [])):
            refusal = "A client attempted to write unauthorized attribute"
            return error_response_json("NotAuthorizedException", refusal, 400)
        return update(data)

    cognito._update_user_attributes = guarded
    sign_up = cognito._sign_up

    def invited(data: dict[str, Any]) -> Any:
        pool, _ = cognito._pool_for_client(data.get("ClientId"))
        if ((pool or {}).get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly") is True:
            return error_response_json("NotAuthorizedException", "SignUp is not permitted for this user pool", 400)
        return sign_up(data)

    cognito._sign_up = invited


def apply_cors() -> None:
    """A template's CORS configuration has its names in capitals, and ministack looks for others."""
    headers_of, preflight = apigateway._cors_response_headers, apigateway._cors_preflight_response

    def answered(configured: Mapping[str, Any], origin: str) -> Any:
        if not configured:
            return apigateway._http_api_not_found()  # no route takes OPTIONS
        return preflight(_as_api(configured), origin)

    apigateway._cors_response_headers = lambda configured, origin: headers_of(_as_api(configured), origin)
    apigateway._cors_preflight_response = answered


def _as_api(configured: Mapping[str, Any]) -> dict[str, Any]:
    return {name[:1].lower() + name[1:]: value for name, value in configured.items()}
