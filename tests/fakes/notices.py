"""States in which every kind of notice has its cause, and the ports of announcing and mailing in memory."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.facts import CaseDecision, Partner, Verdict
from partner_program.domain.notices.derive import notices
from partner_program.domain.notices.model import AnyNotice
from partner_program.domain.tiers.account import (
    AccountState,
    AdviceTold,
    ChangeReason,
    EntitlementChange,
    Expiry,
    ExpiryReminder,
    IdleDecision,
    Memory,
    TierChange,
)
from partner_program.domain.tiers.cases import Case, CaseEvent, CaseOutcome, CaseStep
from partner_program.domain.tiers.findings import Advice, Finding, Requirement
from partner_program.use_cases.notice_ports import Mail, MailRecord, StoredNotice
from partner_program.use_cases.queries.standing_notices import NoticeBatch
from partner_program.values.errors import VersionConflict
from partner_program.values.ids import split_account_id
from partner_program.values.tiers import Tier

ACCOUNT_ID = "P0001-DE"
PARTNER = Partner(
    partner_id="P0001", name="Alpha <Bild & Ton>", enrolled_on=date(2023, 1, 2), contact_email="office@partner.example"
)


def on(text: str) -> date:
    return date.fromisoformat(text)


def a_state(
    assessed_on: str, *, changes: Sequence[TierChange] = (), memory: Memory | None = None, account: str = ACCOUNT_ID
) -> AccountState:
    partner_id, country = split_account_id(account)
    return AccountState(
        account_id=account,
        partner_id=partner_id,
        country=country,
        currency="EUR",
        assessed_on=on(assessed_on),
        edition="guide-2022",
        rulebook_digest="0" * 64,
        tier=Tier.PREMIER,
        tier_changes=tuple(changes),
        ytd_revenue=Decimal("1250.00"),
        prev_year_revenue=Decimal("900.00"),
        findings=(a_finding(Requirement.MCIT, met=True),),
        expiries=EXPIRIES,
        advice=(Advice(tier=Tier.ADVANCED, missing=(a_finding(Requirement.MCDE), a_finding(Requirement.MCIT))),),
        memory=memory or Memory(),
    )


def a_finding(requirement: Requirement, *, met: bool = False) -> Finding:
    return Finding(
        rule="R-4.1.5a",
        requirement=requirement,
        tier=Tier.ADVANCED,
        met=met,
        required="2 people",
        found="2 people" if met else "1 person",
        missing=None if met else "1 person",
        facts=("certifications/C-1",),
        mend=None if met else "one more person with a valid certification",
    )


def a_change(day: str, before: Tier | None, after: Tier | None, reason: ChangeReason) -> TierChange:
    lost = reason in (ChangeReason.DEMOTED, ChangeReason.ENDED)
    return TierChange(
        changed_on=on(day),
        from_tier=before,
        to_tier=after,
        reason=reason,
        rule="R-3.2" if lost else "R-3.1",
        edition="guide-2022",
        findings=(a_finding(Requirement.MCDE, met=not lost),),
        reached_on=None if lost else on(day) - timedelta(days=3),
        business_days=None if lost else 3,
        cause="MCDE was not met on 2024-04-29, the last day to mend it" if lost else "",
        case_ids=("MCDE-2024-03-01",) if lost else (),
        entitlements=(
            EntitlementChange(rule="R-4.2.1", benefit="Tier discount", before="30 %", after="20 %" if lost else "34 %"),
        ),
    )


def a_case(
    requirement: Requirement,
    *steps: tuple[str, CaseStep] | tuple[str, CaseStep, str | None],
    due: str | None = "2024-04-29",
    outcome: CaseOutcome | None = None,
    decisions: Sequence[CaseDecision] = (),
    subject: str = "",
    rule: str = "R-3.2",
    required: str = "2 people",
    missing: str = "1 person",
    causes: Sequence[str] = ("C-1 of E-1 expired on 2024-02-29",),
) -> Case:
    """A step may name the last day as it stood after it; else that of the step before, at first `due`."""
    events: list[CaseEvent] = []
    for day, step, *last_day in steps:
        due = last_day[0] if last_day else due
        note = "from 2024-02-01 instead of 2024-03-01" if step is CaseStep.REDATED else ""
        events.append(CaseEvent(on=on(day), step=step, note=note, due_on=on(due) if due else None))
    return Case(
        requirement=requirement,
        subject=subject,
        tier=Tier.PREMIER,
        rule=rule,
        opened_on=events[0].on,
        due_on=on(due) if due else None,
        closed_on=events[-1].on if outcome else None,
        outcome=outcome,
        required=required,
        found="1 person" if causes else "none",
        missing=missing,
        mend="one more person with a valid certification" if causes else None,
        causes=tuple(causes),
        decisions=tuple(decisions),
        events=tuple(events),
    )


def kinds(state: AccountState) -> list[str]:
    return [notice.kind.value for notice in notices(state)]


def with_case(case: Case, assessed_on: str) -> AccountState:
    return a_state(assessed_on, memory=Memory(cases=(case,)))


def only(state: AccountState) -> AnyNotice:
    (found,) = notices(state)
    return found


def a_verdict(verdict: Verdict, day: str, opened: str, until: str | None = None) -> CaseDecision:
    return CaseDecision(
        partner_id="P0001",
        country="DE",
        requirement="business_plan",
        opened_on=on(opened),
        decided_on=on(day),
        verdict=verdict,
        until=on(until) if until else None,
        reason="the plan is being written with us",
        decided_by="vendor.de",
    )


def a_statement(status: StatementStatus = StatementStatus.FINAL, account: str = ACCOUNT_ID) -> Statement:
    partner_id, country = split_account_id(account)
    return Statement(
        account_id=account,
        partner_id=partner_id,
        country=country,
        year=2024,
        quarter=1,
        status=status,
        currency="EUR",
        quarter_revenue=Decimal("1250.005"),
        ytd_revenue=Decimal("1250.005"),
        prev_year_revenue=Decimal("900.00"),
        eligible=True,
        rate_pct=Decimal("2.5"),
        rebate_base=Decimal("1250.005"),
        earned=Decimal("31.25"),
        settled_before=Decimal("0.00"),
        carried_in=Decimal("0.00"),
        payout=Decimal("31.25"),
        carried_out=Decimal("0.00"),
        payable_from=on("2024-05-15"),
        reason="level 1 reached: 120 % of last year",
        steps=(),
        made_on=on("2024-04-30"),
        edition="guide-2022",
        rulebook_digest="0" * 64,
    )


CASES = (
    a_case(
        Requirement.MCDE,
        ("2024-03-01", CaseStep.OPENED), ("2024-03-30", CaseStep.REMINDED), ("2024-04-02", CaseStep.CLOSED),
        outcome=CaseOutcome.CURED,
    ),
    a_case(
        Requirement.BUSINESS_PLAN,
        ("2024-01-01", CaseStep.OPENED), ("2024-03-02", CaseStep.DECISION_DUE), ("2024-03-20", CaseStep.DECIDED),
        ("2024-03-20", CaseStep.CLOSED),
        due="2024-03-01", outcome=CaseOutcome.WAIVED, subject="2024", rule="R-4.1.6",
        required="the Business Plan of 2024", missing="the Business Plan of 2024", causes=(),
        decisions=[a_verdict(Verdict.WAIVE, "2024-03-20", "2024-01-01")],
    ),
    a_case(
        Requirement.BRAND,
        ("2024-02-10", CaseStep.OPENED), ("2024-04-01", CaseStep.NOTICED, "2024-05-31"),
        due="2024-03-31", rule="R-4.1.7", required="a review with the outcome fulfilled", missing="such a review",
        causes=(),
    ),
    a_case(
        Requirement.SALES_TRAINING,
        ("2024-05-01", CaseStep.OPENED, "2024-06-30"), ("2024-05-20", CaseStep.REDATED, "2024-06-20"),
        ("2024-06-06", CaseStep.REMINDED),
        rule="R-3.3", required="once in 12 months", missing="the training",
    ),
)  # fmt: skip

REMINDERS = (
    ExpiryReminder(
        requirement=Requirement.MCIT, subject="C-7", holder="E-4", expires_on=on("2024-07-01"), on=on("2024-04-02"),
        days=90,
    ),
)  # fmt: skip
IDLE = (
    IdleDecision(
        decision=a_verdict(Verdict.WAIVE, "2024-05-06", "2024-01-02"), on=on("2024-05-07"),
        why="there is no business_plan case that was opened on 2024-01-02",
    ),
)  # fmt: skip
EXPIRIES = tuple(Expiry.model_validate(item.model_dump(exclude={"on", "days"})) for item in REMINDERS)


def full_state(assessed_on: str = "2024-06-15", account: str = ACCOUNT_ID) -> AccountState:
    """With a cause for every kind of notice but the statement's; all of them lie before the middle of June 2024."""
    told = AdviceTold(tier=Tier.ADVANCED, requirements=(Requirement.MCDE,), on=on("2024-06-02"))
    return a_state(
        assessed_on,
        account=account,
        changes=[
            a_change("2023-02-01", None, Tier.ADVANCED, ChangeReason.PLACED),
            a_change("2024-01-04", Tier.ADVANCED, Tier.PREMIER, ChangeReason.PROMOTED),
            a_change("2024-04-30", Tier.PREMIER, Tier.AUTHORIZED, ChangeReason.DEMOTED),
            a_change("2024-06-03", Tier.AUTHORIZED, None, ChangeReason.ENDED),
        ],
        memory=Memory(cases=CASES, reminders=REMINDERS, told=told, idle_decisions=IDLE),
    )


