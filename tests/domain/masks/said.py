"""What is done to masked words, in tests."""

from __future__ import annotations

from app import runtime
from app.domain import editing, masking, masks
from app.domain.editing import Act
from app.extensions import db
from app.models import Answer, Clip, Highlight, Member, Transcript
from storage import keys
from tests import factories

NAME, NUMBER = "my name is Oluwaseun Bakare", "call me on 07700900456 please"
MASKED = ["my name is [name]", "call me on [phone number] please"]


def look(transcript: Transcript) -> int:
    found = masks.look(transcript)
    db.session.commit()
    db.session.expire_all()
    return found


def listened(answer: Answer, *said: str, timed: bool = True, current: bool = True) -> Transcript:
    """Looked through. Not `timed`: as a captions file leaves it, without times of words."""
    transcript = factories.transcript(answer, *said, current=current)
    if not timed:
        for segment in transcript.segments:
            segment.words = []
    look(transcript)
    return transcript


def hide(transcript: Transcript, words: str, member: Member, kind: str = "other") -> int:
    places = masks.hide(transcript, words, kind, member)
    db.session.commit()
    db.session.expire_all()
    return places


def lift(transcript: Transcript, words: str, member: Member) -> None:
    mark = next(each for each in masks.of(transcript) if each.words == words)
    masks.lift(transcript, mark.row.id, member)
    db.session.commit()
    db.session.expire_all()


def edit(
    transcript: Transcript, member: Member, text: str | None = None, at: int = 0,
    act: Act | None = None,
) -> None:  # fmt: skip
    texts = {} if text is None else {transcript.segments[at].id: text}
    editing.save(transcript, transcript.edition, editing.staff(member), texts, act)
    db.session.commit()
    db.session.expire_all()


def save(transcript: Transcript, member: Member, *texts: str) -> None:
    """Every passage as it is typed."""
    typed = {each.id: text for each, text in zip(transcript.segments, texts, strict=True)}
    editing.save(transcript, transcript.edition, editing.staff(member), typed)
    db.session.commit()
    db.session.expire_all()


def merge(transcript: Transcript, member: Member, at: int = 0) -> None:
    edit(transcript, member, act=Act("merge", transcript.segments[at].id))


def shown(transcript: Transcript) -> list[str]:
    db.session.expire_all()
    return [each.text for each in masking.veiled(transcript).segments]


def silent(transcript: Transcript, start: float, end: float) -> bool:
    return any(s.start <= start and end <= s.end for s in masking.muted(transcript))


def cut(moment: Highlight, kind: str = "plain") -> str:
    """A clip as the worker leaves it; its object's key."""
    key = keys.clip(moment.id, "1", kind)
    runtime.storage().put(key, b"x")
    factories.cut(Clip(highlight_id=moment.id, kind=kind), key)
    return key
