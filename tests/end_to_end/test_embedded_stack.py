"""What the runner relies on in the pinned emulator, and what its launcher adds, seen on a small template.

When the pin of ministack moves, these tests say whether the embedded stack still stands.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.stack import EmbeddedStack, StackError

pytestmark = pytest.mark.end_to_end

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: { Type: String, AllowedValues: [sandbox, production] }
Resources:
  SharedLayer:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: shared/ }
  Uploads:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: { Status: Enabled }
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } }
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 5400
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 }
  Dead: { Type: AWS::SQS::Queue }
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [aws.s3]
        detail: { bucket: { name: [!Ref Uploads] }, object: { key: [{ prefix: pos/ }] } }
      Targets: [{ Id: queue, Arn: !GetAtt Queue.Arn }]
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
  First:
    Type: AWS::Serverless::Function
    Properties: &function
      Runtime: python3.13
      Handler: app.handler
      Timeout: 60
      CodeUri: functions/first
      Layers: [!Ref SharedLayer]
      Environment: { Variables: { TABLE: !Ref Table, STAGE: !Ref Stage } }
      Events:
        Queue:
          Type: SQS
          Properties: { Queue: !GetAtt Queue.Arn, BatchSize: 1, FunctionResponseTypes: [ReportBatchItemFailures] }
  Second:
    Type: AWS::Serverless::Function
    Properties:
      <<: *function
      CodeUri: functions/second
      Events:
        Stream:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Table.StreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: 1000
            MaximumBatchingWindowInSeconds: 60
            FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"FACT#"}]}}}}' }] }
        EverySecond:
          Type: ScheduleV2
          Properties: { ScheduleExpression: rate(1 minute), Name: every-minute }
Outputs:
  Uploads: { Value: !Ref Uploads }
  Table: { Value: !Ref Table }
  First: { Value: !Ref First }
  QueueUrl: { Value: !Ref Queue }
  ThatDeadLetterQueueUrl: { Value: !Ref Dead }
"""
FIRST = """
import json, os
import boto3
import partner_program
table = boto3.client("dynamodb")

def handler(event, context):
    if "environment" in event:
        return {**os.environ, "package": partner_program.__file__}
    for record in event["Records"]:
        upload = json.loads(record["body"])["detail"]
        key = upload["object"]["key"]
        if "raises" in key:
            raise ValueError(key)
        if "fails" in key:
            return {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
        for number in range(int(key.split("=")[1])):
            item = {"pk": {"S": f"FACT#{key}#{number}"}, "event": {"S": record["body"]}}
            table.put_item(TableName=os.environ["TABLE"], Item=item)
    return {"batchItemFailures": []}
"""
SECOND = """
import os, uuid
import boto3
import partner_program
table = boto3.client("dynamodb")

def handler(event, context):
    item = {"pk": {"S": f"BATCH#{uuid.uuid4()}"}, "size": {"N": str(len(event["Records"]))}}
    table.put_item(TableName=os.environ["TABLE"], Item=item)
"""


