"""Runs inside a bare Python of the runtime's version: imports one built function and calls it. Standard library only.

Started by `local.deploy_check` with ``-I -S -B``, so that nothing is importable but the standard library and the
folders in the task on standard input, and nothing is written into them. Prints one JSON object as its last line.
"""

import importlib
import importlib.util
import json
import os
import sys
import time
import zoneinfo
from pathlib import Path
from typing import Any


class Context:
    """Lambda's context object, as far as a handler may look."""

    function_name = "deploy-check"
    function_version = "$LATEST"
    memory_limit_in_mb = 1024
    aws_request_id = "00000000-0000-4000-8000-000000000000"
    invoked_function_arn = "arn:aws:lambda:eu-central-1:111122223333:function:deploy-check"

    def get_remaining_time_in_millis(self) -> int:
        """Plenty."""
        return 60_000


def probe(task: dict[str, Any]) -> dict[str, Any]:
    """Import the handler from the task's folders, call it with each event, tell what came of it."""
    sys.path[:0] = task["paths"]
    os.environ.clear()
    os.environ.update(task["environment"])
    zoneinfo.reset_tzpath(to=[])  # the layer must bring its own time zones
    started = time.perf_counter()
    module_name, handler_name = task["handler"].rsplit(".", 1)
    handler = getattr(importlib.import_module(module_name), handler_name)
    for module in task["later"]:
        importlib.import_module(module)
    imported = time.perf_counter()
    answers = [_answer(handler, event) for event in task["events"]]
    return {
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "import_ms": round((imported - started) * 1000),
        "answer_ms": round((time.perf_counter() - imported) * 1000),
        "answers": answers,
        "loaded_from": sorted({_folder(module, task["paths"]) for module in list(sys.modules.values())} - {""}),
        "compiles": sorted(name for name, module in list(sys.modules.items()) if _compiles(module, task["shipped"])),
    }


def _answer(handler: Any, event: object) -> dict[str, Any]:
    try:
        return {"returned": handler(event, Context())}
    except Exception as error:  # noqa: BLE001  # whatever it is, the other side judges it by its type
        return {"raised": type(error).__name__, "message": str(error)}


def _compiles(module: Any, shipped: list[str]) -> bool:
    """Whether Lambda compiles it at every cold start: what is shipped beside it as bytecode is not of this source.

    Bytecode must go by the source's hash: archives give every file the same time, and the folders are read-only.
    """
    file, spec = getattr(module, "__file__", None) or "", getattr(module, "__spec__", None)
    if not file.endswith(".py") or not any(file.startswith(path + os.sep) for path in shipped):
        return False
    checked_hash = (3).to_bytes(4, "little")  # PEP 552
    wanted = importlib.util.MAGIC_NUMBER + checked_hash + importlib.util.source_hash(Path(file).read_bytes())
    cached = Path(spec.cached) if spec and spec.cached else None
    return cached is None or not cached.exists() or cached.read_bytes()[: len(wanted)] != wanted


def _folder(module: Any, paths: list[str]) -> str:
    """Which of the given folders a module was loaded from; its own path if from none and not from the library."""
    file = getattr(module, "__file__", None)
    if file is None:
        return ""
    library = str(Path(os.__file__).parent)
    if file == str(Path(__file__).resolve()) or (file.startswith(library) and "site-packages" not in file):
        return ""
    return next((path for path in paths if file.startswith(path + os.sep)), file)


if __name__ == "__main__":
    outcome = probe(json.loads(sys.stdin.read()))
    sys.stdout.write("\n" + json.dumps(outcome) + "\n")
