"""Bank accounts are sealed for one site, revision and face; KMS (moto) and the fake do the same."""

import base64
import traceback
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from partner_program.adapters.bank_vault import MOST_BYTES, KmsBankOpener, KmsBankSealer
from partner_program.domain.payments.bank import BankAccount, BankRevision
from partner_program.use_cases.payment_ports import BankOpener, BankSealer, SealBroken
from tests.fakes.payment_documents import GERMAN_IBAN, bank_account, revision
from tests.fakes.payments import FakeBankVault


class Vault(NamedTuple):
    sealer: BankSealer
    opener: BankOpener


@pytest.fixture
def kms() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("kms", region_name="eu-central-1")


@pytest.fixture
def key(kms: Any) -> str:
    return str(kms.create_key()["KeyMetadata"]["Arn"])


@pytest.fixture(params=["in memory", "on KMS"])
def vault(request: pytest.FixtureRequest) -> Vault:
    if request.param == "in memory":
        fake = FakeBankVault()
        return Vault(fake, fake)
    kms, key = request.getfixturevalue("kms"), request.getfixturevalue("key")
    return Vault(KmsBankSealer(kms, key), KmsBankOpener(kms, key))


def sealed(vault: Vault, site_id: str = "S1", number: int = 1) -> BankRevision:
    return revision(site_id, number, sealed=vault.sealer.seal(site_id, number, bank_account()))


def told_by(broken: pytest.ExceptionInfo[BaseException]) -> str:
    """All that a log would show of an error."""
    return "".join(traceback.format_exception(broken.value)) + repr(broken.value.__context__)


@pytest.mark.rule("R-5.4c")
@pytest.mark.parametrize(
    "account",
    [
        bank_account(),
        bank_account("Société Générale d’Été"),
        BankAccount(scheme="other", number="000123456789", bic="CITIUS33XXX", country="US", holder="Partner Inc."),
        BankAccount(scheme="iban", number=GERMAN_IBAN, bic=None, country="DE", holder="Partner One"),
    ],
)
def test_a_sealed_account_comes_back_as_it_was(vault: Vault, account: BankAccount) -> None:
    face = account.model_dump(exclude={"number"}) | {"last_four": account.last_four}
    kept = revision(sealed=vault.sealer.seal("S1", 1, account)).model_copy(update=face)
    assert vault.opener.open(kept) == account


@pytest.mark.rule("R-5.4c")
@pytest.mark.catalogue("B73")
@pytest.mark.parametrize("other", [("S2", 1), ("S1", 2), ("S1", 11), ("S", 11)])
def test_a_seal_that_was_made_for_another_site_or_revision_is_broken(vault: Vault, other: tuple[str, int]) -> None:
    kept = sealed(vault, "S1", 1)
    moved = kept.model_copy(update={"site_id": other[0], "number": other[1]})
    with pytest.raises(SealBroken) as broken:
        vault.opener.open(moved)
    assert GERMAN_IBAN not in told_by(broken)
    assert vault.opener.open(kept) == bank_account()


FACES: dict[str, object] = {
    "scheme": "other", "country": "FR", "bic": None, "last_four": "3001", "holder": "Somebody Else",
}  # fmt: skip


@pytest.mark.rule("R-5.4c")
@pytest.mark.parametrize("field", FACES)
def test_a_seal_under_another_face_is_broken(vault: Vault, field: str) -> None:
    shown = sealed(vault).model_copy(update={field: FACES[field]})
    with pytest.raises(SealBroken) as broken:
        vault.opener.open(shown)
    assert GERMAN_IBAN not in told_by(broken)


def flipped(seal: str) -> str:
    raw = bytearray(base64.b64decode(seal))
    raw[-1] ^= 1
    return base64.b64encode(raw).decode()


