"""A database full of made-up passages: `python -m bench.search` measures the search over it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import insert

from app.domain import masking, personal_data
from app.domain.personal_data import lists
from app.domain.search import packing, vectors
from app.extensions import db
from app.models import (
    Answer,
    Base,
    Label,
    Mention,
    PersonalLook,
    Program,
    Segment,
    Submission,
    Theme,
    Touchpoint,
    Transcript,
    Vectors,
    Workspace,
    new_id,
    now,
)

IN_EACH = 10  # passages of an answer
WORDS_IN_EACH = 12
AT_ONCE = 1000  # answers in a transaction
DAYS = 365
CLUSTERS = 200  # of vectors: what people talk about


class World:
    """Words by how often they are said (Zipf's law), and who says them. The same every time."""

    def __init__(self, programs: int = 5) -> None:
        self.chance = np.random.default_rng(1)
        self.words = sorted(lists.common())
        self.chance.shuffle(self.words)
        share = 1 / np.arange(1, len(self.words) + 1)
        self.share = share / share.sum()
        self.middles = self.chance.standard_normal((CLUSTERS, packing.WIDTH)).astype(np.float32)
        self.workspace = Workspace(name="Bench")
        db.session.add(self.workspace)
        db.session.flush()
        self.programs = [self._program(number) for number in range(programs)]
        db.session.commit()
        self.workspace_id = self.workspace.id
        self.program_ids = [each.id for each in self.programs]
        self.touchpoint_ids = [[t.id for t in each.touchpoints] for each in self.programs]
        self.theme_ids = [[t.id for t in each.themes] for each in self.programs]
        self.next = 1

    def fill(self, passages: int) -> None:
        """Adds that many, newest last."""
        answers = passages // IN_EACH
        for begin in range(0, answers, AT_ONCE):
            self._add(min(AT_ONCE, answers - begin), begin / answers)

    def _program(self, number: int) -> Program:
        program = Program(
            workspace_id=self.workspace.id, name=f"Program {number}", question="How was it?"
        )
        program.touchpoints = [Touchpoint(name=f"T{i}", position=i) for i in range(4)]
        program.themes = [Theme(name=f"Theme {i}", description="", position=i) for i in range(10)]
        db.session.add(program)
        db.session.flush()
        return program

    def _add(self, answers: int, done: float) -> None:
        rows: dict[type[Base], list[dict[str, Any]]] = {}
        for model, row in self._rows(answers, now() - timedelta(days=DAYS * (1 - done))):
            rows.setdefault(model, []).append(row)
        for model in (
            Submission,
            Answer,
            Transcript,
            Segment,
            Label,
            Mention,
            PersonalLook,
            Vectors,
        ):
            db.session.execute(insert(model), rows[model])
        db.session.commit()

    def _rows(self, answers: int, at: Any) -> Iterator[tuple[type[Base], dict[str, Any]]]:
        said = self.chance.choice(len(self.words), (answers, IN_EACH, WORDS_IN_EACH), p=self.share)
        for texts in said:
            which = int(self.chance.integers(len(self.program_ids)))
            submission, answer, transcript = new_id(), new_id(), new_id()
            yield (
                Submission,
                {
                    "id": submission,
                    "workspace_id": self.workspace_id,
                    "program_id": self.program_ids[which],
                    "touchpoint_id": self.touchpoint_ids[which][int(self.chance.integers(4))],
                    "state": "received",
                    "received_at": at,
                    "display_name": "Ana",
                    "fields": {},
                },
            )
            yield Answer, {"id": answer, "submission_id": submission, "kind": "audio"}
            yield Transcript, {
                "id": transcript, "answer_id": answer, "engine": "whisper", "language": "en",
            }  # fmt: skip
            first, self.next = self.next, self.next + IN_EACH
            for position, numbers in enumerate(texts):
                yield from self._passage(transcript, first + position, position, numbers, which)
            yield (
                Vectors,
                {
                    "transcript_id": transcript,
                    "model": vectors.MODEL,
                    "edition": 1,
                    "records": self._records(first, texts).tobytes(),
                },
            )

    def _passage(
        self, transcript: str, number: int, position: int, numbers: Any, which: int
    ) -> Iterator[tuple[type[Base], dict[str, Any]]]:
        text = self._text(numbers)
        yield (
            Segment,
            {
                "id": number,
                "transcript_id": transcript,
                "position": position,
                "start": position * 5.0,
                "end": position * 5.0 + 5,
                "text": text,
                "confidence": 0.9,
                "words": [[word, 0.5, 0.9, 0.9] for word in text.split()],
                "understood": True,
            },
        )
        made = {"engine": "bench", "version": "1", "confidence": 0.8}
        feeling = ("negative", "neutral", "positive")[number % 3]
        yield Label, {
            "segment_id": number, "kind": "sentiment", "value": feeling, "score": 0.5, **made,
        }  # fmt: skip
        if number % 4 == 0:
            yield Label, {
                "segment_id": number, "kind": "emotion", "value": "anger", "score": 0.6, **made,
            }  # fmt: skip
        if number % 2 == 0:
            theme = self.theme_ids[which][number // 2 % 10]
            yield Mention, {"segment_id": number, "theme_id": theme, **made}
        yield (
            PersonalLook,
            {
                "segment_id": number,
                "digest": masking.digest(text),
                "version": personal_data.VERSION,
                "masked": f"{masking.UNSEARCHED} {text.partition(' ')[2]}"
                if number % 20 == 0
                else None,
            },
        )

    def _text(self, numbers: Any) -> str:
        return " ".join(self.words[each] for each in numbers).capitalize() + "."

    def _records(self, first: int, texts: Any) -> packing.Records:
        found = np.zeros(len(texts), packing.RECORD)
        middles = self.middles[self.chance.integers(CLUSTERS, size=len(texts))]
        noise = self.chance.standard_normal(middles.shape).astype(np.float32)
        every = middles + noise
        every /= np.linalg.norm(every, axis=1, keepdims=True)
        found["segment"] = np.arange(first, first + len(texts))
        found["numbers"], found["scale"] = packing.packed(every)
        for record, numbers in zip(found, texts, strict=True):
            record["digest"] = vectors.digest(self._text(numbers))
        return found
