"""Letters at a real mail server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import runtime
from app.domain import alerts, channels, gone_out, mail, outbox
from app.domain.errors import Invalid
from app.extensions import db
from app.models import Delivery, Member, Workspace
from tests.domain.sending import JPEG, Scene, another, configure, follow, scene
from tests.receivers import MailServer


@pytest.fixture
def post_office(app: Flask, tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer()
    configure(tmp_path / "data", SMTP_URL=server.url, BASE_URL="https://voices.example.com")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def told(workspace: Workspace, teammate: Member) -> Scene:
    made = scene(workspace, "Nobody told me it was <late> & lost.")
    follow(teammate, made.program, f"theme:{made.program.themes[0].id}")
    alerts.announce(made.answer.id)
    db.session.commit()
    return made


def delivery() -> Delivery:
    return db.session.query(Delivery).order_by(Delivery.id.desc()).first()


def test_a_letter_tells_the_moment(post_office: MailServer, told: Scene, teammate: Member) -> None:
    row = delivery()
    assert outbox.deliver(row.id)
    (letter,) = post_office.letters
    assert letter["To"] == teammate.email
    assert letter["Message-ID"] == f"<{row.id}@voices.example.com>"
    assert letter["List-Unsubscribe"] == "<https://voices.example.com/following>"
    assert letter["Subject"] == "Ana: “Nobody told me it was <late> & lost.”"

    text = letter.get_body(("plain",)).get_content()
    link = f"https://voices.example.com/voices/{told.highlight.submission_id}?t=0.0"
    assert "“Nobody told me it was <late> & lost.”" in text
    assert link in text and "Ana, Delivery" in text

    page = letter.get_body(("html",)).get_content()
    assert "Nobody told me it was &lt;late&gt; &amp; lost." in page
    assert link in page
    name = f"{told.highlight.id}@voices.example.com"
    assert f'src="cid:{name}"' in page
    (picture,) = [part for part in letter.walk() if part.get_content_type() == "image/jpeg"]
    assert picture["Content-ID"] == f"<{name}>"
    assert picture.get_content() == JPEG
    assert picture.get_content_disposition() == "inline"


def test_a_member_hears_at_the_address_they_have_now(
    post_office: MailServer, told: Scene, teammate: Member
) -> None:
    teammate.email = "moved@example.com"
    db.session.commit()
    outbox.deliver(delivery().id)
    assert post_office.letters[0]["To"] == "moved@example.com"


def test_a_refused_reader_is_final_and_said(post_office: MailServer, told: Scene) -> None:
    post_office.refusal = "550 no such mailbox"
    row = delivery()
    assert not outbox.deliver(row.id)
    db.session.refresh(row)
    assert row.state == "failed"
    assert "550 no such mailbox" in row.error


def test_a_busy_mailbox_is_tried_again(post_office: MailServer, told: Scene) -> None:
    post_office.refusal = "450 try again later"
    row = delivery()
    assert not outbox.deliver(row.id)
    db.session.refresh(row)
    assert row.state == "due" and "450" in row.error


def test_an_address_in_letters_that_the_server_can_not_write_is_final_and_nothing_went_out(
    post_office: MailServer, told: Scene, teammate: Member
) -> None:
    post_office.stop()
    post_office.utf8 = False
    post_office.start()
    teammate.email = "jürgen@example.com"
    db.session.commit()
    row = delivery()
    assert not outbox.deliver(row.id)
    db.session.refresh(row)
    assert row.state == "failed" and "SMTPUTF8" in row.error
    assert gone_out.counted(told.answer.submission) == 0 and not post_office.letters


def test_without_a_mail_server_letters_wait(app: Flask, tmp_path: Path, told: Scene) -> None:
    configure(tmp_path / "data")
    row = delivery()
    assert not outbox.deliver(row.id)
    db.session.refresh(row)
    assert row.state == "due" and "SMTP_URL" in row.error


def test_many_moments_make_one_letter_of_bounded_length(
    post_office: MailServer, workspace: Workspace, teammate: Member
) -> None:
    first = scene(workspace, "The first of many.")
    follow(teammate, first.program, cadence="daily")
    alerts.announce(first.answer.id)
    for number in range(15):
        alerts.announce(another(first.program, f"Moment number {number}.").answer.id)
    db.session.commit()
    subscription = follow(teammate, first.program, cadence="daily")
    assert alerts.digests(subscription.digest_due_at) == 1
    outbox.deliver(delivery().id)
    (letter,) = post_office.letters
    assert letter["Subject"] == "After delivery: 16 moments today"
    text = letter.get_body(("plain",)).get_content()
    assert text.count("Hear it: ") == 12
    assert "And 4 more on the board" in text


@pytest.mark.parametrize(
    "text",
    ["", "ana", "ana@", "@example.com", "a b@example.com", "ana@localhost", "a@b.c\r\nBcc: x@y.z"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        channels.kind_of("email").check({"address": text})


def test_an_address_is_tidied() -> None:
    assert channels.kind_of("email").check({"address": " ana@example.com "}) == {
        "address": "ana@example.com"
    }


def test_a_name_with_a_line_break_adds_no_header(app: Flask) -> None:
    letter = mail.Letter("1", "a@example.com", "One\r\nBcc: x@example.com", "text", "<p>html</p>")
    message = mail.build(letter, runtime.settings())
    assert message["Bcc"] is None
    assert message["Subject"] == "One Bcc: x@example.com"