DAMAGES: dict[str, Callable[[str], str]] = {
    "empty": lambda seal: "",
    "no base64": lambda seal: "*" + seal[1:],
    "no ASCII": lambda seal: "ä" + seal[1:],
    "short": lambda seal: seal[:-4],
    "one bit flipped": flipped,
    "something else": lambda seal: base64.b64encode(b"something else").decode(),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_seal_is_broken(vault: Vault, damage: Callable[[str], str]) -> None:
    kept = sealed(vault)
    with pytest.raises(SealBroken) as broken:
        vault.opener.open(kept.model_copy(update={"sealed": damage(kept.sealed)}))
    assert GERMAN_IBAN not in told_by(broken)


# -- KMS


@pytest.mark.parametrize("seal", ["", "*", "ä", "c2Vh\n"])
def test_what_cannot_be_a_seal_is_not_even_sent(kms: Any, key: str, seal: str) -> None:
    sent: list[str] = []
    kms.meta.events.register("before-call.kms.Decrypt", lambda **_: sent.append("decrypt"))
    with pytest.raises(SealBroken, match="damaged"):
        KmsBankOpener(kms, key).open(revision(sealed=seal))
    assert sent == []


@pytest.mark.catalogue("B71")
def test_nothing_that_is_kept_or_shown_tells_the_number(kms: Any, key: str) -> None:
    kept = sealed(Vault(KmsBankSealer(kms, key), KmsBankOpener(kms, key)))
    inside = base64.b64decode(kept.sealed)
    for hidden in (GERMAN_IBAN, GERMAN_IBAN[4:], GERMAN_IBAN[:-4]):
        assert hidden.encode() not in inside
        assert hidden not in kept.model_dump_json() + repr(kept) + repr(bank_account()) + str(bank_account())


def test_a_seal_is_bound_to_site_and_revision_by_its_encryption_context(kms: Any, key: str) -> None:
    asked: list[Any] = []
    for call in ("Encrypt", "Decrypt"):
        kms.meta.events.register(f"provide-client-params.kms.{call}", lambda params, **_: asked.append(params))
    KmsBankOpener(kms, key).open(sealed(Vault(KmsBankSealer(kms, key), KmsBankOpener(kms, key)), "S-7", 12))
    context = {"site_id": "S-7", "revision": "12"}
    assert [(params["KeyId"], params["EncryptionContext"]) for params in asked] == [(key, context)] * 2


def test_a_seal_of_another_key_is_broken(kms: Any, key: str) -> None:
    another = str(kms.create_key()["KeyMetadata"]["Arn"])
    kept = sealed(Vault(KmsBankSealer(kms, another), KmsBankOpener(kms, another)))

    def incorrect(**_: Any) -> None:
        raise refusal("IncorrectKeyException")  # as KMS answers; moto does not look at the key

    kms.meta.events.register("before-call.kms.Decrypt", incorrect)
    with pytest.raises(SealBroken):
        KmsBankOpener(kms, key).open(kept)


@pytest.mark.catalogue("B71")
@pytest.mark.parametrize(
    "inside", [b"no JSON " + GERMAN_IBAN.encode(), b'{"number": "%s"}' % GERMAN_IBAN.encode(), b"\xff"]
)
def test_a_seal_with_something_else_inside_is_broken_and_says_nothing_of_it(kms: Any, key: str, inside: bytes) -> None:
    context = {"site_id": "S1", "revision": "1"}
    blob = kms.encrypt(KeyId=key, Plaintext=inside, EncryptionContext=context)["CiphertextBlob"]
    with pytest.raises(SealBroken, match="no bank account") as broken:
        KmsBankOpener(kms, key).open(revision(sealed=base64.b64encode(blob).decode()))
    assert GERMAN_IBAN not in told_by(broken)


def test_an_account_of_as_many_bytes_as_kms_encrypts_is_sealed_and_one_more_is_refused(kms: Any, key: str) -> None:
    room = MOST_BYTES - len(bank_account("").model_dump_json())
    sealer = KmsBankSealer(kms, key)
    assert sealer.seal("S1", 1, bank_account("h" * room))
    with pytest.raises(ValueError, match="cannot be sealed") as refused:
        sealer.seal("S1", 1, bank_account("h" * (room + 1)))
    assert GERMAN_IBAN not in told_by(refused)


# -- KMS does not answer


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "KMS")


@pytest.mark.catalogue("F56")
@pytest.mark.parametrize(
    "code", ["DisabledException", "AccessDeniedException", "ThrottlingException", "KMSInvalidStateException"]
)
def test_what_kms_refuses_flies_as_its_own_error_and_is_no_broken_seal(kms: Any, key: str, code: str) -> None:
    vault = Vault(KmsBankSealer(kms, key), KmsBankOpener(kms, key))
    kept = sealed(vault)

    def refuse(**_: Any) -> None:
        raise refusal(code)

    for call in ("Encrypt", "Decrypt"):
        kms.meta.events.register(f"before-call.kms.{call}", refuse)
    for ask in (lambda: vault.sealer.seal("S1", 2, bank_account()), lambda: vault.opener.open(kept)):
        with pytest.raises(ClientError, match=code) as raised:
            ask()
        assert GERMAN_IBAN not in told_by(raised)
    for call in ("Encrypt", "Decrypt"):
        kms.meta.events.unregister(f"before-call.kms.{call}", refuse)
    assert vault.opener.open(kept) == bank_account()


@pytest.mark.catalogue("F56")
def test_the_fake_refuses_as_it_is_told_to() -> None:
    vault = FakeBankVault()
    kept = sealed(Vault(vault, vault))
    vault.failure = refusal("DisabledException")
    for ask in (lambda: vault.seal("S1", 2, bank_account()), lambda: vault.open(kept)):
        with pytest.raises(ClientError, match="Disabled"):
            ask()
    assert vault.opened == []
