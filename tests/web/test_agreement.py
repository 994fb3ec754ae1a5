"""The page that says how often people agree: from each figure to the voice behind it."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from sqlalchemy import select

from app.domain.codebook import changes
from app.domain.corrections import deciding, kinds, teaching
from app.extensions import db
from app.models import Member, Program, Submission
from tests import factories
from tests.conftest import sign_in


def test_from_a_figure_to_its_voice(client: FlaskClient, owner: Member) -> None:
    program = factories.program(owner.workspace)
    answer = factories.answer(factories.submission(program))
    transcript = factories.transcript(answer, "It came nine days late.")
    transcript.segments[0].understood = True
    factories.highlight(answer, transcript)
    staff = sign_in(client, owner)
    page = f"/settings/programs/{program.id}/corrections"
    assert "Nobody has put a label right" in staff.get(page).text
    here = deciding.passage(answer.submission, transcript.segments[0].id)
    why = kinds.why("irony", "voice", "")
    deciding.correct(here, "sentiment", ["positive"], why, deciding.seen(here, "sentiment"), owner)
    factories.save(program)
    text = staff.get(page).text
    assert "0 of 1" in text and "somewhere between 0 and 79 %" in text
    (link,) = re.findall(r'href="(/voices/[^"#]+)#passage-\d+"', text)
    assert staff.get(link).status_code == 200
    assert page in staff.get(f"/settings/programs/{program.id}").text


def test_what_waits_and_what_was_learned_are_told(client: FlaskClient, owner: Member) -> None:
    program = factories.program(owner.workspace)
    said = factories.transcript(
        factories.answer(factories.submission(program)), *(f"It came late, {n}." for n in range(22))
    )
    for segment in said.segments:
        segment.understood = True
        here = deciding.passage(program_voice(program), segment.id)
        why = kinds.why("missed", "words", "")
        chosen = [program.themes[0].id]
        deciding.correct(here, "theme", chosen, why, deciding.seen(here, "theme"), owner)
    factories.save(program)
    staff = sign_in(client, owner)
    page = f"/settings/programs/{program.id}/corrections"
    text = staff.get(page).text
    assert "22 new examples" in text and "and 2 more" in text
    assert text.count("“It came late, ") == 40  # 20 with the figure, 20 that wait
    changes.apply(teaching.plan(program, owner))
    factories.save(program)
    text = staff.get(page).text
    assert "No theme correction waits" in text and "22 examples" in text


def program_voice(program: Program) -> Submission:
    return db.session.scalars(select(Submission).where(Submission.program_id == program.id)).one()
