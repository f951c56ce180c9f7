"""The template against good practice and against itself: what every deployment must have, whoever edits it next."""

import itertools
import json
import re
from typing import Any

import pytest
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from partner_program.handler_support import FAILED_METRIC, SECURITY_METRIC, UNREADABLE_METRIC
from tests.deployed.events import matches
from tests.deployed.template import ACCOUNT, REPOSITORY, Template, as_list, load_template

FOLDERS = sorted(path.parent.name for path in (REPOSITORY / "functions").glob("*/app.py"))
QUEUE_FED = {
    "sales_upload": "SalesQueue",
    "records_upload": "RecordsQueue",
    "rebate_statement": "StatementQueue",
    "account_review": "ReviewQueue",
    "notice_mail": "MailQueue",
    "bank_status": "BankStatusQueue",
    "statement_document": "StatementDocumentQueue",
}
SCHEDULED = ["quarter_end", "certification_expiry", "payment_run", "accruals"]
STAGES = ["sandbox", "test", "production"]


@pytest.fixture(scope="module")
def template() -> Template:
    return load_template()


@pytest.fixture(scope="module")
def translated() -> dict[str, Any]:
    """The plain CloudFormation that SAM makes of the template."""
    parsed = yaml_parse((REPOSITORY / "template.yaml").read_text(encoding="utf-8"))
    for resource in parsed["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource["Properties"]:
                resource["Properties"][name] = "s3://packages/code.zip"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        found: dict[str, Any] = transform(parsed, {}, ManagedPolicyLoader(None))
    resources: dict[str, Any] = found["Resources"]
    return resources


def of(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    return template.of_type(f"AWS::{kind}")


def queue_id(template: Template, arn: str) -> str:
    """Logical id of a queue."""
    return next(name for name in of(template, "SQS::Queue") if template.arn(name) == arn)


def alarms_on(template: Template, metric: str, dimension: str) -> list[dict[str, Any]]:
    return [
        alarm
        for alarm in of(template, "CloudWatch::Alarm").values()
        if alarm["MetricName"] == metric and alarm["Dimensions"][0]["Value"] == dimension
    ]


def test_every_function_folder_is_deployed_and_every_deployed_function_has_its_folder(template: Template) -> None:
    assert sorted(template.functions) == FOLDERS


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_folder_holds_its_handler_and_nothing_else(folder: str, template: Template) -> None:
    files = [path.name for path in (REPOSITORY / "functions" / folder).iterdir() if path.name != "__pycache__"]
    with_own_libraries = {"payment_run", "bank_status", "statement_document", "records_api"}
    locks = {"requirements.in", "requirements.txt"} if folder in with_own_libraries else set()
    assert set(files) == {"app.py"} | locks
    assert template.functions[folder]["Handler"] == "app.handler"
    assert "def handler(" in (REPOSITORY / "functions" / folder / "app.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_function_is_traced_logs_for_a_limited_time_and_has_a_role_of_its_own(
    folder: str, template: Template, translated: dict[str, Any]
) -> None:
    name = template.function_id(folder)
    function = template.functions[folder]
    assert (function["Tracing"], function["Runtime"]) == ("Active", "python3.13")
    assert "ReservedConcurrentExecutions" not in function
    group = template.resources[f"{name}LogGroup"]["Properties"]
    assert group == {"RetentionInDays": {"Ref": "LogRetentionDays"}}
    assert function["LoggingConfig"]["LogGroup"] == template.name(f"{name}LogGroup")
    assert translated[f"{name}Function"]["Properties"]["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}


def test_sam_adds_no_role_of_its_own(template: Template, translated: dict[str, Any]) -> None:
    """Those would carry managed policies that reach every queue and stream of the account."""
    made = {name for name, resource in translated.items() if resource["Type"] == "AWS::IAM::Role"}
    written = {name for name, resource in template.resources.items() if resource["Type"] == "AWS::IAM::Role"}
    assert made == written
    assert all("ManagedPolicyArns" not in translated[name]["Properties"] for name in made)


def test_a_queue_stays_invisible_for_six_times_its_functions_timeout(template: Template) -> None:
    for folder, queue in QUEUE_FED.items():
        assert of(template, "SQS::Queue")[queue]["VisibilityTimeout"] == 6 * template.functions[folder]["Timeout"]


@pytest.mark.catalogue("F19")
def test_every_work_queue_has_a_dead_letter_queue_that_keeps_for_longer(template: Template) -> None:
    queues = of(template, "SQS::Queue")
    work = {name for name in queues if "RedrivePolicy" in queues[name]}
    assert work == set(QUEUE_FED.values())
    for name in work:
        redrive = queues[name]["RedrivePolicy"]
        dead = queues[queue_id(template, redrive["deadLetterTargetArn"])]
        assert redrive["maxReceiveCount"] >= 5
        assert dead["MessageRetentionPeriod"] == 14 * 24 * 3600 > queues[name]["MessageRetentionPeriod"]
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues.values())


@pytest.mark.catalogue("F55")
def test_a_failing_message_is_tried_for_longer_than_a_three_hour_outage(template: Template) -> None:
    from partner_program.handler_support import retry_delay_s

    for queue in QUEUE_FED.values():
        tries = of(template, "SQS::Queue")[queue]["RedrivePolicy"]["maxReceiveCount"]
        assert sum(retry_delay_s(received) for received in range(1, tries)) > 3 * 3600


@pytest.mark.parametrize("folder", sorted(QUEUE_FED))
def test_a_function_fed_by_a_queue_answers_for_each_message(folder: str, template: Template) -> None:
    source = template.functions[folder]["Events"]["Queue"]["Properties"]
    assert source["Queue"] == template.arn(QUEUE_FED[folder])
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert "FilterCriteria" not in source


@pytest.mark.catalogue("F39")
def test_a_batch_of_the_stream_that_fails_is_halved_retried_and_then_set_aside(translated: dict[str, Any]) -> None:
    sources = [
        resource["Properties"]
        for resource in translated.values()
        if resource["Type"] == "AWS::Lambda::EventSourceMapping" and "StartingPosition" in resource["Properties"]
    ]
    failures = []
    for source in sources:
        assert source["BisectBatchOnFunctionError"] is True
        assert source["MaximumRetryAttempts"] > 0, "never for ever"
        failures.append(source["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0])
        # a partial answer is not asked for: the handler raises, and what a partial answer means differs between runners
        assert "FunctionResponseTypes" not in source
    assert sorted(failures) == ["AssessmentDeadLetterQueue", "NotificationsDeadLetterQueue"]


@pytest.mark.catalogue("F55")
def test_announcing_lives_through_an_outage_of_three_hours_and_gives_up_before_the_stream_forgets(
    template: Template,
) -> None:
    source = template.functions["notifications"]["Events"]["States"]["Properties"]
    assert 3 * 3600 < source["MaximumRecordAgeInSeconds"] < 24 * 3600
    assert source["MaximumRetryAttempts"] * 30 > 3 * 3600, "a try that finds the bus away takes half a minute"


@pytest.mark.catalogue("F23")
def test_a_mail_waits_for_longer_than_the_day_after_which_a_used_up_quota_is_there_again(template: Template) -> None:
    from partner_program.handler_support import retry_delay_s

    tries = of(template, "SQS::Queue")["MailQueue"]["RedrivePolicy"]["maxReceiveCount"]
    assert 25 * 3600 < sum(retry_delay_s(received) for received in range(1, tries)) < 7 * 24 * 3600


@pytest.mark.catalogue("F27")
def test_every_target_of_a_rule_and_of_a_schedule_has_a_dead_letter_queue(template: Template) -> None:
    targets = [target for rule in of(template, "Events::Rule").values() for target in rule["Targets"]]
    targets += [schedule["Target"] for schedule in of(template, "Scheduler::Schedule").values()]
    assert len(targets) >= 4
    for target in targets:
        assert queue_id(template, target["DeadLetterConfig"]["Arn"]).endswith("DeadLetterQueue")


@pytest.mark.catalogue("F24")
@pytest.mark.parametrize("folder", SCHEDULED)
def test_what_a_schedule_starts_asynchronously_has_a_place_to_fail_to(folder: str, template: Template) -> None:
    failure = template.functions[folder]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
    assert queue_id(template, failure["Destination"]) == f"{template.function_id(folder)}DeadLetterQueue"


@pytest.mark.catalogue("F26")
@pytest.mark.parametrize(
    "name", ["QuarterEndSchedule", "CertificationExpirySchedule", "PaymentRunSchedule", "AccrualsSchedule"]
)
def test_a_daily_schedule_is_in_utc_and_on_the_programs_date_all_year(name: str, template: Template) -> None:
    from datetime import UTC, datetime, timedelta

    from partner_program.adapters.clock import program_date
    from partner_program.rulebook import load_rulebook

    schedule = of(template, "Scheduler::Schedule")[name]
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    minute, hour, *rest = schedule["ScheduleExpression"].removeprefix("cron(").removesuffix(")").split()
    assert rest == ["*", "*", "?", "*"]
    zone = load_rulebook().time_zone
    for days in range(366):
        fired = datetime(2024, 1, 1, int(hour), int(minute), tzinfo=UTC) + timedelta(days=days)
        assert program_date(fired, zone) == fired.date()


@pytest.mark.rule("R-3.3")
@pytest.mark.catalogue("F26")
def test_the_daily_run_comes_before_the_uploads_of_a_day_and_the_quarters_end_after_them(template: Template) -> None:
    schedules = of(template, "Scheduler::Schedule")
    hours = {name: int(schedule["ScheduleExpression"].split()[1]) for name, schedule in schedules.items()}
    assert hours["CertificationExpirySchedule"] < 12 < hours["QuarterEndSchedule"]
    # a month's last day may be the one that closes a quarter, and payees are as the day begins with
    assert hours["CertificationExpirySchedule"] < hours["AccrualsSchedule"] < hours["PaymentRunSchedule"] < 12


@pytest.mark.catalogue("F26")
@pytest.mark.parametrize("name", ["CertificationExpiryFunction", "PaymentRunFunction", "AccrualsFunction"])
def test_a_daily_run_that_is_not_started_for_over_a_day_is_alarmed(name: str, template: Template) -> None:
    (alarm,) = alarms_on(template, "Invocations", template.name(name))
    assert 24 * 3600 < alarm["Period"] * alarm["EvaluationPeriods"] <= 26 * 3600
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "LessThanThreshold")
    assert alarm["TreatMissingData"] == "breaching"


@pytest.mark.catalogue("F33")
def test_reviews_of_the_first_of_january_are_worked_off_by_a_limited_number_at_a_time(template: Template) -> None:
    source = template.functions["account_review"]["Events"]["Queue"]["Properties"]
    assert source["ScalingConfig"] == {"MaximumConcurrency": 20}


@pytest.mark.catalogue("F19")
def test_every_dead_letter_queue_is_alarmed_from_the_first_message_on(template: Template) -> None:
    dead = [name for name in of(template, "SQS::Queue") if name.endswith("DeadLetterQueue")]
    assert len(dead) >= 8
    for name in dead:
        queue = template.name(name).rsplit("/", 1)[-1]
        (alarm,) = alarms_on(template, "ApproximateNumberOfMessagesVisible", queue)
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")


def test_every_queue_is_alarmed_by_age_and_every_function_by_errors(template: Template) -> None:
    for queue in QUEUE_FED.values():
        assert alarms_on(template, "ApproximateAgeOfOldestMessage", template.name(queue).rsplit("/", 1)[-1])
    for folder in FOLDERS:
        assert alarms_on(template, "Errors", template.name(f"{template.function_id(folder)}Function"))
    for name in ("AccountAssessmentFunction", "NotificationsFunction"):
        assert alarms_on(template, "IteratorAge", template.name(name))


@pytest.mark.catalogue("B55")
@pytest.mark.catalogue("B56")
@pytest.mark.catalogue("F05")
@pytest.mark.parametrize(
    ("folder", "metric"),
    [
        *itertools.product(["sales_upload", "records_upload"], [SECURITY_METRIC, UNREADABLE_METRIC, FAILED_METRIC]),
        ("rebate_statement", FAILED_METRIC),
        ("account_review", FAILED_METRIC),
        ("notice_mail", FAILED_METRIC),
        ("statement_document", FAILED_METRIC),
        *itertools.product(["bank_status"], [SECURITY_METRIC, UNREADABLE_METRIC, FAILED_METRIC]),
        *itertools.product(["bank_status"], ["PaymentsRefused", "StatusesNotBooked"]),
        ("payment_run", "BatchesVoided"),
    ],
)
def test_what_a_person_has_to_see_is_alarmed_under_the_name_that_the_code_counts_it_by(
    folder: str, metric: str, template: Template
) -> None:
    (alarm,) = alarms_on(template, metric, folder)
    environment = template.environment(folder)
    assert alarm["Namespace"] == environment["POWERTOOLS_METRICS_NAMESPACE"]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": environment["POWERTOOLS_SERVICE_NAME"]}]


def test_every_alarm_reaches_the_topic(template: Template) -> None:
    alarms = of(template, "CloudWatch::Alarm")
    assert all(alarm["AlarmActions"] == [template.name("AlarmTopic")] for alarm in alarms.values())


@pytest.mark.parametrize("name", ["UploadsBucket", "ResultsBucket"])
def test_buckets_are_versioned_encrypted_private_and_reached_by_tls_only(name: str, template: Template) -> None:
    bucket = of(template, "S3::Bucket")[name]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (statement,) = of(template, "S3::BucketPolicy")[f"{name}Policy"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert template.resources[name]["DeletionPolicy"] == "Retain"


@pytest.mark.catalogue("B52")
def test_payment_files_can_be_kept_for_the_one_who_takes_them_to_the_bank() -> None:
    reader = "arn:aws:iam::123456789012:role/treasury"
    template = load_template(PaymentFileReader=reader)
    _, statement = of(template, "S3::BucketPolicy")["ResultsBucketPolicy"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert set(statement["Action"]) == {"s3:GetObject", "s3:GetObjectVersion"}
    assert statement["Resource"] == template.arn("ResultsBucket") + "/payments/*.xml"
    assert statement["Condition"] == {
        "ArnNotLike": {"aws:PrincipalArn": reader},
        "ArnNotEquals": {"aws:PrincipalArn": template.arn("PaymentRunRole")},
    }


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("", True),
        ("arn:aws:iam::123456789012:role/treasury", True),
        ("arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Treasury_*", True),
        ("*", False),
        ("arn:aws:iam::*:role/treasury", False),
        ("treasury", False),
    ],
)
def test_who_reads_payment_files_is_a_role_or_user_of_one_account(text: str, taken: bool) -> None:
    parameters = yaml_parse((REPOSITORY / "template.yaml").read_text("utf-8"))["Parameters"]
    assert bool(re.fullmatch(parameters["PaymentFileReader"]["AllowedPattern"], text)) is taken


@pytest.mark.catalogue("B52")
def test_outside_a_sandbox_no_stack_is_made_without_naming_who_reads_payment_files() -> None:
    rules = json.loads(json.dumps(yaml_parse((REPOSITORY / "template.yaml").read_text("utf-8"))["Rules"]))
    only = rules["PaymentFilesAreForSomebody"]
    assert only["RuleCondition"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "sandbox"]}]}
    (assertion,) = only["Assertions"]
    assert assertion["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "PaymentFileReader"}, ""]}]}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    "name", ["ProgramTable", "SalesTable", "PaymentsTable", "BankDetailsTable", "ListingsTable", "RequestsTable"]
)
def test_tables_can_be_restored_and_outside_a_sandbox_not_be_deleted(name: str, stage: str) -> None:
    template = load_template(Stage=stage)
    table = of(template, "DynamoDB::Table")[name]
    assert table["DeletionProtectionEnabled"] is (stage != "sandbox")
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    resource = template.resources[name]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("folder", FOLDERS)
def test_only_a_sandbox_is_told_to_be_one(folder: str, stage: str) -> None:
    assert load_template(Stage=stage).environment(folder)["SANDBOX"] == ("true" if stage == "sandbox" else "false")


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_role_has_a_wildcard_but_for_what_has_no_resources(folder: str, template: Template) -> None:
    without_resources = {"xray:PutTraceSegments", "xray:PutTelemetryRecords", "dynamodb:ListStreams"}
    for statement in template.statements(folder):
        assert not [action for action in as_list(statement["Action"]) if "*" in action]
        if "*" in as_list(statement["Resource"]):
            assert set(as_list(statement["Action"])) <= without_resources


