"""The owner's files of `events/rulebooks` can be used as they stand, and say what their comments say."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from partner_program.rulebook import Mode, load_rulebook

FILES = sorted((Path(__file__).parents[3] / "events" / "rulebooks").glob("*.toml"))


@pytest.mark.parametrize("edition", ["guide-2022", "brochure"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_example_is_valid_over_every_edition(file: Path, edition: str) -> None:
    assert load_rulebook(edition, file.read_text("utf-8")).digest != load_rulebook(edition).digest


@pytest.mark.rule("R-4.1.1")
def test_the_terms_of_2025_have_to_be_accepted_in_the_first_quarter_of_2025() -> None:
    (file,) = (file for file in FILES if file.stem == "terms-2025")
    book = load_rulebook(override_toml=file.read_text("utf-8"))
    first = date(2025, 1, 1)
    before, after = book.at(first - timedelta(days=1)), book.at(first)
    assert (before.terms_version, before.terms_accept_by) == ("2022-03", None)
    assert (after.terms_version, after.terms_since) == ("2025-01", first)
    assert (after.terms_accept_by, tuple(terms.version for terms in after.terms_versions[:-1])) == (
        date(2025, 3, 31),
        ("2022-03",),
    )
    assert after.decision_mode("terms") is Mode.MANUAL
