"""Which typed error becomes which refusal: one table, each row of which is reached."""

import pytest

from partner_program.api.problems import ANSWERS, Answer, refused_by
from partner_program.values.errors import ProgramError


@pytest.mark.catalogue("B68")
@pytest.mark.parametrize(("kind", "answer"), ANSWERS, ids=lambda one: getattr(one, "__name__", ""))
def test_an_error_is_answered_by_its_own_row_and_not_by_that_of_a_wider_one(
    kind: type[ProgramError], answer: Answer
) -> None:
    refused = refused_by(kind.__new__(kind, "said"))
    assert refused is not None
    assert (refused.status, refused.code, str(refused)) == (answer.status, answer.code, "said")


def test_an_error_without_a_row_is_a_fault_of_ours() -> None:
    assert refused_by(ProgramError("said")) is None
