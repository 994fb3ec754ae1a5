"""Every screen of the customer's pages: readable by axe's rules in both modes, whole at 320 px."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app import runtime
from app.domain.clerk import new_token, token_hash
from app.extensions import db
from app.models import Invitation
from tests import factories
from tests.e2e.customer import RECORDS, opened

pytestmark = RECORDS


def wide_and_clear(page: Page, where: str) -> None:
    """Nothing sticks out, and axe has nothing to say."""
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320, f"{where} is {width} px wide"
    found = Axe().run(page)
    assert found.violations_count == 0, f"{where}: {found.generate_report()}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen(browser: Browser, host: str, path: str, scheme: str) -> None:
    address = host + path
    context = browser.new_context(
        viewport={"width": 320, "height": 640},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        locale="es-ES",  # the longer words
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#capture[data-ready]")
    wide_and_clear(page, "welcome")
    page.locator('[data-do="start"]').click()
    wide_and_clear(page, "consent")
    page.locator("#consent-form button").click()
    expect(page.locator('[data-step="choose"]')).to_be_visible()
    wide_and_clear(page, "choose")
    page.locator('[data-step="choose"] [data-way="camera"]').click()
    page.wait_for_selector('[data-do="record"]:not([disabled])')
    page.locator(".devices summary").click()
    wide_and_clear(page, "record")
    page.locator('[data-do="record"]').click()
    page.wait_for_selector('[data-do="stop"]:not([hidden])')
    wide_and_clear(page, "recording")
    other = context.new_page()
    opened(other, address)
    wide_and_clear(other, "elsewhere")
    other.close()
    page.locator('[data-do="stop"]').click()
    expect(page.locator('[data-step="review"]')).to_be_visible()
    wide_and_clear(page, "review")
    page.locator('[data-do="use"]').click()
    page.locator('[data-do="write-instead"]').click()
    wide_and_clear(page, "write")
    page.locator('[data-do="help"]').click()
    wide_and_clear(page, "help")
    page.locator('[data-do="close-help"]').click()
    page.locator("#words").fill("Something.")
    page.locator('#write-form [type="submit"]').click()
    expect(page.locator('[data-step="score"]')).to_be_visible()
    wide_and_clear(page, "score")
    page.locator('[data-do="no-score"]').click()
    wide_and_clear(page, "about")
    page.reload()
    page.wait_for_selector("#capture[data-ready]")
    wide_and_clear(page, "resume")
    page.locator('[data-do="go-on"]').click()
    page.locator('#about-form [type="submit"]').click()
    expect(page.locator('[data-step="thanks"]')).to_be_visible()
    wide_and_clear(page, "thanks")

    for path in ("/form", "/help"):
        page.goto(address + path)
        wide_and_clear(page, path)
    page.goto(f"{host}/r/nobody")
    wide_and_clear(page, "refused")

    token = new_token()
    program = db.session.scalars(select(Invitation)).one().program
    submission = factories.submission(program, token_hash=token_hash(token), score=8)
    answer = factories.answer(submission)
    factories.transcript(answer, "the driver left it in the rain")
    written = factories.answer(submission, "text", written_text="Late again.")
    assert written.position == 1 and answer.recording is not None
    answer.recording.playable_key = f"recordings/{answer.recording.id}/1/playable.webm"
    answer.recording.playable_type, answer.recording.has_video = "video/webm", True
    runtime.storage().put(answer.recording.playable_key, b"not really a film")
    db.session.commit()
    page.goto(f"{host}/mine/{token}")
    wide_and_clear(page, "mine")
    page.fill("#confirmation", "retirar")
    page.locator(".button-danger").click()
    expect(page.locator(".receipt")).to_be_visible()
    wide_and_clear(page, "withdrawn")
    context.close()
