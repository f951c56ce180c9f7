"""How far scheduled jobs have come: one item for each job in the program table."""

from datetime import date

from partner_program.adapters.table import Table

_PROGRESS = "PROGRESS"
_RULEBOOK = "RULEBOOK"


class DynamoJobLog:
    """The `JobLog` port on the program table."""

    def __init__(self, program: Table) -> None:
        self._table = program

    def last_done(self, job: str) -> date | None:
        """The last business date that was done whole; None before the first."""
        item = self._table.get(f"JOB#{job}", _PROGRESS)
        return date.fromisoformat(str(item["done_on"])) if item else None

    def mark_done(self, job: str, day: date) -> None:
        """Conditional, so that a late run of an earlier day moves nothing back (F26)."""
        self._table.put(
            {"pk": f"JOB#{job}", "sk": _PROGRESS, "kind": "job", "done_on": day.isoformat()},
            condition="attribute_not_exists(pk) OR done_on < :day",
            values={":day": day.isoformat()},
        )

    def rulebook_seen(self, job: str) -> str | None:
        """One read."""
        item = self._table.get(f"JOB#{job}", _RULEBOOK)
        return str(item["digest"]) if item else None

    def note_rulebook(self, job: str, digest: str) -> None:
        """Whoever comes last: two runs of one moment read the same rulebook."""
        self._table.put({"pk": f"JOB#{job}", "sk": _RULEBOOK, "kind": "job", "digest": digest})
