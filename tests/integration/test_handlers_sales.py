"""`functions/sales_upload` on the real template's resources: an object comes in, tables and receipts come out."""

import json
from decimal import Decimal
from typing import Any

import pytest

from partner_program.handler_support import FAILED_METRIC
from tests.deployed.events import matches
from tests.deployed.program import (
    ACCOUNT_ID,
    RECORDS,
    pos_line,
    pos_report,
    receipt_key,
    report_key,
)
from tests.deployed.world import Context, World, sqs_event, trigger

REPORT = "2024-02"


@pytest.fixture
def program(world: World) -> World:
    """The world with its records taken in."""
    world.take_in(RECORDS)
    return world


def contributions(world: World) -> list[dict[str, Any]]:
    items = world.program.query(f"ACCOUNT#{ACCOUNT_ID}", prefix="REVENUE#")
    return [json.loads(str(item["body"])) for item in items]


def revenue(world: World) -> Decimal:
    return sum(
        (Decimal(amounts["credit"]) for item in contributions(world) for amounts in item["by_class"].values()),
        Decimal(0),
    )


def reasons(world: World, queue: str) -> list[str]:
    return [message["MessageAttributes"]["reason"]["StringValue"] for message in world.messages_on(queue)]


def metric(output: str, name: str) -> int:
    """The sum of a metric over all that the handlers printed."""
    lines = [json.loads(line) for line in output.splitlines() if line.startswith('{"_aws"')]
    return int(sum(sum(line.get(name, [])) for line in lines))


def test_a_report_becomes_revenue_of_its_account_and_a_receipt(program: World) -> None:
    program.upload_and_deliver(report_key(REPORT), pos_report(pos_line(REPORT, 1), pos_line(REPORT, 2, "50.25")))
    receipt = program.result(receipt_key(REPORT))
    assert (receipt["status"], receipt["lines"], receipt["money"]) == ("posted", 2, {"EUR": "150.25"})
    assert revenue(program) == Decimal("150.25")
    state = program.state(ACCOUNT_ID)
    assert state is not None
    assert Decimal(state["ytd_revenue"]) == Decimal("150.25")
    assert program.messages_on("sales_dead_letter") == []


@pytest.mark.catalogue("F01")
def test_the_same_event_twice_counts_once_and_is_counted_as_a_duplicate(
    program: World, capsys: pytest.CaptureFixture[str]
) -> None:
    event = program.upload(report_key(REPORT), pos_report(pos_line(REPORT, 1)))
    program.send("sales", event)
    program.settle()
    before = contributions(program)
    capsys.readouterr()
    program.send("sales", event)
    program.settle()
    assert contributions(program) == before
    printed = capsys.readouterr().out
    assert (metric(printed, "DuplicateEvents"), metric(printed, "LinesPosted")) == (1, 0)


@pytest.mark.catalogue("F06")
def test_the_same_sales_under_another_report_id_are_duplicates(program: World) -> None:
    program.upload_and_deliver(report_key(REPORT), pos_report(pos_line(REPORT, 1)))
    program.upload_and_deliver(report_key("again"), pos_report(pos_line("again", 1)))
    receipt = program.result(receipt_key("again"))
    assert (receipt["outcomes"]["posted"]["lines"], receipt["outcomes"]["duplicate"]["lines"]) == (0, 1)
    assert revenue(program) == Decimal("100.00")


@pytest.mark.catalogue("B44")
def test_a_held_line_counts_as_soon_as_the_record_that_it_waits_for_arrives(program: World) -> None:
    program.upload_and_deliver(report_key(REPORT), pos_report(pos_line(REPORT, 1), pos_line(REPORT, 2, sku="NEW-1")))
    assert program.result(receipt_key(REPORT))["outcomes"]["held"]["lines"] == 1
    assert revenue(program) == Decimal("100.00")
    more = "sku,name,category,family\nNEW-1,New,software,other\n"
    program.upload_and_deliver("records/products/2024-02.csv", more)
    assert program.result(receipt_key(REPORT))["outcomes"]["held"]["lines"] == 0
    assert revenue(program) == Decimal("200.00")


