"""Accounts in the program table: facts by partner, state and revenue by account, statements beside them."""

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from partner_program.adapters.fact_store import fact_of
from partner_program.adapters.known_on import records_known_on, revenue_known_on
from partner_program.adapters.table import ConditionalPut, Item, Table, retry_pauses_s
from partner_program.adapters.transaction import CONDITION_FAILED, put_across
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.account_facts import facts_of
from partner_program.domain.facts import AccountFacts, Record, Site
from partner_program.domain.records.places import Fact
from partner_program.domain.revenue import Baseline, Contribution, baselines_known_on
from partner_program.domain.tiers.account import AccountState
from partner_program.use_cases.ports import StoredState
from partner_program.values.errors import VersionConflict
from partner_program.values.ids import split_account_id
from partner_program.values.periods import Quarter

STATE = "STATE"
DIRECTORY = "directory"
"""The index over all state items, and the attribute that it is keyed by."""
REVIEWS = "reviews"
REVIEW_DAY = "next_review_on"
"""The index over all state items in the order of their next review, and the attribute that it is sorted by."""
_DIRECTORY_VALUE = "ACCOUNT"
_BASELINE = "baseline"
_FINALS = "FINALS"
"""The item that counts the final statements of an account, so that each is made from all that stand."""
_ABSENT = "attribute_not_exists(pk)"


