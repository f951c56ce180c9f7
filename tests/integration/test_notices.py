"""States and statements become notices and mails, through the real handlers on moto."""

import json
from collections import Counter
from random import Random
from typing import Any

import boto3
import pytest

from partner_program.adapters.notice_store import DynamoNoticeStore
from partner_program.adapters.table import to_wire
from partner_program.domain.notices.derive import notices
from partner_program.domain.notices.model import SOURCE
from partner_program.domain.tiers.account import AccountState
from partner_program.use_cases.announce import Announce
from tests.deployed.program import PREMIER, RECORDS, pos_line, pos_report, report_key
from tests.deployed.template import REGION
from tests.deployed.world import World, deployed, trigger
from tests.fakes.notices import ACCOUNT_ID, a_statement, full_state, mailed_for, told_by, versions

SAVED = [*versions()[::3], versions()[-1]]
EXPECTED = told_by(SAVED) | {"2024-04-30#statement_ready#2024Q1"}


@pytest.fixture
def partner(world: World) -> World:
    """Whose records are there; what its first state announces has gone out."""
    world.take_in(RECORDS)
    return world


def state_record(old: AccountState | None, new: AccountState, version: int) -> dict[str, Any]:
    """As the stream carries it."""

    def image(state: AccountState, number: int) -> dict[str, Any]:
        body = state.model_dump_json()
        return to_wire({"pk": f"ACCOUNT#{ACCOUNT_ID}", "sk": "STATE", "version": number, "body": body})

    keys = to_wire({"pk": f"ACCOUNT#{ACCOUNT_ID}", "sk": "STATE"})
    change = {"Keys": keys, "NewImage": image(new, version)}
    return {"dynamodb": change | ({"OldImage": image(old, version - 1)} if old else {})}


def statement_record() -> dict[str, Any]:
    keys = to_wire({"pk": f"STATEMENTS#{ACCOUNT_ID}", "sk": "2024Q1#final"})
    body = to_wire({"body": a_statement().model_dump_json()})
    return {"dynamodb": {"Keys": keys, "NewImage": keys | body}}


def event(notice_id: str, **changes: Any) -> str:
    found = json.loads(trigger("notice_mail", "notice")["Records"][0]["body"])
    return json.dumps(found | {"detail": {"account_id": ACCOUNT_ID, "id": notice_id}} | changes)


def kept(world: World) -> dict[str, int]:
    """Notices of the account → whether they are published."""
    return {str(item["sk"]): int(item["published"]) for item in world.program.query(f"NOTICES#{ACCOUNT_ID}")}


def references(world: World) -> Counter[str]:
    """How often each notice was mailed, by the reference that its mail names."""
    bodies = [mail.body for mail in world.mails()]
    return Counter(name for body in bodies for name in EXPECTED if f"Reference: {ACCOUNT_ID} {name}<br>" in body)


@pytest.mark.rule("R-3.2")
def test_a_demotion_and_a_statement_are_kept_published_and_mailed(partner: World) -> None:
    partner.call("notifications", trigger("notifications", "state_and_statement"))
    assert kept(partner) == {"2024-04-30#tier_demoted#to-authorized": 1, "2024-04-30#statement_ready#2024Q1": 1}
    partner.settle()
    assert {mail.subject for mail in partner.mails()} == {
        "P0001-DE: statement 2024Q1",
        "P0001-DE: tier lowered to Authorized",
    }
    for mail in partner.mails():
        assert mail.destinations == {"ToAddresses": ["alpha@partner.example"]}


@pytest.mark.catalogue("F39")
@pytest.mark.parametrize("seed", range(2))
def test_every_record_and_every_message_three_times_in_any_order_mails_each_notice_once(
    partner: World, seed: int
) -> None:
    random = Random(seed)
    pairs = enumerate(zip([None, *SAVED[:-1]], SAVED, strict=True), start=1)
    records = [state_record(old, new, number) for number, (old, new) in pairs] + [statement_record()]
    delivered = records * 3
    random.shuffle(delivered)
    for start in range(0, len(delivered), 7):
        partner.call("notifications", {"Records": delivered[start : start + 7]})
    messages = [message["Body"] for message in partner.messages_on("mail")] * 3
    random.shuffle(messages)
    for body in messages:
        partner.send("mail", body)
    while partner.run_queue("mail"):
        pass
    assert kept(partner) == dict.fromkeys(EXPECTED, 1)
    assert references(partner) == dict.fromkeys(mailed_for(EXPECTED, manager=False), 1)
    assert partner.messages_on("mail_dead_letter") == []
    history = partner.program.query(f"HISTORY#ACCOUNT#{ACCOUNT_ID}", prefix="STATE#")
    assert [item["version"] for item in history] == list(range(1, len(SAVED) + 1))


