from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.domain import processing
from app.extensions import db
from app.models import Answer, Label, Member, Workspace, now
from tests import factories
from tests.conftest import sign_in


@pytest.fixture
def answer(workspace: Workspace) -> Answer:
    return factories.answer(factories.submission(factories.program(workspace)))


def playable(answer: Answer) -> Answer:
    answer.recording.playable_key, answer.recording.playable_type = "recordings/x/y", "video/webm"
    db.session.commit()
    return answer


def page_of(client: FlaskClient, member: Member, answer: Answer) -> str:
    got = sign_in(client, member).get(f"/voices/{answer.submission_id}")
    assert got.status_code == 200
    return got.text


def test_a_teammate_reads_and_hears_a_voice(
    client: FlaskClient, teammate: Member, answer: Answer
) -> None:
    playable(answer)
    transcript = factories.transcript(answer, "It came late.", "Nobody called.")
    moment = factories.highlight(answer, transcript)
    page = page_of(client, teammate, answer)
    assert 'data-at="5.00" data-to="7.50">Nobody</span>' in page
    assert f"/media/recordings/{answer.recording.id}/playable" in page
    assert "Words by Pocketsphinx, model en-us, version 5.1" in page
    assert "Basic engine: expect mistakes" in page
    assert f'id="moment-{moment.id}"' in page
    assert "sure (0.80)" in page
    assert "Text version 1" in page
    assert "shown to people outside" in page


@pytest.mark.parametrize(
    ("language", "own", "whole", "beside"),
    [("es", "", 1, 0), ("en", "es", 0, 1), ("en", "", 0, 0), ("", "", 0, 0), ("es", "en", 1, 0)],
)
def test_labels_of_words_that_the_machine_does_not_read_are_a_guess(
    client: FlaskClient,
    teammate: Member,
    answer: Answer,
    language: str,
    own: str,
    whole: int,
    beside: int,
) -> None:
    transcript = factories.transcript(answer, "Nadie nos dijo nada.", language=language)
    (segment,) = transcript.segments
    segment.language = own
    made = {"engine": "heard-sentiment", "version": "1", "score": -0.9, "confidence": 0.93}
    segment.labels.append(Label(kind="sentiment", value="negative", **made))
    db.session.commit()
    page = page_of(client, teammate, answer)
    told = "The machine reads English only; this is in Spanish: take its labels as a guess"
    assert page.count(told) == whole + beside
    foreign = (own or language) == "es"
    assert ("<td>a guess</td>" in page, "sure (0.93)" in page) == (foreign, not foreign)


def test_whisper_needs_no_warning(client: FlaskClient, teammate: Member, answer: Answer) -> None:
    factories.transcript(answer, "Late.", engine="whisper", model="base", version="20250625")
    page = page_of(client, teammate, answer)
    assert "Words by Whisper, model base, version 20250625" in page
    assert "expect mistakes" not in page


@pytest.mark.parametrize("path", ["", "/progress"])
def test_a_stranger_and_a_visitor_get_nothing(
    client: FlaskClient, stranger: Member, answer: Answer, path: str
) -> None:
    where = f"/voices/{answer.submission_id}{path}"
    assert client.get(where).status_code == 302
    assert sign_in(client, stranger).get(where).status_code == 404


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_only_what_was_received_is_shown(
    client: FlaskClient, owner: Member, answer: Answer, state: str
) -> None:
    answer.submission.state = state
    db.session.commit()
    assert sign_in(client, owner).get(f"/voices/{answer.submission_id}").status_code == 404
    assert f"/voices/{answer.submission_id}" not in client.get("/voices").text


def test_hostile_words_stay_words(client: FlaskClient, teammate: Member, answer: Answer) -> None:
    hostile = "</span><script>alert(1)</script> {{7*7}} \" onmouseover=x '"
    playable(answer)
    transcript = factories.transcript(answer, hostile)
    factories.highlight(answer, transcript)
    answer.submission.display_name = hostile
    answer.submission.fields = {"<b>": hostile}
    db.session.commit()
    page = page_of(client, teammate, answer)
    found = client.get("/search", query_string={"q": "<script>alert"}).text
    for text in (page, found, client.get("/voices").text):
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text or "<mark>script</mark>" in text


def test_says_so_when_there_is_no_speech_or_no_end(
    client: FlaskClient, teammate: Member, answer: Answer
) -> None:
    answer.recording.partial = True
    playable(answer)
    factories.transcript(answer)
    page = page_of(client, teammate, answer)
    assert "No speech in this recording." in page
    assert "broke off before its end" in page


def test_a_written_answer_stands_large(
    client: FlaskClient, teammate: Member, workspace: Workspace
) -> None:
    submission = factories.submission(factories.program(workspace))
    answer = factories.answer(submission, "text", written_text="I wrote this.")
    assert '<p class="quote quote-large">I wrote this.</p>' in page_of(client, teammate, answer)
    factories.transcript(answer, "I wrote this.", engine="written", model="", version="")
    assert "Written by the customer." in page_of(client, teammate, answer)


