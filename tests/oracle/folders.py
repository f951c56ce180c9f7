"""Random program folders: two partners, people who come, renew and leave, reports that overlap and contradict."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import strategies as st

from tests.fakes.pos_world import COLUMNS
from tests.oracle.engine import Upload, csv_bytes
from tests.oracle.oracle import Folder, Row

START, THROUGH = date(2023, 1, 1), date(2024, 5, 2)
OWNER = """
"revenue_threshold.*.authorized" = 10
"revenue_threshold.*.advanced" = 60
"revenue_threshold.*.premier" = 150
"people_required.MCDE.advanced" = 1
"people_required.MCDE.premier" = 1
"people_required.MCIT.advanced" = 1
"people_required.MCIT.premier" = 1
"people_required.MCIE.premier" = 1
"""
SITES = {"S1": ("P1", "DE"), "S2": ("P1", "DE"), "S3": ("P1", "JP"), "S4": ("P2", "DE")}
CURRENCY = {"DE": "EUR", "JP": "JPY"}
SKUS = {"SW": "software", "HW": "hardware", "PS": "services"}
GAPS_DAYS = (None, None, -20, -1, 0, 1, 30, 59, 60, 61, 62, 90)
"""From the end of a certification or training to its renewal; None: there is none."""
DELAYS_DAYS = (0, 0, 0, 0, 1, 20, 59, 60, 61, 100)
"""From a day to the one on which it is recorded."""
early_days = st.integers(0, 200).map(lambda offset: START - timedelta(days=offset - 60))


def folder(records: dict[str, list[Row]], uploads: Sequence[tuple[date, str, list[Row]]]) -> Folder:
    """Rows as the oracle reads them, in order of receipt."""
    ordered = sorted(uploads, key=lambda upload: (upload[0], upload[1]))
    return Folder(records, [(received_on, rows) for received_on, _, rows in ordered])


def upload(received_on: date, report_id: str, rows: list[Row]) -> Upload:
    """The same rows as the engine gets them."""
    return Upload(received_on, "D1", report_id, csv_bytes(rows, COLUMNS))


@st.composite
def records(draw: st.DrawFn) -> dict[str, list[Row]]:
    """Records of the two partners; everything may come early, late or not at all."""
    found: dict[str, list[Row]] = {
        "distributors": [{"distributor_id": "D1", "name": "D1"}],
        "products": [{"sku": sku, "name": sku, "category": kind, "family": "other"} for sku, kind in SKUS.items()],
        "partners": [],
        "sites": [],
        "terms_acceptances": [],
        "people": [],
        "certifications": [],
        "trainings": [],
        "placements": [],
        "opening_revenue": [],
        "business_plans": [],
        "brand_reviews": [],
        "case_decisions": [],
    }
    for partner in ("P1", "P2"):
        _partner(draw, partner, found)
    for site, (partner, country) in SITES.items():
        opened = {"site_id": site, "partner_id": partner, "country": country, "name": site, "headquarters": "true"}
        closed_on = draw(st.sampled_from(["", "", "", "2024-02-01"]))
        found["sites"].append({**opened, "opened_on": "2022-06-01", "closed_on": closed_on})
    for person in ("anna", "bo", "cleo", "dan"):
        _person(draw, person, found)
    for account in sorted(set(SITES.values())):
        _account(draw, *account, found)
    if draw(st.integers(0, 2)):
        _settle(draw, found)
    return found


def _settle(draw: st.DrawFn, found: dict[str, list[Row]]) -> None:
    """P1-DE is Premier by people who stay and trainings in time; so it is lost for one thing alone, and not for all."""
    day, of = (START - timedelta(days=10)).isoformat(), {"partner_id": "P1", "country": "DE"}
    for person in ("eve", "finn"):
        found["people"].append({"person_id": person, "site_id": "S1", "from_date": "2020-01-01", "until_date": ""})
    for kind in ("MCDE", "MCIT"):
        row = {"certification_id": f"eve-{kind}", "person_id": "eve", "kind": kind, "certified_on": day}
        found["certifications"].append(row)
    row = {"certification_id": "finn-MCIT-0", "person_id": "finn", "kind": "MCIT", "certified_on": "2020-12-01"}
    found["certifications"].append(row)
    _certified(draw, "finn", "MCIE", date(2020, 1, 1), found)
    for kind, completed_on in (("onboarding", day), ("annual_sales", day), ("annual_sales", "2023-12-01")):
        row = {**of, "kind": kind, "completed_on": completed_on}
        if row not in found["trainings"]:
            found["trainings"].append(row)
    _instead(found["placements"], {**of, "tier": "premier", "placed_on": START.isoformat(), "reason": "taken over"})
    amount = draw(st.sampled_from(["170", "150", "149.99", "60", "59.99"]))
    _instead(found["opening_revenue"], {**of, "year": "2022", "sales_revenue": amount, "currency": "EUR"})


def _instead(rows: list[Row], row: Row) -> None:
    rows[:] = [other for other in rows if (other["partner_id"], other["country"]) != ("P1", "DE")] + [row]


def _partner(draw: st.DrawFn, partner: str, found: dict[str, list[Row]]) -> None:
    enrolled_on = draw(st.sampled_from([START, START, START + timedelta(days=1)])).isoformat()
    row = {"partner_id": partner, "name": partner, "enrolled_on": enrolled_on, "contact_email": "p@example.com"}
    found["partners"].append({**row, "trading_since": draw(st.sampled_from(["2020-01-01"] * 6 + ["2022-01-02", ""]))})
    version = draw(st.sampled_from(["2022-03"] * 7 + ["2019-01"]))
    accepted_on = draw(st.one_of(st.just(START), st.just(START), early_days)).isoformat()
    found["terms_acceptances"].append({"partner_id": partner, "version": version, "accepted_on": accepted_on})


def _person(draw: st.DrawFn, person: str, found: dict[str, list[Row]]) -> None:
    since = draw(st.one_of(st.just(date(2020, 1, 1)), early_days))
    job = {
        "person_id": person,
        "site_id": draw(st.sampled_from([*sorted(SITES), "S1", "S2", "S1", "S2"])),
        "from_date": since.isoformat(),
    }
    ends = [_certified(draw, person, kind, since, found) for kind in ("MCDE", "MCIT", "MCIE")]
    days = [max(since, START) + timedelta(days=draw(st.integers(30, 400)))]
    # shortly before a certification ends: told of late, it moves a case back that is open already
    days += [end - timedelta(days=draw(st.integers(1, 40))) for end in ends if end]
    left_on = max(since + timedelta(days=1), draw(st.sampled_from(days)))
    how = draw(st.sampled_from(["stays", "stays", "leaves as agreed", "leaves"]))
    found["people"].append({**job, "until_date": left_on.isoformat() if how == "leaves as agreed" else ""})
    if how == "leaves":
        found["people"].append({**job, "until_date": left_on.isoformat(), **_recorded(draw, left_on)})


def _certified(draw: st.DrawFn, person: str, kind: str, since: date, found: dict[str, list[Row]]) -> date | None:
    """A certification that lasts, or one that ends on a day during the program and may be renewed."""
    row = {"person_id": person, "kind": kind}
    if since.year > 2020 or draw(st.booleans()):
        # a certification from before the job waits for it in the engine: given out afterwards here
        certified_on = max(since, draw(early_days))
        named = {"certification_id": f"{person}-{kind}", "certified_on": certified_on.isoformat()}
        found["certifications"].extend([row | named] if draw(st.integers(0, 9)) else [])
        return None
    ends_on = START + timedelta(days=draw(st.integers(1, 400)))
    first = {"certification_id": f"{person}-{kind}", "certified_on": ends_on.replace(year=ends_on.year - 2).isoformat()}
    found["certifications"].append(row | first)
    if not draw(st.integers(0, 5)):
        found["certifications"].append(row | first | _another_date(draw, ends_on))
    gap_days = draw(st.sampled_from(GAPS_DAYS))
    if gap_days is not None:
        day = ends_on + timedelta(days=gap_days)
        renewal = {"certification_id": f"{person}-{kind}-2", "certified_on": day.isoformat(), **_recorded(draw, day)}
        found["certifications"].append(row | renewal)
    return ends_on


def _another_date(draw: st.DrawFn, ends_on: date) -> Row:
    """A certification's date corrected around the day on which it ends."""
    day = ends_on + timedelta(days=draw(st.sampled_from([-90, -10, -1, 1, 10, 90])))
    told_on = ends_on + timedelta(days=draw(st.sampled_from([-10, 5, 30, 62])))
    return {"certified_on": day.replace(year=day.year - 2).isoformat(), "recorded_on": told_on.isoformat()}