class DynamoAccountStore:
    """The `AccountStore` port on the program table."""

    def __init__(self, program: Table) -> None:
        self._table = program

    def state(self, account_id: str) -> AccountState | None:
        """One read."""
        return self.standing(account_id).state

    def standing(self, account_id: str) -> StoredState:
        """One read."""
        return _stored(self._table.get(f"ACCOUNT#{account_id}", STATE))

    def standings(self, account_ids: Iterable[str]) -> Mapping[str, StoredState]:
        """A hundred in one read."""
        names = list(account_ids)
        states = self._table.get_many((f"ACCOUNT#{name}", STATE) for name in names)
        return {name: _stored(states.get((f"ACCOUNT#{name}", STATE))) for name in names}

    def load(self, account_id: str, since_year: int) -> tuple[AccountFacts, StoredState]:
        """One read of the state, then one query each of the partner's and of the account's partition."""
        stored = self.standing(account_id)
        partner_id, _ = split_account_id(account_id)
        return self._facts(account_id, since_year, self._facts_of(partner_id)), stored

    def facts_known_on(self, account_id: str, since_year: int, day: date) -> AccountFacts:
        """As many reads as for the facts of today, and one for each history of something that was changed since."""
        partner_id, _ = split_account_id(account_id)
        facts = records_known_on(self._table, partner_id, day)
        revenue = self._revenue(account_id, since_year)
        contributions = revenue_known_on(self._table, account_id, since_year, revenue.contributions, day)
        baselines = baselines_known_on(revenue.baselines, day)
        rows = [(taken_on, what) for taken_on, what in _rows(facts, revenue) if taken_on <= day]
        return facts_of(account_id, _records(facts), contributions, baselines, rows, _seen_since(account_id, facts))

    def load_many(self, account_ids: Iterable[str], since_year: int) -> Iterator[tuple[str, AccountFacts, StoredState]]:
        """By partner: the states of its accounts, then its facts once, then the revenue of each account."""
        ordered = sorted(set(account_ids), key=lambda account: (split_account_id(account)[0], account))
        for partner_id, group in groupby(ordered, key=lambda account: split_account_id(account)[0]):
            accounts = list(group)
            states = self._table.get_many((f"ACCOUNT#{account}", STATE) for account in accounts)
            records = self._facts_of(partner_id)
            for account in accounts:
                stored = _stored(states.get((f"ACCOUNT#{account}", STATE)))
                yield account, self._facts(account, since_year, records), stored

    def save_state(self, state: AccountState, expected_version: int) -> None:
        """Raises `VersionConflict` when the stored version is another than expected (0: none stored)."""
        item: Item = {
            "pk": f"ACCOUNT#{state.account_id}",
            "sk": STATE,
            "kind": "state",
            "version": expected_version + 1,
            DIRECTORY: _DIRECTORY_VALUE,
            "tier": state.tier.value if state.tier else "none",
            REVIEW_DAY: _day_text(state.next_review_on),
            "body": state.model_dump_json(),
        }
        if expected_version:
            refused = self._table.put(
                item,
                condition="#version = :expected",
                values={":expected": expected_version},
                names={"#version": "version"},
            )
        else:
            refused = self._table.put(item, condition="attribute_not_exists(pk)")
        if refused is not None:
            raise VersionConflict(f"the state of {state.account_id} was written by somebody else")

    def account_ids_of(self, partner_id: str) -> Sequence[str]:
        """From the partner's sites; those that were corrected to be another's are there as copies only."""
        return sorted({site.account_id for site in self._sites_of(partner_id)})

    def sites_of(self, account_ids: Iterable[str]) -> Mapping[str, Sequence[Site]]:
        """One query for each partner."""
        names = sorted(set(account_ids))
        partner_ids = sorted({split_account_id(name)[0] for name in names})
        sites = [site for partner_id in partner_ids for site in self._sites_of(partner_id)]
        return {name: [site for site in sites if site.account_id == name] for name in names}

    def all_account_ids(self) -> Iterator[str]:
        """From the index over the states."""
        for item in self._table.query_index(DIRECTORY, DIRECTORY, _DIRECTORY_VALUE):
            yield str(item["pk"]).removeprefix("ACCOUNT#")

    def due_for_review(self, on: date) -> Iterator[str]:
        """A range of the index: what it costs depends on the accounts that are due, not on how many there are."""
        for item in self._table.query_index(REVIEWS, DIRECTORY, _DIRECTORY_VALUE, up_to=(REVIEW_DAY, on.isoformat())):
            yield str(item["pk"]).removeprefix("ACCOUNT#")

    def put_baseline(self, baseline: Baseline) -> Baseline:
        """A year is frozen once, and each revision is put once; whoever comes later gets what stands."""
        existing = self._table.put_new(baseline_item(baseline))
        return baseline if existing is None else Baseline.model_validate_json(str(existing["body"]))

    def put_statement(self, statement: Statement, finals: int | None = None) -> Statement:
        """A statement never changes; whoever comes later gets what stands.

        With `finals` a final one is put in a transaction with the account's count of them: two tasks of one account at
        once would otherwise both pay what the year has earned (F58).
        """
        item: Item = {
            "pk": f"STATEMENTS#{statement.account_id}",
            "sk": f"{statement.period}#{statement.status}",
            "kind": "statement",
            "body": statement.model_dump_json(),
        }
        if finals is not None and statement.status is StatementStatus.FINAL:
            existing = self._put_final(item, statement.account_id, finals)
        else:
            existing = self._table.put_new(item)
        return statement if existing is None else Statement.model_validate_json(str(existing["body"]))

    def _put_final(self, item: Item, account_id: str, finals: int) -> Item | None:
        """None: it is ours now. Otherwise the one that was there first. Raises `VersionConflict`."""
        puts = [(self._table, ConditionalPut(item, _ABSENT)), (self._table, _count_of_finals(account_id, finals))]
        for pause in retry_pauses_s(f"others kept working on the final statements of {account_id}"):
            reasons = put_across(puts)
            if reasons is None:
                return None
            if reasons[0] == CONDITION_FAILED:
                return self._table.get(str(item["pk"]), str(item["sk"]))
            if reasons[1] == CONDITION_FAILED:
                raise VersionConflict(f"{account_id} was given another final statement meanwhile")
            time.sleep(pause * random.random())  # noqa: S311  # jitter, no secret
        raise AssertionError("the pauses end by themselves")

    def finals_version(self, account_id: str) -> int:
        """One read."""
        item = self._table.get(f"ACCOUNT#{account_id}", _FINALS)
        return int(item["version"]) if item else 0

    def statements(self, account_id: str, since: Quarter | None = None) -> Sequence[Statement]:
        """Those of a quarter or later; all of them without one."""
        first = str(since) if since else None
        found = self._table.query(f"STATEMENTS#{account_id}", first=first)
        statements = (Statement.model_validate_json(str(item["body"])) for item in found)
        # by name, `final` sorts before `preliminary`
        return sorted(statements, key=lambda item: (item.period, item.status == "final"))

    def finals_of(self, keys: Iterable[tuple[str, Quarter]]) -> Mapping[tuple[str, Quarter], Statement]:
        """A hundred in one read."""
        final = StatementStatus.FINAL
        places = {(f"STATEMENTS#{account}", f"{period}#{final}"): (account, period) for account, period in keys}
        found = self._table.get_many(places)
        return {places[place]: Statement.model_validate_json(str(item["body"])) for place, item in found.items()}

    def _sites_of(self, partner_id: str) -> list[Site]:
        """Without the copies of those that were corrected to be another's."""
        found = self._table.query(f"PARTNER#{partner_id}", prefix="FACT#sites#")
        sites = (Site.model_validate_json(str(item["body"])) for item in found)
        return [site for site in sites if site.partner_id == partner_id]

    def _facts_of(self, partner_id: str) -> list[Fact]:
        return [fact_of(item) for item in self._table.query(f"PARTNER#{partner_id}", prefix="FACT#")]

    def _facts(self, account_id: str, since_year: int, facts: Sequence[Fact]) -> AccountFacts:
        revenue = self._revenue(account_id, since_year)
        rows, seen = _rows(facts, revenue), _seen_since(account_id, facts)
        return facts_of(account_id, _records(facts), revenue.contributions, revenue.baselines, rows, seen)

    def _revenue(self, account_id: str, since_year: int) -> "_Revenue":
        """That from a year on. One range of sort keys holds it all; the state is beyond its end."""
        found = _Revenue([], [], set())
        for item in self._table.query(f"ACCOUNT#{account_id}", first=f"REVENUE#{since_year:04d}", last="REVENUE#9999~"):
            body = str(item["body"])
            if item["kind"] == _BASELINE:
                found.baselines.append(Baseline.model_validate_json(body))
            else:
                found.contributions.append(Contribution.model_validate_json(body))
            found.earlier.update(map(date.fromisoformat, str(item.get("earlier", "")).split()))
        return found


