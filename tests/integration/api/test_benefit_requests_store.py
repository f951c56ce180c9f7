"""The store of requests on moto and the one in memory keep the same contract."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from partner_program.adapters.request_store import DynamoRequestStore
from partner_program.adapters.table import Table
from partner_program.domain.benefit_requests import BenefitKind, BenefitRequest, Grants, RequestEvent, RequestState
from partner_program.domain.payments.people import Actor, Role
from partner_program.rulebook import Access
from partner_program.use_cases.benefit_requests import RequestStore
from partner_program.values.errors import VersionConflict
from partner_program.values.tiers import Tier
from tests.deployed.template import load_template
from tests.fakes.benefit_requests import MemoryRequests

ON = date(2024, 3, 15)
NOON = datetime(2024, 3, 15, 12, tzinfo=UTC)
BY = Actor(person="anna", role=Role.PARTNER)


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="eu-central-1")
        properties = load_template().of_type("AWS::DynamoDB::Table")["RequestsTable"]
        settings = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
        client.create_table(TableName="requests", **{name: properties[name] for name in settings})
        yield Table(client, "requests")


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> RequestStore:
    if request.param == "memory":
        return MemoryRequests()
    return DynamoRequestStore(request.getfixturevalue("table"))


def made(number: int, kind: BenefitKind = BenefitKind.BID_DESK, account_id: str = "P1-DE",
         access: Access = Access.STANDARD) -> BenefitRequest:  # fmt: skip
    at = NOON + timedelta(microseconds=number)
    return BenefitRequest(
        request_id=f"BR-{number:02d}", kind=kind, account_id=account_id, tier=Tier.ADVANCED, access=access,
        purpose="why", licences=1 if kind is BenefitKind.NFR_LICENCES else None,
        events=(RequestEvent(state=RequestState.OPEN, at=at, on=ON, by=BY, act=f"act-{number}"),),
    )  # fmt: skip


def step(state: RequestState, act: str = "other") -> RequestEvent:
    return RequestEvent(state=state, at=NOON, on=ON, by=BY, note="n", act=act)


def ids(found: Any) -> list[str]:
    return [one.request_id for one in found.requests]


def test_a_request_is_found_as_it_was_put_and_is_put_once(store: RequestStore) -> None:
    request = made(1)
    assert store.find("BR-01") is None
    assert store.add(request) == request
    assert store.add(request.model_copy(update={"purpose": "another"})) == request
    assert store.find("BR-01") == request


@pytest.mark.catalogue("B59")
@pytest.mark.parametrize("request_id", ["BR-01", "BR-02"])
def test_a_request_and_none_are_looked_for_alike(table: Table, request_id: str) -> None:
    store, asked = DynamoRequestStore(table), list[str]()
    store.add(made(1))
    table.client.meta.events.register("before-call.dynamodb", lambda model, **_: asked.append(model.name))
    assert (store.find(request_id) is None) is (request_id == "BR-02")
    assert asked == ["GetItem", "GetItem"]


def test_a_request_is_changed_on_its_version(store: RequestStore) -> None:
    request = store.add(made(1))
    granted, declined = request.moved(step(RequestState.GRANTED)), request.moved(step(RequestState.DECLINED, "late"))
    store.save(granted)
    with pytest.raises(VersionConflict):
        store.save(declined)
    assert store.find("BR-01") == granted


@pytest.mark.catalogue("F28")
def test_a_change_that_was_written_but_not_answered_is_no_conflict_when_repeated(store: RequestStore) -> None:
    request = store.add(made(1, BenefitKind.NFR_LICENCES))
    granted = request.moved(step(RequestState.GRANTED), 1)
    grants = store.grants("P1-DE").with_grant("BR-01", 1)
    store.save(granted, grants)
    store.save(granted, grants)
    assert store.grants("P1-DE") == grants


@pytest.mark.rule("R-4.2.2")
def test_of_two_grants_that_saw_the_same_one_is_written_and_of_the_other_nothing(store: RequestStore) -> None:
    first, second = (store.add(made(number, BenefitKind.NFR_LICENCES)) for number in (1, 2))
    seen = store.grants("P1-DE")
    assert (seen, seen.total) == (Grants(account_id="P1-DE"), 0)
    store.save(first.moved(step(RequestState.GRANTED), 1), seen.with_grant("BR-01", 1))
    with pytest.raises(VersionConflict):
        store.save(second.moved(step(RequestState.GRANTED), 1), seen.with_grant("BR-02", 1))
    assert store.find("BR-02") == second
    after = store.grants("P1-DE").with_grant("BR-02", 1)
    store.save(second.moved(step(RequestState.GRANTED), 1), after)
    assert (store.grants("P1-DE").licences, after.total) == ({"BR-01": 1, "BR-02": 1}, 2)


def test_a_request_that_moved_meanwhile_takes_its_grant_with_it(store: RequestStore) -> None:
    request = store.add(made(1, BenefitKind.NFR_LICENCES))
    store.save(request.moved(step(RequestState.WITHDRAWN)))
    with pytest.raises(VersionConflict):
        store.save(request.moved(step(RequestState.GRANTED, "a"), 1), store.grants("P1-DE").with_grant("BR-01", 1))
    assert store.grants("P1-DE").total == 0


@pytest.mark.rule("R-4.2.8")
@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_the_queue_goes_by_priority_and_time_page_by_page(store: RequestStore, limit: int) -> None:
    for number, access in ((1, Access.STANDARD), (2, Access.PRIORITY), (3, Access.STANDARD), (4, Access.PRIORITY)):
        store.add(made(number, access=access, account_id=f"P{number}-DE"))
    store.add(made(5, BenefitKind.NFR_LICENCES))
    store.save(store.add(made(6)).moved(step(RequestState.DECLINED)))
    found, after = [], None
    for _ in range(10):
        page = store.queue(BenefitKind.BID_DESK, RequestState.OPEN, after, limit)
        assert len(page.requests) <= limit
        found += ids(page)
        after = page.after
        if after is None:
            break
    assert found == ["BR-02", "BR-04", "BR-01", "BR-03"]
    assert ids(store.queue(BenefitKind.BID_DESK, RequestState.DECLINED, None, 9)) == ["BR-06"]
    assert ids(store.queue(BenefitKind.NFR_LICENCES, RequestState.OPEN, None, 9)) == ["BR-05"]
    assert ids(store.queue(BenefitKind.NFR_LICENCES, RequestState.GRANTED, None, 9)) == []


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_an_account_has_its_own_requests_the_latest_first_page_by_page(store: RequestStore, limit: int) -> None:
    for number in (2, 1, 3):
        store.add(made(number))
    store.add(made(4, account_id="P1-FR"))
    licences = store.add(made(5, BenefitKind.NFR_LICENCES))
    store.save(licences.moved(step(RequestState.GRANTED), 1), store.grants("P1-DE").with_grant("BR-05", 1))
    found, after = [], None
    for _ in range(10):
        page = store.of_account("P1-DE", after, limit)
        assert len(page.requests) <= limit
        found += ids(page)
        after = page.after
        if after is None:
            break
    assert found == ["BR-05", "BR-03", "BR-02", "BR-01"]


def test_two_requests_of_one_moment_are_both_kept(store: RequestStore) -> None:
    first = made(1)
    second = first.model_copy(update={"request_id": "BR-02"})
    store.add(first)
    store.add(second)
    assert ids(store.queue(BenefitKind.BID_DESK, RequestState.OPEN, None, 9)) == ["BR-01", "BR-02"]
    assert ids(store.of_account("P1-DE", None, 9)) == ["BR-02", "BR-01"]
