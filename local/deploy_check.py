"""`partner-program deploy-check`: does what `make build` made import and answer, with nothing but what is deployed?

The sources work in an environment that holds everything; what is deployed holds a function's folder, the layer, and
what the Lambda runtime offers: Python 3.13 and boto3. Each built function is imported in a Python of that version that
can see just these, and is asked what can be answered from an empty deployment.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from samtranslator.yaml_helper import yaml_parse

from local.aws_double import AwsDouble, aws_double
from local.deploy_expected import expectation, in_short

REPOSITORY = Path(__file__).resolve().parent.parent
BUILD = REPOSITORY / ".aws-sam" / "build"
PROBE = Path(__file__).with_name("deploy_probe.py")
FIND_PYTHON = REPOSITORY / ".ci" / "find-python"
RUNTIME_VERSION = (3, 13)
RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
"""What the Lambda runtime brings besides the standard library: boto3 and its dependencies."""
CODE_LIMIT_MB = 250
"""What Lambda takes of a function and its layers together, unpacked."""
PROBE_TIMEOUT_SECONDS = 60


class DeployCheckFailed(Exception):
    """A built artifact does not import or does not answer as it must; the message says which and how."""


@dataclass(frozen=True)
class Checked:
    """What was seen of one function."""

    function: str
    python: str
    import_ms: int
    answer_ms: int
    answers: int


def deploy_check_command(
    build: Annotated[Path, typer.Option(help="Folder that `sam build` wrote.")] = BUILD,
) -> None:
    """Prove that what `make build` made imports, from its bytecode, and answers on the Lambda runtime's Python."""
    console = Console()
    python = runtime_python()
    if python is None:
        # A developer may lack the runtime's Python; what is merged is always checked.
        required = os.environ.get("CI") == "true"
        console.print(f"{'failed' if required else 'skipped'}: no Python 3.13 was found")
        raise typer.Exit(1 if required else 0)
    try:
        checked = check_build(build, python)
    except DeployCheckFailed as failure:
        console.print(f"failed: {failure}", style="red", markup=False)
        raise typer.Exit(1) from failure
    table = Table("function", "Python", "import ms", "answer ms", "answers", title="Built artifacts import and answer")
    for row in checked:
        table.add_row(row.function, row.python, str(row.import_ms), str(row.answer_ms), str(row.answers))
    console.print(table)


def runtime_python() -> Path | None:
    """A Python of the Lambda runtime's version, if this machine has one."""
    if sys.version_info[:2] == RUNTIME_VERSION:
        return Path(sys.executable)
    found = subprocess.run([str(FIND_PYTHON)], capture_output=True, text=True, check=False).stdout.strip()
    return Path(found) if found else None


def check_build(build: Path, python: Path) -> list[Checked]:
    """Check every function of the built template.

    Raises:
        DeployCheckFailed: no build is there, the layer is too large, or a function fails.
    """
    built_template = build / "template.yaml"
    if not built_template.exists():
        raise DeployCheckFailed(f"{build} holds no build; `make build` makes it")
    template: dict[str, Any] = yaml_parse(built_template.read_text(encoding="utf-8"))
    layer = _layer_of(build, template)
    with tempfile.TemporaryDirectory(prefix="deploy-check-") as folder, aws_double() as double:
        runtime = Path(folder).resolve()
        _offer_runtime_packages(runtime)
        return [
            _check_function(name, resource["Properties"], template, [build, layer, runtime], python, double)
            for name, resource in template["Resources"].items()
            if resource["Type"] == "AWS::Serverless::Function"
        ]


def _layer_of(build: Path, template: Mapping[str, Any]) -> Path:
    layers = [res for res in template["Resources"].values() if res["Type"] == "AWS::Serverless::LayerVersion"]
    if len(layers) != 1:
        raise DeployCheckFailed(f"the template has {len(layers)} layers, not one")
    layer: Path = (build / layers[0]["Properties"]["ContentUri"] / "python").resolve()
    return layer


def _check_size(name: str, code: Path, layer: Path) -> None:
    size_mb = sum(path.stat().st_size for part in (code, layer) for path in part.rglob("*") if path.is_file()) / 1024**2
    if size_mb > CODE_LIMIT_MB:
        raise DeployCheckFailed(f"{name} has {size_mb:.0f} MB with its layer; Lambda takes up to {CODE_LIMIT_MB} MB")


