"""Transcripts as they stand between two edits. No database that Heard runs on shows several reads
the same moment by itself: words from before an edit with masks from after it would be readable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.extensions import db
from app.models import Transcript

Found = TypeVar("Found")


def at_rest(transcripts: Sequence[Transcript], read: Callable[[], Found]) -> Found:
    """What `read` finds about them while nobody edits any; those that somebody did are read anew,
    with their passages and edits, and it is asked again."""
    while True:
        for each in transcripts:  # what is loaded later is maybe of after an edit
            _ = each.segments, each.heard is not None and each.edits
        found = read()
        edited = _edited(transcripts)
        if not edited:
            return found
        _read_anew(edited)


def _edited(transcripts: Sequence[Transcript]) -> list[str]:
    """The ids of those of which the session holds another edition than there is."""
    ids = [each.id for each in transcripts]
    asked = select(Transcript.id, Transcript.edition).where(Transcript.id.in_(ids))
    there = {row.id: row.edition for row in db.session.execute(asked)}
    return [each.id for each in transcripts if there.get(each.id, each.edition) != each.edition]


def _read_anew(ids: Sequence[str]) -> None:
    asked = select(Transcript).where(Transcript.id.in_(ids))
    asked = asked.options(selectinload(Transcript.segments), selectinload(Transcript.edits))
    db.session.scalars(asked.execution_options(populate_existing=True)).all()
