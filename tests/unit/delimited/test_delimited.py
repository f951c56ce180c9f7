"""The strict reader: what is refused as a whole, what is a bad row, what is taken, and that line numbers stay right."""

import codecs
import csv
import gzip
import io
import zipfile
import zlib
from contextlib import suppress
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.files.delimited import BadRow, Columns, Limits, Row, TableReader, open_table
from partner_program.domain.files.outcomes import FileRefused, ReasonCode, Rejection

COLUMNS = Columns(required=("id", "amount"), optional=("note",), free_text=frozenset({"note"}))
SMALL = Limits(row_chars=300, field_bytes=40, rows=3)


def table(content: bytes, *, gzipped: bool = False, limits: Limits | None = None) -> TableReader:
    return open_table(io.BytesIO(content), COLUMNS, limits or Limits(), gzipped)


def rows(content: bytes, *, gzipped: bool = False, limits: Limits | None = None) -> list[Row | BadRow]:
    return list(table(content, gzipped=gzipped, limits=limits))


def refused(content: bytes, *, gzipped: bool = False, limits: Limits | None = None) -> Rejection:
    with pytest.raises(FileRefused) as caught:
        rows(content, gzipped=gzipped, limits=limits)
    return caught.value.rejection


def cells(content: bytes) -> list[tuple[str, ...]]:
    return [tuple(row.cells.values()) for row in rows(content) if isinstance(row, Row)]


def codes(content: bytes, limits: Limits | None = None) -> list[str]:
    return [row.rejection.code.value if isinstance(row, BadRow) else "ok" for row in rows(content, limits=limits)]


@pytest.mark.catalogue("B01")
@pytest.mark.parametrize("content", [b"", b"\n\r\n\n", codecs.BOM_UTF8], ids=["nothing", "blank lines", "a BOM alone"])
def test_a_file_without_a_header_is_refused_as_empty(content: bytes) -> None:
    assert refused(content).code is ReasonCode.EMPTY


@pytest.mark.catalogue("B02")
def test_a_header_alone_is_a_table_without_rows() -> None:
    assert rows(b"id,amount\n") == []


@pytest.mark.catalogue("B03")
def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert cells(codecs.BOM_UTF8 + b"id,amount\na,1\n") == [("a", "1", "")]


@pytest.mark.catalogue("B04")
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"id,amount\na,1\nb\xff,2\n", "byte 15"),
        ("id,amount\nMüller,1\n".encode("latin-1"), "byte 11"),
        ("id,amount\na,é\n".encode()[:-2], "byte 12"),
        (b"id,amount\n" + b"a,1\n" * 100_000 + b"\xc3(,1\n", "byte 400010"),
        (("id,amount\n" + "é,1\n" * 80_000).encode() + b"\xf8", None),
    ],
    ids=["an invalid byte", "Latin-1", "cut within a character", "in a later chunk", "at the very end"],
)
def test_bytes_that_are_not_utf8_refuse_the_file_and_the_first_is_named(content: bytes, told: str | None) -> None:
    rejection = refused(content)
    assert rejection.code is ReasonCode.WRONG_ENCODING
    assert f"{told or f'byte {len(content) - 1}'} " in rejection.message


@pytest.mark.catalogue("B04")
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_refused_with_or_without_its_mark(encoding: str) -> None:
    assert refused("id,amount\na,1\n".encode(encoding)).code is ReasonCode.WRONG_ENCODING


@pytest.mark.catalogue("B05")
@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\x85", "\u200b", "\u202e", "\u2028", "\ufeff"])
def test_control_and_format_characters_reject_the_row_and_only_it(character: str) -> None:
    content = f"id,amount\na,1\nb{character},2\nc,3\n".encode()
    assert codes(content) == ["ok", "CONTROL_CHARACTER", "ok"]
    assert rows(content)[1].line == 3


