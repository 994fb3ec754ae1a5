"""Which passages a case tells of, also as it was kept before the danger was named."""

from __future__ import annotations

import pytest

from app.domain import needs
from tests import factories

DISTRESS = factories.need("Strong distress", "I can't go on", 0.9, at=0)
QUESTION = factories.need("Asks for a person", "Ring me", 0.9, at=0)


@pytest.mark.parametrize(
    ("grave", "settled", "distress", "question"),
    [
        (True, False, False, False),
        (False, False, True, False),
        (False, True, False, False),
        ("Strong distress", "", False, False),
        ("Harm or safety", "", True, False),
        ("", "the digest of other words", True, True),
    ],
)
def test_what_is_new_beside_a_row(
    grave: object, settled: object, distress: bool, question: bool
) -> None:
    known = [["an-answer", 0, 1, grave, settled], ["another", 0, 1, "Strong distress", ""]]
    assert needs.is_new(DISTRESS, known) is distress
    assert needs.is_new(QUESTION, known) is question
    assert needs.is_settled(QUESTION, known) is bool(settled)


def test_taken_back_is_the_last_that_was_noted_of_just_this_place() -> None:
    known = needs.settled(needs.told([], [DISTRESS, QUESTION]), QUESTION)
    assert needs.taken_back(known, QUESTION, was_settled=True) == known[:2]
    assert needs.taken_back(known, QUESTION, was_settled=False) == [known[0], known[2]]
