"""What goes by age goes as wholly as what is taken back; looking at what would go takes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app import cli, runtime
from app.domain import erasing, retention
from app.domain.retention import Line, Rule
from app.extensions import db
from app.models import Base, Clip, Erasure, Recording, Submission, now
from tests.domain.erasure.marked import left, nowhere


def rows() -> dict[str, list[str]]:
    found = {
        table.name: sorted(str(tuple(row)) for row in db.session.execute(select(table)))
        for table in Base.metadata.sorted_tables
    }
    db.session.rollback()
    return found


def test_a_marker_goes_by_age_once_it_is_not_only_looked_at(voice: Submission) -> None:
    voice.received_at = now() - timedelta(days=100)
    wanted = [Rule("internal"), Rule("shared", recordings=2, everything=4), Rule("public")]
    retention.keep(voice.program, wanted)
    db.session.commit()
    before, files = rows(), left()

    def due(what: str, months: int, count: int) -> Line:
        oldest = voice.received_at if count else None
        return Line("shared", what, months, count, oldest)

    shown = retention.preview(voice.program, retention.rules(voice.program))
    assert shown == [due("everything", 4, 0), due("recordings", 2, 1)]
    assert (rows(), left()) == (before, files)
    assert (retention.carry_out(), erasing.due()) == (1, 1)
    assert left() == []
    for table in (Recording, Clip):
        assert db.session.scalars(select(table)).all() == []
    assert retention.carry_out() == 0
    later = now() + timedelta(days=60)
    assert retention.preview(voice.program, wanted, later)[0].count == 1
    assert (retention.carry_out(later), erasing.due()) == (1, 1)
    nowhere()
    receipts = db.session.scalars(select(Erasure).order_by(Erasure.id)).all()
    assert [(each.what, each.reason, each.state) for each in receipts] == [
        ("recordings", "retention", "gone"),
        ("everything", "retention", "gone"),
    ]


def test_the_command_takes_its_files_too_also_where_nothing_runs(
    voice: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_DATA", str(runtime.settings().data))
    if db.engine.dialect.name != "sqlite":
        monkeypatch.setenv("DATABASE_URL", db.engine.url.render_as_string(hide_password=False))
    voice.received_at = now() - timedelta(days=200)
    retention.keep(voice.program, [Rule("internal"), Rule("shared", everything=4), Rule("public")])
    db.session.commit()
    before, files = rows(), left()
    said = CliRunner().invoke(cli.main, ["retention", "--dry-run"]).output
    assert "everything of 1 voice (shared)" in said and "Nothing was changed." in said
    assert (rows(), left()) == (before, files)
    db.session.remove()
    assert "1 erased." in CliRunner().invoke(cli.main, ["retention"]).output
    assert left() == []
    nowhere()
