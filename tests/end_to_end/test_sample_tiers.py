"""The tiers, cases and notices of the sample program, against its README's story."""

import csv
import json

import pytest

from tests.end_to_end.playing import SAMPLE, Played

pytestmark = pytest.mark.end_to_end

DECISIONS = [
    ("P1001-DE", "2022-07-01", "", "premier", "placed"),
    ("P1002-DE", "2022-07-01", "", "authorized", "placed"),
    ("P1002-DK", "2022-07-01", "", "authorized", "placed"),
    ("P1002-DK", "2023-10-05", "authorized", "advanced", "promoted"),
    ("P1003-GB", "2022-07-01", "", "authorized", "placed"),
    ("P1003-GB", "2023-09-18", "authorized", "premier", "promoted"),
    ("P1004-US", "2022-07-01", "", "authorized", "placed"),
    ("P1004-US", "2023-10-05", "authorized", "advanced", "promoted"),
    ("P1005-DE", "2022-07-01", "", "premier", "placed"),
    ("P1006-GB", "2022-07-01", "", "authorized", "placed"),
    ("P1006-GB", "2024-01-22", "authorized", "advanced", "promoted"),
    ("P1007-US", "2022-07-01", "", "authorized", "placed"),
    ("P1008-DK", "2022-07-01", "", "authorized", "placed"),
    ("P1009-US", "2022-07-01", "", "premier", "placed"),
    ("P1010-DE", "2023-03-08", "", "authorized", "enrolled"),
    ("P1011-GB", "2022-07-01", "", "advanced", "placed"),
    ("P1012-US", "2023-02-01", "", "premier", "placed"),
    ("P1013-DE", "2022-07-01", "", "advanced", "placed"),
    ("P1014-US", "2022-07-01", "", "premier", "placed"),
    ("P1014-US", "2024-06-11", "premier", "authorized", "demoted"),
    ("P1015-GB", "2022-07-01", "", "advanced", "placed"),
    ("P1016-DE", "2022-07-01", "", "premier", "placed"),
    ("P1016-DE", "2024-05-06", "premier", "advanced", "demoted"),
    ("P1016-DE", "2024-08-19", "advanced", "premier", "promoted"),
    ("P1017-DK", "2022-07-01", "", "advanced", "placed"),
    ("P1017-DK", "2024-01-30", "advanced", "authorized", "demoted"),
    ("P1018-GB", "2022-07-01", "", "authorized", "placed"),
    ("P1019-US", "2022-07-01", "", "premier", "placed"),
]
CASES = [
    # account, requirement, subject, opened, due, closed, outcome, became known
    ("P1012-US", "brand_alignment", "", "2024-03-25", "2024-04-30", "2024-04-22", "cured", "2024-03-25"),
    ("P1013-DE", "MCDE", "", "2024-06-13", "2024-08-12", "2024-08-12", "cured", "2024-06-13"),
    ("P1014-US", "MCDE", "", "2024-04-11", "2024-06-10", "2024-06-11", "demoted", "2024-04-11"),
    ("P1014-US", "MCIE", "", "2024-04-20", "2024-06-19", "2024-06-11", "moot", "2024-04-20"),
    ("P1015-GB", "MCDE", "", "2024-01-15", "2024-03-15", "2024-03-05", "cured", "2024-02-20"),
    ("P1016-DE", "business_plan", "2024", "2024-01-01", "2024-04-30", "2024-05-06", "demoted", "2024-01-01"),
    ("P1018-GB", "revenue", "2023", "2024-01-30", "", "2024-02-26", "waived", "2024-01-30"),
    ("P1018-GB", "revenue", "2024", "2025-01-30", "", "", "", "2025-01-30"),
]
"""All but plans and first alignments that came in time."""
DUTIES = [
    # account, requirement, subject, opened, due, closed
    ("P1001-DE", "business_plan", "2022", "2022-07-01", "2022-08-30", "2022-08-15"),
    ("P1001-DE", "brand_alignment", "", "2022-07-01", "2022-08-31", "2022-08-22"),
    ("P1001-DE", "business_plan", "2023", "2023-01-01", "2023-03-02", "2023-02-10"),
    ("P1001-DE", "business_plan", "2024", "2024-01-01", "2024-03-01", "2024-02-09"),
    ("P1001-DE", "business_plan", "2025", "2025-01-01", "2025-03-02", "2025-02-07"),
    ("P1003-GB", "business_plan", "2023", "2023-09-18", "2023-11-17", "2023-10-30"),
    ("P1003-GB", "brand_alignment", "", "2023-09-18", "2023-10-31", "2023-10-26"),
    ("P1003-GB", "business_plan", "2024", "2024-01-01", "2024-03-01", "2024-02-20"),
    ("P1003-GB", "business_plan", "2025", "2025-01-01", "2025-03-02", "2025-02-11"),
    ("P1005-DE", "business_plan", "2022", "2022-07-01", "2022-08-30", "2022-08-18"),
    ("P1005-DE", "brand_alignment", "", "2022-07-01", "2022-08-31", "2022-08-24"),
    ("P1005-DE", "business_plan", "2023", "2023-01-01", "2023-03-02", "2023-02-14"),
    ("P1005-DE", "business_plan", "2024", "2024-01-01", "2024-03-01", "2024-02-12"),
    ("P1005-DE", "business_plan", "2025", "2025-01-01", "2025-03-02", "2025-02-10"),
    ("P1009-US", "business_plan", "2022", "2022-07-01", "2022-08-30", "2022-08-22"),
    ("P1009-US", "brand_alignment", "", "2022-07-01", "2022-08-31", "2022-08-29"),
    ("P1009-US", "business_plan", "2023", "2023-01-01", "2023-03-02", "2023-02-21"),
    ("P1009-US", "business_plan", "2024", "2024-01-01", "2024-03-01", "2024-02-26"),
    ("P1009-US", "business_plan", "2025", "2025-01-01", "2025-03-02", "2025-02-12"),
    ("P1012-US", "business_plan", "2023", "2023-02-01", "2023-04-02", "2023-03-20"),
    ("P1012-US", "brand_alignment", "", "2023-02-01", "2023-03-31", "2023-03-27"),
    ("P1012-US", "business_plan", "2024", "2024-01-01", "2024-03-01", "2024-02-12"),
    ("P1012-US", "business_plan", "2025", "2025-01-01", "2025-03-02", "2025-02-13"),
    ("P1014-US", "business_plan", "2022", "2022-07-01", "2022-08-30", "2022-08-17"),
    ("P1014-US", "brand_alignment", "", "2022-07-01", "2022-08-31", "2022-08-25"),
    ("P1014-US", "business_plan", "2023", "2023-01-01", "2023-03-02", "2023-02-16"),
    ("P1014-US", "business_plan", "2024", "2024-01-01", "2024-03-01", "2024-02-15"),
    ("P1016-DE", "business_plan", "2022", "2022-07-01", "2022-08-30", "2022-08-11"),
    ("P1016-DE", "brand_alignment", "", "2022-07-01", "2022-08-31", "2022-08-18"),
    ("P1016-DE", "business_plan", "2023", "2023-01-01", "2023-03-02", "2023-02-13"),
    ("P1016-DE", "business_plan", "2025", "2025-01-01", "2025-03-02", "2025-02-10"),
    ("P1019-US", "business_plan", "2022", "2022-07-01", "2022-08-30", "2022-08-23"),
    ("P1019-US", "brand_alignment", "", "2022-07-01", "2022-08-31", "2022-08-30"),
    ("P1019-US", "business_plan", "2023", "2023-01-01", "2023-03-02", "2023-02-20"),
    ("P1019-US", "business_plan", "2024", "2024-01-01", "2024-03-01", "2024-02-19"),
    ("P1019-US", "business_plan", "2025", "2025-01-01", "2025-03-02", "2025-02-11"),
]
NOTICES = {
    # account, what it is about → day and kind of each notice
    ("P1013-DE", "MCDE"): [
        ("2024-03-15", "expiry_reminder"),  # 90, 60 and 30 days before 13 June
        ("2024-04-14", "expiry_reminder"),
        ("2024-05-14", "expiry_reminder"),
        ("2024-06-13", "case_opened"),
        ("2024-07-13", "case_reminder"),  # 30, 14 and 3 days before 12 August
        ("2024-07-29", "case_reminder"),
        ("2024-08-09", "case_reminder"),
        ("2024-08-12", "case_cured"),
    ],
    ("P1015-GB", "MCDE"): [
        ("2024-02-20", "case_opened"),  # 30 days before 15 March are over when it becomes known
        ("2024-03-01", "case_reminder"),
        ("2024-03-05", "case_cured"),
    ],
    ("P1016-DE", "business_plan-2024"): [
        ("2024-01-01", "case_opened"),
        ("2024-01-31", "case_reminder"),  # 30, 14 and 3 days before 1 March
        ("2024-02-16", "case_reminder"),
        ("2024-02-27", "case_reminder"),
        ("2024-03-02", "decision_due"),
        ("2024-03-06", "case_due_changed"),  # extended
        ("2024-03-31", "case_reminder"),  # and before 30 April
        ("2024-04-16", "case_reminder"),
        ("2024-04-27", "case_reminder"),
        ("2024-05-01", "decision_due"),
    ],
    ("P1018-GB", "revenue"): [
        ("2024-01-30", "decision_due"),
        ("2024-02-26", "case_closed"),
        ("2025-01-30", "decision_due"),
    ],
    ("P1012-US", "brand_alignment-2024"): [
        ("2024-03-25", "brand_notice"),
        ("2024-03-31", "case_reminder"),  # 30, 14 and 3 days before 30 April
        ("2024-04-16", "case_reminder"),
        ("2024-04-22", "case_cured"),
    ],
}


