"""What became of the machine's words: each edit, and whose words stand there now."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain import editing_changes, editing_names, editing_rows
from app.domain.editing import CUSTOMER
from app.domain.editing_changes import Change, Piece
from app.domain.editing_log import NAMES
from app.domain.editing_words import Passage
from app.models import Transcript, TranscriptEdit


@dataclass(frozen=True, slots=True)
class Line:
    """One edit; `pieces`: what it changed, a list for each place or speaker, in order."""

    edit: TranscriptEdit
    pieces: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class Versions:
    """`heard`: the machine's own words. `customers`: the words as their customer left them last,
    None if they never corrected any. `by`: whose edits stand, staff or customer, the newest first.
    """

    now: tuple[Passage, ...]
    heard: tuple[Passage, ...]
    customers: tuple[Passage, ...] | None
    by: tuple[str, ...]


def lines(transcript: Transcript) -> list[Line]:
    """Every edit, the newest first, also those that were undone."""
    return [Line(edit, _pieces(edit)) for edit in reversed(transcript.edits)]


def versions(transcript: Transcript) -> Versions:
    """The words now, as the customer left them and as the machine heard them."""
    now = editing_rows.passages(transcript)
    done = [*reversed(transcript.corrections)]
    customers: list[Passage] | None = None
    before = now
    for edit in done:
        if edit.by == CUSTOMER:
            customers = before
            break
        before = editing_changes.applied(
            before, editing_changes.undoing(editing_changes.read(edit.changes))
        )
    return Versions(
        tuple(now),
        tuple(editing_rows.heard(transcript)),
        None if customers is None else tuple(customers),
        tuple(dict.fromkeys(edit.by for edit in done)),
    )


def compared(old: tuple[Passage, ...], new: tuple[Passage, ...]) -> list[Piece]:
    """Two versions as one text, word by word."""
    return editing_changes.pieces(*(" ".join(p.text for p in each) for each in (old, new)))


def _pieces(edit: TranscriptEdit) -> tuple[tuple[Piece, ...], ...]:
    if edit.kind == NAMES:
        return editing_names.pieces(edit)
    return tuple(_told(each) for each in reversed(editing_changes.read(edit.changes)))


def _told(change: Change) -> tuple[Piece, ...]:
    before, after = (" ¶ ".join(p.text for p in side) for side in (change.before, change.after))
    return tuple(editing_changes.pieces(before, after))
