"""A database of the release before, with voices in it, is brought to today's tables and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from app import create_app
from app.domain import consent
from app.domain.search import by_words
from app.extensions import db
from app.models import (
    CodebookChange,
    Correction,
    FollowedCorrection,
    Label,
    Lesson,
    Mention,
    PersonalLook,
    Program,
    ProposedPassage,
    Segment,
    Submission,
    ThemeProposal,
)
from tests import factories, services
from tests.conftest import ROOT, settings_for

pytestmark = pytest.mark.slow
MIGRATIONS = str(ROOT / "migrations")
TEXTS = ("It came nine days late.", "The man shouted.", "Nobody told me “why”.")
MASKED = "It came [number] days late."


@dataclass(frozen=True)
class Older:
    """Ids of what is in the database, which is at 0012: `newest` of a passage that is gone."""

    submission: str
    first: int
    second: int
    newest: int
    decision: str
    staff: str


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    if request.param == "sqlite":
        yield from _running(settings_for(tmp_path))
    else:
        with services.postgres() as address:
            yield from _running(settings_for(tmp_path, DATABASE_URL=address))


def _running(settings: Any) -> Iterator[Flask]:
    app = create_app(settings)
    with app.app_context():
        upgrade(MIGRATIONS)
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def older(app: Flask) -> Older:
    """Written with today's tables and brought back; then the newest passage goes, as it does when a
    transcript is edited, and a proposal is dismissed as it was."""
    workspace = factories.workspace()
    program = factories.program(workspace)
    answer = factories.answer(factories.submission(program))
    transcript = factories.transcript(answer, *TEXTS)
    factories.highlight(answer, transcript, themes=program.themes[:1])
    first, second, newest = (each.id for each in transcript.segments)
    delivery, staff = (each.id for each in program.themes)
    moved = {"gained": 1, "lost": 0, "new": [newest], "gone": []}
    change = CodebookChange(
        program_id=program.id, kind="merge", state="applied", edition=0, number=1,
        followed={"until": second},
        preview={"looked": 3, "changed": 1, "themes": {delivery: moved}},
    )  # fmt: skip
    decision = Correction(
        workspace_id=workspace.id, program_id=program.id, answer_id=answer.id, segment_id=first,
        position=0, start=0.0, end=5.0, digest="", kind="theme", value=[delivery],
        machine=[[delivery, 0.5, 0.5]], reason="missed", evidence="words",
    )  # fmt: skip
    proposals = [
        ThemeProposal(program_id=program.id, state=state) for state in ("open", "dismissed")
    ]
    proposals[0].passages = [ProposedPassage(segment_id=first, place=0)]
    looked = PersonalLook(segment_id=first, digest="", version="1", masked=MASKED)
    factories.save(change, decision, *proposals, looked)
    kept = {"change_id": change.id, "correction_id": decision.id}
    factories.save(
        FollowedCorrection(**kept, value=[staff], machine=[[staff, 0.5, 0.5]], newer=None),
        Lesson(**kept, theme_id=staff),
    )
    there = Older(answer.submission_id, first, second, newest, decision.id, staff)
    db.session.remove()
    downgrade(MIGRATIONS, revision="0012")
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM segments WHERE id = :id"), {"id": newest})
        followed = json.loads(
            connection.scalar(text("SELECT CAST(followed AS TEXT) FROM codebook_changes"))
        )
        was = [[staff], [[staff, 0.5, 0.5]], None]
        assert followed == {
            "until": second, "corrections": {decision.id: was}, "lessons": [[decision.id, staff]],
        }  # fmt: skip
        followed["corrections"]["of a voice that is gone"] = was
        followed["lessons"] += [["of a voice that is gone", staff], [decision.id, "gone"]]
        connection.execute(
            text("UPDATE codebook_changes SET followed = :it"), {"it": json.dumps(followed)}
        )
    db.engine.dispose()
    return there


def test_nothing_is_lost_and_no_id_is_given_twice(app: Flask, older: Older) -> None:
    if db.engine.dialect.name == "sqlite":
        assert "AUTOINCREMENT" not in made_as()["segments"]
    upgrade(MIGRATIONS)
    assert db.session.scalars(select(Segment.text).order_by(Segment.id)).all() == [*TEXTS[:2]]
    for table in (Label, Mention, PersonalLook, ProposedPassage):
        assert db.session.scalars(select(table.segment_id)).all() == [older.first]
    decision = db.session.scalars(select(Correction)).one()
    assert (decision.id, decision.segment_id) == (older.decision, older.first)
    was = db.session.scalars(select(FollowedCorrection)).one()
    assert (was.correction_id, was.value, was.machine, was.newer) == (
        older.decision, [older.staff], [[older.staff, 0.5, 0.5]], None,
    )  # fmt: skip
    assert db.session.scalars(select(Lesson.theme_id)).all() == [older.staff]
    assert db.session.scalars(select(CodebookChange.followed)).all() == [{"until": older.second}]
    # Nobody knows any more whose words the middle of the dismissed one was of.
    assert db.session.scalars(select(ThemeProposal.state)).all() == ["open"]
    program = db.session.scalars(select(Program)).one()
    answer = factories.answer(factories.submission(program))
    said = factories.transcript(answer, "A xylophone came.").segments[0]
    # The preview still knows the one that is gone.
    assert said.id > older.newest
    found = by_words(program.workspace_id, "xylophone").hits
    assert [hit.segment.id for hit in found] == [said.id]
    if db.engine.dialect.name == "sqlite":
        assert "AUTOINCREMENT" in made_as()["segments"]
        tended()
    consent.withdraw(db.session.get_one(Submission, older.submission))
    db.session.commit()
    assert db.session.scalars(select(Segment.id)).all() == [said.id]
    for gone in (Label, Mention, PersonalLook, ProposedPassage, FollowedCorrection, Lesson):
        assert db.session.scalars(select(gone)).all() == []
    assert by_words(program.workspace_id, "shouted").hits == []


def made_as() -> dict[str, str]:
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql <> ''"))
        return {row.name: row.sql for row in rows}


def tended() -> None:
    """SQLite's own looks at rows, indexes and keys find nothing, and the triggers write the
    index of words as they did."""
    with db.engine.begin() as connection:
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        look = "INSERT INTO segment_search(segment_search, rank) VALUES ('integrity-check', 1)"
        connection.execute(text(look))
    assert {
        "ix_segments_transcript_id", "segments_search_insert", "segments_search_delete",
        "segments_search_update",
    } <= set(made_as())  # fmt: skip
