"""The rulebook: every value of the program as dated data with a unit, a citation and a basis.

`load_rulebook(edition, override_toml)` gives a `Rulebook`; `rulebook.at(day)` gives the `Rules` of a civil date.
How it is built and how an owner overrides values: docs/rulebook.md.
"""

from .answers import Accelerator, Benefit, Country, Region
from .benefits import BENEFITS
from .book import Rulebook
from .editions import edition_names
from .entries import Basis, DatedValue, Entry
from .errors import CountryNotInProgram, Mistake, NotInForce, RulebookInvalid, UnknownEdition
from .loader import DEFAULT_EDITION, load_rulebook
from .rules import Rules
from .units import Access, Level, Mode, Unit

__all__ = [
    "BENEFITS",
    "DEFAULT_EDITION",
    "Accelerator",
    "Access",
    "Basis",
    "Benefit",
    "Country",
    "CountryNotInProgram",
    "DatedValue",
    "Entry",
    "Level",
    "Mistake",
    "Mode",
    "NotInForce",
    "Region",
    "Rulebook",
    "RulebookInvalid",
    "Rules",
    "Unit",
    "UnknownEdition",
    "edition_names",
    "load_rulebook",
]
