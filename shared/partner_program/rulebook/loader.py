"""Loading: an edition of the package, an owner's values on top, validated whole."""

from functools import lru_cache

from .book import Rulebook
from .checks import check_whole
from .editions import read_edition
from .errors import RulebookInvalid
from .owner import apply_override

DEFAULT_EDITION = "guide-2022"


def load_rulebook(edition: str = DEFAULT_EDITION, override_toml: str | None = None) -> Rulebook:
    """The rulebook of an edition, with an owner's file (the text of it) laid over it where one is given.

    Loaded once for each edition and text. Raises `UnknownEdition`, and `RulebookInvalid` with every mistake of the
    owner's file at once; an edition alone is not checked again here, a test does that for the package.
    """
    return _load(edition, override_toml)


@lru_cache(maxsize=8)
def _load(edition: str, override_toml: str | None) -> Rulebook:
    package = read_edition(edition)
    if override_toml is None:
        return Rulebook(edition, package.entries)
    entries, mistakes = apply_override(package, override_toml)
    mistakes += check_whole(entries, package.entries)
    if mistakes:
        raise RulebookInvalid(mistakes)
    return Rulebook(edition, entries)
