"""An account over time in lines of text: its history, a past state, a restatement before it is applied."""

from collections.abc import Iterator
from decimal import Decimal

from partner_program.domain.history import HistoryEntry
from partner_program.domain.restatement import Restatement
from partner_program.domain.revenue import Baseline
from partner_program.domain.tiers.cases import Case
from partner_program.domain.tiers.findings import Finding
from partner_program.domain.wording import amount_text, percent_text
from partner_program.use_cases.account_history import AccountRecord, AccountThen
from partner_program.use_cases.restate_baseline import DueRestatement
from partner_program.values.money import plain

_INDENT = " " * 12


def history_lines(record: AccountRecord) -> Iterator[str]:
    """Each change with its day; below it the cause and the rule, of a tier change findings and entitlements as well."""
    yield f"History of {record.account_id}"
    for entry in record.entries:
        yield f"{entry.on}  {entry.what}{_known(entry)}"
        yield from (f"{_INDENT}{line}" for line in _grounds(entry) if line)


def _grounds(entry: HistoryEntry) -> Iterator[str]:
    yield entry.cause
    yield "".join(entry.rules[:1]) + (f" ({entry.edition})" if entry.edition else "")
    if entry.change:
        yield from (_finding(item) for item in entry.change.findings)
        for change in entry.change.entitlements:
            yield f"{change.rule} {change.benefit}: {change.before} -> {change.after}"


def _known(entry: HistoryEntry) -> str:
    if not entry.exact:
        return f"  [known on {entry.known_on} at the latest]"
    return "" if entry.known_on == entry.on else f"  [known since {entry.known_on}]"


def gap_lines(record: AccountRecord) -> Iterator[str]:
    """Which versions of the state are missing, if any."""
    for gap in record.missing:
        versions = f"version {gap.first} is" if gap.first == gap.last else f"versions {gap.first} to {gap.last} are"
        yield f"Not complete: {versions} not kept."


def then_lines(then: AccountThen) -> Iterator[str]:
    """What held on a day, by what was known on another."""
    yield f"{then.account_id} as of {then.as_of}, as known on {then.known_on}"
    yield f"  by version {then.version} of its state, decided on {then.decided_on} ({then.edition})"
    tier = f"{then.tier} since {then.tier_since}" if then.tier else "not in the program"
    yield f"  tier: {tier}"
    if then.ytd_revenue is not None and then.prev_year_revenue is not None:
        ytd, last = (amount_text(amount, then.currency) for amount in (then.ytd_revenue, then.prev_year_revenue))
        yield f"  Sales Revenue: {ytd} in {then.as_of.year}, {last} in {then.as_of.year - 1}"
    yield from (f"  {_finding(item)}" for item in then.findings)
    yield from (f"  case: {_case(case)}" for case in then.cases)
    yield from (f"  note: {note}" for note in then.notes)


def _finding(item: Finding) -> str:
    missing = "met" if item.met else f"NOT met, missing: {item.missing}"
    return f"{item.rule} {item.requirement}: {item.required} required, {item.found} found: {missing}"


def _case(case: Case) -> str:
    due = f"due {case.due_on}" if case.due_on else "waits for a decision"
    return f"{case.requirement} {case.subject}".strip() + f" since {case.opened_on}, {due} ({case.rule})"


def restatement_lines(seen: Restatement) -> Iterator[str]:
    """What there is, what it would be, and what follows; then how to apply exactly this."""
    standing = seen.standing
    yield f"Sales Revenue {seen.year} of {seen.account_id}"
    origin = f"frozen on {standing.frozen_on}"
    if standing.revision:
        origin += f", restated on {standing.restated_on} by {standing.restated_by}: {standing.reason}"
    yield f"  counts as   {_amount(standing.sales_revenue, seen)} ({origin})"
    yield f"  comes to    {_amount(seen.recomputed, seen)} ({seen.source})"
    yield f"  difference  {_amount(seen.difference, seen)}"
    if not seen.is_due:
        yield "There is nothing to restate."
        return
    yield from _effects(seen)
    yield f"Apply: partner-program restate {seen.account_id} {seen.year} --apply --expect {plain(seen.recomputed)} \\"
    yield '  --reason "why"  (in a sandbox also --by "your name")'


def _effects(seen: Restatement) -> Iterator[str]:
    yield f"What follows in {seen.year + 1}, by the rules of {seen.rules_on}:"
    for effect in seen.thresholds:
        before, after = (
            "reached" if reached else "not reached" for reached in (effect.reached_before, effect.reached_after)
        )
        said = f"{before} -> {after}" if effect.crossed else f"{after}, as before"
        yield f"  R-4.1.2 {effect.tier}, {_amount(effect.threshold, seen)}: {said}"
    for level in seen.levels:
        before, after = _amount(level.needed_before, seen), _amount(level.needed_after, seen)
        yield f"  R-5.3 {percent_text(level.rate_pct)} from {before} -> {after}"
    for made in seen.statements:
        yield (
            f"  {made.quarter} final statement of {made.made_on}, made on {_amount(made.prev_year_revenue, seen)}, "
            f"pays {_amount(made.payout, seen)}: stays as it is; the next one settles the difference"
        )


def applied_line(stands: Baseline) -> str:
    """What counts from now on."""
    amount = amount_text(stands.sales_revenue, stands.currency)
    by = f"revision {stands.revision} by {stands.restated_by}"
    return f"{stands.account_id}: {stands.year} counts as {amount} since {stands.counts_from}, {by}."


def due_line(item: DueRestatement, year: int) -> str:
    """An account to look at."""
    counts, comes_to = (amount_text(amount, item.currency) for amount in (item.standing, item.recomputed))
    sign = "" if item.difference < 0 else "+"
    return f"{item.account_id}: {year} counts as {counts}, comes to {comes_to} ({sign}{plain(item.difference)})"


def _amount(amount: Decimal, seen: Restatement) -> str:
    return amount_text(amount, seen.currency)
