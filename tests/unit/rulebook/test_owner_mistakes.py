"""Mistakes in an owner's file: each is told with the id, what is wrong and what to do; all of them at once."""

import pytest

from partner_program.rulebook import RulebookInvalid, load_rulebook
from partner_program.values.errors import ProgramError


def mistakes_of(text: str) -> list[str]:
    with pytest.raises(RulebookInvalid) as refused:
        load_rulebook("guide-2022", text)
    return refused.value.messages


NUMBER = "a number without quotes is needed"
WHOLE = "a whole number without quotes is needed"
FROM_THE_START = ", from 2022-01-01 on"
PERCENT_UNIT = "the value does not fit its unit (percent)"
DAYS_UNIT = "the value does not fit its unit (days)"

VALUES = [
    ("a percent over 100", '"tier_discount.premier" = 100.01', f"{PERCENT_UNIT}; it must be from 0 to 100"),
    ("a negative percent", '"tier_discount.authorized" = -1', f"{PERCENT_UNIT}; it must be from 0 to 100"),
    ("a quoted number", '"tier_discount.premier" = "34"', f"{PERCENT_UNIT}; {NUMBER}"),
    ("a truth value for a number", '"tier_discount.premier" = true', f"{PERCENT_UNIT}; {NUMBER}"),
    ("not a number", '"tier_discount.premier" = nan', f"{PERCENT_UNIT}; {NUMBER}"),
    ("infinity", '"tier_discount.premier" = inf', f"{PERCENT_UNIT}; {NUMBER}"),
    ("a date for a number", '"tier_discount.premier" = 2025-01-01', f"{PERCENT_UNIT}; {NUMBER}"),
    ("too many decimals", '"tier_discount.premier" = 34.00001', f"{PERCENT_UNIT}; it has more than 4 decimals"),
    ("negative days", '"compliance.days" = -1', f"{DAYS_UNIT}; it must be from 0 to 3660"),
    ("half a day", '"compliance.days" = 60.5', f"{DAYS_UNIT}; {WHOLE}"),
    ("a truth value for days", '"compliance.days" = true', f"{DAYS_UNIT}; {WHOLE}"),
    ("a list for days", '"compliance.days" = [60]', f"{DAYS_UNIT}; {WHOLE}"),
    (
        "a negative number of people",
        '"people_required.MCDE.premier" = -1',
        "the value does not fit its unit (people); it must be from 0 to 10000",
    ),
    (
        "a number for a yes or no",
        '"accelerator.cap_applies" = 1',
        "the value does not fit its unit (yes or no); true or false is needed, without quotes",
    ),
    (
        "a quoted truth value",
        '"accelerator.cap_applies" = "false"',
        "the value does not fit its unit (yes or no); true or false is needed, without quotes",
    ),
    (
        "an unknown mode",
        '"decision.business_plan" = "perhaps"',
        "the value does not fit its unit (manual or automatic); one of manual, automatic is needed, in quotes",
    ),
    (
        "an unknown access",
        '"benefit.R-4.2.4.authorized" = true',
        (
            "the value does not fit its unit (access to a benefit); "
            "one of no, yes, apply, certified, standard, priority is needed, in quotes"
        ),
    ),
    (
        "no version",
        '"terms.version" = ""',
        (
            "the value does not fit its unit (version of the Terms); "
            "a text of 1 to 64 letters, digits, dots, underscores or hyphens is needed, in quotes"
        ),
    ),
    *(
        (
            f"the time zone {zone}",
            f'"program.time_zone" = {zone}',
            'the value does not fit its unit (IANA time zone); an IANA time zone is needed, like "Europe/Copenhagen"',
        )
        for zone in ('"Europe/Atlantis"', '"../etc/passwd"', '"Europe"', '""', "1")
    ),
    (
        "reminders that do not descend",
        '"compliance.reminder_days" = [14, 30]',
        "the value does not fit its unit (days before a date, descending); the days must descend, like [90, 60, 30]",
    ),
    (
        "the same reminder twice",
        '"compliance.reminder_days" = [30, 30]',
        "the value does not fit its unit (days before a date, descending); the days must descend, like [90, 60, 30]",
    ),
    (
        "an empty list",
        '"compliance.reminder_days" = []',
        "the value does not fit its unit (days before a date, descending); a list with at least one item is needed",
    ),
    (
        "an eighth weekday",
        '"business_days.weekdays" = [1, 8]',
        "the value does not fit its unit (ISO weekdays, 1 is Monday); it must be from 1 to 7",
    ),
    (
        "weekdays out of order",
        '"business_days.weekdays" = [2, 1]',
        "the value does not fit its unit (ISO weekdays, 1 is Monday); weekdays must ascend and differ",
    ),
    (
        "a holiday twice",
        '"holidays.2025" = [2025-01-01, 2025-01-01]',
        "the value does not fit its unit (dates); the dates must ascend and differ",
    ),
    (
        "a holiday in quotes",
        '"holidays.2025" = ["2025-01-01"]',
        (
            "the value does not fit its unit (dates); "
            "a date is written 2025-01-31, without quotes, in the years 1990 to 2100"
        ),
    ),
    (
        "a holiday of another year",
        '"holidays.2025" = [2026-01-01]',
        "2026-01-01 is not a day of 2025; list the holidays of that year only",
    ),
    (
        "an unknown certification",
        '"portfolio.certifications" = ["MCXX"]',
        "the value does not fit its unit (kinds of certification); one of MCDE, MCIT, MCIE is needed, in quotes",
    ),
    (
        "a certification twice",
        '"portfolio.certifications" = ["MCDE", "MCDE"]',
        "the value does not fit its unit (kinds of certification); each may be named once only",
    ),
    (
        "an unknown product family",
        '"portfolio.uncertified" = ["toys"]',
        (
            "the value does not fit its unit (product families); one of essential_plus, express_plus, "
            "professional_plus, husky_ivo, full_portfolio, other is needed, in quotes"
        ),
    ),
    (
        "its own prerequisite",
        '"certification.prerequisite.MCIE" = "MCIE"',
        f"a certification cannot be its own prerequisite{FROM_THE_START}; name another kind or withdraw it",
    ),
    (
        "a country without a currency",
        '"country.DE" = { region = "EMEA" }',
        "the value does not fit its unit (region and currency); a table with exactly region and currency is needed",
    ),
    (
        "a currency that is none",
        '"country.DE" = { region = "EMEA", currency = "XYZ" }',
        "the value does not fit its unit (region and currency); the currency must be a code of ISO 4217 in quotes",
    ),
    (
        "a region that is none",
        '"country.DE" = { region = "EMAE", currency = "EUR" }',
        f"there is no region EMAE{FROM_THE_START}; use one of Americas, EMEA, APAC",
    ),
    (
        "no address",
        '"region.EMEA" = { name = "EMEA", support_contact = "call us" }',
        "the value does not fit its unit (name and support contact); the support contact must be an e-mail address",
    ),
    (
        "a name that is none",
        '"region.EMEA" = { name = "", support_contact = "a@example.com" }',
        "the value does not fit its unit (name and support contact); the name must be a text of 1 to 100 characters",
    ),
]