@pytest.mark.catalogue("B06")
@pytest.mark.parametrize(
    "content",
    [
        b'id,amount\n"a,1\nb,2\nc,3\n',
        b'id,amount\n"a,1\n"b",2\n',
        b'id,amount\n"a,1\nb",2\nc,3\n',
        b'id,amount\n"a,1\nb,2",3\n',
        b'id,amount\na,1\n"x"y,2\n',
    ],
    ids=["to the end", "to the next quote", "over one row", "with the columns of one row", "text after the quote"],
)
def test_an_unclosed_quote_refuses_the_file_before_it_swallows_rows(content: bytes) -> None:
    assert refused(content).code is ReasonCode.UNCLOSED_QUOTE


@pytest.mark.catalogue("B07")
@pytest.mark.catalogue("B51")
@pytest.mark.parametrize(("size", "outcome"), [(4095, "ok"), (4096, "ok"), (4097, "FIELD_TOO_LONG"),
                                               (1_000_000, "FIELD_TOO_LONG")])  # fmt: skip
def test_a_field_beyond_four_kilobytes_rejects_its_row(size: int, outcome: str) -> None:
    content = b"id,amount,note\na,1," + b"x" * size + b"\nb,2,\n"
    assert codes(content) == [outcome, "ok"]


@pytest.mark.catalogue("B07")
@pytest.mark.parametrize(("characters", "outcome"), [(2048, "ok"), (2049, "FIELD_TOO_LONG")])
def test_the_field_limit_counts_bytes_not_characters(characters: int, outcome: str) -> None:
    assert codes(f"id,amount,note\na,1,{'é' * characters}\n".encode()) == [outcome]


