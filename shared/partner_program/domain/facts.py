"""Program records as facts, and all facts of one account in one place (formats.md, R-2.2b)."""

from datetime import date
from enum import StrEnum
from typing import ClassVar, Literal, get_args

from pydantic import Field

from partner_program.domain.model import Document
from partner_program.domain.revenue import Baseline, Contribution
from partner_program.values.ids import Id, account_id
from partner_program.values.money import ExactNumber
from partner_program.values.tiers import Tier

ProductCategory = Literal["software", "care", "hardware", "services", "training"]
PRODUCT_CATEGORIES: tuple[str, ...] = get_args(ProductCategory)


class CertificationKind(StrEnum):
    """R-4.1.5: design engineer, integration technician, integration engineer."""

    MCDE = "MCDE"
    MCIT = "MCIT"
    MCIE = "MCIE"


class TrainingKind(StrEnum):
    """R-4.1.3 and R-4.1.4."""

    ONBOARDING = "onboarding"
    ANNUAL_SALES = "annual_sales"


class ReviewKind(StrEnum):
    """R-4.1.6: the reviews of a Business Plan."""

    QUARTERLY = "quarterly"
    ANNUAL = "annual"


class Record(Document):
    """One row of a records file. `kind` and the key fields name it for ever; a later row corrects it."""

    kind: ClassVar[str]
    key_fields: ClassVar[tuple[str, ...]]

    @property
    def key(self) -> tuple[str, ...]:
        """Its natural key, as text, in the order of formats.md."""
        return tuple(str(getattr(self, field)) for field in self.key_fields)


class Distributor(Record):
    """Who sends POS reports (R-8)."""

    kind: ClassVar[str] = "distributors"
    key_fields: ClassVar[tuple[str, ...]] = ("distributor_id",)
    distributor_id: Id
    name: str


class Product(Record):
    """What is sold; its category decides the credit (R-2.2a), its family who may sell it."""

    kind: ClassVar[str] = "products"
    key_fields: ClassVar[tuple[str, ...]] = ("sku",)
    sku: Id
    name: str
    category: ProductCategory
    family: Literal["essential_plus", "express_plus", "professional_plus", "husky_ivo", "full_portfolio", "other"]


class Partner(Record):
    """The company enrolled in the program. `trading_since` counts for R-5.2a."""

    kind: ClassVar[str] = "partners"
    key_fields: ClassVar[tuple[str, ...]] = ("partner_id",)
    partner_id: Id
    name: str
    enrolled_on: date
    trading_since: date | None = None
    vat_number: str | None = None
    contact_email: str


class Site(Record):
    """A location of a partner in one country, where sales and people are recorded (R-2.2b)."""

    kind: ClassVar[str] = "sites"
    key_fields: ClassVar[tuple[str, ...]] = ("site_id",)
    site_id: Id
    partner_id: Id
    country: str
    name: str
    headquarters: bool
    opened_on: date
    closed_on: date | None = None

    @property
    def account_id(self) -> str:
        """The account it belongs to."""
        return account_id(self.partner_id, self.country)

    def is_open_on(self, day: date) -> bool:
        """Open from `opened_on` up to, not including, `closed_on`."""
        return self.opened_on <= day and (self.closed_on is None or day < self.closed_on)


class TermsAcceptance(Record):
    """A version of the Terms and Conditions that a partner has accepted (R-4.1.1)."""

    kind: ClassVar[str] = "terms_acceptances"
    key_fields: ClassVar[tuple[str, ...]] = ("partner_id", "version")
    partner_id: Id
    version: str
    accepted_on: date


class Employment(Record):
    """A person at a site: employed from `from_date` up to, not including, `until_date`."""

    kind: ClassVar[str] = "people"
    key_fields: ClassVar[tuple[str, ...]] = ("person_id", "site_id", "from_date")
    person_id: Id
    site_id: Id
    from_date: date
    until_date: date | None = None


class Certification(Record):
    """A technical certification of a person (R-4.1.5); `certification` is the CSV column `kind`."""

    kind: ClassVar[str] = "certifications"
    key_fields: ClassVar[tuple[str, ...]] = ("certification_id",)
    certification_id: Id
    person_id: Id
    certification: CertificationKind
    certified_on: date


class Training(Record):
    """A training completed for an account (R-4.1.3, R-4.1.4); `training` is the CSV column `kind`."""

    kind: ClassVar[str] = "trainings"
    key_fields: ClassVar[tuple[str, ...]] = ("partner_id", "country", "training", "completed_on")
    partner_id: Id
    country: str
    training: TrainingKind
    completed_on: date


class BusinessPlan(Record):
    """The Business Plan of a calendar year (R-4.1.6)."""

    kind: ClassVar[str] = "business_plans"
    key_fields: ClassVar[tuple[str, ...]] = ("partner_id", "country", "year")
    partner_id: Id
    country: str
    year: int
    submitted_on: date


