"""Rows for tests, with sensible values; each call commits."""

from __future__ import annotations

import itertools
from typing import Any
from zlib import crc32

from app import runtime
from app.domain import calls, clips, muted, transcripts
from app.domain.needs import Need
from app.domain.timeline import Segment as Passage
from app.domain.timeline import Span
from app.extensions import db
from app.models import (
    Answer,
    Clip,
    Consent,
    ConsentText,
    Highlight,
    Invitation,
    Label,
    Member,
    Mention,
    Program,
    Prompt,
    Recording,
    Segment,
    Submission,
    Theme,
    Touchpoint,
    Transcript,
    Workspace,
    new_id,
    now,
)
from storage import keys

numbers = itertools.count(1)


def save(*rows: Any) -> Any:
    db.session.add_all(rows)
    db.session.commit()
    return rows[0]


def workspace(name: str = "Tern Home") -> Workspace:
    return save(Workspace(name=name))


def member(workspace: Workspace, role: str = "leader") -> Member:
    number = next(numbers)
    return save(
        Member(
            workspace_id=workspace.id,
            email=f"{role}{number}@example.com",
            name=f"{role.title()} {number}",
            role=role,
        )
    )


def program(workspace: Workspace, **values: Any) -> Program:
    program = Program(
        workspace_id=workspace.id,
        **{"name": "After delivery", "question": "How was it to get your order?", **values},
    )
    program.touchpoints = [
        Touchpoint(name="Delivery", position=0),
        Touchpoint(name="Support", position=1),
    ]
    program.prompts = [Prompt(text="What happened?", position=0)]
    program.themes = [
        Theme(name="Delivery", description="Late, early, lost or damaged deliveries", position=0),
        Theme(name="Staff", description="How people at the company treat you", position=1),
    ]
    program.consent_texts = [
        ConsentText(version=1, text="We may use this.", purposes=["internal", "shared"])
    ]
    return save(program)


def invitation(program: Program, **values: Any) -> Invitation:
    code = f"code{next(numbers)}"
    return save(Invitation(**{"program_id": program.id, "code": code, **values}))


def submission(program: Program, **values: Any) -> Submission:
    submission = Submission(
        **{
            "workspace_id": program.workspace_id,
            "program_id": program.id,
            "touchpoint_id": program.touchpoints[0].id,
            "state": "received",
            "received_at": now(),
            "display_name": "Ana",
            **values,
        }
    )
    submission.consent = Consent(
        consent_text_id=program.consent_texts[0].id, purposes=["internal", "shared"]
    )
    return save(submission)


def answer(submission: Submission, kind: str = "video", **values: Any) -> Answer:
    answer = Answer(
        submission_id=submission.id, kind=kind, position=len(submission.answers), **values
    )
    if kind != "text":
        answer.recording = Recording(
            original_key=f"test/{next(numbers)}", size=1, sha256="0" * 64, duration_s=20.0
        )
    return save(answer)


def transcript(answer: Answer, *sentences: str, **values: Any) -> Transcript:
    """One five-second segment a sentence, its words spread evenly."""
    transcript = Transcript(
        answer_id=answer.id,
        **{"engine": "pocketsphinx", "model": "en-us", "version": "5.1", "language": "en"} | values,
    )
    for position, sentence in enumerate(sentences):
        start, words = position * 5.0, sentence.split()
        each = 5.0 / max(len(words), 1)
        transcript.segments.append(
            Segment(
                position=position,
                start=start,
                end=start + 5.0,
                text=sentence,
                confidence=0.9,
                words=[
                    [word, start + i * each, start + (i + 1) * each, 0.9]
                    for i, word in enumerate(words)
                ],
            )
        )
    return save(transcript)


def talk(answer: Answer, *said: tuple[int, str], each: float = 2.0) -> Transcript:
    """What is said by whom, told apart by a machine: seconds 0 to 0.8 × `each`, and so on."""
    made = transcripts.publish(
        answer,
        engine="whisper",
        model="base",
        version="1",
        language="en",
        duration_s=each * len(said),
        segments=[
            Passage(at * each, (at + 0.8) * each, text, 0.9, speaker=who)
            for at, (who, text) in enumerate(said)
        ],
    )
    return save(made)


def cut(clip: Clip, key: str, size: int = 3) -> Clip:
    """The clip as a worker leaves it, with the words and masks as they are now."""
    moment = db.session.get_one(Highlight, clip.highlight_id)
    clip.key, clip.media_type, clip.size = key, "video/mp4", size
    clip.holds = clips.content(moment, clip.kind).digest
    return save(clip)


def playable(answer: Answer, content: bytes = b"all of it") -> Recording:
    """Its recording as a worker makes it ready, in WebM."""
    recording = answer.recording
    assert recording is not None
    key = keys.playable(recording.id, new_id(), "webm")
    recording.playable_key = runtime.storage().put(key, content).key
    recording.playable_type = "video/webm"
    return save(recording)


def muted_recording(recording: Recording, content: bytes = b"silent") -> str:
    """As a worker leaves it, with the masks as they are now; its object's key."""
    wanted = muted.content(recording)
    assert wanted is not None and wanted.mute
    key = runtime.storage().put(keys.muted(recording.id, new_id(), "webm"), content).key
    assert muted.publish(recording, wanted, key)
    db.session.commit()
    return key


def need(reason: str, words: str, score: float, language: str = "", at: int | None = None) -> Need:
    """A passage of some answer, `at` these seconds: at other words' time if nothing is said."""
    start = crc32(words.encode()) if at is None else at
    said = calls.heard(reason, score, language) if score else reason
    return Need(said, words, "an-answer", Span(start, start + 1))


def highlight(answer: Answer, transcript: Transcript, **values: Any) -> Highlight:
    submission = answer.submission
    themes = values.pop("themes", [])
    segment = transcript.segments[0]
    segment.labels.append(
        Label(
            kind="sentiment",
            value="negative",
            score=-0.7,
            confidence=0.8,
            engine="test",
            version="1",
        )
    )
    for theme in themes:
        segment.mentions.append(
            Mention(theme_id=theme.id, confidence=0.8, engine="test", version="1")
        )
    highlight = Highlight(
        **{
            "workspace_id": submission.workspace_id,
            "program_id": submission.program_id,
            "answer_id": answer.id,
            "submission_id": submission.id,
            "transcript_id": transcript.id,
            "touchpoint_id": submission.touchpoint_id,
            "first_position": 0,
            "last_position": 0,
            "start": 0.0,
            "end": 5.0,
            "quote": segment.text,
            "score": 0.8,
            "sentiment": "negative",
            "sentiment_score": -0.7,
            "emotion": "anger",
            "said_at": submission.received_at or now(),
            **values,
        }
    )
    highlight.themes = list(themes)
    return save(highlight)
