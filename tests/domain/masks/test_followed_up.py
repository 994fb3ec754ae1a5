"""A follow-up shows what opened it with a person's masks, whatever became of the passage."""

from __future__ import annotations

import pytest

from app.domain import editing, follow_ups, masking, masks
from app.domain.editing import Act
from app.extensions import db
from app.models import Answer, FollowUp, Member, Transcript, Workspace
from tests import factories
from tests.domain.masks.said import edit, listened, look

pytestmark = pytest.mark.any_database

WORDS = "I will hurt myself says Dottybell of Mill House"


@pytest.fixture
def transcript(workspace: Workspace) -> Transcript:
    program = factories.program(workspace)
    return listened(factories.answer(factories.submission(program)), "It came late.", WORDS)


def opened(transcript: Transcript, text: str = WORDS) -> FollowUp:
    answer = db.session.get_one(Answer, transcript.answer_id)
    case = follow_ups.from_machine(answer.submission, factories.need("harm", text, 0.9))
    db.session.commit()
    return case


def said(case: FollowUp) -> str:
    db.session.expire_all()
    return masking.evidence(case.evidence, case.submission)


def hide(transcript: Transcript, member: Member) -> None:
    masks.hide(transcript, "Dottybell of Mill House", "name", member)
    db.session.commit()


MASKED = "I will hurt myself says [name]"


@pytest.mark.parametrize("first", [True, False])
def test_of_a_passage_that_was_merged(transcript: Transcript, member: Member, first: bool) -> None:
    case = opened(transcript)
    if first:
        hide(transcript, member)
        assert said(case) == MASKED
    act = Act("merge", transcript.segments[0].id)
    editing.save(transcript, transcript.edition, editing.staff(member), {}, act)
    db.session.commit()
    if not first:
        hide(transcript, member)
    assert said(case) == MASKED
    look(transcript)
    assert said(case) == MASKED


@pytest.mark.parametrize("words", ["I may hurt myself says Dottybell of Mill House", "late", ""])
def test_of_a_passage_that_was_edited_or_is_gone(
    transcript: Transcript, member: Member, words: str
) -> None:
    case = opened(transcript)
    hide(transcript, member)
    edit(transcript, member, words, at=1)
    assert said(case) == MASKED
    look(transcript)
    assert said(case) == MASKED


def test_of_words_that_an_edit_put_there_and_its_undoing_took_away(
    transcript: Transcript, member: Member
) -> None:
    written = "I will hurt myself signed Dottybell of Mill House"
    edit(transcript, member, written, at=1)
    look(transcript)
    case = opened(transcript, written)
    hide(transcript, member)
    assert said(case) == "I will hurt myself signed [name]"
    editing.undo(transcript, transcript.edition, editing.staff(member))
    look(transcript)
    assert said(case) == "I will hurt myself signed [name]"


def test_a_lifted_mask_is_lifted_there_too(transcript: Transcript, member: Member) -> None:
    case = opened(transcript)
    hide(transcript, member)
    masks.lift(transcript, masks.of(transcript)[-1].row.id, member)
    db.session.commit()
    edit(transcript, member, f"Well, {WORDS}", at=1)
    look(transcript)
    assert said(case) == WORDS


@pytest.mark.parametrize(
    ("note", "wanted"),
    [
        ("\nplease ring me", "\nplease ring me"),
        ("\nor ask Dottybell", "\nor ask [name]"),
        (" and so on", " and so on"),
        ("\n\nlate", "\n\nlate"),
    ],
)
def test_with_a_note_behind_it(
    transcript: Transcript, member: Member, note: str, wanted: str
) -> None:
    case = opened(transcript, WORDS + note)
    hide(transcript, member)
    assert said(case) == MASKED + wanted
    edit(transcript, member, "Well, nothing.", at=1)
    assert said(case) == MASKED + wanted
