"""What people decided before it was known which words nobody had timed."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from app import create_app
from app.domain import clips, masking
from app.extensions import db
from app.models import Clip, Highlight, PersonalData, TranscriptEdit
from tests import factories
from tests.conftest import ROOT, settings_for
from tests.domain.masks.said import cut, hide, listened, shown

MIGRATIONS = str(ROOT / "migrations")
HOUSE = "we live in the blue house by the pub"


@pytest.mark.slow
def test_an_older_database_is_silent_in_all_of_a_caption(tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path))
    with app.app_context():
        upgrade(MIGRATIONS)
        workspace = factories.workspace()
        member = factories.member(workspace, "analyst")
        answer = factories.answer(factories.submission(factories.program(workspace)))
        timed = listened(answer, HOUSE, current=False)
        caption = listened(answer, HOUSE, timed=False)
        hide(caption, "blue house", member)
        other = factories.answer(answer.submission)
        elsewhere = listened(other, HOUSE)
        hide(elsewhere, "blue house", member)
        cut(factories.highlight(answer, caption))
        assert timed.id != caption.id
        db.session.remove()
        downgrade(MIGRATIONS, revision="0015")
        with db.engine.begin() as connection:  # as it was noted then: by length
            guess = "UPDATE personal_data SET start = 1.9, \"end\" = 3.2 WHERE source = 'person'"
            connection.execute(text(guess))
        upgrade(MIGRATIONS)
        rows = db.session.query(PersonalData).filter_by(source="person").order_by("id").all()
        assert [(each.start, each.end, each.timed) for each in rows] == [
            (0.0, 5.0, False), (1.9, 3.2, True),
        ]  # fmt: skip
        caption = db.session.merge(caption)
        assert shown(caption) == ["we live in the [hidden] by the pub"]
        assert masking.muted(caption)[0].end == 5.12
        assert db.session.query(Clip).one().holds == ""
        assert clips.ready(db.session.query(Highlight).one()) is None
        assert db.session.query(TranscriptEdit).count() == 0
        db.session.remove()
        db.engine.dispose()
