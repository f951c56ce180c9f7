"""Whole program folders: the engine's use cases, played in memory, against the oracle."""

from datetime import date
from pathlib import Path

from partner_program.rulebook import load_rulebook
from tests.oracle import oracle
from tests.oracle.comparison import decision_differences, expected, revenue_differences, uploads_of
from tests.oracle.engine import Engine

SAMPLE = Path(__file__).parents[2] / "events" / "sample_program"
THROUGH = date(2025, 2, 14)


def test_the_sample_program_gives_the_revenue_tiers_and_rebates_of_the_oracle() -> None:
    rulebook = load_rulebook()
    folder = oracle.read_folder(SAMPLE)
    wanted = expected(folder, rulebook)
    engine = Engine(rulebook, window_rows=7)
    engine.play(folder.records, uploads_of(SAMPLE), THROUGH)
    assert revenue_differences(engine, wanted, THROUGH) == []
    assert decision_differences(engine, wanted, THROUGH) == []
