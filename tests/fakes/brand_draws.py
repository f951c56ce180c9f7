"""The brand draws' port in memory, on the accounts of `FakeAccounts`; tests/integration holds it against the table."""

from collections.abc import Callable, Iterator, Sequence

from partner_program.domain.brand_draw import BrandDraw
from partner_program.domain.facts import BrandReview
from partner_program.domain.tiers.account import AccountState
from partner_program.values.ids import split_account_id
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts


class FakeBrandDraws:
    """Draws by year. `before_put` runs before each put: a rival's chance. `listed` is a directory that lags behind."""

    def __init__(self, accounts: FakeAccounts) -> None:
        self.draws: dict[int, BrandDraw] = {}
        self.populations: dict[str, Sequence[str]] = {}
        self.listed: list[str] | None = None
        self.before_put: Callable[[], object] | None = None
        self._accounts = accounts

    def premier_states(self) -> Iterator[AccountState]:
        for account_id, stored in sorted(self._accounts.states.items()):
            state = stored.state
            if state and (state.tier is Tier.PREMIER if self.listed is None else account_id in self.listed):
                yield state

    def find(self, year: int) -> BrandDraw | None:
        return self.draws.get(year)

    def put(self, draw: BrandDraw, population: Sequence[str]) -> BrandDraw:
        rival, self.before_put = self.before_put, None
        if rival is not None:
            rival()
        self.populations[draw.population_digest] = tuple(population)
        return self.draws.setdefault(draw.year, draw)

    def population(self, draw: BrandDraw) -> Sequence[str]:
        return self.populations[draw.population_digest]

    def brand_reviews(self, account_id: str, year: int) -> Sequence[BrandReview]:
        partner_id, country = split_account_id(account_id)
        return [
            record
            for record in self._accounts.records.get(partner_id, {}).values()
            if isinstance(record, BrandReview) and record.country == country and record.reviewed_on.year == year
        ]
