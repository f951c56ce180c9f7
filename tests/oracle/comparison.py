"""Engine against oracle: the rulebook as plain parameters, and the differences between the two in words."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.tiers.cases import Case
from partner_program.rulebook import Rulebook
from partner_program.values.tiers import Tier
from tests.oracle import oracle, tiers
from tests.oracle.account import Account
from tests.oracle.engine import Engine, Upload


def parameters_of(rulebook: Rulebook, on: date, countries: Iterable[str]) -> oracle.Parameters:
    """What stands in the rulebook on a day, for the oracle."""
    rules = rulebook.at(on)
    terms = rules.accelerator
    return oracle.Parameters(
        credit_pct={name: int(rules.credit_share(name) * 100) for name in rules.product_classes},
        levels=tuple((Fraction(level.growth_pct), Fraction(level.rate_pct)) for level in terms.levels),
        cap_pct=Fraction(terms.cap_growth_pct) if terms.cap_applies else None,
        close_days=terms.close_days,
        terms_version=rules.terms_version,
        thresholds={
            (country, str(tier)): Fraction(rules.revenue_threshold(country, tier).amount)
            for country in countries
            for tier in Tier
        },
        people={
            (str(tier), kind): rules.people_required(kind, tier) for tier in Tier for kind in rules.certification_kinds
        },
        trainings={
            str(tier): [kind for kind in ("onboarding", "annual_sales") if rules.training_required(kind, tier)]
            for tier in Tier
        },
    )


@dataclass(frozen=True)
class Expected:
    """What the oracle finds out about a folder."""

    folder: oracle.Folder
    lines: Mapping[str, list[oracle.Sale]]
    parameters: oracle.Parameters
    currencies: Mapping[str, str]
    courses: dict[tuple[str, date], tiers.Course] = field(default_factory=dict)

    def accounts(self) -> list[str]:
        """Every account with a site."""
        return sorted({f"{row['partner_id']}-{row['country']}" for row in self.folder.records["sites"]})

    def opening(self, account: str) -> dict[int, Fraction]:
        rows = self.folder.records.get("opening_revenue", [])
        mine = [row for row in rows if f"{row['partner_id']}-{row['country']}" == account]
        return {int(row["year"]): Fraction(row["sales_revenue"]) for row in mine}

    def course(self, account: str, through: date) -> tiers.Course:
        """Tiers and cases of an account."""
        if (account, through) not in self.courses:
            lines = self.lines.get(account, [])
            found = Account(account, self.folder, lines, self.opening(account), self.parameters)
            self.courses[account, through] = tiers.course(found, through)
        return self.courses[account, through]

    def held(self, account: str, through: date) -> list[tiers.Change]:
        """The tier at the end of each day on which it changed."""
        return list({change.day: change for change in self.course(account, through).changes}.values())

    def cases(self, account: str, through: date) -> list[tuple[str, ...]]:
        """In the order of their requirements and days."""
        return sorted(case.texts() for case in self.course(account, through).cases)

    def finals(self, account: str, held: Sequence[tiers.Change], through: date) -> dict[tuple[int, int], oracle.Rebate]:
        """Of every quarter that was closed during the play."""
        years = range(self.folder.start.year, through.year + 1)
        closed = [
            (year, quarter)
            for year in years
            for quarter in (1, 2, 3, 4)
            if oracle.quarter_end(year, quarter) + timedelta(days=self.parameters.close_days) <= through
            and tiers.tier_on(held, oracle.quarter_end(year, quarter)) == "premier"
        ]
        partner = next(row for row in self.folder.records["partners"] if row["partner_id"] == account[:-3])
        since = date.fromisoformat(partner.get("trading_since") or partner["enrolled_on"])
        currency = self.currencies[account[-2:]]
        lines = self.lines.get(account, [])
        restated = {year: days for (of, year), days in self.folder.restated.items() if of == account}
        return oracle.final_rebates(lines, self.opening(account), since, currency, closed, self.parameters, restated)


def expected(folder: oracle.Folder, rulebook: Rulebook) -> Expected:
    """The oracle's view of a folder."""
    countries = sorted({row["country"] for row in folder.records["sites"]})
    rules = rulebook.at(folder.start)
    currencies = {country: rules.country(country).currency for country in countries}
    parameters = parameters_of(rulebook, folder.start, countries)
    return Expected(folder, oracle.by_account(oracle.sales(folder, parameters, currencies)), parameters, currencies)


