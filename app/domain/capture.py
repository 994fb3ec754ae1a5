"""A customer's answer set, from the opened page to "received"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.domain import admission, audit, consent, details, erasure, forgetting, parts, processing
from app.domain.clerk import after_commit, new_token, rows_written, token_hash
from app.domain.details import LONGEST_ANSWER, LONGEST_FIELD, Closing, plain
from app.domain.errors import Conflict, Expired, Invalid, NotFound
from app.domain.fairness import events
from app.domain.wording import mark
from app.extensions import db
from app.models import (
    Answer,
    Consent,
    ConsentText,
    Invitation,
    Program,
    Prompt,
    Submission,
    Upload,
    now,
)
from storage import keys


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft, and the only time its token is seen: the database keeps the hash."""

    submission: Submission
    token: str


def questions(program: Program) -> Sequence[Prompt]:
    """The prompts in order; a program without any asks its own question."""
    return program.prompts or [Prompt(text=program.question, hint="", position=0)]


def open_submission(
    invitation: Invitation,
    *,
    language: str,
    consent_text: ConsentText,
    purposes: Sequence[str],
    token: str | None = None,
) -> Opened:
    """A draft that belongs to whoever holds the token.

    A sender may bring its own token of 256 random bits; the same token again finds the same
    submission, so that a repeated request has one effect.

    Raises:
        Expired: closed. Invalid: the consent is missing or not for this program, or the token
        is none.
    """
    if token is not None and not TOKEN.fullmatch(token):
        raise Invalid(mark("That request could not be understood."))
    if token is not None and (known := _known(token, invitation)):
        if known.state == "draft":
            consent.change(known, purposes)
        return Opened(known, token)
    admission.require_open(invitation)
    if consent_text.program_id != invitation.program_id:
        raise Invalid(consent.NEEDED)
    token = token or new_token()
    submission = Submission(
        workspace_id=invitation.program.workspace_id,
        program_id=invitation.program_id,
        invitation_id=invitation.id,
        touchpoint_id=invitation.touchpoint_id,
        token_hash=token_hash(token),
        language=language[:12],
        score_kind=invitation.program.score_kind,
    )
    submission.consent = Consent(
        consent_text_id=consent_text.id, purposes=consent.checked(consent_text, purposes)
    )
    db.session.add(submission)
    try:
        db.session.flush()
    except IntegrityError:  # the same request came twice at the same moment
        db.session.rollback()
        return Opened(by_token(token), token)
    _noted(submission, "opened")
    return Opened(submission, token)


TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def _known(token: str, invitation: Invitation) -> Submission | None:
    return db.session.scalar(
        select(Submission).where(
            Submission.token_hash == token_hash(token), Submission.invitation_id == invitation.id
        )
    )


def by_token(token: str) -> Submission:
    """Raises NotFound, whatever is wrong with the token."""
    query = select(Submission).where(Submission.token_hash == token_hash(token))
    submission = db.session.scalar(query) if TOKEN.fullmatch(token) else None
    if submission is None:
        raise NotFound
    return submission


def told(submission: Submission) -> str:
    """Its state, as its sender is told. What was received and taken out since is "erased": it must
    not be sent anew. A draft that was given up, "withdrawn", may be."""
    if submission.state != "withdrawn":
        return submission.state
    receipt = erasure.of(submission)
    return "withdrawn" if receipt is not None and receipt.reason == "abandoned" else "erased"


def hold(submission: Submission) -> None:
    """Keeps a draft a draft until the caller's transaction ends: nobody sends or replaces
    an answer meanwhile.

    Raises:
        Conflict: it is no draft any more.
    """
    held = rows_written(
        update(Submission)
        .where(Submission.id == submission.id, Submission.state == "draft")
        .values(state="draft")
    )
    if not held:
        raise Conflict(mark("This was already sent; nothing more can be added."))


def replace(submission: Submission, answer: Answer) -> Answer:
    """Puts an answer at its position; the one that was there goes, with its objects.

    The caller holds the submission. Raises Invalid for a question that isn't asked.
    """
    asked = questions(submission.program)
    if not 0 <= answer.position < len(asked):
        raise Invalid(mark("There is no such question here."))
    drop_answer(submission, answer.position)
    answer.submission_id, answer.prompt_id = submission.id, asked[answer.position].id
    db.session.add(answer)
    db.session.flush()
    return answer


