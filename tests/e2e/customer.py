"""A customer's way through the recording page, step by step, and what arrived of it."""

from __future__ import annotations

import json
import shutil

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app import runtime
from app.extensions import db
from app.models import Recording, Submission, Upload
from tests.e2e.serving import CHROMIUM

NEEDS_BROWSER = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Chromium is not installed here"),
]


# A browser that records needs a core: where it gets too little of one, its recorder says nothing
# for many seconds.
RECORDS = [*NEEDS_BROWSER, pytest.mark.recording]


def step(page: Page, name: str) -> None:
    expect(page.locator(f'[data-step="{name}"]')).to_be_visible(timeout=20_000)


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("#capture[data-ready]")


def arrive(page: Page, address: str, way: str) -> None:
    opened(page, address)
    page.get_by_role("link", name="Start").click()
    page.get_by_role("button", name="I agree").click()
    step(page, "choose")
    page.locator(f'[data-step="choose"] [data-way="{way}"]').click()


def record(page: Page, seconds: float) -> None:
    page.locator('[data-do="record"]:not([disabled])').click()
    page.wait_for_selector('[data-do="stop"]:not([hidden])')
    page.wait_for_timeout(seconds * 1000)


def stop_and_use(page: Page) -> None:
    page.get_by_role("button", name="Stop").click()
    step(page, "review")
    page.get_by_role("button", name="Use this").click()


def finish(page: Page) -> dict[str, object]:
    """From the score to the thanks; what the browser said when it sent."""
    step(page, "score")
    page.locator('input[name="score"][value="9"]').check(force=True)
    page.get_by_role("button", name="Go on", exact=True).click()
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Your shop").select_option("North")
    with page.expect_request("**/submission/sending") as sent:
        page.get_by_role("button", name="Send", exact=True).click()
    step(page, "thanks")
    said: dict[str, object] = json.loads(sent.value.post_data or "{}")
    return said


def received() -> Submission:
    db.session.rollback()
    submission = db.session.scalars(select(Submission)).one()
    assert submission.state == "received"
    return submission


def stored(recording: Recording | None) -> bytes:
    assert recording is not None
    with runtime.storage().open(recording.original_key) as stream:
        return stream.read()


def upload_states() -> list[str]:
    db.session.rollback()
    return [each.state for each in db.session.scalars(select(Upload).order_by(Upload.id))]
