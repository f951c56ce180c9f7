"""A person decides on a case: only what has an effect is written, as the record that a file would bring (R-4.1.6).

The engine itself is asked, on trial: the account is assessed as of today by everything recorded so far, with the
decision and without it. Nothing of that is saved; the assessment that the record brings about comes to the same.
"""

from dataclasses import dataclass
from datetime import date
from typing import get_args

from partner_program.domain.facts import AccountFacts, CaseDecision, Verdict
from partner_program.domain.model import Document
from partner_program.domain.payments.payout import WrongState
from partner_program.domain.payments.reasons import given_reason
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.cases import Case, CaseOutcome
from partner_program.domain.tiers.verdicts import meant
from partner_program.domain.tiers.walk import brought_up_to
from partner_program.rulebook import Rulebook
from partner_program.use_cases.ports import AccountStore
from partner_program.use_cases.record_one import RecordOne, Seen, Sent, read_record
from partner_program.values.errors import NotFound, StaleVersion
from partner_program.values.ids import split_account_id
from partner_program.values.tiers import Tier

DECIDED: tuple[str, ...] = get_args(CaseDecision.model_fields["requirement"].annotation)
"""The requirements whose cases the vendor may decide on (R-4.1.1, R-3.4b, R-4.1.6, R-4.1.7)."""


class NothingToDecide(WrongState):
    """The decision would have no effect: the case has ended, has time left, or the verdict is not to be had."""


class DecidedAlready(WrongState):
    """Somebody has decided on the case on the same day: one record holds the decision of a day."""


class DecisionTaken(Document):
    """A decision, and what the engine makes of it.

    `outcome` is the case's (None: it is still open), `due_on` its last day, `tier` the account's from today on (None:
    its participation has ended).
    """

    account_id: str
    requirement: str
    opened_on: date
    decided_on: date
    verdict: Verdict
    until: date | None
    reason: str
    decided_by: str
    outcome: CaseOutcome | None
    due_on: date | None
    tier: Tier | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides: on the case of a requirement that was opened on a day. `until` is for an extension.

    `version` is that of the case as they have seen it (None: they do not say).
    """

    account_id: str
    requirement: str
    opened_on: date
    verdict: str
    reason: str
    until: str = ""
    version: str | None = None


@dataclass(frozen=True, slots=True)
class _Account:
    """All that is recorded of an account, its state as it was saved, and the day on which it is looked at."""

    facts: AccountFacts
    saved: AccountState
    on: date


class DecideCase:
    """`decided_by` is who sends the decision, `decided_on` the day on which it was sent."""

    def __init__(self, accounts: AccountStore, record: RecordOne, rulebook: Rulebook) -> None:
        self._accounts = accounts
        self._record = record
        self._rulebook = rulebook

    def __call__(self, asked: Decision, sent: Sent) -> DecisionTaken:
        """The decision as it was recorded.

        Raises, having written nothing: `NotFound` where there is no such case; `NothingToDecide`; `DecidedAlready`;
        `StaleVersion` where the case is no longer the one that was seen; `RowRejected` for a decision that is none;
        `InvalidValue` without a reason.
        """
        account = self._account(asked.account_id, sent.known_on)
        case = _named(asked, self._assessed(account), account.saved)
        decision = _read(asked, sent)
        repeated = self._record.was_taken(decision, sent.name)
        if not repeated:
            _check(asked, decision, case, account)
        after = self._assessed(account, decision)
        if not repeated:
            _check_effect(decision, after)
        try:
            self._record(decision, sent, Seen(None))
        except StaleVersion:
            raise _decided_already(decision) from None
        return _answer(asked.account_id, decision, after)

    def _account(self, account_id: str, on: date) -> _Account:
        facts, stored = self._accounts.load(account_id, on.year - 1)
        if stored.state is None:
            raise NotFound("There is no such account.")
        return _Account(facts, stored.state, max(on, stored.state.assessed_on))

    def _assessed(self, account: _Account, decision: CaseDecision | None = None) -> AccountState:
        facts = account.facts
        if decision is not None:
            others = (one for one in facts.case_decisions if one.key != decision.key)
            facts = facts.model_copy(update={"case_decisions": (*others, decision)})

        def known(then: date) -> AccountFacts:
            if then == account.on:
                return facts
            return self._accounts.facts_known_on(facts.account_id, then.year - 1, then)

        return brought_up_to(account.on, account.saved, self._rulebook, known) or account.saved


def _read(asked: Decision, sent: Sent) -> CaseDecision:
    partner_id, country = split_account_id(asked.account_id)
    cells = {
        "partner_id": partner_id,
        "country": country,
        "requirement": asked.requirement,
        "opened_on": asked.opened_on.isoformat(),
        "decided_on": sent.on.isoformat(),
        "verdict": asked.verdict,
        "until": asked.until,
        "reason": given_reason(asked.reason, "decide on a case"),
        "decided_by": sent.by,
    }
    record = read_record(CaseDecision.kind, cells, sent.on)
    if not isinstance(record, CaseDecision):
        raise TypeError("a row of case_decisions is a decision")
    return record


def _named(asked: Decision, now: AccountState, saved: AccountState) -> Case:
    case = meant(asked.requirement, asked.opened_on, now.cases)
    if case is None and meant(asked.requirement, asked.opened_on, saved.cases):
        raise NothingToDecide("There is no such case any more, by what was recorded since it was seen.")
    if case is None:
        raise NotFound("There is no such case.")
    if asked.requirement not in DECIDED:
        raise NothingToDecide(f"A case of {asked.requirement} is not decided on: it is cured, or its time runs out.")
    return case


def _check(asked: Decision, decision: CaseDecision, case: Case, account: _Account) -> None:
    if not case.is_open:
        raise NothingToDecide(f"The case has ended on {case.closed_on}: {case.outcome}.")
    shown = meant(asked.requirement, asked.opened_on, account.saved.cases)
    if asked.version not in (None, case.version, shown.version if shown else None):
        raise StaleVersion("The case is no longer the one that you have seen: read it again.")
    if any(one.key == decision.key for one in account.facts.case_decisions):
        raise _decided_already(decision)


def _check_effect(decision: CaseDecision, after: AccountState) -> None:
    """What the engine makes of it; a decision that it could not take up has no effect either."""
    if any(decision in case.decisions for case in after.cases):
        return
    idle = (item.why for item in after.memory.idle_decisions if item.decision == decision)
    raise NothingToDecide(f"The decision would have no effect: {next(idle, 'the program does not run there')}.")


def _decided_already(decision: CaseDecision) -> DecidedAlready:
    return DecidedAlready(
        f"The case was decided on {decision.decided_on} already: read the record of it, and correct that if need be."
    )


def _answer(account_id: str, decision: CaseDecision, after: AccountState) -> DecisionTaken:
    case = next((case for case in after.cases if decision in case.decisions), None)
    return DecisionTaken(
        account_id=account_id,
        requirement=decision.requirement,
        opened_on=decision.opened_on,
        decided_on=decision.decided_on,
        verdict=decision.verdict,
        until=decision.until,
        reason=decision.reason,
        decided_by=decision.decided_by,
        outcome=case.outcome if case else None,
        due_on=case.due_on if case else None,
        tier=after.tier,
    )
