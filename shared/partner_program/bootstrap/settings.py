"""What the functions read from their environment, typed. `template.yaml` sets it; tests/project compares the two."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from partner_program.values.errors import ProgramError


class ConfigurationError(ProgramError):
    """A variable of the environment is missing or is not what it must be; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What every function is told. A field's name in capitals is its variable."""

    program_table: str
    program_edition: str
    sandbox: bool

    @classmethod
    def variables(cls) -> tuple[str, ...]:
        """The names of the variables, in the order of the fields."""
        return tuple(field.name.upper() for field in fields(cls))

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Raises `ConfigurationError` for the first variable that is missing or malformed."""
        values: dict[str, str | bool] = {}
        for field in fields(cls):
            variable = field.name.upper()
            text = environment.get(variable, "")
            if not text:
                raise ConfigurationError(f"{variable} is not set")
            values[field.name] = _truth(variable, text) if field.type is bool else text
        return cls(**values)  # type: ignore[arg-type]  # one value for each field, of its type by construction


def _truth(variable: str, text: str) -> bool:
    try:
        return {"true": True, "false": False}[text]
    except KeyError:
        raise ConfigurationError(f"{variable} must be true or false") from None


@dataclass(frozen=True, slots=True)
class SalesUploadSettings(Settings):
    """`functions/sales_upload`."""

    sales_table: str
    listings_table: str
    uploads_bucket: str
    results_bucket: str
    queue_url: str
    dead_letter_queue_url: str


@dataclass(frozen=True, slots=True)
class RecordsUploadSettings(Settings):
    """`functions/records_upload`. Mended reports are queued again on the sales queue."""

    uploads_bucket: str
    results_bucket: str
    queue_url: str
    dead_letter_queue_url: str
    sales_queue_url: str


@dataclass(frozen=True, slots=True)
class AccountAssessmentSettings(Settings):
    """`functions/account_assessment`."""


@dataclass(frozen=True, slots=True)
class QuarterEndSettings(Settings):
    """`functions/quarter_end`."""

    statement_queue_url: str


@dataclass(frozen=True, slots=True)
class CertificationExpirySettings(Settings):
    """`functions/certification_expiry`."""

    review_queue_url: str


@dataclass(frozen=True, slots=True)
class AccountReviewSettings(Settings):
    """`functions/account_review`."""

    queue_url: str
    dead_letter_queue_url: str


@dataclass(frozen=True, slots=True)
class NotificationsSettings(Settings):
    """`functions/notifications`."""

    notice_bus: str
    listings_table: str


@dataclass(frozen=True, slots=True)
class NoticeMailSettings(Settings):
    """`functions/notice_mail`. `channel_manager_email` is `none` where nobody is to have copies."""

    queue_url: str
    dead_letter_queue_url: str
    notice_sender: str
    channel_manager_email: str


@dataclass(frozen=True, slots=True)
class RebateStatementSettings(Settings):
    """`functions/rebate_statement`. What it pays starts a payout in the payments table."""

    payments_table: str
    queue_url: str
    dead_letter_queue_url: str


@dataclass(frozen=True, slots=True)
class PaymentRunSettings(Settings):
    """`functions/payment_run`: the only function that is told the key of the bank details."""

    payments_table: str
    bank_details_table: str
    bank_details_key: str
    results_bucket: str


@dataclass(frozen=True, slots=True)
class BankStatusSettings(Settings):
    """`functions/bank_status`."""

    payments_table: str
    uploads_bucket: str
    results_bucket: str
    queue_url: str
    dead_letter_queue_url: str


@dataclass(frozen=True, slots=True)
class StatementDocumentSettings(Settings):
    """`functions/statement_document`."""

    results_bucket: str
    queue_url: str
    dead_letter_queue_url: str


@dataclass(frozen=True, slots=True)
class AccrualsSettings(Settings):
    """`functions/accruals`."""

    payments_table: str
    results_bucket: str


@dataclass(frozen=True, slots=True)
class ApiSettings(Settings):
    """What the signed-in part of the API is told: its tables, and which claims of a token say who somebody is."""

    sales_table: str
    payments_table: str
    bank_details_table: str
    requests_table: str
    person_claim: str
    roles_claim: str
    partner_claim: str


@dataclass(frozen=True, slots=True)
class QueryApiSettings(ApiSettings):
    """`functions/query_api`."""

    listings_table: str
    results_bucket: str
    cursor_secret: str


@dataclass(frozen=True, slots=True)
class RecordsApiSettings(ApiSettings):
    """`functions/records_api`. Payments are released by the payment function, which alone can open bank details."""

    sales_queue_url: str
    bank_details_key: str
    payment_run_function: str


@dataclass(frozen=True, slots=True)
class PartnerLocatorSettings(Settings):
    """`functions/partner_locator`: told of nothing that is not public."""

    listings_table: str
    cursor_secret: str
