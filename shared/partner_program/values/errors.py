"""Typed errors, for refused requests and bugs. Mistakes in uploaded data are values (see `domain.files.outcomes`)."""


class ProgramError(Exception):
    """Base of every error that this package raises on purpose."""


class InvalidValue(ProgramError, ValueError):
    """A text that is not the id, number, date or amount it is said to be."""


class NotFound(ProgramError, LookupError):
    """What was asked for does not exist."""


class VersionConflict(ProgramError):
    """Somebody else wrote the item first: read again and decide again."""


class StaleVersion(VersionConflict):
    """What is to be changed is no longer what the person has seen: nothing was changed; look again."""