class Endless(io.RawIOBase):
    """A stream that never ends a line."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        self.given += size
        return b"x" * size


@pytest.mark.catalogue("B08")
def test_a_file_that_never_ends_a_line_is_refused_without_reading_on() -> None:
    endless = Endless()
    with pytest.raises(FileRefused) as caught:
        open_table(cast("BinaryIO", endless), COLUMNS, Limits(), gzipped=False)
    assert caught.value.rejection.code is ReasonCode.LINE_TOO_LONG
    assert endless.given < 2 * Limits().row_chars


@pytest.mark.catalogue("B08")
@pytest.mark.parametrize(("length", "fits"), [(299, True), (300, True), (301, False)])
def test_a_line_may_be_as_long_as_the_limit(length: int, fits: bool) -> None:
    content = b"id,amount\na," + b"1" * (length - 3) + b"\n"
    if fits:
        assert codes(content, SMALL) == ["FIELD_TOO_LONG"]
    else:
        assert refused(content, limits=SMALL).code is ReasonCode.LINE_TOO_LONG


def test_a_quoted_field_that_goes_on_and_on_is_an_unclosed_quote() -> None:
    assert refused(b'id,amount\n"' + b"a,1\n" * 200, limits=SMALL).code is ReasonCode.UNCLOSED_QUOTE


@pytest.mark.catalogue("B09")
def test_too_few_and_too_many_columns_reject_the_row() -> None:
    assert codes(b"id,amount\na\nb,2\nc,3,4\n") == ["COLUMN_COUNT", "ok", "COLUMN_COUNT"]


@pytest.mark.catalogue("B10")
def test_a_column_that_comes_twice_refuses_the_file() -> None:
    rejection = refused(b"id,amount,id\na,1,b\n")
    assert (rejection.code, rejection.column) == (ReasonCode.DUPLICATE_COLUMN, "id")


@pytest.mark.catalogue("B11")
def test_a_missing_column_refuses_the_file_and_is_named() -> None:
    rejection = refused(b"id,Amount\na,1\n")
    assert (rejection.code, rejection.column) == (ReasonCode.MISSING_COLUMN, "amount")


@pytest.mark.catalogue("B11")
def test_an_unknown_column_is_ignored_and_named() -> None:
    reader = table(b"colour,amount,id\nred,1,a\n")
    assert reader.unknown_columns == ("colour",)
    assert [row.cells for row in reader if isinstance(row, Row)] == [{"id": "a", "amount": "1", "note": ""}]


@pytest.mark.catalogue("B12")
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_refuses_the_file(delimiter: str) -> None:
    assert refused(f"id{delimiter}amount\na{delimiter}1\n".encode()).code is ReasonCode.WRONG_DELIMITER


@pytest.mark.catalogue("B13")
@pytest.mark.parametrize("content", [b"id,amount\na,1\nb,2\n", b"id,amount\ra,1\rb,2", b"id,amount\r\na,1\rb,2\n"])
def test_line_ends_of_any_kind_and_mixed_give_the_same_rows(content: bytes) -> None:
    assert [(row.line, row.raw) for row in rows(content)] == [(2, ("a", "1")), (3, ("b", "2"))]


@given(st.lists(st.sampled_from(["\n", "\r", "\r\n"]), min_size=4, max_size=4), st.integers(1, 40))
@pytest.mark.catalogue("B13")
def test_line_ends_are_found_wherever_a_chunk_ends(ends: list[str], chunk: int) -> None:
    content = "".join(line + end for line, end in zip(["id,amount", "a,1", "b,2", "c,3"], ends, strict=True))

    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(chunk)

    found = list(open_table(Dripping(content.encode()), COLUMNS, Limits(), gzipped=False))
    assert [(row.line, row.raw) for row in found] == [(2, ("a", "1")), (3, ("b", "2")), (4, ("c", "3"))]


@pytest.mark.catalogue("B14")
def test_a_line_break_in_free_text_is_taken_and_later_line_numbers_stay_right() -> None:
    content = b'id,amount,note\na,1,"two\r\nlines, and more"\nb,2,\n\nc,3\n'
    found = rows(content)
    assert [row.line for row in found] == [2, 4, 6]
    assert cells(content) == [("a", "1", "two\r\nlines, and more"), ("b", "2", "")]
    assert isinstance(found[2], BadRow)


@pytest.mark.catalogue("B14")
@pytest.mark.catalogue("B48")
def test_a_line_break_in_an_id_rejects_the_row() -> None:
    assert codes(b'id,amount\n"a\n",1\nb,2\n') == ["CONTROL_CHARACTER", "ok"]


@pytest.mark.catalogue("B15")
def test_a_gzip_bomb_is_refused_early() -> None:
    bomb = gzip.compress(b"id,amount\n" + b"a,1\n" * 25_000_000)
    stream = io.BytesIO(bomb)
    with pytest.raises(FileRefused) as caught:
        list(open_table(stream, COLUMNS, Limits(rows=10**9), gzipped=True))
    assert caught.value.rejection.code is ReasonCode.GZIP_RATIO


@pytest.mark.catalogue("B15")
def test_a_small_file_may_compress_well() -> None:
    content = b"id,amount\n" + b"a,1\n" * 200_000
    assert len(content) < Limits().ratio_free_bytes
    assert len(rows(gzip.compress(content), gzipped=True)) == 200_000


@pytest.mark.catalogue("B15")
@pytest.mark.parametrize(("limit", "fits"), [(21, False), (22, True), (23, True)])
def test_content_is_capped_whatever_the_ratio(limit: int, fits: bool) -> None:
    content = b"id,amount\na,1\nb,2\nc,3\n"
    for body, gzipped in ((content, False), (gzip.compress(content), True)):
        if fits:
            assert len(rows(body, gzipped=gzipped, limits=Limits(content_bytes=limit))) == 3
        else:
            assert refused(body, gzipped=gzipped, limits=Limits(content_bytes=limit)).code is ReasonCode.TOO_LARGE


def zip_of(name: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr(name, "id,amount\na,1\n")
    return archive.getvalue()


@pytest.mark.catalogue("B16")
@pytest.mark.catalogue("B17")
@pytest.mark.catalogue("B19")
@pytest.mark.parametrize(
    "content",
    [
        zip_of("a.csv"), zip_of("../../a.csv"), b"PK\x05\x06" + b"\0" * 18, b"%PDF-1.7\n", b"\xd0\xcf\x11\xe0\xa1\xb1",
        b"<!DOCTYPE html><html>", b"\xef\xbb\xbf \n<table>", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>',
        gzip.compress(b"id,amount\n"), b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"PAR1",
    ],
    ids=["zip", "zip with a path", "empty zip", "pdf", "xls", "html", "html after a BOM", "xml", "gzip", "7z", "rar",
         "parquet"],
)  # fmt: skip
def test_other_formats_are_refused_by_their_first_bytes(content: bytes) -> None:
    assert refused(content).code is ReasonCode.NOT_A_CSV


@pytest.mark.catalogue("B16")
@pytest.mark.parametrize("content", [zip_of("a.csv"), gzip.compress(b"id,amount\n")], ids=["zip", "gzip"])
def test_an_archive_within_gzip_is_refused(content: bytes) -> None:
    assert refused(gzip.compress(content), gzipped=True).code is ReasonCode.NOT_A_CSV


@pytest.mark.catalogue("B19")
def test_a_flood_of_edi_segments_is_no_table() -> None:
    edi = b"UNB+UNOC:3+SENDER+RECEIVER+240101:0000+1'" + b"LIN+1'" * 2_000_000
    assert refused(edi).code is ReasonCode.LINE_TOO_LONG


SOUND = gzip.compress(b"id,amount\na,1\n")


@pytest.mark.catalogue("B18")
@pytest.mark.parametrize(
    "content",
    [
        SOUND[:-1], SOUND[:-8], SOUND[:12], SOUND + SOUND, SOUND + b"\0", SOUND + b"a,1\n", SOUND[:-5] + b"\0" * 5,
        b"id,amount\na,1\n", zlib.compress(b"id,amount\n"),
    ],
    ids=["cut by a byte", "without trailer", "cut early", "two members", "a byte behind", "text behind",
         "wrong checksum", "plain text", "zlib"],
)  # fmt: skip
def test_a_gzip_stream_that_is_not_exactly_one_sound_member_is_refused(content: bytes) -> None:
    assert refused(content, gzipped=True).code is ReasonCode.BAD_GZIP


@pytest.mark.catalogue("B18")
def test_garbage_in_a_later_chunk_behind_the_gzip_stream_is_refused() -> None:
    class OneByOne(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(len(SOUND) if self.tell() == 0 else 1)

    with pytest.raises(FileRefused) as caught:
        list(open_table(OneByOne(SOUND + b"x"), COLUMNS, Limits(), gzipped=True))
    assert caught.value.rejection.code is ReasonCode.BAD_GZIP


@pytest.mark.catalogue("B23")
@pytest.mark.parametrize(("count", "fits"), [(2, True), (3, True), (4, False)])
def test_more_rows_than_the_limit_refuse_the_file(count: int, fits: bool) -> None:
    content = b"id,amount\n" + b"a,1\n" * count
    if fits:
        assert len(rows(content, limits=SMALL)) == count
    else:
        assert refused(content, limits=SMALL).code is ReasonCode.TOO_MANY_LINES


@given(
    st.lists(st.tuples(st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N", "P", "S"))),
                       st.text(alphabet="0123456789.-,\"';"))),
)  # fmt: skip
def test_every_row_that_is_written_comes_back_cell_by_cell(written: list[tuple[str, str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("id", "amount"), *written])
    assert [row.raw for row in rows(text.getvalue().encode())] == written


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_read_or_refused_but_never_crash(content: bytes) -> None:
    for gzipped in (False, True):
        found: list[Row | BadRow] = []
        with suppress(FileRefused):
            found = rows(b"id,amount\n" + content if not gzipped else content, gzipped=gzipped)
        assert all(len(row.raw) == 2 for row in found if isinstance(row, Row))
