"""The rulebook on one day: every value typed, nothing left to look up by text."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from partner_program.values.errors import NotFound
from partner_program.values.money import Money
from partner_program.values.tiers import Tier

from .answers import Accelerator, Benefit, Country, Region
from .entries import DatedValue, Entry
from .errors import CountryNotInProgram, NotInForce
from .units import Access, Contact, Mode, Place

T = TypeVar("T")
_PERCENT = Decimal(100)
BENEFITS = (
    "R-4.2.1",
    "R-4.2.2",
    "R-4.2.3",
    "R-4.2.4",
    "R-4.2.5",
    "R-4.2.6",
    "R-4.2.7",
    "R-4.2.8",
    "R-4.2.9",
    "R-4.2.10",
)
"""The rule ids of the ten benefits, in the Guide's order."""


class Rules:
    """All values of a rulebook on the day `on`. Made by `Rulebook.at`; never changes.

    Every property raises `NotInForce` where the rulebook has withdrawn the value by that day.
    """

    def __init__(self, on: date, edition: str, entries: Mapping[str, Entry], values: Mapping[str, DatedValue]) -> None:
        self._on = on
        self._edition = edition
        self._entries = entries
        self._values = values

    @property
    def on(self) -> date:
        """The civil date in the program's time zone that these values hold on."""
        return self._on

    @property
    def edition(self) -> str:
        """The name of the edition that the values are from."""
        return self._edition

    def __repr__(self) -> str:
        return f"Rules({self._edition}, on={self._on.isoformat()})"

    # -- where a value comes from

    def basis(self, entry_id: str) -> str:
        """`guide`, `reading`, `assumed` or `owner`. Raises `NotFound` for an id no entry has, `NotInForce`."""
        if entry_id not in self._entries:
            raise NotFound("the rulebook has no entry of this id")
        return self._dated(entry_id).basis

    # -- Sales Revenue and discounts

    def credit_share(self, product_class: str) -> Decimal:
        """Fraction of the final price that is Sales Revenue, 0 to 1 (R-2.2a). `NotFound`: no such class."""
        return self._named(f"credit_share.{product_class}", Decimal) / _PERCENT

    def tier_discount_pct(self, tier: Tier) -> Decimal:
        """Percent off the list price (R-2.3)."""
        return self._value(f"tier_discount.{tier}", Decimal)

    def tier_discount_applies(self, product_class: str) -> bool:
        """Whether a class of products is sold with the tier discount (R-4.2.1). `NotFound`: no such class."""
        return self._named(f"tier_discount_applies.{product_class}", bool)

    @property
    def product_classes(self) -> tuple[str, ...]:
        """Every product class that has a credit share (R-2.2a)."""
        return self._members("credit_share.")

    @property
    def price_tolerance_minor_units(self) -> Decimal:
        """Minor units of the currency, per unit of quantity, that a line may deviate unflagged (R-2.2a)."""
        return self._value("price_deviation.tolerance", Decimal)

    # -- R-9, R-4.1.2: regions, countries, thresholds

    def country(self, code: str) -> Country:
        """A country's region and currency. Raises `CountryNotInProgram`."""
        found = self._values.get(f"country.{code}")
        if found is None or not isinstance(found.value, Place):
            raise CountryNotInProgram(f"the program does not run in this country on {self._on.isoformat()}")
        return Country(code, found.value.region, found.value.currency)

    @cached_property
    def countries(self) -> tuple[Country, ...]:
        """All countries of the program, by code."""
        return tuple(self.country(code) for code in sorted(self._members("country.")))

    def region(self, region_id: str) -> Region:
        """A region by its id. Raises `NotFound`."""
        contact = self._named(f"region.{region_id}", Contact)
        return Region(region_id, contact.name, contact.support_contact)

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        """All regions of the program (R-9)."""
        return tuple(self.region(region) for region in self._members("region."))

    def revenue_threshold(self, country: str, tier: Tier) -> Money:
        """Sales Revenue of a calendar year that a tier needs in a country (R-4.1.2). Raises `CountryNotInProgram`."""
        return Money(self._value(self.revenue_threshold_id(country, tier), Decimal), self.country(country).currency)

    def revenue_threshold_id(self, country: str, tier: Tier) -> str:
        """The entry that the threshold comes from: the country's own, or else that of its region and currency."""
        place = self.country(country)
        own = f"revenue_threshold.country.{country}.{tier}"
        if own in self._values and self._values[own].value is not None:
            return own
        return f"revenue_threshold.{place.region}.{place.currency}.{tier}"

    # -- requirements

    @property
    def terms_version(self) -> str:
        """The version of the Terms that must have been accepted (R-4.1.1)."""
        return self._value("terms.version", str)

    def terms_required(self, tier: Tier) -> bool:
        """Whether the tier needs the accepted Terms and an enrolled partner (R-4.1.1)."""
        return self._value(f"terms_required.{tier}", bool)

    @cached_property
    def certification_kinds(self) -> tuple[str, ...]:
        """The kinds of certification that tiers ask for (R-4.1.5)."""
        return tuple(dict.fromkeys(member.partition(".")[0] for member in self._members("people_required.")))

    def people_required(self, kind: str, tier: Tier) -> int:
        """Distinct people with a valid certification of a kind that a tier needs (R-4.1.5). `NotFound`: no such."""
        return self._named(self.people_required_id(kind, tier), int)

    def people_required_id(self, kind: str, tier: Tier) -> str:
        """The entry that the number comes from."""
        return f"people_required.{kind}.{tier}"

    def training_required(self, kind: str, tier: Tier) -> bool:
        """Whether a tier needs a training: `onboarding` (R-4.1.3), `annual_sales` (R-4.1.4). `NotFound`: any other."""
        return self._named(f"training_required.{kind}.{tier}", bool)

    @property
    def certification_validity_months(self) -> int:
        """Months from a certification's date for which it is valid (R-4.1.5)."""
        return self._value("certification.validity", int)

    @property
    def certification_reminder_days(self) -> tuple[int, ...]:
        """Days before a certification's expiry on which to remind, descending (R-4.1.5)."""
        return self._value("certification.reminder_days", tuple)

    @property
    def sales_training_validity_months(self) -> int:
        """Months from its completion for which an annual sales training counts (R-4.1.4)."""
        return self._value("training_validity.annual_sales", int)

    def prerequisite(self, kind: str) -> str | None:
        """The kind of certification that must be valid when this one is taken, if any (R-4.1.5)."""
        found = self._values.get(f"certification.prerequisite.{kind}")
        return None if found is None or found.value is None else str(found.value)

    def business_plan_required(self, tier: Tier) -> bool:
        """Whether the tier owes a Business Plan each calendar year (R-4.1.6)."""
        return self._value(f"business_plan_required.{tier}", bool)

    @property
    def business_plan_days(self) -> int:
        """Days from becoming Premier until the Business Plan is due (R-4.1.6)."""
        return self._value("business_plan.days", int)

    @property
    def business_plan_continuing_days(self) -> int:
        """Days from 1 January until a continuing Premier account's plan of the year is due (R-4.1.6)."""
        return self._value("business_plan.continuing_days", int)

    @property
    def business_plan_quarterly_reviews(self) -> int:
        """Quarterly reviews a year (R-4.1.6)."""
        return self._value("business_plan.quarterly_reviews", int)

    @property
    def business_plan_annual_reviews(self) -> int:
        """Annual reviews a year (R-4.1.6)."""
        return self._value("business_plan.annual_reviews", int)

    def brand_alignment_required(self, tier: Tier) -> bool:
        """Whether the tier must fulfil brand alignment (R-4.1.7)."""
        return self._value(f"brand_alignment_required.{tier}", bool)

    @property
    def brand_alignment_following_months(self) -> int:
        """Whole months after the month of becoming Premier in which alignment may still be reached (R-4.1.7)."""
        return self._value("brand_alignment.following_months", int)

    @property
    def brand_alignment_remedy_following_months(self) -> int:
        """Whole months after the month of the notice in which a lapse may be mended (R-4.1.7)."""
        return self._value("brand_alignment.remedy_following_months", int)

    @property
    def brand_reviews_per_year(self) -> int:
        """Random brand reviews by the vendor in a year (R-4.1.7)."""
        return self._value("brand_alignment.reviews", int)

    # -- promotion and compliance

    @property
    def promotion_business_days(self) -> int:
        """Business days within which a qualified account is promoted (R-3.1a)."""
        return self._value("promotion.business_days", int)

    @property
    def compliance_days(self) -> int:
        """Days from the first day of a shortfall to the deadline of its case (R-3.2, R-3.3)."""
        return self._value("compliance.days", int)

    @property
    def compliance_reminder_days(self) -> tuple[int, ...]:
        """Days before a case's deadline on which to remind, descending (R-3.3)."""
        return self._value("compliance.reminder_days", tuple)

    def decision_mode(self, subject: str) -> Mode:
        """Who decides where the vendor "may" act: `business_plan`, `brand_alignment`, `authorized_participation`.

        Raises `NotFound` for any other subject (R-4.1.6, R-4.1.7, R-3.4b).
        """
        return Mode(self._named(f"decision.{subject}", str))

    def is_business_day(self, day: date) -> bool:
        """Whether the vendor works on a day (R-3.1a). Raises `NotInForce` for a year without a calendar."""
        holidays = self._values.get(f"holidays.{day.year}")
        if holidays is None or not isinstance(holidays.value, tuple):
            raise NotInForce(f"holidays.{day.year}", self._on)
        return day.isoweekday() in self._value("business_days.weekdays", tuple) and day not in holidays.value

    def business_days_between(self, first: date, last: date) -> int:
        """Business days after `first` up to and including `last`; 0 where `last` is not later (R-3.1a)."""
        days = (first + timedelta(days=offset) for offset in range(1, (last - first).days + 1))
        return sum(map(self.is_business_day, days))

    # -- accelerator

    @cached_property
    def accelerator(self) -> Accelerator:
        """The Revenue Goal Accelerator's terms (R-5.1 to R-5.4)."""
        return Accelerator(
            goal_pct=self._value("accelerator.goal", Decimal),
            levels=self._value("accelerator.levels", tuple),
            cap_growth_pct=self._value("accelerator.cap", Decimal),
            cap_applies=self._value("accelerator.cap_applies", bool),
            payout_days=self._value("accelerator.payout_days", int),
            close_days=self._value("quarter.close_days", int),
            full_years_required=self._value("accelerator.full_years", int),
        )

    # -- benefits

    def benefit(self, rule: str, tier: Tier) -> Benefit:
        """What a tier has of the benefit with a rule id of R-4.2.1 to R-4.2.10. Raises `NotFound` for another id."""
        entry_id = f"benefit.{rule}.{tier}"
        access = Access(self._named(entry_id, str))
        certifications = self._value("portfolio.certifications", tuple)
        return Benefit(rule, self._entries[entry_id].description, tier, access, certifications)

    def benefits(self, tier: Tier) -> tuple[Benefit, ...]:
        """All ten benefits of a tier, in the Guide's order."""
        return tuple(self.benefit(rule, tier) for rule in BENEFITS)

    @property
    def uncertified_families(self) -> tuple[str, ...]:
        """Product families that every tier may sell without certifications (R-4.2.3)."""
        return self._value("portfolio.uncertified", tuple)

    def nfr_licences(self, tier: Tier) -> int:
        """Not-for-resale licences that may be granted to one account (R-4.2.2)."""
        return self._value(f"nfr_licences.{tier}", int)

    def support_rank(self, severity: str, tier: Tier, *, premium_care: bool = False) -> int:
        """Place in the support queue, 1 first; Premium Care goes by severity alone (R-4.2.7, R-7).

        Raises `NotFound` for a severity that is not `critical`, `high`, `medium` or `low`.
        """
        if premium_care:
            return self._named(f"support_rank_premium_care.{severity}", int)
        return self._named(f"support_rank.{severity}.{tier}", int)

    # -- access by id

    def _dated(self, entry_id: str) -> DatedValue:
        found = self._values.get(entry_id)
        if found is None or found.value is None:
            raise NotInForce(entry_id, self._on)
        return found

    def _value(self, entry_id: str, kind: type[T]) -> T:
        value = self._dated(entry_id).value
        if not isinstance(value, kind):  # the unit fixes the type (units.convert): an edition names the wrong unit
            raise TypeError(f"{entry_id} is a {type(value).__name__}, not a {kind.__name__}")
        return value

    def _named(self, entry_id: str, kind: type[T]) -> T:
        """A value whose id holds a word of the caller's; a word that no entry knows is a `NotFound`."""
        if entry_id not in self._entries:
            raise NotFound("the rulebook has no entry of this name")
        return self._value(entry_id, kind)

    def _members(self, prefix: str) -> tuple[str, ...]:
        return tuple(
            entry_id.removeprefix(prefix)
            for entry_id, dated in self._values.items()
            if entry_id.startswith(prefix) and dated.value is not None
        )
