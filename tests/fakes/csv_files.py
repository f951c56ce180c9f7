"""Rows as the bytes of a CSV upload."""

import csv
import io
from collections.abc import Iterable, Mapping


def csv_of(rows: Iterable[Mapping[str, str]], columns: Iterable[str]) -> bytes:
    """With a header of the columns; cells of other columns are left out."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(columns), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
