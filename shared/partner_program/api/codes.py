"""The stable codes of refusals, which programs go by (docs/api.md has them with what they mean)."""

from typing import Literal

from partner_program.domain.asked import AskedCode

ProblemCode = Literal[
    # 400
    "country_not_in_program", "invalid_body", "invalid_cursor", "invalid_request", "invalid_value", "not_in_force",
    # 401, 403
    "access_token_needed", "not_signed_in", "caller_unknown", "not_allowed", "role_missing", "self_approval",
    # 404, 405
    "no_such_route", "not_found", "method_not_allowed",
    # 409
    "amount_has_changed", "bank_details_unusable", "digest_differs", "idempotency_key_reused", "licences_used_up",
    "not_entitled", "nothing_to_restate", "payment_file_wrong", "version_conflict", "wrong_state", "year_not_closed",
    # 412 to 428
    "stale_version", "body_too_large", "json_needed", "record_rejected", "version_needed",
    # 500, 503
    "internal_error", "busy", "release_not_finished",
]  # fmt: skip
"""What a refusal is, as a whole."""

FormCode = Literal[
    "missing", "unknown_field", "unknown_parameter", "not_a_choice", "wrong_form", "wrong_type", "wrong_length",
    "out_of_range", "invalid_value",
]  # fmt: skip
"""What is wrong with one place, whatever route it is of; `invalid_value`: well formed, but not to be taken here."""

MistakeCode = Literal[FormCode, AskedCode]
"""What is wrong with one place in a request; columns of records have their reason codes, in capitals."""
