"""`functions/records_upload` on the real template's resources."""

from decimal import Decimal
from unittest.mock import ANY

import pytest

from tests.deployed.program import ACCOUNT_ID, RECORDS, pos_line, pos_report, receipt_key, report_key
from tests.deployed.world import World, trigger

REVIEWS = "partner_id,country,kind,reviewed_on\nP0001,DE,quarterly,2024-03-01\n"
DECISIONS = (
    "partner_id,country,requirement,opened_on,decided_on,verdict,until,reason,decided_by\n"
    'P0001,DE,business_plan,2024-01-02,2024-03-05,extend,2024-04-30,"late, but agreed",A. Manager\n'
)


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


@pytest.mark.rule("R-4.1.6")
def test_reviews_and_decisions_that_come_before_their_account_wait_for_it(world: World) -> None:
    world.upload_and_deliver("records/business_reviews/2024.csv", REVIEWS)
    world.upload_and_deliver("records/case_decisions/2024.csv", DECISIONS)
    for kind in ("business_reviews", "case_decisions"):
        receipt = world.result(f"records/{kind}/2024/receipt.json")
        assert receipt["reasons"] == {"UNKNOWN_ACCOUNT": {"lines": 1, "what_to_do": ANY}}
    world.take_in(RECORDS)
    facts = [str(item["sk"]) for item in world.program.query("PARTNER#P0001", prefix="FACT#")]
    assert facts[:2] == [
        "FACT#business_reviews#P0001#DE#quarterly#2024-03-01",
        "FACT#case_decisions#P0001#DE#business_plan#2024-01-02#2024-03-05",
    ]


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


@pytest.mark.catalogue("B45")
@pytest.mark.rule("R-2.2b")
def test_a_site_recorded_in_the_wrong_country_is_corrected_and_what_waited_for_it_counts_there(world: World) -> None:
    people = {
        "people": "person_id,site_id,from_date,until_date\nA,S-0001,2024-01-02,\n",
        "certifications": "certification_id,person_id,kind,certified_on\nC1,A,MCDE,2024-01-10\n",
    }
    wrong = RECORDS["sites"].replace(",DE,", ",FR,")
    world.take_in(RECORDS | {"sites": wrong} | people)
    lines = (pos_line("2024-02", 1, country="FR", final_amount="100.00"), pos_line("2024-02", 2, "50.25"))
    world.upload_and_deliver(report_key("2024-02"), pos_report(*lines))
    before = world.result(receipt_key("2024-02"))
    assert {code: told["lines"] for code, told in before["reasons"].items()} == {"SITE_IN_OTHER_COUNTRY": 1}
    assert world.state(ACCOUNT_ID) is None
    assert certified(world, "P0001-FR") == {"1 person"}
    world.take_in({"sites": RECORDS["sites"]}, name="corrected")
    after = world.result(receipt_key("2024-02"))
    assert after["outcomes"]["posted"]["lines"] == 2
    revenue = {account: Decimal((world.state(account) or {})["ytd_revenue"]) for account in (ACCOUNT_ID, "P0001-FR")}
    assert revenue == {ACCOUNT_ID: Decimal("50.25"), "P0001-FR": Decimal("100.00")}
    assert (certified(world, ACCOUNT_ID), certified(world, "P0001-FR")) == ({"1 person"}, {"0 people"})
    assert [(world.state(account) or {})["tier"] for account in (ACCOUNT_ID, "P0001-FR")] == ["authorized", None]


def certified(world: World, account_id: str) -> set[str]:
    """How many design engineers each tier's advice has found in the account."""
    advice = (world.state(account_id) or {})["advice"]
    return {finding["found"] for tier in advice for finding in tier["missing"] if finding["requirement"] == "MCDE"}