@pytest.mark.catalogue("B52")
@pytest.mark.rule("R-5.4c")
@pytest.mark.parametrize("folder", FOLDERS)
def test_only_the_payment_function_can_open_bank_details_and_only_the_api_can_seal_them(
    folder: str, template: Template
) -> None:
    granted = {action for one in template.statements(folder) for action in as_list(one["Action"]) if "kms:" in action}
    assert granted == {"payment_run": {"kms:Decrypt"}, "records_api": {"kms:Encrypt"}}.get(folder, set())


@pytest.mark.catalogue("B52")
@pytest.mark.rule("R-5.4c")
def test_the_key_of_bank_details_leaves_nothing_to_iam_by_which_they_could_be_opened(template: Template) -> None:
    """What a key's policy does not hand to the account, no role and no administrator of the account can be given."""
    key = of(template, "KMS::Key")["BankDetailsKey"]
    account = f"arn:aws:iam::{ACCOUNT}:root"
    opened_by = set()
    for statement in key["KeyPolicy"]["Statement"]:
        actions = set(as_list(statement["Action"]))
        assert statement["Effect"] == "Allow"
        assert not [action for action in actions if "*" in action]
        if statement["Principal"] == {"AWS": account}:
            assert not actions & {"kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:CreateGrant"}
            assert not [action for action in actions if action.startswith(("kms:GenerateData", "kms:ReEncrypt"))]
        else:
            opened_by.add((statement["Principal"]["AWS"], *actions))
        if actions & {"kms:Encrypt", "kms:Decrypt"}:
            context = {"kms:EncryptionContext:site_id": "false", "kms:EncryptionContext:revision": "false"}
            assert statement["Condition"] == {"Null": context}, "never without the site and the revision"
    assert opened_by == {(template.arn("PaymentRunRole"), "kms:Decrypt")}


