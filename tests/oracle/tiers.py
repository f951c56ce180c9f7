"""Tiers and cases of a program folder found by trying every day: the oracle's second half."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.oracle import cases
from tests.oracle.account import COMPLIANCE, Account, books_are_open, civil, close_of, earns, holds, in_program
from tests.oracle.cases import Case
from tests.oracle.oracle import TIERS

OF_PREMIER = ("business_plan", "brand_alignment")


@dataclass(frozen=True)
class Change:
    """A tier from a day on; None: no longer in the program."""

    day: date
    tier: str | None


@dataclass
class Course:
    """What became of an account: every change of tier, every case in the order of their opening."""

    changes: list[Change] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    lost_for: dict[str, tuple[str, date]] = field(default_factory=dict)
    """What Premier was lost for or owed when it was lost, while it is not regained: subject and day."""

    @property
    def tier(self) -> str | None:
        return self.changes[-1].tier if self.changes else None

    @property
    def since(self) -> date:
        return self.changes[-1].day

    def open_cases(self) -> list[Case]:
        return [case for case in self.cases if case.is_open]

    def move(self, day: date, tier: str | None) -> None:
        self.changes.append(Change(day, tier))


def course(account: Account, through: date) -> Course:
    """Everything that happens to an account from the program's start through a day."""
    found = Course()
    day = account.folder.start
    while day <= through:
        if found.tier or (not found.changes and _enters(found, account, day)):
            _live(found, account, day)
        day += timedelta(days=1)
    return found


def tier_on(changes: Sequence[Change], day: date) -> str | None:
    """The tier held at the end of a day."""
    held = [change.tier for change in changes if change.day <= day]
    return held[-1] if held else None


def _enters(found: Course, account: Account, day: date) -> bool:
    """Where an account starts: its placement if there is one, else authorized once in the program."""
    for row in account.rows("placements", day):
        if civil(row["placed_on"]) <= day:
            found.move(day, row["tier"])
        return bool(found.changes)
    if in_program(account, day, day):
        found.move(day, "authorized")
    return bool(found.changes)


def _live(found: Course, account: Account, day: date) -> None:
    """One day of an account with a tier: cures, new shortfalls, verdicts, deadlines, the year's close, promotion."""
    for case in found.open_cases():
        met_on = cases.first_day_met(case, account, day)
        if met_on is not None:
            case.close("corrected" if met_on == case.opened_on else "cured", met_on)
        elif case.requirement in COMPLIANCE:
            cases.redate(case, found.since, account, day)
    _open(found, account, day)
    lost = _lost(found, account, day)
    if lost is not None:
        _demote(found, account, day, lost)
    _promote(found, account, day)
    _open(found, account, day)


def _open(found: Course, account: Account, day: date) -> None:
    known = {(case.requirement, case.subject) for case in found.open_cases()}
    known |= {(case.requirement, case.subject) for case in found.cases if case.outcome == "waived" and case.subject}
    for case in _owed(found, account, day, {requirement for requirement, _ in known}):
        if (case.requirement, case.subject) not in known:
            found.cases.append(case)


def _owed(found: Course, account: Account, day: date, known: Set[str]) -> Iterator[Case]:
    """What is short of; of the requirements that have a case already, it need not be looked for."""
    tier, started = found.tier, found.changes[0].day
    if tier is None:
        return
    if "terms" not in known:
        yield from cases.out_of_program(started, account, day)
    for requirement in COMPLIANCE:
        if requirement not in known:
            yield from cases.shortfall(requirement, tier, found.since, account, day)
    if tier == "premier":
        yield from cases.plan_owed(found.since, account, day)
        waived = [case.closed_on for case in found.cases if not case.subject and case.outcome == "waived"]
        waived_on = waived[-1] if waived and waived[-1] and waived[-1] >= found.since else None
        yield from cases.brand_owed(found.since, account, day, waived_on)
    if tier == "authorized":
        yield from cases.flag(found.since, started, account, day)


