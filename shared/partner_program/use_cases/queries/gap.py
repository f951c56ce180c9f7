"""What an account lacks for each higher tier and for the next rebate level, and by when (R-3.1b, R-5.3)."""

from datetime import date

from partner_program.domain.accelerator.ahead import AcceleratorAhead, accelerator_ahead
from partner_program.domain.facts import AccountFacts
from partner_program.domain.model import Document
from partner_program.domain.tiers.assessment import assess
from partner_program.domain.tiers.entry import MissingEntry
from partner_program.domain.tiers.gap import TierGap, gaps
from partner_program.domain.tiers.situation import Situation
from partner_program.rulebook import CountryNotInProgram, NotInForce, Rulebook
from partner_program.use_cases.ports import AccountStore, Clock
from partner_program.values.errors import InvalidValue, NotFound
from partner_program.values.periods import Quarter
from partner_program.values.tiers import Tier


class AccountGap(Document):
    """The account on `on`, assessed by what is known now; nothing of it is saved.

    `tiers` are those above the present one, ascending; `entry` is what an account that is not in the program lacks to
    come in (None: it is in). `accelerator` has the rebate levels of the year; where it is None, `notes` say why: by
    the rules of the quarter's last day there is no rebate. Amounts are exact, in `currency`.
    """

    account_id: str
    on: date
    edition: str
    tier: Tier | None
    currency: str
    entry: MissingEntry | None
    tiers: tuple[TierGap, ...]
    accelerator: AcceleratorAhead | None
    notes: tuple[str, ...] = ()


class Gap:
    """Three reads: the state, the partner's records, the account's revenue."""

    def __init__(self, *, accounts: AccountStore, rulebook: Rulebook, clock: Clock) -> None:
        self._accounts = accounts
        self._rulebook = rulebook
        self._clock = clock

    def __call__(self, account_id: str) -> AccountGap:
        """Raises `NotFound`, `CountryNotInProgram`, `NotInForce`, and `InvalidValue` as `assess` does."""
        today = self._clock.today()
        facts, stored = self._accounts.load(account_id, today.year - 1)
        if stored.state is None:
            raise NotFound("There is no such account.")
        on = max(today, stored.state.assessed_on)
        state = assess(facts, stored.state, self._rulebook, on)
        at = Situation(facts, self._rulebook.at(on), state.tier_changes, state.cases)
        found = gaps(at, self._rulebook)
        accelerator, notes = self._accelerator(facts, on, premier=state.tier is Tier.PREMIER)
        return AccountGap(
            account_id=account_id,
            on=on,
            edition=state.edition,
            tier=state.tier,
            currency=state.currency,
            entry=found.entry,
            tiers=found.tiers,
            accelerator=accelerator,
            notes=notes,
        )

    def _accelerator(
        self, facts: AccountFacts, on: date, *, premier: bool
    ) -> tuple[AcceleratorAhead | None, tuple[str, ...]]:
        """The rebate ahead; none where the country has left the program, or changed its currency, by the quarter's end.

        The tiers are asked for all the same: today the account is in the program.
        """
        try:
            return accelerator_ahead(facts, on, self._rulebook, premier=premier), ()
        except (CountryNotInProgram, NotInForce, InvalidValue) as outside:
            return None, (f"no rebate for {Quarter.of(on)}: {outside}",)
