"""The rulebook that a running program decides by: the edition, with the owner's values from the next event on."""

import pytest

from partner_program.adapters.rulebook_source import RulebookSource
from partner_program.rulebook import RulebookInvalid, load_rulebook
from partner_program.use_cases.operate import clear_rulebook, set_rulebook
from tests.deployed.program import RECORDS
from tests.deployed.world import World

EDITION = "guide-2022"
OWNERS = '"people_required.MCDE.premier" = 7\n'


def digest_of_an_upload(world: World, name: str) -> str:
    world.upload_and_deliver(f"records/partners/{name}.csv", RECORDS["partners"])
    return str(world.result(f"records/partners/{name}/receipt.json")["rulebook_digest"])


def test_the_owners_values_decide_from_the_next_event_on_in_a_warm_function_too(world: World) -> None:
    source = RulebookSource(world.program)
    assert digest_of_an_upload(world, "one") == load_rulebook(EDITION).digest
    changed = set_rulebook(source, EDITION, OWNERS)
    assert digest_of_an_upload(world, "two") == changed.digest
    plain = clear_rulebook(source, EDITION)
    assert digest_of_an_upload(world, "three") == plain.digest != changed.digest


def test_a_stored_file_that_is_no_rulebook_stops_the_work_and_loses_none_of_it(world: World) -> None:
    """`set_rulebook` keeps none such; this is a hand that wrote past it."""
    source = RulebookSource(world.program)
    source.put_override('"no.such.value" = 1\n')
    world.send("records", world.upload("records/partners/one.csv", RECORDS["partners"]))
    with pytest.raises(RulebookInvalid):
        world.run_queue("records")
    clear_rulebook(source, EDITION)
    waiting = "ApproximateNumberOfMessagesNotVisible"
    counts = world.sqs.get_queue_attributes(QueueUrl=world.queue_url("records"), AttributeNames=[waiting])
    assert counts["Attributes"][waiting] == "1"
