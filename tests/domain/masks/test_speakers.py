"""Beside masks a speaker has a number, unless they are called by a role."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.domain import masking, transcripts
from app.domain.speakers import Speaker
from app.extensions import db
from app.models import Workspace
from tests import factories
from tests.conftest import sign_in


@pytest.mark.parametrize(
    "name",
    ["Guadalupe", "Mark", "Mrs B", "王小明", "Customer Mark", "Mark Customer", "Nurse Joy", "J",
     "Agent 07700900456", "Driver\u0661", "Speaker 2", ""],
)  # fmt: skip
def test_any_other_name_is_a_number(name: str) -> None:
    assert Speaker(1, name).unnamed == "Speaker 1"
    assert Speaker(1, name).shown == (name or "Speaker 1")


@pytest.mark.parametrize("name", ["Interviewer", "customer", "AGENT 2", "Adviser #1", "nurse3"])
def test_a_role_stays_as_it_was_typed(name: str) -> None:
    assert Speaker(1, name).unnamed == name


def test_a_leader_reads_no_name_of_one_who_speaks(
    client: FlaskClient, workspace: Workspace
) -> None:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    talk = factories.transcript(answer, "How was it?", "It was late.")
    talk.segments[0].speaker, talk.segments[1].speaker = 1, 2
    talk.speakers = [[1, "Mark", False], [2, "Guadalupe", True]]
    db.session.commit()
    page = f"/voices/{answer.submission_id}"
    assert "Guadalupe" in sign_in(client, factories.member(workspace, "analyst")).get(page).text
    seen = sign_in(client, factories.member(workspace, "leader")).get(page).text
    outside = transcripts.vtt(masking.veiled(talk).segments)
    for name in ("Guadalupe", "Mark<", ">Mark"):
        assert name not in seen + outside
    assert "Speaker 2" in seen and "<v Speaker 2>" in outside
