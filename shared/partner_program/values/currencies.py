"""ISO 4217 currencies with their minor digits and ISO 3166-1 alpha-2 countries.

Written from pycountry by hand-run generation; `tests/unit/values` compares it with pycountry, which is a
development dependency only (21 MB would ship for two short tables).
"""

from .errors import InvalidValue

_NO_DIGITS = frozenset(
    """
    BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF
    """.split()
)

_THREE_DIGITS = frozenset(
    """
    BHD IQD JOD KWD LYD OMR TND
    """.split()
)

_FOUR_DIGITS = frozenset(
    """
    CLF UYW
    """.split()
)

_TWO_DIGITS = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
    CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
    HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD
    RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
    USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
    """.split()
)

COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT
    BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH
    ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT
    HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS
    LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI
    NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG
    SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
    UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()
)
"""Every ISO 3166-1 alpha-2 code. `UK` is none of them: the code is `GB`."""

_MINOR_DIGITS = (
    dict.fromkeys(_TWO_DIGITS, 2)
    | dict.fromkeys(_NO_DIGITS, 0)
    | dict.fromkeys(_THREE_DIGITS, 3)
    | dict.fromkeys(_FOUR_DIGITS, 4)
)
CURRENCIES = frozenset(_MINOR_DIGITS)
"""Every ISO 4217 code of a currency in use."""


def minor_digits(currency: str) -> int:
    """Decimals of a currency's minor unit: JPY 0, EUR 2, KWD 3. Raises `InvalidValue` for an unknown one."""
    try:
        return _MINOR_DIGITS[currency]
    except KeyError:
        raise InvalidValue(f"{currency!r} is not an ISO 4217 currency") from None
