"""Pages of lists: everything that fits comes once and in order, and no page takes more reads than are stated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.listings import ListPlace
from partner_program.use_cases.queries import lists_pages
from partner_program.use_cases.queries.lists_pages import MOST_READS, Stretch, found_in
from partner_program.values.errors import InvalidValue
from tests.fakes.listings import MemoryListings


def kept(**stretches: int) -> MemoryListings:
    """Lists of so many entries each; an entry's body is its number."""
    lists = MemoryListings()
    for name, many in stretches.items():
        lists.put({ListPlace(name, f"{number:05d}"): f"{name}{number}" for number in range(many)})
    return lists


def walked(lists: MemoryListings, stretches: list[Stretch], limit: int, wanted: set[str] | None = None) -> list[str]:
    """All items, page by page."""
    items: list[str] = []
    after: str | None = None
    while True:
        before = lists.reads

        def fitting(body: str) -> str | None:
            return body if wanted is None or body in wanted else None

        found = found_in(lists, stretches, fitting, after=after, limit=limit, choosy=wanted is not None)
        assert lists.reads - before <= MOST_READS
        assert len(found.items) <= limit
        items += found.items
        after = found.after
        if after is None:
            return items


@given(
    sizes=st.lists(st.integers(0, 40), min_size=1, max_size=4), limit=st.integers(1, 25), chosen=st.integers(0, 2**40)
)
def test_all_pages_together_are_all_that_fits_once_and_in_order(sizes: list[int], limit: int, chosen: int) -> None:
    names = [f"list{number}" for number in range(len(sizes))]
    lists = kept(**dict(zip(names, sizes, strict=True)))
    everything = [f"{name}{number}" for name, many in zip(names, sizes, strict=True) for number in range(many)]
    stretches = [Stretch(name) for name in names]
    assert walked(lists, stretches, limit) == everything
    some = {body for number, body in enumerate(everything) if chosen >> (number % 41) & 1}
    assert walked(lists, stretches, limit, some) == [body for body in everything if body in some]


def test_a_page_of_a_long_list_is_one_read() -> None:
    lists = kept(a=10_000)
    found = found_in(lists, [Stretch("a")], str, after=None, limit=50, choosy=False)
    assert (len(found.items), found.after, lists.reads) == (50, "a/00049", 1)


def test_a_rare_item_ends_a_page_early_and_the_next_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists_pages, "LOOKED_AT_ONCE", 10)
    lists = kept(a=200)

    def rare(body: str) -> str | None:
        return body if body == "a79" or body == "a80" else None

    first = found_in(lists, [Stretch("a")], rare, after=None, limit=5, choosy=True)
    assert (first.items, first.after, lists.reads) == (("a79",), "a/00079", MOST_READS)
    second = found_in(lists, [Stretch("a")], rare, after=first.after, limit=5, choosy=True)
    assert second.items == ("a80",)


def test_a_page_that_is_full_in_the_middle_of_a_read_goes_on_behind_its_last_item() -> None:
    lists = kept(a=30)
    found = found_in(lists, [Stretch("a")], str, after=None, limit=7, choosy=True)
    assert found.after == "a/00006"
    assert found_in(lists, [Stretch("a")], str, after=found.after, limit=1, choosy=True).items == ("a7",)


@pytest.mark.parametrize(("prefix", "last", "items"), [("0001", None, 10), (None, "00004", 5)])
def test_a_stretch_is_a_part_of_a_list(prefix: str | None, last: str | None, items: int) -> None:
    assert len(walked(kept(a=100), [Stretch("a", prefix, last)], 3)) == items


def test_a_position_in_another_list_is_refused() -> None:
    with pytest.raises(InvalidValue):
        found_in(kept(a=3), [Stretch("a")], str, after="b/00001", limit=1, choosy=False)
