"""Every `curl` command of the documents does what is printed below it, on the stack of the played sample.

On the stack as it was played: before the files, later in the order of names, that act on it at random.
"""

import json
from typing import Any

import pytest
import urllib3

from local.openapi_examples import QUESTIONS, answered, kept
from local.stack import EmbeddedStack
from tests.end_to_end.api_client import POOL
from tests.end_to_end.guide import LEFT_OUT, differences, examples, exports, request_of
from tests.end_to_end.playing import REPOSITORY

pytestmark = pytest.mark.end_to_end

DOCUMENTS = ("README.md", "docs/api.md")
VOLATILE = frozenset({"at", "digest", "last_digest", "object_version", "rulebook_digest", "seal", "tag"})
"""What an answer of another day's play has otherwise."""


def test_the_answers_in_the_description_of_the_api_are_those_of_the_sample(sample_stack: EmbeddedStack) -> None:
    """Before the commands of the documents: some of them record something."""
    said = kept()
    for question in QUESTIONS:
        answer = answered(question, sample_stack.api_url, sample_stack.token)
        wrong = list(differences(_lasting(said[question.operation]), answer))
        assert wrong == [], f"{question.operation}: python -m local.openapi_examples takes them anew"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_command_of_a_document_is_answered_as_it_says(document: str, sample_stack: EmbeddedStack) -> None:
    text = (REPOSITORY / document).read_text(encoding="utf-8")
    environment = {
        name: sample_stack.token(person) if person else sample_stack.api_url for name, person in exports(text).items()
    }
    found = list(examples(text))
    assert len(found) >= 4
    for example in found:
        asked = request_of(example.command, environment)
        answer = POOL.request(asked.method, asked.url, body=asked.body, headers=dict(asked.headers))
        if example.kind == "json":
            wrong = list(differences(json.loads(example.answer), json.loads(answer.data)))
        else:
            wrong = [line for line in example.answer.splitlines() if line not in _as_shown(answer)]
        assert wrong == [], f"{example.name}\n{answer.status} {answer.data[:3000]!r}"


def _lasting(said: Any) -> Any:
    if isinstance(said, dict):
        return {name: LEFT_OUT if name in VOLATILE else _lasting(value) for name, value in said.items()}
    return [_lasting(one) for one in said] if isinstance(said, list) else said


def _as_shown(answer: urllib3.BaseHTTPResponse) -> list[str]:
    """What `curl -i` prints, as far as documents show it: status, headers, body."""
    headers = [f"{name.lower()}: {value}" for name, value in answer.headers.items()]
    return [f"HTTP {answer.status}", *headers, answer.data.decode()]


def test_what_an_answer_has_otherwise_is_found_wherever_it_stands() -> None:
    said = {"a": [{"b": "1"}, "…"], "…": "…"}
    assert list(differences(said, {"a": [{"b": "1"}, {"b": "2"}], "c": 3})) == []
    assert list(differences(said, {"a": [{"b": "2"}], "c": 3})) == ['/a/0/b is "2", the document says "1"']
    assert list(differences(said, {"c": 3})) == ["/a is missing"]
    assert list(differences({"a": ["x"]}, {"a": ["x", "y"]})) == ["/a has 2 items"]
    assert list(differences({"a": "x"}, {"a": "x", "b": "y"})) == ["/b is not in the document"]