@pytest.mark.catalogue("F47")
def test_one_item_that_cannot_be_announced_fails_the_batch_after_the_others_are_done(
    partner: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = trigger("notifications", "state_and_statement")

    def away(*_: Any) -> int:
        raise ConnectionError("the bus is away")

    with monkeypatch.context() as patch:
        patch.setattr(Announce, "state_changed", away)
        with pytest.raises(Exception, match="1 of 2 items failed") as raised:
            partner.call("notifications", batch)
        assert type(raised.value).__name__ == "AnnouncingFailed"
    assert kept(partner) == {"2024-04-30#statement_ready#2024Q1": 1}
    partner.call("notifications", batch)
    assert kept(partner) == {"2024-04-30#tier_demoted#to-authorized": 1, "2024-04-30#statement_ready#2024Q1": 1}


def test_what_the_bus_did_not_take_is_published_when_the_batch_comes_again(
    partner: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from partner_program.adapters.notice_bus import EventBridgeNotices

    real = EventBridgeNotices.publish
    batch = {"Records": [state_record(None, full_state(), 1)]}
    with monkeypatch.context() as patch:
        patch.setattr(EventBridgeNotices, "publish", lambda bus, found: real(bus, found[:4]))
        with pytest.raises(Exception, match="1 of 1 items failed"):
            partner.call("notifications", batch)
    assert Counter(kept(partner).values()) == {1: 4, 0: len(notices(full_state())) - 4}
    partner.call("notifications", batch)
    partner.settle()
    assert set(kept(partner).values()) == {1}
    assert set(references(partner).values()) == {1}


def test_an_item_that_was_removed_announces_nothing(partner: World) -> None:
    partner.call("notifications", trigger("notifications", "removed"))
    assert kept(partner) == {}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("not json", "UNREADABLE_MESSAGE"),
        (event("2024-04-30#tier_demoted#to-nowhere"), "UNKNOWN_NOTICE"),
        (event("x", detail={"account_id": "P0001", "id": "x"}), "UNKNOWN_MESSAGE"),
        (event("x", detail={"account_id": ACCOUNT_ID, "id": 7}), "UNKNOWN_MESSAGE"),
        (event("x", detail=None), "UNKNOWN_MESSAGE"),
    ],
)
@pytest.mark.catalogue("B57")
def test_a_message_that_makes_no_sense_is_set_aside_with_its_reason(partner: World, body: str, reason: str) -> None:
    partner.send("mail", body)
    partner.run_queue("mail")
    (letter,) = partner.messages_on("mail_dead_letter")
    assert letter["MessageAttributes"]["reason"]["StringValue"] == reason
    assert partner.mails() == []


@pytest.mark.parametrize("name", ["bad_notice", "bad_foreign_source"])
def test_an_event_that_is_none_of_ours_is_set_aside(partner: World, name: str) -> None:
    assert partner.call("notice_mail", trigger("notice_mail", name)) == {"batchItemFailures": []}
    (letter,) = partner.messages_on("mail_dead_letter")
    assert letter["MessageAttributes"]["reason"]["StringValue"] == "UNKNOWN_MESSAGE"


@pytest.mark.catalogue("F16")
def test_a_partner_without_a_contact_holds_up_nobody_and_is_mailed_when_the_letter_comes_back(world: World) -> None:
    ours, theirs = full_state(), full_state(account="P0002-DE")
    store = DynamoNoticeStore(world.program)
    for state in (theirs, ours):
        notice = notices(state)[0]
        store.put_notice(notice)
        world.send("mail", json.dumps({"source": SOURCE, "detail": {"account_id": state.account_id, "id": notice.id}}))
    world.take_in({"partners": RECORDS["partners"]})
    assert [mail.destinations["ToAddresses"] for mail in world.mails()] == [["alpha@partner.example"]]
    (letter,) = world.messages_on("mail_dead_letter")
    assert letter["MessageAttributes"]["reason"]["StringValue"] == "NO_CONTACT"
    world.take_in({"partners": RECORDS["partners"].replace("P0001,Alpha", "P0002,Beta")}, "2024-02")
    world.send("mail", letter["Body"])
    world.settle()
    assert len(world.mails()) == 2


