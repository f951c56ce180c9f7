"""The program's today. The only place that reads a clock."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from partner_program.adapters.table import Table
from partner_program.use_cases.ports import Clock
from partner_program.values.periods import parse_date

CLOCK_KEY = ("SETTING", "CLOCK")
SANDBOX_TIME = time(12, tzinfo=UTC)
"""The time of day of everything that happens under the test clock."""


def utc_now() -> datetime:
    """This moment, with its time zone."""
    return datetime.now(UTC)


def program_date(moment: datetime, zone: ZoneInfo) -> date:
    """The civil date of a moment in the program's time zone."""
    return moment.astimezone(zone).date()


def stamped_on(stamp: str, zone: ZoneInfo) -> date:
    """The civil date on which an event happened, from its stamp (`2024-05-05T10:00:00Z#…`)."""
    return program_date(datetime.fromisoformat(stamp.partition("#")[0]), zone)


class SystemClock:
    """Real time. One clock serves one invocation and shows one date in it, even over midnight."""

    def __init__(self, zone: ZoneInfo, now: Callable[[], datetime] = utc_now) -> None:
        self._zone = zone
        self._now = now
        self._today: date | None = None

    def today(self) -> date:
        """The civil date in the program's time zone when first asked."""
        if self._today is None:
            self._today = program_date(self._now(), self._zone)
        return self._today

    def moment(self) -> datetime:
        """This moment, for what is kept or written: the entry of an act, the initiation of a payment."""
        return self._now()


class SandboxClock:
    """The test clock of a sandbox; while nobody has set it, real time. Wired in a sandbox only."""

    def __init__(self, program: Table, system: Clock) -> None:
        self._program = program
        self._system = system
        self._today: date | None = None

    def today(self) -> date:
        """The date that the test clock was moved to. Read once: an invocation sees one date."""
        if self._today is None:
            item = self._program.get(*CLOCK_KEY)
            self._today = parse_date(str(item["today"])) if item else self._system.today()
        return self._today

    def moment(self) -> datetime:
        """Noon (UTC) of the test clock's day: the same play leaves the same log and the same payment files."""
        return datetime.combine(self.today(), SANDBOX_TIME)

    def move_to(self, day: date) -> None:
        """Set the test clock for every later invocation."""
        pk, sk = CLOCK_KEY
        self._program.put({"pk": pk, "sk": sk, "today": day.isoformat()})
        self._today = day
