"""What all functions are composed of: clients made once per environment, rulebook and clock anew per invocation."""

from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

from partner_program.adapters.clock import SandboxClock, SystemClock, program_date
from partner_program.adapters.rulebook_source import RulebookSource
from partner_program.adapters.table import Table
from partner_program.bootstrap.settings import Settings
from partner_program.rulebook import Rulebook, load_rulebook

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient

CLIENT_CONFIG = Config(
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "max_attempts": 6},
    max_pool_connections=16,
    tcp_keepalive=True,
)

SEND_ONCE_CONFIG = CLIENT_CONFIG.merge(
    Config(read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1}),
)
"""For SES, which takes a repeated request for a second mail: what fails comes back through the queue. An answer is
waited for less long than a batch reserves for its last message, so that a slow one is not cut off by Lambda."""


@cache
def session() -> Any:
    """The session of botocore: boto3's would add 50 ms to every cold start and nothing that is used here."""
    return botocore.session.get_session()


@cache
def dynamodb() -> "DynamoDBClient":
    """One client of DynamoDB for the life of the environment."""
    return session().create_client("dynamodb", config=CLIENT_CONFIG)  # type: ignore[no-any-return]  # untyped factory


@cache
def s3() -> "S3Client":
    """One client of S3 for the life of the environment."""
    return session().create_client("s3", config=CLIENT_CONFIG)  # type: ignore[no-any-return]  # untyped factory


@cache
def sqs() -> "SQSClient":
    """One client of SQS for the life of the environment."""
    return session().create_client("sqs", config=CLIENT_CONFIG)  # type: ignore[no-any-return]  # untyped factory


@cache
def events() -> "EventBridgeClient":
    """One client of EventBridge for the life of the environment."""
    return session().create_client("events", config=CLIENT_CONFIG)  # type: ignore[no-any-return]  # untyped factory


@cache
def ses() -> "SESV2Client":
    """One client of SES for the life of the environment; it never sends by itself what may have gone out."""
    return session().create_client("sesv2", config=SEND_ONCE_CONFIG)  # type: ignore[no-any-return]  # untyped factory


@cache
def kms() -> "KMSClient":
    """One client of KMS for the life of the environment."""
    return session().create_client("kms", config=CLIENT_CONFIG)  # type: ignore[no-any-return]  # untyped factory


@cache
def secrets() -> "SecretsManagerClient":
    """One client of Secrets Manager for the life of the environment."""
    return session().create_client("secretsmanager", config=CLIENT_CONFIG)  # type: ignore[no-any-return]  # untyped factory


@cache
def functions() -> "LambdaClient":
    """One client of Lambda for the life of the environment. A call that was cut off is not made again by itself."""
    config = CLIENT_CONFIG.merge(Config(read_timeout=25, retries={"mode": "standard", "total_max_attempts": 1}))
    return session().create_client("lambda", config=config)  # type: ignore[no-any-return]  # untyped factory


def forget_clients() -> None:
    """For tests: the next client is made for the environment as it is then."""
    for made in (session, dynamodb, s3, sqs, events, ses, kms, secrets, functions):
        made.cache_clear()


def program_table(settings: Settings) -> Table:
    """The table of facts, states, statements and settings."""
    return Table(dynamodb(), settings.program_table)


def current_rulebook(settings: Settings, program: Table) -> Rulebook:
    """The edition with the owner's values as they stand now: one read; parsed once for each text."""
    return load_rulebook(settings.program_edition, RulebookSource(program).override())


def current_clock(settings: Settings, program: Table, rulebook: Rulebook) -> SystemClock | SandboxClock:
    """Real time; in a sandbox, and nowhere else, the test clock. Its `moment` is written beside acts and into files."""
    system = SystemClock(rulebook.time_zone)
    return SandboxClock(program, system) if settings.sandbox else system


def business_date(scheduled: datetime, settings: Settings, program: Table, rulebook: Rulebook) -> date:
    """The program's date of a schedule's moment, however late it fires; in a sandbox the test clock's."""
    if settings.sandbox:
        return current_clock(settings, program, rulebook).today()
    return program_date(scheduled, rulebook.time_zone)
