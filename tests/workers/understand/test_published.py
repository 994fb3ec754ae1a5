"""The figures that Heard publishes of itself are those of what it runs."""

from __future__ import annotations

import pytest

from app.domain import accuracy, personal_data
from workers.understand import emotion, hand_off, sentiment, themes
from workers.understand.base import Engine

RULES = Engine(personal_data.ENGINE, personal_data.VERSION)


@pytest.mark.parametrize(
    "engine", [sentiment.engine, emotion.engine, hand_off.engine, themes.engine, lambda: RULES]
)
def test_they_were_measured_with_what_runs(engine) -> None:  # type: ignore[no-untyped-def]
    runs: Engine = engine()
    report = accuracy.read(accuracy.PAGE)
    named = {figure.engine for section in report.sections for figure in section.figures}
    told = {each for each in named if each.startswith(runs.name)}
    assert told, runs.name
    assert all(each.endswith(runs.version) for each in told), (
        f"{runs.name} is {runs.version} by now; `./heard bench accuracy` measures it anew"
    )
