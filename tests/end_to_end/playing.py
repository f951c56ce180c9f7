"""Plays for tests: a folder on the embedded stack, and its result files read back."""

import csv
import gzip
import io
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from rich.console import Console

from local.play_command import play_folder
from partner_program.rulebook import DEFAULT_EDITION

REPOSITORY = Path(__file__).parents[2]
SAMPLE = REPOSITORY / "events" / "sample_program"
Row = dict[str, str]


@dataclass(frozen=True)
class Played:
    """The output folder of a play."""

    out: Path

    def rows(self, name: str) -> list[Row]:
        with (self.out / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def by(self, name: str, *keys: str) -> dict[tuple[str, ...], Row]:
        return {tuple(row[key] for key in keys): row for row in self.rows(name)}

    def end_state(self) -> dict[str, list[Row]]:
        """What must not depend on how often or in which pieces lines were reported. Amounts as numbers."""
        names = (
            "accounts.csv", "revenue.csv", "tier_changes.csv", "statements.csv", "cases.csv", "history.csv",
            "notices.csv", "restatements.csv", "brand_draws.csv", "payouts.csv", "payments.csv", "batches.csv",
            "accruals.csv", "accrual_totals.csv",
        )  # fmt: skip
        return {
            name: [{column: _as_number(cell) for column, cell in row.items()} for row in self.rows(name)]
            for name in names
        }


def _as_number(cell: str) -> str:
    """`1.50` and `1.5` are the same amount."""
    try:
        return f"{Decimal(cell).normalize():f}"
    except ArithmeticError:
        return cell


def play(folder: Path, out: Path, through: date | None = None, rulebook: Path | None = None) -> Played:
    """Play without tables; raises what the command turns into an exit code."""
    play_folder(folder, out, Console(quiet=True), through, rulebook, DEFAULT_EDITION)
    return Played(out)


def split_and_repeated(folder: Path, copy: Path) -> None:
    """The same sales in other files: every report in two halves that overlap, and every half handed in twice.

    Halves are cut between invoices. What is no CSV in UTF-8 stays as it is.
    """
    shutil.copytree(folder / "records", copy / "records")
    if (folder / "acts.csv").exists():
        shutil.copy(folder / "acts.csv", copy)
    arrivals: list[tuple[str, str, str]] = []
    stated = _arrivals(folder / "received.csv")
    for path in sorted((folder / "pos").glob("*/*")):
        distributor_id, report_id = path.parent.name, path.name.removesuffix(".gz").removesuffix(".csv")
        days = stated.get((distributor_id, report_id)) or [_fifth_of_next_month(path)]
        pieces = _halves(report_id, path)
        for name, body in pieces.items():
            target = copy / "pos" / distributor_id / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)
            arrivals += [(distributor_id, name.removesuffix(".csv"), day) for day in days for _ in range(2)]
    text = "".join(f"{','.join(arrival)}\n" for arrival in arrivals)
    (copy / "received.csv").write_text("distributor_id,report_id,received_on\n" + text)


def _arrivals(path: Path) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for row in csv.DictReader(path.read_text().splitlines()):
        found.setdefault((row["distributor_id"], row["report_id"]), []).append(row["received_on"])
    return found


def _halves(report_id: str, path: Path) -> dict[str, bytes]:
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        header, *rows = csv.reader(io.StringIO(body.decode("utf-8"), newline=""))
    except UnicodeDecodeError:
        return {path.name: body}
    invoices = list(dict.fromkeys(row[2] for row in rows))
    first = set(invoices[: -(-len(invoices) * 3 // 5)])
    second = set(invoices[len(invoices) * 2 // 5 :])
    return {
        f"{report_id}-{half}.csv": _csv(header, ([f"{report_id}-{half}", *row[1:]] for row in rows if row[2] in chosen))
        for half, chosen in (("first", first), ("second", second))
    }


def _csv(header: list[str], rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()


def _fifth_of_next_month(path: Path) -> str:
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    last = max(row["invoice_date"] for row in csv.DictReader(body.decode("utf-8").splitlines()))
    year, month = int(last[:4]), int(last[5:7])
    return f"{year + month // 12}-{month % 12 + 1:02d}-05"
