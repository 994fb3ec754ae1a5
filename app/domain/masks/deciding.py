"""People put masks on words and lift them. What they decide counts from then on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.domain import answers, audit, masking, personal_data
from app.domain.errors import Invalid, NotFound
from app.domain.masking import places, times
from app.domain.masking.ground import Ground
from app.domain.masks import following, rows, untimed
from app.domain.masks.looking import look
from app.domain.personal_data import pieces
from app.extensions import db
from app.models import Member, PersonalData, Segment, Transcript, now

KINDS = (*personal_data.KINDS, masking.OTHER)
LONGEST = 200  # characters of the words that a person hides at once


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of words for the page: what, where, and who put it or lifted it. `start` and `end`
    are seconds, equal where nothing was spoken."""

    row: PersonalData
    words: str
    start: float
    end: float


def hide(transcript: Transcript, words: str, kind: str, member: Member) -> int:
    """Masks these words wherever they are said in this answer, also where one is joined to another
    ("clinic/hospital"); in how many places. The caller commits.

    Raises:
        Invalid: no words, an unknown kind, or nobody said them.
        NotFound: the transcript was taken back meanwhile.
    """
    wanted = pieces(words)
    if not wanted or len(words) > LONGEST:
        raise Invalid(f"Write the words to hide, {LONGEST} characters at most.")
    if kind not in KINDS:
        raise Invalid("Choose what these words are.")
    _ready(transcript)
    said = [
        (segment, at, piece)
        for segment in transcript.segments
        for at, word in enumerate(segment.text.split())
        for piece in pieces(word)
    ]
    spoken = [word for _, _, word in said]
    starts = [at for at in range(len(said)) if wanted == spoken[at : at + len(wanted)]]
    if not starts:
        raise Invalid("Nobody said these words here. Write them as they stand in the transcript.")
    for at in starts:
        for segment in dict.fromkeys(each[0] for each in said[at : at + len(wanted)]):
            inside = [each[1] for each in said[at : at + len(wanted)] if each[0] is segment]
            row = rows.stretch(segment, transcript, kind, inside[0], inside[-1])
            _decide(segment, row, True, member)
    _decided_anew(transcript, "mask.added", member, len(starts))
    return len(starts)


def lift(transcript: Transcript, mark_id: str, member: Member, *, hidden: bool = False) -> None:
    """Takes the mask from a stretch of words, or puts it back (`hidden`). The caller commits.

    Raises:
        NotFound: there is no such stretch in this transcript.
    """
    _ready(transcript)
    row = db.session.get(PersonalData, mark_id)
    here = {segment.id: segment for segment in transcript.segments}
    if row is None or row.answer_id != transcript.answer_id or row.segment_id not in here:
        raise NotFound
    segment = here[row.segment_id]
    same = untimed.same(row, Ground(transcript.segments, frozenset(here), times.heard(transcript)))
    for each in same:
        # Another row would only say which words, not which sound: these stand for both.
        each.hidden, each.member_id, each.created_at = hidden, member.id, now()
    db.session.flush()
    if row not in same:
        again = rows.stretch(segment, transcript, row.kind, row.first_word, row.last_word)
        _decide(segment, again, hidden, member)
    _decided_anew(transcript, "mask.put_back" if hidden else "mask.lifted", member, 1)


def of(transcript: Transcript) -> list[Mark]:
    """The stretches that are masked, or were until a person lifted the mask, in order."""
    here = {segment.id: segment for segment in transcript.segments}
    newest: dict[tuple[int, int, int], PersonalData] = {}
    found = db.session.scalars(
        select(PersonalData)
        .where(PersonalData.segment_id.in_(here))
        # The machine's before people's
        .order_by(PersonalData.source, PersonalData.created_at, PersonalData.id)
    )
    for row in found:
        assert row.segment_id is not None
        newest[here[row.segment_id].position, row.first_word, row.last_word] = row
    return [_mark(here[row.segment_id or 0], row) for _, row in sorted(newest.items())]


def _ready(transcript: Transcript) -> None:
    """Held, and looked through as it is then. Raises NotFound where it was taken back."""
    transcript_id = transcript.id
    answers.hold_and_read(transcript.answer_id)
    if db.session.get(Transcript, transcript_id) is None:
        raise NotFound
    if len(masking.looked_through(transcript.segments)) < len(transcript.segments):
        look(transcript)


def _decide(segment: Segment, row: PersonalData, hidden: bool, member: Member) -> None:
    row.version = places.told(segment, row.first_word, row.last_word)
    row.source, row.hidden, row.member_id = "person", hidden, member.id
    db.session.add(row)
    db.session.flush()


def _decided_anew(transcript: Transcript, action: str, member: Member, where: int) -> None:
    following.settle(transcript)
    rows.unlook(transcript)  # somebody may choose one of them, at this very moment, too
    if action != "mask.lifted":
        following.forget_exports(transcript)
    audit.record(
        member.workspace_id,
        action,
        subject=("answer", transcript.answer_id),
        details={"transcript": transcript.id, "places": where},
    )


def _mark(segment: Segment, row: PersonalData) -> Mark:
    words = " ".join(segment.text.split()[row.first_word : row.last_word + 1])
    return Mark(row, words, row.start, row.end)