@pytest.mark.parametrize(("text", "said"), [row[1:] for row in VALUES], ids=[row[0] for row in VALUES])
def test_a_value_that_does_not_fit_its_unit_is_told_with_what_is_needed(text: str, said: str) -> None:
    entry_id = text.split('"')[1]
    assert mistakes_of(text) == [f"{entry_id}: {said}"]


DATES = [
    (
        "a date in quotes",
        '[{ from = "2025-01-01", value = 1 }]',
        "`from` is no date; a date is written 2025-01-31, without quotes, in the years 1990 to 2100",
    ),
    (
        "a time of day",
        "[{ from = 2025-01-01T00:00:00Z, value = 1 }]",
        "`from` is no date; a date is written 2025-01-31, without quotes, in the years 1990 to 2100",
    ),
    (
        "a year out of range",
        "[{ from = 2101-01-01, value = 1 }]",
        "`from` is no date; a date is written 2025-01-31, without quotes, in the years 1990 to 2100",
    ),
    (
        "the day before the rulebook starts",
        "[{ from = 2021-12-31, value = 1 }]",
        "2021-12-31 is before the rulebook; start on 2022-01-01 or later",
    ),
    (
        "dates out of order",
        "[{ from = 2025-01-02, value = 1 }, { from = 2025-01-01, value = 2 }]",
        "2025-01-01 does not come after 2025-01-02; write the dates in ascending order, each once",
    ),
    (
        "a date twice",
        "[{ from = 2025-01-01, value = 1 }, { from = 2025-01-01, value = 2 }]",
        "2025-01-01 does not come after 2025-01-01; write the dates in ascending order, each once",
    ),
    (
        "a gap",
        "[{ from = 2025-01-01 }, { from = 2026-01-01, value = 60 }]",
        "it may not be withdrawn (2025-01-01); give it a value from that day on",
    ),
    (
        "an end",
        "[{ from = 2025-01-01 }]",
        "it may not be withdrawn (2025-01-01); give it a value from that day on",
    ),
    (
        "a word too many",
        "[{ from = 2025-01-01, value = 1, until = 2026-01-01 }]",
        "a dated value has `from` and `value` only; write { from = 2025-01-01, value = … }",
    ),
    (
        "a value without a date among dated ones",
        "[{ from = 2025-01-01, value = 1 }, { value = 2 }]",
        "a dated value has `from` and `value` only; write { from = 2025-01-01, value = … }",
    ),
]


@pytest.mark.parametrize(("dated", "said"), [row[1:] for row in DATES], ids=[row[0] for row in DATES])
def test_a_mistake_in_dates_is_told(dated: str, said: str) -> None:
    assert mistakes_of(f'"compliance.days" = {dated}') == [f"compliance.days: {said}"]