def test_reprocessing_by_message_changes_nothing_where_nothing_was_mended(program: World) -> None:
    program.upload_and_deliver(report_key(REPORT), pos_report(pos_line(REPORT, 1)))
    before = contributions(program)
    program.send("sales", {"reprocess": {"distributor_id": "D-NORD", "report_id": REPORT}})
    program.settle()
    assert contributions(program) == before
    assert program.messages_on("sales_dead_letter") == []


@pytest.mark.parametrize("name", ["reprocess", "resume"])
def test_asking_for_a_report_that_never_came_is_set_aside_with_its_reason(program: World, name: str) -> None:
    assert program.call("sales_upload", trigger("sales_upload", name)) == {"batchItemFailures": []}
    assert reasons(program, "sales_dead_letter") == ["UNKNOWN_REPORT"]


@pytest.mark.catalogue("B53")
@pytest.mark.parametrize("name", ["a+b", "a%2Fb", "a%2Bb", "é", "a b"])
def test_a_key_is_taken_as_it_stands_and_never_decoded_again(program: World, name: str) -> None:
    program.upload_and_deliver(f"pos/D-NORD/{name}.csv", pos_report(pos_line(name, 1)))
    quarantined = [program.result(key) for key in program.results() if key.startswith("refused/")]
    assert [(found["object_key"], found["refusal"]["code"]) for found in quarantined] == [
        (f"pos/D-NORD/{name}.csv", "KEY_NOT_ALLOWED")
    ]
    assert contributions(program) == []


@pytest.mark.catalogue("B54")
@pytest.mark.parametrize(
    "key",
    [
        "pos/../records/partners/x.csv", "pos/D-NORD/../x.csv", "pos//x.csv", "pos/D-NORD/x/y.csv", "/pos/D-NORD/x.csv",
        "pos/D-NORD/" + "x" * 1009 + ".csv", "pos/D-NORD/x.txt", "hello.txt", "records/nothing/x.csv", "records/x.csv",
    ],
)  # fmt: skip
def test_a_key_that_is_no_upload_of_ours_is_refused_with_a_receipt_and_used_for_nothing(
    program: World, key: str
) -> None:
    before = set(program.results())
    program.upload_and_deliver(key, pos_report(pos_line("x", 1)))
    new = set(program.results()) - before
    assert {found.split("/")[0] for found in new} == {"refused"}
    (receipt,) = [program.result(found) for found in new if found.endswith("receipt.json")]
    assert receipt["object_key"] == key
    assert receipt["refusal"]["code"] in ("KEY_NOT_ALLOWED", "UNKNOWN_KIND")
    assert contributions(program) == []
    assert program.messages_on("sales_dead_letter") + program.messages_on("records_dead_letter") == []


@pytest.mark.catalogue("B55")
def test_a_report_in_another_distributors_name_is_refused_and_counted_as_a_matter_of_security(
    program: World, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    program.upload_and_deliver(report_key(REPORT, "D-SUED"), pos_report(pos_line(REPORT, 1)))
    receipt = program.result(receipt_key(REPORT, "D-SUED"))
    assert (receipt["status"], receipt["refusal"]["code"]) == ("refused", "DISTRIBUTOR_MISMATCH")
    assert contributions(program) == []
    assert metric(capsys.readouterr().out, "SecurityRefusal") == 1


@pytest.mark.catalogue("B56")
@pytest.mark.parametrize("name", ["bad_foreign_bucket", "bad_foreign_account"])
def test_a_message_about_another_bucket_or_account_is_refused_and_alarmed(
    program: World, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    answer = program.call("sales_upload", trigger("sales_upload", name))
    assert answer == {"batchItemFailures": []}
    assert reasons(program, "sales_dead_letter") == ["FOREIGN_SOURCE"]
    assert metric(capsys.readouterr().out, "SecurityRefusal") == 1


@pytest.mark.catalogue("B56")
@pytest.mark.parametrize("function", ["sales_upload", "records_upload"])
def test_the_test_event_of_s3_is_ignored(program: World, function: str) -> None:
    before = program.results()
    assert program.call(function, trigger(function, "test_event")) == {"batchItemFailures": []}
    assert program.results() == before
    assert program.messages_on("sales_dead_letter") + program.messages_on("records_dead_letter") == []


@pytest.mark.catalogue("B57")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bad_not_json", "UNREADABLE_MESSAGE"),
        ("bad_no_object", "UNREADABLE_MESSAGE"),
        ("bad_no_detail", "UNKNOWN_MESSAGE"),
        ("bad_other_event", "UNKNOWN_MESSAGE"),
        ("bad_reprocess", "UNKNOWN_MESSAGE"),
        ("bad_new_version", "UNSUPPORTED_VERSION"),
        ("bad_new_envelope", "UNSUPPORTED_VERSION"),
    ],
)
def test_a_message_that_no_retry_can_help_goes_to_the_dead_letters_and_its_batch_mates_count(
    program: World, name: str, reason: str
) -> None:
    (bad,) = trigger("sales_upload", name)["Records"]
    program.send("sales", program.upload(report_key("first"), pos_report(pos_line("first", 1))))
    program.send("sales", bad["body"])
    program.send("sales", program.upload(report_key("last"), pos_report(pos_line("last", 2))))
    program.settle()
    assert reasons(program, "sales_dead_letter") == [reason]
    assert revenue(program) == Decimal("200.00")