def write_project(folder: Path) -> Path:
    for name, text in {
        "template.yaml": TEMPLATE,
        "shared/partner_program/__init__.py": "",
        "functions/first/app.py": FIRST,
        "functions/second/app.py": SECOND,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "template.yaml"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    template = write_project(tmp_path_factory.mktemp("project"))
    with EmbeddedStack(tmp_path_factory.mktemp("state"), template=template) as running:
        yield running


def upload(stack: EmbeddedStack, key: str) -> str:
    version = stack.s3.put_object(Bucket=stack.outputs["Uploads"], Key=key, Body=b"content")["VersionId"]
    stack.wait_until_quiet()
    return version


def items(stack: EmbeddedStack, prefix: str) -> list[dict[str, Any]]:
    pages = stack.dynamodb.get_paginator("scan").paginate(TableName=stack.outputs["Table"])
    return [item for page in pages for item in page["Items"] if item["pk"]["S"].startswith(prefix)]


def batch_sizes(stack: EmbeddedStack) -> list[int]:
    return [int(item["size"]["N"]) for item in items(stack, "BATCH#")]


def test_quiet_means_that_everything_an_upload_starts_is_done(stack: EmbeddedStack) -> None:
    before = sum(batch_sizes(stack))
    upload(stack, "pos/quiet=40")
    assert len(items(stack, "FACT#pos/quiet")) == 40
    assert sum(batch_sizes(stack)) == before + 40
    attributes = stack.sqs.get_queue_attributes(QueueUrl=stack.outputs["QueueUrl"], AttributeNames=["All"])[
        "Attributes"
    ]
    assert attributes["ApproximateNumberOfMessages"] == attributes["ApproximateNumberOfMessagesNotVisible"] == "0"


@pytest.mark.catalogue("F04")
def test_the_event_of_an_upload_names_the_version_of_the_object(stack: EmbeddedStack) -> None:
    version = upload(stack, "pos/version=1")
    [fact] = items(stack, "FACT#pos/version")
    event = json.loads(fact["event"]["S"])
    assert event["detail"]["object"]["version-id"] == version
    assert event["detail"]["object"]["key"] == "pos/version=1"


def test_other_keys_do_not_match_the_rule(stack: EmbeddedStack) -> None:
    upload(stack, "records/other=1")
    assert items(stack, "FACT#records") == []


def test_the_stream_waits_for_its_window_while_a_queue_batch_runs(stack: EmbeddedStack) -> None:
    before = len(batch_sizes(stack))
    upload(stack, "pos/window=300")
    assert len(batch_sizes(stack)) - before <= 2


def test_the_stream_does_not_wait_when_nothing_runs(stack: EmbeddedStack) -> None:
    started = time.monotonic()
    stack.dynamodb.put_item(TableName=stack.outputs["Table"], Item={"pk": {"S": "FACT#alone"}})
    stack.wait_until_quiet()
    assert time.monotonic() - started < 50  # less than the window of 60 s, with a cold start on a busy machine in it


POLL = """
import time
from local import emulator
from ministack.services import lambda_svc

message, seen = {"visible_at": 0}, []
emulator._consumed_queues = lambda: iter([{"messages": [message]}])

def poll():
    message["visible_at"] = time.time() + 5400
    seen.append(emulator.work_under_way())

seen.append(emulator.work_under_way())
lambda_svc._poll_sqs = poll
emulator.count_polls()
lambda_svc._poll_sqs()
seen.append(emulator.work_under_way())
assert seen == [{"messages": 1}, {"handled": 1}, {"waiting": 1}], seen
"""


def test_a_message_that_a_poll_has_just_taken_is_none_that_a_failed_handler_has_left() -> None:
    """In a process of its own: the emulator's modules change the one that imports them."""
    done = subprocess.run([sys.executable, "-c", POLL], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.catalogue("F16")
@pytest.mark.parametrize("how", ["raises", "fails"])
def test_a_message_that_keeps_failing_ends_among_the_dead_letters(stack: EmbeddedStack, how: str) -> None:
    before = stack.dead_letters().get("ThatDeadLetterQueueUrl", 0)
    upload(stack, f"pos/{how}=1")
    assert stack.dead_letters() == {"ThatDeadLetterQueueUrl": before + 1}


def test_a_function_sees_the_stack_and_nothing_of_the_shell_that_started_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "someone")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with EmbeddedStack(tmp_path / "state", template=write_project(tmp_path / "project")) as stack:
        answer = stack.functions.invoke(FunctionName=stack.outputs["First"], Payload=b'{"environment": 1}')
        environment = json.loads(answer["Payload"].read())
        assert environment["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{stack.port}"
        assert environment["STAGE"] == "sandbox"
        assert "AWS_PROFILE" not in environment
        assert not {"PYTHONPATH", "HTTP_PROXY"} & environment.keys()
        assert Path(environment["package"]).is_relative_to(tmp_path / "state")


def test_a_template_that_cannot_be_deployed_is_an_error_that_says_why(tmp_path: Path) -> None:
    template = write_project(tmp_path / "project")
    template.write_text(TEMPLATE.replace("Type: AWS::SQS::Queue }", "Type: AWS::SQS::Pipe }"))
    with pytest.raises(StackError, match="AWS::SQS::Pipe"), EmbeddedStack(tmp_path / "state", template=template):
        pass


def test_the_emulator_ends_when_the_runner_is_killed(tmp_path: Path) -> None:
    code = (
        "import time; from pathlib import Path; from local.emulator_process import EmulatorProcess\n"
        f"emulator = EmulatorProcess(Path({str(tmp_path / 'state')!r})); emulator.start()\n"
        "print(emulator.process_id, flush=True); time.sleep(60)"
    )
    runner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert runner.stdout is not None
    emulator = int(runner.stdout.readline())
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    runner.stdout.close()
    end = time.monotonic() + 60
    while _runs(emulator) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _runs(emulator)


def _runs(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    # An ended process that nobody has asked about yet still has an id.
    status = Path(f"/proc/{process_id}/status")
    return not (status.exists() and "State:\tZ" in status.read_text())
