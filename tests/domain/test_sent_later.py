"""What was put into the outbox before somebody masked words, and goes out or is sent again after
it, holds none of them: by e-mail, webhook and Slack."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

import workers.media.cut
from app import runtime
from app.domain import alerts, clips, editing, exports, follow_ups, masking, masks, outbox
from app.domain.editing import Act
from app.extensions import db
from app.models import (
    Channel,
    Clip,
    Delivery,
    FollowUp,
    Highlight,
    Member,
    Transcript,
    Workspace,
    now,
)
from storage import keys
from tests import factories
from tests.domain import sending
from tests.domain.erasure.gate import Gate
from tests.domain.sending import Scene
from tests.receivers import MailServer, WebServer
from workers.perform import perform

SECRET = "whsec_" + "a" * 43 + "="
NAME = "Dottybell"
SAID = f"Nobody called us back, says {NAME} of Mill House."
HIDE = f"{NAME} of Mill House."


@pytest.fixture
def post_office(app: Flask, tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer()
    sending.configure(tmp_path / "data", SMTP_URL=server.url, ALLOW_PRIVATE_WEBHOOKS="yes")
    yield server
    server.stop()


@pytest.fixture
def receiver(post_office: MailServer) -> Iterator[WebServer]:
    server = WebServer(status=503)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def analyst(workspace: Workspace) -> Member:
    return factories.member(workspace, "analyst")


@pytest.fixture
def seen(workspace: Workspace) -> Scene:
    program = factories.program(workspace)
    answer = factories.answer(factories.submission(program, display_name=""))
    transcript = factories.transcript(answer, "It came late.", SAID, "And so it was.")
    masks.look(transcript)
    moment = factories.highlight(
        answer, transcript, first_position=1, last_position=1, start=5.0, end=10.0, quote=SAID
    )
    masks.requote(answer.id)
    db.session.commit()
    return Scene(program, answer, moment)


@pytest.fixture
def waiting(seen: Scene, receiver: WebServer, teammate: Member, owner: Member) -> list[Delivery]:
    """Of each kind one by each channel, tried once in vain."""
    workspace, program = teammate.workspace, seen.program
    url = f"http://127.0.0.1:{receiver.port}/services/T/B/x"
    slack: Channel = factories.save(
        Channel(workspace_id=workspace.id, kind="slack", name="#care", settings={"url": url})
    )
    hook = sending.webhook(workspace, url, SECRET)
    for cadence, member in (("now", teammate), ("daily", owner)):
        sending.follow(member, program, cadence=cadence)
    for channel in (hook, slack):
        sending.follow(teammate, program, channel=channel)
    alerts.announce(seen.answer.id)
    case = follow_ups.from_machine(seen.answer.submission, factories.need("Harm", SAID, 0.9))
    for channel in (hook, slack):
        outbox.add(channel, "person", payload={"follow_up_id": case.id})
    db.session.commit()
    assert alerts.digests(now() + timedelta(days=1)) == 1
    rows = list(db.session.scalars(select(Delivery).order_by(Delivery.id)))
    assert sorted(row.kind for row in rows) == ["digest", *["found"] * 3, *["person"] * 3]
    for row in rows:
        assert not outbox.deliver(row.id)
    assert NAME in str([each.body for each in receiver.posted])
    return rows


def current(seen: Scene) -> Transcript:
    return next(each for each in seen.answer.transcripts if each.current)


def as_it_was(seen: Scene, analyst: Member) -> str:
    return HIDE


def split_before(seen: Scene, analyst: Member) -> str:
    """The passages behind it have other numbers; the moments aren't chosen anew yet."""
    _save(seen, analyst, {}, Act("split", current(seen).segments[0].id, 1))
    return HIDE


def merged_before(seen: Scene, analyst: Member) -> str:
    _save(seen, analyst, {}, Act("merge", current(seen).segments[0].id))
    return HIDE


def corrected_before(seen: Scene, analyst: Member) -> str:
    said = SAID.replace(NAME, "Dotty Bell")
    _save(seen, analyst, {current(seen).segments[1].id: said})
    return "Dotty Bell of Mill House."


