"""Which bank accounts can exist, and that no error ever tells a number."""

import traceback

import pytest

from partner_program.adapters.bank_accounts import SchwiftyCheck
from partner_program.domain.payments.bank import BankAccount
from partner_program.values.errors import InvalidValue
from tests.fakes.bank_details import BRITISH_IBAN, FRENCH_IBAN, GERMAN_IBAN

HOLDER = "Musterbau GmbH"
pytestmark = pytest.mark.rule("R-5.4c")


def read(
    number: str = GERMAN_IBAN, bic: str | None = None, country: str = "DE", holder: str = HOLDER, scheme: str = "iban"
) -> BankAccount:
    return SchwiftyCheck().read(scheme, number, bic, country, holder)


def other(number: str = "000123456789", bic: str | None = "CHASUS33", country: str = "US") -> BankAccount:
    return read(number, bic, country, scheme="other")


def refusal(number: str, bic: str | None, country: str, holder: str, scheme: str) -> str:
    """What is said; fails where the number, or a part of it that is more than its face, can be read anywhere."""
    with pytest.raises(InvalidValue) as refused:
        read(number, bic, country, holder, scheme)
    error = refused.value
    assert (error.__cause__, error.__context__) == (None, None)
    bare = "".join(number.split()).upper()
    told = "".join(("".join(traceback.format_exception_only(error)) + repr(error)).split()).upper()
    assert error.at
    assert not bare or all(bare[at : at + 5] not in told for at in range(max(1, len(bare) - 4)))
    return str(error)


# -- IBANs

EXAMPLES = [
    (GERMAN_IBAN, "DE", "COBADEFFXXX"),
    (BRITISH_IBAN, "GB", "NWBKGB2LXXX"),
    ("GB82WEST12345698765432", "GB", None),
    (FRENCH_IBAN, "FR", "PSSTFRPP"),
    ("NO9386011117947", "NO", "DABANO22"),
    ("NL91ABNA0417164300", "NL", "ABNANL2A"),
    ("BE68539007547034", "BE", None),
    ("BR1800360305000010009795493C1", "BR", None),
    ("KW81CBKU0000000000001234560101", "KW", None),
    ("MA64011519000001205000534921", "MA", None),
]


@pytest.mark.parametrize(("number", "country", "bic"), EXAMPLES, ids=[country for _, country, _ in EXAMPLES])
def test_the_published_examples_are_taken_with_the_bic_where_their_bank_is_known(
    number: str, country: str, bic: str | None
) -> None:
    assert read(number, None, country) == BankAccount(
        scheme="iban", number=number, bic=bic, country=country, holder=HOLDER
    )


@pytest.mark.catalogue("B72")
@pytest.mark.parametrize(
    "written",
    [
        "DE89 3704 0044 0532 0130 00",
        "de89370400440532013000",
        "  De89\u00a03704 0044\t0532 0130 00\n",
        "DE 89 370400440532013000",
    ],
)
def test_spaces_and_case_of_an_iban_are_put_right(written: str) -> None:
    assert read(written, " cobadeff xxx ", " de ") == read()


@pytest.mark.catalogue("B71", "B72")
@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("DE88370400440532013000", "the check digits of the IBAN do not fit the rest"),
        ("DE89370400440532013001", "the check digits of the IBAN do not fit the rest"),
        ("DE89370400440532010300", "the check digits of the IBAN do not fit the rest"),
        ("DE8937040044053201300", "an IBAN of DE has 22 characters, not 21"),
        ("DE893704004405320130000", "an IBAN of DE has 22 characters, not 23"),
        ("DE8937040044053201300A", "this is not how an IBAN of its country is built"),
        ("8937040044053201300000", "this is not how an IBAN of its country is built"),
        ("US89370400440532013000", "an IBAN begins with a country that has IBANs"),
        ("DE89-3704-0044-0532-0130-00", "the number has letters A to Z and digits only"),
        ("DE89370400440532013O\u0660\u0660", "the number has letters A to Z and digits only"),
        ("DE8937040044053201300\uff10", "the number has letters A to Z and digits only"),
        ("DE893704004405320130\u200b00", "the number has letters A to Z and digits only"),
        ("ＤＥ89370400440532013000", "the number has letters A to Z and digits only"),
        ("", "the number of the account is needed"),
        (" \t", "the number of the account is needed"),
        ("DE", "this is not how an IBAN of its country is built"),
        ("9" * 5000, "this is not how an IBAN of its country is built"),
    ],
)
def test_a_wrong_iban_is_refused_with_what_is_wrong_and_without_the_number(number: str, said: str) -> None:
    assert said in refusal(number, None, "", HOLDER, "iban")


