"""The queries that differ from SQLite's, or that only a stricter database would refuse."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.domain import board, search, voices
from app.extensions import db
from tests import factories, services
from tests.conftest import ROOT, settings_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with services.postgres() as url:
        app = create_app(settings_for(tmp_path_factory.mktemp("data"), DATABASE_URL=url))
        with app.app_context():
            upgrade(str(ROOT / "migrations"))
            yield app
            db.session.remove()
            db.engine.dispose()


def test_search_board_and_list_on_postgresql(postgresql: Flask) -> None:
    workspace = factories.workspace()
    program = factories.program(workspace)
    answer = factories.answer(factories.submission(program))
    transcript = factories.transcript(answer, "El pedido llegó tarde.", "Nobody called me.")
    moment = factories.highlight(answer, transcript, themes=[program.themes[0]])
    factories.answer(factories.submission(factories.program(factories.workspace("Elsewhere"))))

    def found(query: str, filters: search.Filters | None = None) -> list[str]:
        return [hit.segment.text for hit in search.search(workspace.id, query, filters)]

    assert found("llegó tard") == ["El pedido llegó tarde."]
    assert found("called nobo") == ["Nobody called me."]
    assert found("tarde", search.Filters(program.id, moment.touchpoint_id or "", "negative"))
    for typed in ("'", "a & b |", "!x", "a:*b", "<->", "\\", "(late"):
        assert isinstance(search.search(workspace.id, typed), list)

    (section,) = board.sections(program, board.Filters(period="week", emotion="anger"))
    assert (section.theme, section.heard_by) == (program.themes[0], 1)
    assert section.moments == (moment,)
    assert board.page(program, board.Filters(), "newest", after=moment.id).moments == ()
    assert board.emotions(program) == ["anger"]
    (row,) = voices.page(workspace.id, voices.Filters()).rows
    assert (row.sentiment, row.length) == ("negative", 20.0)
