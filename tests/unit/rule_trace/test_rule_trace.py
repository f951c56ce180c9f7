"""The trace table tells the truth, and says so when it cannot."""

import re
from pathlib import Path

import pytest

from local.program_rules import TITLES, Missing, Place
from local.rule_trace import ROOT, Trace, page, problems, trace

EVERYWHERE = {"R-1.1": "a rule"}


def _found(*places: Place, rule: str = "R-1.1") -> Trace:
    found = Trace()
    for place in places:
        found.add(place, [rule], "somewhere")
    return found


def test_a_rule_with_entry_code_and_test_is_no_problem() -> None:
    assert problems(_found(*Place), EVERYWHERE, {}) == []


@pytest.mark.parametrize("place", list(Place))
def test_a_rule_without_entry_code_or_test_is_named(place: Place) -> None:
    found = _found(*(other for other in Place if other is not place))
    assert problems(found, EVERYWHERE, {}) == [f"R-1.1: no {place}"]


@pytest.mark.parametrize("place", list(Place))
def test_an_excuse_covers_its_place_and_no_other(place: Place) -> None:
    excuse = {"R-1.1": Missing(frozenset({place}), "for a reason")}
    assert problems(_found(*(other for other in Place if other is not place)), EVERYWHERE, excuse) == []
    assert problems(_found(), EVERYWHERE, excuse) == [f"R-1.1: no {other}" for other in Place if other is not place]


def test_an_excuse_that_is_no_longer_needed_is_named() -> None:
    excuse = {"R-1.1": Missing(frozenset({Place.TEST}), "for a reason")}
    assert problems(_found(*Place), EVERYWHERE, excuse) == ["R-1.1: the excuse for test is no longer needed"]


@pytest.mark.parametrize("place", list(Place))
def test_an_id_that_is_no_rule_is_named_and_a_chapter_is_not(place: Place) -> None:
    found = _found(*Place)
    found.add(place, ["R-1"], "a chapter")
    found.add(place, ["R-1.2"], "x.py")
    assert problems(found, EVERYWHERE, {}) == ["R-1.2: cited in x.py, but no rule of the table"]


def test_rules_are_found_in_rulebook_files_docstrings_texts_and_marks_but_not_in_comments(tmp_path: Path) -> None:
    shipped = tmp_path / "shared" / "partner_program"
    (shipped / "rulebook" / "data" / "one").mkdir(parents=True)
    (shipped / "rulebook" / "data" / "one" / "a.toml").write_text('[[entry]]\nid = "x"\nrules = ["R-5.3"]\n')
    (shipped / "a.py").write_text(
        'class A:\n    """R-5.3 and R-5.3b."""\n\n    def f(self):\n        # R-5.5\n        return "R-5.4a"\n'
    )
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text('@pytest.mark.rule("R-5.3")\ndef test_it(): ...\n')
    assert {place: dict(rules) for place, rules in trace(tmp_path).found.items()} == {
        Place.RULEBOOK: {"R-5.3": ["shared/partner_program/rulebook/data/one/a.toml::x"]},
        Place.CODE: {
            "R-5.3": ["shared/partner_program/a.py::A"],
            "R-5.3b": ["shared/partner_program/a.py::A"],
            "R-5.4a": ["shared/partner_program/a.py::A.f"],
        },
        Place.TEST: {"R-5.3": ["tests/test_a.py::test_it"]},
    }


def test_the_page_links_each_file_once_and_every_link_leads_to_a_file() -> None:
    text = page(trace())
    links = re.findall(r"\]\(\.\./([^)]+)\)", text)
    assert len(links) > len(TITLES)
    assert [link for link in set(links) if not (ROOT / link).is_file()] == []
    (row,) = [line for line in text.splitlines() if line.startswith("| **R-5.3** ")]
    calculation = "domain/accelerator/calculation.py"
    assert f"[{calculation}](../shared/partner_program/{calculation}) `earning` `_level`" in row
    assert row.count("(../shared/partner_program/domain/accelerator/calculation.py)") == 1
