"""Starts, asks and ends the emulator's process, whose inside is `local.emulator`."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

HOST = "127.0.0.1"
ACCOUNT_ID = "111122223333"
REGION: Final = "eu-central-1"
REPOSITORY = Path(__file__).resolve().parent.parent

START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 60
ANSWER_TIMEOUT_SECONDS = 60
KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "SYSTEMROOT")
LOG_TAIL_LINES = 20


class StackError(Exception):
    """The embedded stack could not start, deploy or come to rest; the message says what was seen."""


@dataclass
class EmulatorProcess:
    """One process that serves AWS on loopback from a folder of its own.

    Args:
        state: made if missing; the log, objects and temporary files are in it.
        port: where to listen; None takes a free one.
    """

    state: Path
    port: int | None = None
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    @property
    def log(self) -> Path:
        """The emulator's log: failures of functions with their traces are in it."""
        return self.state / "emulator.log"

    @property
    def process_id(self) -> int | None:
        """Of the running process; None when there is none."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the emulator and wait until it answers. Raises `StackError` when it does not."""
        self.state.mkdir(parents=True, exist_ok=True)
        for folder in ("tmp", "objects"):
            (self.state / folder).mkdir(exist_ok=True)
        self.port = self.port or _free_port()
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local.emulator"],
                stdin=subprocess.PIPE,  # held open: the emulator ends when it closes
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=REPOSITORY,
                env=self._environment(),
                start_new_session=True,  # Ctrl-C is for the runner, which then stops the emulator in order
            )
        self._wait_until_it_answers()

    def stop(self) -> None:
        """Stop the emulator, in order if it will. Never raises for an emulator already gone."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def ask(self, method: str, path: str) -> dict[str, Any]:
        """The JSON answer to a request outside of AWS. Raises `StackError` when the emulator is gone."""
        if self._process is not None and self._process.poll() is not None:
            raise StackError(f"the emulator is gone:\n{self._log_tail()}")
        connection = http.client.HTTPConnection(HOST, self.port or 0, timeout=ANSWER_TIMEOUT_SECONDS)
        try:
            connection.request(method, path)
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
            return answer
        finally:
            connection.close()

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
        return kept | {
            "BIND_HOST": HOST,  # its default is every interface
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOST": "localhost",
            "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,  # else requests without credentials belong to another account
            "MINISTACK_REGION": REGION,
            "TMPDIR": str(self.state / "tmp"),
            "STATE_DIR": str(self.state / "tmp"),
            "PERSIST_STATE": "0",  # what is in the stack goes with it
            "S3_DATA_DIR": str(self.state / "objects"),
            "S3_PERSIST": "0",
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "DOCKER_HOST": f"unix://{self.state / 'no-docker'}",  # it would remove containers it takes for its own
            "AWS_CONFIG_FILE": os.devnull,  # a developer's own settings are no part of the stack
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",  # else a token is made without what its function was to say
            "LOG_LEVEL": "WARNING",
            "PYTHONUNBUFFERED": "1",
        }

    def _wait_until_it_answers(self) -> None:
        end = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < end:
            if self._process is None or self._process.poll() is not None:
                raise StackError(f"the emulator ended at its start:\n{self._log_tail()}")
            try:
                self.ask("GET", "/_ministack/health")
                return
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)
        raise StackError(f"the emulator did not answer within {START_TIMEOUT_SECONDS} s:\n{self._log_tail()}")

    def _log_tail(self) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
