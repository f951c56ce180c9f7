"""The templates: every kind in plain text and HTML, nothing unescaped, nothing missing."""

import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from partner_program.adapters.mail_texts import TEMPLATES, MailTemplates, day_text
from partner_program.domain.facts import CaseDecision, Verdict
from partner_program.domain.notices.derive import notices, statement_notice
from partner_program.domain.notices.model import AnyNotice, ExpiryReminded, NoticeKind, TierDemoted
from partner_program.domain.tiers.account import Memory
from partner_program.domain.tiers.cases import Case, CaseOutcome, CaseStep
from partner_program.domain.tiers.findings import Requirement
from partner_program.rulebook.answers import Region
from partner_program.use_cases.mail_notice import NOT_TO_PARTNER, TO_VENDOR
from partner_program.values.tiers import Tier
from tests.fakes.notices import PARTNER, a_case, a_state, a_statement, a_verdict, full_state, on

REGION = Region("EMEA", "Europe, Middle East, Africa", "support@vendor.example")
TEXTS = MailTemplates()


def examples() -> dict[NoticeKind, AnyNotice]:
    statement = statement_notice(a_statement())
    assert statement is not None
    return {notice.kind: notice for notice in [*notices(full_state()), statement]}


NOTICES = examples()


def composed(notice: AnyNotice) -> tuple[str, str, str]:
    if notice.kind in NOT_TO_PARTNER:
        return TEXTS.compose_for_vendor(notice, PARTNER, REGION)
    return TEXTS.compose(notice, PARTNER, REGION)


def some(notice: AnyNotice | None) -> AnyNotice:
    assert notice is not None
    return notice


def notice_of(case: Case, assessed_on: str, kind: NoticeKind) -> AnyNotice:
    found = notices(a_state(assessed_on, memory=Memory(cases=(case,))))
    return next(notice for notice in found if notice.kind is kind)


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
        assert re.search(f"Reference: P0001-DE {notice.id}(#vendor)?(<br>)?$", body, re.MULTILINE)
        assert notice.rule in body
        assert "{{" not in body
        assert "None" not in body
    assert Tags(html).open == []
    assert not re.search(r"[ \t]\n|\n{3}", text)


@pytest.mark.parametrize("kind", sorted(set(NoticeKind) - NOT_TO_PARTNER))
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
    assert subject == "P0001-DE: tier lowered to Authorized"
    assert "Reason: MCDE was not met on 29 April 2024, the last day to mend it\nCase: MCDE-2024-03-01\n" in text
    assert "  - Tier discount (R-4.2.1): 30 % -> 20 %\n" in text
    assert "    What to do: one more person with a valid certification\n" in text


@pytest.mark.rule("R-3.3")
def test_a_reminder_says_how_many_days_are_left() -> None:
    subject, text, html = composed(NOTICES[NoticeKind.CASE_REMINDER])
    assert subject == "P0001-DE: reminder, Annual sales training due 20 June 2024"
    assert "14 days left from 6 June 2024, until 20 June 2024. If it is still open after that day" in text
    assert "<strong>14 days left</strong>" in html


@pytest.mark.rule("R-3.3")
def test_a_last_day_that_has_moved_is_told_with_the_one_before_and_why() -> None:
    subject, text, html = composed(NOTICES[NoticeKind.CASE_DUE_CHANGED])
    assert subject == "P0001-DE: Annual sales training, now due 20 June 2024"
    assert "it is 20 June 2024 instead of 30 June 2024; 31 days left from 20 May 2024." in text
    assert "it is <strong>20 June 2024</strong> instead of 30 June 2024;" in html
    assert "Reason: by what was recorded since, from 1 February 2024 instead of 1 March 2024.\n" in text


@pytest.mark.rule("R-4.1.6")
def test_an_extension_is_told_with_the_vendors_reason_and_not_with_a_persons_name() -> None:
    case = a_case(
        Requirement.BUSINESS_PLAN, ("2024-01-01", CaseStep.OPENED), ("2024-03-05", CaseStep.DECIDED, "2024-06-01"),
        decisions=[a_verdict(Verdict.EXTEND, "2024-03-04", "2024-01-01", "2024-06-01")], subject="2024",
    )  # fmt: skip
    _, text, html = composed(notice_of(case, "2024-03-06", NoticeKind.CASE_DUE_CHANGED))
    for body in (text, html):
        assert "the vendor has extended it (decision of 4 March 2024): the plan is being written with us" in body
        assert "vendor.de" not in body


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize(
    ("new", "says"), [("2024-04-02", "; that day has passed."), (None, ": there is none any more.")]
)
def test_a_last_day_that_has_passed_or_is_gone_promises_no_time(new: str | None, says: str) -> None:
    case = a_case(Requirement.TERMS, ("2024-03-01", CaseStep.OPENED), ("2024-04-05", CaseStep.REDATED, new))
    subject, text, html = composed(notice_of(case, "2024-04-06", NoticeKind.CASE_DUE_CHANGED))
    assert subject.endswith("now due 2 April 2024" if new else "no last day any more")
    for body in (text, html):
        assert says in body
        assert "left from" not in body


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize("step", [CaseStep.OPENED, CaseStep.NOTICED, CaseStep.DECISION_DUE, CaseStep.REDATED])
def test_a_late_mail_of_a_case_that_has_ended_says_so_and_asks_for_nothing(step: CaseStep) -> None:
    steps = (("2024-03-01", CaseStep.OPENED), ("2024-03-02", step, "2024-05-31"), ("2024-04-02", CaseStep.CLOSED))
    case = a_case(Requirement.MCDE, *steps, outcome=CaseOutcome.CURED)
    state = a_state("2024-04-03", memory=Memory(cases=(case,)))
    for notice in notices(state):
        _, text, html = composed(notice)
        if notice.kind is not NoticeKind.CASE_CURED:
            assert "This case has ended meanwhile, on 2 April 2024: the requirement is met again." in text
            assert "This case has ended meanwhile, on 2 April 2024: the requirement is met again." in html
        assert not re.search("Please (mend|see)|left from|waits for", text + html)


