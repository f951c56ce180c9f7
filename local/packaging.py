"""Packs the functions and the layer as `sam package` would, for the stack on this machine.

The layer here holds the real `partner_program` and nothing else, a function its own code: third-party packages, also
those of single functions, come from the runner's own environment, which is locked to the same versions
(`requirements/dev.txt` is resolved under `shared/requirements.txt`; tests/project compares those of the functions).
What `sam build` makes of both is proved by `local.deploy_check`.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

LAYER_PACKAGE = "partner_program"
# A fixed time makes the same sources the same archive, and so the same key.
ARCHIVE_TIME = (1980, 1, 1, 0, 0, 0)
NO_CODE = frozenset({"requirements.in", "requirements.txt"})
"""What `sam build` installs from, and is not run."""
CODE_PROPERTIES = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}

Upload = Callable[[str, bytes], str]
"""Stores an archive under a key and returns its `s3://` address."""


def packaged_template(template: Path, upload: Upload) -> dict[str, Any]:
    """The template with every local code folder replaced by the address of its uploaded archive.

    Raises:
        FileNotFoundError: the template, or a folder it names, is not there.
    """
    parsed: dict[str, Any] = yaml_parse(template.read_text(encoding="utf-8"))
    shared_code = parsed.get("Globals", {}).get("Function", {}).get("CodeUri")
    for name, resource in parsed["Resources"].items():
        code_property = CODE_PROPERTIES.get(resource["Type"])
        if code_property is None:
            continue
        folder = template.parent / resource["Properties"].get(code_property, shared_code)
        archive = layer_archive(folder) if code_property == "ContentUri" else folder_archive(folder)
        digest = hashlib.sha256(archive).hexdigest()[:16]
        resource["Properties"][code_property] = upload(f"{name}-{digest}.zip", archive)
    return parsed


def layer_archive(folder: Path) -> bytes:
    """The layer's own package, below `python/` where the Lambda runtime looks."""
    package = folder / LAYER_PACKAGE
    return _archive((f"python/{LAYER_PACKAGE}/{path.relative_to(package)}", path) for path in _sources(package))


def folder_archive(folder: Path) -> bytes:
    """A function's folder, without the lists of its libraries."""
    return _archive((str(path.relative_to(folder)), path) for path in _sources(folder))


def _sources(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.name not in NO_CODE:
            yield path


def _archive(entries: Iterator[tuple[str, Path]]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in entries:
            archive.writestr(zipfile.ZipInfo(name, ARCHIVE_TIME), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return content.getvalue()
