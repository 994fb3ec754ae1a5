"""What the tests of the customer's pages share: a browser with a camera, two servers, a program."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from app import runtime
from app.extensions import db
from app.models import Field, Prompt, Workspace
from tests import factories
from tests.e2e.recorded import Recorded
from tests.e2e.serving import BROWSER_ARGS, CHROMIUM, Server, serving

# As long as a context waits for what is to be pressed: a browser shares its cores with other tests.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def host(app: Flask) -> Iterator[str]:
    """A real socket, served by this process: it starts at once."""
    app.config["WTF_CSRF_ENABLED"] = True
    with serving(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    """A process of its own, which can be killed."""
    server = Server(runtime.settings().data)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def path(workspace: Workspace) -> str:
    """A page that asks two questions, a score and a field."""
    program = factories.program(
        workspace, score_kind="nps", contact_phone="+1 555 0100", max_seconds=60
    )
    program.prompts.append(
        Prompt(text="What should change first?", hint="One thing is enough.", position=1)
    )
    program.fields.append(Field(key="shop", label="Your shop", choices=["North", "South"]))
    program.consent_texts[0].purposes = ["internal", "shared", "public"]
    db.session.commit()
    return f"/r/{factories.invitation(program).code}"


@pytest.fixture
def address(host: str, path: str) -> str:
    return host + path


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-US")
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


@pytest.fixture
def recorded(context: BrowserContext) -> Recorded:
    """The bytes that the page's recorder gives, whatever the page does with them."""
    recorded = Recorded()
    recorded.watch(context)
    return recorded
