"""The archives and the template that the embedded stack is deployed from."""

import io
import zipfile
from pathlib import Path

import pytest

from local.packaging import folder_archive, layer_archive, packaged_template

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: shared/ }
  First:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: functions/first, Layers: [!Ref Layer] }
  Queue: { Type: AWS::SQS::Queue }
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "template.yaml": TEMPLATE,
        "shared/requirements.txt": "pydantic",
        "shared/partner_program/__init__.py": "",
        "shared/partner_program/values/money.py": "one = 1",
        "shared/partner_program/values/__pycache__/money.pyc": "old",
        "functions/first/app.py": "def handler(event, context): ...",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def names(archive: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(archive)).namelist()


def test_the_layer_holds_the_package_below_python_and_nothing_else(project: Path) -> None:
    assert names(layer_archive(project / "shared")) == [
        "python/partner_program/__init__.py",
        "python/partner_program/values/money.py",
    ]


def test_a_function_is_its_folders_code(project: Path) -> None:
    assert names(folder_archive(project / "functions" / "first")) == ["app.py"]


def test_the_list_of_a_functions_own_libraries_is_no_code(project: Path) -> None:
    for name in ("requirements.in", "requirements.txt"):
        (project / "functions" / "first" / name).write_text("reportlab")
    assert names(folder_archive(project / "functions" / "first")) == ["app.py"]


def test_the_same_sources_make_the_same_archive(project: Path) -> None:
    first = layer_archive(project / "shared")
    (project / "shared" / "partner_program" / "__init__.py").touch()
    assert layer_archive(project / "shared") == first


def test_changed_sources_get_another_key(project: Path) -> None:
    keys: list[str] = []

    def upload(key: str, _archive: bytes) -> str:
        keys.append(key)
        return f"s3://bucket/{key}"

    packaged_template(project / "template.yaml", upload)
    (project / "functions" / "first" / "app.py").write_text("changed = True")
    packaged_template(project / "template.yaml", upload)
    layer, first, same_layer, changed_first = keys
    assert layer == same_layer
    assert first != changed_first


def test_local_folders_of_the_template_become_uploaded_archives(project: Path) -> None:
    template = packaged_template(project / "template.yaml", lambda key, _archive: f"s3://bucket/{key}")
    resources = template["Resources"]
    assert resources["Layer"]["Properties"]["ContentUri"].startswith("s3://bucket/Layer-")
    assert resources["First"]["Properties"]["CodeUri"].startswith("s3://bucket/First-")
    assert resources["First"]["Properties"]["Layers"] == [{"Ref": "Layer"}]
    assert resources["Queue"] == {"Type": "AWS::SQS::Queue"}


def test_a_folder_that_is_not_there_is_an_error(project: Path) -> None:
    (project / "template.yaml").write_text(TEMPLATE.replace("functions/first", "functions/second"))
    with pytest.raises(FileNotFoundError, match="second"):
        packaged_template(project / "template.yaml", lambda key, _archive: key)
