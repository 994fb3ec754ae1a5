"""A label put right by keyboard beside its words, with the player on the same page."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.domain import understanding
from app.domain.understanding import Finding, Heard, Tag
from app.extensions import db
from app.models import Answer, Member, Segment
from tests import factories
from tests.conftest import sign_in
from tests.e2e.customer import NEEDS_BROWSER
from tests.e2e.films import answer_with_film

pytestmark = NEEDS_BROWSER


@pytest.fixture
def segment(owner: Member) -> Segment:
    answer = answer_with_film(factories.submission(factories.program(owner.workspace)))
    transcript = factories.transcript(answer, "It came nine days late.", "The man was kind.")
    tags = (Tag("sentiment", "neutral", 0.0, 0.7, "heard-sentiment", "1"),)
    heard = Finding(tags, (Heard("Staff", 0.6, "scorer", "1"),))
    understanding.publish(transcript, [heard, heard])
    db.session.commit()
    return transcript.segments[0]


@pytest.fixture
def tab(app: Flask, browser: Browser, host: str, owner: Member) -> Page:
    cookie = sign_in(app.test_client(), owner).get_cookie("heard")
    assert cookie is not None
    context = browser.new_context(base_url=host, viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "heard", "value": cookie.value, "url": host}])
    context.set_default_timeout(15_000)
    return context.new_page()


def test_by_keyboard(tab: Page, segment: Segment) -> None:
    answer = db.session.get_one(Answer, segment.transcript.answer_id)
    tab.goto(f"/voices/{answer.submission_id}")
    tab.locator("html[data-ready]").wait_for()
    tab.locator(f"#labels-open-{segment.id}").press("Enter")
    panel = tab.locator(f"#labels-{segment.id}.labels-panel")
    expect(panel).to_be_focused()
    panel.locator("summary", has_text="Themes").press("Enter")
    panel.get_by_label("Delivery").press(" ")
    expect(panel.get_by_label("Delivery")).to_be_checked()
    assert tab.evaluate("document.querySelector('video').paused")
    form = panel.locator("form", has=tab.locator(f"#reason-theme-{segment.id}"))
    form.evaluate("form => form.noValidate = true")
    form.get_by_role("button", name="Save").press("Enter")
    expect(panel.get_by_role("alert")).to_have_text("Choose a reason.")
    expect(panel.get_by_label("Delivery")).to_be_checked()  # what was typed is still there
    form.get_by_label("Why").select_option("missed")
    form.get_by_role("button", name="Save").press("Enter")
    expect(panel.get_by_role("status")).to_contain_text("kept beside it")
    expect(panel).to_be_focused()
    expect(tab.locator(f"#margin-{segment.id} .chip")).to_have_text(
        ["neutral", "Delivery", "Staff"]
    )
    panel.get_by_role("button", name="Take back").press("Enter")
    expect(tab.locator(f"#margin-{segment.id} .chip")).to_have_text(["neutral", "Staff"])
    panel.get_by_role("button", name="Close").press("Enter")
    expect(tab.locator(f"#labels-open-{segment.id}")).to_be_focused()


def test_on_a_page_of_its_own(tab: Page, segment: Segment) -> None:
    """What changes on the voice's page isn't looked for here: the answer is the voice's page."""
    complaints: list[str] = []
    tab.on("console", lambda said: complaints.append(said.text))
    answer = db.session.get_one(Answer, segment.transcript.answer_id)
    tab.goto(f"/voices/{answer.submission_id}/passages/{segment.id}/labels")
    tab.get_by_role("button", name="These labels are right").press("Enter")
    expect(tab.get_by_text("Noted: these labels are right.")).to_be_visible()
    assert tab.url.endswith(f"/voices/{answer.submission_id}#passage-{segment.id}")
    assert complaints == []
