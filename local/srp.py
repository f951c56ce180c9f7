"""Signing in to a Cognito user pool by a proof of the password (SRP, RFC 5054 as Cognito has it); it never leaves."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

PRIME = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
"""The 3072-bit group of RFC 3526."""
GENERATOR = 2
_KEY_BYTES = 16
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _padded(number: int) -> bytes:
    """Big-endian, with a zero in front where the first bit is set."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _hashed(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest(), "big")


_MULTIPLIER = _hashed(_padded(PRIME), _padded(GENERATOR))


@dataclass(frozen=True)
class Proof:
    """One sign-in: `public` is sent first (`SRP_A`), `answer` is what the challenge `PASSWORD_VERIFIER` is answered."""

    pool_id: str
    _private: int = field(default_factory=lambda: secrets.randbits(1024), repr=False)

    @property
    def public(self) -> str:
        """`SRP_A`, hexadecimal."""
        return format(pow(GENERATOR, self._private, PRIME), "x")

    def answer(self, challenge: Mapping[str, str], password: str, at: datetime | None = None) -> dict[str, str]:
        """The challenge's responses.

        Raises:
            ValueError: the other side's number is one that an impostor would send.
        """
        user, block = challenge["USER_ID_FOR_SRP"], challenge["SECRET_BLOCK"]
        stamp = _stamp(at or datetime.now(UTC))
        key = self._key(user, password, int(challenge["SALT"], 16), int(challenge["SRP_B"], 16))
        said = self._pool_name.encode() + user.encode() + base64.b64decode(block) + stamp.encode()
        return {
            "USERNAME": user,
            "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "TIMESTAMP": stamp,
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(hmac.digest(key, said, "sha256")).decode(),
        }

    @property
    def _pool_name(self) -> str:
        return self.pool_id.partition("_")[2]

    def _key(self, user: str, password: str, salt: int, other: int) -> bytes:
        mixed = _hashed(_padded(int(self.public, 16)), _padded(other))
        if other % PRIME == 0 or mixed == 0:
            raise ValueError("the user pool does not prove that it knows the password")
        secret = _hashed(_padded(salt), hashlib.sha256(f"{self._pool_name}{user}:{password}".encode()).digest())
        base = other - _MULTIPLIER * pow(GENERATOR, secret, PRIME)
        shared = pow(base, self._private + mixed * secret, PRIME)
        extracted = hmac.digest(_padded(mixed), _padded(shared), "sha256")
        return hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:_KEY_BYTES]


def _stamp(at: datetime) -> str:
    """As Cognito reads it, in English whatever the machine speaks: `Fri May 7 06:05:04 UTC 2027`."""
    return f"{_WEEKDAYS[at.weekday()]} {_MONTHS[at.month - 1]} {at.day} {at:%H:%M:%S} UTC {at.year}"
