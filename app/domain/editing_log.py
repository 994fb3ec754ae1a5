"""Writes edits down: one after the other by their edition, each with what leads back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from app.domain import answers, audit, editing_changes, editing_limits, editing_rows
from app.domain.clerk import rows_written
from app.domain.editing_changes import Change
from app.domain.editing_words import Passage
from app.domain.errors import Conflict, Invalid
from app.domain.wording import mark
from app.extensions import db
from app.models import Transcript, TranscriptEdit

NAMES = "speakers"  # the kind of an edit that says who speaks
CHANGED = mark(
    "These words were changed meanwhile. What you wrote is still here, with what stands there now; "
    "save it again to use yours."
)


@dataclass(frozen=True, slots=True)
class Author:
    """Who edits: a member of staff, or the customer, whose id is None."""

    by: str
    member_id: str | None = None


def last(transcript: Transcript, *, of_words: bool = False) -> TranscriptEdit | None:
    """The edit that `undo` takes back; `of_words`: of those that changed the words."""
    done = (e for e in transcript.edits if e.state == "done" and not (of_words and e.kind == NAMES))
    return max(done, key=_number, default=None)


def following(transcript: Transcript) -> TranscriptEdit | None:
    """The edit that `redo` does again."""
    return min((e for e in transcript.edits if e.state == "undone"), key=_number, default=None)


def _number(edit: TranscriptEdit) -> int:
    return edit.number


def take(transcript: Transcript, edition: int) -> None:
    """The words are ours, and the newest, until the caller's transaction ends: counts the edition
    up.

    Raises:
        Conflict: it isn't the edition any more, or other words count by now.
    """
    transcript_id = transcript.id
    answers.hold_and_read(transcript.answer_id)
    taken = rows_written(
        update(Transcript)
        .where(Transcript.id == transcript_id, Transcript.edition == edition, Transcript.current)
        .values(edition=edition + 1)
    )
    if not taken:
        raise Conflict(CHANGED)
    db.session.expire(transcript)


def write(transcript: Transcript, new: Sequence[Passage], kind: str, author: Author) -> int:
    """Keeps what stands there now as the next edit, and how many passages it changed. For who took
    the words. The caller commits.

    Raises:
        Invalid: more than a transcript may become, or more edits than a customer may make.
    """
    old = editing_rows.passages(transcript)
    editing_limits.check(editing_rows.heard(transcript), old, new, transcript.duration_s)
    changes = editing_changes.between(old, new)
    if not changes:
        transcript.edition -= 1  # nobody's page is out of date
        return 0
    own = sum(edit.by == author.by for edit in transcript.edits)
    if author.member_id is None and own >= editing_limits.MOST_OWN_EDITS:
        raise Invalid(editing_limits.EDITS)
    if transcript.heard is None:
        transcript.heard = editing_changes.as_rows(old)
    edit = add(transcript, kind, author, changes=editing_changes.written(changes))
    lay(transcript, changes)
    note(transcript, "transcript.edited", edit)
    return sum(max(len(each.before), len(each.after)) for each in changes)


def add(transcript: Transcript, kind: str, author: Author, **what: list[Any]) -> TranscriptEdit:
    """The next edit. What was undone before can't be done again from here on, but a name leaves
    words as they are."""
    for each in transcript.edits:
        if each.state == "undone" and (kind != NAMES or each.kind == NAMES):
            each.state = "dropped"
    number = db.session.scalar(
        select(func.max(TranscriptEdit.number)).where(TranscriptEdit.transcript_id == transcript.id)
    )
    edit = TranscriptEdit(
        transcript_id=transcript.id,
        number=(number or 0) + 1,
        by=author.by,
        member_id=author.member_id,
        kind=kind,
        **what,
    )
    db.session.add(edit)
    return edit


def lay(transcript: Transcript, changes: Sequence[Change]) -> None:
    try:
        editing_rows.lay(transcript, changes)
    except editing_changes.Stray as stray:
        raise Conflict(CHANGED) from stray


def note(transcript: Transcript, action: str, edit: TranscriptEdit) -> None:
    db.session.flush()
    changed = sum(max(len(before), len(after)) for _, before, after in edit.changes)
    audit.record(
        editing_rows.submission(transcript).workspace_id,
        action,
        subject=("transcript", transcript.id),
        details={
            "answer": transcript.answer_id,
            "edit": edit.number,
            "kind": edit.kind,
            "passages": changed,
        },
    )