def test_mails_that_ses_refuses_are_set_aside_and_go_out_when_they_come_back_after_the_cause_is_mended(
    partner: World,
) -> None:
    """Here: a sender that SES does not know as verified."""
    sender = partner.template.environment("notice_mail")["NOTICE_SENDER"]
    ses = boto3.client("ses", region_name=REGION)
    ses.delete_identity(Identity=sender)
    partner.call("notifications", trigger("notifications", "state_and_statement"))
    partner.settle()
    letters = partner.messages_on("mail_dead_letter")
    assert [letter["MessageAttributes"]["reason"]["StringValue"] for letter in letters] == ["MAIL_REFUSED"] * 2
    ses.verify_email_identity(EmailAddress=sender)
    for letter in letters:
        partner.send("mail", letter["Body"])
    partner.settle()
    assert len(partner.mails()) == 2


def test_the_channel_manager_that_the_deployment_names_has_a_mail_of_his_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with deployed(monkeypatch, ChannelManagerEmail="manager@vendor.example") as world:
        world.today("2024-03-15")
        world.take_in(RECORDS)
        world.call("notifications", {"Records": [state_record(None, full_state(), 1)]})
        world.settle()
        theirs = [mail for mail in world.mails() if mail.destinations["ToAddresses"] == ["manager@vendor.example"]]
        assert sorted(mail.subject for mail in theirs) == [
            "P0001-DE: your decision is due on Business Plan 2024",
            "P0001-DE: your decision on Business Plan had no effect",
        ]
        told = {notice.id for notice in notices(full_state())}
        assert len(world.mails()) == len(mailed_for(told, manager=True))


def test_announcing_an_account_again_publishes_what_was_never_published_and_nothing_twice(partner: World) -> None:
    """As docs/operations.md does it: the item alone, without the one before it."""
    state = full_state()
    partner.program.put({"pk": f"ACCOUNT#{ACCOUNT_ID}", "sk": "STATE", "version": 7, "body": state.model_dump_json()})
    item = partner.dynamodb.get_item(
        TableName=partner.program.name, Key=to_wire({"pk": f"ACCOUNT#{ACCOUNT_ID}", "sk": "STATE"})
    )["Item"]
    again = {"Records": [{"dynamodb": {"Keys": {"pk": item["pk"], "sk": item["sk"]}, "NewImage": item}}]}
    for _ in range(3):
        partner.call("notifications", again)
    partner.new_stream_records()
    partner.settle()
    told = {notice.id for notice in notices(full_state())}
    assert references(partner) == dict.fromkeys(mailed_for(told, manager=False), 1)


@pytest.mark.catalogue("F22")
def test_the_streams_filter_lets_every_state_and_statement_through_and_nothing_else(world: World) -> None:
    """Every item that the running program wrote; above all no notice, or announcing would wake itself."""
    world.take_in(RECORDS | PREMIER)
    world.upload_and_deliver(report_key("2024-02"), pos_report(pos_line("2024-02", 1, "150.00")))
    for day in ("2024-03-31", "2024-04-30"):
        world.today(day)
        world.call("quarter_end", {"scheduled_time": f"{day}T21:45:00Z"})
        world.settle()
    pages = world.dynamodb.get_paginator("scan").paginate(TableName=world.program.name)
    seen: Counter[tuple[str, bool]] = Counter()
    for item in (item for page in pages for item in page["Items"]):
        keys = {"pk": item["pk"], "sk": item["sk"]}
        passes = world.passes_filter({"dynamodb": {"Keys": keys}}, "notifications")
        seen[item["pk"]["S"].partition("#")[0], passes] += 1
        assert passes is (item.get("kind", {}).get("S") in ("state", "statement") and "HISTORY" not in item["pk"]["S"])
    assert seen["ACCOUNT", True] == 1
    assert seen["STATEMENTS", True] == 2
    assert seen["NOTICES", False] >= 1
    assert seen["MAILS", False] >= 1
    assert seen["HISTORY", False] >= 1
