"""The Terms and Conditions in versions, each with the day by which it must have been accepted (R-4.1.1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from .entries import Entry
from .errors import Mistake

VERSION = "terms.version"
ACCEPT_BY = "terms.accept_by"


@dataclass(frozen=True, slots=True)
class TermsVersion:
    """A version from its first day on. `accept_by`: the last day for those who had accepted an earlier one."""

    version: str
    starts: date
    accept_by: date | None


def terms_versions(entries: Mapping[str, Entry]) -> tuple[TermsVersion, ...]:
    """Every version by its first day. The same version written once more with a later day is no new one."""
    days = {dated.starts: dated.value for dated in entries[ACCEPT_BY].values if isinstance(dated.value, date)}
    found: list[TermsVersion] = []
    for dated in entries[VERSION].values:
        if isinstance(dated.value, str) and (not found or found[-1].version != dated.value):
            found.append(TermsVersion(dated.value, dated.starts, days.get(dated.starts)))
    return tuple(found)


def accept_by_mistakes(entries: Mapping[str, Entry]) -> Iterator[Mistake]:
    """A day that stands with no version, or before its version, would be passed over in silence."""
    starts = [terms.starts for terms in terms_versions(entries)]
    for dated in entries[ACCEPT_BY].values:
        if dated.starts not in starts:
            problem = f"no version of the Terms starts on {dated.starts}"
            yield Mistake(ACCEPT_BY, problem, f"let it start on the same day as the {VERSION} that it is for")
        elif not isinstance(dated.value, date):
            continue
        elif dated.starts == starts[0]:
            problem = f"{dated.starts} is the first day of the first version, which replaces no other"
            yield Mistake(ACCEPT_BY, problem, "let it start on the first day of a later version")
        elif dated.value < dated.starts:
            problem = f"{dated.value} lies before {dated.starts}, the first day of the version"
            yield Mistake(ACCEPT_BY, problem, "give that day or a later one")
