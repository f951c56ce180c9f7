"""Texts in bodies: short, on one line, with nothing in them that is not to be seen (B69)."""

from typing import Annotated

from pydantic import StringConstraints

LONGEST_REASON = 500
LINE = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\xa0][^\x00-\x1f\x7f-\x9f]*$"
"""One line that is not blank."""

ReasonText = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REASON, pattern=LINE)]
"""Why somebody acts; goes on record."""
DocumentText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=LINE)]
"""The reference of a document."""
