"""The rulebook on one day: every value typed, nothing left to look up by text."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from partner_program.values.money import Money
from partner_program.values.tiers import Tier

from .answers import Accelerator, Country, Region
from .benefits import Benefits
from .errors import CountryNotInProgram, NotInForce
from .requirements import Requirements
from .units import Contact, Place

_PERCENT = Decimal(100)


class Rules(Requirements, Benefits):
    """All values of a rulebook on the day `on`. Made by `Rulebook.at`; never changes.

    Every property raises `NotInForce` where the rulebook has withdrawn the value by that day.
    """

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

    def revenue_threshold_at_end_of(self, year: int, country: str, tier: Tier) -> Money:
        """The same as it stood on 31 December of a year (R-3.4b); today's where there was none yet."""
        day = date(year, 12, 31)
        stood = [self._entries[name].on(day) for name in self._threshold_ids(country, tier) if name in self._entries]
        values = (dated.value for dated in stood if dated is not None)
        found = next((value for value in values if isinstance(value, Decimal)), None)
        today = self.revenue_threshold(country, tier)
        return today if found is None else Money(found, today.currency)

    def revenue_threshold_id(self, country: str, tier: Tier) -> str:
        """The entry that the threshold comes from: the country's own, or else that of its region and currency."""
        own, general = self._threshold_ids(country, tier)
        return own if own in self._values and self._values[own].value is not None else general

    def _threshold_ids(self, country: str, tier: Tier) -> tuple[str, str]:
        place = self.country(country)
        return (
            f"revenue_threshold.country.{country}.{tier}",
            f"revenue_threshold.{place.region}.{place.currency}.{tier}",
        )

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

    @property
    def accrual_close_days(self) -> int:
        """Days after a month's last day on which its accruals are booked; from 0 to 27 (R-5.4d)."""
        return self._value("accruals.close_days", int)

    # -- R-8: distributors' reports

    @property
    def report_due_days(self) -> int:
        """Days after the end of the month of its last invoice within which a report is on time (R-8)."""
        return self._value("reports.due_days", int)

    # -- R-5.4c, R-5.5: payment

    @property
    def bank_cooling_days(self) -> int:
        """Days from the confirmation of bank details to the first day on which they are paid to (R-5.4c)."""
        return self._value("payment.bank_cooling_days", int)

    def second_approval_above(self, currency: str) -> Money | None:
        """The highest payment for which one approval is enough; a higher one needs two (R-5.5).

        None where the rulebook names no amount for the currency (ISO 4217): then every payment needs two.
        """
        found = self._values.get(f"payment.second_approval.{currency}")
        if found is None or not isinstance(found.value, Decimal):
            return None
        return Money(found.value, currency)