@pytest.mark.rule("R-3.4b")
@pytest.mark.parametrize(
    ("tier", "requirement", "lost"),
    [
        (Tier.PREMIER, Requirement.MCDE, True),
        (Tier.ADVANCED, Requirement.ONBOARDING, True),
        (Tier.AUTHORIZED, Requirement.ONBOARDING, False),
        (Tier.PREMIER, Requirement.BUSINESS_PLAN, False),
    ],
)
def test_a_mail_says_that_the_tier_is_lost_after_the_last_day_only_where_it_is(
    tier: Tier, requirement: Requirement, lost: bool
) -> None:
    case = a_case(requirement, ("2024-03-01", CaseStep.OPENED)).model_copy(update={"tier": tier})
    _, text, html = composed(notice_of(case, "2024-03-02", NoticeKind.CASE_OPENED))
    for body in (text, html):
        assert ("the tier is lost on the next one." in body) is lost
        assert ("After that day it can cost the tier." in body) is not lost


@pytest.mark.rule("R-3.3")
def test_a_cure_says_nothing_of_the_tier_which_another_case_may_cost_on_the_same_day() -> None:
    _, text, html = composed(NOTICES[NoticeKind.CASE_CURED])
    assert "The case is closed without a consequence." in text
    assert "Premier" not in text + html


@pytest.mark.rule("R-4.1.5")
def test_a_reminder_of_an_expiry_says_what_it_counts_for_and_leaves_it_out_where_nothing_says() -> None:
    notice = NOTICES[NoticeKind.EXPIRY_REMINDER]
    assert isinstance(notice, ExpiryReminded)
    _, text, html = composed(notice)
    for body in (text, html):
        assert (
            "90 days from 2 April 2024. It counts for your Premier status: required 2 people; found 2 people." in body
        )
    bare = notice.detail.model_copy(update={"tier": None, "required": None, "found": None})
    assert "It counts for your account.\n" in composed(notice.model_copy(update={"detail": bare}))[1]


def test_days_in_the_words_of_findings_and_decisions_are_written_as_all_others_and_names_are_left_alone() -> None:
    page = TEXTS._environment.from_string("{{ what|prose }}")
    for what, written in [
        ("by 2024-03-01; since 2024-12-31.", "by 1 March 2024; since 31 December 2024."),
        ("MCDE-2024-03-01, C-2024-03-01-X, 2024-03-01-2", "MCDE-2024-03-01, C-2024-03-01-X, 2024-03-01-2"),
        ("2024-02-30", "2024-02-30"),
    ]:
        assert page.render(what=what) == written


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
    assert "Rebate of the year so far:        31.25 EUR (2.5 %)\n" in text
    assert not re.search("Less|Netted|Rebate of the quarter", text)


@pytest.mark.rule("R-5.4a")
def test_a_statement_says_what_was_paid_before_and_what_is_carried_so_that_its_amounts_add_up() -> None:
    amounts = {"earned": "5130", "settled_before": "5100", "carried_in": "10", "payout": "20", "carried_out": "0"}
    statement = a_statement().model_copy(update={name: Decimal(value) for name, value in amounts.items()})
    _, text, html = composed(some(statement_notice(statement)))
    assert "Less paid by earlier statements:  5100.00 EUR\n  Less carried from last year:      10.00 EUR\n" in text
    assert "Less paid by earlier statements</th><td>5100.00 EUR</td>" in html
    assert "Less carried from last year</th><td>10.00 EUR</td>" in html


@pytest.mark.rule("R-5.4e")
def test_where_nothing_is_paid_no_day_of_payment_is_named() -> None:
    amounts = {"earned": "50", "settled_before": "60", "payout": "0", "carried_out": "10"}
    statement = a_statement().model_copy(update={name: Decimal(value) for name, value in amounts.items()})
    _, text, html = composed(some(statement_notice(statement)))
    assert "To be paid:                       nothing\n  Netted against later payouts:     10.00 EUR\n" in text
    assert "To be paid</th><td>nothing</td>" in html
    assert "15 May" not in text + html


