"""A small program as files: one distributor, one partner with one site, two products, and POS reports for them."""

from partner_program.domain.facts import CertificationKind

DISTRIBUTOR = "D-NORD"
ACCOUNT_ID = "P0001-DE"

RECORDS = {
    "distributors": "distributor_id,name\nD-NORD,Nord GmbH\nD-SUED,Sued GmbH\n",
    "products": (
        "sku,name,category,family\n"
        "SW-1,Software,software,essential_plus\n"
        "HW-1,Husky,hardware,husky_ivo\n"
    ),
    "partners": (
        "partner_id,name,enrolled_on,trading_since,vat_number,contact_email\n"
        "P0001,Alpha,2024-01-02,,,alpha@partner.example\n"
    ),
    "sites": (
        "site_id,partner_id,country,name,headquarters,opened_on,closed_on\n"
        "S-0001,P0001,DE,Alpha Berlin,true,2020-01-01,\n"
    ),
    "terms_acceptances": "partner_id,version,accepted_on\nP0001,2022-03,2024-01-02\n",
}  # fmt: skip

PREMIER = {
    "people": "person_id,site_id,from_date,until_date\nH1,S-0001,2024-01-02,\nH2,S-0001,2024-01-02,\n",
    "certifications": "certification_id,person_id,kind,certified_on\n"
    + "".join(f"{one}-{kind},{one},{kind},2024-01-02\n" for one in ("H1", "H2") for kind in CertificationKind),
    "trainings": "partner_id,country,kind,completed_on\n"
    "P0001,DE,onboarding,2024-01-02\nP0001,DE,annual_sales,2024-01-02\n",
    "placements": "partner_id,country,tier,placed_on,reason\nP0001,DE,premier,2024-01-02,start of the program\n",
    "opening_revenue": "partner_id,country,year,sales_revenue,currency\nP0001,DE,2023,100.00,EUR\n",
}
"""What makes the account Premier from 2 January 2024 on."""

_COLUMNS = (
    "report_id,distributor_id,invoice_number,line_number,invoice_date,partner_site_id,country,currency,sku,"
    "quantity,list_unit_price,tier_discount_pct,project_discount_pct,final_amount"
)


def pos_line(report_id: str, number: int, amount: str = "100.00", **changes: str) -> str:
    """One well-formed line of a report of `DISTRIBUTOR`: one piece of software without discount."""
    cells = {
        "report_id": report_id, "distributor_id": DISTRIBUTOR, "invoice_number": f"R{number:05d}", "line_number": "1",
        "invoice_date": "2024-02-10", "partner_site_id": "S-0001", "country": "DE", "currency": "EUR", "sku": "SW-1",
        "quantity": "1", "list_unit_price": amount, "tier_discount_pct": "0.00", "project_discount_pct": "0.00",
        "final_amount": amount,
    } | changes  # fmt: skip
    return ",".join(cells[name] for name in _COLUMNS.split(","))


def pos_report(*lines: str) -> str:
    """A file of such lines."""
    return "\n".join((_COLUMNS, *lines)) + "\n"


def report_key(report_id: str, distributor_id: str = DISTRIBUTOR) -> str:
    """Where it is uploaded."""
    return f"pos/{distributor_id}/{report_id}.csv"


def receipt_key(report_id: str, distributor_id: str = DISTRIBUTOR) -> str:
    """Where its receipt is found."""
    return f"pos/{distributor_id}/{report_id}/receipt.json"
