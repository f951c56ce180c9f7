"""Rows of the result files on tiers over time: cases, history, notices, restated baselines, brand draws."""

from collections.abc import Iterator
from itertools import pairwise

from local.cells import Row, text
from local.results import Results
from partner_program.domain.notices.model import AnyNotice
from partner_program.domain.tiers.cases import Case, CaseStep
from partner_program.values.money import plain

CASE_COLUMNS = (
    "account_id", "requirement", "opened_on", "due_on", "closed_on", "outcome",
    "status", "subject", "tier", "rule", "case_id", "known_on", "decision_due_on", "missing", "causes", "decisions",
)  # fmt: skip
HISTORY_COLUMNS = (
    "account_id", "on", "known_on", "kind", "what", "cause", "rules", "edition", "case_id", "exact",
)  # fmt: skip
"""`on`: the day on which something holds or a step was taken; `known_on`: since when the engine has it."""
NOTICE_COLUMNS = ("account_id", "occurred_on", "kind", "about", "rule", "edition", "id")
RESTATEMENT_COLUMNS = (
    "account_id", "year", "revision", "currency", "before", "after", "difference", "frozen_on", "restated_on",
    "restated_by", "reason",
)  # fmt: skip
BRAND_DRAW_COLUMNS = (
    "year", "place", "account_id", "reviewed_on", "seed", "drawn_on", "drawn_by", "share_pct", "reviews",
    "population", "population_digest", "edition",
)  # fmt: skip


def case_rows(results: Results) -> Iterator[Row]:
    """Every case, open and closed, by account and in the order in which they became known."""
    for account in results.accounts:
        for case in account.state.cases:
            yield {
                "account_id": account.state.account_id,
                "requirement": case.requirement,
                "opened_on": text(case.opened_on),
                "due_on": text(case.due_on),
                "closed_on": text(case.closed_on),
                "outcome": text(case.outcome),
                "status": status_of(case),
                "subject": case.subject,
                "tier": case.tier,
                "rule": case.rule,
                "case_id": case.case_id,
                "known_on": text(case.events[0].on),
                "decision_due_on": text(_first(case, CaseStep.DECISION_DUE)),
                "missing": text(case.missing),
                "causes": "; ".join(case.causes),
                "decisions": "; ".join(f"{one.verdict} on {one.decided_on} by {one.decided_by}: {one.reason}"
                                       for one in case.decisions),
            }  # fmt: skip


def status_of(case: Case) -> str:
    """`open`, `decision due` or `closed`."""
    if not case.is_open:
        return "closed"
    return "decision due" if case.decision_due else "open"


def _first(case: Case, step: CaseStep) -> object:
    return next((event.on for event in case.events if event.step is step), None)


def history_rows(results: Results) -> Iterator[Row]:
    """Every change of an account and every step of its cases, by account and in order of time."""
    for account in results.accounts:
        for entry in account.history:
            yield {
                "account_id": account.state.account_id,
                "on": text(entry.on),
                "known_on": text(entry.known_on),
                "kind": entry.kind,
                "what": entry.what,
                "cause": entry.cause,
                "rules": " ".join(entry.rules),
                "edition": entry.edition,
                "case_id": entry.case_id,
                "exact": text(entry.exact),
            }


def notice_rows(results: Results) -> Iterator[Row]:
    """Every notice, by account and day; its words are in the mail."""
    for notice in results.notices:
        yield {
            "account_id": notice.account_id,
            "occurred_on": text(notice.occurred_on),
            "kind": notice.kind,
            "about": about(notice),
            "rule": notice.rule,
            "edition": notice.edition,
            "id": notice.id,
        }


def about(notice: AnyNotice) -> str:
    """What of its id is neither day nor kind."""
    return notice.id.split("#", 2)[-1]


def restatement_rows(results: Results) -> Iterator[Row]:
    """Every restatement of a frozen year, by account, year and revision (R-5.4d)."""
    for account in results.accounts:
        revisions = sorted(account.facts.baselines, key=lambda item: (item.year, item.revision))
        for earlier, later in pairwise(revisions):
            if earlier.year == later.year:
                yield {
                    "account_id": account.state.account_id,
                    "year": str(later.year),
                    "revision": str(later.revision),
                    "currency": later.currency,
                    "before": plain(earlier.sales_revenue),
                    "after": plain(later.sales_revenue),
                    "difference": plain(later.sales_revenue - earlier.sales_revenue),
                    "frozen_on": text(later.frozen_on),
                    "restated_on": text(later.restated_on),
                    "restated_by": later.restated_by,
                    "reason": later.reason,
                }


def brand_draw_rows(results: Results) -> Iterator[Row]:
    """Every drawn account in the order of the draw, with its brand reviews of the year (R-4.1.7)."""
    reviews = {account.state.account_id: account.facts.brand_reviews for account in results.accounts}
    for draw in results.draws:
        drawn = draw.model_dump(exclude={"account_ids", "rulebook_digest"})
        for place, account_id in enumerate(draw.account_ids, 1):
            held = (item.reviewed_on for item in reviews.get(account_id, ()) if item.reviewed_on.year == draw.year)
            yield {
                **{name: text(value) for name, value in drawn.items()},
                "place": str(place),
                "account_id": account_id,
                "reviewed_on": " ".join(map(text, sorted(held))),
            }
