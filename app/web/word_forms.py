"""The form in which people correct a transcript, staff and customers alike, passage by passage.

It carries the edition that its person saw, and for each passage what stood there then, so that a
refused form can be shown again with both: what they wrote and what stands there now.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import request

from app.domain import editing, editing_log, speakers
from app.domain.editing import Act
from app.domain.errors import Conflict, Invalid
from app.domain.speakers import Speaker
from app.models import Transcript
from app.web.errors import SENTENCES

OWN = ("", "save", "undo")  # what the customer's page has buttons for; all else is the team's


@dataclass(frozen=True, slots=True)
class Sent:
    """`texts`: what was typed where it differs from what stood there, by segment id. `do`: the
    button: a word, and what it is about. `speakers`: who they are said to be."""

    transcript_id: str
    edition: int
    texts: dict[int, str] = field(default_factory=dict)
    do: str = ""
    about: str = ""
    speakers: list[Speaker] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """A passage in the form. `was`: what stands there; `text`: what is shown to be corrected;
    `turn`: who speaks, where the passage before is somebody else's; `edited_by`: as the table has
    it."""

    id: int
    start: float
    end: float
    text: str
    was: str
    unclear: bool
    conflict: bool
    speaker: int
    turn: str
    edited_by: str


def read() -> Sent:
    """Raises Invalid for a form that isn't ours."""
    texts = {}
    for name, value in request.form.items():
        key, _, number = name.partition("-")
        was = request.form.get(f"was-{number}", "")
        if key == "text" and _lines(value) != _lines(was):
            texts[whole_number(number)] = value
    do, _, about = request.form.get("do", "").partition(":")
    edition = whole_number(request.form.get("edition", ""))
    transcript = request.form.get("transcript", "")
    return Sent(transcript, edition, texts, do, about, _speakers())


def carry_out(transcript: Transcript, author: editing.Author, sent: Sent) -> str:
    """Does what the form asks; what to say about it. The caller commits.

    Raises:
        Conflict, Invalid: as `app.domain.editing` has it; also Invalid for a customer who asks for
            what their page doesn't offer.
    """
    if author.by == editing.CUSTOMER and sent.do not in OWN:
        raise Invalid(SENTENCES[405])
    if transcript.id != sent.transcript_id:
        raise Conflict(editing.CHANGED)
    if sent.do in ("undo", "redo"):
        # What was typed comes first: a step of its own, which redo brings back, and names for those
        # who speak on the page that their person saw, which stay.
        editing.save(transcript, sent.edition, author, sent.texts)
        named = _name(transcript, author, sent)
        if sent.do == "redo":
            editing.redo(transcript, transcript.edition, author)
            return "redone"
        words = named and editing_log.last(transcript, of_words=True) is not None
        editing.undo(transcript, transcript.edition, author, of_words=words)
        return "undone"
    segment, _, number = sent.about.partition(":")
    act = Act(sent.do, whole_number(segment), whole_number(number or "0")) if segment else None
    changed = editing.save(transcript, sent.edition, author, sent.texts, act) > 0
    return "saved" if _name(transcript, author, sent) or changed else "same"


def _name(transcript: Transcript, author: editing.Author, sent: Sent) -> bool:
    """Keeps what the form says of the speakers; whether that is anything new."""
    if author.by != editing.STAFF or not sent.speakers:
        return False
    return editing.name_speakers(transcript, sent.speakers, author)


def rows(transcript: Transcript, sent: Sent | None = None) -> list[Row]:
    """The passages as they stand, with what was typed and refused instead where there is some."""
    typed = sent.texts if sent else {}
    turns = speakers.turns(transcript.segments)
    return [
        Row(
            id=segment.id,
            start=segment.start,
            end=segment.end,
            text=typed.get(segment.id, segment.text),
            was=segment.text,
            unclear=segment.unclear,
            conflict=_in_the_way(segment.id, segment.text, typed),
            speaker=segment.speaker,
            turn=turns.get(segment.id, ""),
            edited_by=segment.edited_by,
        )
        for segment in transcript.segments
    ]


def stray(transcript: Transcript, sent: Sent | None) -> list[str]:
    """What was typed into passages that are not there any more."""
    there = {segment.id for segment in transcript.segments}
    return [text for key, text in sent.texts.items() if key not in there] if sent else []


def _speakers() -> list[Speaker]:
    return [
        Speaker(number, request.form[f"speaker-{number}"], f"customer-{number}" in request.form)
        for number in range(1, speakers.MOST + 1)
        if f"speaker-{number}" in request.form
    ]


def _in_the_way(segment_id: int, text: str, typed: dict[int, str]) -> bool:
    """Whether somebody else wrote something else here since."""
    before = request.form.get(f"was-{segment_id}", text)
    return segment_id in typed and before.split() != text.split()


def _lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.strip()]


def whole_number(text: str) -> int:
    """An id or edition of a form. Raises Invalid for one that isn't ours."""
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid
    return int(text)
