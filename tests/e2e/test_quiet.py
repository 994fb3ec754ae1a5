"""In a real browser: a leader is given sound without masked words; an analyst decides on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright

from app.domain import masks
from app.extensions import db
from app.models import Highlight, Member, Step, Workspace
from tests import factories
from tests.conftest import sign_in
from tests.e2e.customer import NEEDS_BROWSER
from tests.e2e.films import answer_with_film
from tests.e2e.serving import BROWSER_ARGS, CHROMIUM, serving
from workers.perform import perform

pytestmark = NEEDS_BROWSER
COMING = "Being made silent where personal data is said."


@pytest.fixture
def moment(workspace: Workspace) -> Highlight:
    """A film of 15 s; the name is said from 3.0 to 5.0."""
    answer = answer_with_film(factories.submission(factories.program(workspace)))
    transcript = factories.transcript(answer, "my name is Oluwaseun Bakare", "It came late.")
    masks.look(transcript)
    db.session.commit()
    return factories.highlight(answer, transcript, start=2.0, end=9.0, last_position=1)


@contextmanager
def browsing(app: Flask, member: Member, **looks: object) -> Iterator[Page]:
    cookie = sign_in(app.test_client(), member).get_cookie("heard")
    assert cookie is not None
    with serving(app) as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGS)
        url = f"http://127.0.0.1:{port}"
        context = browser.new_context(base_url=url, **looks)  # type: ignore[arg-type]
        context.add_cookies([{"name": "heard", "value": cookie.value, "url": url}])
        context.set_default_timeout(15_000)
        yield context.new_page()
        browser.close()


def loudest(page: Page, start: float, end: float) -> float:
    """0..1, in what this page's player was given, between two times of it."""
    told: float = page.evaluate(
        """async ([start, end]) => {
          const file = await fetch(document.querySelector("video").src);
          const context = new OfflineAudioContext(1, 48000, 48000);
          const sound = await context.decodeAudioData(await file.arrayBuffer());
          const part = sound.getChannelData(0).subarray(48000 * start, 48000 * end);
          return part.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
        }""",
        [start, end],
    )
    return told


def test_a_leader_waits_for_a_recording_without_masked_words_and_hears_that(
    app: Flask, moment: Highlight, teammate: Member
) -> None:
    with browsing(app, teammate) as page:
        page.goto("/")
        expect(page.locator(".moment")).to_contain_text(COMING)
        voice = page.context.new_page()
        voice.goto(f"/voices/{moment.submission_id}")
        expect(voice.locator(".player-none")).to_contain_text(COMING)
        expect(voice.locator(".segments")).to_contain_text("my name is [name]")
        expect(voice.locator(".worth-play")).to_be_hidden()
        perform(db.session.query(Step).one().id)
        voice.locator(".player-play").wait_for()  # both go on by themselves
        page.locator(".moment-play").wait_for()
        assert Axe().run(page).response["violations"] == []
        assert loudest(voice, 2.9, 5.1) < 0.01 < 0.1 < loudest(voice, 5.2, 9.0)
        voice.locator(".worth-play").click()
        voice.wait_for_function("() => document.querySelector('video').currentTime > 2.2")
        page.locator(".moment-play").click()
        page.wait_for_function("() => document.querySelector('video').currentTime > 2.2")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_an_analyst_sees_them_marked_and_can_mask_what_they_select(
    app: Flask, moment: Highlight, owner: Member, scheme: str, width: int
) -> None:
    with browsing(
        app, owner, viewport={"width": width, "height": 900}, color_scheme=scheme
    ) as page:
        page.goto(f"/voices/{moment.submission_id}")
        page.locator("html[data-ready]").wait_for()
        assert page.locator(".personal-word").all_inner_texts() == ["Oluwaseun", "Bakare"]
        page.locator(".personal summary").click()
        assert Axe().run(page).response["violations"] == []
        page.get_by_text("late.", exact=True).last.dblclick()
        expect(page.get_by_label("Words to mask")).to_have_value("late")
        page.get_by_role("button", name="Mask", exact=True).click()
        expect(page.locator(".personal-row")).to_have_count(2)
        expect(page.locator(".personal")).to_have_attribute("open", "")
