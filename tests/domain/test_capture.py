"""From the opened page to "received": consent, answers, quotas, one effect per submission."""

from __future__ import annotations

import io
import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import runtime
from app.domain import admission, appending, capture, consent, details, uploads
from app.domain.errors import Conflict, Expired, Invalid, NotFound
from app.extensions import db
from app.models import (
    Answer,
    Field,
    Invitation,
    Run,
    Segment,
    Submission,
    Workspace,
    now,
)
from tests import factories

VOICE = b"\x1aE\xdf\xa3" + bytes(range(256)) * 40


@pytest.fixture
def invitation(workspace: Workspace) -> Invitation:
    program = factories.program(workspace, score_kind="nps")
    program.fields.append(Field(key="shop", label="Your shop", choices=["North", "South"]))
    db.session.commit()
    return factories.invitation(program)


def opened(invitation: Invitation, *purposes: str) -> capture.Opened:
    draft = capture.open_submission(
        invitation,
        language="en",
        consent_text=consent.latest(invitation.program),
        purposes=purposes or ("internal",),
    )
    db.session.commit()
    return draft


def record(submission: Submission, data: bytes = VOICE, position: int = 0) -> Answer:
    declared = uploads.Declared(len(data), position, "video", "video/webm", "a.webm")
    appending.take_file(submission, declared, io.BytesIO(data))
    db.session.refresh(submission)
    return submission.answers[position]


def test_a_recording_is_received_with_its_consent(invitation: Invitation) -> None:
    draft = opened(invitation, "shared", "internal")
    answer = record(draft.submission)
    capture.send(draft.submission, details.Closing(score=9, fields={"shop": "North"}))
    db.session.commit()

    kept = capture.by_token(draft.token)
    assert kept.state == "received" and kept.received_at is not None
    assert kept.consent is not None
    assert kept.consent.purposes == ["internal", "shared"]
    assert kept.consent.consent_text.version == 1
    assert kept.token_hash is not None and draft.token not in kept.token_hash
    assert (kept.score_kind, kept.score, kept.fields) == ("nps", 9, {"shop": "North"})
    assert answer.prompt_id == invitation.program.prompts[0].id
    with runtime.storage().open(answer.recording.original_key) as stored:  # type: ignore[union-attr]
        assert stored.read() == VOICE
    assert db.session.scalar(select(func.count(Run.id)).where(Run.answer_id == answer.id)) == 1


def test_nothing_is_opened_without_the_needed_purpose(invitation: Invitation) -> None:
    with pytest.raises(Invalid, match="agreement"):
        opened(invitation, "shared")
    with pytest.raises(Invalid):
        opened(invitation, "internal", "public")  # never offered by this text


def test_sending_twice_is_one_effect(invitation: Invitation) -> None:
    draft = opened(invitation)
    closing = details.Closing(score=3, written={0: "It came late."})
    for _ in range(3):
        capture.send(draft.submission, closing)
        db.session.commit()
    db.session.refresh(invitation)
    assert invitation.received == 1
    assert db.session.scalar(select(func.count(Run.id))) == 1
    with pytest.raises(Invalid, match="already sent"):
        capture.send(draft.submission, details.Closing(score=4, written={0: "It came late."}))


def test_a_closed_or_full_invitation_takes_no_more(invitation: Invitation) -> None:
    late = opened(invitation)
    invitation.quota, invitation.received = 2, 2
    db.session.commit()
    with pytest.raises(Expired, match="Enough people"):
        opened(invitation)
    with pytest.raises(Expired):
        capture.send(late.submission, details.Closing(written={0: "I began in time."}))
    db.session.rollback()
    assert capture.by_token(late.token).state == "draft"  # nothing lost

    invitation.quota, invitation.closes_at = None, now() - timedelta(seconds=1)
    db.session.commit()
    with pytest.raises(Expired, match="closed"):
        opened(invitation)
    invitation.closes_at, invitation.program.closed_at = None, now()
    db.session.commit()
    with pytest.raises(Expired, match="closed"):
        opened(invitation)
    with pytest.raises(NotFound):
        admission.find("nobody")