def versions(account: str = ACCOUNT_ID) -> list[AccountState]:
    """An account through its year, one saved version after the other, with gaps of a few days between them."""
    first, last = on("2023-12-31"), on("2024-06-15")
    days = [first + timedelta(days=5 * number) for number in range((last - first).days // 5 + 1)] + [last]
    return [as_of(full_state(account=account), day) for day in days]


def as_of(state: AccountState, day: date) -> AccountState:
    """What the state was on an earlier day: the steps up to it, and of the reminders those that had been sent.

    Some of what is announced on its day is of no more use later: reminders of what has ended.
    """
    told = state.memory.told
    memory = Memory(
        cases=tuple(_case_as_of(case, day) for case in state.cases if case.events[0].on <= day),
        reminders=tuple(reminder for reminder in state.memory.reminders if reminder.on <= day),
        told=told if told and told.on <= day else None,
        idle_decisions=tuple(item for item in state.memory.idle_decisions if item.on <= day),
    )
    changes = tuple(change for change in state.tier_changes if change.changed_on <= day)
    return state.model_copy(update={"assessed_on": day, "tier_changes": changes, "memory": memory})


def _case_as_of(case: Case, day: date) -> Case:
    events = tuple(event for event in case.events if event.on <= day)
    if events == case.events:
        return case
    then = {"events": events, "due_on": events[-1].due_on, "outcome": None, "closed_on": None, "decisions": ()}
    return case.model_copy(update=then)


def told_by(saved: Sequence[AccountState]) -> set[str]:
    """The names of what these versions of an account announce, one after the other."""
    return {notice.id for state in saved for notice in notices(state)}


def mailed_for(told: Collection[str], *, manager: bool) -> set[str]:
    """The references of the mails of notices: one for each of their readers."""
    vendors = {name for name in told if name.split("#")[1].startswith("decision_")}
    partners = {name for name in told if "#decision_without_effect#" not in name}
    return partners | ({f"{name}#vendor" for name in vendors} if manager else set())


class Crash(BaseException):
    """The process is gone: nothing after this is done, and nobody catches it."""


class MemoryNotices:
    """The table, the bus and the mail service in memory. Before each write, `before_write` may end the process.

    `published` and `mails` keep everything that went out, repeats included.
    """

    def __init__(self) -> None:
        self.notices: dict[tuple[str, str], StoredNotice] = {}
        self.states: dict[tuple[str, int], AccountState] = {}
        self.records: dict[tuple[str, str], MailRecord] = {}
        self.partners: dict[str, Partner] = {PARTNER.partner_id: PARTNER}
        self.published: list[AnyNotice] = []
        self.mails: list[Mail] = []
        self.before_write: Callable[[str], None] = lambda _what: None
        self.takes = 10

    def put_notice(self, notice: AnyNotice) -> StoredNotice:
        self.before_write("notice")
        return self.notices.setdefault((notice.account_id, notice.id), StoredNotice(notice, published=False))

    def mark_published(self, notice: AnyNotice) -> None:
        self.before_write("mark")
        self.notices[notice.account_id, notice.id] = StoredNotice(notice, published=True)

    def notice(self, account_id: str, notice_id: str) -> StoredNotice | None:
        return self.notices.get((account_id, notice_id))

    def notices_of(self, account_id: str, after: str | None, limit: int) -> NoticeBatch:
        ids = sorted((key for owner, key in self.notices if owner == account_id), reverse=True)
        behind = [key for key in ids if after is None or key < after]
        found = [self.notices[account_id, key].notice for key in behind[:limit]]
        return NoticeBatch(found, behind[limit - 1] if len(behind) >= limit else None)

    def publish(self, notices: Sequence[AnyNotice]) -> Sequence[AnyNotice]:
        self.before_write("publish")
        taken = list(notices)[: self.takes]
        self.published += taken
        return taken

    def keep_state(self, state: AccountState, version: int) -> None:
        self.before_write("state")
        self.states[state.account_id, version] = state

    def mail(self, account_id: str, reference: str) -> MailRecord:
        return self.records.get((account_id, reference), MailRecord(account_id, reference))

    def put_mail(self, record: MailRecord) -> None:
        self.before_write(f"mail {record.status}")
        if self.mail(record.account_id, record.reference).version != record.version - 1:
            raise VersionConflict(record.reference)
        self.records[record.account_id, record.reference] = replace(record)

    def partner(self, partner_id: str) -> Partner | None:
        return self.partners.get(partner_id)

    def send(self, mail: Mail) -> str:
        self.before_write("send")
        self.mails.append(mail)
        return f"message-{len(self.mails)}"
