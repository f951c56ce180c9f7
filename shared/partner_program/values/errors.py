"""Typed errors, for refused requests and bugs. Mistakes in uploaded data are values (see `domain.files.outcomes`)."""


class ProgramError(Exception):
    """Base of every error that this package raises on purpose.

    `at`: the places in a request that it is about, where whoever raises it knows them: the name of a query parameter,
    or a JSON pointer into the body (RFC 6901), as `/licences`.
    """

    at: tuple[str, ...] = ()


class InvalidValue(ProgramError, ValueError):
    """A text that is not the id, number, date or amount it is said to be."""

    def __init__(self, told: str, *at: str) -> None:
        super().__init__(told)
        self.at = at


class NotFound(ProgramError, LookupError):
    """What was asked for does not exist."""


class VersionConflict(ProgramError):
    """Somebody else wrote the item first: read again and decide again."""


class StaleVersion(VersionConflict):
    """What is to be changed is no longer what the person has seen: nothing was changed; look again."""