@pytest.mark.parametrize(
    ("entry_id", "remedy"),
    [
        ("revenue_treshold.EMEA.EUR.premier", "did you mean revenue_threshold.EMEA.EUR.premier?"),
        ("tier_discount.gold", "see `rulebook show` for the ids"),
        ("qqqq", "see `rulebook show` for the ids"),
        ("country.XX", "did you mean country.MX?"),
        ("holidays.20255", "did you mean holidays.2025?"),
        ("", "see `rulebook show` for the ids"),
    ],
)
def test_an_unknown_id_is_told_with_the_nearest_known_one(entry_id: str, remedy: str) -> None:
    (said,) = mistakes_of(f'"{entry_id}" = 1')
    assert said.startswith(f"{entry_id}: the rulebook has no such entry; ")
    if "did you mean" in remedy:
        assert said.endswith(remedy)


@pytest.mark.parametrize(
    ("entry_id", "said"),
    [
        (
            "revenue_threshold.country.AD.premier",
            "the program does not run in this country; add country.AD with its region and currency",
        ),
        (
            "revenue_threshold.EMEA.USD.premier",
            "no country has this region and currency; mend the id, or add such a country",
        ),
        (
            "revenue_threshold.EMAE.EUR.premier",
            "no country has this region and currency; mend the id, or add such a country",
        ),
    ],
)
def test_a_threshold_that_no_country_uses_is_a_slip_of_the_pen(entry_id: str, said: str) -> None:
    assert mistakes_of(f'"{entry_id}" = 1') == [f"{entry_id}: {said}"]


def test_a_glob_that_matches_nothing_is_told() -> None:
    assert mistakes_of('"revenue_tresholds.*" = 0') == [
        "revenue_tresholds.*: no entry matches; see `rulebook show` for the ids"
    ]


def test_two_globs_for_one_entry_are_told() -> None:
    assert mistakes_of('"compliance.d*" = 1\n"compliance.*ays" = [9, 1]')[0] == (
        "compliance.*ays: compliance.days is set by compliance.d* as well; "
        "let only one of them match it, or name the entry by its id"
    )


def test_an_added_value_that_is_always_needed_starts_with_the_rulebook() -> None:
    assert mistakes_of('"holidays.2031" = [{ from = 2031-01-01, value = [2031-01-01] }]') == [
        "holidays.2031: it has no value from 2022-01-01 on; let its first value start on 2022-01-01"
    ]


@pytest.mark.parametrize(
    "entry_id", ["holidays.1899", "holidays.2101", "holidays.203", "holidays.02025", "holidays.٢٠٢٥"]
)
def test_a_year_is_four_ascii_digits(entry_id: str) -> None:
    (said,) = mistakes_of(f'"{entry_id}" = [2025-01-01]')
    assert said.startswith(f"{entry_id}: ")


def test_the_time_zone_may_not_change_with_time() -> None:
    assert mistakes_of('"program.time_zone" = [{ from = 2025-01-01, value = "UTC" }]') == [
        "program.time_zone: it may not change with time; give one value without dates"
    ]


@pytest.mark.parametrize("text", ["a = ", "a = 1\na = 2", "a = 1_", "\x00", f"a = 1{'0' * 5000}", "{}"])
def test_a_file_that_is_not_toml_is_one_mistake(text: str) -> None:
    (said,) = mistakes_of(text)
    assert said.startswith("the file: it is not TOML (")
    assert said.endswith("; mend the line named")


def test_a_file_nested_without_end_is_one_mistake() -> None:
    (said,) = mistakes_of(f"a = {'[' * 100_000}")
    assert said.startswith("the file: it is ")


def test_a_file_longer_than_a_million_characters_is_one_mistake() -> None:
    assert mistakes_of("#" * 1_000_001) == [
        "the file: it is longer than a million characters; keep to the values that you change"
    ]
    assert load_rulebook("guide-2022", "#" * 1_000_000).edition == "guide-2022"


def test_all_mistakes_of_all_kinds_are_told_at_once_and_each_once() -> None:
    text = """
        "tier_discount.premier" = 134
        "compliance.days" = [{ from = 2025-01-01 }]
        "compliance.weeks" = 9
        "people_required.MCIT.advanced" = 9
        "nothing*" = 0
        "revenue_threshold.*.GBP.premier" = 1
    """
    said = mistakes_of(text)
    assert [message.partition(":")[0] for message in said] == [
        "nothing*",
        "compliance.weeks",
        "tier_discount.premier",
        "compliance.days",
        "people_required.MCIT.premier",
        "revenue_threshold.EMEA.GBP.premier",
    ]


def test_hundreds_of_unknown_ids_are_told_without_looking_each_one_up() -> None:
    said = mistakes_of("\n".join(f"compliance_{number} = 1" for number in range(200)))
    assert len(said) == 200
    assert sum("see the first ones" in message for message in said) == 150


def test_the_error_is_one_of_the_programs_and_its_text_has_every_mistake() -> None:
    with pytest.raises(ProgramError) as refused:
        load_rulebook("guide-2022", "a = 1\nb = 2")
    assert len(str(refused.value).splitlines()) == 2


def test_a_wrong_file_does_not_spoil_the_edition() -> None:
    digest = load_rulebook().digest
    mistakes_of('"tier_discount.premier" = 134')
    assert load_rulebook().digest == digest
