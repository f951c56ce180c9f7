"""The lines of a report that did not count: as `rejected.csv` has them, page by page, never more than a piece of it."""

import csv
import io
from typing import Any, BinaryIO

import pytest

from partner_program.domain.files.outcomes import Outcome, ReasonCode
from partner_program.use_cases.queries import report_lines
from partner_program.use_cases.queries.report_lines import LineNotCounted, LinesNotCounted, ReportLines
from partner_program.use_cases.queries.report_ports import ResultPart
from partner_program.values.errors import InvalidValue, NotFound, VersionConflict
from tests.fakes.pos_world import COLUMNS, World, csv_of, line
from tests.fakes.reports import MemoryObjects

IBAN = "DE89370400440532013000"


class Results:
    """`ResultReads` on the results in memory; counts the bytes that are read."""

    def __init__(self, objects: MemoryObjects) -> None:
        self.objects = objects
        self.read = 0

    def open_result_at(self, key: str, start: int, etag: str | None = None) -> ResultPart:
        body = self.objects.results.get(key)
        if body is None:
            raise NotFound
        name = f'"{hash(body)}"'
        if etag not in (None, name):
            raise VersionConflict
        assert start < len(body), "nothing is there to be read"
        return ResultPart(self._counted(body[start:]), name, len(body))

    def _counted(self, body: bytes) -> BinaryIO:
        results = self

        class Counted(io.BytesIO):
            def readline(self, size: int | None = -1, /) -> bytes:
                text = super().readline(size)
                results.read += len(text)
                return text

        return Counted(body)


def page(world: World, results: Results | None = None, **asked: Any) -> LinesNotCounted:
    wanted: dict[str, Any] = {"after": None, "limit": 100} | asked
    return ReportLines(world.sales, results or Results(world.objects))("D1", "R1", **wanted)


def pages(world: World, **asked: Any) -> list[LinesNotCounted]:
    found = [page(world, **asked)]
    while found[-1].next_cursor is not None:
        found.append(page(world, after=found[-1].next_cursor, **asked))
    return found


def numbers(lines: tuple[LineNotCounted, ...]) -> list[int]:
    return [one.line for one in lines]


def mixed(count: int) -> World:
    """Of each four lines the first counts, then one held, one rejected, one repeated."""
    world = World(window_rows=7)
    lines: list[dict[str, str]] = []
    for start in range(1, count + 1, 3):
        first = line(line_number=start)
        lines += [first, line(line_number=start + 1, sku="none"), line(line_number=start + 2, country="UK"), first]
    world.play(lines)
    return world


def test_a_line_is_told_with_its_place_its_reason_what_to_do_and_its_columns() -> None:
    world = World()
    world.play([line(), line(line_number=2, sku="none")])
    (told,) = page(world).items
    assert (told.line, told.outcome, told.code) == (3, Outcome.HELD, ReasonCode.UNKNOWN_SKU)
    assert told.columns == line(line_number=2, sku="none")
    assert told.message
    assert told.what_to_do == world.rejected()[0]["what_to_do"]
    assert (told.surplus, told.cut) == ((), False)


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_pages_together_are_the_file_however_they_are_cut(limit: int) -> None:
    world = mixed(30)
    found = [one for part in pages(world, limit=limit) for one in part.items]
    assert [str(one.line) for one in found] == [row["line"] for row in world.rejected()]
    assert [list(one.columns.values()) for one in found] == [list(row.values())[5:] for row in world.rejected()]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"outcome": Outcome.HELD}, {"UNKNOWN_SKU"}),
        ({"outcome": Outcome.REJECTED}, {"INVALID_COUNTRY"}),
        ({"code": ReasonCode.REPEATED_IN_FILE}, {"REPEATED_IN_FILE"}),
        ({"outcome": Outcome.HELD, "code": ReasonCode.REPEATED_IN_FILE}, set()),
    ],
)
def test_lines_of_an_outcome_or_a_code_are_all_found_and_no_others(asked: Any, expected: set[str]) -> None:
    found = [one for part in pages(mixed(12), limit=2, **asked) for one in part.items]
    assert {one.code.value for one in found} == expected
    assert len(found) == (4 if expected else 0)


