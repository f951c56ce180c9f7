"""Bank details sealed with a KMS key of their own (R-5.4c).

The account itself is encrypted by KMS, in the encryption context of its site and revision: a seal that is copied to
another site cannot be opened there. Where the key is disabled, denied or throttled, KMS's error flies: nothing is
stored or paid meanwhile, and nothing is ever kept in the clear instead (F56).
"""

import base64
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from pydantic import ValidationError

from partner_program.domain.payments.bank import BankAccount, BankRevision
from partner_program.use_cases.payment_ports import SealBroken

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

MOST_BYTES = 4096
"""What KMS encrypts in one call."""
_NOT_OURS = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class KmsBankSealer:
    """`BankSealer`: needs `kms:Encrypt` and no more. `key_id` is the key's id or ARN."""

    def __init__(self, client: "KMSClient", key_id: str) -> None:
        self._client = client
        self._key_id = key_id

    def seal(self, site_id: str, number: int, account: BankAccount) -> str:
        """Raises ValueError for an account of more than 4096 bytes."""
        plain = account.model_dump_json().encode()
        if len(plain) > MOST_BYTES:
            raise ValueError("bank details of so many bytes cannot be sealed")
        answer = self._client.encrypt(KeyId=self._key_id, Plaintext=plain, EncryptionContext=_context(site_id, number))
        return base64.b64encode(answer["CiphertextBlob"]).decode()


class KmsBankOpener:
    """`BankOpener`: needs `kms:Decrypt`, which only the payment function has."""

    def __init__(self, client: "KMSClient", key_id: str) -> None:
        self._client = client
        self._key_id = key_id

    def open(self, revision: BankRevision) -> BankAccount:
        """The account, if it is the one whose face the revision shows."""
        try:
            account = BankAccount.model_validate_json(self._plain(revision))
        except ValidationError:
            # `from None`: no error that has seen what was inside the seal goes any further (B71).
            raise SealBroken(f"the seal of {revision.name} holds no bank account") from None
        if not revision.shows(account):
            raise SealBroken(f"the masked face of {revision.name} is not that of its account")
        return account

    def _plain(self, revision: BankRevision) -> bytes:
        try:
            answer = self._client.decrypt(
                KeyId=self._key_id,
                CiphertextBlob=_blob(revision),
                EncryptionContext=_context(revision.site_id, revision.number),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _NOT_OURS:
                raise
            raise SealBroken(f"the seal of {revision.name} is another's or damaged") from None
        return answer["Plaintext"]


def _blob(revision: BankRevision) -> bytes:
    try:
        blob = base64.b64decode(revision.sealed, validate=True)
    except ValueError:
        blob = b""
    if not blob:
        raise SealBroken(f"the seal of {revision.name} is damaged")
    return blob


def _context(site_id: str, number: int) -> dict[str, str]:
    return {"site_id": site_id, "revision": str(number)}
