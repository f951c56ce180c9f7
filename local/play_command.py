"""`partner-program play`: a folder in, result files and tables out."""

import shlex
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from local.console import wide_console
from local.documents import save_documents
from local.folder import PlayRefused
from local.mails import save_mails
from local.payment_tables import audit_lines, totals_line
from local.plan import Plan, Upload, read_plan
from local.player import Player, PlayFailed, checked_rulebook, failure_lines
from local.result_files import statement_rows, tier_change_rows, write_results
from local.results import Results, read_results
from local.stack import EmbeddedStack, StackError
from local.tables import show_results
from partner_program.rulebook import DEFAULT_EDITION, Rulebook

MAILS = "mails"
"""Folder below the output folder with every mail that was sent, as a mail program opens it."""
REFUSED, FAILED = 2, 1
"""Exit codes: the input or an option cannot be used; the engine failed on the way."""

RulebookFile = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The owner's values (TOML).")]
Edition = Annotated[str, typer.Option(help="Edition of the rulebook: guide-2022 or brochure.")]
Through = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day to play.")]


def play_command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Holds records/, pos/; perhaps received.csv, acts.csv.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the result files; made if missing.")],
    through: Through = None,
    rulebook: RulebookFile = None,
    edition: Edition = DEFAULT_EDITION,
    tables: Annotated[bool, typer.Option(help="Show the results as tables.")] = True,
) -> None:
    """Play a folder of records and POS reports through the years on the embedded stack."""
    console, errors = wide_console(), Console(stderr=True)
    try:
        results, summary = play_folder(folder, out, errors, through.date() if through else None, rulebook, edition)
    except PlayRefused as refused:
        errors.print(f"refused: {refused}", style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(REFUSED) from refused
    except (PlayFailed, StackError) as failed:
        errors.print(f"failed: {failed}", style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(FAILED) from failed
    if tables:
        show_results(console, results)
    for line in (
        f"Played {summary['start']} to {summary['through']} in {summary['elapsed_seconds']} s.",
        f"Result files: {out}  (explanations/<account_id>.json: every finding and every step of each statement)",
        f"Mails: {summary['mails']} in {out / MAILS}",
        f"Statements as PDF and HTML: {out / 'statements'}; payment files: {out / 'payments'}",
        totals_line(results.payments),
        *audit_lines(results.payments),
        f"Look around in the stack itself: {serve_line(folder, through, rulebook, edition)}",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def serve_line(folder: Path, through: datetime | None, rulebook: Path | None, edition: str) -> str:
    """The command that serves the same play, to be typed here."""
    options = {
        "--through": through and through.date(),
        "--rulebook": rulebook,
        "--edition": None if edition == DEFAULT_EDITION else edition,
    }
    given = [str(word) for name, value in options.items() if value for word in (name, value)]
    return shlex.join([this_command(), "serve", str(folder), *given])


def this_command() -> str:
    """`partner-program`, as it can be typed here."""
    command = Path(sys.executable).with_name("partner-program")
    return str(command.relative_to(Path.cwd()) if command.is_relative_to(Path.cwd()) else command)


def play_folder(
    folder: Path, out: Path, screen: Console, through: date | None, rulebook: Path | None, edition: str
) -> tuple[Results, dict[str, object]]:
    """Check everything, play, write the result files. Raises `PlayRefused`, `PlayFailed`, `StackError`.

    `PlayFailed` comes last, after all is written, where a schedule left an account or a batch undone.
    """
    started = time.monotonic()
    owner_text = read_owner_text(rulebook)
    book = checked_rulebook(edition, owner_text)
    plan = read_plan(folder, through)
    with stack_of_its_own(edition) as stack, log_kept_on_failure(stack, out):
        player = play_on(stack, plan, book, owner_text, screen)
        with player.timing.of("results"):
            results = read_results(stack, plan.start, plan.through, book)
            shutil.rmtree(out / MAILS, ignore_errors=True)  # an earlier play's
            kept = {"mails": save_mails(stack, out / MAILS), "documents": save_documents(stack, out)}
        if player.failures:
            keep_log(stack, out)
    elapsed = time.monotonic() - started
    summary = summarise(results, plan, book, elapsed, player.timing.seconds) | kept
    summary["failures"] = failure_lines(player.failures)
    write_results(results, out, summary)
    for note in plan.never:
        screen.print(f"not played: {note}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    if player.failures:
        left = "; ".join(failure_lines(player.failures))
        raise PlayFailed(f"the results are in {out}, but something was left undone (see stack.log there): {left}")
    return results, summary


@contextmanager
def stack_of_its_own(edition: str) -> Iterator[EmbeddedStack]:
    """A stack in a folder that goes with it. Raises `StackError`."""
    with (
        tempfile.TemporaryDirectory(prefix="partner-program-", ignore_cleanup_errors=True) as state,
        EmbeddedStack(Path(state), {"ProgramEdition": edition}) as stack,
    ):
        yield stack


@contextmanager
def log_kept_on_failure(stack: EmbeddedStack, out: Path) -> Iterator[None]:
    """The stack's folder goes with the play; after a failure its log is what helps."""
    try:
        yield
    except (PlayFailed, StackError):
        keep_log(stack, out)
        raise


def read_owner_text(rulebook: Path | None) -> str | None:
    """The owner's file as text. Raises `PlayRefused` when it is not UTF-8."""
    if rulebook is None:
        return None
    try:
        return rulebook.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as broken:
        raise PlayRefused(f"{rulebook} cannot be read as UTF-8 text: {broken}") from broken


def play_on(stack: EmbeddedStack, plan: Plan, book: Rulebook, owner_text: str | None, screen: Console) -> Player:
    """Play a plan on a stack that stands, with progress on the screen."""
    bars = Progress(
        TextColumn("{task.description:8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[doing]}"),
        console=screen,
        transient=True,
    )
    with bars:
        player = Player(stack, plan, book, owner_text, ProgressBars(bars, plan))
        player.play()
    return player


class ProgressBars:
    """The player's watcher: one bar of days, one of uploads."""

    def __init__(self, bars: Progress, plan: Plan) -> None:
        self._bars = bars
        self._start = plan.start
        self._days: TaskID = bars.add_task("days", total=(plan.through - plan.start).days + 1, doing="")
        self._uploads: TaskID = bars.add_task("uploads", total=plan.uploads, doing="")

    def day(self, day: date, doing: str) -> None:
        """Move the bar of days."""
        self._bars.update(self._days, completed=(day - self._start).days + 1, doing=f"{day} {doing}")

    def uploaded(self, upload: Upload) -> None:
        """Move the bar of uploads."""
        del upload  # how many is all that the bar shows
        self._bars.update(self._uploads, advance=1)


def keep_log(stack: EmbeddedStack, out: Path) -> None:
    """Its log, into the folder of results."""
    if stack.log.exists():
        out.mkdir(parents=True, exist_ok=True)
        (out / "stack.log").write_bytes(stack.log.read_bytes())


def summarise(
    results: Results, plan: Plan, book: Rulebook, elapsed: float, seconds: dict[str, float]
) -> dict[str, object]:
    """What summary.json says. Times are the only values that differ between two plays of the same folder."""
    lines: Counter[str] = Counter()
    for receipt in results.receipts:
        lines.update({outcome.value: amounts.lines for outcome, amounts in receipt.outcomes.items()})
    payouts = Counter(payout.state.value for payout in results.payments.payouts)
    assumed = {entry.id: str(dated.value) for entry in book.assumed() if (dated := entry.on(plan.through)) is not None}
    return {
        "start": str(plan.start),
        "through": str(plan.through),
        "counts": {
            "accounts": len(results.accounts),
            "reports": len(results.receipts),
            "reports_refused": sum(receipt.status == "refused" for receipt in results.receipts),
            "lines": sum(receipt.lines for receipt in results.receipts),
            **{f"lines_{outcome}": count for outcome, count in sorted(lines.items())},
            "tier_changes": sum(1 for _ in tier_change_rows(results)),
            "statements": sum(1 for _ in statement_rows(results)),
            **{f"payouts_{state}": count for state, count in sorted(payouts.items())},
            "payment_batches": len(results.payments.batches),
            "audit_entries": len(results.payments.audit),
            "audit_findings": len(results.payments.verification.findings),
        },
        "elapsed_seconds": round(elapsed, 1),
        "seconds": {kind: round(spent, 1) for kind, spent in sorted(seconds.items())},
        "rulebook": {"edition": book.edition, "digest": book.digest, "assumed": assumed},
        "not_played": list(plan.never),
    }
