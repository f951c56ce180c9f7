"""The world of deployed handlers on moto, for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.deployed.world import DEFAULT_TODAY, World, deployed


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A sandbox in which it is 15 March 2024."""
    with deployed(monkeypatch) as made:
        made.today(DEFAULT_TODAY)
        yield made
