"""Tiers over time as tables for a person: cases, notices, and the history of the account with the most in it."""

from collections import defaultdict

from rich.table import Table

from local.results import Results
from local.table_parts import add_caption, filled, new_table
from local.tier_files import about, status_of
from partner_program.domain.tiers.cases import Case, CaseOutcome, CaseStep
from partner_program.domain.tiers.findings import Requirement

_REMINDED = f" {CaseStep.REMINDED}"
_DUTIES = (Requirement.BUSINESS_PLAN, Requirement.BRAND)


def cases_table(results: Results) -> Table:
    """Each case but plans and alignments that came in time: every Premier account has one of those a year."""
    table = new_table("Cases", "known on", "account", "requirement", "short since", "due", "ended", "how", "missing",
                      "because of")  # fmt: skip
    cases = [(account.state.account_id, case) for account in results.accounts for case in account.state.cases]
    shown = [found for found in cases if not _came_in_time(found[1])]
    table = filled(table, sorted(_case_row(account_id, case) for account_id, case in shown))
    if len(shown) < len(cases):
        in_time = len(cases) - len(shown)
        add_caption(table, f"besides {in_time} business plans and brand alignments that came in time (cases.csv)")
    return table


def _case_row(account_id: str, case: Case) -> tuple[str, ...]:
    return (
        str(case.events[0].on),
        account_id,
        f"{case.requirement} {case.subject}".strip().replace("_", " "),
        str(case.opened_on),
        str(case.due_on or ""),
        str(case.closed_on or ""),
        case.outcome or status_of(case),
        case.missing or "",
        "; ".join(case.causes),
    )


def _came_in_time(case: Case) -> bool:
    unusual = (CaseStep.NOTICED, CaseStep.DECISION_DUE, CaseStep.DECIDED)
    usual = not any(event.step in unusual for event in case.events)
    return case.requirement in _DUTIES and case.outcome is CaseOutcome.CURED and usual


def history_table(results: Results) -> Table:
    """The account to which most has happened, step by step; history.csv has all of them."""
    histories = [(account.state.account_id, account.history) for account in results.accounts]
    account_id, history = max(histories, key=lambda found: (len(found[1]), found[0]), default=("", ()))
    table = new_table(f"History of {account_id}", "day", "what", "cause", "rule")
    shown = [entry for entry in history if not entry.what.endswith(_REMINDED)]
    rows = [(str(entry.on), entry.what, entry.cause, next(iter(entry.rules), "")) for entry in shown]
    table = filled(table, rows)
    if len(shown) < len(history):
        add_caption(table, f"and {len(history) - len(shown)} reminders (history.csv)")
    return table


def notices_table(results: Results) -> Table:
    """How many notices of each kind, and the last of it; notices.csv has all of them, mails/ their words."""
    kinds = defaultdict(list)
    for notice in results.notices:
        kinds[str(notice.kind)].append(notice)
    table = new_table("Notices", "kind", "sent>", "accounts>", "last on", "to", "about")
    rows = []
    for kind, sent in sorted(kinds.items()):
        last = max(sent, key=lambda notice: (notice.occurred_on, notice.account_id))
        accounts = len({notice.account_id for notice in sent})
        rows.append((kind.replace("_", " "), str(len(sent)), str(accounts), str(last.occurred_on), last.account_id,
                     about(last)))  # fmt: skip
    return filled(table, rows)
