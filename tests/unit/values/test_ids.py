"""Ids: ASCII only, never trimmed, never a key delimiter."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from partner_program.values.errors import InvalidValue, NotFound, ProgramError, VersionConflict
from partner_program.values.ids import Id, account_id, is_id, split_account_id

ALPHABET = string.ascii_letters + string.digits + "._-"
ids = st.text(ALPHABET, min_size=1, max_size=64)
model_id = TypeAdapter(Id)

NOT_IDS = [
    pytest.param("P\uff11\uff12\uff13\uff14\uff15\uff16", marks=pytest.mark.catalogue("B46")),
    pytest.param("P\u0660", marks=pytest.mark.catalogue("B46")),
    pytest.param("P1\u200b", marks=pytest.mark.catalogue("B47")),
    pytest.param("\u202eP1", marks=pytest.mark.catalogue("B47")),
    pytest.param("\u0420\u0031", marks=pytest.mark.catalogue("B47")),
    pytest.param("P1\n", marks=pytest.mark.catalogue("B48")),
    pytest.param("P1#STATE", marks=pytest.mark.catalogue("B49")),
    "", " P1", "P1 ", "P/1", "P\\1", "P\x001", "P+1", "x" * 65,
]  # fmt: skip


@given(ids)
def test_one_to_sixty_four_letters_digits_dots_dashes_are_an_id(text: str) -> None:
    assert is_id(text)
    assert model_id.validate_python(text) == text


@pytest.mark.parametrize("text", NOT_IDS)
def test_anything_else_is_no_id_and_is_not_trimmed_into_one(text: str) -> None:
    assert not is_id(text)
    with pytest.raises(ValidationError):
        model_id.validate_python(text)


@given(st.text(min_size=1, max_size=70))
def test_models_and_functions_agree_on_what_an_id_is(text: str) -> None:
    try:
        model_id.validate_python(text)
    except ValidationError:
        assert not is_id(text)
    else:
        assert is_id(text)


def test_an_id_has_at_most_sixty_four_characters() -> None:
    assert is_id("x" * 63)
    assert is_id("x" * 64)
    assert not is_id("x" * 65)


@pytest.mark.rule("R-2.2b")
@given(ids, st.text(string.ascii_uppercase, min_size=2, max_size=2))
def test_an_account_is_a_partner_in_a_country_and_reads_back(partner: str, country: str) -> None:
    assert split_account_id(account_id(partner, country)) == (partner, country)


@pytest.mark.parametrize(
    ("partner", "country"), [("P 1", "DE"), ("P1", "de"), ("P1", "DEU"), ("P1", "D"), ("P1", "DE\n")]
)
def test_no_account_without_an_id_and_a_country(partner: str, country: str) -> None:
    with pytest.raises(InvalidValue):
        account_id(partner, country)


@pytest.mark.parametrize("text", ["P0001", "P0001-", "-DE", "P0001-de", "P 1-DE", "P0001-DEU", "P0001-DE "])
def test_what_is_no_account_id_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        split_account_id(text)


@pytest.mark.parametrize("error", [InvalidValue, NotFound, VersionConflict])
def test_every_error_raised_on_purpose_has_one_base(error: type[Exception]) -> None:
    assert issubclass(error, ProgramError)
