"""What the tiers ask for on one day, and who decides where it is not fulfilled (section 4.1)."""

from datetime import date
from decimal import Decimal
from functools import cached_property

from partner_program.values.tiers import Tier

from .errors import NotInForce
from .reading import Reading
from .terms import VERSION, TermsVersion, terms_versions
from .units import Mode


class Requirements(Reading):
    """Values of section 4.1 but the revenue thresholds. What is withdrawn by the day raises `NotInForce`."""

    @property
    def terms_version(self) -> str:
        """The version of the Terms that must have been accepted (R-4.1.1)."""
        return self._value(VERSION, str)

    @property
    def terms_since(self) -> date:
        """The first day of that version (R-4.1.1)."""
        return self._terms[-1].starts

    @property
    def terms_accept_by(self) -> date | None:
        """The day by which who had accepted an earlier version must have accepted that one, if any is set (R-4.1.1)."""
        return self._terms[-1].accept_by

    @property
    def terms_versions(self) -> tuple[TermsVersion, ...]:
        """The versions up to the one that stands, in their order (R-4.1.1)."""
        return self._terms

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

    def people_required_from(self, kind: str, tier: Tier) -> tuple[tuple[date, int], ...]:
        """The numbers of people through time, past and to come, each with its first day (R-4.1.5)."""
        values = self._entries[self.people_required_id(kind, tier)].values
        return tuple((dated.starts, dated.value if isinstance(dated.value, int) else 0) for dated in values)

    @property
    def certifications_valid_since(self) -> date:
        """Since when certifications have lasted no longer than today (R-4.1.5)."""
        months = self.certification_validity_months
        return self._unbroken_since("certification.validity", lambda value: value <= months)

    def people_asked_since(self, kind: str, tier: Tier) -> date:
        """Since when a tier has needed at least as many, and certifications have lasted no longer (R-4.1.5)."""
        required = self.people_required(kind, tier)
        numbers = self._unbroken_since(self.people_required_id(kind, tier), lambda value: value >= required)
        return max(numbers, self.certifications_valid_since)

    def training_asked_since(self, kind: str, tier: Tier) -> date:
        """Since when a tier has needed a training, and an annual one has lasted no longer (R-4.1.3, R-4.1.4)."""
        required, months = self.training_required(kind, tier), self.sales_training_validity_months
        asked = self._unbroken_since(f"training_required.{kind}.{tier}", lambda value: value == required)
        if kind != "annual_sales":
            return asked
        return max(asked, self._unbroken_since("training_validity.annual_sales", lambda value: value <= months))

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

    @property
    def brand_draw_pct(self) -> Decimal:
        """Percent of the Premier accounts that a year's draw picks for a brand review (R-4.1.7)."""
        return self._value("brand_alignment.draw_pct", Decimal)

    def decision_mode(self, subject: str) -> Mode:
        """Who decides where the vendor "may" act: `terms`, `business_plan`, `brand_alignment`.

        `authorized_participation` is always decided by hand. Raises `NotFound` for any other subject (R-4.1.1, R-4.1.6,
        R-4.1.7, R-3.4b).
        """
        return Mode(self._named(f"decision.{subject}", str))

    @cached_property
    def _terms(self) -> tuple[TermsVersion, ...]:
        """The versions of the Terms up to the one that stands."""
        started = tuple(terms for terms in terms_versions(self._entries) if terms.starts <= self.on)
        if not started:
            raise NotInForce(VERSION, self.on)
        return started
