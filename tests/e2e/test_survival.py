"""What was recorded arrives byte for byte, whatever happens on the way."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import select

from app import runtime
from app.extensions import db
from app.models import Invitation, Program, Upload, now
from tests import services
from tests.e2e.customer import (
    NEEDS_BROWSER,
    arrive,
    finish,
    opened,
    received,
    record,
    step,
    stop_and_use,
    stored,
)
from tests.e2e.recorded import Recorded, frames, kept
from tests.e2e.serving import BROWSER_ARGS, CHROMIUM, Server

pytestmark = NEEDS_BROWSER


@pytest.fixture(autouse=True)
def recorded(context: BrowserContext) -> Recorded:
    recorded = Recorded()
    recorded.watch(context)
    return recorded


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
    said = [(track, digest) for track, _, digest in frames(data)]
    for begin, end, part in ((0, a, first), (a, b, second), (b, c, third)):
        came = [(track, digest) for track, _, digest in frames(part)]
        assert said[begin:end] == came[: end - begin]
    assert c - b == len(frames(third))
    for track in (1, 2):  # one after the other, without going back
        order = [at for each, at, _ in frames(data) if each == track]
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
    services.eventually(lambda: state() == ["received"], 5, "it is an answer")


def offset() -> int:
    db.session.rollback()
    return db.session.scalars(select(Upload)).one().offset


def state() -> list[str]:
    db.session.rollback()
    return [each.state for each in db.session.scalars(select(Upload).order_by(Upload.id))]


def test_a_recording_that_is_not_used_goes_from_the_server_too(page: Page, address: str) -> None:
    arrive(page, address, "voice")
    record(page, 1)
    stop_and_use(page)
    record(page, 1)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("[data-safe]")).to_contain_text("all of it has reached us")
    assert state() == ["received", "open"]
    page.get_by_role("button", name="Record again").click()
    services.eventually(lambda: state() == ["received", "ended"], 5, "the older upload ended")
    assert list(runtime.settings().uploads.glob("*")) == []
    page.get_by_role("button", name="Skip this question").click()
    finish(page)
    assert [answer.position for answer in received().answers] == [0]


def test_what_is_deleted_here_is_deleted_there(page: Page, address: str) -> None:
    arrive(page, address, "voice")
    record(page, 1)
    stop_and_use(page)
    services.eventually(lambda: state() == ["received"], 5, "it arrived")
    opened(page, address)
    page.get_by_role("button", name="Delete it").click()
    step(page, "welcome")
    services.eventually(lambda: state() == ["ended"], 5, "it went")
    assert list(runtime.storage().list("recordings/")) == []
    assert kept(page) == {}


def test_two_tabs_and_many_sendings_have_one_effect(
    page: Page, address: str, context: BrowserContext
) -> None:
    arrive(page, address, "write")
    page.get_by_label("Your answer").fill("Twice?")
    other = context.new_page()
    opened(other, address)
    step(other, "elsewhere")
    page.get_by_role("button", name="Use this").click()
    expect(page.get_by_text("Question 2 of 2").locator("visible=true")).to_be_visible()
    page.close()
    step(other, "resume")
    other.evaluate("""() => {
        const real = window.fetch;
        window.fetch = async (address, given) => {
            if (!String(address).includes('sending')) return real(address, given);
            const all = await Promise.all(Array.from({length: 12}, () => real(address, given)));
            window.statuses = all.map((each) => each.status);
            return all[0]; }; }""")
    other.get_by_role("button", name="Go on with it").click()
    other.locator('[data-step="choose"] [data-way="write"]').click()
    other.get_by_label("Your answer").fill("Once.")
    other.get_by_role("button", name="Use this").click()
    finish(other)
    assert other.evaluate("window.statuses") == [200] * 12
    submission = received()
    assert submission.invitation_id is not None
    invitation = db.session.get_one(Invitation, submission.invitation_id)
    assert invitation.received == 1
    assert [len(answer.runs) for answer in submission.answers] == [1, 1]


NOWHERE = """
IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); };
"""
FULL = """
const put = IDBObjectStore.prototype.put;
let room = 2;
IDBObjectStore.prototype.put = function (value, ...key) {
  if (value instanceof ArrayBuffer && room-- <= 0) throw new DOMException('', 'QuotaExceededError');
  return put.call(this, value, ...key);
};
"""


@pytest.mark.parametrize(
    ("script", "place", "sentence"),
    [
        pytest.param(NOWHERE, "[data-safe]", "this browser can't keep it", id="nowhere"),
        pytest.param(FULL, "#line", "no room left to keep a recording safe", id="full"),
    ],
)
def test_a_browser_that_can_not_keep_it_says_so_and_sends_all_the_same(
    page: Page,
    address: str,
    context: BrowserContext,
    recorded: Recorded,
    script: str,
    place: str,
    sentence: str,
) -> None:
    context.add_init_script(script)
    arrive(page, address, "voice")
    record(page, 3.5)
    expect(page.locator(place)).to_contain_text(sentence)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("[data-safe]")).to_contain_text("send it before you close this page")
    page.get_by_role("button", name="Use this").click()
    page.get_by_role("button", name="Skip this question").click()
    finish(page)
    assert stored(received().answers[0].recording) == recorded.sessions[0]


def test_a_server_that_says_no_is_asked_again(page: Page, address: str, recorded: Recorded) -> None:
    answers = [
        (423, "Another part of this upload is arriving right now."),
        (409, "These bytes don't follow on from what has arrived."),
        (460, "These bytes were damaged on the way. Please send them again."),
        (507, "There is no room left for this here right now. Please try again later."),
    ]

    def refuse(route: Route) -> None:
        if route.request.method != "PATCH" or not answers:
            return route.fallback()
        status, sentence = answers.pop(0)
        headers = {"Upload-Offset": "0"} if status == 409 else {}
        route.fulfill(status=status, body=sentence, content_type="text/plain", headers=headers)

    page.route("**/uploads/*", refuse)
    arrive(page, address, "voice")
    record(page, 3)
    page.get_by_role("button", name="Stop").click()
    safe = page.locator("[data-safe]")
    expect(safe).to_contain_text("We could not take it yet: There is no room", timeout=20_000)
    expect(safe).to_contain_text("Kept on this device")
    expect(safe).to_contain_text("all of it has reached us", timeout=30_000)
    assert answers == []
    page.get_by_role("button", name="Use this").click()
    page.get_by_role("button", name="Skip this question").click()
    finish(page)
    assert stored(received().answers[0].recording) == recorded.sessions[0]


def test_a_program_that_closes_meanwhile_leaves_the_recording_with_the_customer(
    page: Page, address: str, recorded: Recorded
) -> None:
    arrive(page, address, "voice")
    record(page, 1)
    program = db.session.scalars(select(Program)).one()
    program.closed_at = now()
    db.session.commit()
    stop_and_use(page)
    page.get_by_role("button", name="Skip this question").click()
    page.get_by_role("button", name="I would rather not say").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert").locator("visible=true")).to_have_text(
        "This is closed now. Thank you for coming all the same."
    )
    page.reload()
    expect(page.get_by_text("is still on this device")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save my recording on this device").click()
    assert Path(saved.value.path()).read_bytes() == recorded.sessions[0]
    page.get_by_role("button", name="Delete it").click()
    services.eventually(lambda: state() == ["ended"], 5, "the server dropped it too")
    assert kept(page) == {} and list(runtime.storage().list("recordings/")) == []