def _lost(found: Course, account: Account, day: date) -> list[Case] | None:
    """The cases for which the tier is lost today, none for the revenue of a closed year; None: it is kept."""
    costing = [case for case in found.open_cases() if cases.time_passes(case, day, account.parameters)]
    costing += [case for case in found.open_cases() if _decided(case, found, account, day)]
    if found.tier is None:
        return None
    judged = day == close_of(day.year - 1, account.parameters) and found.tier != "authorized"
    if costing or (judged and not earns(found.tier, account, day)):
        return costing
    return None


def _decided(case: Case, found: Course, account: Account, day: date) -> bool:
    """Carries the vendor's verdicts of the day out; true where one costs the tier."""
    for row in cases.verdicts(case, account, day):
        if not case.is_open:
            continue
        if row["verdict"] == "extend":
            until = civil(row["until"])
            if until > max(day, case.due_on or day):
                case.due_on, case.waits = until, False
        elif row["verdict"] == "waive":
            case.close("waived", day)
        elif case.waits and row["verdict"] == "end_participation":
            case.close("ended", day)
            found.move(day, None)
            for other in found.open_cases():
                other.close("moot", day)
        elif case.waits and found.tier != "authorized":
            return True
    return False


def _demote(found: Course, account: Account, day: date, lost: list[Case]) -> None:
    """R-3.3: in one step to the highest lower tier of which every requirement is met."""
    assert found.tier is not None
    lower = [tier for tier in reversed(TIERS) if TIERS.index(tier) < TIERS.index(found.tier)]
    if not lower:
        return
    fits = (tier for tier in lower if _meets(tier, account, day, kept=books_are_open(account, day)))
    if found.tier == "premier":
        owed = [case for case in found.open_cases() if case in lost or case.waits]
        found.lost_for = {case.requirement: (case.subject, day) for case in owed if case.requirement in OF_PREMIER}
    found.move(day, next(fits, "authorized"))
    for case in found.open_cases():
        if case.requirement != "terms":
            case.close("demoted" if case in lost else "moot", day)


def _promote(found: Course, account: Account, day: date) -> None:
    """R-3.1a: to the highest tier of which every requirement is met; a tier may be skipped."""
    for tier in reversed(TIERS[TIERS.index(found.tier) + 1 :] if found.tier else ()):
        barred = tier == "premier" and _barred(found, account, day)
        if not barred and _meets(tier, account, day):
            found.move(day, tier)
            if tier == "premier":
                found.lost_for.clear()
            for case in found.open_cases():
                if case.requirement != "terms":
                    case.close("moot", day)
            return


def _barred(found: Course, account: Account, day: date) -> bool:
    """No flapping: Premier lost for want of a plan or alignment comes back only with it."""
    if "business_plan" in found.lost_for and not _made_up_for(*found.lost_for["business_plan"], account, day):
        return True
    return "brand_alignment" in found.lost_for and any(True for _ in cases.brand_owed(day, account, day))


def _made_up_for(year: str, lost_on: date, account: Account, day: date) -> bool:
    """By the plan of this year; not by one that was there already when that of another year cost the tier."""
    plans = account.rows("business_plans", day)
    of_today = [plan for plan in plans if plan["year"] == str(day.year) and civil(plan["submitted_on"]) <= day]
    of_then = [plan for plan in plans if plan["year"] == year and civil(plan["submitted_on"]) <= day]
    in_spite = day.year == lost_on.year and any(civil(plan["submitted_on"]) < lost_on for plan in of_today)
    return bool(of_then if in_spite and year != str(day.year) else of_today)


def _meets(tier: str, account: Account, day: date, *, kept: bool = False) -> bool:
    """Every requirement; with `kept` the revenue of an unfinished year is not looked at."""
    if not in_program(account, day, day) or not (kept or tier == "authorized" or earns(tier, account, day)):
        return False
    return all(holds(requirement, tier, account, day, day) for requirement in COMPLIANCE)