def heard_anew_before(seen: Scene, analyst: Member) -> str:
    """By another engine, which writes it otherwise; the moments aren't chosen anew yet."""
    current(seen).current = False
    said = SAID.replace(NAME, "Dottibel")
    anew = factories.transcript(seen.answer, "It came late.", said, "And so it was.")
    masks.look(anew)
    db.session.commit()
    return "Dottibel of Mill House."


def _save(seen: Scene, analyst: Member, texts: dict[int, str], act: Act | None = None) -> None:
    words = current(seen)
    editing.save(words, words.edition, editing.staff(analyst), texts, act)
    db.session.commit()
    db.session.expire_all()


Before = Callable[[Scene, Member], str]


CHANGED = (split_before, merged_before, corrected_before, heard_anew_before)


@pytest.mark.parametrize(
    "before", [as_it_was, *(pytest.param(each, marks=pytest.mark.slow) for each in CHANGED)]
)
def test_no_try_after_a_mask_holds_its_words(
    seen: Scene,
    waiting: list[Delivery],
    analyst: Member,
    receiver: WebServer,
    post_office: MailServer,
    before: Before,
) -> None:
    clip = cut(seen.highlight)
    words = before(seen, analyst)
    masks.hide(current(seen), words, "name", analyst)
    db.session.commit()
    receiver.posted.clear()
    receiver.status = 200
    post_office.start()
    for _ in range(2):  # tried again, and replayed
        for row in waiting:
            row.due_at = now()
            db.session.commit()
            assert outbox.deliver(row.id), row.error
            outbox.again(row)
        db.session.commit()
    assert (len(post_office.letters), len(receiver.posted)) == (6, 8)
    bodies = [str(json.loads(each.body)) for each in receiver.posted]
    bodies += [
        part.get_content() + str(letter["Subject"])
        for letter in post_office.letters
        for part in letter.walk()
        if part.get_content_type().startswith("text/")
    ]
    for each in bodies:
        assert "Dott" not in each and "Mill House" not in each, each
        assert "[name]" in each or "Harm" in each, each
    assert runtime.storage().stat(clip) is None  # nor can it be heard in the moment's clip


def cut(moment: Highlight) -> str:
    key = keys.clip(moment.id, "1", "plain")
    runtime.storage().put(key, b"x")
    factories.save(Clip(highlight_id=moment.id, key=key))
    return key


def test_what_opened_a_case_stays_masked_where_the_words_were_heard_anew(
    seen: Scene, waiting: list[Delivery], analyst: Member
) -> None:
    words = heard_anew_before(seen, analyst)
    masks.hide(current(seen), words, "name", analyst)
    db.session.commit()
    case = db.session.scalars(select(FollowUp)).one()
    assert NAME not in masking.evidence(case.evidence, case.submission)


@pytest.mark.parametrize("what", ["clip", "export"])
def test_what_was_being_made_while_a_mask_came_is_not_published(
    app: Flask,
    seen: Scene,
    analyst: Member,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    gate = Gate()
    if what == "clip":
        monkeypatch.setattr(workers.media.cut, "cut", gate.after(_cut))
        recording = seen.answer.recording
        assert recording is not None
        recording.playable_key = keys.playable(recording.id, "1", "webm")
        runtime.storage().put(recording.playable_key, b"x")
        run = clips.request(seen.highlight).runs[0]
    else:
        monkeypatch.setattr(exports, "write", gate.after(exports.write))
        run = exports.request(seen.program, analyst, "csv", "segments").runs[0]
    step_id, transcript = run.steps[0].id, current(seen)
    db.session.commit()
    with gate.holding(app, partial(perform, step_id)):
        masks.hide(transcript, HIDE, "name", analyst)
        db.session.commit()
    found = [*runtime.storage().list("highlights"), *runtime.storage().list("exports")]
    assert found == []
    if what == "clip":
        return
    perform(step_id)
    (key,) = runtime.storage().list("exports")
    with runtime.storage().open(key) as file:
        written = file.read().decode()
    assert NAME not in written and "[name]" in written


def _cut(_source: Path, _span: object, out: Path, **_: object) -> None:
    out.write_text(NAME)
