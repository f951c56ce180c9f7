"""The forms of a bank status file by the end of its name. Needs defusedxml, which one function alone brings."""

from collections.abc import Mapping
from datetime import UTC, tzinfo
from functools import partial

from partner_program.adapters.bank_status_csv import read_bank_status_csv
from partner_program.adapters.pain002 import read_pain002
from partner_program.use_cases.ingest_bank_status import BankStatusReader


def readers(zone: tzinfo) -> Mapping[str, BankStatusReader]:
    """Those of a program whose days are of a time zone."""
    return {"xml": partial(read_pain002, zone=zone), "csv": partial(read_bank_status_csv, zone=zone)}


READERS = readers(UTC)
