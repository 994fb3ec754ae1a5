"""Labels put right on the voice's page: by whom, in which order, and what strangers learn of it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain import answers, editing, masks, understanding
from app.domain.corrections import deciding, kinds
from app.domain.understanding import Finding, Heard, Tag
from app.extensions import db
from app.models import Answer, Correction, Member, Segment, Transcript, Workspace
from tests import factories
from tests.conftest import sign_in
from tests.domain.erasure.gate import beside

SAID = "I told Oluwaseun Bakare at the counter"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def segment(workspace: Workspace) -> Segment:
    program = factories.program(workspace)
    answer = factories.answer(factories.submission(program))
    transcript = factories.transcript(answer, "It came nine days late.", "The box was torn.")
    tags = (Tag("sentiment", "neutral", 0.0, 0.7, "heard-sentiment", "1"),)
    heard = Finding(tags, (Heard("Staff", 0.6, "scorer", "1"),))
    understanding.publish(transcript, [heard, heard])
    db.session.commit()
    return transcript.segments[0]


def place(segment: Segment, what: str) -> str:
    return f"{voice(segment)}/passages/{segment.id}/{what}"


def voice(segment: Segment) -> str:
    answer = db.session.get_one(Answer, segment.transcript.answer_id)
    return f"/voices/{answer.submission_id}"


def seen(segment: Segment, *of: str) -> str:
    db.session.expire_all()
    answer = db.session.get_one(Answer, segment.transcript.answer_id)
    return deciding.seen(deciding.passage(answer.submission, segment.id), *of)


def send(
    client: FlaskClient, segment: Segment, kind: str, value: str, saw: str = "", **more: str
) -> TestResponse:
    form = {"kind": kind, "value": value, "reason": "missed", "evidence": "words", **more}
    where = "hand-off" if kind == "hand_off" else "labels"
    form["seen"] = saw or seen(segment, kind)
    headers = HTMX if more.pop("htmx", "") else {}
    return client.post(place(segment, where), data=form, headers=headers)


def test_what_the_machine_said_stands_beside_what_a_person_said(
    client: FlaskClient, owner: Member, segment: Segment
) -> None:
    staff = sign_in(client, owner)
    panel = staff.get(place(segment, "labels")).text
    assert "<span>neutral (fairly sure)</span>" in panel and "Staff (fairly sure)" in panel
    assert send(staff, segment, "sentiment", "negative", note="Nine days").status_code == 303
    page = staff.get(voice(segment)).text
    assert f"machine said neutral (fairly sure), {owner.name} said negative" in page
    assert "chip-negative" in page and "person 0" not in page
    panel = staff.get(place(segment, "labels")).text
    assert "“Nine days”" in panel and "Take back" in panel
    part = staff.get(place(segment, "labels"), headers=HTMX).text
    assert "<html" not in part and f'id="labels-{segment.id}"' in part


def test_in_place_the_answer_is_the_part_that_changed(
    client: FlaskClient, owner: Member, segment: Segment
) -> None:
    staff = sign_in(client, owner)
    answer = send(staff, segment, "theme", "", htmx="yes")
    assert answer.status_code == 200
    assert 'hx-swap-oob="true"' in answer.text and "What the machine said is kept" in answer.text
    saw = seen(segment, *kinds.ON_PASSAGES)
    answer = staff.post(place(segment, "right"), data={"seen": saw}, headers=HTMX)
    assert "these labels are right" in answer.text and "said that this is right" in answer.text


def test_the_second_of_two_people_is_told(
    client: FlaskClient, owner: Member, segment: Segment
) -> None:
    staff = sign_in(client, owner)
    saw = seen(segment, "sentiment")
    assert send(staff, segment, "sentiment", "negative", saw).status_code == 303
    refused = send(staff, segment, "sentiment", "positive", saw)
    assert refused.status_code == 409 and "Somebody changed this since you looked" in refused.text
    assert send(staff, segment, "sentiment", "negative", saw).status_code == 303  # sent twice
    assert db.session.query(Correction).count() == 1


@pytest.mark.parametrize("htmx", ["", "yes"])
def test_who_decides_while_the_passage_is_joined_to_another_is_told(
    app: Flask,
    client: FlaskClient,
    owner: Member,
    segment: Segment,
    monkeypatch: pytest.MonkeyPatch,
    htmx: str,
) -> None:
    last, colleague = segment.transcript.segments[1], editing.staff(owner)
    words_id, first = segment.transcript_id, segment.id
    hold = answers.hold

    def join() -> None:
        words = db.session.get_one(Transcript, words_id)
        editing.save(words, words.edition, colleague, {}, editing.Act("merge", first))
        db.session.commit()

    def joined_first(answer_id: str) -> None:
        monkeypatch.setattr(answers, "hold", hold)
        with beside(app, join):
            pass
        hold(answer_id)

    staff = sign_in(client, owner)
    saw = seen(last, "sentiment")
    db.session.rollback()
    monkeypatch.setattr(answers, "hold", joined_first)
    refused = send(staff, last, "sentiment", "negative", saw, htmx=htmx)
    assert refused.status_code == 409 and "Somebody changed this since you looked" in refused.text
    assert ("labels-panel" in refused.text) is bool(htmx)
    assert db.session.query(Correction).count() == 0


def test_what_is_not_in_a_list_is_refused(
    client: FlaskClient, owner: Member, segment: Segment
) -> None:
    staff = sign_in(client, owner)
    wrong: tuple[dict[str, str], ...] = (
        {"value": "furious"},
        {"value": ""},
        {"reason": "because"},
        {"evidence": ""},
        {"note": "x" * 100_000},
        {"reason": "other"},
        {"kind": "colour"},
        {"kind": "highlight", "value": "no"},
        {"kind": "theme", "value": "01k000000000000000000000zz"},
    )
    for more in wrong:
        given = {"kind": "sentiment", "value": "negative", **more}
        refused = send(staff, segment, saw=seen(segment, given["kind"]), **given)
        assert refused.status_code == 422, more
        assert "note-problem" in refused.text
    assert db.session.query(Correction).count() == 0


def test_a_refused_form_keeps_what_was_typed(
    client: FlaskClient, owner: Member, segment: Segment
) -> None:
    staff = sign_in(client, owner)
    answer = send(staff, segment, "sentiment", "negative", reason="", note="They wait")
    assert answer.status_code == 422 and 'value="They wait"' in answer.text
    assert re.search(r'value="negative" checked', answer.text)


def test_who_may_decide_about_what(
    client: FlaskClient, workspace: Workspace, segment: Segment
) -> None:
    leader = sign_in(client, factories.member(workspace, "leader"))
    assert send(leader, segment, "sentiment", "negative").status_code == 404
    assert send(leader, segment, "hand_off", "Bereavement").status_code == 404
    assert f'action="{voice(segment)}' not in leader.get(place(segment, "labels")).text
    frontline = sign_in(client, factories.member(workspace, "frontline"))
    assert send(frontline, segment, "sentiment", "negative").status_code == 404
    assert send(frontline, segment, "hand_off", "Bereavement").status_code == 303
    owner = sign_in(client, factories.member(workspace, "owner"))
    assert send(owner, segment, "sentiment", "negative").status_code == 303
    ids = {each.kind: each.id for each in db.session.query(Correction)}
    frontline = sign_in(client, factories.member(workspace, "frontline"))
    back = f"{voice(segment)}/corrections/%s/withdraw"
    assert frontline.post(back % ids["sentiment"]).status_code == 404
    assert frontline.post(back % ids["hand_off"]).status_code == 303
    assert frontline.post(back % ids["hand_off"]).status_code == 409


def test_another_voices_passage_is_nothing_here(
    client: FlaskClient, owner: Member, segment: Segment, workspace: Workspace
) -> None:
    staff = sign_in(client, owner)
    other = factories.submission(factories.program(workspace, name="Another"))
    for number in (str(segment.id), "9" * 17, "9" * 40, "-1", "1e3", "٣"):
        assert staff.get(f"/voices/{other.id}/passages/{number}/labels").status_code == 404


def test_a_note_is_masked_for_those_who_see_masks(
    client: FlaskClient, owner: Member, workspace: Workspace, segment: Segment
) -> None:
    send(sign_in(client, owner), segment, "sentiment", "negative", note=SAID)
    for role, reads in (("analyst", True), ("leader", False), ("frontline", False)):
        page = sign_in(client, factories.member(workspace, role)).get(place(segment, "labels")).text
        assert ("Bakare" in page) is reads
        assert "negative: the words say so" in page
        assert "The words were changed since" not in page


def test_so_is_a_word_in_it_that_a_person_hid(
    client: FlaskClient, owner: Member, teammate: Member, segment: Segment
) -> None:
    send(sign_in(client, owner), segment, "sentiment", "negative", note="Nine times, they said")
    masks.hide(segment.transcript, "nine", "other", owner)
    db.session.commit()
    page = sign_in(client, teammate).get(place(segment, "labels")).text
    assert "[hidden] times, they said" in page and "Nine times" not in page
    assert "Nine times, they said" in sign_in(client, owner).get(place(segment, "labels")).text