def test_tiers_change_on_the_days_of_the_story(sample: Played) -> None:
    columns = ("account_id", "changed_on", "from_tier", "to_tier", "reason")
    assert [tuple(row[column] for column in columns) for row in sample.rows("tier_changes.csv")] == DECISIONS


def cases_of(sample: Played) -> list[tuple[str, ...]]:
    names = ("account_id", "requirement", "subject", "opened_on", "due_on", "closed_on", "outcome", "known_on")
    return [tuple(row[name] for name in names) for row in sample.rows("cases.csv")]


@pytest.mark.rule("R-3.2")
@pytest.mark.rule("R-3.3")
def test_cases_open_and_close_on_the_days_of_the_story(sample: Played) -> None:
    duties = {duty[:4] for duty in DUTIES}
    assert sorted(case for case in cases_of(sample) if case[:4] not in duties) == CASES


@pytest.mark.rule("R-4.1.6")
@pytest.mark.rule("R-4.1.7")
def test_each_plan_and_first_alignment_is_a_case_that_its_delivery_closes(sample: Played) -> None:
    duties = {duty[:4] for duty in DUTIES}
    found = [case for case in cases_of(sample) if case[:4] in duties]
    assert sorted(case[:6] for case in found) == sorted(DUTIES)
    assert {case[6] for case in found} == {"cured"}
    assert [case for case in found if case[3] != case[7]] == []


