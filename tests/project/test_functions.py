"""Functions against their settings, roles and triggers: what code, template and events say of each other."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from partner_program.bootstrap.settings import ConfigurationError, Settings
from tests.deployed.template import REPOSITORY, load_template
from tests.deployed.world import TRIGGERS, Context, trigger

FOLDERS = sorted(path.parent.name for path in (REPOSITORY / "functions").glob("*/app.py"))

ASKED_OVER_HTTP = {"query_api", "records_api", "partner_locator"}
ASKS_NOTHING_OF_THE_WORLD = {"token_claims"}
"""Has no settings: the variables that all functions have are not read."""
CONFIGURED = [folder for folder in FOLDERS if folder not in ASKS_NOTHING_OF_THE_WORLD]

LIBRARY_VARIABLES = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
"""Read by Powertools itself."""


def settings_of(folder: str) -> type[Settings]:
    module = importlib.import_module("partner_program.bootstrap.settings")
    found: type[Settings] = getattr(module, load_template().function_id(folder) + "Settings")
    return found


@pytest.mark.parametrize("folder", CONFIGURED)
def test_the_template_sets_exactly_the_variables_that_a_function_reads(folder: str) -> None:
    assert set(load_template().environment(folder)) - LIBRARY_VARIABLES == set(settings_of(folder).variables())


@pytest.mark.parametrize("folder", CONFIGURED)
def test_a_missing_or_malformed_variable_is_named(folder: str) -> None:
    environment = load_template().environment(folder)
    for name in settings_of(folder).variables():
        with pytest.raises(ConfigurationError, match=rf"^{name} is not set$"):
            settings_of(folder).read({key: value for key, value in environment.items() if key != name})
    with pytest.raises(ConfigurationError, match="SANDBOX must be true or false"):
        settings_of(folder).read(environment | {"SANDBOX": "yes"})


@pytest.mark.parametrize("folder", sorted(set(CONFIGURED) - ASKED_OVER_HTTP))
def test_a_handler_without_its_environment_says_what_is_missing(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = importlib.import_module(f"functions.{folder}.app").handler
    for name in settings_of(folder).variables():
        monkeypatch.delenv(name, raising=False)
    event = trigger(folder, sorted(path.stem for path in (TRIGGERS / folder).glob("[!b]*.json"))[0])
    with pytest.raises(Exception, match="PROGRAM_TABLE is not set"):
        handler(event, None)


@pytest.mark.parametrize("folder", sorted(ASKED_OVER_HTTP))
def test_a_function_of_the_api_without_its_environment_answers_500_and_tells_the_log_what_is_missing(
    folder: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    handler = importlib.import_module(f"functions.{folder}.app").handler
    for name in settings_of(folder).variables():
        monkeypatch.delenv(name, raising=False)
    answer = handler(trigger(folder, "request"), Context())
    assert answer["statusCode"] == 500
    assert "PROGRAM_TABLE" not in json.dumps(answer)
    assert "PROGRAM_TABLE is not set" in caplog.text


def test_nothing_reads_the_environment_but_the_composition() -> None:
    reads = re.compile(r"os\.environ|getenv")
    package = REPOSITORY / "shared" / "partner_program"
    sources = [*package.rglob("*.py"), *(REPOSITORY / "functions").rglob("*.py")]
    found = {path for path in sources if reads.search(path.read_text(encoding="utf-8"))}
    assert {path.parent for path in found} == {package / "bootstrap", package / "bootstrap" / "api"}


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
    assert ("partner_program.bootstrap.runtime" in loaded) is (folder in CONFIGURED)
    assert ("aws_lambda_powertools.event_handler" in loaded) is (folder in ASKED_OVER_HTTP)
    heavy = {
        "boto3", "s3transfer", "aws_xray_sdk", "aws_lambda_powertools.utilities.parser", "moto", "ministack", "local",
        "typer",
    }  # fmt: skip
    assert not loaded & heavy
    assert loaded & set(OF_SOME_FUNCTIONS) == {name for name, users in OF_SOME_FUNCTIONS.items() if folder in users}


OF_SOME_FUNCTIONS = {
    "jinja2": {"notice_mail", "statement_document"},
    "reportlab": {"statement_document"},
    "schwifty": {"payment_run"},
    "defusedxml": {"bank_status"},
}
"""Libraries, and who pays for their import at every cold start; records_api loads schwifty when bank details come."""


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