def _recorded(draw: st.DrawFn, day: date) -> Row:
    """When the program is told of something: often on its day."""
    return {"recorded_on": (day + timedelta(days=draw(st.sampled_from(DELAYS_DAYS)))).isoformat()}


def _account(draw: st.DrawFn, partner: str, country: str, found: dict[str, list[Row]]) -> None:
    of = {"partner_id": partner, "country": country}
    for kind in ("onboarding", "annual_sales"):
        completed_on = draw(st.sampled_from([START - timedelta(days=30)] * 3 + [None])) or draw(early_days)
        if draw(st.integers(0, 9)):
            found["trainings"].append({**of, "kind": kind, "completed_on": completed_on.isoformat()})
    if draw(st.booleans()):
        _training_that_ends(draw, of, found)
    tier = draw(st.sampled_from(["premier", "premier", "premier", "advanced", "advanced", "authorized", ""]))
    if tier:
        # On the first day: one that is recorded later sets aside what was decided before, which no oracle can foresee.
        row = {**of, "tier": tier, "placed_on": START.isoformat(), "reason": "taken over"}
        found["placements"].append(row)
    amount = draw(st.sampled_from(["149.99", "60", "170", "170", "170", "170", "5", ""]))
    if amount:
        row = {**of, "year": "2022", "sales_revenue": amount, "currency": CURRENCY[country]}
        found["opening_revenue"].append(row)
    _obligations(draw, of, found)