class BrandReview(Record):
    """The vendor's review of an account's brand alignment (R-4.1.7)."""

    kind: ClassVar[str] = "brand_reviews"
    key_fields: ClassVar[tuple[str, ...]] = ("partner_id", "country", "reviewed_on")
    partner_id: Id
    country: str
    reviewed_on: date
    outcome: Literal["fulfilled", "not_fulfilled"]


class BusinessReview(Record):
    """A business review held with an account (R-4.1.6); `review` is the CSV column `kind`."""

    kind: ClassVar[str] = "business_reviews"
    key_fields: ClassVar[tuple[str, ...]] = ("partner_id", "country", "review", "reviewed_on")
    partner_id: Id
    country: str
    review: ReviewKind
    reviewed_on: date


class Verdict(StrEnum):
    """What the vendor may decide on a case that waits for it (R-4.1.6, R-4.1.7, R-3.4b)."""

    DEMOTE = "demote"
    EXTEND = "extend"
    WAIVE = "waive"
    END_PARTICIPATION = "end_participation"


class CaseDecision(Record):
    """The vendor's decision on a case, named by the case's requirement and opening day; with who and why.

    `until` is the new last day of an extension, None for every other verdict.
    """

    kind: ClassVar[str] = "case_decisions"
    key_fields: ClassVar[tuple[str, ...]] = ("partner_id", "country", "requirement", "opened_on", "decided_on")
    partner_id: Id
    country: str
    requirement: Literal["terms", "revenue", "business_plan", "brand_alignment"]
    opened_on: date
    decided_on: date
    verdict: Verdict
    until: date | None = None
    reason: str
    decided_by: str


class Placement(Record):
    """The tier an account starts with when the program is taken into use."""

    kind: ClassVar[str] = "placements"
    key_fields: ClassVar[tuple[str, ...]] = ("partner_id", "country")
    partner_id: Id
    country: str
    tier: Tier
    placed_on: date
    reason: str


class OpeningRevenue(Record):
    """Sales Revenue of a year before the first POS report."""

    kind: ClassVar[str] = "opening_revenue"
    key_fields: ClassVar[tuple[str, ...]] = ("partner_id", "country", "year")
    partner_id: Id
    country: str
    year: int
    sales_revenue: ExactNumber
    currency: str


class LocatorProfile(Record):
    """What an account wants the public to read of it on the Partner Locator (R-4.2.9); a later row takes it back.

    `display_name` instead of the partner's name; `public_contact` a telephone number, an address, a mailbox;
    `marketplace_url` an `https://` link. What is None is not shown: nothing else of the partner stands in for it.
    """

    kind: ClassVar[str] = "locator_profiles"
    key_fields: ClassVar[tuple[str, ...]] = ("partner_id", "country")
    partner_id: Id
    country: str
    display_name: str | None = None
    public_contact: str | None = None
    marketplace_url: str | None = None


RECORD_TYPES: dict[str, type[Record]] = {
    record.kind: record
    for record in (
        Distributor, Product, Partner, Site, TermsAcceptance, Employment, Certification,
        Training, BusinessPlan, BusinessReview, BrandReview, CaseDecision, Placement, OpeningRevenue, LocatorProfile,
    )
}  # fmt: skip
"""Kind, as in `records/<kind>/`, → its model. The CSV column of `certification`, `training`, `review` is `kind`."""


class AccountFacts(Document):
    """Everything known of one account: what `assess` and the accelerator decide from.

    `sites`, `employments`, `certifications` are those of this account's country only (R-2.2b); `contributions`
    cover at least the current and the previous calendar year. `news` are the days on which any of it became known,
    `arrivals` a digest for each such day of what of it still stands; `seen_since` is the day on which its first site
    became known.
    """

    account_id: str
    partner_id: str
    country: str
    partner: Partner | None = None
    sites: tuple[Site, ...] = ()
    terms_acceptances: tuple[TermsAcceptance, ...] = ()
    employments: tuple[Employment, ...] = ()
    certifications: tuple[Certification, ...] = ()
    trainings: tuple[Training, ...] = ()
    business_plans: tuple[BusinessPlan, ...] = ()
    business_reviews: tuple[BusinessReview, ...] = ()
    brand_reviews: tuple[BrandReview, ...] = ()
    case_decisions: tuple[CaseDecision, ...] = ()
    placement: Placement | None = None
    opening_revenue: tuple[OpeningRevenue, ...] = ()
    locator_profile: LocatorProfile | None = None
    contributions: tuple[Contribution, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    news: tuple[date, ...] = ()
    arrivals: dict[date, str] = Field(default_factory=dict)
    seen_since: date | None = None