def test_the_country_may_be_left_out_beside_an_iban_and_is_held_against_it_where_given() -> None:
    assert read(country="").country == "DE"
    assert refusal(GERMAN_IBAN, None, "FR", HOLDER, "iban") == "the IBAN is one of DE, not of FR"
    said = "the country of the bank is a code of ISO 3166-1, as DE or US"
    assert refusal(BRITISH_IBAN, None, "UK", HOLDER, "iban") == said
    assert refusal(GERMAN_IBAN, None, GERMAN_IBAN, HOLDER, "iban") == said


# -- BICs


@pytest.mark.parametrize("bic", ["COBADEFF", "COBADEFFXXX", "COBADEHH055", "cobadeff"])
def test_a_bic_of_the_ibans_bank_is_taken_as_given(bic: str) -> None:
    assert read(bic=bic).bic == bic.upper()


@pytest.mark.parametrize("bic", [None, "", "  "])
def test_without_a_bic_the_known_one_is_taken(bic: str | None) -> None:
    assert read(bic=bic).bic == "COBADEFFXXX"


@pytest.mark.parametrize(
    ("bic", "said"),
    [
        ("COBADEF", "a BIC has 8 or 11 characters"),
        ("COBADEFFX", "a BIC has 8 or 11 characters"),
        ("COBADEFFXXXX", "a BIC has 8 or 11 characters"),
        ("COBA1EFF", "a BIC has 8 or 11 characters"),
        ("COBAQQFF", "a BIC has 8 or 11 characters"),
        ("COBADEF0", "a BIC has 8 or 11 characters"),
        ("COBA-DE-FF", "the BIC has letters A to Z and digits only"),
        ("BNPAFRPP", "the BIC is of a bank in FR, the account is in DE"),
        ("DEUTDEFF", "the BIC is of another bank than the IBAN"),
        (GERMAN_IBAN, "a BIC has 8 or 11 characters"),
    ],
)
def test_a_bic_that_is_none_or_not_of_the_ibans_bank_and_country_is_refused(bic: str, said: str) -> None:
    assert said in refusal(GERMAN_IBAN, bic, "DE", HOLDER, "iban")


def test_where_the_bank_of_an_iban_is_not_known_any_bic_of_its_country_fits() -> None:
    assert read("BE68539007547034", "GEBABEBB", "BE").bic == "GEBABEBB"
    assert "the account is in BE" in refusal("BE68539007547034", "ABNANL2A", "BE", HOLDER, "iban")


def test_banks_of_territories_that_use_another_countrys_ibans_have_bics_of_their_own() -> None:
    assert read("GB82WEST12345698765432", "WESTJESX", "GB").bic == "WESTJESX"
    assert "the account is in GB or GG or IM or JE" in refusal(
        "GB82WEST12345698765432", "WESTIE2D", "GB", HOLDER, "iban"
    )


# -- accounts in countries without IBANs


def test_an_account_without_an_iban_is_a_number_the_bic_and_the_country() -> None:
    assert other(" 000-123 456a ", "chasus33", "us") == BankAccount(
        scheme="other", number="000-123456A", bic="CHASUS33", country="US", holder=HOLDER
    )


@pytest.mark.parametrize("number", ["1234", "1" * 34, "12-34", "A-1B2"])
def test_such_a_number_has_4_to_34_letters_digits_and_hyphens(number: str) -> None:
    assert other(number).number == number


