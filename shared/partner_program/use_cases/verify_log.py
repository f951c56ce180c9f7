"""The audit log against itself, against the marks of its acts, and against what was kept of it elsewhere."""

from collections.abc import Iterable, Iterator, Sequence

from partner_program.domain.payments.audit import AuditEntry, breaks
from partner_program.use_cases.verify_kept import Finding

_LOG = "audit log"


def log_findings(
    entries: Sequence[AuditEntry], marked: int, marks: Iterable[tuple[str, int]], anchors: Iterable[tuple[int, str]]
) -> Iterator[Finding]:
    """Whether it holds: the chain, each act under the number of its mark, and the entries that somebody has noted.

    The first `marked` entries were read before the marks, so each of them must have one.
    """
    yield from (Finding(_LOG, text) for text in breaks(entries))
    log = {entry.act.act_id: entry for entry in entries}
    known = dict(marks)
    for name, number in sorted(known.items(), key=lambda mark: mark[1]):
        if name not in log or log[name].number != number:
            yield Finding(_LOG, f"{name} was entered as number {number} and is no longer there")
    for entry in entries[:marked]:
        if known.get(entry.act.act_id) != entry.number:
            yield Finding(_LOG, f"entry {entry.number}, {entry.act.act_id}, was not entered by the program: no mark")
    numbered = {entry.number: entry for entry in entries}
    for number, digest in anchors:
        if number not in numbered:
            yield Finding(_LOG, f"entry {number} was there once, as noted outside, and is no longer there")
        elif numbered[number].digest != digest:
            yield Finding(_LOG, f"entry {number} is another than noted outside: the log was written anew up to there")
