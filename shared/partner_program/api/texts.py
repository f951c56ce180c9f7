"""Texts in bodies: short, on one line, with nothing in them that is not to be seen (B69)."""

from typing import Annotated

from pydantic import StringConstraints

LONGEST_REASON = 500
_FORBIDDEN = r"\p{Cc}\p{Cf}\p{Zl}\p{Zp}"  # what cells of records refuse (CONTROL_CHARACTER)
_BLANK = r"\s\p{Default_Ignorable_Code_Point}\x{2800}"  # the last: a Braille cell without a dot
LINE = rf"\A[^{_FORBIDDEN}]*[^{_FORBIDDEN}{_BLANK}][^{_FORBIDDEN}]*\z"
"""One line that is not blank, of characters that are seen as they are: none turns round how the line is read."""

ReasonText = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REASON, pattern=LINE)]
"""Why somebody acts; goes on record."""
DocumentText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=LINE)]
"""The reference of a document."""
