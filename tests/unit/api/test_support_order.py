"""The order of support: by tier and severity, with Premium Care by severity alone (R-4.2.7, R-7)."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from pydantic import ValidationError

from partner_program.domain.asked import AskedWrongly
from partner_program.rulebook import NotInForce, load_rulebook
from partner_program.use_cases.queries.support_order import SupportOrder, SupportOrderRequest, SupportQueue
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FixedClock

BOOK = load_rulebook()
TODAY = "2024-05-15"


class Tiers:
    """Three accounts, one of each tier since 2023; one that was promoted in May 2024; one that has left."""

    changes: Mapping[str, tuple[tuple[date, Tier | None], ...]] = {  # never changed
        "P1-DE": ((date(2023, 1, 1), Tier.AUTHORIZED),),
        "P2-DE": ((date(2023, 1, 1), Tier.ADVANCED),),
        "P3-DE": ((date(2023, 1, 1), Tier.PREMIER),),
        "P4-DE": ((date(2023, 1, 1), Tier.AUTHORIZED), (date(2024, 5, 10), Tier.PREMIER)),
        "P5-DE": ((date(2023, 1, 1), Tier.AUTHORIZED), (date(2024, 5, 10), None)),
        "P6-DE": (),
    }

    def __init__(self) -> None:
        self.reads: list[set[str]] = []

    def tier_changes(self, account_ids: Iterable[str]) -> Mapping[str, tuple[tuple[date, Tier | None], ...]]:
        wanted = set(account_ids)
        self.reads.append(wanted)
        return {account: self.changes[account] for account in wanted if account in self.changes}


def incident(name: str, account: str = "P1-DE", severity: str = "high", **more: Any) -> dict[str, Any]:
    return {
        "incident_id": name, "account_id": account, "severity": severity, "opened_at": "2024-05-14T09:00:00Z", **more,
    }  # fmt: skip


def queue(*incidents: Mapping[str, Any], on: str | None = None) -> SupportQueue:
    asked = SupportOrderRequest.model_validate({"incidents": list(incidents)} | ({"on": on} if on else {}))
    return SupportOrder(Tiers(), BOOK, FixedClock(TODAY))(asked)


def ranks(found: SupportQueue) -> list[tuple[str, int]]:
    return [(item.incident_id, item.rank) for item in found.incidents]


def refused(*incidents: Mapping[str, Any], on: str | None = None) -> list[tuple[str, str]]:
    with pytest.raises(AskedWrongly) as found:
        queue(*incidents, on=on)
    return [(item.at, item.code) for item in found.value.mistakes]


@pytest.mark.rule("R-4.2.7")
@pytest.mark.rule("R-7")
def test_the_rank_is_that_of_tier_and_severity_in_the_rulebook() -> None:
    rules = BOOK.at(date(2024, 5, 15))
    for account, tier in (("P1-DE", Tier.AUTHORIZED), ("P2-DE", Tier.ADVANCED), ("P3-DE", Tier.PREMIER)):
        for severity in rules.severities:
            [item] = queue(incident("A", account, severity)).incidents
            assert (item.rank, item.place, item.tier) == (rules.support_rank(severity, tier), 1, tier)
            assert (item.rule, item.premium_care) == ("R-4.2.7", False)


@pytest.mark.rule("R-4.2.7")
def test_of_one_severity_premier_comes_first_and_authorized_last() -> None:
    found = queue(incident("A", "P1-DE"), incident("B", "P2-DE"), incident("C", "P3-DE"))
    assert ranks(found) == [("C", 3), ("B", 4), ("A", 6)]
    assert [item.place for item in found.incidents] == [1, 2, 3]
    assert [item.why for item in found.incidents] == [
        "Premier, high: priority access to support.", "Advanced, high: priority access to support.",
        "Authorized, high: standard access to support.",
    ]  # fmt: skip


@pytest.mark.rule("R-4.2.7")
def test_premium_care_goes_by_severity_alone_whatever_the_tier_given_the_subscription() -> None:
    for severity in ("critical", "high", "medium", "low"):
        found = queue(*(
            incident(account, account, severity, premium_care_subscription_id="PC-1")
            for account in ("P1-DE", "P2-DE", "P3-DE")
        ))  # fmt: skip
        expected = BOOK.at(date(2024, 5, 15)).support_rank(severity, Tier.AUTHORIZED, premium_care=True)
        assert {item.rank for item in found.incidents} == {expected}
        assert {item.premium_care for item in found.incidents} == {True}
        assert [item.tier for item in found.incidents] == ["authorized", "advanced", "premier"]
        assert found.incidents[0].why == f"Premium Care: by severity alone, {severity}, whatever the partner's tier."
    without = queue(incident("A", "P1-DE", "critical"))
    assert without.incidents[0].rank > queue(
        incident("A", "P1-DE", "critical", premium_care_subscription_id="PC-1")
    ).incidents[0].rank  # fmt: skip


@pytest.mark.rule("R-4.2.7")
def test_of_one_rank_the_longest_open_comes_first_then_the_id_whatever_the_order_they_came_in() -> None:
    waiting = [
        incident("D", opened_at="2024-05-14T09:00:00+02:00"),  # 07:00 UTC
        incident("B", opened_at="2024-05-14T07:30:00Z"),
        incident("A", opened_at="2024-05-14T03:30:00.000001-04:00"),  # a moment later
        incident("C", opened_at="2024-05-14T07:30:00Z"),
        incident("Z", "P3-DE", opened_at="2024-05-15T07:30:00Z"),
    ]
    for given in permutations(waiting):
        assert [item.incident_id for item in queue(*given).incidents] == ["Z", "D", "B", "C", "A"]
    assert {str(item.opened_at.tzinfo) for item in queue(*waiting).incidents} == {"UTC"}


def test_an_account_counts_with_the_tier_of_the_day() -> None:
    assert [item.tier for item in queue(incident("A", "P4-DE")).incidents] == ["premier"]
    assert [item.tier for item in queue(incident("A", "P4-DE"), on="2024-05-10").incidents] == ["premier"]
    assert [item.tier for item in queue(incident("A", "P4-DE"), on="2024-05-09").incidents] == ["authorized"]


def test_an_account_that_is_unknown_or_has_no_tier_is_refused_at_its_place() -> None:
    assert refused(incident("A"), incident("B", "P9-DE"), incident("C", "P5-DE"), incident("D", "P6-DE")) == [
        ("/incidents/1/account_id", "unknown_account"),
        ("/incidents/2/account_id", "no_tier"),
        ("/incidents/3/account_id", "no_tier"),
    ]
    assert refused(incident("B", "P9-DE", premium_care_subscription_id="PC-1")) == [
        ("/incidents/0/account_id", "unknown_account"),
    ]  # fmt: skip


@pytest.mark.rule("R-4.2.7")
def test_premium_care_needs_no_tier() -> None:
    [item] = queue(incident("A", "P5-DE", "critical", premium_care_subscription_id="PC-1")).incidents
    assert (item.tier, item.rank) == (None, 1)


def test_severities_repeated_ids_and_days_to_come_are_refused_at_their_places() -> None:
    assert refused(incident("A", severity="urgent")) == [("/incidents/0/severity", "unknown_severity")]
    assert refused(incident("A"), incident("B"), incident("A", "P2-DE")) == [("/incidents/2/incident_id", "repeated")]
    assert refused(incident("A"), on="2024-05-16") == [("/on", "out_of_range")]
    with pytest.raises(NotInForce):
        queue(incident("A"), on="2021-12-31")


def test_an_incident_is_of_today_by_the_programs_own_zone() -> None:
    """Summer in Copenhagen: its day ends at 22:00 UTC."""
    assert BOOK.time_zone.key == "Europe/Copenhagen"
    assert ranks(queue(incident("A", opened_at="2024-05-15T21:59:59Z"))) == [("A", 6)]
    assert refused(incident("A", opened_at="2024-05-15T22:00:00Z")) == [("/incidents/0/opened_at", "after_today")]
    assert refused(incident("A", opened_at="2024-05-15T21:30:00-01:00")) == [("/incidents/0/opened_at", "after_today")]


@pytest.mark.catalogue("B36")
@pytest.mark.catalogue("B37")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("opened_at", 1735689600), ("opened_at", "2024-05-14"), ("opened_at", "2024-05-14T09:00:00"),
        ("opened_at", "2024-05-14 09:00:00Z"), ("opened_at", "2024-02-30T09:00:00Z"),
        ("opened_at", "2024-05-14T25:00:00Z"), ("opened_at", "2024-05-14T09:00:00+25:00"),
        ("incident_id", "A#B"), ("incident_id", ""), ("account_id", "P1"), ("account_id", "P1-DE\n"),
        ("severity", "High"), ("severity", 1), ("premium_care_subscription_id", ""), ("tier", "premier"),
    ],
)  # fmt: skip
def test_an_incident_is_read_strictly(name: str, value: object) -> None:
    with pytest.raises(ValidationError) as wrong:
        SupportOrderRequest.model_validate({"incidents": [incident("A"), incident("B") | {name: value}]})
    assert [error["loc"] for error in wrong.value.errors()] == [("incidents", 1, name)]


def test_between_one_and_a_hundred_incidents_are_put_in_order_with_one_read() -> None:
    tiers = Tiers()
    asked = SupportOrderRequest.model_validate(
        {"incidents": [incident(f"I{n}", f"P{n % 3 + 1}-DE") for n in range(100)]}
    )
    found = SupportOrder(tiers, BOOK, FixedClock(TODAY))(asked)
    assert len(found.incidents) == 100
    assert tiers.reads == [{"P1-DE", "P2-DE", "P3-DE"}]
    for count in (0, 101):
        with pytest.raises(ValidationError):
            SupportOrderRequest.model_validate({"incidents": [incident(f"I{n}") for n in range(count)]})