def test_the_key_of_bank_details_turns_over_and_outlives_the_stack(template: Template) -> None:
    key = of(template, "KMS::Key")["BankDetailsKey"]
    assert (key["EnableKeyRotation"], key["PendingWindowInDays"]) == (True, 30)
    resource = template.resources["BankDetailsKey"]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.catalogue("B54")
@pytest.mark.parametrize(
    ("key", "queue"),
    [
        ("pos/D-NORD/2024-02.csv", "SalesQueue"),
        ("bank-status/2024-05-17.xml", "BankStatusQueue"),
        ("records/partners/a.csv", "RecordsQueue"),
        ("bank-status", "RecordsQueue"),
        ("pos.csv", "RecordsQueue"),
        ("x/pos/y.csv", "RecordsQueue"),
        ("Bank-Status/a.csv", "RecordsQueue"),
    ],
)
def test_every_uploaded_object_is_told_to_one_queue(key: str, queue: str, template: Template) -> None:
    event = {"source": "aws.s3", "detail-type": "Object Created",
             "detail": {"bucket": {"name": template.name("UploadsBucket")}, "object": {"key": key}}}  # fmt: skip
    rules = [rule for rule in of(template, "Events::Rule").values() if "EventBusName" not in rule]
    told = [target["Arn"] for rule in rules if matches(event, rule["EventPattern"]) for target in rule["Targets"]]
    assert told == [template.arn(queue)]


