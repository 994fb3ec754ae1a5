"""Which file each role is given of a recording in which somebody's name is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from app.domain import masks, muted, runs
from app.extensions import db
from app.models import Answer, Member, Recording, Step, Workspace
from app.web import rechecking
from tests import factories
from tests.conftest import sign_in

WHOLE, SILENT = bytes(range(256)) * 4000, bytes(range(255, -1, -1)) * 4000
COMING = "Being made silent where personal data is said."
EDITORS, OTHERS = ("owner", "analyst"), ("leader", "frontline")


@pytest.fixture
def answer(workspace: Workspace) -> Answer:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    factories.playable(answer, WHOLE)
    transcript = factories.transcript(answer, "my name is Oluwaseun Bakare", "It came late.")
    factories.highlight(answer, transcript)
    masks.look(transcript)
    db.session.commit()
    return answer


@pytest.fixture
def recording(answer: Answer) -> Recording:
    assert answer.recording is not None
    return answer.recording


def address(recording: Recording) -> str:
    return f"/media/recordings/{recording.id}/playable"


def test_only_who_may_hear_personal_data_is_given_the_recording(
    client: FlaskClient, workspace: Workspace, recording: Recording
) -> None:
    asked = {"": slice(None), "bytes=1000-1999": slice(1000, 2000), "bytes=-10": slice(-10, None)}
    members = {role: factories.member(workspace, role) for role in (*EDITORS, *OTHERS)}
    for made in (False, True):
        if made:
            factories.muted_recording(recording, SILENT)
        for role, path, head in product(members, ("", "?download=1"), asked):
            staff = sign_in(client, members[role])
            got = staff.get(address(recording) + path, headers={"Range": head})
            if role in OTHERS and not made:
                assert got.status_code == 409 and COMING in got.text
                assert staff.head(address(recording) + path).status_code == 409
                continue
            body = WHOLE if role in EDITORS else SILENT
            assert got.data == body[asked[head]] and got.content_type == "video/webm"


def test_a_kept_part_of_one_file_is_never_gone_on_with_by_the_other(
    client: FlaskClient, recording: Recording, owner: Member, teammate: Member
) -> None:
    etag = sign_in(client, owner).get(address(recording)).headers["ETag"]
    factories.muted_recording(recording, SILENT)
    leader = sign_in(client, teammate)
    assert leader.get(address(recording), headers={"If-None-Match": etag}).data == SILENT
    resumed = leader.get(address(recording), headers={"If-Range": etag, "Range": "bytes=5-9"})
    assert (resumed.status_code, resumed.data) == (200, SILENT)


def test_it_ends_where_words_are_masked_while_it_is_sent(
    client: FlaskClient,
    recording: Recording,
    owner: Member,
    teammate: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rechecking, "AGAIN_S", -1.0)
    factories.muted_recording(recording, SILENT)
    leader = sign_in(client, teammate)
    assert leader.get(address(recording)).data == SILENT
    under_way = leader.get(address(recording))
    pieces = under_way.iter_encoded()
    next(pieces)
    masks.hide(recording.answer.transcripts[0], "late", "other", owner)
    db.session.commit()
    with pytest.raises(ConnectionResetError):
        next(pieces)
    assert leader.get(address(recording)).status_code == 409


def test_pages_say_that_it_is_being_made_and_then_play_it(
    client: FlaskClient, answer: Answer, recording: Recording, teammate: Member, owner: Member
) -> None:
    staff = sign_in(client, teammate)
    voice, board = f"/voices/{answer.submission_id}", "/"
    for page in (voice, board):
        text = staff.get(page).text
        assert COMING in text and "[name]" in text and "Bakare" not in text, page
        assert address(recording) not in text, page
    assert "Silence personal data" in staff.get(f"{voice}/progress").text
    factories.muted_recording(recording)
    for page in (voice, board):
        text = staff.get(page).text
        assert COMING not in text and address(recording) in text, page
    sign_in(client, owner)
    for page in (voice, board):
        assert address(recording) in client.get(page).text


def test_a_card_on_the_board_goes_on_by_itself(
    client: FlaskClient, answer: Answer, recording: Recording, teammate: Member
) -> None:
    staff = sign_in(client, teammate)
    page = staff.get("/").text
    card = page.partition('hx-get="')[2].partition('"')[0]
    assert card.endswith("/card?lead=1")
    text = staff.get(card).text
    assert COMING in text and "moment-lead" in text and f'hx-get="{card}"' in text
    factories.muted_recording(recording)
    text = staff.get(card).text
    assert "hx-get" not in text and address(recording) in text
    answer.submission.state = "withdrawn"
    db.session.commit()
    assert staff.get(card).status_code == 404


def test_the_page_orders_what_is_not_there(
    client: FlaskClient, answer: Answer, recording: Recording, teammate: Member, owner: Member
) -> None:
    for step in db.session.query(Step):
        db.session.delete(step.run)
    recording.muted_holds = ""
    db.session.commit()
    voice = f"/voices/{answer.submission_id}"
    sign_in(client, owner).get(voice)
    assert muted.run_of(recording) == []
    assert sign_in(client, teammate).get(address(recording)).status_code == 409
    assert muted.run_of(recording) == []
    assert COMING in client.get(voice).text
    assert len(muted.run_of(recording)) == 1


def test_one_that_failed_says_so_and_is_tried_again(
    client: FlaskClient, answer: Answer, recording: Recording, teammate: Member
) -> None:
    (step,) = muted.run_of(recording)[0].steps
    claim = runs.claim(step.id)
    assert claim is not None
    runs.fail(claim, "The sound could not be silenced.", permanent=True)
    staff, voice = sign_in(client, teammate), f"/voices/{answer.submission_id}"
    text = staff.get(voice).text
    assert "It could not be made silent where personal data is said" in text
    assert "The sound could not be silenced." in text and "Try again" in text
    assert staff.post(f"{voice}/steps/{step.id}/again").status_code == 303
    assert COMING in staff.get(voice).text


def test_nothing_is_given_before_its_words_are_known(
    client: FlaskClient, answer: Answer, recording: Recording, teammate: Member, owner: Member
) -> None:
    db.session.delete(answer.transcripts[0])
    db.session.commit()
    staff = sign_in(client, teammate)
    got = staff.get(address(recording))
    assert got.status_code == 409 and "once its words are written down" in got.text
    assert "once its words are written down" in staff.get(f"/voices/{answer.submission_id}").text
    assert sign_in(client, owner).get(address(recording)).data == WHOLE


def test_the_board_asks_for_all_of_its_recordings_at_once(
    client: FlaskClient, workspace: Workspace, recording: Recording, teammate: Member
) -> None:
    staff, told = sign_in(client, teammate), []
    factories.muted_recording(recording)
    for _ in range(2):
        with counted() as statements:
            assert staff.get("/").status_code == 200
        told.append(len(statements))
        for _ in range(3):
            more = factories.answer(recording.answer.submission)
            factories.playable(more)
            said = factories.transcript(more, "my name is Oluwaseun Bakare")
            factories.highlight(more, said)
            masks.look(said)
            db.session.commit()
            factories.muted_recording(more.recording)
    assert told[0] == told[1]


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement that the database is sent."""
    statements: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        statements.append(statement)

    db.session.expire_all()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