def _count_of_finals(account_id: str, before: int) -> ConditionalPut:
    item: Item = {"pk": f"ACCOUNT#{account_id}", "sk": _FINALS, "kind": "finals", "version": before + 1}
    if not before:
        return ConditionalPut(item, _ABSENT)
    return ConditionalPut(item, "#version = :before", {":before": before}, {"#version": "version"})


def baseline_item(baseline: Baseline) -> Item:
    """As it lies in the program table: among the revenue of its account."""
    return {
        "pk": f"ACCOUNT#{baseline.account_id}",
        "sk": _baseline_key(baseline),
        "kind": _BASELINE,
        "body": baseline.model_dump_json(),
    }


class _Revenue(NamedTuple):
    """Revenue of an account; `earlier` are the days on which smaller contributions became known that stood before."""

    contributions: list[Contribution]
    baselines: list[Baseline]
    earlier: set[date]


def _records(facts: Iterable[Fact]) -> Iterator[Record]:
    return (fact.record for fact in facts)


def _rows(facts: Iterable[Fact], revenue: _Revenue) -> Iterator[tuple[date, str]]:
    """When each row became known, and what it says; of those that were replaced since, that they were."""
    for fact in facts:
        name = f"{fact.record.kind} {fact.record.key}"
        yield date.fromisoformat(fact.known_on), f"{name} {fact.record.model_dump_json()}"
        yield from ((date.fromisoformat(day), f"{name} replaced") for day in fact.earlier)
    yield from ((day, "contribution replaced") for day in revenue.earlier)


def _seen_since(account_id: str, facts: Iterable[Fact]) -> date | None:
    """When a site of the account became known first."""
    sites = (fact for fact in facts if isinstance(fact.record, Site) and fact.record.account_id == account_id)
    return min(_days(sites), default=None)


def _days(facts: Iterable[Fact]) -> Iterator[date]:
    """The days on which something that stands, or stood before it, became known."""
    for fact in facts:
        yield from map(date.fromisoformat, (*fact.earlier, fact.known_on))


def _baseline_key(baseline: Baseline) -> str:
    """A restatement lies beside what it restates and behind it."""
    name = f"REVENUE#{baseline.year:04d}-{_BASELINE}"
    return f"{name}#{baseline.revision:03d}" if baseline.revision else name


def _stored(item: Item | None) -> StoredState:
    if item is None:
        return StoredState(None, 0)
    return StoredState(AccountState.model_validate_json(str(item["body"])), int(item["version"]))


def _day_text(day: date | None) -> str:
    """Sorts by day; what has none comes after every day."""
    return day.isoformat() if day else "none"