def test_a_demotion_says_why_and_names_its_cases(sample: Played) -> None:
    lost = [row for row in sample.rows("history.csv") if row["what"].startswith("demoted from ")]
    assert [(row["account_id"], row["rules"].split()[0], row["case_id"]) for row in lost] == [
        ("P1014-US", "R-3.3", "MCDE-2024-04-11"),
        ("P1016-DE", "R-4.1.6", "business_plan-2024-2024-01-01"),
        ("P1017-DK", "R-3.4b", ""),
    ]
    assert "2 people since 2024-04-11" in lost[0]["cause"]
    assert "hank-doyle expired" in lost[0]["cause"]
    assert "by the vendor on 2024-05-06: nothing came by the end of April" in lost[1]["cause"]
    assert "380000.00 DKK required for advanced" in lost[2]["cause"]


def test_what_became_known_later_has_two_days_in_the_history(sample: Played) -> None:
    history = [row for row in sample.rows("history.csv") if row["account_id"] == "P1015-GB"]
    opened = [(row["on"], row["known_on"]) for row in history if "short since 2024-01-15" in row["what"]]
    assert opened == [("2024-02-20", "2024-02-20")]
    assert {row["exact"] for row in sample.rows("history.csv")} == {"true"}


def test_every_notice_is_mailed_once(sample: Played) -> None:
    mails = sorted(path.name for path in (sample.out / "mails").iterdir())
    assert len(mails) == len(sample.rows("notices.csv"))
    assert [name for name in mails if name.endswith("-2.eml")] == []