def test_what_may_not_leave_is_not_offered(
    client: FlaskClient, teammate: Member, answer: Answer
) -> None:
    factories.highlight(answer, factories.transcript(answer, "It came late."))
    assert "Share</a>" in page_of(client, teammate, answer)
    answer.submission.consent.purposes = ["internal"]
    db.session.commit()
    page = page_of(client, teammate, answer)
    assert "Share</a>" not in page
    assert "did not agree to being shown outside" in page


def test_progress_asks_again_until_nothing_more_will_happen(
    client: FlaskClient, teammate: Member, answer: Answer
) -> None:
    run = processing.begin(answer)
    run.steps[0].state, run.steps[0].percent, run.steps[0].stage = "leased", 40, "Reading"
    run.steps[0].started_at = now() - timedelta(seconds=4)
    db.session.commit()
    where = f"/voices/{answer.submission_id}/progress"
    fragment = sign_in(client, teammate).get(where).text
    assert f'hx-get="{where}" hx-trigger="every 1s"' in fragment
    assert 'value="40"' in fragment and "Reading, 40 %" in fragment
    run.steps[0].state, run.steps[0].error = "failed", "It is not a media file."
    db.session.commit()
    fragment = client.get(where).text
    assert "hx-trigger" not in fragment
    assert "It is not a media file." in fragment
    assert "Try again" in fragment


def test_a_step_is_done_again(
    client: FlaskClient, teammate: Member, stranger: Member, answer: Answer
) -> None:
    run = processing.begin(answer)
    step = run.steps[1]
    run.steps[0].state, step.state, step.error = "done", "failed", "No disk."
    db.session.commit()
    where = f"/voices/{answer.submission_id}/steps/{step.id}/again"
    assert sign_in(client, stranger).post(where).status_code == 404
    assert sign_in(client, teammate).post(where).status_code == 303
    db.session.refresh(step)
    assert (step.state, step.error) == ("due", None)
    other = f"/voices/{answer.submission_id}/steps/{run.id}/again"
    assert client.post(other).status_code == 404


def test_words_are_written_down_again(
    client: FlaskClient, teammate: Member, stranger: Member, answer: Answer
) -> None:
    run = processing.begin(answer)
    for step in run.steps:
        step.state = "done"
    db.session.commit()
    where = f"/voices/{answer.submission_id}/answers/{answer.id}/again"
    assert sign_in(client, stranger).post(where).status_code == 404
    assert sign_in(client, teammate).post(where).status_code == 303
    db.session.expire_all()
    assert [step.state for step in run.steps] == ["done", "done", "due", *["waiting"] * 3]
    run.steps[2].state = "leased"
    db.session.commit()
    assert client.post(where).status_code == 409


def test_search_says_how_many_there_are_beyond_the_best(
    client: FlaskClient, owner: Member, answer: Answer
) -> None:
    factories.transcript(answer, *(f"Late, {number} times." for number in range(53)))
    page = sign_in(client, owner).get("/search?q=late").text
    assert "53 passages say it. The best 50 are here." in page and page.count("<mark>") == 50


def test_search_leads_to_the_second(
    client: FlaskClient, owner: Member, stranger: Member, answer: Answer
) -> None:
    factories.transcript(answer, "Hello.", "The parcel was late.")
    page = sign_in(client, owner).get("/search?q=parcel").text
    assert "<mark>parcel</mark>" in page
    assert f"/voices/{answer.submission_id}?answer={answer.id}&amp;t=5.0" in page
    assert "1 passage" in page
    assert "Nothing in these words" in client.get("/search?q=unicorn").text
    assert "Nothing found" in client.get("/search/both?q=unicorn").text
    assert "Which words?" in client.get("/search").text
    assert "parcel</mark>" not in sign_in(client, stranger).get("/search?q=parcel").text


def test_an_editor_hides_a_moment_and_shows_it_again(
    client: FlaskClient, owner: Member, teammate: Member, answer: Answer
) -> None:
    moment = factories.highlight(answer, factories.transcript(answer, "The porcelain broke."))
    where = f"/voices/{answer.submission_id}/moments/{moment.id}"
    assert "porcelain" in sign_in(client, owner).get("/").text
    assert f"{where}/hide" in page_of(client, owner, answer)
    assert client.post(f"{where}/hide").status_code == 303
    assert "porcelain" not in client.get("/").text
    page = page_of(client, owner, answer)
    assert "1 moment hidden from the board" in page and f"{where}/show" in page
    assert f'id="moment-{moment.id}"' not in page

    page = page_of(client, teammate, answer)
    assert "hidden from the board" not in page and f"{where}/" not in page
    assert client.post(f"{where}/show").status_code == 404

    assert sign_in(client, owner).post(f"{where}/show").status_code == 303
    assert "porcelain" in client.get("/").text


def test_a_moment_of_another_voice_is_not_hidden_through_this_one(
    client: FlaskClient, owner: Member, stranger: Member, answer: Answer
) -> None:
    moment = factories.highlight(answer, factories.transcript(answer, "It came late."))
    other = factories.answer(factories.submission(answer.submission.program))
    through = f"/voices/{other.submission_id}/moments/{moment.id}/hide"
    assert sign_in(client, owner).post(through).status_code == 404
    itself = f"/voices/{answer.submission_id}/moments/{moment.id}/hide"
    assert sign_in(client, stranger).post(itself).status_code == 404
    db.session.refresh(moment)
    assert not moment.hidden
