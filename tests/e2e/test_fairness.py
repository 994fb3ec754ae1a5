"""A camera that refused is noted beside the voice, and nothing else about it."""

from __future__ import annotations

from playwright.sync_api import Page
from sqlalchemy import select

from app.domain import erasure
from app.extensions import db
from app.models import CaptureEvent
from tests.e2e.customer import NEEDS_BROWSER, arrive, finish, received, step

pytestmark = NEEDS_BROWSER


def test_a_camera_that_was_denied_is_counted_once(page: Page, address: str) -> None:
    page.add_init_script(
        "MediaDevices.prototype.getUserMedia = () =>"
        " Promise.reject(new DOMException('no', 'NotAllowedError'));"
    )
    arrive(page, address, "camera")
    for _ in range(2):
        step(page, "trouble")
        page.locator('[data-step="trouble"]').get_by_role("button", name="Try again").click()
    step(page, "trouble")
    page.locator('[data-step="trouble"]').get_by_role("button", name="Write").click()
    for words in ("It came late.", "The box was torn."):
        step(page, "write")
        page.fill("#words", words)
        page.locator('#write-form [type="submit"]').click()
    finish(page)
    submission = received()
    assert [each.kind for each in db.session.scalars(select(CaptureEvent))] == ["camera_denied"]
    erasure.everything(submission, "staff")
    db.session.commit()
    assert db.session.scalars(select(CaptureEvent)).all() == []
