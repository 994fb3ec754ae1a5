"""Many voices at once, written straight into the tables: what a real program has after months."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import insert

from app.domain import editing_changes
from app.domain.editing_words import Passage
from app.extensions import db
from app.models import (
    Answer,
    CaptureEvent,
    Field,
    Highlight,
    Program,
    Segment,
    Submission,
    Transcript,
    TranscriptEdit,
    Workspace,
    new_id,
    now,
)
from tests import factories

SAID = "it came nine days late and the box was torn open when i got it"
Chooses = Callable[[int], Any]


def program(workspace: Workspace, **fields: list[str]) -> Program:
    """With one field for each keyword, or "accent" with North and South."""
    made = factories.program(workspace)
    for place, (key, choices) in enumerate((fields or {"accent": ["North", "South"]}).items()):
        made.fields.append(Field(key=key, label=key.title(), choices=choices, position=place))
    db.session.commit()
    return made


def voices(
    program: Program,
    many: int,
    fields: Callable[[int], Mapping[str, str]],
    *,
    highlighted: Chooses = lambda _: False,
    wrong: Callable[[int], int | None] = lambda _: None,
    kind: Callable[[int], str] = lambda _: "video",
    refused: Chooses = lambda _: False,
    reference: Callable[[int], str] = lambda _: "",
    confidence: Callable[[int], float] = lambda _: 0.9,
) -> list[str]:
    """Their ids. `wrong`: how many of the 15 words the machine heard wrongly, corrected by people;
    None where nobody corrected anything. Commits."""
    rows: dict[Any, list[dict[str, Any]]] = {
        each: []
        for each in (
            Submission, Answer, Transcript, Segment, TranscriptEdit, Highlight, CaptureEvent,
        )
    }  # fmt: skip
    ids = [new_id() for _ in range(many)]
    moment = now()
    for at, voice in enumerate(ids):
        answer, transcript = new_id(), new_id()
        rows[Submission].append(
            {"id": voice, "workspace_id": program.workspace_id, "program_id": program.id,
             "state": "received", "received_at": moment, "fields": dict(fields(at)),
             "reference": reference(at)}
        )  # fmt: skip
        rows[Answer].append({"id": answer, "submission_id": voice, "kind": kind(at), "position": 0})
        spoken = kind(at) != "text"
        miss = wrong(at) if spoken else None
        heard = None if miss is None else " ".join(["um"] * miss + SAID.split()[miss:])
        rows[Transcript].append(
            {"id": transcript, "answer_id": answer, "engine": "whisper" if spoken else "written",
             "model": "tiny", "version": "1", "language": "en",
             "heard": None if heard is None else _rows(heard, confidence(at))}
        )  # fmt: skip
        rows[Segment].append(
            {"transcript_id": transcript, "position": 0, "start": 0.0, "end": 9.0, "text": SAID,
             "confidence": confidence(at), "words": []}
        )  # fmt: skip
        if heard is not None:
            rows[TranscriptEdit].append(
                {"transcript_id": transcript, "number": 1, "by": "staff", "kind": "words"}
            )
        if highlighted(at):
            rows[Highlight].append(_highlight(program, voice, answer, transcript))
        if refused(at):
            rows[CaptureEvent].append({"submission_id": voice, "kind": "camera_denied"})
    for model, values in rows.items():
        # Two shapes of one row can't go together: SQL's NULL is left out.
        for part in (
            [v for v in values if v.get("heard", 1) is not None],
            [{k: v for k, v in each.items() if k != "heard"}
             for each in values if each.get("heard", 1) is None],
        ):  # fmt: skip
            if part:
                db.session.execute(insert(model), part)
    db.session.commit()
    return ids


def _rows(heard: str, confidence: float) -> list[Any]:
    return editing_changes.as_rows([Passage(0.0, 9.0, heard, confidence, (), "en")])


def _highlight(program: Program, voice: str, answer: str, transcript: str) -> dict[str, Any]:
    return {
        "workspace_id": program.workspace_id, "program_id": program.id, "submission_id": voice,
        "answer_id": answer, "transcript_id": transcript, "first_position": 0, "last_position": 0,
        "start": 0.0, "end": 9.0, "quote": SAID, "score": 0.5, "sentiment": "negative",
        "sentiment_score": -0.7, "said_at": now(),
    }  # fmt: skip
