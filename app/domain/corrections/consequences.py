"""What follows from a decision: moments told anew, a case opened or closed, as by the machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.domain import follow_ups, highlights, needs, processing, transcripts
from app.domain.corrections import kinds, moments
from app.extensions import db
from app.models import (
    Answer,
    Correction,
    FollowUp,
    Highlight,
    Label,
    Member,
    Segment,
    Submission,
    Transcript,
)


def follow(answer: Answer, made: Correction, member: Member) -> None:
    """After a correction. The caller commits."""
    if made.kind == kinds.HAND_OFF:
        if made.value:
            case: FollowUp | None = _call(answer, made, member)
        else:
            case = _no_call(answer, made, member)
        made.follow_up_id = case.id if case else None
        return
    if made.kind == kinds.HIGHLIGHT:
        made.highlight_id = _show(answer, made)
    retell(answer)


def undo(answer: Answer, taken: Correction, member: Member) -> None:
    """After one was taken back. The caller commits."""
    if taken.kind == kinds.HAND_OFF:
        _undo_call(answer, taken, member)
        if (transcript := transcripts.current(answer)) is not None:
            processing.hand_over(answer, transcript)  # what the decision lay upon
        return
    if taken.kind == kinds.HIGHLIGHT:
        moment = _moment(answer, taken)
        hid = not taken.value or taken.highlight_id is not None
        if moment is not None and hid and moment.hidden != bool(taken.value):
            highlights.hide(moment, bool(taken.value))
    segment = db.session.get(Segment, taken.segment_id or 0)
    anew = segment is not None and segment.transcript.current and not segment.understood
    retell(answer, "understand" if anew else "highlight")


def retell(answer: Answer, first: str = "highlight") -> None:
    """The moments as the labels are now, at once; then, from the step `first` on, what is to be
    done anew, and whoever follows hears of new ones. A worker that is at it with the labels from
    before loses its lease."""
    transcript = transcripts.current(answer)
    if transcript is None:
        return
    highlights.publish(answer, transcript, highlights.chosen(answer, transcript))
    processing.heard_anew(answer, first)


def reason(hand_off: str, member: Member) -> str:
    """Why a member has a customer called."""
    return f"{hand_off} (said by {member.display_name})"


def _show(answer: Answer, made: Correction) -> str | None:
    """Hides or shows the moment that the passage is part of; its id where that changed it."""
    moment = _moment(answer, made)
    if moment is None or moment.hidden != bool(made.value):
        return None
    highlights.hide(moment, not made.value)
    return moment.id


def _moment(answer: Answer, decision: Correction) -> Highlight | None:
    transcript = transcripts.current(answer)
    segment = db.session.get(Segment, decision.segment_id or 0)
    if transcript is None or segment is None:
        return None
    return moments.covering(transcript, segment.position)


def _call(answer: Answer, made: Correction, member: Member) -> FollowUp:
    segment = db.session.get_one(Segment, made.segment_id)
    need = processing.need_of(segment, reason(made.value[0], member))
    return follow_ups.from_member(answer.submission, need, member)


def _no_call(answer: Answer, made: Correction, member: Member) -> FollowUp | None:
    case = _held_case(answer.submission)
    if case is None:
        return None
    words = db.session.get_one(Segment, made.segment_id).text
    case.told = needs.settled(case.told, _where(made, words))
    return _close(case, answer.submission, kinds.REASONS[made.reason], member)


def _undo_call(answer: Answer, taken: Correction, member: Member) -> None:
    case, submission = _held_case(answer.submission), answer.submission
    if case is None:
        return
    left = needs.taken_back(case.told, _where(taken), was_settled=not taken.value)
    if not taken.value:
        case.told = left
        if case.unneeded and _needed(submission, left):
            follow_ups.reopen(case, member)
    elif not _needed(submission, left):
        case.told = left
        _close(case, submission, "That one is needed was taken back", member)


def _held_case(submission: Submission) -> FollowUp | None:
    """The case that the machine or a colleague opened, held before it is read: it stays so until
    the caller's transaction ends, and what another answer added to it has been committed."""
    case = follow_ups.heard_case(submission)
    if case is not None:
        follow_ups.hold(case)
    return case


def _where(decided: Correction, words: str = "") -> needs.Need:
    where = needs.place(decided.start, decided.end, decided.position)
    return needs.Need("", words, decided.answer_id, where)


def _close(case: FollowUp, submission: Submission, because: str, by: Member) -> FollowUp | None:
    """Closes the case, unless another passage calls for a person or somebody else is at it: they
    are told, and decide."""
    if case.state == "done" or _needed(submission, case.told):
        return None
    said = f"Nobody is needed: {because[:1].lower()}{because[1:]}."
    if case.owner_id not in (None, by.id):
        follow_ups.note(case, said, by)
        return None
    follow_ups.close(case, said, by)
    case.unneeded = True
    return case


def _needed(submission: Submission, told: Sequence[Any]) -> bool:
    """Whether a passage of this voice calls for a person, as the labels stand now, or as the
    machine hears words that nobody decided about, or heard danger that nobody decided about;
    `told`: what its case tells of."""
    if needs.in_danger(told):
        return True
    calls = (
        select(Label.id)
        .join(Segment, Segment.id == Label.segment_id)
        .join(Transcript, Transcript.id == Segment.transcript_id)
        .join(Answer, Answer.id == Transcript.answer_id)
        .where(
            Answer.submission_id == submission.id, Transcript.current, Label.kind == kinds.HAND_OFF
        )
    )
    if db.session.scalar(calls.limit(1)) is not None:
        return True
    return any(
        need.grave or not needs.is_settled(need, told)
        for answer in submission.answers
        if (transcript := transcripts.current(answer)) is not None
        for need in processing.on_other_words(transcript)
    )
