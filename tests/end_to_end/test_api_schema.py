"""The OpenAPI document against the served stack, request after invented request: no 5xx, nothing it does not say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from local.openapi import OPENAPI
from local.stack import EmbeddedStack

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

SECONDS = 60
"""Of each role's run: what is invented goes on until they are over."""
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,ignored_auth,missing_required_header"
)
KNOWN = {
    "account_id": ["P1001-DE", "P1002-DK", "P1005-DE", "P1009-US"],
    "period": ["2024Q2", "2024Q3", "2024Q4", "2023Q4"],
    "month": ["2024-03", "2024-12"],
    "year": ["2023", "2024"],
    "kind": ["partners", "sites", "people", "trainings"],
    "distributor_id": ["EURODIS", "AMDIS"],
    "report_id": ["EURODIS-2024-01", "AMDIS-2024Q2"],
    "site_id": ["HAM1", "OXF1"],
    "batch_id": ["20240814-EUR-01"],
    "format": ["html", "pdf"],
    "requirement": ["business_plan"],
}
"""What there is on the played stack: most requests ask for it, so that more than the 404s is seen."""


def settings(folder: Path) -> Path:
    """A file of settings that binds parameters to what there is, four times out of five."""
    lines: list[str] = []
    for name, values in KNOWN.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    # What acts on a version is refused without one by a status of its own (RFC 6585).
    lines += ["[checks.missing_required_header]", "expected-statuses = [400, 401, 403, 406, 415, 422, 428]"]
    lines.append("[parameters]")
    lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = 0.8 }}' for name in KNOWN]
    path = folder / "schemathesis.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.catalogue("B68")
@pytest.mark.parametrize(("person", "examples"), [("anna", 12), ("carla", 8), ("fiona", 8), ("arthur", 4)])
def test_no_invented_request_is_answered_by_a_fault_or_by_what_the_document_does_not_say(
    sample_stack: EmbeddedStack, tmp_path: Path, person: str, examples: int
) -> None:
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(settings(tmp_path)),
        "run", str(OPENAPI),
        "--url", sample_stack.api_url, "--header", f"Authorization:Bearer {sample_stack.token(person)}",
        "--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", str(examples), "--seed", "5",
        "--request-timeout", "30", "--max-time", str(SECONDS), "--warnings", "off",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS * 4, check=False)
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
