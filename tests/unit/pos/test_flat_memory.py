"""A report is read as a stream: three times the lines must not need more memory than a window of them."""

import tracemalloc
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import pytest

from partner_program.domain.sales.receipt import Summary
from partner_program.use_cases.ports import ObjectRef
from tests.fakes.pos_world import COLUMNS, World, line
from tests.fakes.reports import MemoryObjects, MemorySales

WINDOW_ROWS = 500


class GeneratedReport:
    """A CSV that is made while it is read."""

    def __init__(self, count: int) -> None:
        self.text = self._lines(count)
        self.rest = b""

    @staticmethod
    def _lines(count: int) -> Iterator[bytes]:
        yield (",".join(COLUMNS) + "\n").encode()
        for number in range(count):
            cells = line(invoice_number=f"INV-{number // 15}", line_number=number % 15 + 1)
            yield (",".join(cells[name] for name in COLUMNS) + "\n").encode()

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size and (more := next(self.text, None)) is not None:
            self.rest += more
        chunk, self.rest = self.rest[:size], self.rest[size:]
        return chunk


class Generated(MemoryObjects):
    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def size(self, ref: ObjectRef) -> int:
        return 1

    def open(self, ref: ObjectRef) -> BinaryIO:
        return cast("BinaryIO", GeneratedReport(self.count))


class Forgetful(MemorySales):
    """A store whose contents are elsewhere, as DynamoDB's are."""

    def claim(self, *arguments: Any) -> Any:
        answer = super().claim(*arguments)
        self.invoices.clear()
        return answer

    def contribute(self, parts: Any) -> None:
        return None

    def lines(self) -> int:
        return sum(Summary.model_validate(result.summary).total.lines
                   for run in self.run_windows.values() for _, result in run.values())  # fmt: skip


def peak_of(count: int) -> int:
    """Bytes allocated at most while a report of so many lines is ingested."""
    sales = Forgetful()
    world = World(objects=Generated(count), sales=sales, window_rows=WINDOW_ROWS)
    tracemalloc.start()
    try:
        result = world.ingest()(ObjectRef("uploads", "pos/D1/R1.csv", "v", "s"), lambda: 900_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (result.status, sales.lines()) == ("posted", count)
    return peak


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_lines() -> None:
    small, large = peak_of(6 * WINDOW_ROWS), peak_of(18 * WINDOW_ROWS)
    assert large < small + 1_000_000  # 6000 lines more, and a line kept takes 2 KB and more
