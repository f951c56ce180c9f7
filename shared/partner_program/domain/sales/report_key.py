"""The key of a POS report in the uploads bucket, and where its results go (formats.md)."""

import hashlib
import re
from dataclasses import dataclass

from partner_program.values.ids import ID_PATTERN

_KEY = re.compile(rf"pos/({ID_PATTERN})/({ID_PATTERN}?)\.csv(\.gz)?")
_DOTS = frozenset({".", ".."})


@dataclass(frozen=True, slots=True)
class ReportKey:
    """Which report an object is."""

    distributor_id: str
    report_id: str
    gzipped: bool

    @property
    def receipt(self) -> str:
        """Key of the receipt in the results bucket."""
        return f"pos/{self.distributor_id}/{self.report_id}/receipt.json"

    @property
    def rejected(self) -> str:
        """Key of the file of lines not counted."""
        return f"pos/{self.distributor_id}/{self.report_id}/rejected.csv"

    def part(self, digest: str, run: int, attempt: int, window: int) -> str:
        """Key of one window's share of the rejected file while a run is under way."""
        report = f"{self.distributor_id}/{self.report_id}"
        return f"runs/pos/{report}/{digest[:16]}/{run:04d}/{window:05d}-{attempt:04d}.csv"


def parse_report_key(key: str) -> ReportKey | None:
    """Only what is exactly a report's key is one; it is never taken as a path (B53, B54)."""
    found = _KEY.fullmatch(key)
    if found is None or found[1] in _DOTS or found[2] in _DOTS:
        return None
    return ReportKey(found[1], found[2], found[3] is not None)


def quarantine_receipt(key: str) -> str:
    """Where the receipt of an object goes whose key cannot be used: named by the key's SHA-256."""
    return f"refused/{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()}/receipt.json"
