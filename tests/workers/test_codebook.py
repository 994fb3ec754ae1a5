"""The text worker's steps of a codebook, with the real encoder: preview, retag, propose."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.domain import masks, processing
from app.domain.codebook import changes, clusters, looking, lookout, proposals, reshaping, versions
from app.domain.codebook.proposals import LEAST
from app.domain.codebook.reading import default_codebook
from app.domain.codebook.reshaping import Part
from app.domain.personal_data.reading import unnamed
from app.domain.search import vectors
from app.extensions import db
from app.models import CodebookChange, Mention, Program, Run, Segment, Theme, Vectors, Workspace
from tests import factories
from workers import vectors as making
from workers.perform import perform
from workers.understand import shared
from workers.understand.encoder import Encoder
from workers.understand.themes import centred

pytestmark = pytest.mark.slow
TOPICS = Path(__file__).parents[2] / "tools" / "sentences" / "topics.tsv"

LATE = "The parcel came nine days late and nobody told me."
WET = "The delivery was left in the rain and the parcel was soaked."
KIND = "The man who brought it was so friendly and helpful."
CABLES = (
    "There was no charging cable in the box at all.",
    "The charging cable broke after two days.",
    "I had to buy another charging cable myself.",
    "My charging cable gets hot and smells burnt.",
    "The charging cable is much too short for me.",
    "I would have liked a longer charging cable with it.",
)


@pytest.fixture
def program(app: Flask, workspace: Workspace) -> Program:
    program = factories.program(workspace)
    for text in (LATE, WET, KIND, *CABLES):
        answer = factories.answer(factories.submission(program), "text", written_text=text)
        transcript = factories.transcript(answer, text)
        transcript.segments[0].understood = True
        masks.look(transcript)
    db.session.commit()
    return program


def performed(run: Run) -> str:
    step_id = run.steps[-1].id
    perform(step_id)
    db.session.expire_all()
    assert run.steps[-1].state == "done", run.steps[-1].error
    return run.steps[-1].stage


def done(change: CodebookChange) -> None:
    changes.apply(change)
    db.session.commit()
    performed(change.runs[-1])


def about(text: str) -> set[str]:
    rows = db.session.scalars(
        select(Theme.name).join(Mention).join(Segment).where(Segment.text == text)
    )
    return set(rows)


def test_a_codebook_is_heard_looked_through_and_parted(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for row in db.session.scalars(select(Vectors.transcript_id)).all():
        making.make(row)
    segments = db.session.scalars(select(Segment.id)).all()
    assert len(looking.vectors_of(segments)) == len(segments)
    encoded: list[str] = []
    embed = Encoder.embed

    def counted(self, texts):  # type: ignore[no-untyped-def]
        encoded.extend(texts)
        return embed(self, texts)

    monkeypatch.setattr(Encoder, "embed", counted)
    scope = [theme.id for theme in program.themes]
    done(changes.plan(program, changes.AGAIN, [], None, scope=scope, look=False))
    assert about(LATE) == {"Delivery"} and about(KIND) == {"Staff"}
    # The codebook was encoded, and none of the passages, which have their vectors.
    assert encoded and not {LATE, WET, KIND, *CABLES} & set(encoded)

    delivery = program.themes[0]
    parts = [Part("Late", "It came days late"), Part("Wet", "Left in the rain, soaked, wet")]
    planned = reshaping.plan_split(program, delivery, parts, None)
    db.session.commit()
    assert "would change" in performed(planned.runs[-1])
    assert planned.preview is not None and planned.preview["themes"][delivery.id]["lost"] >= 2
    done(planned)
    assert about(LATE) == {"Late"} and about(WET) == {"Wet"}
    changes.undo(planned)
    db.session.commit()
    performed(planned.runs[-1])
    assert about(LATE) == about(WET) == {"Delivery"}
    assert versions.history(program)[0].state == "undone"

    assert lookout.look(program)
    db.session.commit()
    run = db.session.scalars(select(Run).where(Run.program_id == program.id)).one()
    assert performed(run) == "1 theme proposed"
    [proposed] = proposals.shown(program, masked=True)
    assert proposed.name.startswith("Charging cable") and proposed.row.voices >= 5
    assert vectors.MODEL in set(db.session.scalars(select(Vectors.model)))


def test_groups_are_about_one_thing() -> None:
    """On the half of the topics that NEAR and INSIDE were not chosen on, all of one trade."""
    with TOPICS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    unseen = set(sorted({row["topic"] for row in rows})[1::2])
    held = [row for row in rows if row["topic"] in unseen]
    vectors = clusters.apart(
        centred(shared().encoder.embed([unnamed(row["text"]) for row in held]))
    )
    found = clusters.groups(vectors, [str(number) for number in range(len(held))], LEAST)
    topics = [Counter(held[row]["topic"] for row in group.rows) for group in found]
    pure = sum(each.most_common(1)[0][1] for each in topics) / sum(each.total() for each in topics)
    assert pure >= 0.7 and len({each.most_common(1)[0][0] for each in topics}) >= 25


def test_heard_anew_a_passage_says_what_it_said_first(app: Flask, workspace: Workspace) -> None:
    """Also where masks stand for what was said: both read the same, and the step that understands
    keeps the vectors that everything later is heard by."""
    program = factories.program(workspace)
    program.themes += [
        Theme(name=theme.name, description=theme.description, position=number)
        for number, theme in enumerate(default_codebook().themes, 2)
        if theme.name not in ("Delivery", "Staff")
    ]
    said = (
        "I rang 0161 496 0018 four times and nobody picked up.",
        "I wrote to complaints@shop.example and got no answer.",
        "The refund to sort code 20-11-33 account 55779911 never came.",
        "07700 900123",
        "Thank you all.",
    )
    answer = factories.answer(factories.submission(program))
    words = factories.transcript(answer, *said)
    step = next(each for each in processing.begin(answer).steps if each.name == "understand")
    step.state = "due"
    db.session.commit()
    perform(step.id)
    db.session.expire_all()
    assert step.state == "done", step.error
    first = {text: about(text) for text in said}
    assert all(first[text] for text in said[:3]) and not first[said[3]]
    assert db.session.get_one(Vectors, words.id).model == vectors.MODEL
    assert len(looking.vectors_of([each.id for each in words.segments])) == len(said) - 1

    scope = [theme.id for theme in program.themes]
    again = changes.plan(program, changes.AGAIN, [], None, scope=scope, look=False)
    changes.apply(again)
    db.session.commit()
    assert performed(again.runs[-1]) == "0 passages changed"
    assert {text: about(text) for text in said} == first

    db.session.execute(delete(Vectors))
    again = changes.plan(program, changes.AGAIN, [], None, scope=scope, look=False)
    changes.apply(again)
    db.session.commit()
    assert performed(again.runs[-1]) == "0 passages changed"
