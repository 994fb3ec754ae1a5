"""axe finds no violation on any page: on a desk in light mode, on a phone in dark mode."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from app import runtime
from app.domain import follow_ups
from app.domain.fairness import audits
from app.extensions import db
from app.models import Field, Member, Workspace
from tests import factories
from tests.domain.fairness import crowd
from tests.e2e import tour
from tests.e2e.serving import BROWSER_ARGS, CHROMIUM, Server

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
HIDDEN_PLACES = """(() => {
  const nav = document.querySelector(".site-nav");
  return nav ? nav.scrollWidth - nav.clientWidth : 0;
})()"""
LOOKS = [(1280, "light"), (390, "dark")]


def test_every_page_is_on_the_tour(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    toured = {page.endpoint for page in tour.PAGES if page.endpoint}
    assert routes - toured - tour.NOT_PAGES == set()
    assert toured - routes == set()


@pytest.fixture
def found(app: Flask, workspace: Workspace, owner: Member) -> dict[str, str]:
    """A small workspace with one of everything."""
    program = factories.program(
        workspace, score_kind="nps", contact_phone="+1 555 0100", is_sample=True
    )
    factories.invitation(program)
    submission = factories.submission(program)
    answer = factories.answer(submission)
    transcript = factories.transcript(
        answer, "It came nine days late and the box was torn.", "Nobody answered the phone."
    )
    factories.highlight(answer, transcript, themes=list(program.themes))
    program.fields.append(Field(key="accent", label="Accent", choices=["North", "South"]))
    crowd.voices(program, 40, lambda at: {"accent": ("North", "South")[at % 2]},
                 wrong=lambda at: 1 + 4 * (at % 2), highlighted=lambda at: at % 2)  # fmt: skip
    audits.make(program, "clock")
    follow_ups.from_machine(submission, factories.need("Asks for a person", "Please call me.", 0.9))
    return tour.addresses(owner)


@pytest.fixture
def server(found: dict[str, str]) -> Iterator[Server]:
    server = Server(runtime.settings().data)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGS)
        yield browser
        browser.close()


def look(browser: Browser, width: int, scheme: str, state: dict[str, object]) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        storage_state=state,  # type: ignore[arg-type]
    )
    context.set_default_timeout(20_000)
    return context


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Chromium is not installed here")
def test_no_violation_anywhere(
    app: Flask, owner: Member, found: dict[str, str], server: Server, browser: Browser
) -> None:
    signed_in = sign_in(browser, server, owner)
    problems = []
    for width, scheme in LOOKS:
        with (
            look(browser, width, scheme, signed_in) as staff,
            look(browser, width, scheme, {}) as other,
        ):
            for page in tour.PAGES:
                tab = (staff if page.who == "staff" else other).new_page()
                tab.goto(server.address + page.path.format(**found))
                results = Axe().run(tab, options=RULES)
                if results.violations_count:
                    problems.append(f"{page.name} {width} {scheme}:\n{results.generate_report()}")
                wide = tab.evaluate("document.documentElement.scrollWidth")
                if wide > width:
                    problems.append(f"{page.name} {width}: scrolls sideways ({wide} px)")
                hidden = tab.evaluate(HIDDEN_PLACES)
                if hidden > 0:
                    problems.append(f"{page.name} {width}: {hidden} px of the navigation hidden")
                tab.close()
    assert not problems, "\n\n".join(problems)


def sign_in(browser: Browser, server: Server, member: Member) -> dict[str, object]:
    """The browser's state after the one-time link and its button."""
    from app.domain import signing_in

    link = signing_in.new_link(member)
    db.session.commit()
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(server.address + link)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_load_state()
        return dict(context.storage_state())
