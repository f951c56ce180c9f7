"""`partner-program serve`: the stack stays up, says how to reach it, takes uploads, and stops on Ctrl-C."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tests.end_to_end.api_client import POOL
from tests.end_to_end.playing import REPOSITORY

pytestmark = pytest.mark.end_to_end
START_SECONDS, WORK_SECONDS, STOP_SECONDS = 90, 60, 60


@pytest.fixture
def served() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """An empty stack and what it printed up to its last line."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from local.cli import app; app()", "serve"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process, _printed(process)
    finally:
        process.send_signal(signal.SIGINT)  # killed, it would leave its folder in the machine's temporary one
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _printed(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    lines: list[str] = []
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and "Ctrl-C" not in "".join(lines[-1:]):
        line = process.stdout.readline()
        if not line:
            break
        lines.append(line)
    return "".join(lines)


def _client(service: str, printed: str) -> Any:
    settings = dict(re.findall(r"export ([A-Z_]+)=(\S+)", printed))
    session = boto3.Session(
        aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
        region_name=settings["AWS_DEFAULT_REGION"],
    )
    return session.client(service, endpoint_url=settings["AWS_ENDPOINT_URL"])  # type: ignore[call-overload]  # any service


def test_what_is_printed_is_enough_to_upload_and_read_a_receipt_and_ctrl_c_stops_it(
    served: tuple[subprocess.Popen[str], str],
) -> None:
    process, printed = served
    buckets = dict(re.findall(r"(uploads|results) bucket\s+(\S+)", printed))
    s3 = _client("s3", printed)
    s3.put_object(Bucket=buckets["uploads"], Key="records/distributors/a.csv", Body=b"distributor_id,name\nD1,One\n")
    end = time.monotonic() + WORK_SECONDS
    found: list[str] = []
    while not found and time.monotonic() < end:
        listed = s3.list_objects_v2(Bucket=buckets["results"], Prefix="records/")
        found = [item["Key"] for item in listed.get("Contents", []) if item["Key"].endswith("receipt.json")]
    assert found == ["records/distributors/a/receipt.json"]
    process.send_signal(signal.SIGINT)
    assert process.wait(STOP_SECONDS) == 0


def test_what_is_printed_is_enough_to_ask_the_api_as_one_of_the_sample_people_or_of_ones_own(
    served: tuple[subprocess.Popen[str], str],
) -> None:
    _, printed = served
    settings = dict(re.findall(r"export ([A-Z_]+)=(\S+)", printed))
    given = {name: value for name, value in settings.items() if name != "API"}

    def api(*arguments: str) -> str:
        command = [sys.executable, "-c", "from local.cli import app; app()", "api", *arguments]
        environment = os.environ | given
        ran = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True)
        return ran.stdout.strip()

    token = api("token", "anna")
    for path, headers in (("/v1/locator?country=DE", {}), ("/v1/accounts", {"Authorization": f"Bearer {token}"})):
        assert path in printed
        answer = POOL.request("GET", settings["API"] + path, headers=headers)
        assert (answer.status, answer.json()["items"]) == (200, [])
    assert api("person", "karl", "--role", "partner", "--partner", "K100").startswith("karl  partner  K100")
    answer = POOL.request(
        "GET", f"{settings['API']}/v1/accounts", headers={"Authorization": f"Bearer {api('token', 'karl')}"}
    )
    assert (answer.status, answer.json()["items"]) == (200, [])
