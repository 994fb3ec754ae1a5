"""What was begun long ago, or is pressed twice, arrives whole and once all the same."""

from __future__ import annotations

import wave
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.domain import uploads
from app.extensions import db
from app.models import Submission, Upload
from tests import services
from tests.e2e.customer import NEEDS_BROWSER, arrive, finish, stored, upload_states

pytestmark = NEEDS_BROWSER


def sound(folder: Path, name: str, seconds: int) -> Path:
    path = folder / name
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(range(250)) * 64 * seconds)
    return path


def choose(page: Page, path: Path) -> None:
    page.locator("#file").set_input_files(path)


def test_a_file_is_taken_once_however_often_it_is_pressed(
    page: Page, address: str, tmp_path: Path
) -> None:
    arrive(page, address, "upload")
    choose(page, sound(tmp_path, "first.wav", 1))
    page.get_by_role("button", name="Use this").dblclick()
    expect(page.get_by_text("Question 2 of 2").locator("visible=true")).to_be_visible()
    services.eventually(lambda: upload_states() == ["received"], 60, "it arrived")


def test_a_draft_of_last_week_arrives_whole(page: Page, address: str, tmp_path: Path) -> None:
    """The first answer had arrived, then the page was left open for eight days."""
    first, second = sound(tmp_path, "first.wav", 1), sound(tmp_path, "second.wav", 2)
    arrive(page, address, "upload")
    choose(page, first)
    page.get_by_role("button", name="Use this").click()
    expect(page.get_by_text("Question 2 of 2").locator("visible=true")).to_be_visible()
    services.eventually(lambda: upload_states() == ["received"], 60, "it arrived")
    begun = db.session.scalars(select(Submission)).one()
    begun.created_at -= uploads.LONGEST + timedelta(days=1)
    for upload in db.session.scalars(select(Upload)):
        upload.expires_at -= uploads.LONGEST
    db.session.commit()
    choose(page, second)
    page.get_by_role("button", name="Use this").click()
    finish(page)
    db.session.rollback()
    (sent,) = db.session.scalars(select(Submission).where(Submission.state == "received"))
    assert [stored(answer.recording) for answer in sent.answers] == [
        first.read_bytes(), second.read_bytes(),
    ]  # fmt: skip
    assert begun.state == "withdrawn"
