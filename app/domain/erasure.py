"""Taking a voice out for good: what shows it goes at once, in one transaction with its tombstone.

The bytes follow when that is committed (`app.domain.erasing`), and again and again until they are
gone. What stays of a voice is the fact: its id, its times, the version of the consent.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import delete, select, update

from app.domain import audit, erasing, fingerprints, forgetting, gone_out, receipt
from app.domain.clerk import rows_written, when_free
from app.domain.codebook import proposals
from app.domain.corrections import keeping
from app.domain.fairness import events
from app.extensions import db
from app.models import (
    Answer,
    Clip,
    ErasedSource,
    Erasure,
    FollowUp,
    FollowUpNote,
    Highlight,
    Recording,
    Submission,
    Upload,
    new_id,
    now,
)
from app.models.program import PURPOSES
from storage import keys

EVERYTHING, RECORDINGS = "everything", "recordings"
KEEPS_PROMISES = ("withdrawn", "abandoned")
ACTIONS = {
    "withdrawn": "submission.withdrawn",
    "staff": "submission.erased",
    "retention": "submission.aged_out",
    "abandoned": "submission.abandoned",
}


def everything(
    submission: Submission,
    reason: str,
    *,
    member_id: str | None = None,
    asked_at: datetime | None = None,
    later: bool = False,
) -> Erasure | None:
    """The whole voice; None if it was taken out before: twice is once. The caller commits.

    A call that its customer asked for and still waits for stays when they withdraw, without a
    word of theirs: a phone number and a promise. `later` leaves the bytes to the clock. A draft
    that is "abandoned" was never received: it has no tombstone, and its rows go in the end.
    """
    received = submission.received_at is not None
    taken = rows_written(
        update(Submission)
        .where(Submission.id == submission.id, Submission.state != "withdrawn")
        .values(state="withdrawn")
    )
    db.session.refresh(submission)
    if not taken:
        return None
    erasure = _erasure(submission, EVERYTHING, reason, member_id, asked_at)
    erasure.removed = receipt.counted(submission) | receipt.told(submission)
    erasure.prefixes = _prefixes(submission)
    erasure.sources = [
        ErasedSource(fingerprint=each) for each in fingerprints.of_submission(submission)
    ]
    submission.display_name = submission.reference = ""
    submission.score = submission.score_kind = None
    submission.fields = {}
    events.forget(submission)
    gone_out.forget(submission)
    if submission.consent is not None:
        submission.consent.withdrawn_at = erasure.asked_at
    _end_uploads(submission, erasure)
    proposals.forget(submission)
    # Answers first: a step that is being published holds them, so what it wrote is seen below.
    keeping.hold(submission)
    for answer in list(submission.answers):
        db.session.delete(answer)
    db.session.flush()
    _forget_calls(submission, erasure, keep_promise=reason in KEEPS_PROMISES)
    if received:
        _drop_exports(submission, erasure)
    return _finish(submission, erasure, later=later)


def recordings(
    submission: Submission, reason: str, *, asked_at: datetime | None = None, later: bool = False
) -> Erasure | None:
    """Picture and sound, with all files made from them; words and findings stay. None where there
    is nothing of the kind. The caller commits."""
    hold(submission)
    there = [answer.recording for answer in submission.answers if answer.recording]
    known = db.session.scalar(
        select(Erasure.id).where(Erasure.submission_id == submission.id, Erasure.what == RECORDINGS)
    )
    if submission.state != "received" or not there or known:
        return None
    erasure = _erasure(submission, RECORDINGS, reason, None, asked_at)
    found = receipt.counted(submission)
    erasure.removed = {kind: found[kind] for kind in ("recordings", "clips") if kind in found}
    erasure.prefixes = _prefixes(submission)
    erasure.sources = [
        ErasedSource(fingerprint=each) for each in fingerprints.of_submission(submission)
    ]
    moments = select(Highlight.id).where(Highlight.submission_id == submission.id)
    for recording in there:
        db.session.delete(recording)
    db.session.flush()
    db.session.execute(delete(Clip).where(Clip.highlight_id.in_(moments)))
    _end_uploads(submission, erasure)
    return _finish(submission, erasure, later=later)


def hold(submission: Submission) -> None:
    """Its state is the newest, and stays until the caller's transaction ends."""
    rows_written(
        update(Submission).where(Submission.id == submission.id).values(state=Submission.state)
    )
    db.session.refresh(submission)


