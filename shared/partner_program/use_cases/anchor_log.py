"""Note the audit log's last entry where the log is not, so that a log written anew from some entry on does not fit."""

import json
from datetime import date

from partner_program.use_cases.payment_ports import OtherFileStands, PaymentBook, PaymentFiles

FOLDER = "audit"
JSON = "application/json"


class AnchorLog:
    """Once a day: `audit/2024-08-14.json` in the results bucket has number and digest of the last entry of then."""

    def __init__(self, book: PaymentBook, files: PaymentFiles) -> None:
        self._book = book
        self._files = files

    def __call__(self, on: date) -> tuple[int, str] | None:
        """Number and digest as they stand for the day: the first note of a day stays. None while there is no entry."""
        head = self._book.head()
        if head is None:
            return None
        key = f"{FOLDER}/{on}.json"
        noted = {"on": str(on), "number": head.number, "digest": head.digest}
        try:
            self._files.write_once(key, json.dumps(noted, sort_keys=True).encode(), JSON)
        except OtherFileStands:
            standing = self._files.read(key)
            return read_anchor(standing) if standing else None
        return head.number, head.digest


def read_anchor(body: bytes) -> tuple[int, str]:
    """Number and digest of a note. Raises `ValueError` where it is none."""
    try:
        noted = json.loads(body)
        return int(noted["number"]), str(noted["digest"])
    except (KeyError, TypeError, ValueError) as missing:
        raise ValueError("this is no note of the audit log's last entry") from missing
