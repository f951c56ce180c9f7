"""`deploy-check` passes a build that works, and names the function and the reason for each way in which one may not."""

import os
import subprocess
from pathlib import Path

import pytest

from local import deploy_check
from local.deploy_check import Checked, DeployCheckFailed, check_build, runtime_python

PYTHON = runtime_python()
pytestmark = pytest.mark.skipif(PYTHON is None, reason="no Python of the Lambda runtime's version on this machine")

TEMPLATE = """
Globals:
  Function:
    Handler: app.handler
    Environment: { Variables: { STAGE: !If [IsSandbox, sandbox, real] } }
Resources:
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: Layer }
  Dead: { Type: AWS::SQS::Queue }
  First:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: First
      Environment: { Variables: { DEAD: !Ref Dead } }
      Events: { Queue: { Type: SQS } }
"""
GOOD_HANDLER = """
import json, os
import boto3
from partner_program import helper

def handler(event, context):
    for record in event["Records"]:
        try:
            json.loads(record["body"])
        except ValueError:
            boto3.client("sqs").send_message(QueueUrl=os.environ["DEAD"], MessageBody=record["body"])
    return {"batchItemFailures": []}
"""


@pytest.fixture
def build(tmp_path: Path) -> Path:
    for name, text in {
        "template.yaml": TEMPLATE,
        "Layer/python/partner_program/__init__.py": "",
        "Layer/python/partner_program/helper.py": "",
        "First/app.py": GOOD_HANDLER,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def compiled(build: Path, mode: str = "checked-hash") -> None:
    """As `make build` does it."""
    command = [str(PYTHON), "-m", "compileall", "-q", "-f", "--invalidation-mode", mode, str(build)]
    subprocess.run(command, check=True)


def check(build: Path) -> list[Checked]:
    assert PYTHON is not None
    compiled(build)
    return check_build(build, PYTHON)


def write_handler(build: Path, text: str) -> None:
    (build / "First" / "app.py").write_text(text)


def test_a_build_that_works_passes(build: Path) -> None:
    [checked] = check(build)
    assert (checked.function, checked.answers) == ("First", 2)
    assert checked.python.startswith("3.13.")


def test_a_package_that_is_missing_in_the_layer_fails(build: Path) -> None:
    write_handler(build, "import pytest\n" + GOOD_HANDLER)
    with pytest.raises(DeployCheckFailed, match=r"First does not import(.|\n)*pytest"):
        check(build)


def test_a_module_that_is_missing_in_the_layer_fails(build: Path) -> None:
    (build / "Layer" / "python" / "partner_program" / "helper.py").unlink()
    with pytest.raises(DeployCheckFailed, match=r"First does not import(.|\n)*helper"):
        check(build)


def test_a_wrong_answer_fails(build: Path) -> None:
    write_handler(
        build, GOOD_HANDLER.replace('"batchItemFailures": []', '"batchItemFailures": [{"itemIdentifier": 1}]')
    )
    with pytest.raises(DeployCheckFailed, match="First answered"):
        check(build)


def test_a_handler_that_raises_fails(build: Path) -> None:
    write_handler(build, GOOD_HANDLER.replace("import json", "import jsonn as json"))
    with pytest.raises(DeployCheckFailed, match="jsonn"):
        check(build)


def test_a_bad_message_that_is_not_set_aside_fails(build: Path) -> None:
    write_handler(build, GOOD_HANDLER.replace('json.loads(record["body"])', "pass"))
    with pytest.raises(DeployCheckFailed, match="set 0 messages aside, not 1"):
        check(build)


def test_a_function_that_uses_nothing_of_the_layer_fails(build: Path) -> None:
    write_handler(build, GOOD_HANDLER.replace("from partner_program import helper", ""))
    with pytest.raises(DeployCheckFailed, match="nothing from the layer"):
        check(build)


def test_values_are_those_of_a_deployment_that_is_no_sandbox(build: Path) -> None:
    write_handler(build, GOOD_HANDLER.replace("import boto3", 'import boto3\nassert os.environ["STAGE"] == "real"'))
    assert len(check(build)) == 1


def test_code_that_every_cold_start_would_compile_fails(build: Path) -> None:
    assert PYTHON is not None
    with pytest.raises(DeployCheckFailed, match=r"First compiles at every start: app, partner_program, partner_pro"):
        check_build(build, PYTHON)
    assert not list(build.rglob("*.pyc")), "the check itself compiles nothing for good"
    compiled(build)
    (build / "Layer" / "python" / "partner_program" / "helper.py").write_text("changed = True\n")
    with pytest.raises(DeployCheckFailed, match=r"First compiles at every start: partner_program\.helper$"):
        check_build(build, PYTHON)


def test_bytecode_that_goes_by_the_time_of_a_source_fails_since_archives_keep_no_times(build: Path) -> None:
    assert PYTHON is not None
    compiled(build, "timestamp")
    with pytest.raises(DeployCheckFailed, match=r"First compiles at every start: app, "):
        check_build(build, PYTHON)


def test_the_same_sources_make_the_same_bytecode(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_handler(
        build, GOOD_HANDLER + 'KINDS = {"a", "b", "c"}\nknown = KINDS & {"a"} or "b" in {"x", "y", "z", "b"}\n'
    )
    made = []
    for seed in ("1", "2"):
        monkeypatch.setitem(os.environ, "PYTHONHASHSEED", seed)
        compiled(build)
        made.append({path: path.read_bytes() for path in build.rglob("*.pyc")})
    assert len(made[0]) == 3
    assert made[0] == made[1]


def test_a_library_of_its_own_is_found_beside_a_function(build: Path) -> None:
    (build / "First" / "own_library.py").write_text("")
    write_handler(build, "import own_library\n" + GOOD_HANDLER)
    assert len(check(build)) == 1


def test_a_function_that_is_too_large_with_its_layer_fails(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy_check, "CODE_LIMIT_MB", 1)
    for folder in ("Layer/python", "First"):
        (build / folder / "large.bin").write_bytes(b"x" * 600_000)
    with pytest.raises(DeployCheckFailed, match="First has 1 MB with its layer"):
        check(build)


def test_a_value_that_is_an_attribute_of_a_resource_is_made_up(build: Path) -> None:
    template = TEMPLATE.replace("DEAD: !Ref Dead", "DEAD: !Ref Dead, KEY: !GetAtt Dead.Arn")
    (build / "template.yaml").write_text(template)
    write_handler(build, GOOD_HANDLER.replace("import boto3", 'import boto3\nassert os.environ["KEY"]'))
    assert len(check(build)) == 1


def test_no_build_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(DeployCheckFailed, match="holds no build"):
        check(tmp_path)
