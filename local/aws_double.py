"""A stand-in for AWS that knows two things: nothing is stored yet, and what was sent to a queue."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class AwsDouble:
    """What the callers of the double asked for."""

    endpoint: str
    sent: list[dict[str, Any]] = field(default_factory=list)
    """Parameters of each `SendMessage`, in order."""
    operations: list[str] = field(default_factory=list)
    """`Service.Operation` of every call, in order."""

    def answer(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any] | None:
        """The response to a call; None for an operation that the double does not know."""
        self.operations.append(operation)
        match operation.split(".")[-1]:
            case "GetItem" | "PutItem":
                return {}
            case "Query":
                return {"Items": [], "Count": 0, "ScannedCount": 0}
            case "SendMessage":
                self.sent.append(parameters)
                digest = hashlib.md5(parameters["MessageBody"].encode(), usedforsecurity=False).hexdigest()
                return {"MessageId": str(len(self.sent)), "MD5OfMessageBody": digest}
        return None


@contextmanager
def aws_double() -> Iterator[AwsDouble]:
    """Serve the double on a free port of loopback for the time of a `with` block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    double = AwsDouble(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = _handler_of(double)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler_of(double: AwsDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = double.answer(self.headers.get("X-Amz-Target", ""), json.loads(body))
            content = json.dumps(answer if answer is not None else {"__type": "UnknownOperationException"}).encode()
            self.send_response(400 if answer is None else 200)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing: the caller reports."""

    return Handler
