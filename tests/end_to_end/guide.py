"""Examples of documents: `curl` commands with the answers that stand behind them, read and compared.

A block of `sh` that begins with `curl` is an example if a block of `json` or `text` follows it. In that, `"…": "…"`
stands for names that are left out of an object, and a last item `"…"` for items that are left out of a list.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Template

LEFT_OUT = "…"
_EXAMPLE = re.compile(r"```sh\n(?P<command>curl .*?)```\s*```(?P<kind>json|text)\n(?P<answer>.*?)```", re.DOTALL)

_EXPORT = re.compile(
    r"^export (?P<name>[A-Z]+)=\$\(\.venv/bin/partner-program api (url|token (?P<person>[a-z]+))\)", re.MULTILINE
)


@dataclass(frozen=True)
class Example:
    """A command, and what is said to come back."""

    command: str
    kind: str
    answer: str

    @property
    def name(self) -> str:
        """For people: the command without its secrets, in one line."""
        return " ".join(self.command.split())[:100]


@dataclass(frozen=True)
class Request:
    """What a `curl` command asks for."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str | None
    shows_status: bool


def examples(text: str) -> Iterator[Example]:
    """The examples of a document, in order."""
    for found in _EXAMPLE.finditer(text):
        yield Example(found["command"].strip(), found["kind"], found["answer"].strip())


def exports(text: str) -> dict[str, str | None]:
    """What a document has exported: names, with whose token each is; None: the address of the API."""
    return {found["name"]: found["person"] for found in _EXPORT.finditer(text)}


def request_of(command: str, environment: Mapping[str, str]) -> Request:
    """What curl would send. Only the options that the documents use are known: any other raises `ValueError`."""
    words = iter(shlex.split(command.replace("\\\n", " ")))
    if next(words) != "curl":
        raise ValueError("no curl command")
    method, url, body, shows = None, "", None, False
    headers: dict[str, str] = {}
    for word in words:
        if word in ("-s", "-sS"):
            continue
        if word in ("-i", "-si"):
            shows = True
        elif word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = Template(value).substitute(environment)
        elif word in ("-d", "--json"):
            body = next(words)
            headers |= {"Content-Type": "application/json"} if word == "--json" else {}
        elif word.startswith("-"):
            raise ValueError(f"curl {word} is not known here")
        else:
            url = Template(word).substitute(environment)
    return Request(method or ("POST" if body is not None else "GET"), url, headers, body, shows)


def differences(said: object, found: object, at: str = "") -> Iterator[str]:
    """Where an answer is not what a document says, by JSON pointer."""
    if isinstance(said, dict) and isinstance(found, dict):
        open_ended = LEFT_OUT in said
        for name in said.keys() - {LEFT_OUT} - found.keys():
            yield f"{at}/{name} is missing"
        for name in found.keys() - said.keys():
            if not open_ended:
                yield f"{at}/{name} is not in the document"
        for name in said.keys() & found.keys():
            yield from differences(said[name], found[name], f"{at}/{name}")
    elif isinstance(said, list) and isinstance(found, list):
        rest = said[:-1] if said and said[-1] == LEFT_OUT else said
        if len(found) < len(rest) or (rest is said and len(found) != len(said)):
            yield f"{at} has {len(found)} items"
        for number, (one, other) in enumerate(zip(rest, found, strict=False)):
            yield from differences(one, other, f"{at}/{number}")
    elif said != LEFT_OUT and said != found:
        yield f"{at} is {_text(found)}, the document says {_text(said)}"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