@pytest.mark.catalogue("B71")
@pytest.mark.parametrize(
    ("number", "bic", "country", "said"),
    [
        ("123", "CHASUS33", "US", "an account number has 4 to 34"),
        ("1-2-3", "CHASUS33", "US", "an account number has 4 to 34"),
        ("----", "CHASUS33", "US", "the number has letters A to Z, digits and hyphens only"),
        ("1" * 35, "CHASUS33", "US", "an account number has 4 to 34"),
        ("12345/67", "CHASUS33", "US", "the number has letters A to Z, digits and hyphens only"),
        ("\u0661\u0662\u0663\u0664\u0665", "CHASUS33", "US", "the number has letters A to Z, digits and hyphens only"),
        ("000123456789", None, "US", "an account without an IBAN needs the BIC of its bank"),
        ("000123456789", "CHASUS3", "US", "a BIC has 8 or 11 characters"),
        ("000123456789", "BOTKJPJT", "US", "the BIC is of a bank in JP, the account is in US"),
        ("000123456789", "CHASUS33", "", "the country of the bank is needed"),
        ("000123456789", "CHASUS33", "ZZ", "the country of the bank is a code of ISO 3166-1"),
        ("000123456789", "CHASUS33", "USA", "the country of the bank is a code of ISO 3166-1"),
        ("000123456789", "COBADEFF", "DE", "accounts in DE have an IBAN: give that, with the scheme iban"),
        (GERMAN_IBAN, "CHASUS33", "US", "the number is an IBAN: give it with the scheme iban"),
    ],
)
def test_what_is_no_account_of_a_country_without_ibans_is_refused_without_the_number(
    number: str, bic: str | None, country: str, said: str
) -> None:
    assert said in refusal(number, bic, country, HOLDER, "other")


@pytest.mark.parametrize(
    ("country", "bic"), [("US", "CHASUS33"), ("JP", "BOTKJPJT"), ("IN", "SBININBB"), ("AU", "CTBAAU2S")]
)
def test_countries_without_ibans_take_a_number(country: str, bic: str) -> None:
    assert other(bic=bic, country=country).country == country


def test_where_only_some_banks_have_ibans_a_number_is_taken_as_well() -> None:
    assert other("011519000001205000534921", "BCMAMAMC", "MA").scheme == "other"


@pytest.mark.parametrize("scheme", ["", "IBAN", "sepa", "Other"])
def test_there_are_two_schemes(scheme: str) -> None:
    assert refusal(GERMAN_IBAN, None, "DE", HOLDER, scheme) == "the scheme of a bank account is iban or other"


# -- the holder


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("  Musterbau   GmbH ", HOLDER),
        ("Musterbau\u00a0GmbH", HOLDER),
        ("Zoe\u0308 Å & Søn 株式会社", "Zoë Å & Søn 株式会社"),
        ("x" * 70, "x" * 70),
        ("3M", "3M"),
    ],
)
def test_the_holder_is_a_name_of_up_to_70_characters_as_it_is_written(written: str, name: str) -> None:
    assert read(holder=written).holder == name


@pytest.mark.catalogue("B71", "B69")
@pytest.mark.parametrize(
    ("holder", "said"),
    [
        ("", "the holder is a name of 1 to 70 characters"),
        (" \u3000 ", "the holder is a name of 1 to 70 characters"),
        ("...", "the holder is a name of 1 to 70 characters"),
        ("x" * 71, "the holder is a name of 1 to 70 characters"),
        ("Muster\nbau", "a character that cannot be seen"),
        ("Muster\tbau", "a character that cannot be seen"),
        ("Muster\0bau", "a character that cannot be seen"),
        ("Muster\u202ebau", "a character that cannot be seen"),
        ("Muster\u200bbau", "a character that cannot be seen"),
        ("Muster\u2028bau", "a character that cannot be seen"),
        (f"Musterbau {GERMAN_IBAN}", "without a bank number"),
        ("Musterbau de89 3704 0044 0532 0130 00", "without a bank number"),
        ("Musterbau GB29 NWBK 6016 1331 9268 19", "without a bank number"),
    ],
)
def test_a_holder_that_is_no_name_or_tells_a_bank_number_is_refused(holder: str, said: str) -> None:
    assert said in refusal(GERMAN_IBAN, None, "DE", holder, "iban")


# -- what others see


@pytest.mark.catalogue("B52")
def test_an_account_shows_its_number_neither_by_repr_nor_as_text() -> None:
    account = read()
    assert GERMAN_IBAN not in repr(account) + str(account)
    assert account.last_four == "3000"


@pytest.mark.parametrize(
    ("number", "face"), [("1234", "34"), ("12345", "45"), ("1234567", "567"), ("12345678", "5678")]
)
def test_of_a_short_number_no_more_than_the_half_is_shown(number: str, face: str) -> None:
    assert other(number).last_four == face
