"""Whether a bank account can exist, by schwifty: the formats and check digits of IBANs, BICs, and which bank has which.

No error here names the number, and none carries the library's own, which does: each is raised outside its handler.
"""

import re
import unicodedata

from schwifty import BIC, IBAN, exceptions, registry

from partner_program.domain.files.reject_file import masked
from partner_program.domain.payments.bank import BankAccount
from partner_program.values.currencies import COUNTRIES
from partner_program.values.errors import InvalidValue

LONGEST_HOLDER = 70
"""Characters of a holder's name that a SEPA credit transfer hands through (EPC); pain.001 itself has room for 140."""

_NUMBER = re.compile(r"[A-Z0-9-]{4,34}")
_SAID = re.compile(r"[A-Z0-9]")
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_TEST_BIC = "testing"

_BIC_COUNTRIES = {
    "FR": frozenset(("FR", "BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT")),
    "GB": frozenset(("GB", "GG", "IM", "JE")),
    "FI": frozenset(("FI", "AX")),
}
"""Countries whose IBANs are used by banks of other territories too, which have BICs of their own."""


class SchwiftyCheck:
    """`BankAccountCheck` by the registries in schwifty's package: nothing is asked of any network."""

    def read(self, scheme: str, number: str, bic: str | None, country: str, holder: str) -> BankAccount:
        """The account in its normal form: no spaces, capitals, the BIC where it is given or known (R-5.4c).

        `scheme` is `iban`, or `other` for an account in a country without IBANs; `country` (ISO 3166-1 alpha-2) is that
        of the bank, and may be left empty beside an IBAN. Raises `InvalidValue`, whose text never repeats the number.
        """
        bank, place, name = _code(bic or "", "bic"), _code(country, "country"), _holder(holder)
        bare = _code(number, "number", hyphens=scheme == "other")
        if not bare:
            raise InvalidValue("the number of the account is needed", "/number")
        if bare in _letters(name) or masked(name) != name:
            told = "the holder is the name of whom the account belongs to, without a bank number"
            raise InvalidValue(told, "/holder")
        if place and place not in COUNTRIES:
            raise InvalidValue("the country of the bank is a code of ISO 3166-1, as DE or US", "/country")
        if scheme == "iban":
            return _with_iban(bare, bank, place, name)
        if scheme == "other":
            return _without_iban(bare, bank, place, name)
        raise InvalidValue("the scheme of a bank account is iban or other", "/scheme")


def _with_iban(number: str, bic: str, country: str, holder: str) -> BankAccount:
    problem = _iban_problem(number)
    if problem:
        raise InvalidValue(problem, "/number")
    iban = IBAN(number, allow_invalid=True)
    place = iban.country_code
    if country and country != place:
        raise InvalidValue(f"the IBAN is one of {place}, not of {country}", "/country")
    listed = _listed(iban)
    if bic:
        _check_bic(bic, _bic_countries(place))
        if listed and bic[:4] not in {one[:4] for one in listed}:  # these four stand for the institution
            told = "the BIC is of another bank than the IBAN: leave it out, or ask which of them is right"
            raise InvalidValue(told, "/bic")
    known = bic or (listed[0] if listed else None)
    return BankAccount(scheme="iban", number=number, bic=known, country=place, holder=holder)


def _listed(iban: IBAN) -> list[str]:
    """BICs that the library has for the bank of an IBAN, the likeliest first, without those of other countries."""
    by_code = registry.get_banks_by_code(iban.country_code, iban.bank_code)
    found = [str(one) for one in (iban.bic, *(bank.bic for bank in by_code)) if one]
    return [one for one in found if _is_bic(one) and one[4:6] in _bic_countries(iban.country_code)]


def _without_iban(number: str, bic: str, country: str, holder: str) -> BankAccount:
    if not country:
        raise InvalidValue("the country of the bank is needed, a code of ISO 3166-1, as US", "/country")
    if _has_ibans(country):
        raise InvalidValue(f"accounts in {country} have an IBAN: give that, with the scheme iban", "/scheme")
    if not _NUMBER.fullmatch(number) or len(_SAID.findall(number)) < 4:
        raise InvalidValue("an account number has 4 to 34 letters, digits and hyphens", "/number")
    if _iban_problem(number) is None:
        raise InvalidValue("the number is an IBAN: give it with the scheme iban", "/scheme")
    if not bic:
        raise InvalidValue("an account without an IBAN needs the BIC of its bank", "/bic")
    _check_bic(bic, frozenset((country,)))
    return BankAccount(scheme="other", number=number, bic=bic, country=country, holder=holder)


def _code(text: str, field: str, *, hyphens: bool = False) -> str:
    """A code without its spaces, in capitals. Only ASCII: what merely looks like a letter or a digit is refused."""
    bare = "".join(text.split())
    said = bare.replace("-", "") if hyphens else bare
    if bare and not (said.isascii() and said.isalnum()):
        what = "the BIC" if field == "bic" else f"the {field}"
        told = f"{what} has letters A to Z{', digits and hyphens' if hyphens else ' and digits'} only"
        raise InvalidValue(told, f"/{field}")
    return bare.upper()


def _holder(text: str) -> str:
    name = unicodedata.normalize("NFC", text)
    if any(unicodedata.category(letter) in _UNSEEN for letter in name):
        raise InvalidValue("the holder's name has a character that cannot be seen: write it again", "/holder")
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_HOLDER or not any(letter.isalnum() for letter in name):
        raise InvalidValue(f"the holder is a name of 1 to {LONGEST_HOLDER} characters", "/holder")
    return name


def _letters(text: str) -> str:
    """A text as a number written in it would show, however it is grouped."""
    return "".join(
        letter for letter in unicodedata.normalize("NFKC", text).upper() if letter.isalnum() or letter == "-"
    )


def _iban_problem(number: str) -> str | None:
    """What is wrong with an IBAN, or None. The library's error stays here: its text is the number."""
    try:
        IBAN(number)
    except exceptions.InvalidCountryCode:
        return "an IBAN begins with a country that has IBANs"
    except exceptions.InvalidLength:
        country = number[:2]
        return f"an IBAN of {country} has {registry.get_iban_spec(country).iban_length} characters, not {len(number)}"
    except exceptions.InvalidChecksumDigits:
        return "the check digits of the IBAN do not fit the rest: a character is wrong or two are swapped"
    except exceptions.SchwiftyException:
        return "this is not how an IBAN of its country is built"
    return None


def _check_bic(bic: str, countries: frozenset[str]) -> None:
    if not _is_bic(bic):
        told = "a BIC has 8 or 11 characters: four of the bank, its country, its place, perhaps a branch"
        raise InvalidValue(told, "/bic")
    if bic[4:6] not in countries:
        told = f"the BIC is of a bank in {bic[4:6]}, the account is in {' or '.join(sorted(countries))}"
        raise InvalidValue(told, "/bic")


def _is_bic(bic: str) -> bool:
    try:
        return BIC(bic).type != _TEST_BIC
    except exceptions.SchwiftyException:
        return False


def _bic_countries(country: str) -> frozenset[str]:
    return _BIC_COUNTRIES.get(country, frozenset((country,)))


def _has_ibans(country: str) -> bool:
    """Whether the official registry has IBANs of a country; those that only some banks use are no duty."""
    try:
        return not registry.get_iban_spec(country).aspirational
    except exceptions.InvalidCountryCode:
        return False
