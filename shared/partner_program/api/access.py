"""Every route of the API: who may use it, which function serves it. The one table; all else is tested against it."""

import re
from dataclasses import dataclass
from functools import cache

from partner_program.domain.payments.people import Role

QUERY, RECORDS, LOCATOR = "query_api", "records_api", "partner_locator"
"""Functions, by the names of their folders."""

_P, _C, _F, _A = Role.PARTNER, Role.CHANNEL, Role.FINANCE, Role.AUDITOR
_ALL = frozenset({_P, _C, _F, _A})
_VENDOR = frozenset({_C, _F, _A})
_ACTING_VENDOR = frozenset({_C, _F})
_FINANCE = frozenset({_F})
_CHANNEL = frozenset({_C})
_PARTNER_OR_CHANNEL = frozenset({_P, _C})
NOBODY_IN_PARTICULAR: frozenset[Role] = frozenset()
"""Of the public route: no token is asked for."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method and a path with `{names}`; a partner who may use it sees its own accounts and sites only."""

    method: str
    path: str
    roles: frozenset[Role]
    function: str

    @property
    def is_public(self) -> bool:
        """Without a token."""
        return not self.roles


def _of(function: str, roles: frozenset[Role], method: str, *paths: str) -> tuple[Endpoint, ...]:
    return tuple(Endpoint(method, path, roles, function) for path in paths)


_ACCOUNT = "/v1/accounts/{account_id}"
_STATEMENT = f"{_ACCOUNT}/statements/{{period}}"
_PAYOUT = f"{_ACCOUNT}/payouts/{{period}}"
_BATCH = "/v1/payments/batches/{batch_id}"
_REPORT = "/v1/reports/{distributor_id}/{report_id}"
_BANK_DETAILS = "/v1/sites/{site_id}/bank-details"
_BENEFIT_REQUEST = "/v1/benefit-requests/{request_id}"

ENDPOINTS: tuple[Endpoint, ...] = (
    *_of(LOCATOR, NOBODY_IN_PARTICULAR, "GET", "/v1/locator"),
    # What partners ask of their own accounts, and the vendor of all.
    *_of(QUERY, _ALL, "GET", "/v1/accounts", _ACCOUNT),
    *_of(
        QUERY, _ALL, "GET",
        *(
            f"{_ACCOUNT}/{topic}"
            for topic in ("gap", "expiries", "cases", "history", "benefits", "notices", "sites", "people",
                          "benefit-requests", "revenue", "revenue/lines", "revenue/uncounted", "statements", "payouts")
        ),
    ),
    *_of(QUERY, _ALL, "GET", _STATEMENT, f"{_STATEMENT}/lines", f"{_STATEMENT}/documents/{{format}}", _PAYOUT),
    *_of(QUERY, _ALL, "GET", _BANK_DETAILS, _BENEFIT_REQUEST),
    *_of(QUERY, _ALL, "POST", f"{_ACCOUNT}/what-if", f"{_ACCOUNT}/quotes"),
    # What only the vendor asks.
    *_of(QUERY, _VENDOR, "POST", "/v1/support/order"),
    *_of(QUERY, _VENDOR, "GET", "/v1/promotions", "/v1/cases"),
    *_of(QUERY, _VENDOR, "GET", "/v1/reports", _REPORT, f"{_REPORT}/lines", "/v1/held-lines"),
    *_of(QUERY, _VENDOR, "GET", "/v1/distributors/{distributor_id}/scorecard"),
    *_of(QUERY, _VENDOR, "GET", "/v1/accruals/{month}", f"{_ACCOUNT}/accruals", f"{_ACCOUNT}/restatements/{{year}}"),
    *_of(QUERY, _VENDOR, "GET", "/v1/payments/batches", _BATCH, "/v1/payments/waiting"),
    *_of(QUERY, frozenset({_F, _A}), "GET", "/v1/audit"),
    *_of(QUERY, frozenset({_C, _A}), "GET", "/v1/records/{kind}", "/v1/benefit-requests"),
    # Acts.
    *_of(RECORDS, _CHANNEL, "PUT", "/v1/records/{kind}"),
    *_of(RECORDS, _CHANNEL, "POST", f"{_ACCOUNT}/cases/{{requirement}}/{{opened_on}}/decision"),
    *_of(RECORDS, _CHANNEL, "POST", f"{_REPORT}/reprocess", f"{_BENEFIT_REQUEST}/decision"),
    *_of(RECORDS, _PARTNER_OR_CHANNEL, "POST", f"{_ACCOUNT}/benefit-requests", f"{_BENEFIT_REQUEST}/withdraw"),
    *_of(RECORDS, _ACTING_VENDOR, "POST", f"{_PAYOUT}/hold", f"{_PAYOUT}/lift-hold"),
    *_of(RECORDS, _FINANCE, "POST", f"{_PAYOUT}/cancel", f"{_PAYOUT}/retry", "/v1/payments/preparations"),
    *_of(RECORDS, _FINANCE, "POST", f"{_BATCH}/approve", f"{_BATCH}/withdraw", f"{_BATCH}/release"),
    *_of(RECORDS, _ACTING_VENDOR, "POST", f"{_ACCOUNT}/payee", f"{_ACCOUNT}/restatements/{{year}}"),
    *_of(RECORDS, frozenset({_P, _C, _F}), "POST", _BANK_DETAILS),
    *_of(RECORDS, _FINANCE, "POST", f"{_BANK_DETAILS}/{{number}}/confirm", f"{_BANK_DETAILS}/{{number}}/reject"),
)  # fmt: skip


def endpoint(method: str, path: str) -> Endpoint | None:
    """The route that serves a request."""
    return next((one for one in at_path(path) if one.method == method), None)


def at_path(path: str) -> tuple[Endpoint, ...]:
    """The routes of a path, whatever the method."""
    return tuple(one for one in ENDPOINTS if _pattern(one.path).fullmatch(path))


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{[a-z_]+\}", "[^/]+", path))
