"""B52: an account number never goes on record in a reason; what is none stays readable."""

import pytest

from partner_program.domain.payments.reasons import given_reason
from partner_program.values.errors import InvalidValue

pytestmark = pytest.mark.catalogue("B52")


@pytest.mark.parametrize(
    "text",
    [
        "invoice 4711 of 2024-08-14 disputed",
        "see the mail of 2024-08-14 10:33",
        "reason 2026-01-10 123988",
        "2024-08-14",
        "disputed",
    ],
)
def test_days_and_small_numbers_stay_as_they_are(text: str) -> None:
    assert given_reason(f" {text}\n", "hold") == text


@pytest.mark.parametrize(
    "text",
    [
        "pay to DE89370400440532013000 instead",
        "pay to DE89 3704 0044 0532 0130 00",
        "since 2024-08-14 it is DE89370400440532013000",
        "account 000123456700 is closed",
    ],
)
def test_what_looks_like_an_account_is_masked(text: str) -> None:
    kept = given_reason(text, "hold")
    assert "***" in kept
    assert not {"37040044", "3704 0044", "0001234567"} & {kept[i : i + n] for n in (8, 9, 10) for i in range(len(kept))}


def test_an_empty_reason_is_none() -> None:
    with pytest.raises(InvalidValue, match="to hold needs a reason"):
        given_reason(" \t", "hold")
