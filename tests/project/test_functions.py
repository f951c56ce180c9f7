"""Functions against their settings, roles and triggers: what code, template and events say of each other."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from partner_program.adapters.rulebook_source import RulebookSource
from partner_program.bootstrap.settings import ConfigurationError, Settings
from partner_program.use_cases.operate import set_rulebook
from tests.deployed.program import RECORDS, pos_line, pos_report, report_key
from tests.deployed.template import REPOSITORY, as_list, load_template
from tests.deployed.world import TRIGGERS, World, deployed, trigger

FOLDERS = sorted(path.parent.name for path in (REPOSITORY / "functions").glob("*/app.py"))

LIBRARY_VARIABLES = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
"""Read by Powertools itself."""

USED_BY_LAMBDA_ITSELF = {
    "logs:CreateLogStream", "logs:PutLogEvents",
    "xray:PutTraceSegments", "xray:PutTelemetryRecords",
    "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
    "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams",
}  # fmt: skip
"""Granted for what Lambda does in the function's name: polling its source, writing its log and traces."""

USED_WITHOUT_A_CALL_OF_OURS = {
    ("sales_upload", "TellMissingFromForbidden"), ("records_upload", "TellMissingFromForbidden"),
    ("account_assessment", "SetAsideWhatKeepsFailing"), ("quarter_end", "SetAsideWhatKeepsFailing"),
    ("certification_expiry", "SetAsideWhatKeepsFailing"), ("notifications", "SetAsideWhatKeepsFailing"),
    ("payment_run", "SetAsideWhatKeepsFailing"), ("accruals", "SetAsideWhatKeepsFailing"),
    ("bank_status", "TellMissingFromForbidden"),
}  # fmt: skip
"""S3 answers "forbidden" for "missing" without s3:ListBucket; failed batches and events are sent on by Lambda."""