def test_a_statement_that_is_ready_is_told_to_mails_and_documents_other_notices_to_mails_only(
    template: Template,
) -> None:
    rules = [rule for rule in of(template, "Events::Rule").values() if "EventBusName" in rule]

    def told(kind: str) -> set[str]:
        event = {"source": "partner-program", "detail-type": kind}
        return {queue_id(template, rule["Targets"][0]["Arn"]) for rule in rules if matches(event, rule["EventPattern"])}

    assert told("statement_ready") == {"MailQueue", "StatementDocumentQueue"}
    assert told("tier_demoted") == {"MailQueue"}


def test_the_queues_take_messages_from_their_rule_only(template: Template) -> None:
    for policy in of(template, "SQS::QueuePolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Principal"] == {"Service": "events.amazonaws.com"}
            assert statement["Condition"]["ArnEquals"]["aws:SourceArn"]


def test_the_outputs_name_what_the_operators_documents_and_the_runner_use(template: Template) -> None:
    outputs = set(yaml_parse((REPOSITORY / "template.yaml").read_text(encoding="utf-8"))["Outputs"])
    runner = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "local").glob("*.py"))
    used = set(re.findall(r"outputs\[\"([A-Za-z]+)\"\]", runner))
    assert used
    assert used <= outputs
    operations = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"output ([A-Za-z]+)\)", operations))
    assert documented
    assert documented <= outputs


