"""The sample program's files: written by its generator, all of them, the same every time."""

import csv
import gzip
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from local.folder import read_folder
from local.plan import DATE_COLUMNS, make_plan

SAMPLE = Path(__file__).parents[3] / "events" / "sample_program"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reports", SAMPLE / "make_reports.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reports_are_what_their_generator_writes(generator: ModuleType) -> None:
    there = {str(path.relative_to(SAMPLE / "pos")): path.read_bytes() for path in (SAMPLE / "pos").glob("*/*")}
    assert content(there) == content(generator.files())


def content(files: dict[str, bytes]) -> dict[str, bytes]:
    """Unzipped: a gzip header and its compression differ from one Python to the next."""
    return {name: gzip.decompress(body) if name.endswith(".gz") else body for name, body in files.items()}


def test_the_sample_has_every_kind_of_record_and_plays_whole() -> None:
    folder = read_folder(SAMPLE)
    assert {file.kind for file in folder.records} == set(DATE_COLUMNS)
    plan = make_plan(folder)
    assert (str(plan.start), str(plan.through), plan.never) == ("2022-07-01", "2025-02-14", ())
    assert 25 <= len(folder.reports) <= 40


def test_a_records_row_is_as_wide_as_its_header() -> None:
    for path in (SAMPLE / "records").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
        assert {len(row) for row in rows} == {len(header)}, path.name
