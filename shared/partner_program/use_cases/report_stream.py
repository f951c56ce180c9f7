"""A stream that computes the digest of what is read through it."""

import hashlib
from typing import BinaryIO


class DigestingStream:
    """Reads like the stream it wraps; `hexdigest` is the SHA-256 of all bytes read so far."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; none at the end."""
        chunk = self._stream.read(size)
        self._digest.update(chunk)
        return chunk

    def hexdigest(self) -> str:
        """Hex text of the digest."""
        return self._digest.hexdigest()