def _offer_runtime_packages(folder: Path) -> None:
    """Links to just those packages of this environment that the Lambda runtime has too."""
    for name in RUNTIME_PACKAGES:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise DeployCheckFailed(f"{name} is not installed here; `make setup` installs it")
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (folder / source.name).symlink_to(source)


def _check_function(
    name: str,
    properties: Mapping[str, Any],
    template: Mapping[str, Any],
    folders: list[Path],
    python: Path,
    double: AwsDouble,
) -> Checked:
    build, layer, runtime = folders
    code = (build / properties["CodeUri"]).resolve()
    _check_size(name, code, layer)
    shared = template.get("Globals", {}).get("Function", {})
    expected = expectation(name, properties)
    sent_before = len(double.sent)
    task = {
        # Lambda's own order: the function before the layer; the runtime's boto3 after both.
        "paths": [str(code), str(layer), str(runtime)],
        "shipped": [str(code), str(layer)],
        "handler": properties.get("Handler") or shared["Handler"],
        "environment": _environment(properties, shared, template, double.endpoint),
        "events": list(expected.events),
        "later": list(expected.later),
    }
    seen = _run_probe(name, task, python)
    answers = [in_short(answer) for answer in seen["answers"]]
    if answers != list(expected.answers):
        raise DeployCheckFailed(f"{name} answered {answers}, not {list(expected.answers)}")
    if strangers := set(seen["loaded_from"]) - set(task["paths"]):
        raise DeployCheckFailed(f"{name} loaded modules that are not deployed: {sorted(strangers)}")
    if str(layer) not in seen["loaded_from"]:
        raise DeployCheckFailed(f"{name} loaded nothing from the layer")
    set_aside = len(double.sent) - sent_before
    if set_aside != expected.set_aside:
        raise DeployCheckFailed(f"{name} set {set_aside} messages aside, not {expected.set_aside}")
    if seen["compiles"]:
        raise DeployCheckFailed(f"{name} compiles at every start: {', '.join(seen['compiles'])}")
    return Checked(name, seen["python"], seen["import_ms"], seen["answer_ms"], len(seen["answers"]))


def _environment(
    properties: Mapping[str, Any], shared: Mapping[str, Any], template: Mapping[str, Any], endpoint: str
) -> dict[str, str]:
    """The function's variables as the template gives them, and those that the Lambda runtime adds."""
    declared = {
        **shared.get("Environment", {}).get("Variables", {}),
        **properties.get("Environment", {}).get("Variables", {}),
    }
    return {name: _resolved(value, template, endpoint) for name, value in declared.items()} | {
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "check",
        "AWS_SECRET_ACCESS_KEY": "check",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_LAMBDA_FUNCTION_NAME": "deploy-check",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _resolved(value: object, template: Mapping[str, Any], endpoint: str) -> str:
    """A template's value as a deployment outside the sandbox would give it: names and addresses are made up."""
    if not isinstance(value, dict):
        return str(value)
    if "Fn::If" in value:
        return _resolved(value["Fn::If"][2], template, endpoint)
    if "Fn::Sub" in value:
        return str(value["Fn::Sub"])
    if "Fn::GetAtt" in value:
        return f"arn:aws:check:::{value['Fn::GetAtt']}"
    name = str(value["Ref"])
    if name in template.get("Parameters", {}):
        return str(template["Parameters"][name]["Default"])
    is_queue = template["Resources"][name]["Type"] == "AWS::SQS::Queue"
    return f"{endpoint}/111122223333/{name}" if is_queue else name


def _run_probe(name: str, task: Mapping[str, Any], python: Path) -> dict[str, Any]:
    run = subprocess.run(
        [str(python), "-I", "-S", "-B", str(PROBE)],  # -B: what is deployed gets no bytecode by being checked
        input=json.dumps(task),
        capture_output=True,
        text=True,
        timeout=PROBE_TIMEOUT_SECONDS,
        check=False,
    )
    if run.returncode != 0:
        raise DeployCheckFailed(f"{name} does not import:\n{run.stderr.strip()}")
    outcome: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return outcome
