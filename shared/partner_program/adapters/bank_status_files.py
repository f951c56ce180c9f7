"""The forms of a bank status file by the end of its name. Needs defusedxml, which one function alone brings."""

from collections.abc import Mapping

from partner_program.adapters.bank_status_csv import read_bank_status_csv
from partner_program.adapters.pain002 import read_pain002
from partner_program.use_cases.ingest_bank_status import BankStatusReader

READERS: Mapping[str, BankStatusReader] = {"xml": read_pain002, "csv": read_bank_status_csv}
