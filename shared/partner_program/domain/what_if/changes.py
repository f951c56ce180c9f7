"""What somebody may suppose of an account: a closed list of changes, each of which a record or a report could bring."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt, StringConstraints, ValidatorFunctionWrapHandler, WrapValidator, model_validator
from pydantic_core import PydanticKnownError

from partner_program.domain.asked import Day, Month, RevenueText
from partner_program.domain.facts import CertificationKind, TrainingKind
from partner_program.domain.model import Document
from partner_program.values.ids import Id

MOST_CHANGES = 50

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Sales(Document):
    """Credited Sales Revenue (R-2.2a), of a day or of a month as a whole; below 0 for returns.

    `currency` must be the account's. A day inside a month stands for the whole month, as everywhere in the program.
    """

    kind: Literal["sales"]
    amount: RevenueText
    currency: Currency
    month: Month | None = None
    invoice_date: Day | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "Sales":
        if (self.month is None) == (self.invoice_date is None):
            raise ValueError("either month or invoice_date is needed")
        return self


class _OfPerson(Document):
    """`person_id` is somebody of the account, `new_person` a name of your own for somebody who is not there yet."""

    person_id: Id | None = None
    new_person: Id | None = None

    @property
    def field(self) -> str:
        """Which of the two names the person."""
        return "person_id" if self.person_id is not None else "new_person"

    @model_validator(mode="after")
    def _one_person(self) -> "_OfPerson":
        if (self.person_id is None) == (self.new_person is None):
            raise ValueError("either person_id or new_person is needed")
        return self


class CertificationGained(_OfPerson):
    """R-4.1.5. A new person who joins by no change of their own is employed from their first certification on.

    They work at the account's first site that is open then; `person_joins` can name another.
    """

    kind: Literal["certification"]
    certification: CertificationKind
    certified_on: Day


class PersonJoins(_OfPerson):
    """Somebody is employed at a site of the account; without `site_id`, at the first that is open then."""

    kind: Literal["person_joins"]
    from_date: Day
    site_id: Id | None = None


class PersonLeaves(Document):
    """Somebody leaves all sites of the account: the first day on which they are employed no more."""

    kind: Literal["person_leaves"]
    person_id: Id
    until_date: Day


class TrainingCompleted(Document):
    """R-4.1.3, R-4.1.4."""

    kind: Literal["training"]
    training: TrainingKind
    completed_on: Day


class BusinessPlanSubmitted(Document):
    """R-4.1.6: the plan of a calendar year."""

    kind: Literal["business_plan"]
    year: Annotated[StrictInt, Field(ge=1990, le=2100)]
    submitted_on: Day


class BrandReviewed(Document):
    """R-4.1.7."""

    kind: Literal["brand_review"]
    outcome: Literal["fulfilled", "not_fulfilled"]
    reviewed_on: Day


class TermsAccepted(Document):
    """R-4.1.1: a version of the Terms that the rulebook knows."""

    kind: Literal["terms"]
    version: Id
    accepted_on: Day


AnyChange = (
    Sales
    | CertificationGained
    | PersonJoins
    | PersonLeaves
    | TrainingCompleted
    | BusinessPlanSubmitted
    | BrandReviewed
    | TermsAccepted
)
_KINDS: Mapping[str, type[AnyChange]] = {
    "sales": Sales,
    "certification": CertificationGained,
    "person_joins": PersonJoins,
    "person_leaves": PersonLeaves,
    "training": TrainingCompleted,
    "business_plan": BusinessPlanSubmitted,
    "brand_review": BrandReviewed,
    "terms": TermsAccepted,
}


def _of_its_kind(value: Any, handler: ValidatorFunctionWrapHandler) -> AnyChange:
    """Read by its kind alone, so that a mistake is named by its place in the body and not by a place in our types."""
    if not isinstance(value, dict):
        change: AnyChange = handler(value)
        return change
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise PydanticKnownError("literal_error", {"expected": f"a kind of {', '.join(_KINDS)}"})
    return _KINDS[kind].model_validate(value)


Change = Annotated[AnyChange, Field(discriminator="kind"), WrapValidator(_of_its_kind)]
"""Something that is supposed to happen."""

__all__ = [
    "MOST_CHANGES",
    "AnyChange",
    "BrandReviewed",
    "BusinessPlanSubmitted",
    "CertificationGained",
    "Change",
    "PersonJoins",
    "PersonLeaves",
    "Sales",
    "TermsAccepted",
    "TrainingCompleted",
]
