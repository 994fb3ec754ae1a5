"""Words corrected beside the player in a real browser, by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright

from app.domain import editing
from app.extensions import db
from app.models import Answer, Member, Transcript, Workspace
from tests import factories
from tests.conftest import sign_in
from tests.e2e.customer import NEEDS_BROWSER
from tests.e2e.films import answer_with_film
from tests.e2e.serving import BROWSER_ARGS, CHROMIUM, serving

pytestmark = NEEDS_BROWSER


@pytest.fixture
def words(workspace: Workspace) -> Transcript:
    answer = answer_with_film(factories.submission(factories.program(workspace)))
    return factories.transcript(
        answer, "I ordered on my fone.", "There were three plans.", "The fone rang."
    )


@pytest.fixture
def page(app: Flask, owner: Member) -> Iterator[Page]:
    """A phone's width; fails on whatever the browser complains of but the refusal that is meant."""
    app.config["WTF_CSRF_ENABLED"] = True
    cookie = sign_in(app.test_client(), owner).get_cookie("heard")
    assert cookie is not None
    with serving(app) as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGS)
        host = f"http://127.0.0.1:{port}"
        context = browser.new_context(base_url=host, viewport={"width": 390, "height": 844})
        context.add_cookies([{"name": "heard", "value": cookie.value, "url": host}])
        context.set_default_timeout(15_000)
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text)
                if said.type in ("error", "warning") and "409" not in said.text
                else None
            ),
        )
        yield page
        assert complaints == []
        browser.close()


def opened(page: Page, answer: Answer) -> None:
    page.goto(f"/voices/{answer.submission_id}/answers/{answer.id}/words")
    page.locator("html[data-ready]").wait_for()


def passage(page: Page, number: int):  # type: ignore[no-untyped-def]
    return page.locator(f"#passage-{number}")


def test_edit_undo_reload_find_and_replace(page: Page, words: Transcript, owner: Member) -> None:
    answer = db.session.get_one(Answer, words.answer_id)
    opened(page, answer)
    passage(page, 2).focus()
    page.keyboard.press("Alt+p")  # the player is beside: it plays this passage
    page.wait_for_function(
        "() => { const v = document.querySelector('video'); return v.currentTime > 5.05 }"
    )
    page.keyboard.press("Control+End")
    page.keyboard.type(" Honest.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#words-said")).to_have_text("Saved.")
    expect(passage(page, 2)).to_be_focused()
    assert page.evaluate("document.querySelector('video').currentTime") > 5  # it plays on

    page.keyboard.press("Control+Home")
    for _ in range(2):
        page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Enter")  # before "three": a line break splits
    page.keyboard.press("Control+Enter")
    expect(page.locator("textarea")).to_have_count(4)
    expect(passage(page, 3)).to_have_value("three plans. Honest.")

    page.reload()
    page.locator("html[data-ready]").wait_for()
    undo = page.get_by_role("button", name=re.compile("^Undo"))
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.locator("textarea")).to_have_count(3)
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(passage(page, 2)).to_have_value("There were three plans.")
    expect(undo).to_be_disabled()

    # Somebody else saves meanwhile: told so, and what was typed stays.
    passage(page, 1).focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Mine.")
    db.session.expire_all()
    first = words.segments[0].id
    editing.save(words, words.edition, editing.staff(owner), {first: "I ordered by fone."})
    db.session.commit()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#words-said")).to_contain_text("changed meanwhile")
    expect(passage(page, 1)).to_have_value("I ordered on my fone. Mine.")
    expect(page.get_by_text("Now stands here: “I ordered by fone.”")).to_be_visible()
    passage(page, 1).focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#words-said")).to_have_text("Saved.")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="Replace").click()
    page.get_by_label("Find").fill("fone")
    page.get_by_label("Replace with").fill("phone")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 places in 2 passages")).to_be_visible()
    page.get_by_role("button", name="Replace in the chosen passages").press("Enter")
    expect(passage(page, 3)).to_have_value("The phone rang.")
    expect(passage(page, 1)).to_have_value("I ordered on my phone. Mine.")
