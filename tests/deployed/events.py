"""EventBridge's pattern language, as far as the template uses it."""

from typing import Any

from tests.deployed.template import as_list


def matches(value: Any, pattern: Any) -> bool:
    """EventBridge's pattern language, as far as the template uses it: equal, prefix, anything-but some prefixes."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(matches(value.get(name), inner) for name, inner in pattern.items())
    for choice in pattern:
        if not isinstance(choice, dict):
            found = choice == value
        elif "anything-but" in choice:
            found = isinstance(value, str) and not value.startswith(tuple(as_list(choice["anything-but"]["prefix"])))
        else:
            found = isinstance(value, str) and value.startswith(choice["prefix"])
        if found:
            return True
    return False
