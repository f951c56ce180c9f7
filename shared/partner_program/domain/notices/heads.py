"""How a notice is named, and what all notices of a state share."""

from datetime import date
from typing import Any

from partner_program.domain.notices.model import NoticeKind
from partner_program.domain.tiers.account import AccountState


def notice_id(on: date, kind: NoticeKind, about: str) -> str:
    """The natural name of a cause; sorts by day."""
    return f"{on.isoformat()}#{kind}#{about}"


def head_of(
    state: AccountState, on: date, kind: NoticeKind, about: str, rule: str, edition: str | None = None
) -> dict[str, Any]:
    """The fields of a notice beside its detail; the edition is the state's where the step names none."""
    return {
        "id": notice_id(on, kind, about),
        "account_id": state.account_id,
        "partner_id": state.partner_id,
        "country": state.country,
        "occurred_on": on,
        "rule": rule,
        "edition": edition or state.edition,
    }
