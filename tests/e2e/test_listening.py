"""The board and a submission's page in a real browser, with a real recording."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from app.extensions import db
from app.models import Highlight, Member, Workspace
from tests import factories
from tests.conftest import sign_in
from tests.e2e.customer import NEEDS_BROWSER
from tests.e2e.films import answer_with_film
from tests.e2e.serving import BROWSER_ARGS, CHROMIUM, serving

pytestmark = NEEDS_BROWSER
HOSTILE = '<img src=x onerror="document.title=1">'


@pytest.fixture
def moment(workspace: Workspace) -> Highlight:
    """Seconds 5..10 of a film of 15 s."""
    program = factories.program(workspace)
    answer = answer_with_film(factories.submission(program, display_name=HOSTILE))
    transcript = factories.transcript(
        answer, "I ordered on my phone.", "There were three plans.", f"Honest {HOSTILE} words."
    )
    return factories.highlight(
        answer, transcript, start=5.0, end=10.0, quote="There were three plans."
    )


@pytest.fixture
def context(app: Flask, owner: Member) -> Iterator[BrowserContext]:
    """A signed-in member's browser that lets sound start only where somebody asked for it."""
    client = sign_in(app.test_client(), owner)
    cookie = client.get_cookie("heard")
    with serving(app) as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGS)
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{port}", viewport={"width": 1280, "height": 900}
        )
        context.add_cookies([{"name": "heard", "value": cookie.value, "url": context_url(port)}])
        context.set_default_timeout(15_000)
        yield context
        browser.close()


def context_url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Fails on whatever the browser complains of, the content policy's refusals included."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None,
    )
    yield page
    assert complaints == []


def visit(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("html[data-ready]").wait_for()


def video(page: Page, look: str) -> object:
    return page.evaluate(
        f"(() => {{ const v = document.querySelector('video'); return {look} }})()"
    )


def waits(page: Page, condition: str) -> None:
    page.wait_for_function(
        f"() => {{ const v = document.querySelector('video'); return {condition} }}"
    )


def test_a_card_plays_muted_when_pointed_at_and_aloud_when_pressed(
    page: Page, moment: Highlight
) -> None:
    visit(page, "/")
    card = page.locator(".moment")
    assert page.locator("video").count() == 0
    card.locator(".moment-picture").hover()
    waits(page, "v && !v.paused && v.currentTime > 5.2 && v.currentTime < 10")
    assert video(page, "[v.muted, v.textTracks[0].mode]") == [True, "showing"]
    waits(page, "v.textTracks[0].activeCues.length === 1")
    page.mouse.move(2, 2)
    expect(page.locator("video")).to_have_count(0)
    card.locator(".moment-play").click()
    waits(page, "v && !v.paused && v.currentTime > 5.2")
    assert video(page, "v.muted") is False
    page.keyboard.press("Escape")
    expect(page.locator("video")).to_have_count(0)


def test_keys_lead_from_the_card_to_the_moment(page: Page, moment: Highlight) -> None:
    visit(page, "/")
    page.keyboard.press("j")
    expect(page.locator(".moment a.quote")).to_be_focused()
    waits(page, "v && v.muted && v.currentTime >= 5")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/voices/{moment.submission_id}?*")
    waits(page, "v && Math.abs(v.currentTime - 5) < 0.2")
    page.keyboard.press("/")
    expect(page.locator("#search-box")).to_be_focused()


def test_words_follow_the_voice_and_lead_to_it(page: Page, moment: Highlight) -> None:
    visit(page, f"/voices/{moment.submission_id}")
    page.locator("main").click(position={"x": 2, "y": 2})
    page.keyboard.press("k")
    expect(page.locator(".word.now")).not_to_have_text("")
    waits(page, "!v.paused && v.currentTime > 0.3")
    page.keyboard.press("k")
    waits(page, "v.paused")
    page.locator(".word", has_text="three").click()
    waits(page, "Math.abs(v.currentTime - 7.5) < 0.1")
    expect(page.locator(".word.now")).to_have_text("three")
    before = video(page, "v.currentTime")
    page.keyboard.press("j")
    waits(page, "v.currentTime === 0")
    page.keyboard.press("l")
    waits(page, "Math.abs(v.currentTime - 10) < 0.1")
    assert before != 10
    page.keyboard.press("c")
    page.keyboard.press("m")
    waits(page, "v.muted && v.textTracks[0].mode === 'showing'")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_a_moment_ends_where_it_ends(page: Page, moment: Highlight) -> None:
    moment.end = 6.0
    db.session.commit()
    visit(page, f"/voices/{moment.submission_id}")
    page.locator(".worth-play").click()
    waits(page, "!v.paused && v.currentTime > 5")
    waits(page, "v.paused && v.currentTime >= 6 && v.currentTime < 6.8")


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_is_accessible_fits_and_shows_words_as_words(
    context: BrowserContext, moment: Highlight, mode: str, width: int
) -> None:
    page = context.new_page()
    page.emulate_media(color_scheme=mode)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/", "/voices", f"/voices/{moment.submission_id}", "/search?q=honest", "/none"):
        visit(page, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("img[src=x]").count() == 0, path
        problems = Axe().run(page).response["violations"]
        assert [(path, each["id"], each["nodes"][0]["html"]) for each in problems] == []