def _training_that_ends(draw: st.DrawFn, of: Row, found: dict[str, list[Row]]) -> None:
    ends_on = START + timedelta(days=draw(st.integers(1, 200)))
    days = [ends_on.replace(year=ends_on.year - 1)]
    gap_days = draw(st.sampled_from(GAPS_DAYS))
    days += [] if gap_days is None else [ends_on + timedelta(days=gap_days)]
    for day in days:
        found["trainings"].append(
            {**of, "kind": "annual_sales", "completed_on": day.isoformat()} | _recorded(draw, day)
        )


def _obligations(draw: st.DrawFn, of: Row, found: dict[str, list[Row]]) -> None:
    """Plans, brand reviews and verdicts around the dates of an account that is Premier from the first day."""
    for year, after_days in (("2023", (10, 60, 61, 130)), ("2024", (-9, 0, 60, 61, 80))):
        days = draw(st.sampled_from((None, None, *after_days)))
        if days is not None:
            submitted_on = date(int(year), 1, 1) + timedelta(days=days)
            found["business_plans"].append({**of, "year": year, "submitted_on": submitted_on.isoformat()})
    days = st.sampled_from(
        [date(2023, 2, 28), date(2023, 3, 1), date(2023, 4, 30), date(2023, 6, 15), date(2023, 7, 31)]
    )
    for day in draw(st.lists(days, unique=True, max_size=3)):
        outcome = draw(st.sampled_from(["fulfilled", "fulfilled", "not_fulfilled"]))
        found["brand_reviews"].append({**of, "reviewed_on": day.isoformat(), "outcome": outcome})
    chosen = [
        (requirement, opened_on, days_later)
        for requirement, opened_on, days in VERDICTS
        for days_later in draw(st.one_of(st.just([]), st.lists(st.sampled_from(days), max_size=3, unique=True)))
    ]
    for requirement, opened_on, days_later in chosen:
        day = date.fromisoformat(opened_on) + timedelta(days=days_later)
        last = "demote" if requirement in ("business_plan", "brand_alignment") else "end_participation"
        verdict = draw(st.sampled_from(["extend", "waive", last]))
        until = (day + timedelta(days=draw(st.sampled_from([1, 2, 30])))).isoformat() if verdict == "extend" else ""
        found["case_decisions"].append(
            {
                **of, "requirement": requirement, "opened_on": opened_on, "decided_on": day.isoformat(),
                "verdict": verdict, "until": until, "reason": "said so", "decided_by": "channel manager",
            }
        )  # fmt: skip


