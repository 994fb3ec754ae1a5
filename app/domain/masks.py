"""Puts masks on words: what the rules find, and what people decide, which no rule overwrites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain import audit, forgetting, mask_places, mask_quotes, masking, personal_data
from app.domain.clerk import rows_written
from app.domain.errors import Invalid, NotFound
from app.domain.personal_data import fold
from app.domain.search import vectors
from app.domain.timeline import Span
from app.extensions import db
from app.models import (
    Answer,
    Highlight,
    Member,
    PersonalData,
    PersonalLook,
    Segment,
    Submission,
    Transcript,
)
from app.models.program import PURPOSES

KINDS = (*personal_data.KINDS, masking.OTHER)
LONGEST = 200  # characters of the words that a person hides at once
BATCH = 50  # transcripts that the clock looks through at a time

Words = dict[int, dict[int, str]]


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of words for the page: what, where, and who put it or lifted it. `start` and `end`
    are seconds, equal where nothing was spoken."""

    row: PersonalData
    words: str
    start: float
    end: float


def look(transcript: Transcript) -> int:
    """Finds the personal data in a transcript's words and writes it down; how many spans. The
    caller commits. People's decisions stay, and are tied to the passages as they are now."""
    _hold(transcript.answer_id)
    before = _kept(transcript)
    segments = transcript.segments
    fresh = masking.looked_through(segments)
    for row in _decided(transcript.answer_id):
        _tie(row, transcript, fresh)
    ids = [segment.id for segment in segments]
    db.session.execute(
        delete(PersonalData)
        .where(PersonalData.answer_id == transcript.answer_id, PersonalData.source == "machine")
        .where(or_(PersonalData.segment_id.in_(ids), PersonalData.segment_id.is_(None)))
    )
    found = personal_data.find([each.text for each in segments], masking.known(transcript))
    for each in found:
        row = _row(segments[each.segment], transcript, each.kind, each.first, each.last)
        row.engine, row.version = personal_data.ENGINE, personal_data.VERSION
        db.session.add(row)
    for segment in segments:
        _looked(segment, None)
    db.session.flush()
    _settle(transcript, before)
    return len(found)


def hide(transcript: Transcript, words: str, kind: str, member: Member) -> int:
    """Masks these words wherever they are said in this answer; in how many places. The caller
    commits.

    Raises:
        Invalid: no words, an unknown kind, or nobody said them.
    """
    wanted = [fold(word) for word in words.split() if fold(word)]
    if not wanted or len(words) > LONGEST:
        raise Invalid(f"Write the words to hide, {LONGEST} characters at most.")
    if kind not in KINDS:
        raise Invalid("Choose what these words are.")
    before = _ready(transcript)
    said = [(s, at, fold(w)) for s in transcript.segments for at, w in enumerate(s.text.split())]
    spoken = [word for _, _, word in said]
    starts = [at for at in range(len(said)) if wanted == spoken[at : at + len(wanted)]]
    if not starts:
        raise Invalid("Nobody said these words here. Write them as they stand in the transcript.")
    for at in starts:
        for segment in dict.fromkeys(each[0] for each in said[at : at + len(wanted)]):
            inside = [each[1] for each in said[at : at + len(wanted)] if each[0] is segment]
            _decide(segment, _row(segment, transcript, kind, inside[0], inside[-1]), True, member)
    _decided_anew(transcript, before, "mask.added", member, len(starts))
    return len(starts)


def lift(transcript: Transcript, mark_id: str, member: Member, *, hidden: bool = False) -> None:
    """Takes the mask from a stretch of words, or puts it back (`hidden`). The caller commits.

    Raises:
        NotFound: there is no such stretch in this transcript.
    """
    before = _ready(transcript)
    row = db.session.get(PersonalData, mark_id)
    here = {segment.id: segment for segment in transcript.segments}
    if row is None or row.answer_id != transcript.answer_id or row.segment_id not in here:
        raise NotFound
    segment = here[row.segment_id]
    again = _row(segment, transcript, row.kind, row.first_word, row.last_word)
    _decide(segment, again, hidden, member)
    _decided_anew(transcript, before, "mask.put_back" if hidden else "mask.lifted", member, 1)


