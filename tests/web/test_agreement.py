"""The page that says how often people agree: from each figure to the voice behind it."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from app.domain.corrections import deciding, kinds
from app.models import Member
from tests import factories
from tests.conftest import sign_in


def test_from_a_figure_to_its_voice(client: FlaskClient, owner: Member) -> None:
    program = factories.program(owner.workspace)
    answer = factories.answer(factories.submission(program))
    transcript = factories.transcript(answer, "It came nine days late.")
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
