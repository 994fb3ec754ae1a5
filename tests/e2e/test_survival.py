"""What was recorded arrives byte for byte, whatever happens on the way."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from app.extensions import db
from app.models import Upload
from tests import services
from tests.e2e.customer import (
    RECORDS,
    arrive,
    finish,
    opened,
    received,
    record,
    step,
    stored,
    upload_states,
)
from tests.e2e.recorded import Recorded, frames, kept
from tests.e2e.serving import BROWSER_ARGS, CHROMIUM, Server

pytestmark = [*RECORDS, pytest.mark.usefixtures("recorded")]


def reload(page: Page) -> bytes:
    """Goes away while recording; what the device has of the take afterwards."""
    page.reload()
    page.wait_for_selector("#capture[data-ready]")
    step(page, "resume")
    (bytes_,) = kept(page).values()
    return bytes_


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Go on with it").click()
    step(page, "review")
    expect(page.get_by_text("The page went away while you were recording.")).to_be_visible()
    page.get_by_role("button", name="Go on recording").click()
    step(page, "record")


def test_five_times_offline_and_two_reloads_make_one_recording(
    page: Page, address: str, context: BrowserContext, recorded: Recorded
) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    arrive(page, address, "camera")
    parts = []
    for times in (2, 2, 1):
        record(page, 1)
        for _ in range(times):
            context.set_offline(True)
            expect(page.locator("[data-safe]")).to_contain_text("as soon as there is a connection")
            page.wait_for_timeout(600)
            context.set_offline(False)
            expect(page.locator("[data-safe]")).to_contain_text("on its way to us")
            page.wait_for_timeout(600)
        if times == 2:
            parts.append(reload(page))
            go_on(page)
    page.get_by_role("button", name="Stop").click()
    step(page, "review")
    (whole,) = kept(page).values()
    page.get_by_role("button", name="Use this").click()
    page.get_by_role("button", name="Skip this question").click()
    finish(page)
    data = stored(received().answers[0].recording)
    assert hashlib.sha256(data).digest() == hashlib.sha256(whole).digest()

    first, second, third = recorded.sessions
    assert first.startswith(parts[0]) and len(first) - len(parts[0]) < 400_000
    assert whole.startswith(parts[1]) and parts[1].startswith(parts[0])
    a, b, c = (len(frames(each)) for each in (parts[0], parts[1], whole))
    said = [(codec, digest) for codec, _, digest in frames(data)]
    for begin, end, part in ((0, a, first), (a, b, second), (b, c, third)):
        came = [(codec, digest) for codec, _, digest in frames(part)]
        assert said[begin:end] == came[: end - begin]
    assert c - b == len(frames(third))
    for codec in {codec for codec, _ in said}:  # one after the other, without going back
        order = [at for each, at, _ in frames(data) if each == codec]
        assert order == sorted(set(order))


def test_a_closed_tab_and_a_killed_server(
    browser: Browser, path: str, server: Server, tmp_path: Path, recorded: Recorded
) -> None:
    """The same link in a new window goes on where the old one was."""
    address = server.address + path
    context = window(browser, tmp_path)
    recorded.watch(context)
    page = context.pages[0]
    arrive(page, address, "camera")
    record(page, 2)
    server.kill()
    page.wait_for_timeout(1500)
    (before,) = kept(page).values()
    context.close()

    server.start()
    context = window(browser, tmp_path)
    page = context.pages[0]
    opened(page, address)
    step(page, "resume")
    (whole,) = kept(page).values()
    assert whole.startswith(before) and recorded.sessions[0].startswith(before)
    page.get_by_role("button", name="Go on with it").click()
    step(page, "review")
    server.kill()
    page.get_by_role("button", name="Use this").click()
    page.get_by_role("button", name="Skip this question").click()
    page.get_by_role("button", name="I would rather not say").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("It could not be sent yet.")).to_be_visible()
    server.start()
    step(page, "thanks")
    assert kept(page) == {}
    context.close()
    assert stored(received().answers[0].recording) == whole


def window(browser: Browser, tmp_path: Path) -> BrowserContext:
    """With a profile that is still there when it is opened again."""
    context = browser.browser_type.launch_persistent_context(
        str(tmp_path / "profile"), executable_path=CHROMIUM, args=BROWSER_ARGS, locale="en-US"
    )
    context.set_default_timeout(20_000)
    return context


def test_stop_to_received_is_one_part(page: Page, address: str, context: BrowserContext) -> None:
    """On a line that is hardly faster than the recording."""
    arrive(page, address, "camera")
    record(page, 0.1)
    line = context.new_cdp_session(page)
    slow = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 200_000}
    line.send("Network.emulateNetworkConditions", slow)
    page.wait_for_timeout(6000)
    page.evaluate("""() => {
        const safe = document.querySelector('[data-safe]');
        const tell = () => safe.dataset.kind === 'there' && (window.there ??= performance.now());
        new MutationObserver(tell).observe(safe, {attributes: true});
        document.querySelector('[data-do=stop]').addEventListener('click',
            () => (window.stopped = performance.now()), true); }""")
    before = offset()
    page.get_by_role("button", name="Stop").click()
    step(page, "review")
    expect(page.locator("[data-safe]")).to_contain_text("all of it has reached us")
    (whole,) = kept(page).values()
    took = page.evaluate("window.there - window.stopped")
    left = len(whole) - before
    print(f"stop to received: {took:.0f} ms for {left} of {len(whole)} bytes, at 200 kB/s")
    assert left < 700_000  # a part that is under way and what was recorded meanwhile
    assert took < 1000 * left / 200_000 + 1000
    assert offset() == len(whole) and not db.session.scalars(select(Upload)).one().length
    page.get_by_role("button", name="Use this").click()
    services.eventually(lambda: upload_states() == ["received"], 60, "it is an answer")


def offset() -> int:
    db.session.rollback()
    return db.session.scalars(select(Upload)).one().offset
