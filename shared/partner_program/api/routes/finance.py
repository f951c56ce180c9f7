"""What finance asks: accruals, batches of payments, payouts that wait, the audit log (R-5.4)."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from partner_program.api.parameters import (
    AccountPath,
    Calling,
    Cursor,
    FirstMonth,
    Flag,
    LastMonth,
    Limit,
    MonthPath,
    Number,
    Paging,
)
from partner_program.api.routes.payments import BatchPath
from partner_program.api.visible import visible_account
from partner_program.bootstrap.api.finance import accrued, payments_seen, payments_waiting
from partner_program.domain.payments.batch import BatchStatus
from partner_program.use_cases.queries.finance_accruals import AccruedAccount, AccruedMonth
from partner_program.use_cases.queries.finance_audit import AuditPage
from partner_program.use_cases.queries.finance_batches import BatchList, BatchView
from partner_program.use_cases.queries.finance_waiting import PaymentsWaiting

router = Router()

_TAGS = ["Payments"]
AuditSubject = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=150,
        description="Only what was done to this: an account with all of its quarters, one quarter, a batch, a site.",
        examples=["P1001-DE", "P1001-DE 2024Q3", "20240814-EUR-01"],
    ),
]


@router.get("/v1/accruals/<month>", tags=_TAGS, summary="What is booked for a month")
def get_accruals(month: MonthPath, paging: Paging, limit: Limit = 50, cursor: Cursor = None) -> AccruedMonth:
    """Totals by currency, and by region and currency; then the accounts, page by page, with what each comes from."""
    page = accrued().accruals.month(month, after=paging.after(cursor), limit=limit)
    return paging.sealed(page)


@router.get("/v1/accounts/<account_id>/accruals", tags=_TAGS, summary="What is booked for an account")
def get_account_accruals(
    account_id: AccountPath,
    caller: Calling,
    first: FirstMonth = None,
    last: LastMonth = None,
) -> AccruedAccount:
    """Month by month, at most 36; without months the last twelve."""
    seen = accrued()
    visible_account(caller, account_id, seen.accounts)
    return seen.accruals.account(account_id, on=seen.today, first=first, last=last)


@router.get("/v1/payments/batches", tags=_TAGS, summary="Batches of payments by status")
def list_batches(
    paging: Paging,
    status: Annotated[BatchStatus | None, Query(description="Only batches of this status.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> BatchList:
    """With totals, digest, who has made and who has approved each; who has made one may not approve it."""
    page = payments_seen().batches.of_status(status=status, after=paging.after(cursor), limit=limit)
    return paging.sealed(page)


@router.get("/v1/payments/batches/<batch_id>", tags=_TAGS, summary="A batch with its payments")
def get_batch(batch_id: BatchPath) -> BatchView:
    """Approve it with its `digest`: the yes is to exactly these payees and amounts."""
    return payments_seen().batches.one(batch_id)


@router.get("/v1/payments/waiting", tags=_TAGS, summary="Payouts that are due and wait, and what for")
def list_payments_waiting(
    paging: Paging,
    currency: Annotated[str | None, Query(pattern=r"^[A-Z]{3}$", description="Only payouts in this currency.")] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> PaymentsWaiting:
    """Those that no preparation can collect yet, those on hold, and those that the bank has sent back.

    At most 25 payouts that are due are looked at for a page; a page may be empty and still have a next one.
    """
    seen = payments_waiting()
    page = seen.waiting(on=seen.today, currency=currency, after=paging.after(cursor), limit=limit)
    return paging.sealed(page)


@router.get("/v1/audit", tags=_TAGS, summary="The audit log of every act on money")
def list_audit_entries(
    paging: Paging,
    after: Annotated[Number, Query(description="Entries behind this number.")] = 0,
    subject: AuditSubject = None,
    newest_first: Annotated[Flag, Query(description="From the last entry back.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AuditPage:
    """By number, each with its hash and that of the one before it.

    Of one subject 500 entries are looked at for a page: it may be empty and still have a next one.
    """
    page = payments_seen().audit(
        number=after, subject=subject, newest_first=newest_first, after=paging.after(cursor), limit=limit
    )
    return paging.sealed(page)
