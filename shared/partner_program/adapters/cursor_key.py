"""The secret that signs cursors, from Secrets Manager."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def read_key(client: "SecretsManagerClient", secret: str) -> bytes:
    """The key's bytes. One call; who asks keeps it for the life of the environment."""
    return client.get_secret_value(SecretId=secret)["SecretString"].encode()
