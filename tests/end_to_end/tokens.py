"""Tokens that the API must not take: forged without the pool's key, and such as only the pool's own key could make.

The key of the embedded stack's pool lies in its state folder. With it each check of the authorizer is tried alone: a
token that is right but for its issuer, its audience, its end.
"""

import base64
import hmac
import json
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from local.people import People, Person
from local.stack import EmbeddedStack

Claims = dict[str, Any]
_OTHER_POOLS: dict[str, str] = {}
"""Stack → a token of another pool of it; made once."""
A_DAY = 86_400


def bad_tokens(stack: EmbeddedStack, good: str, other: str) -> dict[str, str]:
    """By name, tokens of which each is to be answered 401.

    Args:
        stack: whose pool gave both.
        good: an access token of the one who tries.
        other: one of somebody else, in whose name some of them are.
    """
    return forged(stack, good, other) | misused(stack, good) | of_other_pools(stack)


def forged(stack: EmbeddedStack, good: str, other: str) -> dict[str, str]:
    """What anybody can make of tokens that they have seen, and of the pool's public key."""
    header, claims = read(other)
    public = pool_key(stack).public_key()
    stranger = strangers_key()
    as_text = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _, own = read(good)
    signature, of_other = good.split(".")[2], other.split(".")
    jwk = {"kty": "RSA", "n": _number(stranger.public_key().public_numbers().n), "e": "AQAB", "alg": "RS256"}
    return {
        "unsigned": f"{_said({'alg': 'none', 'typ': 'JWT'}, claims)}.",
        "unsigned, with the kid": f"{_said(header | {'alg': 'none'}, claims)}.",
        "unsigned, in other letters": f"{_said(header | {'alg': 'nOnE'}, claims)}.",
        "without a signature": f"{_said(header, claims)}.",
        "HS256 with the public key": _with_secret(header | {"alg": "HS256"}, claims, as_text),
        "HS256 with nothing": _with_secret(header | {"alg": "HS256"}, claims, b""),
        "another key under the same kid": signed(header, claims, stranger),
        "another key that it brings along": signed(header | {"kid": "mine", "jwk": jwk}, claims, stranger),
        "another key at an address": signed(
            {"alg": "RS256", "kid": "mine", "jku": "https://attacker.example/keys"}, claims, stranger
        ),
        "another's claims under one's own signature": f"{of_other[0]}.{of_other[1]}.{signature}",
        "another partner in one's own": f"{_said(read(good)[0], own | {'partner_id': 'P1002'})}.{signature}",
        "another role in one's own": f"{_said(read(good)[0], own | {'cognito:groups': ['finance']})}.{signature}",
        "half": good[: len(good) // 2],
        "garbage": "garbage",
        "dots": "..",
        "no JSON": "YQ.YQ.YQ",
        "lists": f"{_part([])}.{_part([])}.{signature}",
    }


def misused(stack: EmbeddedStack, good: str) -> dict[str, str]:
    """Signed by the pool's own key, and yet not for this API, or not now."""
    header, claims = read(good)
    key, now = pool_key(stack), int(time.time())
    without = {name: value for name, value in claims.items() if name not in ("exp", "client_id")}
    changed: dict[str, Claims] = {
        "ended": {**claims, "exp": now - 1},
        "ended yesterday": {**claims, "iat": now - 2 * A_DAY, "exp": now - A_DAY},
        "never ends": {**without, "client_id": claims["client_id"]},
        "ends in words": {**claims, "exp": "never"},
        "ends as text": {**claims, "exp": str(now + A_DAY)},
        "ends truly": {**claims, "exp": True},
        "not yet": {**claims, "nbf": now + A_DAY},
        "made tomorrow": {**claims, "iat": now + A_DAY, "exp": now + 2 * A_DAY},
        "another issuer": {**claims, "iss": "https://login.example/realms/x"},
        "another pool as issuer": {**claims, "iss": claims["iss"] + "x"},
        "no issuer": {name: value for name, value in claims.items() if name != "iss"},
        "another client": {**claims, "client_id": "0thers"},
        "another audience": {**claims, "aud": "0thers"},
        "no audience": {**without, "exp": claims["exp"]},
    }
    tokens = {name: signed(header, found, key) for name, found in changed.items()}
    of_pool = stack.people.sign_in(read(good)[1]["username"])
    return tokens | {
        "ID token": of_pool.identity,
        "refresh token": of_pool.refresh,
        "says that it is unsigned": signed(header | {"alg": "none"}, claims, key),
        "says nothing of its key": signed({"alg": "RS256"}, claims, key),
    }


def of_other_pools(stack: EmbeddedStack) -> dict[str, str]:
    """Of somebody whom another pool of the same account has made as it likes."""
    known = _OTHER_POOLS.get(stack.endpoint)
    if known is None:
        pool_id = stack.cognito.create_user_pool(PoolName="another")["UserPool"]["Id"]
        client = stack.cognito.create_user_pool_client(
            UserPoolId=pool_id, ClientName="another", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )
        stack.cognito.create_group(UserPoolId=pool_id, GroupName="finance")
        people = People(stack.cognito, pool_id, str(client["UserPoolClient"]["ClientId"]))
        people.make(Person("fiona", ("finance",)))
        known = _OTHER_POOLS[stack.endpoint] = people.token("fiona")
    return {"of another pool": known}


@cache
def strangers_key() -> rsa.RSAPrivateKey:
    """Anybody's own; made once, since that takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pool_key(stack: EmbeddedStack) -> rsa.RSAPrivateKey:
    """What the pool signs access tokens with."""
    folder = stack.state / "tmp" / "cognito-pool-keys"
    key = load_pem_private_key((folder / f"{stack.outputs['UserPool']}-access.pem").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def read(token: str) -> tuple[Claims, Claims]:
    """Header and claims."""
    header, claims = (
        json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in token.split(".")[:2]
    )
    return header, claims


def signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: rsa.RSAPrivateKey) -> str:
    """Signed by RS256, whatever the header says."""
    said = _said(header, claims)
    return f"{said}.{_text(key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _with_secret(header: Mapping[str, Any], claims: Mapping[str, Any], secret: bytes) -> str:
    said = _said(header, claims)
    return f"{said}.{_text(hmac.digest(secret, said.encode(), 'sha256'))}"


def _said(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    return f"{_part(header)}.{_part(claims)}"


def _part(value: object) -> str:
    return _text(json.dumps(value).encode())


def _number(number: int) -> str:
    return _text(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