def texts(case: Case) -> tuple[str, ...]:
    """A case as the oracle puts it."""
    values = (case.requirement, case.subject, case.opened_on, case.due_on, case.closed_on, case.outcome)
    return tuple(str(value or "") for value in values)


def numbers(made: Statement) -> oracle.Rebate:
    """A statement as the oracle puts it."""
    return oracle.Rebate(
        ytd=Fraction(made.ytd_revenue),
        prev_year=Fraction(made.prev_year_revenue),
        rate_pct=Fraction(made.rate_pct),
        base=Fraction(made.rebate_base),
        earned=Fraction(made.earned),
        settled_before=Fraction(made.settled_before),
        carried_in=Fraction(made.carried_in),
        payout=Fraction(made.payout),
        carried_out=Fraction(made.carried_out),
    )


def revenue_differences(engine: Engine, wanted: Expected, through: date) -> list[str]:
    """Months of accounts whose revenue is not the oracle's."""
    found = []
    for account in wanted.accounts():
        for year in range(wanted.folder.start.year - 1, through.year + 1):
            for month in range(1, 13):
                first = date(year, month, 1)
                last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
                theirs = oracle.revenue(wanted.lines.get(account, []), first, last, through)
                ours = engine.revenue(account, f"{year:04d}-{month:02d}", f"{year:04d}-{month:02d}")
                found += [f"{account} {year}-{month}: {ours} is not {theirs}"] if ours != theirs else []
    return found


def decision_differences(engine: Engine, wanted: Expected, through: date) -> list[str]:
    """Accounts whose tiers, cases or final statements are not the oracle's."""
    found = []
    for account in wanted.accounts():
        held = wanted.held(account, through)
        ours = [(day, str(tier)) for day, tier in engine.tiers(account)]
        if ours != [(change.day, str(change.tier)) for change in held]:
            found.append(f"{account}: {ours} is not {held}")
        cases = Counter(map(texts, engine.cases(account)))
        wanted_cases = Counter(wanted.cases(account, through))
        found += [f"{account} has a case {case}" for case in (cases - wanted_cases).elements()]
        found += [f"{account} has no case {case}" for case in (wanted_cases - cases).elements()]
        finals = wanted.finals(account, held, through)
        made = {
            (item.year, item.quarter): numbers(item)
            for item in engine.statements(account)
            if item.status is StatementStatus.FINAL
        }
        found += [
            f"{account} {quarter}: {made.get(quarter)} is not {finals.get(quarter)}"
            for quarter in sorted(made.keys() | finals.keys())
            if made.get(quarter) != finals.get(quarter)
        ]
    return found


def uploads_of(folder: Path) -> list[Upload]:
    """The reports of a folder as they are handed in, in order; one may be handed in more than once."""
    stated: dict[tuple[str, str], list[date]] = {}
    if (folder / "received.csv").exists():
        with (folder / "received.csv").open(newline="", encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                days = stated.setdefault((row["distributor_id"], row["report_id"]), [])
                days.append(date.fromisoformat(row["received_on"]))
    found = []
    for path in sorted((folder / "pos").glob("*/*.csv*")):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        name = (path.parent.name, path.name.removesuffix(".gz").removesuffix(".csv"))
        days = stated.get(name) or [day for day in [oracle.default_receipt(path)] if day]
        found += [Upload(day, *name, content) for day in days]
    return sorted(found, key=lambda upload: (upload.received_on, upload.distributor_id, upload.report_id))