def test_who_lost_premier_for_its_plan_is_promoted_on_the_day_of_the_plan(sample: Played) -> None:
    submitted = [row["submitted_on"] for row in records("business_plans.csv") if row["partner_id"] == "P1016"]
    changes = [row["changed_on"] for row in sample.rows("tier_changes.csv") if row["account_id"] == "P1016-DE"]
    assert changes[-1] == submitted[2] == "2024-08-19"


def records(name: str) -> list[dict[str, str]]:
    with (SAMPLE / "records" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_vendors_decisions_stand_at_their_cases(sample: Played) -> None:
    decided = {row["case_id"]: row["decisions"] for row in sample.rows("cases.csv") if row["decisions"]}
    assert decided == {
        "business_plan-2024-2024-01-01": (
            "extend on 2024-03-06 by Karin Vogt: new management since February; the plan is promised for April; "
            "demote on 2024-05-06 by Karin Vogt: nothing came by the end of April"
        ),
        "revenue-2023-2024-01-30": "waive on 2024-02-26 by Peter Lang: a large order has been announced for 2024",
    }
    [waiting] = [row for row in sample.rows("cases.csv") if row["status"] != "closed"]
    assert (waiting["case_id"], waiting["status"]) == ("revenue-2024-2025-01-30", "decision due")


@pytest.mark.parametrize("told", NOTICES, ids=" ".join)
def test_notices_go_out_on_the_days_of_the_story(sample: Played, told: tuple[str, str]) -> None:
    account, about = told
    found = [
        (row["occurred_on"], row["kind"])
        for row in sample.rows("notices.csv")
        if row["account_id"] == account and row["about"].startswith(about)
    ]
    assert found == NOTICES[told]


def test_every_notice_is_there_once_and_every_change_of_a_tier_is_announced(sample: Played) -> None:
    notices = sample.rows("notices.csv")
    assert len({(row["account_id"], row["id"]) for row in notices}) == len(notices)
    announced = {(row["account_id"], row["occurred_on"]) for row in notices if row["kind"].startswith("tier_")}
    assert announced == {decision[:2] for decision in DECISIONS if decision[4] in ("promoted", "demoted")}


@pytest.mark.rule("R-4.1.7")
def test_a_quarter_of_the_premier_accounts_is_drawn_for_a_brand_review(sample: Played) -> None:
    drawn = sample.rows("brand_draws.csv")
    assert [(row["account_id"], row["reviewed_on"]) for row in drawn] == [
        ("P1009-US", "2024-08-26"),
        ("P1012-US", "2024-03-25 2024-04-22"),
    ]
    assert {(row["population"], row["drawn_on"], row["drawn_by"]) for row in drawn} == {
        ("8", "2024-02-01", "Karin Vogt")
    }


def test_an_account_is_told_what_it_lacks_for_the_next_tier(sample: Played) -> None:
    told = json.loads((sample.out / "explanations" / "P1004-US.json").read_text(encoding="utf-8"))["state"]
    [premier] = told["advice"]
    missing = {finding["requirement"]: finding["missing"] for finding in premier["missing"]}
    assert {"revenue", "MCDE", "MCIT", "MCIE"} <= set(missing)
    assert missing["MCIE"] == "1 person"


def test_certified_people_count_in_their_own_country_from_all_its_sites(sample: Played) -> None:
    danish = json.loads((sample.out / "explanations" / "P1002-DK.json").read_text(encoding="utf-8"))["state"]
    found = {finding["requirement"]: finding["facts"] for finding in danish["findings"]}
    assert any("mette-holm" in fact for fact in found["MCDE"])
    assert any("lars-kjaer" in fact for fact in found["MCIT"])
    german = json.loads((sample.out / "explanations" / "P1002-DE.json").read_text(encoding="utf-8"))["state"]
    lacking = {finding["requirement"] for finding in german["advice"][0]["missing"]}
    assert {"MCDE", "MCIT"} <= lacking
