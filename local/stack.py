"""The embedded stack: the real template on an emulator of AWS, on loopback, as long as a `with` block lasts."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from local.emulator_process import ACCOUNT_ID, HOST, REGION, REPOSITORY, EmulatorProcess, StackError
from local.packaging import packaged_template
from local.people import People

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_sqs import SQSClient

STACK_NAME = "partner-program"
PACKAGES_BUCKET = "partner-program-packages"
TEMPLATE_KEY = "template.json"
TEMPLATE = REPOSITORY / "template.yaml"

ANY_SECRET = "local"  # noqa: S105  # the emulator checks no signature
CLIENT_CONFIG = Config(
    account_id_endpoint_mode="disabled",
    proxies={},  # this machine is reached without one
    read_timeout=920,  # longer than the longest function
    retries={"mode": "standard", "total_max_attempts": 2},
    s3={"addressing_style": "path"},
)

DEPLOY_TIMEOUT_SECONDS = 120
QUIET_TIMEOUT_SECONDS = 900
QUIET_QUESTION_MS = 2_000
REDELIVERIES = 20
"""Enough for a queue to give up on a message (its maxReceiveCount) and hand it to its dead-letter queue."""


def emulated_api_url(endpoint: str, outputs: Mapping[str, str]) -> str:
    """Where the emulator serves the HTTP API: below a path, since not every machine resolves its host names."""
    return f"{endpoint}/_aws/execute-api/{outputs['ApiId']}"


@dataclass
class EmbeddedStack:
    """One emulator process with the deployed template; use it as a context manager.

    Args:
        state: a folder of the stack's own, made if missing; the log, objects and temporary files are in it.
        parameters: template parameters besides `Stage`, which is always `sandbox`.
        port: where to listen; None takes a free one.
        template: the SAM template; its code folders are beside it.
    """

    state: Path
    parameters: dict[str, str] = field(default_factory=dict)
    port: int | None = None
    template: Path = TEMPLATE
    outputs: dict[str, str] = field(default_factory=dict, init=False)
    _emulator: EmulatorProcess = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._emulator = EmulatorProcess(self.state, self.port)

    def __enter__(self) -> Self:
        try:
            self.start()
            self.deploy()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def endpoint(self) -> str:
        """Where every AWS API of the stack is reached."""
        return f"http://{HOST}:{self.port}"

    @property
    def api_url(self) -> str:
        """In front of the paths of the program's HTTP API, `/v1/…`."""
        return emulated_api_url(self.endpoint, self.outputs)

    def token(self, person: str) -> str:
        """An access token of somebody of `local.people.SAMPLE`, good for a minute at least."""
        return self.people.token(person)

    @property
    def log(self) -> Path:
        """The emulator's log: failures of functions with their traces are in it."""
        return self._emulator.log

    @property
    def client_environment(self) -> dict[str, str]:
        """What another program needs in its environment to reach the stack with any AWS SDK."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCOUNT_ID,
            "AWS_SECRET_ACCESS_KEY": ANY_SECRET,
            "AWS_DEFAULT_REGION": REGION,
        }

    def start(self) -> None:
        """Start the emulator and wait until it answers. Raises `StackError` when it does not."""
        self._emulator.start()
        self.port = self._emulator.port

    def stop(self) -> None:
        """Stop the emulator, in order if it will. Never raises for one already gone."""
        self._emulator.stop()

    def deploy(self) -> None:
        """Package and deploy the template; then read its outputs.

        Raises:
            StackError: the deployment failed; the message names the resources and the reasons.
        """
        self.s3.create_bucket(Bucket=PACKAGES_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        self._create()
        self.outputs = self._wait_until_deployed()

    def wait_until_quiet(self, timeout_seconds: int = QUIET_TIMEOUT_SECONDS) -> None:
        """Return when no notification, message, stream record or running function is left.

        A message whose handler failed is delivered again at once, as often as its queue allows; what then lies in a
        dead-letter queue counts as at rest.

        Raises:
            StackError: work is left after `timeout_seconds`, or the emulator is gone.
        """
        end = time.monotonic() + timeout_seconds
        redeliveries = 0
        while True:
            answer = self._emulator.ask("GET", f"/_runner/quiet?timeout_ms={QUIET_QUESTION_MS}")
            under_way: dict[str, int] = answer["under_way"]
            if not under_way:
                return
            if set(under_way) == {"waiting"} and redeliveries < REDELIVERIES:
                redeliveries += 1
                self._emulator.ask("POST", "/_runner/redeliver")
            elif time.monotonic() >= end or set(under_way) == {"waiting"}:
                raise StackError(f"still under way: {under_way}; failed: {answer['failed']}; log: {self.log}")

    def dead_letters(self) -> dict[str, int]:
        """Messages in each dead-letter queue that is not empty, by the name of the stack's output."""
        depths = {
            name: int(
                self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])[
                    "Attributes"
                ]["ApproximateNumberOfMessages"]
            )
            for name, url in self.outputs.items()
            if name.endswith("DeadLetterQueueUrl")
        }
        return {name: depth for name, depth in depths.items() if depth}

    @cached_property
    def s3(self) -> "S3Client":
        """S3 of the stack."""
        return self._session.client("s3", endpoint_url=self.endpoint, config=CLIENT_CONFIG)

    @cached_property
    def sqs(self) -> "SQSClient":
        """SQS of the stack."""
        return self._session.client("sqs", endpoint_url=self.endpoint, config=CLIENT_CONFIG)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """DynamoDB of the stack."""
        return self._session.client("dynamodb", endpoint_url=self.endpoint, config=CLIENT_CONFIG)

    @cached_property
    def kms(self) -> "KMSClient":
        """KMS of the stack."""
        return self._session.client("kms", endpoint_url=self.endpoint, config=CLIENT_CONFIG)

    @cached_property
    def functions(self) -> "LambdaClient":
        """Lambda of the stack."""
        return self._session.client("lambda", endpoint_url=self.endpoint, config=CLIENT_CONFIG)

    @cached_property
    def scheduler(self) -> "EventBridgeSchedulerClient":
        """EventBridge Scheduler of the stack."""
        return self._session.client("scheduler", endpoint_url=self.endpoint, config=CLIENT_CONFIG)

    @cached_property
    def cognito(self) -> "CognitoIdentityProviderClient":
        """Cognito's user pools of the stack."""
        return self._session.client("cognito-idp", endpoint_url=self.endpoint, config=CLIENT_CONFIG)

    @cached_property
    def people(self) -> People:
        """Who may use the API; the sample people are made with the first question."""
        people = People(self.cognito, self.outputs["UserPool"], self.outputs["UserPoolClient"])
        people.make_sample()
        return people

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        """CloudFormation of the stack."""
        return self._session.client("cloudformation", endpoint_url=self.endpoint, config=CLIENT_CONFIG)

    @cached_property
    def _session(self) -> boto3.Session:
        # Not from the environment: a developer's own profile must neither be needed nor be reached.
        without_profile = botocore.session.Session(session_vars={"profile": (None, [], None, None)})
        return boto3.Session(
            aws_access_key_id=ACCOUNT_ID,
            aws_secret_access_key=ANY_SECRET,
            region_name=REGION,
            botocore_session=without_profile,
        )

    def _upload_package(self, key: str, archive: bytes) -> str:
        self.s3.put_object(Bucket=PACKAGES_BUCKET, Key=key, Body=archive)
        return f"s3://{PACKAGES_BUCKET}/{key}"

    def _create(self) -> None:
        parameters = {**self.parameters, "Stage": "sandbox"}
        # By address, as `sam deploy` does: a request may hold no more than 51 200 bytes of template.
        body = json.dumps(packaged_template(self.template, self._upload_package)).encode()
        self._upload_package(TEMPLATE_KEY, body)
        try:
            self.cloudformation.create_stack(
                StackName=STACK_NAME,
                TemplateURL=f"{self.endpoint}/{PACKAGES_BUCKET}/{TEMPLATE_KEY}",
                Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
                Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            )
        except ClientError as refused:
            raise StackError(f"{STACK_NAME} was refused: {refused}") from refused

    def _wait_until_deployed(self) -> dict[str, str]:
        end = time.monotonic() + DEPLOY_TIMEOUT_SECONDS
        while True:
            stack = self.cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
            if stack["StackStatus"] == "CREATE_COMPLETE":
                return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
            if stack["StackStatus"] != "CREATE_IN_PROGRESS" or time.monotonic() >= end:
                raise StackError(f"{STACK_NAME} is {stack['StackStatus']}:\n{self._deployment_failures()}")
            time.sleep(0.05)

    def _deployment_failures(self) -> str:
        events = self.cloudformation.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
        return "\n".join(
            f"{event.get('LogicalResourceId')}: {event.get('ResourceStatusReason', '')}"
            for event in events
            if "FAILED" in event.get("ResourceStatus", "")
        )


__all__ = ["EmbeddedStack", "StackError"]