def drop_answer(submission: Submission, position: int) -> None:
    """What was answered there goes, with its objects. The caller holds the submission."""
    answer = db.session.scalar(
        select(Answer).where(Answer.submission_id == submission.id, Answer.position == position)
    )
    if answer is not None:
        if answer.recording is not None:
            forgetting.objects([keys.recording(answer.recording.id)])
        _noted(submission, "answer_dropped", answer=answer.id)
        db.session.delete(answer)
        db.session.flush()


def set_details(
    submission: Submission,
    *,
    score: int | None = None,
    fields: Mapping[str, str] | None = None,
    display_name: str = "",
    reference: str = "",
) -> None:
    """Everything here is voluntary.

    Raises:
        Invalid: a score off its scale, an unknown field or choice, too many characters.
    """
    program = submission.program
    submission.score = details.score_of(program, score)
    submission.fields = details.fields_of(program, fields or {})
    submission.display_name = plain(display_name, LONGEST_FIELD)
    submission.reference = plain(reference, LONGEST_FIELD)
    db.session.flush()


def send(submission: Submission, closing: Closing | None = None) -> Submission:
    """The draft is received: counted against the quota once, its answers on their way.

    The submission's token is the key: the same twice has one effect. Runs on a draft only,
    in the caller's transaction; on an error the draft stays as it was.

    Raises:
        Invalid: nothing to send, damaged bytes, bad details, or sent before with other content.
        Conflict: an upload is still under way. Expired: closed, full or withdrawn.
    """
    closing = closing or Closing()
    if not _take(submission):
        return _same_again(submission, closing)
    consent.require(submission)
    set_details(
        submission,
        score=closing.score,
        fields=closing.fields,
        display_name=closing.display_name,
        reference=closing.reference,
    )
    events.note_camera(submission, closing.camera)
    for position, text in closing.written.items():
        if text := plain(text, LONGEST_ANSWER):
            _write(submission, position, text)
    db.session.refresh(submission, ["answers"])
    _check_answers(submission, closing.hashes)
    if submission.invitation is not None:
        admission.count(submission.invitation)
    for answer in submission.answers:
        processing.begin(answer)
    _noted(submission, "received", answers=len(submission.answers))
    return submission


def _noted(submission: Submission, verb: str, **details: str | int) -> None:
    audit.record(
        submission.workspace_id,
        f"submission.{verb}",
        subject=("submission", submission.id),
        details={"program": submission.program_id, **details},
    )


def _take(submission: Submission) -> bool:
    taken = rows_written(
        update(Submission)
        .where(Submission.id == submission.id, Submission.state == "draft")
        .values(state="received", received_at=now())
    )
    db.session.refresh(submission)
    return bool(taken)


def _same_again(submission: Submission, closing: Closing) -> Submission:
    if submission.state != "received":
        raise Expired(mark("This was withdrawn; nothing of it is kept."))
    if not details.same(submission, closing):
        raise Invalid(mark("This was already sent with other answers. Nothing was changed."))
    return submission


def _check_answers(submission: Submission, hashes: Mapping[int, str]) -> None:
    under_way = db.session.scalar(
        select(Upload.id).where(
            Upload.submission_id == submission.id, Upload.state == "open", Upload.expires_at > now()
        )
    )
    if under_way:
        raise Conflict(mark("A recording is still on its way. Send again when it has arrived."))
    if not submission.answers:
        raise Invalid(mark("There is nothing to send yet."))
    kept = {a.position: a.recording.sha256 for a in submission.answers if a.recording}
    if any(kept.get(position) != value.lower() for position, value in hashes.items()):
        raise Invalid(mark("A recording arrived damaged. Please send it again."))


def retake(submission: Submission, position: int) -> None:
    """A recording that was begun for this question isn't used. Raises Conflict: already sent."""
    hold(submission)
    end_uploads(submission, position)


def abandon(submission: Submission) -> None:
    """Takes back a draft that nobody will send. Raises Conflict: it was sent, which only the
    personal page undoes."""
    if submission.state != "withdrawn":
        hold(submission)
        consent.withdraw(submission)


def end_uploads(submission: Submission, position: int) -> None:
    """Ends what is still on its way to this question; its bytes go with the commit, and what its
    sender said of it goes at once.

    The caller holds the submission.
    """
    for upload in db.session.scalars(
        select(Upload).where(
            Upload.submission_id == submission.id,
            Upload.position == position,
            Upload.state == "open",
        )
    ):
        upload.state = "ended"
        upload.said = upload.filename = upload.declared_type = ""
        after_commit(partial(parts.drop, upload.id))


def _write(submission: Submission, position: int, text: str) -> Answer:
    end_uploads(submission, position)
    return replace(submission, Answer(kind="text", position=position, written_text=text))
