"""A stack whose people are known to an OpenID Connect issuer of the vendor's own."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from typer.testing import CliRunner

from local.cli import app
from local.stack import EmbeddedStack
from tests.end_to_end.api_client import ask
from tests.end_to_end.tokens import signed

pytestmark = pytest.mark.end_to_end
AN_HOUR = 3_600
"""How long tokens are good: between the first and the last question are cold starts."""


@contextmanager
def issuer_of_ones_own(key: rsa.RSAPrivateKey) -> Iterator[str]:
    """Serves what OpenID Connect discovery asks for; its address. (AWS wants https, the template says so.)"""
    number = key.public_key().public_numbers()
    served: dict[str, Any] = {
        "/keys": {"keys": [{"kty": "RSA", "kid": "1", "alg": "RS256", "n": as_text(number.n), "e": as_text(number.e)}]}
    }

    class Issuer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(served.get(self.path, {})).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
    address = f"http://127.0.0.1:{server.server_port}"
    served["/.well-known/openid-configuration"] = {"issuer": address, "jwks_uri": f"{address}/keys"}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()


def as_text(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode().rstrip("=")


def test_people_of_another_issuer_are_known_by_the_claims_that_are_named_and_no_pool_is_made(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with issuer_of_ones_own(key) as issuer:
        named = {"PersonClaim": "email", "RolesClaim": "roles", "PartnerClaim": "https://vendor.example/partner"}
        with EmbeddedStack(tmp_path, {"OidcIssuer": issuer, "OidcAudience": "partner-api"} | named) as stack:
            claims = {
                "iss": issuer, "aud": "partner-api", "sub": "u1", "exp": int(time.time()) + AN_HOUR,
                "email": "anna@partner.example", "roles": ["partner"], "https://vendor.example/partner": "P1001",
            }  # fmt: skip

            def asked(**changes: Any) -> int:
                token = signed({"alg": "RS256", "kid": "1"}, {**claims, **changes}, key)
                return ask(stack, "GET", "/v1/accounts", token).status

            assert asked() == 200
            assert asked(aud=["another", "partner-api"]) == 200
            assert asked(roles=["channel", "something else"]) == 200
            assert asked(aud="another") == asked(iss="https://login.example") == asked(exp=int(time.time()) - 1) == 401
            assert asked(roles=[]) == asked(email="") == asked(**{"https://vendor.example/partner": ["P1001"]}) == 403
            assert asked(partner_id="P1001", **{"https://vendor.example/partner": ""}) == 403, "the named claim only"
            assert "UserPool" not in stack.outputs
            result = CliRunner().invoke(app, ["api", "token", "anna"], env=stack.client_environment)
            assert (result.exit_code, issuer in result.output) == (2, True)
