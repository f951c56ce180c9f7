"""Several requests in flight at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

WORKERS = 8
"""A conditional put waits for its answer some 5 ms; boto3's clients are thread-safe."""

T = TypeVar("T")
R = TypeVar("R")


def each(work: Callable[[T], R], jobs: Sequence[T]) -> list[R]:
    """Every job's answer, in order; several at once where there are several. The first error flies."""
    if len(jobs) < WORKERS:
        return [work(job) for job in jobs]
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, jobs))
