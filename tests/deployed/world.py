"""The deployed program without Lambda: tables, buckets and queues of the real template on moto, the real handlers.

Each call of a handler sees the environment that the template gives it and is held to its role: an AWS call that the
role does not allow ends the test. What each role was used for is kept in `used`, on which keys by which action in
`keys_used`.
"""

import importlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto import mock_aws
from moto.core.botocore_stubber import MockRawResponse

from partner_program.adapters.clock import SandboxClock, SystemClock
from partner_program.adapters.table import Table
from partner_program.bootstrap import runtime
from partner_program.rulebook import load_rulebook
from partner_program.use_cases.operate import move_clock
from partner_program.values.periods import parse_date
from tests.deployed.documented import check_documented
from tests.deployed.events import matches
from tests.deployed.gateway import Reply, http_event, selected
from tests.deployed.permissions import allowed_by, needed
from tests.deployed.template import ACCOUNT, REGION, REPOSITORY, Template, load_template

TRIGGERS = REPOSITORY / "events" / "triggers"
DEFAULT_TODAY = "2024-03-15"
QUEUES = {
    "records": "records_upload",
    "sales": "sales_upload",
    "statement": "rebate_statement",
    "review": "account_review",
    "mail": "notice_mail",
    "bank_status": "bank_status",
    "statement_document": "statement_document",
}
"""Queue → the function that it feeds."""
STREAM_FED = {"account_assessment": "Facts", "notifications": "States"}
"""Function → its event source on the program table's stream."""


class AccessDenied(BaseException):
    """The role does not allow the call. No `Exception`: no handler may take it for a failed message and go on."""


@dataclass
class Context:
    """As much of Lambda's context as the handlers use."""

    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:any"
    remaining_ms: int = 900_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


