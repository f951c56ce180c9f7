"""Money in words, for the commands of operators. A bank account is its last four characters."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from local.table_parts import money
from partner_program.domain.accruals.report import MonthReport
from partner_program.domain.accruals.row import AccrualRow
from partner_program.domain.payments.audit import AuditEntry
from partner_program.domain.payments.bank import BankRevision
from partner_program.domain.payments.batch import Batch
from partner_program.domain.payments.payee import PayeeNaming
from partner_program.domain.payments.payout import Payout, PayoutState
from partner_program.use_cases.prepare_payments import Preparation, WaitingPayout
from partner_program.use_cases.verify_audit import Verification
from partner_program.values.money import plain


def batch_lines(batch: Batch) -> Iterator[str]:
    """A batch with its payees, its people and the digest that an approval is bound to."""
    total = _amount(batch.total, batch.currency)
    yield f"{batch.batch_id}: {batch.status}, {_count(len(batch.items), 'payment')}, {total}"
    for item in batch.items:
        yield (
            f"  {item.account_id} {item.period}  {_amount(item.amount, batch.currency)}  to {item.holder}, "
            f"{item.site_id} ({item.because}), account ending in {item.bank_last_four} ({item.bank})"
        )
    yield f"  paid from {batch.payer_bank}" if batch.payer_bank else "  paid from no account yet"
    yield f"  prepared by {batch.prepared_by.person} on {batch.prepared_on}"
    for given in batch.approvals:
        yield f"  approved by {given.by.person} on {given.on}"
    missing = batch.approvals_needed - len(batch.approvals)
    if missing > 0 and batch.void_on is None:
        yield f"  waits for {_count(missing, 'approval')}"
    if batch.released_on is not None:
        by = f" by {batch.released_by.person}" if batch.released_by else ""
        yield f"  released on {batch.released_on}{by}: {batch.folder}/pain.001.xml"
    if batch.void_on is not None:
        by = f" by {batch.void_by.person}" if batch.void_by else ""
        yield f"  void since {batch.void_on}{by}: {batch.void_reason}"
    yield f"  digest {batch.digest}"


def preparation_lines(done: Preparation) -> Iterator[str]:
    """What was prepared, and what could not be."""
    for batch in done.batches:
        yield from batch_lines(batch)
    if not done.batches:
        yield "Nothing was prepared."
    yield from waiting_lines(done.waiting)


def waiting_lines(waiting: Sequence[WaitingPayout]) -> Iterator[str]:
    """What is due and waits, with what to do."""
    for one in waiting:
        yield f"{one.account_id} {one.period}  {_amount(one.amount, one.currency)} waits ({one.code}): {one.text}"


def unsettled_line(payout: Payout, on: date) -> str:
    """What a payout waits for that is on its way, came back, or is held; for how many days."""
    last = payout.events[-1]
    days = _count((on - last.on).days, "day")
    waits = _WAITS_FOR[payout.state]
    reason = f" ({last.reason})" if last.reason else ""
    amount = _amount(payout.amount, payout.currency)
    return f"{payout.name}  {amount} {payout.state.replace('_', ' ')} since {last.on}, {days}{reason}: {waits}"


_WAITS_FOR = {
    PayoutState.IN_PAYMENT: "the bank has not answered; its status file goes to bank-status/",
    PayoutState.RETURNED: "a person decides, with payout retry, hold or cancel",
    PayoutState.ON_HOLD: "payable again after payout lift",
}


def payout_lines(payout: Payout) -> Iterator[str]:
    """A payout and the steps of its life."""
    state = payout.state.replace("_", " ")
    amount = _amount(payout.amount, payout.currency)
    yield f"{payout.name}: {amount}, {state}, payable from {payout.payable_from}, attempt {payout.attempt}"
    for step in payout.events:
        batch = f" in {step.batch_id}" if step.batch_id else ""
        reason = f": {step.reason}" if step.reason else ""
        yield f"  {step.on}  {step.state.replace('_', ' ')}{batch} ({step.by.person}){reason}"


def revision_lines(revision: BankRevision) -> Iterator[str]:
    """Bank details, masked."""
    bank = f"{revision.bic}, {revision.country}" if revision.bic else revision.country
    yield f"{revision.name}: {revision.status}, {revision.scheme} ending in {revision.last_four}, {bank}"
    yield f"  holder {revision.holder}"
    yield f"  proposed by {revision.proposed_by.person} on {revision.proposed_on}: {revision.reason}"
    if revision.decided_by is not None:
        yield f"  {revision.status} by {revision.decided_by.person} on {revision.decided_on}"
    if revision.usable_from is not None:
        yield f"  paid to from {revision.usable_from} on"


def naming_line(naming: PayeeNaming) -> str:
    """Who is paid instead of the headquarters, and by which letter."""
    letter = f"{naming.document}, received on {naming.received_on}"
    return f"{naming.account_id} is paid at {naming.site_id}: {letter}; recorded by {naming.by.person}"


def entry_lines(entry: AuditEntry) -> Iterator[str]:
    """An act in its place in the log."""
    act = entry.act
    yield f"{entry.number:5}  {act.on}  {act.action.replace('_', ' ')}  {act.subject}  {act.by.person} ({act.by.role})"
    for name, said in act.details.items():
        yield f"         {name}: {said}"


def verification_lines(found: Verification) -> Iterator[str]:
    """What was held against what, and every finding."""
    checked = ((found.entries, "entry"), (found.acts, "act"), (found.statements, "statement"))
    yield f"Checked: {', '.join(_count(number, what) for number, what in checked)}."
    if found.head_number:
        yield f"The log ends with entry {found.head_number}, {found.head_digest}."
    if found.before_log:
        yield f"{_count(found.before_log, 'restatement')} from before the log, which no log can prove."
    for finding in found.findings:
        yield f"  {finding.where}: {finding.what}"
    yield "Something is not as it must be." if found.findings else "The chain holds, and every statement follows."


def accrual_lines(report: MonthReport) -> Iterator[str]:
    """A month by account and in total."""
    yield f"Accruals of {report.month}" + ("" if report.complete else " (not all accounts are booked yet)")
    for row in report.rows:
        yield accrual_line(row)
    for total in report.totals:
        yield (
            f"total {total.currency}: opening {_plain(total.opening)} + accrued {_plain(total.accrued)} - settled "
            f"{_plain(total.settled)} + adjusted {_plain(total.adjusted)} = closing {_plain(total.closing)}"
        )


def accrual_line(row: AccrualRow) -> str:
    """An account at the end of a month."""
    return (
        f"{row.month}  {row.account_id}  {row.currency}: {_plain(row.opening)} + {_plain(row.accrued)} - "
        f"{_plain(row.settled)} + {_plain(row.adjusted)} = {_plain(row.closing)}; open {_plain(row.open)}, "
        f"expected for the year {_plain(row.expected_earned)} at {_plain(row.expected_rate_pct)} %"
    )


def _plain(amount: Decimal) -> str:
    return money(plain(amount))


def _amount(amount: Decimal, currency: str) -> str:
    return f"{money(plain(amount))} {currency}"


def _count(number: int, what: str) -> str:
    many = "entries" if what == "entry" else f"{what}s"
    return f"{number} {what if number == 1 else many}"
