"""The letters that every bank takes, counted out here by themselves: an oracle of what the product writes."""

import string

TAKEN = frozenset(string.ascii_letters + string.digits + "/-?:().,'+ ")
"""SWIFT character set x without its line breaks."""


def is_bank_text(text: str) -> bool:
    """Whether every bank takes the text as it is."""
    return frozenset(text) <= TAKEN
