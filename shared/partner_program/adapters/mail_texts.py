"""Mails from templates: plain text, and HTML in which every value is escaped."""

import re
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from partner_program.domain.facts import Partner
from partner_program.domain.notices.details import Amount
from partner_program.domain.notices.model import AnyNotice
from partner_program.domain.tiers.cases import CaseOutcome
from partner_program.domain.tiers.findings import Requirement
from partner_program.domain.tiers.requirements import COMPLIANCE
from partner_program.domain.wording import amount_text, percent_text
from partner_program.rulebook.answers import Region
from partner_program.use_cases.notice_ports import FOR_VENDOR
from partner_program.values.errors import InvalidValue
from partner_program.values.periods import parse_date
from partner_program.values.tiers import Tier

TEMPLATES = Path(__file__).with_name("mail_templates")

_ISO_DAY = re.compile(r"(?<![\w-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w-])")
_MONTHS = "January February March April May June July August September October November December".split()
_REQUIREMENTS = {
    Requirement.TERMS: "Terms and Conditions",
    Requirement.REVENUE: "Sales Revenue",
    Requirement.ONBOARDING: "Onboarding training",
    Requirement.SALES_TRAINING: "Annual sales training",
    Requirement.MCDE: "MCDE certification",
    Requirement.MCIT: "MCIT certification",
    Requirement.MCIE: "MCIE certification",
    Requirement.BUSINESS_PLAN: "Business Plan",
    Requirement.BRAND: "Brand alignment",
}
_OWED = frozenset({Requirement.TERMS, Requirement.BUSINESS_PLAN, Requirement.BRAND})
"""What a tier asks for by a day, as opposed to what it must have at all times."""
_CAN_END = frozenset({Requirement.TERMS, Requirement.REVENUE})
"""For which the vendor may end the participation (R-4.1.1, R-3.4b)."""
_OUTCOMES = {
    CaseOutcome.CURED: "the requirement is met again",
    CaseOutcome.DEMOTED: "the tier was lost",
    CaseOutcome.WAIVED: "the vendor does without it",
    CaseOutcome.ENDED: "the participation ended",
    CaseOutcome.MOOT: "your tier has changed and does not ask for this",
    CaseOutcome.CORRECTED: "by records that arrived later there was no shortfall on that day",
}


class MailTemplates:
    """The `MailTexts` port. A template is compiled when first needed; a value that is missing is an error."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(enabled_extensions=("html",), default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            day=day_text,
            days=_days,
            tier=_tier,
            requirement=_REQUIREMENTS.__getitem__,
            owed=_OWED.__contains__,
            lapses=COMPLIANCE.__contains__,
            can_be_lost=_can_be_lost,
            can_end=_CAN_END.__contains__,
            prose=_prose,
            outcome=_OUTCOMES.__getitem__,
            money=_money,
            percent=percent_text,
        )

    def compose(self, notice: AnyNotice, partner: Partner, region: Region) -> tuple[str, str, str]:
        """Subject (one line), plain text, HTML."""
        return self._compose(notice.kind, notice, partner.name, region, notice.id)

    def compose_for_vendor(self, notice: AnyNotice, partner: Partner | None, region: Region) -> tuple[str, str, str]:
        """The same from the templates `<kind>_vendor`."""
        name = partner.name if partner else notice.partner_id
        return self._compose(f"{notice.kind}_vendor", notice, name, region, notice.id + FOR_VENDOR)

    def _compose(
        self, template: str, notice: AnyNotice, name: str, region: Region, reference: str
    ) -> tuple[str, str, str]:
        shown = {"notice": notice, "detail": notice.detail, "name": name, "region": region, "reference": reference}
        text = self._environment.get_template(f"{template}.txt")
        html = self._environment.get_template(f"{template}.html")
        subject = " ".join("".join(text.blocks["subject"](text.new_context(shown))).split())
        return subject, _tidy(text.render(shown)), _tidy(html.render(shown, subject=subject))


def day_text(day: date) -> str:
    """`5 March 2024`: no two countries read it differently."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _prose(text: str | None) -> str:
    """Texts of findings and decisions name days as `2024-03-05`; beside our own they are written like those."""
    return _ISO_DAY.sub(_day_in_prose, text or "")


def _day_in_prose(found: re.Match[str]) -> str:
    try:
        return day_text(parse_date(found[0]))
    except InvalidValue:
        return found[0]  # somebody's own words


def _money(amount: Amount) -> str:
    return amount_text(amount.amount, amount.currency)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _tier(tier: Tier) -> str:
    return tier.value.capitalize()


def _can_be_lost(tier: Tier) -> bool:
    """Below Authorized nobody falls without a decision (R-3.4b)."""
    return tier is not Tier.AUTHORIZED


def _tidy(text: str) -> str:
    """No blanks at ends of lines, never two empty lines in a row."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"


__all__ = ["TEMPLATES", "MailTemplates", "day_text"]
