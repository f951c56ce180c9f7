"""The templates: every kind in plain text and HTML, nothing unescaped, nothing missing."""

import re
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from partner_program.adapters.mail_texts import TEMPLATES, MailTemplates, day_text
from partner_program.domain.notices.derive import notices, statement_notice
from partner_program.domain.notices.model import AnyNotice, NoticeKind, TierDemoted
from partner_program.domain.tiers.account import Memory
from partner_program.domain.tiers.cases import CaseOutcome, CaseStep
from partner_program.domain.tiers.findings import Requirement
from partner_program.rulebook.answers import Region
from tests.fakes.notices import PARTNER, a_case, a_state, a_statement, full_state, on

REGION = Region("EMEA", "Europe, Middle East, Africa", "support@vendor.example")
TEXTS = MailTemplates()


def examples() -> dict[NoticeKind, AnyNotice]:
    statement = statement_notice(a_statement())
    assert statement is not None
    return {notice.kind: notice for notice in [*notices(full_state()), statement]}


NOTICES = examples()


def composed(notice: AnyNotice) -> tuple[str, str, str]:
    return TEXTS.compose(notice, PARTNER, REGION)


class Tags(HTMLParser):
    """The elements of a page; unclosed ones stay open."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        if tag not in ("meta", "br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.rule("R-9")
@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_has_a_subject_a_text_and_a_page_that_name_its_account_rule_and_reference(kind: NoticeKind) -> None:
    notice = NOTICES[kind]
    subject, text, html = composed(notice)
    assert subject.startswith("P0001-DE: ")
    assert "\n" not in subject
    for body in (text, html):
        assert f"Reference: P0001-DE {notice.id}" in body
        assert notice.rule in body
        assert "{{" not in body
        assert "None" not in body
    assert Tags(html).open == []
    assert not re.search(r"[ \t]\n|\n{3}", text)


@pytest.mark.parametrize("kind", NoticeKind)
def test_what_partners_are_called_cannot_change_the_page(kind: NoticeKind) -> None:
    _, text, html = composed(NOTICES[kind])
    assert "Dear Alpha <Bild & Ton>," in text
    assert "Dear Alpha &lt;Bild &amp; Ton&gt;," in html
    assert not Tags(html).seen & {"bild", "script"}


def test_texts_of_findings_and_causes_are_escaped_too() -> None:
    notice = NOTICES[NoticeKind.TIER_DEMOTED]
    assert isinstance(notice, TierDemoted)
    evil = notice.detail.model_copy(update={"cause": "<script>alert(1)</script>"})
    _, text, html = composed(notice.model_copy(update={"detail": evil}))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<script>" in text


@pytest.mark.rule("R-3.2")
def test_a_demotion_says_why_for_which_case_what_changes_and_what_to_do() -> None:
    subject, text, _ = composed(NOTICES[NoticeKind.TIER_DEMOTED])
    assert subject == "P0001-DE: now Authorized"
    assert "Reason: MCDE was not met on 2024-04-29, the last day to mend it\nCase: MCDE-2024-03-01\n" in text
    assert "  - Tier discount (R-4.2.1): 30 % -> 20 %\n" in text
    assert "    What to do: one more person with a valid certification\n" in text


@pytest.mark.rule("R-3.3")
def test_a_reminder_says_how_many_days_are_left() -> None:
    subject, text, html = composed(NOTICES[NoticeKind.CASE_REMINDER])
    assert subject == "P0001-DE: reminder, MCDE certification due 29 April 2024"
    assert "30 days left, until 29 April 2024." in text
    assert "<strong>30 days left</strong>" in html


@pytest.mark.rule("R-4.1.6")
@pytest.mark.rule("R-3.2")
@pytest.mark.parametrize(
    ("requirement", "subject", "says"),
    [
        (Requirement.MCDE, "MCDE certification not met, due 29 April 2024", "is no longer met. Please mend that by"),
        (Requirement.REVENUE, "Sales Revenue not met, due 29 April 2024", "is no longer met. Please mend that by"),
        (
            Requirement.BUSINESS_PLAN,
            "Business Plan 2024, due 29 April 2024",
            "asks for the following. Please see to it by",
        ),
        (Requirement.BRAND, "Brand alignment 2024, due 29 April 2024", "asks for the following. Please see to it by"),
    ],
)
def test_what_is_owed_by_a_day_is_told_from_what_has_lapsed(requirement: Requirement, subject: str, says: str) -> None:
    owed = "2024" if subject.partition(",")[0].endswith("2024") else ""
    case = a_case(requirement, ("2024-03-01", CaseStep.OPENED), subject=owed)
    (notice,) = notices(a_state("2024-03-02", memory=Memory(cases=(case,))))
    found, text, html = composed(notice)
    assert found == f"P0001-DE: {subject}"
    assert f"{says} 29 April 2024 to keep the tier." in text
    assert f"{says} <strong>29 April 2024</strong> to keep the tier." in html


@pytest.mark.rule("R-5.4d")
def test_a_statement_says_what_is_paid_and_from_when() -> None:
    subject, text, _ = composed(NOTICES[NoticeKind.STATEMENT_READY])
    assert subject == "P0001-DE: statement 2024Q1"
    assert "To be paid:                       31.25 EUR, from 15 May 2024\n" in text
    assert "Carried to later statements" not in text


@pytest.mark.rule("R-3.4b")
def test_a_case_without_a_last_day_promises_none() -> None:
    case = a_case(Requirement.REVENUE, ("2024-01-30", CaseStep.OPENED), ("2024-01-30", CaseStep.DECISION_DUE), due=None)
    for notice in notices(a_state("2024-01-31", memory=Memory(cases=(case,)))):
        _, text, html = composed(notice)
        assert "To be met by" not in text + html
        assert "to keep the tier" not in text + html


def test_every_requirement_and_every_outcome_has_its_words() -> None:
    page = TEXTS._environment.from_string("{{ what|requirement }}")  # the filters are what is tested
    assert all(page.render(what=requirement) for requirement in Requirement)
    page = TEXTS._environment.from_string("{{ what|outcome }}")
    assert all(page.render(what=outcome) for outcome in CaseOutcome)


def test_a_value_that_a_template_lacks_is_an_error_and_no_gap_in_a_mail() -> None:
    with pytest.raises(UndefinedError):
        TEXTS._environment.from_string("{{ nothing.there }}").render()


def test_there_are_two_templates_for_each_kind_and_none_besides() -> None:
    wanted = {f"{kind}.{form}" for kind in NoticeKind for form in ("txt", "html")}
    assert {path.name for path in TEMPLATES.iterdir() if not path.name.startswith("_")} == wanted


def test_a_day_is_written_so_that_no_two_countries_read_it_differently() -> None:
    assert [day_text(on(day)) for day in ("2024-03-05", "2024-12-31")] == ["5 March 2024", "31 December 2024"]
