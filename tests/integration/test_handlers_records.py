"""`functions/records_upload` on the real template's resources."""

import pytest

from tests.deployed.program import ACCOUNT_ID, RECORDS
from tests.deployed.world import World, trigger


def test_records_become_facts_receipts_and_an_assessed_account(world: World) -> None:
    world.take_in(RECORDS)
    receipts = [world.result(f"records/{kind}/2024-01/receipt.json") for kind in RECORDS]
    assert [receipt["outcomes"]["posted"]["lines"] for receipt in receipts] == [2, 2, 1, 1, 1]
    facts = [str(item["sk"]) for item in world.program.query("PARTNER#P0001", prefix="FACT#")]
    assert facts == ["FACT#partners#P0001", "FACT#sites#S-0001", "FACT#terms_acceptances#P0001#2022-03"]
    state = world.state(ACCOUNT_ID)
    assert state is not None
    assert state["assessed_on"] == "2024-03-15"


@pytest.mark.parametrize("backwards", [False, True])
def test_the_order_of_files_does_not_matter(world: World, backwards: bool) -> None:
    kinds = sorted(RECORDS, reverse=backwards)
    for kind in kinds:
        world.upload_and_deliver(f"records/{kind}/2024-01.csv", RECORDS[kind])
    state = world.state(ACCOUNT_ID)
    assert state is not None
    assert (state["tier"], len(list(world.program.query("PARTNER#P0001", prefix="FACT#")))) == ("authorized", 3)


@pytest.mark.catalogue("F01")
def test_the_same_upload_twice_changes_no_fact(world: World) -> None:
    world.take_in(RECORDS)
    event = world.upload("records/partners/2024-02.csv", RECORDS["partners"])
    histories = []
    for _ in range(2):
        world.send("records", event)
        world.settle()
        histories.append(list(world.program.query("HISTORY#PARTNER#P0001", prefix="FACT#partners#")))
    assert world.result("records/partners/2024-02/receipt.json")["outcomes"]["posted"]["lines"] == 0
    assert histories[0] == histories[1]


@pytest.mark.catalogue("B57")
def test_a_message_that_is_no_event_is_set_aside_with_its_reason(world: World) -> None:
    assert world.call("records_upload", trigger("records_upload", "bad_not_json")) == {"batchItemFailures": []}
    (letter,) = world.messages_on("records_dead_letter")
    assert letter["MessageAttributes"]["reason"]["StringValue"] == "UNREADABLE_MESSAGE"
    assert letter["Body"] == "records/partners/2024-03.csv"


@pytest.mark.catalogue("B56")
def test_a_foreign_bucket_is_not_read(world: World) -> None:
    world.call("records_upload", trigger("records_upload", "bad_foreign_bucket"))
    (letter,) = world.messages_on("records_dead_letter")
    assert letter["MessageAttributes"]["reason"]["StringValue"] == "FOREIGN_SOURCE"
    assert world.results() == []


def test_an_object_that_is_nothing_we_know_gets_a_receipt_of_refusal(world: World) -> None:
    world.call("records_upload", trigger("records_upload", "unknown_key"))
    (key,) = world.results()
    assert world.result(key)["refusal"]["code"] == "KEY_NOT_ALLOWED"
    assert world.messages_on("records_dead_letter") == []


@pytest.mark.catalogue("F05")
def test_a_file_that_is_gone_is_refused_as_missing(world: World) -> None:
    world.call("records_upload", trigger("records_upload", "records_file"))
    assert world.result("records/partners/2024-03/receipt.json")["refusal"]["code"] == "MISSING"
