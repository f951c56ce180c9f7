"""Bytes of an upload → text lines: gunzipped under a cap, of no foreign format, decoded strictly, of bounded length."""

import codecs
import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from partner_program.domain.files.outcomes import FileRefused, ReasonCode

CHUNK_BYTES = 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_FOREIGN = (
    (b"PK\x03\x04", "a zip archive (an xlsx workbook is one, too)"),
    (b"PK\x05\x06", "a zip archive"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
    (_GZIP_MAGIC, "gzip; its key must end in .csv.gz"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a rar archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"PAR1", "a parquet file"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class ByteLimits(Protocol):
    """The part of `Limits` that concerns bytes."""

    @property
    def content_bytes(self) -> int:
        """How much content there may be."""
        ...

    @property
    def gzip_ratio(self) -> int:
        """How many bytes of content one compressed byte may give."""
        ...

    @property
    def ratio_free_bytes(self) -> int:
        """How much content is not held against the ratio."""
        ...


class Bytes:
    """The content of an upload in chunks, at most `content_bytes` of it. Raises `FileRefused`."""

    def __init__(self, stream: BinaryIO, limits: ByteLimits, gzipped: bool) -> None:
        self._stream = stream
        self._limits = limits
        self._gzipped = gzipped

    def chunks(self) -> Iterator[bytes]:
        """All of it, in order, once."""
        size = 0
        for chunk in self._gunzipped() if self._gzipped else self._plain():
            size += len(chunk)
            if size > self._limits.content_bytes:
                raise FileRefused(ReasonCode.TOO_LARGE, f"more than {self._limits.content_bytes} bytes of content")
            yield chunk

    def _plain(self) -> Iterator[bytes]:
        while chunk := self._stream.read(CHUNK_BYTES):
            yield chunk

    def _gunzipped(self) -> Iterator[bytes]:
        """One gzip member and nothing after it. Never holds more than a chunk of output (B15, B18)."""
        inflater = zlib.decompressobj(wbits=31)
        taken = given = 0
        try:
            for compressed in self._plain():
                if inflater.eof:
                    raise FileRefused(ReasonCode.BAD_GZIP, "something follows the end of the gzip stream")
                pending = compressed
                while pending and not inflater.eof:
                    chunk = inflater.decompress(pending, CHUNK_BYTES)
                    taken += len(pending) - len(inflater.unconsumed_tail) - len(inflater.unused_data)
                    pending = inflater.unconsumed_tail
                    given += len(chunk)
                    if given > max(self._limits.ratio_free_bytes, self._limits.gzip_ratio * taken):
                        raise FileRefused(ReasonCode.GZIP_RATIO, f"expands more than 1:{self._limits.gzip_ratio}")
                    if chunk:
                        yield chunk
                if inflater.unused_data:
                    raise FileRefused(ReasonCode.BAD_GZIP, "something follows the end of the gzip stream")
        except zlib.error as error:
            raise FileRefused(ReasonCode.BAD_GZIP, f"not a sound gzip stream: {error}") from None
        if not inflater.eof and taken:
            raise FileRefused(ReasonCode.BAD_GZIP, "the gzip stream is cut short")


def text_lines(source: Bytes, longest: int) -> Iterator[str]:
    """Physical lines with their line ends (LF, CR or CRLF), a BOM taken off.

    Raises `FileRefused` for foreign formats, bytes that are not UTF-8 (naming the offset of the first) and a line of
    more than `longest` characters, without reading on (B08).
    """
    pending = ""
    for text in _texts(source):
        pending += text
        # A CR at the very end may be the first half of a CRLF: it waits.
        cut = max(pending.rfind("\n"), pending.rfind("\r", 0, -1)) + 1
        if cut:
            yield from io.StringIO(pending[:cut], newline="")
            pending = pending[cut:]
        if len(pending) > longest:
            raise FileRefused(ReasonCode.LINE_TOO_LONG, f"no line end within {longest} characters")
    yield from io.StringIO(pending, newline="")


def _texts(source: Bytes) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    decoded = 0
    first = True
    for chunk in source.chunks():
        if first:
            _refuse_foreign(chunk)
        waiting = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise _not_utf8(decoded - waiting + error.start) from None
        decoded += len(chunk)
        yield text.removeprefix("\ufeff") if first else text
        first = False
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise _not_utf8(decoded - len(error.object) + error.start) from None


def _not_utf8(offset: int) -> FileRefused:
    return FileRefused(ReasonCode.WRONG_ENCODING, f"byte {offset} (the first is 0) is not UTF-8")


def _refuse_foreign(head: bytes) -> None:
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise FileRefused(ReasonCode.NOT_A_CSV, f"this is {what}")
    if head.startswith(_UTF16):
        raise FileRefused(ReasonCode.WRONG_ENCODING, "byte 0 (the first is 0) begins a UTF-16 mark; UTF-8 is needed")
    if head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise FileRefused(ReasonCode.NOT_A_CSV, "this is HTML or XML")
