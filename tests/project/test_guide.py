"""What the documents have typed can be typed: every name that a command uses was exported, every program is found."""

import re

import pytest

from tests.deployed.template import REPOSITORY
from tests.end_to_end.guide import examples, exports

DOCUMENTS = ("README.md", *sorted(path.relative_to(REPOSITORY).as_posix() for path in REPOSITORY.glob("docs/*.md")))
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_BARE = re.compile(r"(?:^|[\s(;|])(partner-program [a-z-]+)", re.MULTILINE)


@pytest.mark.parametrize("document", ["README.md", "docs/api.md"])
def test_every_name_that_an_example_uses_is_exported_by_its_document(document: str) -> None:
    text = (REPOSITORY / document).read_text(encoding="utf-8")
    used = {name for one in examples(text) for name in re.findall(r"\$([A-Z]+)", one.command)}
    assert used
    assert used <= set(exports(text))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_command_to_type_names_the_program_where_it_is(document: str) -> None:
    text = (REPOSITORY / document).read_text(encoding="utf-8")
    assert [bare for block in _BLOCK.findall(text) for bare in _BARE.findall(block)] == []