def test_a_page_reads_a_piece_of_the_file_however_rare_what_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_lines, "MOST_BYTES_READ", 2000)
    world = mixed(90)
    whole = len(world.objects.results["pos/D1/R1/rejected.csv"])
    results = Results(world.objects)
    first = page(world, results, outcome=Outcome.DUPLICATE, code=ReasonCode.ALREADY_COUNTED)
    assert first.items == ()
    assert first.next_cursor is not None
    assert results.read < 4000 < whole


def test_a_page_of_long_lines_ends_before_it_grows_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_lines, "MOST_CHARACTERS", 1000)
    found = pages(mixed(30))
    assert len(found) > 5
    assert all(len(part.items) <= 5 for part in found)


def test_cells_with_line_breaks_quotes_and_formulas_come_through_as_the_file_has_them() -> None:
    world = World()
    notes = ["a\nb", 'say "x", y', "=1+1", "c\r\nd", "e\rf", "é\u2028ü", ""]
    lines = [line(line_number=n, country="UK") | {"note": note} for n, note in enumerate(notes, start=1)]
    world.play(csv_of(lines, [*COLUMNS, "note"]))
    told = [one.columns["note"] for part in pages(world, limit=2) for one in part.items]
    assert told == [row["note"] for row in world.rejected()]
    assert told[2] == "'=1+1"


@pytest.mark.catalogue("B52")
def test_a_bank_account_in_free_text_is_masked() -> None:
    world = World()
    world.play(csv_of([line(country="UK") | {"note": f"pay to {IBAN}"}], [*COLUMNS, "note"]))
    assert IBAN not in page(world).model_dump_json()
    assert page(world).items[0].columns["note"] == "pay to ***"


def test_cells_beyond_the_header_are_told_apart_and_a_short_row_has_fewer_columns() -> None:
    world = World()
    good = csv_of([line()]).decode().splitlines()
    world.play("\n".join([good[0], good[1] + ",more,and more", "R1,D1,INV-9"]).encode())
    longer, shorter = page(world).items
    assert longer.surplus == ("more", "and more")
    assert shorter.columns == {"report_id": "R1", "distributor_id": "D1", "invoice_number": "INV-9"}


@pytest.mark.parametrize(("longest", "cut"), [(201, False), (200, True)])
def test_a_line_that_is_too_long_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch, longest: int, cut: bool) -> None:
    world = World()
    world.play([line(country="UK")])
    (row,) = csv.reader(io.StringIO(csv_of([line(country="UK")]).decode().splitlines()[1]))
    length = sum(len(cell) + 1 for cell in row)
    monkeypatch.setattr(report_lines, "MOST_CHARACTERS_OF_A_LINE", length + longest - 201)
    (told,) = page(world).items
    assert (told.cut, len(told.columns)) == (cut, len(COLUMNS) - cut)


def test_a_report_processed_again_has_other_lines_and_a_page_of_the_old_ones_says_so() -> None:
    world = mixed(12)
    first = page(world, limit=2)
    world.play([line(line_number=1), line(line_number=2, sku="none")])
    with pytest.raises(VersionConflict):
        page(world, after=first.next_cursor)


def test_a_report_without_uncounted_lines_and_one_that_was_only_refused_have_none() -> None:
    world = World()
    world.play([line()])
    assert page(world) == LinesNotCounted(items=(), next_cursor=None)
    refused = World()
    refused.play(b"nothing\n")
    assert page(refused) == LinesNotCounted(items=(), next_cursor=None)


def test_a_report_that_never_came_is_not_found() -> None:
    with pytest.raises(NotFound):
        page(World())


@pytest.mark.parametrize("place", ["", "x", "12", "-1@e", "@e", "1@", "\u0661@e"])
def test_what_is_no_place_in_the_file_is_refused(place: str) -> None:
    with pytest.raises(InvalidValue):
        page(mixed(3), after=place)