@pytest.mark.catalogue("F04")
def test_an_event_without_a_version_is_refused_and_alarmed(program: World, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    program.call("sales_upload", trigger("sales_upload", "no_version"))
    (receipt,) = [program.result(key) for key in program.results() if key.startswith("refused/")]
    assert receipt["refusal"]["code"] == "NO_VERSION"
    assert metric(capsys.readouterr().out, "UnreadableUpload") == 1


@pytest.mark.catalogue("F05")
def test_an_object_that_is_gone_is_refused_as_missing_alarmed_and_not_tried_for_ever(
    program: World, capsys: pytest.CaptureFixture[str]
) -> None:
    event = program.upload(report_key(REPORT), pos_report(pos_line(REPORT, 1)))
    detail = event["detail"]["object"]
    bucket = program.template.name("UploadsBucket")
    program.s3.delete_object(Bucket=bucket, Key=detail["key"], VersionId=detail["version-id"])
    program.send("sales", event)
    capsys.readouterr()
    program.settle()
    assert program.result(receipt_key(REPORT))["refusal"]["code"] == "MISSING"
    assert metric(capsys.readouterr().out, "UnreadableUpload") == 1


@pytest.mark.catalogue("F04")
def test_an_object_overwritten_before_it_was_read_is_read_as_the_event_named_it(program: World) -> None:
    first = program.upload(report_key(REPORT), pos_report(pos_line(REPORT, 1)))
    program.upload(report_key(REPORT), pos_report(pos_line(REPORT, 1, "999.00")))
    program.send("sales", first)
    program.settle()
    assert program.result(receipt_key(REPORT))["money"] == {"EUR": "100.00"}


@pytest.mark.catalogue("B58")
def test_an_object_over_the_size_limit_is_refused_without_being_downloaded(
    program: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from partner_program.adapters.objects import S3Objects

    opened: list[str] = []
    monkeypatch.setattr(S3Objects, "size", lambda self, ref: 10**12)
    monkeypatch.setattr(S3Objects, "open", lambda self, ref: opened.append(ref.key))
    program.upload_and_deliver(report_key(REPORT), pos_report(pos_line(REPORT, 1)))
    assert program.result(receipt_key(REPORT))["refusal"]["code"] == "TOO_LARGE"
    assert opened == []


@pytest.mark.catalogue("F16")
def test_only_the_message_that_fails_comes_back_soon_and_after_ten_times_it_is_a_dead_letter(
    program: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from partner_program.use_cases.ingest_report import IngestReport

    real = IngestReport.__call__

    def poisoned(self: IngestReport, ref: Any, remaining_ms: Any) -> Any:
        if "poison" in ref.key:
            raise RuntimeError("the database is away")
        return real(self, ref, remaining_ms)

    monkeypatch.setattr(IngestReport, "__call__", poisoned)
    delays: list[int] = []
    from partner_program.adapters.messages import SqsInbox

    def at_once(self: SqsInbox, receipt_handle: str, delay_s: int) -> None:
        delays.append(delay_s)
        self._client.change_message_visibility(
            QueueUrl=self._queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=0
        )

    monkeypatch.setattr(SqsInbox, "retry_after", at_once)
    program.send("sales", program.upload(report_key("poison"), pos_report(pos_line("poison", 7))))
    program.send("sales", program.upload(report_key(REPORT), pos_report(pos_line(REPORT, 1))))
    program.settle()
    assert delays == [15, 60, 240, 960, *[3600] * 6]
    (letter,) = program.messages_on("sales_dead_letter")
    assert json.loads(letter["Body"])["detail"]["object"]["key"] == report_key("poison")
    assert revenue(program) == Decimal("100.00")
    assert metric(capsys.readouterr().out, FAILED_METRIC) == 10


@pytest.mark.catalogue("F18")
def test_messages_are_not_begun_when_time_is_short(program: World, capsys: pytest.CaptureFixture[str]) -> None:
    for number in (1, 2):
        report = f"r{number}"
        program.send("sales", program.upload(report_key(report), pos_report(pos_line(report, number))))
    url = program.queue_url("sales")
    messages = program.sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
    )["Messages"]  # fmt: skip
    answer = program.call("sales_upload", sqs_event(messages), Context(remaining_ms=19_999))
    assert answer == {"batchItemFailures": [{"itemIdentifier": messages[1]["MessageId"]}]}
    assert revenue(program) == Decimal("100.00")
    program.settle()
    assert revenue(program) == Decimal("200.00")
    assert metric(capsys.readouterr().out, FAILED_METRIC) == 0


@pytest.mark.catalogue("F12")
def test_a_report_that_runs_short_of_time_is_handed_on_and_finished_by_the_next_invocations(
    program: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from partner_program.use_cases import ingest_report

    defaults = ingest_report.IngestReport.__init__.__kwdefaults__ or {}
    monkeypatch.setattr(ingest_report.IngestReport.__init__, "__kwdefaults__", defaults | {"window_rows": 2})
    lines = [pos_line(REPORT, number) for number in range(1, 6)]
    program.send("sales", program.upload(report_key(REPORT), pos_report(*lines)))
    invocations = 0
    while program.run_queue("sales", Context(remaining_ms=60_000)):
        invocations += 1
    assert invocations == 3
    assert revenue(program) == Decimal("500.00")
    assert program.result(receipt_key(REPORT))["lines"] == 5


@pytest.mark.catalogue("B52")
def test_no_content_of_a_line_reaches_a_log_or_a_metric(
    program: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    secret = "DE89370400440532013000"
    columns = ("sku", "quantity", "currency", "invoice_date", "country", "list_unit_price", "partner_site_id")
    lines = [pos_line(REPORT, number, **{column: secret}) for number, column in enumerate(columns)]
    with caplog.at_level("DEBUG", logger="sales_upload"):
        program.upload_and_deliver(report_key(REPORT), pos_report(*lines, secret))
    assert program.result(receipt_key(REPORT))["lines"] == len(columns) + 1
    told = [str(vars(record)) for record in caplog.records]
    printed = capsys.readouterr()
    assert any("upload" in text for text in told)
    assert '"LinesRejected"' in printed.out
    assert not [text for text in (*told, printed.out, printed.err) if secret in text]


@pytest.mark.catalogue("F14")
def test_what_the_engine_writes_itself_starts_nothing(world: World) -> None:
    rules = world.template.of_type("AWS::Events::Rule").values()
    event = json.loads(trigger("sales_upload", "pos_report")["Records"][0]["body"])
    event["detail"]["bucket"]["name"] = world.template.name("ResultsBucket")
    assert not any(matches(event, rule["EventPattern"]) for rule in rules)
    event["detail"]["bucket"]["name"] = world.template.name("UploadsBucket")
    assert sum(matches(event, rule["EventPattern"]) for rule in rules) == 1
