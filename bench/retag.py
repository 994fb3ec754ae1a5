"""10 000 passages heard anew after a change of the codebook, cold (nothing encoded yet) and warm
(from the vectors that search keeps), against a bare pass of the encoder over the same passages."""

from __future__ import annotations

import csv
import os
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import insert, select

from app import create_app
from app.config import read_settings
from app.domain import masks, programs
from app.domain.codebook import changes, entries, reshaping
from app.domain.codebook.reshaping import Part
from app.extensions import db
from app.models import (
    Answer,
    CodebookChange,
    Mention,
    Program,
    Segment,
    Step,
    Submission,
    Transcript,
    Workspace,
    new_id,
    now,
)
from bench.table import show

SENTENCES = Path(__file__).parent.parent / "tools" / "sentences"
PASSAGES, IN_EACH = 10_000, 5
GOAL_S = 60


def main() -> None:
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the text worker has it
    with tempfile.TemporaryDirectory(prefix="heard-bench-") as name:
        env = {**os.environ, "HEARD_DATA": name, "REDIS_URL": "redis://127.0.0.1:1/0"}
        with create_app(read_settings(env)).app_context():
            upgrade("migrations")
            program = _program(_texts(PASSAGES))
            rows = [("all themes, cold", *_done(_again(program)))]
            bare = _vectors(program)
            rows.append(("bare pass of the encoder", *bare, 0))
            rows.append(("all themes, warm", *_done(_again(program))))
            rows += [(what, *_done(change())) for what, change in _others(program)]
    show(
        ("what", "seconds", "CPU-seconds", "mentions moved"),
        [(what, f"{took:.1f}", f"{cpu:.1f}", f"{moved:,}") for what, took, cpu, moved in rows],
    )
    cold, warm = rows[0][2], rows[2][2]
    print(f"  warm ÷ bare encoder, in CPU-seconds: {warm / bare[1]:.2f}")
    print(f"  on two cores: cold {cold / 2:.0f} s, warm {warm / 2:.1f} s; goal ≤ {GOAL_S} s")


def _others(program: Program):  # type: ignore[no-untyped-def]
    first, second, third = (each.id for each in program.themes[:3])

    def renamed() -> CodebookChange:
        entry = entries.replace(
            entries.every(program.id)[first], name="Waiting", description="Being kept waiting"
        )
        return changes.plan(program, changes.EDIT, [entry], None, scope=[first], look=False)

    def split() -> CodebookChange:
        theme = next(each for each in program.themes if each.id == second)
        parts = [Part("Late", "It came late"), Part("Broken", "It came broken")]
        return reshaping.plan_split(program, theme, parts, None)

    def merged() -> CodebookChange:
        one, into = (next(t for t in program.themes if t.id == each) for each in (third, first))
        return reshaping.plan_merge(program, one, into, None)

    return (
        ("one theme described anew, warm", renamed),
        ("one theme split, warm", split),
        ("two themes merged, warm", merged),
    )


def _again(program: Program) -> CodebookChange:
    scope = [each.id for each in program.themes if each.active]
    return changes.plan(program, changes.AGAIN, [], None, scope=scope, look=False)


def _done(change: CodebookChange) -> tuple[float, float, int]:
    """Seconds and CPU-seconds of the worker's step, as it does it; how many mentions differ."""
    from workers.perform import perform

    before = set(db.session.execute(select(Mention.segment_id, Mention.theme_id)))
    changes.apply(change)
    db.session.commit()
    step_id = change.runs[-1].steps[-1].id
    began = time.perf_counter(), time.process_time()
    perform(step_id)
    took, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
    step = db.session.get_one(Step, step_id)
    assert step.state == "done", step.error
    after = set(db.session.execute(select(Mention.segment_id, Mention.theme_id)))
    return took, cpu, len(before ^ after)


def _vectors(program: Program) -> tuple[float, float]:
    """Makes and keeps every passage's vector; seconds and CPU-seconds of the encoder alone."""
    from app import runtime
    from app.domain.personal_data.reading import unnamed
    from workers.understand import shared
    from workers.vectors import make

    texts = db.session.scalars(select(Segment.text)).all()
    encoder = shared(*runtime.settings().text_models).encoder
    began = time.perf_counter(), time.process_time()
    encoder.embed([unnamed(text) for text in texts])
    took = time.perf_counter() - began[0], time.process_time() - began[1]
    for transcript_id in db.session.scalars(select(Transcript.id)).all():
        make(transcript_id)
    return took


def _program(texts: Sequence[str]) -> Program:
    workspace = Workspace(name="Bench")
    db.session.add(workspace)
    db.session.flush()
    program = programs.create(workspace, programs.Description(name="Bench", question="How was it?"))
    db.session.commit()
    ids = []
    for begin in range(0, len(texts), IN_EACH):
        submission, answer, transcript = new_id(), new_id(), new_id()
        ids.append(transcript)
        rows = (
            (Submission, {
                "id": submission, "workspace_id": workspace.id, "program_id": program.id,
                "state": "received", "received_at": now(), "fields": {},
            }),
            (Answer, {"id": answer, "submission_id": submission, "kind": "text"}),
            (Transcript, {
                "id": transcript, "answer_id": answer, "engine": "written", "language": "en",
            }),
        )  # fmt: skip
        for model, row in rows:
            db.session.execute(insert(model), [row])
        passages = [
            {
                "transcript_id": transcript, "position": place, "start": 0.0, "end": 0.0,
                "text": text, "confidence": 1.0, "words": [], "understood": True,
            }
            for place, text in enumerate(texts[begin : begin + IN_EACH])
        ]  # fmt: skip
        db.session.execute(insert(Segment), passages)
    db.session.commit()
    for transcript_id in ids:
        masks.look(db.session.get_one(Transcript, transcript_id))
    db.session.commit()
    return program


def _texts(many: int) -> list[str]:
    """Distinct passages: what customers said, two and two. The same every time."""
    said: list[str] = []
    for path in sorted(SENTENCES.glob("customers_*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            said += [row["text"] for row in csv.DictReader(file, delimiter="\t") if row.get("text")]
    chance = random.Random(1)
    found: dict[str, None] = {}
    while len(found) < many:
        found.setdefault(" ".join(chance.sample(said, 2))[:300])
    return list(found)