@dataclass
class World:
    """Use through the fixture `world`."""

    monkeypatch: pytest.MonkeyPatch
    template: Template
    used: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    keys_used: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    _role: str | None = None
    _events: int = 0
    _stream_position: dict[str, str | None] = field(default_factory=dict)

    # -- clients of the test itself

    @cached_property
    def dynamodb(self) -> Any:
        return boto3.client("dynamodb", region_name=REGION)

    @cached_property
    def s3(self) -> Any:
        return boto3.client("s3", region_name=REGION)

    @cached_property
    def sqs(self) -> Any:
        return boto3.client("sqs", region_name=REGION)

    @cached_property
    def kms(self) -> Any:
        return boto3.client("kms", region_name=REGION)

    @cached_property
    def program(self) -> Table:
        return Table(self.dynamodb, self.template.name("ProgramTable"))

    @cached_property
    def sales(self) -> Table:
        return Table(self.dynamodb, self.template.name("SalesTable"))

    @cached_property
    def payments(self) -> Table:
        return Table(self.dynamodb, self.template.name("PaymentsTable"))

    @cached_property
    def bank_details(self) -> Table:
        return Table(self.dynamodb, self.template.name("BankDetailsTable"))

    # -- making it

    def make(self) -> None:
        """Everything of the template that the handlers touch."""
        for logical_id, properties in self.template.of_type("AWS::DynamoDB::Table").items():
            settings = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
            wanted = {name: properties[name] for name in settings if name in properties}
            if "StreamSpecification" in properties:
                wanted["StreamSpecification"] = properties["StreamSpecification"] | {"StreamEnabled": True}
            self.dynamodb.create_table(TableName=self.template.name(logical_id), **wanted)
        for logical_id in self.template.of_type("AWS::S3::Bucket"):
            name = self.template.name(logical_id)
            self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
            self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        for logical_id in self.template.of_type("AWS::KMS::Key"):
            self.template.made[logical_id] = self.kms.create_key()["KeyMetadata"]["KeyId"]
        secrets = boto3.client("secretsmanager", region_name=REGION)
        for logical_id in self.template.of_type("AWS::SecretsManager::Secret"):
            made = secrets.create_secret(Name=self.template.name(logical_id), SecretString="x" * 64)
            self.template.made[logical_id] = made["ARN"]
        queues = self.template.of_type("AWS::SQS::Queue")
        for logical_id in sorted(queues, key=lambda name: "RedrivePolicy" in queues[name]):
            self._make_queue(logical_id, queues[logical_id])
        self._make_bus()
        sender = self.template.environment("notice_mail")["NOTICE_SENDER"]
        boto3.client("ses", region_name=REGION).verify_email_identity(EmailAddress=sender)

    def _make_bus(self) -> None:
        """The bus of notices, with its rules and their targets."""
        events = boto3.client("events", region_name=REGION)
        events.create_event_bus(Name=self.template.name("NoticeBus"))
        for logical_id, rule in self.template.of_type("AWS::Events::Rule").items():
            if "EventBusName" not in rule:
                continue
            name, bus, pattern = self.template.name(logical_id), rule["EventBusName"], json.dumps(rule["EventPattern"])
            events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern, State="ENABLED")
            targets: Any = [{"Id": target["Id"], "Arn": target["Arn"]} for target in rule["Targets"]]
            events.put_targets(Rule=name, EventBusName=bus, Targets=targets)

    def _make_queue(self, logical_id: str, properties: dict[str, Any]) -> None:
        attributes = {"VisibilityTimeout": str(properties.get("VisibilityTimeout", 30))}
        if "RedrivePolicy" in properties:
            attributes["RedrivePolicy"] = json.dumps(properties["RedrivePolicy"])
        name = self.template.name(logical_id).rsplit("/", 1)[-1]
        self.sqs.create_queue(QueueName=name, Attributes=attributes)

    # -- the outside

    def today(self, day: str) -> None:
        """Move the sandbox's clock."""
        system = SystemClock(load_rulebook().time_zone)
        move_clock(SandboxClock(self.program, system), parse_date(day), sandbox=True)

    def upload(self, key: str, body: bytes | str) -> dict[str, Any]:
        """Put an object; the event that EventBridge would forward, not delivered yet."""
        content = body if isinstance(body, bytes) else body.encode()
        put = self.s3.put_object(Bucket=self.template.name("UploadsBucket"), Key=key, Body=content)
        self._events += 1
        event = json.loads(trigger("sales_upload", "pos_report")["Records"][0]["body"])
        event["time"] = f"2024-03-15T10:{self._events // 60:02d}:{self._events % 60:02d}Z"
        event["detail"]["object"] = {
            "key": key, "size": len(content), "etag": put["ETag"].strip('"'),
            "version-id": put["VersionId"], "sequencer": f"{self._events:018X}",
        }  # fmt: skip
        return dict(event)

    def send(self, queue: str, message: dict[str, Any] | str) -> None:
        """Put a message on the queue of `QUEUES` that it names."""
        body = message if isinstance(message, str) else json.dumps(message)
        self.sqs.send_message(QueueUrl=self.queue_url(queue), MessageBody=body)

    def upload_and_deliver(self, key: str, body: bytes | str) -> None:
        """Upload, and let everything that follows from it happen."""
        queues = {"pos": "sales", "bank-status": "bank_status"}
        self.send(queues.get(key.split("/")[0], "records"), self.upload(key, body))
        self.settle()

    def take_in(self, records: Mapping[str, str], name: str = "2024-01") -> None:
        """Upload a records file of each kind."""
        for kind, body in records.items():
            self.send("records", self.upload(f"records/{kind}/{name}.csv", body))
        self.settle()

    def settle(self) -> None:
        """Run handlers until queues and stream are empty."""
        for _ in range(50):
            if not any([*(self.run_queue(queue) for queue in QUEUES), self.run_stream()]):
                return
        raise AssertionError("the program does not come to rest")

    # -- what Lambda does

    def call(self, function: str, event: dict[str, Any], context: Context | None = None) -> Any:
        """Call a handler with its own environment and held to its own role."""
        with self.monkeypatch.context() as patch, self._as(function):
            for name, value in self.template.environment(function).items():
                patch.setenv(name, value)
            handler = importlib.import_module(f"functions.{function}.app").handler
            return handler(event, context or Context())

    def invoked(self, request: Any, **_: Any) -> AWSResponse:
        """A function calls another and waits for it: asked by botocore in Lambda's place."""
        called = request.url.split("/functions/")[1].split("/")[0]
        ids = {self.template.name(f"{self.template.function_id(one)}Function"): one for one in self.template.functions}
        answer = json.dumps(self.call(ids[called], json.loads(request.body))).encode()
        return AWSResponse(request.url, 200, HTTPHeaders(), MockRawResponse(answer))

    def ask(self, method: str, path: str, by: Mapping[str, str] | None = None, **given: Any) -> Reply:
        """A request to the API through the gateway's route: `by` are claims of the token, e.g. those of `CHANNEL`.

        `query`, `headers` and `body` (JSON, or text as it is) besides. What no route takes is a `KeyError`.
        """
        route = selected(self.template, method, path)
        event = http_event(method, path, route.key, by if route.asks_for_a_token else None, **given)
        reply = Reply.read(self.call(route.function, event))
        check_documented(method, path, reply.status, reply.headers)
        return reply

    def run_queue(self, queue: str, context: Context | None = None) -> list[dict[str, Any]]:
        """One batch through the function that the queue feeds; the messages of it. Failed ones stay."""
        url = self.queue_url(queue)
        received = self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"], MessageAttributeNames=["All"]
        )
        messages: list[dict[str, Any]] = received.get("Messages", [])
        if not messages:
            return []
        answer = self.call(QUEUES[queue], sqs_event(messages), context)
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in failed:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return messages

    def run_stream(self) -> bool:
        """New records of the program table's stream to each function whose filter in the template they pass."""
        new, worked = self.new_stream_records(), False
        for function in STREAM_FED:
            records = [record for record in new if self.passes_filter(record, function)]
            if records:
                self.call(function, {"Records": records})
                worked = True
        return worked

    def new_stream_records(self) -> list[dict[str, Any]]:
        """What the program table's stream has that was not read before."""
        streams = boto3.client("dynamodbstreams", region_name=REGION)
        arn = self.dynamodb.describe_table(TableName=self.program.name)["Table"]["LatestStreamArn"]
        found: list[dict[str, Any]] = []
        for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            start = self._stream_position.get(shard["ShardId"])
            how = {"ShardIteratorType": "TRIM_HORIZON"} if start is None else {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": start
            }  # fmt: skip
            iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], **how)["ShardIterator"]
            records = streams.get_records(ShardIterator=iterator)["Records"]
            if records:
                self._stream_position[shard["ShardId"]] = records[-1]["dynamodb"]["SequenceNumber"]
            found += records
        return found

    def passes_filter(self, record: dict[str, Any], function: str = "account_assessment") -> bool:
        """Lambda's event filter, as far as the template's patterns go."""
        return any(matches(record, pattern) for pattern in self.filter_patterns[function])

    @cached_property
    def filter_patterns(self) -> dict[str, list[dict[str, Any]]]:
        """By function."""
        sources = {name: self.template.functions[name]["Events"][event] for name, event in STREAM_FED.items()}
        return {
            name: [json.loads(entry["Pattern"]) for entry in source["Properties"]["FilterCriteria"]["Filters"]]
            for name, source in sources.items()
        }

    # -- looking

    def queue_url(self, queue: str) -> str:
        """Of `sales`, `sales_dead_letter` …"""
        return self.template.name(queue.title().replace("_", "") + "Queue")

    def messages_on(self, queue: str) -> list[dict[str, Any]]:
        """Takes them off the queue."""
        taken: list[dict[str, Any]] = []
        url = self.queue_url(queue)
        while found := self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            taken += found
        return taken

    def mails(self) -> list[Any]:
        """What SES has taken, in order: `subject`, `body` (the HTML), `destinations`."""
        from moto.ses.models import ses_backends

        return list(ses_backends[ACCOUNT][REGION].sent_messages)

    def result(self, key: str) -> Any:
        """A JSON document of the results bucket."""
        body = self.s3.get_object(Bucket=self.template.name("ResultsBucket"), Key=key)["Body"].read()
        return json.loads(body)

    def results(self) -> list[str]:
        """Keys of the results bucket."""
        listed = self.s3.list_objects_v2(Bucket=self.template.name("ResultsBucket")).get("Contents", [])
        return sorted(entry["Key"] for entry in listed)

    def state(self, account_id: str) -> dict[str, Any] | None:
        """An account's state as it is stored."""
        item = self.program.get(f"ACCOUNT#{account_id}", "STATE")
        return json.loads(str(item["body"])) if item else None

    # -- the roles

    @contextmanager
    def _as(self, function: str) -> Iterator[None]:
        before, self._role = self._role, function
        try:
            yield
        finally:
            self._role = before

    def authorize(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        """Called by botocore before each request that a handler makes."""
        assert self._role is not None, "only handlers use these clients"
        for action, resource, values in needed(model.service_model.service_name, model.name, params):
            sid = allowed_by(self.template.statements(self._role), action, resource, values)
            if sid is None:
                raise AccessDenied(f"{self._role} may not {action} on {resource} with {values}")
            self.used.setdefault(self._role, set()).add((sid, action))
            keys = values.get("dynamodb:LeadingKeys", ())
            self.keys_used.setdefault((self._role, sid, action), set()).update(keys)


def trigger(function: str, name: str) -> dict[str, Any]:
    """A recorded trigger of `events/triggers`."""
    found: dict[str, Any] = json.loads((TRIGGERS / function / f"{name}.json").read_text(encoding="utf-8"))
    return found


def sqs_event(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """As Lambda hands a batch over."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "eventSource": "aws:sqs",
            }
            for message in messages
        ]
    }


@cache
def service_descriptions() -> Any:
    """Read once for all tests: botocore's descriptions of the services are megabytes of JSON."""
    return botocore.session.get_session().get_component("data_loader")


@contextmanager
def deployed(monkeypatch: pytest.MonkeyPatch, **parameters: str) -> Iterator[World]:
    """A world, as long as the block lasts."""
    with mock_aws():
        world = World(monkeypatch, load_template(**parameters))
        runtime.forget_clients()
        runtime.session().register_component("data_loader", service_descriptions())
        runtime.session().register("before-parameter-build", world.authorize)
        runtime.session().register("before-send.lambda.Invoke", world.invoked)
        world.make()
        try:
            yield world
        finally:
            runtime.forget_clients()
