"""What a person does with a label: put it right, say that it is right, take that back.

Each verb takes what its person saw of the label (`seen`): who comes second is refused, so that
nobody decides about something that they haven't read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.domain import answers, audit, masking, transcripts
from app.domain.corrections import consequences, keeping, kinds, moments, rows
from app.domain.corrections.kinds import Said, Why
from app.domain.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.models import Answer, Correction, Member, Segment, Submission, Theme, Transcript, now

CHANGED = "Somebody changed this since you looked. This is how it stands now."
ELSEWHERE = "Somebody changed this since you looked. Its words are in another passage now, or gone."


@dataclass(frozen=True, slots=True)
class Here:
    """A passage of the words that count, with all that it belongs to."""

    segment: Segment
    transcript: Transcript
    answer: Answer
    submission: Submission

    @property
    def position(self) -> int:
        return self.segment.position


def passage(submission: Submission, segment_id: int) -> Here:
    """Raises NotFound where it isn't one of this submission's, or not of the words that count."""
    segment = db.session.get(Segment, segment_id)
    transcript = segment.transcript if segment else None
    answer = db.session.get(Answer, transcript.answer_id) if transcript else None
    if segment is None or transcript is None or answer is None or not transcript.current:
        raise NotFound
    if answer.submission_id != submission.id or submission.state != "received":
        raise NotFound
    return Here(segment, transcript, answer, submission)


def seen(here: Here, *of: str) -> str:
    """What stands there about these kinds, as a short text that changes with it."""
    standing = keeping.decided([here.segment.id])
    parts = [masking.digest(here.segment.text)]
    for kind in of:
        decision = standing.get((here.segment.id, kind))
        parts += [kind, *stands(here, kind), decision.id if decision else ""]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def stands(here: Here, kind: str) -> tuple[str, ...]:
    """The value that counts now."""
    if kind != kinds.HIGHLIGHT:
        return kinds.named(rows.said(here.segment, kind))
    decision = keeping.decided([here.segment.id], kind).get((here.segment.id, kind))
    if decision is not None:
        return tuple(decision.value)
    shown = moments.covering(here.transcript, here.position)
    return (kinds.WORTH,) if shown is not None and not shown.hidden else ()


def correct(
    here: Here, kind: str, given: Sequence[str], why: Why, saw: str, member: Member
) -> Correction:
    """Puts a label right. Sent twice, it counts once. The caller commits.

    Raises:
        Conflict: it isn't as its person saw it any more.
        Invalid: a value that can't be chosen, or the one that stands there, of these words.
    """
    value = kinds.values(kind, given, kinds.choices(kind, themes(here)))
    here = _held(here)
    standing = keeping.decided([here.segment.id], kind).get((here.segment.id, kind))
    if saw != seen(here, kind):
        if standing is not None and _same(standing, value, why, member):
            return standing
        raise Conflict(CHANGED)
    anew = standing is not None and keeping.words_changed(standing, here.segment)
    if value == stands(here, kind) and not anew:
        raise Invalid("That is what stands there already.")
    made = _decide(here, kind, value, why, member, standing)
    consequences.follow(here.answer, made, member)
    _noted(made, "label.corrected")
    return made


def confirm(here: Here, saw: str, member: Member) -> list[Correction]:
    """Says that what stands beside the words is right: whatever nobody decided yet. The caller
    commits. Raises Conflict as `correct` does."""
    here = _held(here)
    standing = keeping.decided([here.segment.id])
    left = [kind for kind in kinds.ON_PASSAGES if (here.segment.id, kind) not in standing]
    if saw != seen(here, *kinds.ON_PASSAGES):
        mine = [standing[at] for at in standing if standing[at].member_id == member.id]
        if not left and any(each.reason == kinds.RIGHT for each in mine):
            return mine
        raise Conflict(CHANGED)
    if not here.segment.understood or not left:
        raise Invalid("There is nothing here that nobody has looked at.")
    right = Why(kinds.RIGHT, "")
    made = [_decide(here, kind, stands(here, kind), right, member, None) for kind in left]
    _noted(made[0], "label.confirmed")
    return made


def withdraw(submission: Submission, correction_id: str, member: Member) -> Correction:
    """Takes a decision back: the one before it stands again, else the machine's word. The decision
    stays in the history. The caller commits.

    Raises:
        NotFound: it is none of this submission's.
        Conflict: it was taken back, or another took its place.
    """
    correction = db.session.get(Correction, correction_id)
    answer = db.session.get(Answer, correction.answer_id) if correction else None
    if correction is None or answer is None or answer.submission_id != submission.id:
        raise NotFound
    answers.hold_and_read(answer.id)
    correction = db.session.get(Correction, correction_id)
    if correction is None:
        raise NotFound
    keeping.hold_decisions([answer.id])
    db.session.refresh(correction)  # a merge of themes doesn't hold the answer
    if correction.state != "stands":
        raise Conflict("This doesn't stand any more: it was taken back, or decided anew.")
    correction.state, correction.ended_at, correction.ended_by = "withdrawn", now(), member.id
    rows.lift(correction)
    before = _before(correction)
    if before is not None:
        before.state, before.ended_at, before.ended_by = "stands", None, None
        if correction.newer is not None and before.segment_id == correction.segment_id:
            since = correction.newer_engine, correction.newer_version
            rows.heard_since(before, kinds.read(correction.newer), *since)
    db.session.flush()
    transcript = transcripts.current(answer)
    if transcript is not None:
        keeping.settle(transcript)  # also one that lay beneath, as after a merge, counts
    consequences.undo(answer, correction, member)
    _noted(correction, "label.withdrawn")
    return correction


def themes(here: Here) -> Collection[str]:
    """The themes that can be put on this passage: the active ones, and those that are there."""
    active = db.session.scalars(
        select(Theme.id).where(Theme.program_id == here.submission.program_id, Theme.active)
    )
    return {*active, *(mention.theme_id for mention in here.segment.mentions)}


def _held(here: Here) -> Here:
    """As it is now, and stays until the caller's transaction ends. Raises Conflict where its words
    are in another passage by now."""
    segment_id = here.segment.id
    answers.hold_and_read(here.answer.id)
    if here.submission.state == "received" and db.session.get(Segment, segment_id) is None:
        raise Conflict(ELSEWHERE)
    return passage(here.submission, segment_id)


def _decide(
    here: Here,
    kind: str,
    value: Sequence[str],
    why: Why,
    member: Member,
    standing: Correction | None,
) -> Correction:
    segment = here.segment
    machine, made_by = _machine(here, kind, standing)
    place, moment = keeping.place_of(segment), now()
    made = Correction(
        created_at=moment,
        workspace_id=here.submission.workspace_id,
        program_id=here.submission.program_id,
        answer_id=here.answer.id,
        segment_id=segment.id,
        position=place.position,
        start=place.start,
        end=place.end,
        digest=place.digest,
        kind=kind,
        value=list(value),
        machine=[each.row() for each in machine],
        engine=made_by[0],
        version=made_by[1],
        reason=why.reason,
        evidence=why.evidence,
        note=why.note,
        member_id=member.id,
    )
    if standing is not None:
        standing.state, standing.ended_at, standing.ended_by = "replaced", moment, member.id
    db.session.add(made)
    db.session.flush()
    rows.lay(made, segment)
    made.newer = None  # it was kept as the machine's word
    db.session.flush()
    return made


def _machine(
    here: Here, kind: str, standing: Correction | None
) -> tuple[list[Said], tuple[str, str]]:
    """What the machine says by now, also beneath an earlier decision, and which machine. What it
    said of other words, it hasn't said of these."""
    if not here.segment.understood:
        return [], (kinds.UNHEARD, "")
    if standing is not None:
        return rows.word(standing, here.segment)
    if kind == kinds.HIGHLIGHT:
        shown = moments.covering(here.transcript, here.position)
        score = shown.score if shown is not None else 0.0
        found = [Said(kinds.WORTH, score, score)] if shown is not None else []
        return found, (kinds.MOMENTS, kinds.MOMENTS_VERSION)
    return rows.by_machine(here.segment, kind), rows.engine(here.segment, kind)


def _before(correction: Correction) -> Correction | None:
    """The decision whose place this one took: it ended at the moment in which this one was made,
    in whichever passage its words are by now."""
    return db.session.scalars(
        select(Correction)
        .where(
            Correction.answer_id == correction.answer_id,
            Correction.kind == correction.kind,
            Correction.state == "replaced",
            Correction.ended_at == correction.created_at,
        )
        .limit(1)
    ).first()


def _same(standing: Correction, value: Sequence[str], why: Why, member: Member) -> bool:
    mine = Why(standing.reason, standing.evidence, standing.note)
    return standing.member_id == member.id and list(value) == standing.value and mine == why


def _noted(correction: Correction, action: str) -> None:
    db.session.flush()
    audit.record(
        correction.workspace_id,
        action,
        subject=("correction", correction.id),
        details={"answer": correction.answer_id, "kind": correction.kind},
    )
