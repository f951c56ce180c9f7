"""Versions of the Terms: since when each stands, which stood before, and by when it must have been accepted."""

from datetime import date

import pytest

from partner_program.rulebook import RulebookInvalid, Rules, load_rulebook

pytestmark = pytest.mark.rule("R-4.1.1")

TWO_NEW = """
    "terms.version" = [{ from = 2025-01-01, value = "2025-01" }, { from = 2026-07-01, value = "2026-07" }]
    "terms.accept_by" = [{ from = 2025-01-01, value = 2025-03-31 }]
"""


def on(day: date, text: str | None = None) -> Rules:
    return load_rulebook("guide-2022", text).at(day)


def mistakes_of(text: str) -> list[str]:
    with pytest.raises(RulebookInvalid) as refused:
        load_rulebook("guide-2022", text)
    return refused.value.messages


def test_the_guides_terms_stand_from_the_first_day_replace_none_and_have_no_date_to_accept_them_by() -> None:
    rules = on(date(2024, 5, 17))
    assert (rules.terms_version, rules.terms_since) == ("2022-03", date(2022, 1, 1))
    assert tuple(terms.version for terms in rules.terms_versions[:-1]) == ()
    assert rules.terms_accept_by is None


@pytest.mark.parametrize(
    ("day", "version", "since", "accept_by", "earlier"),
    [
        (date(2024, 12, 31), "2022-03", date(2022, 1, 1), None, ()),
        (date(2025, 1, 1), "2025-01", date(2025, 1, 1), date(2025, 3, 31), ("2022-03",)),
        (date(2026, 6, 30), "2025-01", date(2025, 1, 1), date(2025, 3, 31), ("2022-03",)),
        (date(2026, 7, 1), "2026-07", date(2026, 7, 1), None, ("2022-03", "2025-01")),
    ],
)
def test_a_date_to_accept_by_stands_with_the_version_that_starts_the_same_day_and_with_no_later_one(
    day: date, version: str, since: date, accept_by: date | None, earlier: tuple[str, ...]
) -> None:
    rules = on(day, TWO_NEW)
    assert (rules.terms_version, rules.terms_since, rules.terms_accept_by) == (version, since, accept_by)
    assert tuple(terms.version for terms in rules.terms_versions[:-1]) == earlier


def test_a_version_written_once_more_is_no_new_one() -> None:
    rules = on(date(2026, 1, 1), '"terms.version" = [{ from = 2025-01-01, value = "2022-03" }]')
    assert (rules.terms_since, tuple(terms.version for terms in rules.terms_versions[:-1])) == (date(2022, 1, 1), ())


def test_a_version_that_returns_stands_from_its_return() -> None:
    text = '"terms.version" = [{ from = 2025-01-01, value = "B" }, { from = 2026-01-01, value = "2022-03" }]'
    rules = on(date(2026, 1, 1), text)
    assert (rules.terms_version, rules.terms_since) == ("2022-03", date(2026, 1, 1))
    assert tuple(terms.version for terms in rules.terms_versions) == ("2022-03", "B", "2022-03")


def test_a_version_may_have_to_be_accepted_on_its_first_day() -> None:
    assert on(date(2025, 1, 1), new_version("2025-01-01")).terms_accept_by == date(2025, 1, 1)


def new_version(accept_by: str, starts: str = "2025-01-01") -> str:
    return f"""
        "terms.version" = [{{ from = 2025-01-01, value = "2025-01" }}]
        "terms.accept_by" = [{{ from = {starts}, value = {accept_by} }}]
    """


@pytest.mark.parametrize("starts", ["2024-12-31", "2025-01-02"])
def test_a_date_that_starts_with_no_version_is_refused(starts: str) -> None:
    assert mistakes_of(new_version("2025-03-31", starts)) == [
        (
            f"terms.accept_by: no version of the Terms starts on {starts}; "
            "let it start on the same day as the terms.version that it is for"
        )
    ]


def test_a_date_before_the_first_day_of_its_version_is_refused() -> None:
    assert mistakes_of(new_version("2024-12-31")) == [
        "terms.accept_by: 2024-12-31 lies before 2025-01-01, the first day of the version; give that day or a later one"
    ]


def test_a_date_without_a_start_would_belong_to_the_first_version_and_is_refused() -> None:
    assert mistakes_of('"terms.accept_by" = 2025-03-31') == [
        (
            "terms.accept_by: 2022-01-01 is the first day of the first version, which replaces no other; "
            "let it start on the first day of a later version"
        )
    ]


@pytest.mark.parametrize("value", ['"2025-03-31"', "2025-03-31T00:00:00", "90", "[2025-03-31]"])
def test_what_is_no_date_is_refused(value: str) -> None:
    assert mistakes_of(new_version(value)) == [
        (
            "terms.accept_by: the value does not fit its unit (date); "
            "a date is written 2025-01-31, without quotes, in the years 1990 to 2100"
        )
    ]


def test_a_date_is_not_withdrawn_while_its_version_stands_and_may_be_with_the_next_version() -> None:
    withdrawn = TWO_NEW.replace("2025-03-31 }", "2025-03-31 }, { from = AGAIN }")
    assert mistakes_of(withdrawn.replace("AGAIN", "2025-02-01")) == [
        (
            "terms.accept_by: no version of the Terms starts on 2025-02-01; "
            "let it start on the same day as the terms.version that it is for"
        )
    ]
    assert on(date(2026, 7, 1), withdrawn.replace("AGAIN", "2026-07-01")).terms_accept_by is None