@pytest.mark.rule("R-3.4b")
def test_a_case_without_a_last_day_promises_none() -> None:
    case = a_case(Requirement.REVENUE, ("2024-01-30", CaseStep.OPENED), ("2024-01-30", CaseStep.DECISION_DUE), due=None)
    for notice in notices(a_state("2024-01-31", memory=Memory(cases=(case,)))):
        _, text, html = composed(notice)
        assert "To be met by" not in text + html
        assert "to keep the tier" not in text + html


@pytest.mark.rule("R-4.1.6", "R-4.1.7")
@pytest.mark.parametrize(
    ("requirement", "tier", "can"),
    [
        (Requirement.BUSINESS_PLAN, Tier.PREMIER, ["extend", "waive", "demote"]),
        (Requirement.BRAND, Tier.PREMIER, ["extend", "waive", "demote"]),
        (Requirement.TERMS, Tier.ADVANCED, ["extend", "waive", "demote", "end_participation"]),
        (Requirement.TERMS, Tier.AUTHORIZED, ["extend", "waive", "end_participation"]),
        (Requirement.REVENUE, Tier.AUTHORIZED, ["extend", "waive", "end_participation"]),
    ],
)
def test_who_decides_reads_what_he_can_decide_and_the_row_to_upload(
    requirement: Requirement, tier: Tier, can: list[str]
) -> None:
    case = a_case(requirement, ("2024-01-01", CaseStep.OPENED), ("2024-03-02", CaseStep.DECISION_DUE))
    notice = notice_of(case.model_copy(update={"tier": tier}), "2024-03-03", NoticeKind.DECISION_DUE)
    subject, text, html = TEXTS.compose_for_vendor(notice, PARTNER, REGION)
    assert subject.startswith("P0001-DE: your decision is due on ")
    assert f"Reference: P0001-DE {notice.id}#vendor" in text
    offered = re.findall(r"^  - ([a-z_]+)", text, re.MULTILINE)
    assert offered == re.findall(r"<li>([a-z_]+)", html) == can
    assert f"\nP0001,DE,{requirement},2024-01-01,<today>,<verdict>," in text
    assert f"\nP0001,DE,{requirement},2024-01-01,&lt;today&gt;,&lt;verdict&gt;," in html
    assert "(Alpha &lt;Bild &amp; Ton&gt;)" in html
    assert not re.search(r"[ \t]\n|\n{3}", text)
    assert Tags(html).open == []


@pytest.mark.rule("R-4.1.6")
def test_who_decided_in_vain_reads_why() -> None:
    subject, text, html = composed(NOTICES[NoticeKind.DECISION_WITHOUT_EFFECT])
    assert subject == "P0001-DE: your decision on Business Plan had no effect"
    assert "had no effect: there is no business_plan case that was opened on 2 January 2024.\n" in text
    assert '"waive", decided on 6 May 2024 by vendor.de: the plan is being written with us\n' in text
    assert "(Alpha &lt;Bild &amp; Ton&gt;) had no effect" in html


def test_the_words_that_a_decision_is_uploaded_in_are_those_of_its_file() -> None:
    text = TEXTS.compose_for_vendor(NOTICES[NoticeKind.DECISION_DUE], None, REGION)[1]
    assert "account P0001-DE (P0001)" in text
    assert "There is nothing to decide any more." in text
    assert "case_decisions" not in text
    template = (TEMPLATES / "decision_due_vendor.txt").read_text(encoding="utf-8")
    assert f"{','.join(CaseDecision.model_fields)}\n" in template
    for verdict in Verdict:
        assert f"- {verdict}" in template


def test_every_requirement_and_every_outcome_has_its_words() -> None:
    page = TEXTS._environment.from_string("{{ what|requirement }}")  # the filters are what is tested
    assert all(page.render(what=requirement) for requirement in Requirement)
    page = TEXTS._environment.from_string("{{ what|outcome }}")
    assert all(page.render(what=outcome) for outcome in CaseOutcome)


def test_a_value_that_a_template_lacks_is_an_error_and_no_gap_in_a_mail() -> None:
    with pytest.raises(UndefinedError):
        TEXTS._environment.from_string("{{ nothing.there }}").render()


def test_there_are_two_templates_for_each_kind_and_none_besides() -> None:
    names = [*(set(NoticeKind) - NOT_TO_PARTNER), *(f"{kind}_vendor" for kind in TO_VENDOR)]
    wanted = {f"{name}.{form}" for name in names for form in ("txt", "html")}
    assert {path.name for path in TEMPLATES.iterdir() if not path.name.startswith("_")} == wanted


def test_a_day_is_written_so_that_no_two_countries_read_it_differently() -> None:
    assert [day_text(on(day)) for day in ("2024-03-05", "2024-12-31")] == ["5 March 2024", "31 December 2024"]
