"""docs/records.md says what the code takes."""

import re
from pathlib import Path

import pytest

from partner_program.domain.facts import RECORD_TYPES
from partner_program.domain.records.rows import columns_of
from tests.fakes.records_world import SOUND, RecordsWorld, outcomes, row

PAGE = (Path(__file__).parents[3] / "docs" / "records.md").read_text(encoding="utf-8")
KINDS = dict(re.findall(r"^\| `([a-z_]+)` \| (\*\*[^|]+) \|", PAGE, re.MULTILINE))
VERDICTS = dict(re.findall(r"^\| `([a-z_]+)`[^|]* \| (`[^|]+) \|$", PAGE, re.MULTILINE))


def test_every_kind_of_records_is_listed() -> None:
    assert set(KINDS) == set(RECORD_TYPES)


@pytest.mark.parametrize("kind", RECORD_TYPES)
def test_the_columns_their_key_and_what_may_be_left_out_are_those_of_the_code(kind: str) -> None:
    cells = KINDS[kind].split()
    columns = [cell.strip("*()") for cell in cells]
    assert columns == list(SOUND[kind])
    assert {column.strip("()") for column in cells if column.startswith("(")} == set(columns_of(kind).optional)
    bold = [cell.strip("*") for cell in cells if cell.startswith("**")]
    world = RecordsWorld()
    world.take_all()
    record = next(fact.record for fact in world.facts.facts.values() if isinstance(fact.record, RECORD_TYPES[kind]))
    assert record.key == tuple(SOUND[kind][column] for column in bold)


def test_the_verdicts_of_each_requirement_are_those_that_are_taken() -> None:
    assert set(VERDICTS) == {"terms", "revenue", "business_plan", "brand_alignment"}
    for requirement, told in VERDICTS.items():
        verdicts = set(re.findall(r"`([a-z_]+)`", told))
        assert verdicts < {"demote", "extend", "waive", "end_participation"} or requirement == "terms"
        for verdict in ("demote", "extend", "waive", "end_participation"):
            world = RecordsWorld()
            world.take_all()
            until = "2024-06-30" if verdict == "extend" else ""
            cells = row("case_decisions", requirement=requirement, verdict=verdict, until=until, reason="another")
            taken = outcomes(world.take("case_decisions", cells)) == {"posted": 1}
            assert taken is (verdict in verdicts), (requirement, verdict)
