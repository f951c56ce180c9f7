"""Statements as HTML and PDF: all is said in both, in any currency, with any name, and always in the same bytes."""

import io
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from pypdf import PdfReader

from partner_program.adapters.statement_documents.content import ASSUMED, NO_LADDER, OLD_STATEMENT, content_of
from partner_program.adapters.statement_documents.html import HtmlStatement
from partner_program.adapters.statement_documents.letters import MISSING
from partner_program.adapters.statement_documents.pdf import PdfStatement
from partner_program.adapters.statement_documents.words import money, prose, share_text
from partner_program.domain.accelerator.statement import Adjustment, Statement
from partner_program.use_cases.statement_document import StatementToShow
from tests.unit.documents.statements import LATE, statement, to_show

NB = "\u00a0"
VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    """Texts, tags and attributes of a page; tags must close in order."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html.decode("utf-8"))
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID and not (self.get_starttag_text() or "").endswith("/>"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split(" "))


def html(shown: StatementToShow) -> Page:
    return Page(HtmlStatement().render(shown))


def pdf(shown: StatementToShow) -> str:
    """The text of all pages, on one line with single spaces: lines break where the page wants."""
    reader = PdfReader(io.BytesIO(PdfStatement().render(shown)))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).replace(NB, " ").split())


def both(made: Statement, name: str = "Müller & Söhne GmbH") -> list[str]:
    shown = to_show(made, name)
    return [" ".join(html(shown).text.replace(NB, " ").split()), pdf(shown)]


def same(text: str) -> str:
    return text.replace(NB, " ")


# -- what is said


@pytest.mark.rule("R-5.4d")
def test_both_forms_say_everything_that_the_content_has() -> None:
    content = content_of(to_show())
    assert content.ladder is not None
    said = [content.title, content.partner, content.headline, content.under_headline, content.reason, content.contact]
    said += [part for pair in (*content.about, *content.foot) for part in pair]
    said += [text for mark in content.ladder.marks for text in (mark.title, mark.text)]
    said += [content.ladder.standing.title, content.ladder.standing.text]
    for sheet in content.sheets:
        said += [
            sheet.title,
            *(column.heading for column in sheet.columns),
            *(cell for row in sheet.rows for cell in row),
        ]
    for text in both(statement()):
        assert [part for part in said if " ".join(same(part).split()) not in text] == []


@pytest.mark.rule("R-5.4a", "R-5.4b")
def test_a_payout_is_the_headline_with_its_earliest_day() -> None:
    for text in both(statement()):
        assert "13 750.00 EUR to be paid" in text
        assert "Earliest payment on 14 November 2024." in text
        assert "Settled by the statement of 2024Q2 −31 250.00 EUR" in text
        assert "Settled before, in all −31 250.00 EUR" in text


@pytest.mark.rule("R-5.4e")
def test_nothing_to_pay_is_said_with_the_reason_and_what_is_carried() -> None:
    made = statement(
        "1180000", payout="0.00", earned="0.00", rate="0", base="0", carried_out="3125.00",
        reason="YTD 1180000.00 EUR is below the goal of 1200000.00 EUR, 120 % of 1000000.00 EUR: nothing earned.",
    )  # fmt: skip
    for text in both(made):
        assert "Nothing to be paid" in text
        assert "Earliest payment" not in text
        assert "3 125.00 EUR is carried and netted against later payouts." in text
        assert "below the goal of 1 200 000.00 EUR, 120 % of 1 000 000.00 EUR: nothing earned." in text


@pytest.mark.rule("R-2.2a")
def test_contributions_are_listed_with_weight_and_a_total_in_exact_amounts() -> None:
    for text in both(statement()):
        assert "2024-04 hardware 2 2 000.25 EUR 50 % 1 000.125 EUR" in text
        assert "2024-05 software 3 −1 250 000.50 EUR by line −1 250 000.50 EUR" in text
        assert "Total 5 −1 248 000.25 EUR −1 249 000.375 EUR" in text.replace("  ", " ")


@pytest.mark.rule("R-5.4d")
def test_adjustments_are_named_with_sign_and_their_absence_is_said() -> None:
    for text in both(statement()):
        assert (
            "late lines 2024Q1 R-5.4d −12 345.675 EUR Lines of 2024Q1 that came after its close on 30 April 2024."
            in text
        )
    for text in both(statement(adjustments=())):
        assert "Nothing of earlier quarters has changed since their final statements." in text


def test_an_assumed_policy_is_marked_and_another_is_not() -> None:
    assumed, given = statement().policies[1], statement().policies[0]
    for text in both(statement(policies=(assumed,))):
        assert ASSUMED in text
    for text in both(statement(policies=(given,))):
        assert "assumed" not in text
        assert "the Guide" in text


def test_a_statement_of_before_version_0_3_is_rendered_without_what_it_has_not() -> None:
    for text in both(statement(contributions=(), ladder=(), adjustments=(), policies=())):
        assert OLD_STATEMENT in text
        assert "The calculation, step by step" in text
        assert not any(title in text for title in ("by month and product class", "Adjustments", "Policies"))


@pytest.mark.rule("R-5.2a")
def test_without_revenue_last_year_it_is_said_why_there_is_no_ladder() -> None:
    for text in both(statement(last_year="0", eligible=False, rate="0", payout="0.00")):
        assert NO_LADDER in text


def test_beyond_the_pictures_edge_the_note_is_in_both() -> None:
    for text in both(statement("9900000")):
        assert "9 900 000.00 EUR is beyond the upper edge of this picture." in text


@pytest.mark.catalogue("F49")
@pytest.mark.parametrize(
    ("currency", "amount", "text"),
    [("JPY", "13750", "13 750 JPY to be paid"), ("KWD", "13750.125", "13 750.125 KWD to be paid"),
     ("KWD", "0.001", "0.001 KWD to be paid")],
)  # fmt: skip
def test_amounts_have_the_decimals_of_their_currency(currency: str, amount: str, text: str) -> None:
    for said in both(statement(payout=amount, currency=currency)):
        assert text in said
        assert "EUR" not in said.replace("late lines 2024Q1", "")


@pytest.mark.rule("R-9")
def test_a_country_that_left_the_program_has_no_contact_and_still_a_document() -> None:
    shown = replace(to_show(), region=None)
    assert "Questions?" not in html(shown).text + pdf(shown)


# -- how it is written


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "0.00 EUR"), ("999", "999.00 EUR"), ("1000", "1 000.00 EUR"), ("-1234567.891", "−1 234 567.891 EUR"),
     ("1E+6", "1 000 000.00 EUR"), ("-0", "0.00 EUR"), ("9999999999999.9999", "9 999 999 999 999.9999 EUR")],
)  # fmt: skip
def test_amounts_are_grouped_and_exact(amount: str, text: str) -> None:
    assert same(money(Decimal(amount), "EUR")) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("41200.00 EUR more by 2024-12-31 reaches 3 %", "41 200.00 EUR more by 31 December 2024 reaches 3 %"),
        ("left by 2024Q3, 2024-09", "left by 2024Q3, 2024-09"),
        ("due 2024-02-31", "due 2024-02-31"),
        ("B2500 EUR", "B2500 EUR"),
        ("-1000 JPY", "−1 000 JPY"),
        ("2500 Euro", "2500 Euro"),
    ],
)
def test_amounts_and_days_in_sentences_are_written_like_all_others(text: str, shown: str) -> None:
    assert same(prose(text)) == shown


@pytest.mark.parametrize(("part", "text"), [("119.999999", "119.9 %"), ("120", "120 %"), ("-0.01", "−0.1 %")])
def test_a_share_is_rounded_down(part: str, text: str) -> None:
    assert same(share_text(Decimal(part), Decimal(100))) == text


# -- safe with any name


@pytest.mark.catalogue("B47")
@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>", "A" * 70, "O'Neill & \"Söns\" <b>", "\u202eevil\u202c", "شركة الشبكات",
        "日本電気株式会社",
        "Ελληνική Εταιρεία", "ООО Ромашка", "Łódź Sieci", "Sűrű Hálózat Kft.",
        "{{ 7*7 }}", "<para color='red'>", "a\x00b", "",
        "&nbsp;&lt;", "W" * 5000, "\U0001f600\U0001f600", "\ud800",
    ],
)  # fmt: skip
def test_no_name_breaks_a_document_or_gets_into_its_markup(name: str) -> None:
    shown = to_show(name=name)
    page = html(shown)
    assert {"script", "b", "para"} & set(page.tags) == set()
    assert not any(attribute.startswith("on") for attribute, _ in page.attributes)
    assert "49" not in page.text.split("Account")[0].replace("2024", "")
    assert "Rebate statement 2024Q3" in pdf(shown)


@pytest.mark.catalogue("B47")
def test_no_character_of_a_name_turns_the_direction_of_what_follows() -> None:
    assert "\u202e" not in html(to_show(name="\u202eevil")).text
    assert ("bdi" in html(to_show()).tags) is True


def test_western_names_are_in_the_pdf_as_they_are() -> None:
    text = pdf(to_show(name="Müller Søn Łukasz Čapek œuvre €"))
    assert "Müller Søn Łukasz Čapek œuvre €" in text
    assert "HTML statement" not in text


def test_letters_that_the_pdf_cannot_show_are_replaced_in_sight_and_the_reader_is_told() -> None:
    text = pdf(to_show(name="Sűrű 日本 Ромашка"))
    assert f"Suru {MISSING * 2} {MISSING * 7}" in text
    assert "Some letters are set here without their accents." in text
    assert f"{MISSING} stands for a letter" in text
    assert "Sűrű 日本 Ромашка" in html(to_show(name="Sűrű 日本 Ромашка")).text


def test_markup_in_a_reason_or_explanation_is_text() -> None:
    evil = LATE.model_copy(update={"explanation": "<img src=x onerror=alert(1)> & <br/>"})
    shown = to_show(statement(adjustments=(evil,), reason="<b>bold</b> & more"))
    assert "img" not in html(shown).tags
    assert "<img src=x onerror=alert(1)> & <br/>" in html(shown).text
    assert "<b>bold</b> & more" in pdf(shown)


def test_texts_longer_than_a_page_are_set_over_several() -> None:
    long = Adjustment(
        name="n" * 3000, rule="R-5.4d", quarter="2024Q1", amount=Decimal("1e13"), explanation="word " * 9000
    )
    assert "Page 4" in pdf(to_show(statement(adjustments=(long,), reason="why " * 3000)))


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    page = html(to_show())
    assert {"script", "link", "img", "iframe", "object", "form", "base"} & set(page.tags) == set()
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes
    assert {name for name, _ in page.attributes} & {"src", "style", "onload", "onclick"} == set()
    assert [value for name, value in page.attributes if name == "href"] == ["mailto:sales-emea@example.com"]


# -- the same again


@pytest.mark.catalogue("F45")
def test_the_same_statement_gives_the_same_bytes() -> None:
    for renderer in (HtmlStatement, PdfStatement):
        assert renderer().render(to_show()) == renderer().render(to_show())


def test_the_pdf_names_its_statement_and_no_moment() -> None:
    data = PdfStatement().render(to_show())
    information = PdfReader(io.BytesIO(data)).metadata
    assert information is not None
    assert information.title == "Rebate statement 2024Q3, Müller & Söhne GmbH"
    assert str(information.get("/CreationDate", "")) in {"", "D:20000101000000+00'00'"}
