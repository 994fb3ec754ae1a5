"""What the list of voices shows under each name."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.domain import masks, openings
from app.extensions import db
from app.models import Member, Program, Submission, Workspace
from tests import factories
from tests.conftest import queries, sign_in


@pytest.fixture
def program(workspace: Workspace) -> Program:
    return factories.program(workspace)


def said(program: Program, *sentences: str, **values: object) -> Submission:
    submission = factories.submission(program, **values)
    factories.transcript(factories.answer(submission), *sentences)
    return submission


def test_the_first_words_stand_under_the_name(
    client: FlaskClient, owner: Member, program: Program
) -> None:
    said(program, "it came late.", "Nobody called.")
    written = factories.submission(program, display_name="Zoe")
    factories.answer(written, "text", written_text="I wrote\nthis.")
    page = sign_in(client, owner).get("/voices").text
    assert ">It came late. Nobody called.</p>" in page
    assert ">I wrote this.</p>" in page and "in writing" in page
    assert "Ready" not in page and "–</div>" not in page


def test_a_mask_lies_on_them_for_who_may_not_see(
    client: FlaskClient, owner: Member, teammate: Member, program: Program
) -> None:
    mine = said(program, "My name is Oluwaseun Adeyemi.", "The porcelain broke.")
    masks.hide(mine.answers[0].transcripts[0], "porcelain", "other", owner)
    typed = factories.submission(program, display_name="")
    factories.answer(typed, "text", written_text="Write to zoe@example.com please.")
    hidden = ("Oluwaseun", "porcelain", "zoe@example")
    seen = sign_in(client, teammate).get("/voices").text
    assert not any(each in seen for each in hidden)
    assert "My name is [name]. The [hidden] broke." in seen and "to [e-mail address] p" in seen
    seen = sign_in(client, owner).get("/voices").text
    assert all(each in seen for each in hidden)


def test_an_interviewer_did_not_say_them(program: Program) -> None:
    submission = said(program, "How was it?", "It was late.")
    transcript = submission.answers[0].transcripts[0]
    transcript.speakers = [[1, "Interviewer", False], [2, "", True]]
    for speaker, segment in enumerate(transcript.segments, 1):
        segment.speaker = speaker
    db.session.commit()
    assert openings.of([submission], masked=False)[submission.id].text == "It was late."


def test_more_voices_need_no_more_queries(
    client: FlaskClient, teammate: Member, program: Program
) -> None:
    sign_in(client, teammate)
    counts = []
    for _ in range(2):
        for number in range(3):
            said(program, f"My name is Ana and I waited {number} days.", "It came late.")
        db.session.expire_all()
        with queries() as seen:
            assert client.get("/voices").text.count("[name]") == 3 * (len(counts) + 1)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "short"),
        ("one two three, four", "one two three…"),
        ("one two thr [name] four", "one two thr…"),
        ("abcdefghijklmnopqrstuvwxyz", "abcdefghijklmno…"),
        ("one two thre four five", "one two thre…"),
    ],
)
def test_what_is_cut_ends_with_a_whole_word(text: str, shown: str) -> None:
    assert openings.cut(text, 15) == shown
