"""What people decided stays through re-runs, new transcripts, edits and re-tags.

Whoever writes labels or mentions by a machine goes through here: `settle` ties corrections to the
passages as they are now, `decided` says which labels a person has spoken on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from app.domain import answers, masking
from app.domain.corrections import anchoring, kinds, rows
from app.domain.corrections.anchoring import Place
from app.domain.corrections.kinds import Said
from app.extensions import db
from app.models import Answer, Correction, Segment, Submission, Transcript

MANY = 500  # ids in one question to the database

Decided = dict[tuple[int, str], Correction]


def settle(transcript: Transcript) -> bool:
    """Ties the answer's corrections to these passages and puts people's values there; whether any
    label changed by that. A passage is to be heard anew where the machine last said something of
    other words. The caller commits."""
    answers.hold(transcript.answer_id)
    every = _every(transcript.answer_id)
    if not every:
        return False
    here = {segment.id: place_of(segment) for segment in transcript.segments}
    spots = anchoring.places({each.id: _place(each) for each in every}, here)
    standing = [each for each in every if each.state == "stands" and each.id in spots]
    counting = anchoring.newest([(each.id, each.kind, spots[each.id]) for each in standing])
    segments = {segment.id: segment for segment in transcript.segments}
    unheard: set[str] = set()
    for each in every:
        beneath = each.state == "stands" and each.id not in counting
        at = None if beneath else spots.get(each.id)
        if at != each.segment_id and not _same_words(each.segment_id, segments.get(at or 0)):
            if each.newer is not None:
                rows.heard_since(each, None)
            unheard.add(each.id)
        each.segment_id = at
    db.session.flush()
    changed = bool(rows.stray(transcript, {(at, which) for which, at in counting.items()}))
    for each in standing:
        segment = segments.get(counting.get(each.id, 0))
        if segment is not None and not _lies(each, segment):
            rows.lay(each, segment)
            changed = True
        heard = each.kind == kinds.HIGHLIGHT or each.newer is not None
        if segment is not None and each.id in unheard and not heard:
            segment.understood = False
    return changed


def decided(ids: Collection[int], kind: str = "") -> Decided:
    """The standing corrections of these passages, by passage and kind; of one `kind`, or all."""
    found: Decided = {}
    wanted = list(ids)
    for at in range(0, len(wanted), MANY):
        query = select(Correction).where(
            Correction.segment_id.in_(wanted[at : at + MANY]), Correction.state == "stands"
        )
        if kind:
            query = query.where(Correction.kind == kind)
        for each in db.session.scalars(query):
            if each.segment_id is not None:
                found[each.segment_id, each.kind] = each
    return found


def hold(submission: Submission) -> None:
    """Its answers, as whoever decides or publishes holds one; then all that was decided about them.
    Until the caller's transaction ends."""
    theirs = select(Answer.id).where(Answer.submission_id == submission.id).order_by(Answer.id)
    hold_decisions(db.session.scalars(theirs.with_for_update()).all())


def hold_decisions(answer_ids: Sequence[str]) -> None:
    """All that was decided about these answers, which are held, in the order in which a merge of
    themes takes decisions: of two who go through them in different orders each could wait for the
    other. Until the caller's transaction ends."""
    decisions = select(Correction.id).where(Correction.answer_id.in_(answer_ids))
    db.session.execute(decisions.order_by(Correction.id).with_for_update())


def words_changed(correction: Correction, segment: Segment) -> bool:
    """Whether the passage says something else than when the person decided."""
    return correction.digest != masking.digest(segment.text)


def on_other_words(transcript: Transcript, kind: str) -> list[tuple[Segment, Said]]:
    """What the machine says by now of passages in which other words stand than those that somebody
    decided about."""
    rows = db.session.execute(
        select(Segment, Correction.digest, Correction.newer)
        .join(Correction, Correction.segment_id == Segment.id)
        .where(Segment.transcript_id == transcript.id, Segment.understood)
        .where(Correction.state == "stands", Correction.kind == kind)
        .order_by(Segment.position)
    )
    return [
        (segment, said)
        for segment, digest, newer in rows
        if digest != masking.digest(segment.text)
        for said in kinds.read(newer or [])
    ]


def place_of(segment: Segment) -> Place:
    return Place(segment.position, segment.start, segment.end, masking.digest(segment.text))


def _place(correction: Correction) -> Place:
    return Place(
        correction.position,
        correction.start,
        correction.end,
        correction.digest,
        correction.segment_id,
    )


def _same_words(was: int | None, segment: Segment | None) -> bool:
    """Whether what the machine last said of the passage `was` is about these, too."""
    before = db.session.get(Segment, was or 0)
    if before is None or segment is None:
        return False
    return before.understood and before.text == segment.text


def _every(answer_id: str) -> list[Correction]:
    return list(
        db.session.scalars(
            select(Correction)
            .where(Correction.answer_id == answer_id)
            .order_by(Correction.created_at, Correction.id)
        )
    )


def _lies(correction: Correction, segment: Segment) -> bool:
    """Whether the person's value stands there, and nothing else."""
    if correction.kind == kinds.HIGHLIGHT:
        return True
    there = kinds.named(rows.said(segment, correction.kind))
    return there == rows.lasting(correction) and not rows.by_machine(segment, correction.kind)
