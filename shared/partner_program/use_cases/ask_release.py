"""A person asks for the release of an approved batch: the payment function does it, which alone opens bank details."""

from typing import Protocol

from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.payout import WrongState
from partner_program.domain.payments.people import Action, Actor, check_may
from partner_program.use_cases.payment_ports import PaymentBook
from partner_program.values.errors import NotFound, ProgramError

_RELEASABLE = (BatchStatus.APPROVED, BatchStatus.RELEASING)


class ReleaseNotFinished(ProgramError):
    """The payment function has not answered, or broke off. What it began it goes on with when asked again."""


class PaymentRun(Protocol):
    """The payment function."""

    def release(self, batch_id: str, by: Actor) -> None:
        """Release a batch as somebody. Raises one of `release_payments.REFUSALS`, or `ReleaseNotFinished`."""
        ...


class AskRelease:
    """Asking again is harmless: a batch is paid once."""

    def __init__(self, book: PaymentBook, run: PaymentRun) -> None:
        self._book = book
        self._run = run

    def __call__(self, batch_id: str, by: Actor) -> Batch:
        """The batch, released. Raises `NotAllowed`, `NotFound`, `WrongState`, and what `PaymentRun` raises.

        The payment function checks all of it once more; here it spares the call.
        """
        check_may(by, Action.RELEASE)
        batch = self._standing(batch_id)
        if batch.status is BatchStatus.RELEASED:
            return batch
        if batch.status not in _RELEASABLE:
            raise WrongState(f"{batch_id} is {batch.status}: only an approved batch can be released")
        self._run.release(batch_id, by)
        return self._standing(batch_id)

    def _standing(self, batch_id: str) -> Batch:
        batch = self._book.batch(batch_id)
        if batch is None:
            raise NotFound(f"there is no batch {batch_id}")
        return batch