VERDICTS = (
    ("business_plan", "2023-01-01", (40, 60, 61, 62, 90, 160, 380)),
    ("business_plan", "2024-01-01", (61, 70, 90)),
    ("brand_alignment", "2023-01-01", (50, 60, 119, 120, 130, 160)),
    ("brand_alignment", "2023-06-15", (46, 47, 60)),
    ("revenue", "2023-01-30", (0, 1, 30)),
    ("revenue", "2024-01-30", (0, 1, 30)),
    ("terms", "2024-02-01", (61, 70)),
)
"""(requirement, opened on, days from there to the verdict)."""


@st.composite
def reports(draw: st.DrawFn, *, contradictions: bool = True, future: bool = True) -> list[tuple[date, str, list[Row]]]:
    """Up to six reports of some lines; without `contradictions` a line is the same wherever it is reported.

    With `future` a line may be dated after its report was received: it is rejected, and counts if sent again later.
    """
    number = st.integers(1, 30)
    known: dict[int, Row] = {}
    found = []
    for index in range(draw(st.integers(3, 6))):
        report_id, received_on = f"R{index}", START + timedelta(days=60 * index + draw(st.integers(20, 120)))
        rows = []
        for line_number in draw(st.lists(number, min_size=index, max_size=10)):
            row = _line(draw, line_number, received_on, -1 if future else 0)
            row = row if contradictions and not draw(st.integers(0, 3)) else known.setdefault(line_number, row)
            rows.append({**row, "report_id": report_id})
        found.append((received_on, report_id, rows))
    return found


def _line(draw: st.DrawFn, line_number: int, received_on: date, least_age_days: int) -> Row:
    site = draw(st.sampled_from(["S1", "S2", "S1", "S3", "S4", "S9"]))
    country = SITES.get(site, ("", "DE"))[1]
    quantity = draw(st.sampled_from([1, 2, 3, 5, 6, 7, 8, -1, -2, 0]))
    cents = draw(st.sampled_from([3_000, 8_000, 20_000, 40_000, 0])) + draw(st.integers(0, 999))
    amount = f"{cents // 100}.{cents % 100:02d}" if country == "DE" else str(cents // 100)
    day = received_on - timedelta(days=draw(st.integers(least_age_days, 80)))
    return {
        "distributor_id": "D1", "invoice_number": f"I{line_number // 5}", "line_number": str(line_number),
        "invoice_date": day.isoformat(), "partner_site_id": site,
        "country": draw(st.sampled_from([country] * 8 + ["FR"])), "currency": CURRENCY[country],
        "sku": draw(st.sampled_from([*sorted(SKUS), "SW", "SW", "XX"])), "product_category": "",
        "quantity": str(quantity), "list_unit_price": "100", "tier_discount_pct": "20", "project_discount_pct": "0",
        "final_amount": f"-{amount}" if quantity < 0 and cents >= 100 else amount,
    }  # fmt: skip