def settings_of(folder: str) -> type[Settings]:
    module = importlib.import_module("partner_program.bootstrap.settings")
    found: type[Settings] = getattr(module, load_template().function_id(folder) + "Settings")
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_template_sets_exactly_the_variables_that_a_function_reads(folder: str) -> None:
    assert set(load_template().environment(folder)) - LIBRARY_VARIABLES == set(settings_of(folder).variables())


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_missing_or_malformed_variable_is_named(folder: str) -> None:
    environment = load_template().environment(folder)
    for name in settings_of(folder).variables():
        with pytest.raises(ConfigurationError, match=rf"^{name} is not set$"):
            settings_of(folder).read({key: value for key, value in environment.items() if key != name})
    with pytest.raises(ConfigurationError, match="SANDBOX must be true or false"):
        settings_of(folder).read(environment | {"SANDBOX": "yes"})


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_handler_without_its_environment_says_what_is_missing(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = importlib.import_module(f"functions.{folder}.app").handler
    for name in settings_of(folder).variables():
        monkeypatch.delenv(name, raising=False)
    event = trigger(folder, sorted(path.stem for path in (TRIGGERS / folder).glob("[!b]*.json"))[0])
    with pytest.raises(Exception, match="PROGRAM_TABLE is not set"):
        handler(event, None)


def test_nothing_reads_the_environment_but_the_composition() -> None:
    reads = re.compile(r"os\.environ|getenv")
    package = REPOSITORY / "shared" / "partner_program"
    sources = [*package.rglob("*.py"), *(REPOSITORY / "functions").rglob("*.py")]
    found = {path for path in sources if reads.search(path.read_text(encoding="utf-8"))}
    assert {path.parent for path in found} == {package / "bootstrap"}


def test_every_function_has_triggers_and_every_trigger_a_function() -> None:
    assert sorted(path.name for path in TRIGGERS.iterdir()) == FOLDERS
    assert all(list((TRIGGERS / folder).glob("*.json")) for folder in FOLDERS)


@pytest.mark.parametrize("path", sorted(TRIGGERS.rglob("*.json")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_trigger_is_used_by_a_test(path: Path) -> None:
    sources = [file.read_text(encoding="utf-8") for file in (REPOSITORY / "tests").rglob("test_*.py")]
    assert any(f'"{path.stem}"' in source for source in sources)


@pytest.mark.parametrize("path", sorted(TRIGGERS.rglob("*.json")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_triggers_name_the_resources_that_the_template_makes(path: Path) -> None:
    template = load_template()
    text = path.read_text(encoding="utf-8")
    names = set(re.findall(r"partner-program-[a-z-]+", text))
    known = {template.name(name).rsplit("/", 1)[-1] for name in template.resources}
    assert names <= known


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_function_has_a_test_of_its_handler(folder: str) -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "tests" / "integration").glob("*.py"))
    assert f'call("{folder}"' in tests or f'trigger("{folder}"' in tests


def run_everything(world: World) -> None:
    """Everything that the functions can be asked to do, once."""
    backwards = dict(reversed(RECORDS.items()))
    world.take_in(backwards)
    world.take_in(
        {
            "people": "person_id,site_id,from_date,until_date\nE-1,S-0001,2020-01-01,\n",
            "certifications": "certification_id,person_id,kind,certified_on\nC-1,E-1,MCDE,2024-02-01\n",
            "placements": "partner_id,country,tier,placed_on,reason\nP0001,DE,premier,2024-01-02,start\n",
        }
    )
    world.upload_and_deliver("hello.txt", "x")
    world.send("records", "not json")
    held = pos_line("2024-02", 2, sku="NEW-1")
    world.upload_and_deliver(report_key("2024-02"), pos_report(pos_line("2024-02", 1), held))
    world.upload_and_deliver("records/products/new.csv", "sku,name,category,family\nNEW-1,New,software,other\n")
    for bad in ("bad_not_json", "no_version"):
        world.call("sales_upload", trigger("sales_upload", bad))
    for day in ("2024-03-31", "2024-04-30", "2025-01-30"):
        world.today(day)
        world.call("certification_expiry", {"scheduled_time": f"{day}T02:15:00Z"})
        world.settle()
        world.call("quarter_end", {"scheduled_time": f"{day}T21:45:00Z"})
        world.settle()
        # after the first day, so that the second finds another rulebook than the one before
        set_rulebook(RulebookSource(world.program), "guide-2022", '"compliance.days" = 61\n')
    world.call("rebate_statement", trigger("rebate_statement", "bad_task"))
    world.call("account_review", trigger("account_review", "bad_task"))
    world.call("notice_mail", trigger("notice_mail", "bad_notice"))


def fail_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One failure of each kind of queue, so that the message's return is seen too."""
    from partner_program.use_cases.ingest_records import IngestRecords
    from partner_program.use_cases.ingest_report import IngestReport
    from partner_program.use_cases.mail_notice import MailNotice
    from partner_program.use_cases.make_statement import MakeStatement
    from partner_program.use_cases.review_accounts import ReviewAccounts

    def away(*_: Any, **__: Any) -> None:
        raise RuntimeError("away")

    with monkeypatch.context() as patch:
        for use_case in (IngestRecords, IngestReport, MailNotice, MakeStatement, ReviewAccounts):
            patch.setattr(use_case, "__call__", away)
        world.send("sales", world.upload(report_key("late"), pos_report(pos_line("late", 9))))
        world.send("records", world.upload("records/partners/late.csv", RECORDS["partners"]))
        world.send("statement", json.loads(trigger("rebate_statement", "task")["Records"][0]["body"]))
        world.send("review", json.loads(trigger("account_review", "task")["Records"][0]["body"]))
        world.send("mail", json.loads(trigger("notice_mail", "notice")["Records"][0]["body"]))
        for queue in ("sales", "records", "statement", "review", "mail"):
            assert world.run_queue(queue)


def resume_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that hands on to itself."""
    from partner_program.use_cases.ingest_report import IngestReport
    from tests.deployed.world import Context

    defaults = IngestReport.__init__.__kwdefaults__ or {}
    with monkeypatch.context() as patch:
        patch.setattr(IngestReport.__init__, "__kwdefaults__", defaults | {"window_rows": 1})
        lines = [pos_line("long", number) for number in (20, 21)]
        world.send("sales", world.upload(report_key("long"), pos_report(*lines)))
        while world.run_queue("sales", Context(remaining_ms=60_000)):
            pass


def test_every_role_allows_what_its_function_calls_and_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calls are held to the roles as they are made; here, each granted action was seen in use."""
    with deployed(monkeypatch) as world:
        world.today("2024-03-15")
        run_everything(world)
        resume_once(world, monkeypatch)
        fail_once(world, monkeypatch)
        granted = {
            (folder, statement["Sid"], action)
            for folder in FOLDERS
            for statement in world.template.statements(folder)
            for action in as_list(statement["Action"])
            if action not in USED_BY_LAMBDA_ITSELF and (folder, statement["Sid"]) not in USED_WITHOUT_A_CALL_OF_OURS
        }
        used = {(folder, sid, action) for folder, calls in world.used.items() for sid, action in calls}
        assert granted - used == set()


def test_what_only_the_runner_and_the_tests_need_does_not_ship() -> None:
    shipped = (REPOSITORY / "shared" / "requirements.txt").read_text(encoding="utf-8")
    packages = {re.split(r"[=\[ ]", line)[0] for line in shipped.splitlines() if re.match(r"[a-z]", line)}
    assert {"pydantic", "aws-lambda-powertools", "tzdata"} <= packages
    assert not packages & {"moto", "ministack", "boto3", "botocore", "pytest", "typer", "rich", "aws-xray-sdk"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_cold_start_imports_no_more_than_it_needs(folder: str) -> None:
    """boto3 beside botocore, the tracer or the parser would add 50 to 180 ms each."""
    paths = [str(REPOSITORY / "shared"), str(REPOSITORY / "functions" / folder)]
    code = f"import sys; sys.path[:0] = {paths!r}; import app; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "partner_program.bootstrap.runtime" in loaded
    heavy = {
        "boto3", "s3transfer", "aws_xray_sdk", "aws_lambda_powertools.utilities.parser",
        "aws_lambda_powertools.event_handler", "moto", "ministack", "local", "typer",
    }  # fmt: skip
    assert not loaded & heavy
    assert loaded & set(OF_SOME_FUNCTIONS) == {name for name, users in OF_SOME_FUNCTIONS.items() if folder in users}


OF_SOME_FUNCTIONS = {
    "jinja2": {"notice_mail", "statement_document"},
    "reportlab": {"statement_document"},
    "schwifty": {"payment_run"},
    "defusedxml": {"bank_status"},
}
"""Libraries, and who pays for their import."""


@pytest.mark.catalogue("F29")
def test_nothing_adds_to_a_stored_number() -> None:
    """A repeated request would add twice."""
    sources = (REPOSITORY / "shared" / "partner_program" / "adapters").glob("*.py")
    adding = re.compile(r"update_item|UpdateExpression|\bADD\b")
    assert not [path.name for path in sources if adding.search(path.read_text(encoding="utf-8"))]


def test_no_handler_is_longer_than_a_translation() -> None:
    for folder in FOLDERS:
        lines = (REPOSITORY / "functions" / folder / "app.py").read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 60, folder