def test_every_alarm_is_in_the_operators_documents_and_none_that_is_not(template: Template) -> None:
    operations = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`([A-Za-z]+Alarm)`", operations))
    alarms = set(of(template, "CloudWatch::Alarm"))
    errors = {name for name in alarms if name.endswith("ErrorsAlarm")}
    assert "`…ErrorsAlarm`" in operations
    assert documented == alarms - errors


def test_every_edition_of_the_rulebook_can_be_deployed_and_no_other() -> None:
    editions = {path.name for path in (REPOSITORY / "shared/partner_program/rulebook/data").iterdir() if path.is_dir()}
    parameters = yaml_parse((REPOSITORY / "template.yaml").read_text("utf-8"))["Parameters"]
    assert set(parameters["ProgramEdition"]["AllowedValues"]) == editions


def test_samconfig_deploys_only_stages_that_the_template_knows(template: Template) -> None:
    import tomllib

    config = tomllib.loads((REPOSITORY / "samconfig.toml").read_text(encoding="utf-8"))
    parameters = json.loads(json.dumps(yaml_parse((REPOSITORY / "template.yaml").read_text("utf-8"))["Parameters"]))
    for environment in ("default", "production"):
        overrides = dict(
            part.split("=", 1) for part in config[environment]["deploy"]["parameters"]["parameter_overrides"].split()
        )
        assert set(overrides) <= set(parameters)
        assert overrides["Stage"] in parameters["Stage"]["AllowedValues"]
