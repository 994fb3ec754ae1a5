"""What each of many customers said or wrote first, in a number of queries that doesn't grow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload, selectinload

from app.domain import masking, speakers
from app.extensions import db
from app.models import Answer, PersonalLook, Segment, Submission, Transcript

LONGEST = 120  # characters
FIRST = 12  # passages of an answer that are read: an interviewer may say some of them


@dataclass(frozen=True, slots=True)
class Opening:
    """`language`: a code such as "en", "" where nobody knows."""

    text: str
    language: str


def of(submissions: Sequence[Submission], *, masked: bool) -> dict[str, Opening]:
    """By the submissions' ids, their first answer's that has words; none of those without any.
    `masked`: as those see them who see masks. An interviewer's words are left out."""
    rows = _first([each.id for each in submissions])
    told = _masked(rows) if masked else {segment.id: segment.text for segment, _ in rows}
    said: dict[str, list[tuple[str, str]]] = {}
    for segment, _ in rows:
        text = told.get(segment.id, "")
        if segment.speaker not in speakers.askers(segment.transcript) and text.strip():
            language = segment.language or segment.transcript.language
            said.setdefault(segment.transcript.answer_id, []).append((text, language))
    found: dict[str, Opening] = {}
    for submission in submissions:
        for answer in submission.answers:
            words = said.get(answer.id) or _typed(answer, masked=masked)
            if words:
                text = cut(" ".join(text for text, _ in words))
                found[submission.id] = Opening(text, words[0][1] or submission.language)
                break
    return found


def cut(text: str, most: int = LONGEST) -> str:
    """At most that many characters and an ellipsis, of whole words where it has spaces, and with no
    half of a mask."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    head = text[:most]
    if text[most] != " ":
        whole = head.rpartition(" ")[0]
        head = whole if len(whole) > most // 2 else head
    opened = head.rfind("[")
    if opened > head.rfind("]") and text.startswith(tuple(masking.LABELS.values()), opened):
        head = head[:opened]
    return head.rstrip(" ,;:.–-") + "…"


def _typed(answer: Answer, *, masked: bool) -> list[tuple[str, str]]:
    """Written words that are no transcript yet."""
    if answer.kind != "text" or not answer.written_text.strip():
        return []
    return [(masking.written(answer) if masked else answer.written_text, "")]


def _first(submission_ids: Sequence[str]) -> list[tuple[Segment, PersonalLook | None]]:
    rows = db.session.execute(
        select(Segment, PersonalLook)
        .join(Transcript, and_(Segment.transcript_id == Transcript.id, Transcript.current))
        .join(Answer, Transcript.answer_id == Answer.id)
        .outerjoin(PersonalLook, PersonalLook.segment_id == Segment.id)
        .where(Answer.submission_id.in_(submission_ids), Segment.position < FIRST)
        .options(joinedload(Segment.transcript))
        .order_by(Segment.transcript_id, Segment.position)
    )
    return [(segment, look) for segment, look in rows]


def _masked(rows: Sequence[tuple[Segment, PersonalLook | None]]) -> Mapping[int, str]:
    """The passages' texts with their masks; none of one that somebody took out of its transcript
    meanwhile. Only where there may be some is a whole transcript read."""
    told = {segment.id: segment.text for segment, look in rows if look and _plain(segment, look)}
    unsure = [segment for segment, _ in rows if segment.id not in told]
    masks = _hidden(each.transcript_id for each in unsure)
    here = [each for each in unsure if each in each.transcript.segments]
    return told | {each.id: masking.text_of(each.text, masks.get(each.id, {})) for each in here}


def _plain(segment: Segment, look: PersonalLook) -> bool:
    """It was looked through as it is now, and nothing is masked there."""
    return (look.version, look.digest) == masking.todays(segment.text) and look.masked is None


def _hidden(transcript_ids: Iterable[str]) -> dict[int, dict[int, str]]:
    wanted = set(transcript_ids)
    if not wanted:
        return {}
    transcripts = db.session.scalars(
        select(Transcript)
        .where(Transcript.id.in_(wanted))
        .options(selectinload(Transcript.segments))
    ).all()
    return masking.hidden_in(transcripts)