def of(transcript: Transcript) -> list[Mark]:
    """The stretches that are masked, or were until a person lifted the mask, in order."""
    here = {segment.id: segment for segment in transcript.segments}
    newest: dict[tuple[int, int, int], PersonalData] = {}
    rows = db.session.scalars(
        select(PersonalData)
        .where(PersonalData.segment_id.in_(here))
        # The machine's before people's
        .order_by(PersonalData.source, PersonalData.created_at, PersonalData.id)
    )
    for row in rows:
        assert row.segment_id is not None
        newest[here[row.segment_id].position, row.first_word, row.last_word] = row
    return [_mark(here[row.segment_id or 0], row) for _, row in sorted(newest.items())]


def requote(answer_id: str) -> None:
    """Writes the masked quotes of the answer's moments. The caller commits."""
    masks: dict[str, Words] = {}
    for highlight in db.session.scalars(select(Highlight).where(Highlight.answer_id == answer_id)):
        transcript = db.session.get_one(Transcript, highlight.transcript_id)
        if transcript.id not in masks:
            masks[transcript.id] = masking.hidden(transcript)
        highlight.masked_quote = mask_quotes.masked(highlight, transcript, masks[transcript.id])
    db.session.flush()


def catch_up(most: int = BATCH) -> int:
    """Looks through transcripts that came before these rules did; how many. Commits each. What was
    exported or cut before is made anew."""
    fresh = (
        select(PersonalLook.segment_id)
        .where(PersonalLook.segment_id == Segment.id, PersonalLook.version == personal_data.VERSION)
        .exists()
    )
    waiting = db.session.scalars(
        select(Segment.transcript_id)
        .join(Transcript)
        .where(Transcript.current, ~fresh)
        .distinct()
        .limit(most)
    ).all()
    for transcript_id in waiting:
        transcript = db.session.get(Transcript, transcript_id)
        if transcript is not None and look(transcript):
            _forget_exports(transcript)
        db.session.commit()
    return len(waiting)


def _settle(transcript: Transcript, before: Words) -> None:
    """What was made of the words as they were masked before: quotes, clips, the masked text."""
    after = masking.hidden(transcript)
    for segment in transcript.segments:
        masks = after.get(segment.id)
        _looked(segment, masking.text_of(segment.text, masks, searched=True) if masks else None)
    _drop_clips(transcript, before, after)
    requote(transcript.answer_id)
    vectors.mark(transcript, after)


def _drop_clips(transcript: Transcript, before: Words, after: Words) -> None:
    """Those in which words can be heard, or read, that are masked otherwise now. By their time
    too: a moment's passages may have other numbers since it was chosen."""
    positions, spans = set[int](), list[Span]()
    for segment in transcript.segments:
        old, new = before.get(segment.id, {}), after.get(segment.id, {})
        if old == new:
            continue
        positions.add(segment.position)
        if segment.end > segment.start:
            said = mask_places.times(segment)
            if mask_places.has_times(segment):
                said = [said[at] for at in {*old, *new} if old.get(at) != new.get(at)]
            spans += said
    moments = select(Highlight).where(Highlight.answer_id == transcript.answer_id)
    for highlight in db.session.scalars(moments):
        inside = range(highlight.first_position, highlight.last_position + 1)
        heard = Span(highlight.start - masking.MARGIN, highlight.end + masking.MARGIN)
        same = highlight.transcript_id == transcript.id and positions & set(inside)
        if same or any(heard.overlap(each) > 0 for each in spans):
            forgetting.objects([clip.key for clip in highlight.clips if clip.key])
            highlight.clips.clear()


def _kept(transcript: Transcript) -> Words:
    """What clips and quotes were made with: nothing before the first look."""
    fresh = masking.looked_through(transcript.segments)
    return masking.hidden(transcript) if fresh else {}


