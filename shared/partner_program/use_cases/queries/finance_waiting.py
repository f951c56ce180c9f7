"""Payouts that are due and cannot be collected, and what each waits for (R-5.4b, R-5.4c, R-5.5)."""

from collections.abc import Sequence
from datetime import date

from partner_program.domain.model import Document
from partner_program.domain.payments.payee import BlockCode, Blocked
from partner_program.domain.payments.payout import Payout, PayoutState
from partner_program.rulebook import Rulebook
from partner_program.use_cases.payees import Payees, Standing
from partner_program.use_cases.payment_ports import BankStore, PaidAccounts, PaymentBook
from partner_program.use_cases.prepare_payments import COLLECTED
from partner_program.use_cases.queries.finance_ports import PaymentQueue, PayoutKey
from partner_program.values.errors import InvalidValue
from partner_program.values.money import ExactNumber

MOST_LOOKED_AT = 25
"""Payouts that are due and looked at for one page: each that could be collected costs about four reads."""
_DECIDED_BY_A_PERSON = {
    PayoutState.ON_HOLD: (BlockCode.ON_HOLD, "it is payable again after lift-hold"),
    PayoutState.RETURNED: (BlockCode.RETURNED, "a person decides, with retry, hold or cancel"),
}
"""States that no preparation collects from, and that a payout leaves by an act of a person alone."""
LISTED = (*COLLECTED, *_DECIDED_BY_A_PERSON)


class PaymentWaiting(Document):
    """A payout that is due and waits; `amount` in `currency`. `text` says what for and what to do."""

    account_id: str
    year: int
    quarter: int
    currency: str
    amount: ExactNumber
    payable_from: date
    state: PayoutState
    code: BlockCode
    text: str


class PaymentsWaiting(Document):
    """A page of them, by currency and the day since when they could be paid; those that nothing stops are not in it.

    It may be short or empty: go on while there is a `next_cursor`.
    """

    on: date
    items: tuple[PaymentWaiting, ...]
    next_cursor: str | None


class FinanceWaiting:
    """At most 25 payouts are looked at for a page: their payees by the same rules as preparation (`Payees`).

    Reads: one query for each of four states in each currency of the program until they are found (some fifty
    currencies, so 200 where nothing waits; four where one currency is asked for), then about four for each payout
    that could be collected.
    """

    def __init__(
        self, book: PaymentBook, queue: PaymentQueue, banks: BankStore, accounts: PaidAccounts, rulebook: Rulebook
    ) -> None:
        self._book = book
        self._queue = queue
        self._payees = Payees(book, banks, accounts)
        self._rulebook = rulebook

    def __call__(self, *, on: date, currency: str | None = None, after: str | None, limit: int) -> PaymentsWaiting:
        """Those due on a day, in one currency or all that the program has or had. `next_cursor` is the bare position.

        Raises `InvalidValue` for a currency that it never had.
        """
        if currency is not None and currency not in self._rulebook.currencies:
            raise InvalidValue("the program has no accounts in this currency: one is written EUR", "currency")
        currencies = [currency] if currency else self._rulebook.currencies
        keys, goes_on = self._candidates(currencies, on, after, min(limit, MOST_LOOKED_AT))
        payouts = self._book.payouts_many(keys)
        due = [payouts[key] for key in keys if key in payouts and _is_due(payouts[key], on)]
        waiting = [
            _waiting(one, blocked)
            for name in currencies
            for one, blocked in self._blocked([payout for payout in due if payout.currency == name], name, on)
        ]
        return PaymentsWaiting(on=on, items=tuple(waiting), next_cursor=goes_on)

    def _candidates(
        self, currencies: Sequence[str], on: date, after: str | None, limit: int
    ) -> tuple[list[PayoutKey], str | None]:
        queues = [(currency, state) for currency in currencies for state in LISTED]
        at, position = _place(after, queues)
        found: list[PayoutKey] = []
        for index, (currency, state) in enumerate(queues[at:], start=at):
            keys, goes_on = self._queue.due(state, currency, on, position, limit - len(found))
            found += keys
            position = None
            if goes_on is not None:
                return found, f"{currency}|{state}|{goes_on}"
            if len(found) == limit and index + 1 < len(queues):
                following = queues[index + 1]
                return found, f"{following[0]}|{following[1]}|"
        return found, None

    def _blocked(self, payouts: Sequence[Payout], currency: str, on: date) -> list[tuple[Payout, Blocked]]:
        collected = [payout for payout in payouts if payout.state in COLLECTED]
        standing: Sequence[Standing] = self._payees.standing(collected, on) if collected else ()
        payer = self._payees.payer(currency, on) if any(one.item for one in standing) else None
        reasons = ((one.payout, one.blocked or (payer if isinstance(payer, Blocked) else None)) for one in standing)
        found = [(payout, blocked) for payout, blocked in reasons if blocked is not None]
        return found + [(one, _undecided(one)) for one in payouts if one.state not in COLLECTED]


def _place(after: str | None, queues: Sequence[tuple[str, PayoutState]]) -> tuple[int, str | None]:
    if after is None:
        return 0, None
    queue, _, position = after.rpartition("|")
    names = [f"{currency}|{state}" for currency, state in queues]
    if queue not in names:
        raise InvalidValue("the currencies of the program have changed: begin with the first page", "cursor")
    return names.index(queue), position or None


def _is_due(payout: Payout, on: date) -> bool:
    """The index may be behind."""
    return payout.state in LISTED and payout.payable_from <= on


def _undecided(payout: Payout) -> Blocked:
    code, what_to_do = _DECIDED_BY_A_PERSON[payout.state]
    last = payout.events[-1]
    why = f" ({last.reason})" if last.reason else ""
    state = payout.state.replace("_", " ")
    return Blocked(code, f"{state} since {last.on} by {last.by.person}{why}: {what_to_do}")


def _waiting(payout: Payout, blocked: Blocked) -> PaymentWaiting:
    return PaymentWaiting(
        account_id=payout.account_id,
        year=payout.year,
        quarter=payout.quarter,
        currency=payout.currency,
        amount=payout.amount,
        payable_from=payout.payable_from,
        state=payout.state,
        code=blocked.code,
        text=blocked.text,
    )
