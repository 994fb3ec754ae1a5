"""Who sees masks finds no words that were just edited, before these were looked through."""

from __future__ import annotations

import pytest

from app.domain import editing, search
from app.extensions import db
from app.models import Member, PersonalData, PersonalLook, Transcript, Workspace
from tests import factories
from tests.domain.masks.said import edit, listened, look


@pytest.fixture
def transcript(workspace: Workspace) -> Transcript:
    return listened(
        factories.answer(factories.submission(factories.program(workspace))),
        "It came late to the door.",
        "The door was shut.",
    )


def found(workspace: Workspace, words: str, masked: bool = True) -> list[str]:
    hits = search.by_words(workspace.id, words, masked=masked).hits
    return ["".join(piece.text for piece in hit.pieces) for hit in hits]


@pytest.mark.parametrize("words", ["Oluwaseun", "07700900456", "came"])
def test_just_edited_words_are_found_once_they_are_looked_through(
    workspace: Workspace, transcript: Transcript, member: Member, words: str
) -> None:
    edit(transcript, member, "It came late to Oluwaseun Bakare on 07700900456.")
    assert found(workspace, words) == []
    assert found(workspace, words, masked=False), "owners and analysts see the words"
    assert found(workspace, "shut") == ["The door was shut."], "nobody edited these"
    look(transcript)
    masked = ["It came late to [name] on [phone number]."]
    assert found(workspace, words) == (masked if words == "came" else [])


def test_an_undone_edit_is_looked_through_again(
    workspace: Workspace, transcript: Transcript, member: Member
) -> None:
    edit(transcript, member, "It came late to Oluwaseun Bakare.")
    look(transcript)
    editing.undo(transcript, transcript.edition, editing.staff(member))
    assert found(workspace, "late") == found(workspace, "Oluwaseun") == []
    look(transcript)
    assert found(workspace, "late") == ["It came late to the door."]


@pytest.mark.parametrize("masked", [None, "It came to Oluwaseun Bakare."])
def test_what_older_rules_looked_through_is_found_once_todays_have(
    workspace: Workspace, transcript: Transcript, member: Member, masked: str | None
) -> None:
    edit(transcript, member, "It came late to Oluwaseun Bakare.")
    look(transcript)
    first = transcript.segments[0].id
    mine = PersonalLook.segment_id == first
    db.session.query(PersonalLook).filter(mine).update({"version": "0", "masked": masked})
    db.session.query(PersonalData).delete()
    db.session.commit()
    assert found(workspace, "Oluwaseun") == found(workspace, "came") == []
    assert found(workspace, "shut") == ["The door was shut."], "today's rules saw this one"
    look(transcript)
    assert found(workspace, "Oluwaseun") == []
    assert found(workspace, "came") == ["It came late to [name]."]