def _ready(transcript: Transcript) -> Words:
    """Looked through, and held; what is masked now."""
    if len(masking.looked_through(transcript.segments)) < len(transcript.segments):
        look(transcript)
    _hold(transcript.answer_id)
    return masking.hidden(transcript)


def _decided_anew(
    transcript: Transcript, before: Words, action: str, member: Member, places: int
) -> None:
    _settle(transcript, before)
    if action != "mask.lifted":
        _forget_exports(transcript)
    audit.record(
        member.workspace_id,
        action,
        subject=("answer", transcript.answer_id),
        details={"transcript": transcript.id, "places": places},
    )


def _decide(segment: Segment, row: PersonalData, hidden: bool, member: Member) -> None:
    row.version = mask_places.told(segment, row.first_word, row.last_word)
    row.source, row.hidden, row.member_id = "person", hidden, member.id
    db.session.add(row)
    db.session.flush()


def _decided(answer_id: str) -> Sequence[PersonalData]:
    return db.session.scalars(
        select(PersonalData)
        .where(PersonalData.answer_id == answer_id, PersonalData.source == "person")
        .order_by(PersonalData.created_at, PersonalData.id)
    ).all()


def _tie(row: PersonalData, transcript: Transcript, fresh: frozenset[int]) -> None:
    """To the passage that holds its words now; where they are in several, one row for each. One
    whose words are gone is about no other words; its time finds them again, should they return."""
    spots = list(mask_places.places(row, transcript.segments, fresh))
    if not spots and row.segment_id in {segment.id for segment in transcript.segments}:
        row.segment_id = None
    parts = [row]
    for number, (segment, first, last) in enumerate(spots):
        if number == 0:
            row.segment_id, row.first_word, row.last_word = segment.id, first, last
            row.position, row.version = segment.position, mask_places.told(segment, first, last)
        else:
            more = _row(segment, transcript, row.kind, first, last)
            more.source, more.hidden, more.member_id = row.source, row.hidden, row.member_id
            more.version = mask_places.told(segment, first, last)
            more.created_at = row.created_at  # a later decision stays the later one
            db.session.add(more)
            parts.append(more)
    if len(spots) > 1:  # each row has its own part of the time
        spans = mask_places.times(spots[0][0])
        row.start, row.end = spans[spots[0][1]].start, spans[spots[0][2]].end
    if row.hidden:  # and the words between two parts, which somebody took away, stay silent
        for one, other in pairwise(parts):
            one.end = max(one.end, other.start)
    db.session.flush()


def _row(
    segment: Segment, transcript: Transcript, kind: str, first: int, last: int
) -> PersonalData:
    spans = mask_places.times(segment)
    return PersonalData(
        answer_id=transcript.answer_id,
        segment_id=segment.id,
        position=segment.position,
        first_word=first,
        last_word=last,
        start=spans[first].start,
        end=spans[last].end,
        kind=kind,
    )


def _mark(segment: Segment, row: PersonalData) -> Mark:
    words = " ".join(segment.text.split()[row.first_word : row.last_word + 1])
    return Mark(row, words, row.start, row.end)


def _looked(segment: Segment, masked: str | None) -> None:
    """One row for each passage, whoever else writes it at this moment."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    values = {
        "digest": masking.digest(segment.text),
        "version": personal_data.VERSION,
        "masked": masked,
    }
    db.session.execute(
        insert(PersonalLook)
        .values(segment_id=segment.id, **values)
        .on_conflict_do_update(index_elements=["segment_id"], set_=values)
    )


def _hold(answer_id: str) -> None:
    """One look at a time: the answer's row is ours until the caller's transaction ends."""
    rows_written(update(Answer).where(Answer.id == answer_id).values(position=Answer.position))


def _forget_exports(transcript: Transcript) -> None:
    """Files that were written before show the words."""
    program_id = db.session.scalar(
        select(Submission.program_id)
        .join(Answer, Answer.submission_id == Submission.id)
        .where(Answer.id == transcript.answer_id)
    )
    if program_id:
        forgetting.exports_of(program_id, PURPOSES)
