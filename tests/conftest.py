"""What all tests share: an environment that cannot reach a real AWS account, and the effort of property tests."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# boto3 reads these when a client is made; a test that needs others sets them itself.
TEST_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    # botocore would send DescribeStream to a host per account, which moto does not answer.
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    "POWERTOOLS_METRICS_NAMESPACE": "PartnerProgram",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_TRACE_DISABLED": "true",
}
# Read when a handler's module is imported, which some tests do while they are collected.
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", TEST_ENVIRONMENT["POWERTOOLS_METRICS_NAMESPACE"])
AMBIENT_SETTINGS = {
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY",
    "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS",  # a CI that wants colours in its log is no terminal
}  # fmt: skip
"""Besides all of AWS, in capitals or not."""

# Deadlines are off: the machine is shared, and a slow example is no wrong one.
settings.register_profile("full", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("short", deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "full"))


@pytest.fixture(scope="session", autouse=True)
def isolated_environment() -> Iterator[None]:
    """Every test and fixture sees fake credentials, no endpoint, proxy or terminal, whatever the developer has set."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.upper() in AMBIENT_SETTINGS or name.startswith("AWS_"):
                patch.delenv(name)
        for name, value in TEST_ENVIRONMENT.items():
            patch.setenv(name, value)
        yield
