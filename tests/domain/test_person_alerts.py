"""Customers who need a person: those who call back hear of it at once, and once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import queue
from app.domain import (
    calling,
    consent,
    follow_up_lists,
    follow_ups,
    following,
    members,
    outbox,
    processing,
)
from app.extensions import db
from app.models import Channel, Delivery, FollowUp, Label, Member, Program, Submission, Workspace
from tests import factories, services
from tests.conftest import sign_in
from tests.domain.sending import configure, webhook
from tests.receivers import WebServer

HALF_PAST = datetime(2025, 5, 8, 15, 30, tzinfo=UTC)


@pytest.fixture
def post(app: Flask, tmp_path: Path) -> Iterator[services.Mailbox]:
    with services.smtp() as (url, mailbox):
        configure(tmp_path / "data", SMTP_URL=url, BASE_URL="https://voices.example.com")
        yield mailbox


@pytest.fixture
def program(workspace: Workspace) -> Program:
    return factories.program(workspace)


@pytest.fixture
def voice(program: Program) -> Submission:
    return factories.submission(program)


@pytest.fixture
def frontline(workspace: Workspace) -> Member:
    return factories.member(workspace, "frontline")


def deliveries() -> list[Delivery]:
    return list(db.session.scalars(select(Delivery).order_by(Delivery.id)))


def readers() -> list[str]:
    return sorted(row.channel.member.email for row in deliveries() if row.channel.member)


def send_all() -> list[bool]:
    db.session.commit()
    return [outbox.deliver(row.id) for row in deliveries()]


def asked(voice: Submission, note: str = "Please call after six") -> FollowUp:
    return follow_ups.ask(voice.program, voice, "+34 600 000 000", note)


def needing(submission: Submission, score: float = 0.71) -> None:
    """An answer in whose words the machine heard a bereavement, taken on by the pipeline."""
    answer = factories.answer(submission)
    heard = factories.transcript(answer, "Hello.", "My husband passed away & <nobody> answers.")
    heard.segments[1].labels.append(
        Label(
            kind="hand_off",
            value="Bereavement",
            score=score,
            confidence=score,
            engine="heard-hand-off",
            version="1",
        )
    )
    db.session.commit()
    assert processing.hand_over(answer, heard)
    db.session.commit()


def test_who_calls_back_gets_a_letter_at_once(
    post: services.Mailbox, voice: Submission, owner: Member, frontline: Member, teammate: Member
) -> None:
    case = asked(voice)
    assert send_all() == [True, True]
    assert {letter["To"] for letter in post.messages} == {owner.email, frontline.email}
    letter = post.messages[0]
    assert letter["Subject"] == "Ana asks to talk to a person"
    assert letter["List-Unsubscribe"] is None
    link = f"https://voices.example.com/follow-ups/{case.id}"
    due = f"{case.due_at:%A} {case.due_at.day} {case.due_at:%B %Y, %H:%M} UTC"
    for kind in ("plain", "html"):
        body = letter.get_body((kind,))
        assert body is not None
        text = body.get_content()
        for part in ("“Please call after six”", "+34 600 000 000", "Delivery", due, link):
            assert part in text, (kind, part)


def test_what_the_machine_heard_is_told_with_its_doubt(
    post: services.Mailbox, voice: Submission, owner: Member
) -> None:
    voice.display_name, voice.reference = "", "ORDER-7"
    needing(voice)
    assert send_all() == [True]
    (letter,) = post.messages
    assert letter["Subject"] == "A customer may need a person: bereavement"
    plain, page = (letter.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None and page is not None
    text = plain.get_content()
    assert "“My husband passed away & <nobody> answers.”" in text
    assert "Bereavement (heard by the machine, which is fairly sure)" in text
    assert "no way to reach them; your own reference for them is ORDER-7" in text
    assert "passed away &amp; &lt;nobody&gt; answers" in page.get_content()


def test_a_number_that_they_said_is_told_of_and_stays_masked(
    post: services.Mailbox, voice: Submission, owner: Member
) -> None:
    answer = factories.answer(voice)
    factories.transcript(answer, "Call me on 07700 900123.", "Or write to ana@example.com.")
    needing(voice)
    assert send_all() == [True]
    for part in post.messages[0].walk():
        if part.get_content_maintype() == "text":
            text = " ".join(part.get_content().split())
            assert "no way to reach them" not in text and "900123" not in text
            assert "They said a phone number and an e-mail address: owners and" in text


def test_what_was_said_in_a_language_that_the_machine_does_not_read_is_never_sure(
    voice: Submission,
) -> None:
    case = follow_ups.from_machine(
        voice, factories.need("Bereavement", "Mi marido ha muerto.", 0.97, "es")
    )
    assert case.reason == "Bereavement (heard by the machine, which is not sure)"


def test_another_answer_and_another_run_tell_nobody_again(
    post: services.Mailbox, voice: Submission, owner: Member
) -> None:
    needing(voice)
    needing(voice, 0.95)
    assert send_all() == [True] and send_all() == [False]
    assert len(post.messages) == 1
    needing(factories.submission(voice.program))
    assert send_all() == [False, True]


def test_of_two_workers_that_hear_it_one_tells(
    app: Flask, voice: Submission, owner: Member
) -> None:
    voice_id, together = voice.id, threading.Barrier(2)
    db.session.commit()

    def work() -> None:
        with app.app_context():
            together.wait()
            submission = db.session.get_one(Submission, voice_id)
            follow_ups.from_machine(
                submission, factories.need("Bereavement", "He passed away.", 0.9)
            )
            db.session.commit()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (db.session.query(FollowUp).count(), len(deliveries())) == (1, 1)


def test_only_who_calls_back_and_can_be_reached_is_told(
    workspace: Workspace, voice: Submission, owner: Member, stranger: Member
) -> None:
    for role in ("analyst", "leader"):
        factories.member(workspace, role)
    gone = factories.member(workspace, "frontline")
    gone.active = False
    factories.member(workspace, "owner").email = members.FIRST_OWNER
    asked(voice)
    assert readers() == [owner.email]


def test_the_sample_rings_nobody(workspace: Workspace, owner: Member) -> None:
    submission = factories.submission(factories.program(workspace, is_sample=True))
    asked(submission)
    needing(submission)
    assert db.session.query(FollowUp).count() == 2
    assert deliveries() == [] and db.session.query(Channel).count() == 0


def test_what_was_done_or_taken_back_meanwhile_is_not_told(
    post: services.Mailbox, program: Program, owner: Member
) -> None:
    done = asked(factories.submission(program))
    follow_ups.close(done, "Called", owner)
    taken_back = factories.submission(program)
    asked(taken_back)
    needing(taken_back)
    consent.withdraw(taken_back)
    assert send_all() == [False, False, False]
    assert post.messages == []
    assert [(row.state, row.error) for row in deliveries()] == [("done", outbox.NOTHING_LEFT)] * 3


def test_of_many_who_ask_in_an_hour_one_letter_tells(
    post: services.Mailbox,
    program: Program,
    workspace: Workspace,
    owner: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most, other, moment = calling.ONE_BY_ONE, factories.program(workspace), HALF_PAST
    monkeypatch.setattr(calling, "now", lambda: moment)
    ask_many(program, most + 5)
    ask_many(other, most + 1)
    together = [row for row in deliveries() if "hour" in row.payload]
    assert (len(deliveries()), len(together)) == (2 * most + 2, 2)
    assert {row.due_at for row in together} == {HALF_PAST + timedelta(minutes=30)}
    db.session.execute(update(FollowUp).values(created_at=HALF_PAST))
    follow_ups.close(follow_up_lists.of(workspace.id)[0], "Called", owner)
    assert sum(send_all()) == 2 * most + 1  # and not the one of the case that is done
    told = [letter for letter in post.messages if "other" in letter["Subject"]]
    about = "A customer and {} other customers ask to talk to a person"
    assert {letter["Subject"] for letter in told} == {about.format(most + 3), about.format(most)}
    for kind in ("plain", "html"):
        body = told[0].get_body((kind,))
        assert body is not None and "of the others" in body.get_content()
    moment += timedelta(hours=1)
    ask_many(program, 1)
    assert len(deliveries()) == 2 * most + 3 and "hour" not in deliveries()[-1].payload


def ask_many(program: Program, number: int) -> None:
    for each in range(number):
        follow_ups.ask(program, None, f"555 01{each:02}", f"Call {each}")


def test_who_left_or_changed_roles_meanwhile_is_not_told(
    post: services.Mailbox, voice: Submission, owner: Member, frontline: Member
) -> None:
    asked(voice)
    owner.active, frontline.role = False, "leader"
    assert send_all() == [False, False]
    assert post.messages == []


def test_who_is_not_finished_or_has_withdrawn_before_may_ask(
    post: services.Mailbox, program: Program, owner: Member
) -> None:
    asked(factories.submission(program, state="draft", received_at=None))
    follow_ups.ask(program, None, "ana@example.com")
    withdrawn = factories.submission(program)
    consent.withdraw(withdrawn)
    db.session.commit()
    asked(withdrawn)
    assert send_all() == [True, True, True]


def test_without_a_mail_server_the_letter_waits(
    app: Flask, tmp_path: Path, voice: Submission, owner: Member
) -> None:
    configure(tmp_path / "data")
    asked(voice)
    assert send_all() == [False]
    (row,) = deliveries()
    assert row.state == "due" and row.error and "SMTP_URL" in row.error


def test_it_rings_once_it_is_committed(
    app: Flask, tmp_path: Path, voice: Submission, owner: Member
) -> None:
    with services.valkey() as url:
        configure(tmp_path / "data", REDIS_URL=url)
        asked(voice)
        assert list(queue.waiting(url, outbox.QUEUE)) == []
        db.session.commit()
        assert list(queue.waiting(url, outbox.QUEUE)) == [deliveries()[0].id]


def test_a_webhook_and_slack_can_carry_it(
    app: Flask, tmp_path: Path, workspace: Workspace, voice: Submission
) -> None:
    receiver = WebServer(status=200)
    receiver.start()
    configure(tmp_path / "data", ALLOW_PRIVATE_WEBHOOKS="yes")
    url = f"http://127.0.0.1:{receiver.port}/services/T/B/x"
    slack: Channel = factories.save(
        Channel(workspace_id=workspace.id, kind="slack", name="#care", settings={"url": url})
    )
    case = asked(voice, "Call <me> & soon")
    both = (webhook(workspace, url, "whsec_" + "A" * 43 + "="), slack)
    rows = [outbox.add(each, "person", payload={"follow_up_id": case.id}) for each in both]
    db.session.commit()
    try:
        assert [outbox.deliver(row.id) for row in rows] == [True, True]
    finally:
        receiver.stop()
    event, posted = (json.loads(each.body) for each in receiver.posted)
    assert event["type"] == "follow_up.opened"
    told = event["data"]["follow_up"]
    assert (told["said"], told["contact"]) == ("Call <me> & soon", "+34 600 000 000")
    assert told["id"] == case.id and told["due_at"] == case.due_at.isoformat()
    assert posted["text"] == "Ana asks to talk to a person"
    section = posted["blocks"][1]["text"]["text"]
    assert "“Call &lt;me&gt; &amp; soon”" in section and f"/follow-ups/{case.id}|" in section


def test_its_reader_sees_it_among_what_was_sent_and_may_send_it_again(
    app: Flask, voice: Submission, owner: Member, frontline: Member
) -> None:
    case = asked(voice)
    db.session.commit()
    (row,) = following.deliveries_of(frontline)
    visitor = sign_in(app.test_client(), frontline)
    page = visitor.get("/following").text
    assert "A customer who needs a person" in page and f"/follow-ups/{case.id}" in page
    again = f"/following/deliveries/{row.id}/again"
    assert visitor.post(again).headers["Location"] == "/following"
    assert sign_in(app.test_client(), owner).post(again).status_code == 404
