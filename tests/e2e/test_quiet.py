"""In a real browser: a leader's player is silent over masked words; an analyst decides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright

from app.domain import masks
from app.extensions import db
from app.models import Highlight, Member, Transcript, Workspace
from tests import factories
from tests.conftest import sign_in
from tests.e2e.customer import NEEDS_BROWSER
from tests.e2e.films import answer_with_film
from tests.e2e.serving import BROWSER_ARGS, CHROMIUM, serving

pytestmark = NEEDS_BROWSER


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


def waits(page: Page, condition: str) -> None:
    page.wait_for_function(
        f"() => {{ const v = document.querySelector('video'); return {condition} }}"
    )


def test_a_leaders_player_is_silent_over_masked_words(
    app: Flask, moment: Highlight, teammate: Member, owner: Member
) -> None:
    with browsing(app, teammate) as page:
        page.goto(f"/voices/{moment.submission_id}")
        page.locator("html[data-ready]").wait_for()
        page.evaluate("document.querySelector('video').currentTime = 2")
        waits(page, "!v.muted")
        page.locator(".player-play").click()
        waits(page, "v.currentTime > 3.1 && v.currentTime < 5 && v.muted")
        page.keyboard.press("m")  # nor can they turn it on
        waits(page, "v.currentTime > 3.5 && v.muted")
        waits(page, "v.currentTime > 5.2 && !v.muted")
        expect(page.locator(".segments")).to_contain_text("my name is [name]")
        transcript = db.session.get_one(Transcript, moment.transcript_id)
        masks.hide(transcript, "late", "other", owner)
        db.session.commit()  # while the page is open
        page.evaluate("document.querySelector('video').currentTime = 8")
        waits(page, "!v.muted")
        page.evaluate("document.querySelector('video').pause()")
        page.evaluate("document.querySelector('video').play()")
        waits(page, "v.currentTime > 9 && v.currentTime < 10 && v.muted")


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
