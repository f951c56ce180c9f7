"""Who may use which route, told a second time: a slip in the table of routes is seen here."""

import pytest

from partner_program.api.access import ENDPOINTS, LOCATOR, QUERY, RECORDS, Endpoint
from partner_program.domain.payments.people import MAY, Action, Role

OF_PARTNERS = {
    "GET /v1/accounts",
    "GET /v1/accounts/{account_id}",
    "GET /v1/accounts/{account_id}/benefit-requests",
    "GET /v1/accounts/{account_id}/benefits",
    "GET /v1/accounts/{account_id}/cases",
    "GET /v1/accounts/{account_id}/expiries",
    "GET /v1/accounts/{account_id}/gap",
    "GET /v1/accounts/{account_id}/history",
    "GET /v1/accounts/{account_id}/notices",
    "GET /v1/accounts/{account_id}/payouts",
    "GET /v1/accounts/{account_id}/payouts/{period}",
    "GET /v1/accounts/{account_id}/people",
    "GET /v1/accounts/{account_id}/revenue",
    "GET /v1/accounts/{account_id}/revenue/lines",
    "GET /v1/accounts/{account_id}/revenue/uncounted",
    "GET /v1/accounts/{account_id}/sites",
    "GET /v1/accounts/{account_id}/statements",
    "GET /v1/accounts/{account_id}/statements/{period}",
    "GET /v1/accounts/{account_id}/statements/{period}/documents/{format}",
    "GET /v1/accounts/{account_id}/statements/{period}/lines",
    "GET /v1/benefit-requests/{request_id}",
    "GET /v1/sites/{site_id}/bank-details",
    "POST /v1/accounts/{account_id}/benefit-requests",
    "POST /v1/accounts/{account_id}/quotes",
    "POST /v1/accounts/{account_id}/what-if",
    "POST /v1/benefit-requests/{request_id}/withdraw",
    "POST /v1/sites/{site_id}/bank-details",
}
ACTS = {
    "/v1/accounts/{account_id}/payee": Action.NAME_PAYEE,
    "/v1/accounts/{account_id}/payouts/{period}/cancel": Action.CANCEL,
    "/v1/accounts/{account_id}/payouts/{period}/hold": Action.HOLD,
    "/v1/accounts/{account_id}/payouts/{period}/lift-hold": Action.LIFT_HOLD,
    "/v1/accounts/{account_id}/payouts/{period}/retry": Action.RETRY,
    "/v1/accounts/{account_id}/restatements/{year}": Action.RESTATE,
    "/v1/payments/batches/{batch_id}/approve": Action.APPROVE,
    "/v1/payments/batches/{batch_id}/release": Action.RELEASE,
    "/v1/payments/batches/{batch_id}/withdraw": Action.WITHDRAW,
    "/v1/payments/preparations": Action.PREPARE,
    "/v1/sites/{site_id}/bank-details": Action.PROPOSE_BANK_DETAILS,
    "/v1/sites/{site_id}/bank-details/{number}/confirm": Action.CONFIRM_BANK_DETAILS,
    "/v1/sites/{site_id}/bank-details/{number}/reject": Action.REJECT_BANK_DETAILS,
}
OF_THE_CHANNEL_ALONE = {
    "PUT /v1/records/{kind}",
    "POST /v1/accounts/{account_id}/cases/{requirement}/{opened_on}/decision",
    "POST /v1/reports/{distributor_id}/{report_id}/reprocess",
    "POST /v1/benefit-requests/{request_id}/decision",
}

NOT_OF_CHANNEL = {
    "GET /v1/audit",
    "POST /v1/accounts/{account_id}/payouts/{period}/cancel",
    "POST /v1/accounts/{account_id}/payouts/{period}/retry",
    "POST /v1/payments/batches/{batch_id}/approve",
    "POST /v1/payments/batches/{batch_id}/release",
    "POST /v1/payments/batches/{batch_id}/withdraw",
    "POST /v1/payments/preparations",
    "POST /v1/sites/{site_id}/bank-details/{number}/confirm",
    "POST /v1/sites/{site_id}/bank-details/{number}/reject",
}
NOT_OF_FINANCE = OF_THE_CHANNEL_ALONE | {
    "GET /v1/benefit-requests",
    "GET /v1/records/{kind}",
    "POST /v1/accounts/{account_id}/benefit-requests",
    "POST /v1/benefit-requests/{request_id}/withdraw",
}


def named(one: Endpoint) -> str:
    return f"{one.method} {one.path}"


def test_partners_may_use_these_routes_and_no_other() -> None:
    assert {named(one) for one in ENDPOINTS if Role.PARTNER in one.roles} == OF_PARTNERS


@pytest.mark.parametrize(
    ("role", "others"), [(Role.CHANNEL, NOT_OF_CHANNEL), (Role.FINANCE, NOT_OF_FINANCE)], ids=["channel", "finance"]
)
def test_these_routes_are_not_for_channel_or_finance_and_every_other_is(role: Role, others: set[str]) -> None:
    assert {named(one) for one in ENDPOINTS if role not in one.roles and not one.is_public} == others


@pytest.mark.parametrize("path", ACTS)
def test_who_may_act_on_money_is_who_may_by_the_rules_of_money(path: str) -> None:
    (act,) = (one for one in ENDPOINTS if one.path == path and one.method == "POST")
    assert act.roles == MAY[ACTS[path]] - {Role.SYSTEM}
    assert act.function == RECORDS


def test_an_auditor_reads_everything_and_does_nothing() -> None:
    reading = {named(one) for one in ENDPOINTS if one.function == QUERY}
    assert {named(one) for one in ENDPOINTS if Role.AUDITOR in one.roles} == reading


def test_what_is_the_channels_is_nobody_elses() -> None:
    assert {named(one) for one in ENDPOINTS if one.roles == {Role.CHANNEL}} == OF_THE_CHANNEL_ALONE


def test_every_act_is_told_here() -> None:
    told = {f"POST {path}" for path in ACTS} | OF_THE_CHANNEL_ALONE | OF_PARTNERS
    assert {named(one) for one in ENDPOINTS if one.function == RECORDS} <= told


def test_the_locator_alone_is_public() -> None:
    assert [named(one) for one in ENDPOINTS if one.is_public] == ["GET /v1/locator"]
    assert [one.function for one in ENDPOINTS if one.is_public] == [LOCATOR]


def test_the_audit_log_is_not_for_the_channel() -> None:
    (log,) = (one for one in ENDPOINTS if one.path == "/v1/audit")
    assert log.roles == {Role.FINANCE, Role.AUDITOR}
