"""What all tests share: an environment that cannot reach a real AWS account, and the effort of property tests."""

import os

import pytest
from hypothesis import HealthCheck, settings

# boto3 reads these when a client is made; a test that needs others sets them itself.
TEST_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    # botocore would send DescribeStream to a host per account, which moto does not answer.
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    "POWERTOOLS_METRICS_NAMESPACE": "PartnerProgram",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_TRACE_DISABLED": "true",
}
# Read when a handler's module is imported, which some tests do while they are collected.
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", TEST_ENVIRONMENT["POWERTOOLS_METRICS_NAMESPACE"])
AMBIENT_SETTINGS = (
    "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE",
    "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS",  # a CI that wants colours in its log is no terminal
)  # fmt: skip

# Deadlines are off: the machine is shared, and a slow example is no wrong one.
settings.register_profile("full", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("short", deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "full"))


@pytest.fixture(autouse=True)
def isolated_aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test sees fake credentials, no endpoint and no terminal, whatever the developer's shell has set."""
    for name in AMBIENT_SETTINGS:
        monkeypatch.delenv(name, raising=False)
    for name, value in TEST_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
