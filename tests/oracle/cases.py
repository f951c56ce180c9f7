"""Cases of an account found by looking at every day: shortfalls, what Premier owes, flags, the vendor's verdicts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tests.oracle.account import COMPLIANCE, Account, asked, civil, close_of, earns, holds, in_program
from tests.oracle.oracle import Parameters, Row


@dataclass
class Case:
    """One clock. Without `due_on` it waits for the vendor from the start; `notified` and `waits` say how far it is."""

    requirement: str
    subject: str
    tier: str
    opened_on: date
    due_on: date | None
    closed_on: date | None = None
    outcome: str | None = None
    notified: bool = False
    waits: bool = False

    @property
    def is_open(self) -> bool:
        return self.outcome is None

    def close(self, outcome: str, day: date) -> None:
        self.outcome, self.closed_on, self.waits = outcome, day, False

    def overdue(self, day: date) -> bool:
        """The day after its last day, and later."""
        return self.due_on is not None and day > self.due_on

    def texts(self) -> tuple[str, ...]:
        """What is compared with the engine: requirement, subject, opened, due, closed, outcome."""
        values = (self.requirement, self.subject, self.opened_on, self.due_on, self.closed_on, self.outcome)
        return tuple(str(value or "") for value in values)


def end_of_next_month(day: date) -> date:
    """The last day of "the current and the following month"."""
    months = day.year * 12 + day.month + 1
    return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)


def first_day_met(case: Case, account: Account, day: date) -> date | None:
    """The first day since the opening on which what the case is about was there, by what is known today."""
    if case.requirement == "business_plan":
        plans = [
            civil(row["submitted_on"]) for row in account.rows("business_plans", day) if row["year"] == case.subject
        ]
        return plans[0] if plans and plans[0] <= day else None
    if case.requirement == "brand_alignment":
        good = [
            civil(row["reviewed_on"]) for row in account.rows("brand_reviews", day) if row["outcome"] == "fulfilled"
        ]
        return min((seen for seen in good if case.opened_on < seen <= day), default=None)
    if case.requirement == "revenue":
        return day if earns("authorized", account, day) else None
    return _first_day_held(case, account, day)


def _first_day_held(case: Case, account: Account, day: date) -> date | None:
    looked_at = case.opened_on
    while looked_at <= day:
        if case.requirement == "terms":
            if in_program(account, looked_at, day):
                return looked_at
        elif holds(case.requirement, case.tier, account, looked_at, day):
            return looked_at
        looked_at += timedelta(days=1)
    return None


def shortfall(requirement: str, tier: str, since: date, account: Account, day: date) -> Iterator[Case]:
    """What a tier asks for and is short of today, from the first day of the shortfall, by what is known today."""
    if asked(requirement, tier, account.parameters) and not holds(requirement, tier, account, day, day):
        first = day
        while first > since and not holds(requirement, tier, account, first - timedelta(days=1), day):
            first -= timedelta(days=1)
        due_on = first + timedelta(days=account.parameters.compliance_days)
        yield Case(requirement, "", tier, first, due_on)


def redate(case: Case, since: date, account: Account, day: date) -> None:
    """By what is known today the shortfall began earlier: so did its sixty days."""
    while case.opened_on > since:
        before = case.opened_on - timedelta(days=1)
        if holds(case.requirement, case.tier, account, before, day):
            break
        case.opened_on, case.due_on = before, before + timedelta(days=account.parameters.compliance_days)


def out_of_program(started: date, account: Account, day: date) -> Iterator[Case]:
    """The last site closed, say: 60 days, then the vendor decides."""
    if not in_program(account, day, day):
        first = day
        while first > started and not in_program(account, first - timedelta(days=1), day):
            first -= timedelta(days=1)
        due_on = first + timedelta(days=account.parameters.compliance_days)
        yield Case("terms", account.parameters.terms_version, "", first, due_on)


def plan_owed(since: date, account: Account, day: date) -> Iterator[Case]:
    """R-4.1.6: this year's plan, from becoming Premier or 1 January."""
    if any(
        row["year"] == str(day.year) and civil(row["submitted_on"]) <= day
        for row in account.rows("business_plans", day)
    ):
        return
    after = timedelta(days=account.parameters.plan_days)
    new_year = date(day.year, 1, 1)
    due_on = since + after if since >= new_year else max(since + after, new_year + after)
    yield Case("business_plan", str(day.year), "premier", max(since, new_year), due_on)


def brand_owed(since: date, account: Account, day: date, waived_on: date | None = None) -> Iterator[Case]:
    """R-4.1.7: a first alignment, or a new one after a review that was not fulfilled; a waiver counts as a good one."""
    rows = account.rows("brand_reviews", day)
    seen = sorted((row["reviewed_on"], row["outcome"]) for row in rows if civil(row["reviewed_on"]) <= day)
    good = [reviewed_on for reviewed_on, outcome in seen if outcome == "fulfilled"]
    good += [waived_on.isoformat()] if waived_on is not None else []
    lapses = [civil(reviewed_on) for reviewed_on, _ in seen if good and reviewed_on > max(good)]
    if good and not lapses:
        return
    if lapses and lapses[0] >= since:
        yield Case("brand_alignment", "", "premier", lapses[0], end_of_next_month(day), notified=True)
    else:
        yield Case("brand_alignment", "", "premier", since, end_of_next_month(since))


def flag(tier_since: date, started: date, account: Account, day: date) -> Iterator[Case]:
    """R-3.4b: an Authorized account below its threshold when the year's books close, or when it falls to Authorized."""
    year, close = day.year - 1, close_of(day.year - 1, account.parameters)
    entered = started
    if account.rows("placements", day):  # which only tells the sequel of a longer story
        opened_on = min((civil(row["opened_on"]) for row in account.rows("sites", day)), default=started)
        enrolled_on = min((civil(row["enrolled_on"]) for row in account.rows("partners", day)), default=started)
        entered = min(started, max(enrolled_on, opened_on))
    judged = day == close or day == tier_since > close
    if judged and entered <= date(year, 1, 1) and not earns("authorized", account, day):
        yield Case("revenue", str(year), "authorized", day, None, waits=True)


def verdicts(case: Case, account: Account, day: date) -> list[Row]:
    """The vendor's decisions of today on a case."""
    rows = account.rows("case_decisions", day)
    named = (case.requirement, case.opened_on.isoformat(), day.isoformat())
    return [row for row in rows if (row["requirement"], row["opened_on"], row["decided_on"]) == named]


def time_passes(case: Case, day: date, parameters: Parameters) -> bool:
    """What a day does to an open case; true where it costs the tier."""
    if not case.overdue(day) or case.waits:
        return False
    if case.requirement in COMPLIANCE:
        return True
    if case.requirement == "brand_alignment" and not case.notified:
        case.notified, case.due_on = True, end_of_next_month(day)
        return False
    if case.requirement in parameters.automatic:
        return True
    case.waits = True
    return False