def test_of_fifty_at_a_quota_of_ten_exactly_ten_get_through(
    app: Flask, invitation: Invitation
) -> None:
    invitation.quota = 10
    tokens = []
    for _ in range(50):
        tokens.append(opened(invitation).token)
    db.session.commit()
    invitation_id = invitation.id
    closing = details.Closing(written={0: "Fine."})
    results: list[str] = []

    def send(some: list[str]) -> None:
        with app.app_context():
            for token in some:
                try:
                    capture.send(capture.by_token(token), closing)
                    db.session.commit()
                    results.append("received")
                except Expired:
                    db.session.rollback()
                    results.append("full")
            db.session.remove()

    threads = [threading.Thread(target=send, args=(tokens[i::10],)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    assert sorted(results) == ["full"] * 40 + ["received"] * 10
    assert db.session.get_one(Invitation, invitation_id).received == 10
    states = select(func.count(Submission.id)).where(Submission.state == "received")
    assert db.session.scalar(states) == 10


def test_send_refuses_what_is_not_whole(invitation: Invitation) -> None:
    draft = opened(invitation)
    with pytest.raises(Invalid, match="nothing to send"):
        capture.send(draft.submission)
    db.session.rollback()
    uploads.declare(draft.submission, uploads.Declared(10))
    db.session.commit()
    with pytest.raises(Conflict, match="on its way"):
        capture.send(draft.submission)
    db.session.rollback()
    record(draft.submission)
    with pytest.raises(Invalid, match="damaged"):
        capture.send(draft.submission, details.Closing(hashes={0: "0" * 64}))
    db.session.rollback()
    assert capture.by_token(draft.token).state == "draft"


@pytest.mark.parametrize(
    "closing",
    [
        details.Closing(score=11),
        details.Closing(score=True),
        details.Closing(fields={"age": "44"}),
        details.Closing(fields={"shop": "West"}),
        details.Closing(display_name="x" * 5000),
        details.Closing(written={7: "No such question"}),
    ],
)
def test_bad_details_are_refused_and_nothing_is_sent(
    invitation: Invitation, closing: details.Closing
) -> None:
    draft = opened(invitation)
    record(draft.submission, VOICE)
    db.session.commit()
    with pytest.raises(Invalid):
        capture.send(draft.submission, closing)
    db.session.rollback()
    assert capture.by_token(draft.token).state == "draft"


def test_text_is_kept_without_control_characters(invitation: Invitation) -> None:
    draft = opened(invitation)
    db.session.commit()
    with pytest.raises(Invalid, match="nothing to send"):
        capture.send(draft.submission, details.Closing(written={0: " \n\x07"}))
    db.session.rollback()
    again = capture.by_token(draft.token)
    capture.send(again, details.Closing(written={0: " Late\x00 again\r\n\ud800 \x07"}))
    assert [answer.written_text for answer in again.answers] == ["Late again\n?"]


def test_a_retake_replaces_the_answer_and_its_object(invitation: Invitation) -> None:
    draft = opened(invitation)
    first = record(draft.submission).recording
    assert first is not None
    first_key = first.original_key
    second = record(draft.submission, VOICE * 2)
    assert len(draft.submission.answers) == 1
    assert second.recording is not None and second.recording.size == len(VOICE) * 2
    assert runtime.storage().stat(first_key) is None
    second_key = second.recording.original_key
    capture.send(draft.submission, details.Closing(written={0: "I would rather write."}))
    assert runtime.storage().stat(second_key) is not None  # not before the commit
    db.session.commit()
    assert runtime.storage().stat(second_key) is None


def test_a_draft_that_was_given_up_may_be_begun_anew(invitation: Invitation) -> None:
    draft = opened(invitation)
    assert capture.told(draft.submission) == "draft"
    for _ in range(2):
        capture.abandon(draft.submission)
        db.session.commit()
    assert capture.told(draft.submission) == "withdrawn"


def test_withdrawing_takes_everything_back(invitation: Invitation) -> None:
    draft = opened(invitation)
    answer = record(draft.submission)
    capture.send(draft.submission, details.Closing(score=1, display_name="Ana"))
    transcript = factories.transcript(answer, "the parcel was marzipan")
    highlight = factories.highlight(answer, transcript)
    key = f"highlights/{highlight.id}/1/plain.mp4"
    runtime.storage().put(key, b"clip")
    db.session.commit()

    for _ in range(2):
        consent.withdraw(draft.submission)
        db.session.commit()
    kept = capture.by_token(draft.token)
    assert kept.state == "withdrawn" and kept.answers == []
    assert capture.told(kept) == "erased"  # not to be sent anew
    assert (kept.display_name, kept.score, kept.fields) == ("", None, {})
    assert kept.consent is not None and kept.consent.withdrawn_at is not None
    assert list(runtime.storage().list("recordings/")) == []
    assert db.session.scalar(select(func.count(Segment.id))) == 0
    with pytest.raises(Expired):
        consent.change(kept, ["internal"])
    with pytest.raises(Expired):
        capture.send(kept)


def test_purposes_can_be_changed_later(invitation: Invitation) -> None:
    draft = opened(invitation)
    consent.change(draft.submission, ["shared", "internal"])
    assert draft.submission.consent is not None
    assert draft.submission.consent.purposes == ["internal", "shared"]
    with pytest.raises(Invalid):
        consent.change(draft.submission, ["shared"])