def of(submission: Submission) -> Erasure | None:
    """The receipt of a voice that was taken out; None for one from before receipts were kept."""
    return db.session.scalar(
        select(Erasure).where(Erasure.submission_id == submission.id, Erasure.what == EVERYTHING)
    )


def _erasure(
    submission: Submission,
    what: str,
    reason: str,
    member_id: str | None,
    asked_at: datetime | None,
) -> Erasure:
    erasure = Erasure(
        id=new_id(),
        workspace_id=submission.workspace_id,
        program_id=submission.program_id,
        submission_id=submission.id,
        what=what,
        reason=reason,
        member_id=member_id,
        asked_at=asked_at or now(),
        due_at=now() + erasing.PATIENCE,
        uploads=[],
    )
    db.session.add(erasure)
    return erasure


def _finish(submission: Submission, erasure: Erasure, *, later: bool) -> Erasure:
    db.session.flush()
    db.session.expire(submission)
    audit.record(
        erasure.workspace_id,
        ACTIONS[erasure.reason],
        subject=("submission", erasure.submission_id),
        details={"erasure": erasure.id, "what": erasure.what, **erasure.removed},
    )
    if later:
        erasure.due_at = now()
        db.session.flush()
    else:
        when_free(partial(erasing.at_once, erasure.id))
    return erasure


def _drop_exports(submission: Submission, erasure: Erasure) -> None:
    emptied = forgetting.exports_of(submission.program_id, PURPOSES, drop_objects=False)
    erasure.prefixes = [*erasure.prefixes, *(keys.export(each, "") for each in emptied)]
    if emptied:
        erasure.removed = {**erasure.removed, "exports": len(emptied)}


def _end_uploads(submission: Submission, erasure: Erasure) -> None:
    ended = db.session.scalars(select(Upload).where(Upload.submission_id == submission.id)).all()
    for upload in ended:
        upload.filename = upload.declared_type = upload.said = ""
        if erasure.what == EVERYTHING or upload.state == "received":
            upload.state = "ended"
    erasure.uploads = [upload.id for upload in ended]


def _forget_calls(submission: Submission, erasure: Erasure, *, keep_promise: bool) -> None:
    calls = db.session.scalars(
        select(FollowUp)
        .where(FollowUp.submission_id == submission.id)
        .with_for_update()  # a colleague who finishes one at this moment was before this
        .execution_options(populate_existing=True)
    ).all()
    for call in calls:
        if keep_promise and call.source == "asked" and call.state == "open":
            call.evidence = call.outcome = ""
            call.told = []
            db.session.execute(delete(FollowUpNote).where(FollowUpNote.follow_up_id == call.id))
        else:
            db.session.delete(call)
    db.session.flush()
    if calls:
        erasure.removed = {**erasure.removed, "calls": len(calls)}


def _prefixes(submission: Submission) -> list[str]:
    """Where bytes of this voice may lie, also those of a step or an upload that is under way."""
    answers = select(Answer.id).where(Answer.submission_id == submission.id)
    made = db.session.scalars(select(Recording.id).where(Recording.answer_id.in_(answers))).all()
    coming = db.session.scalars(select(Upload.id).where(Upload.submission_id == submission.id))
    moments = db.session.scalars(
        select(Highlight.id).where(Highlight.submission_id == submission.id)
    )
    return [
        *(keys.recording(each) for each in dict.fromkeys([*made, *coming])),
        *(keys.highlight(each) for each in moments),
    ]
