"""The routes of money on the ports in memory: one small program, several people, one test clock."""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from partner_program.api import once as once_module
from partner_program.api.access import QUERY, RECORDS
from partner_program.api.edge import Edge
from partner_program.api.routes import bank_details, payees, payments, payouts, restatements
from partner_program.bootstrap.api.edge import ClaimNames, EdgeSettings
from partner_program.bootstrap.api.money import MoneyDesk
from partner_program.bootstrap.api.once import Once
from partner_program.domain.facts import Site
from partner_program.domain.payments.people import Actor
from partner_program.use_cases.ask_release import AskRelease
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.bank_details import BankDetails
from partner_program.use_cases.idempotency import Moment
from partner_program.use_cases.name_payee import NamePayee
from partner_program.use_cases.restate_baseline import RestateBaseline
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.api import Reply, ask, claims
from tests.fakes.payment_world import DUE, PaymentWorld
from tests.fakes.payments import FakeBankAccountCheck
from tests.fakes.request_log import FakeRequestLog

ANNA_CLAIMS = claims("anna", "finance")
BORIS_CLAIMS = claims("boris", "finance")
CARLA_CLAIMS = claims("carla", "channel")
MODULES = (bank_details, payees, payments, payouts, restatements)


class FakeSites:
    """Sites among the records of a program."""

    def __init__(self, accounts: FakeAccounts) -> None:
        self.accounts = accounts

    def sites(self, site_ids: Iterable[str]) -> Mapping[str, Site]:
        records = [one for of_partner in self.accounts.records.values() for one in of_partner.values()]
        found = {one.site_id: one for one in records if isinstance(one, Site)}
        return {site_id: found[site_id] for site_id in site_ids if site_id in found}


class FakePaymentRun:
    """The payment function, in the same process."""

    def __init__(self, office: "Office") -> None:
        self.office = office
        self.asked = 0

    def release(self, batch_id: str, by: Actor) -> None:
        self.asked += 1
        self.office.world.release.release(batch_id, by=by, on=self.office.on)


@dataclass
class Office:
    """Requests to both functions. `on` is the program's today."""

    world: PaymentWorld
    on: date = DUE
    log: FakeRequestLog = field(default_factory=FakeRequestLog)
    keys: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.run = FakePaymentRun(self)
        settings = EdgeSettings(ClaimNames(), lambda: b"k" * 32, lambda: datetime.now(UTC))
        self.edges = {
            "GET": Edge(QUERY, [bank_details.queries, restatements.queries], lambda: settings),
            "POST": Edge(
                RECORDS,
                [bank_details.acts, payees.router, payments.router, payouts.router, restatements.acts],
                lambda: settings,
            ),
        }

    def desk(self) -> MoneyDesk:
        world, sites = self.world, FakeSites(self.world.accounts)
        return MoneyDesk(
            self.on,
            world.book_of_rules,
            world.accounts,
            sites,
            world.banks,
            RestateBaseline(world.accounts, world.book_of_rules, world.book),
            payouts=world.payouts,
            preparation=world.prepare,
            batches=world.batches,
            release=AskRelease(world.book, self.run),
            payees=NamePayee(world.book, world.accounts),
            bank_details=BankDetails(
                world.book, world.banks, world.vault, FakeBankAccountCheck(), world.book_of_rules, sites
            ),
        )

    def wire(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Every route reaches this office."""
        for module in MODULES:
            for name in ("money_desk", "money_seen"):
                monkeypatch.setattr(module, name, self.desk, raising=False)
        now = lambda: Moment(datetime(2024, 8, 14, 12, tzinfo=UTC), self.on)  # noqa: E731  # one line is enough
        monkeypatch.setattr(once_module, "composed", lambda: Once(self.log, now))

    def assess(self, account_id: str = "P1-DE") -> None:
        """The account has a state, so that it can be seen."""
        AssessAccount(self.world.accounts, self.world.book_of_rules, FixedClock("2024-08-14"))(account_id)

    def act(
        self, path: str, body: object = None, *, by: Mapping[str, Any] = ANNA_CLAIMS, key: str | None = "",
        seen: int | None = None,
    ) -> Reply:  # fmt: skip
        """A POST; `key` "": a new one, None: none. `seen` is the version for If-Match."""
        headers = {} if key is None else {"Idempotency-Key": key or f"key-{next(self.keys)}"}
        if seen is not None:
            headers["If-Match"] = f'"{seen}"'
        return self.send(path, body, headers, by=by)

    def send(
        self, path: str, body: object, headers: Mapping[str, str], *, by: Mapping[str, Any] = ANNA_CLAIMS
    ) -> Reply:
        """A POST with these headers and no others."""
        return ask(self.edges["POST"], "POST", f"/v1{path}", by=by, body=body, headers=headers)

    def forget_answers(self) -> None:
        """As if the process had died each time right before the answer was kept."""
        for place, begun in self.log.begun.items():
            self.log.begun[place] = begun.model_copy(update={"answer": None})

    def get(self, path: str, *, by: Mapping[str, Any] = ANNA_CLAIMS, **query: Any) -> Reply:
        return ask(self.edges["GET"], "GET", f"/v1{path}", by=by, query=query)

    def snapshot(self) -> tuple[object, ...]:
        """All that money is written to: equal before and after a refusal."""
        world = self.world
        return (
            dict(world.book.items), list(world.book.entries), dict(world.banks.items), dict(world.files.files),
            dict(world.accounts.restatements), dict(world.accounts.baselines),
        )  # fmt: skip
