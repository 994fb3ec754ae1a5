"""The recording page in a real browser, against a real server that is killed on the way."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import select

from app import runtime
from app.domain import capture
from app.extensions import db
from app.models import Field, Prompt, Recording, Submission, Workspace
from tests import factories
from tests.e2e.serving import BROWSER_ARGS, CHROMIUM, Server, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Chromium is not installed here"),
]


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
    program.prompts.append(Prompt(text="What should change first?", position=1))
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


def step(page: Page, name: str) -> None:
    expect(page.locator(f'[data-step="{name}"]')).to_be_visible(timeout=20_000)


def arrive(page: Page, address: str, way: str) -> None:
    page.goto(address)
    page.wait_for_selector("#capture[data-ready]")
    page.get_by_role("link", name="Start").click()
    page.get_by_role("button", name="I agree").click()
    step(page, "choose")
    page.locator(f'[data-step="choose"] [data-way="{way}"]').click()


def record(page: Page, seconds: float) -> None:
    page.locator('[data-do="record"]:not([disabled])').click()
    page.wait_for_selector('[data-do="stop"]:not([hidden])')
    page.wait_for_timeout(seconds * 1000)


def finish(page: Page) -> dict[str, object]:
    """From the score to the thanks; what the browser said when it sent."""
    step(page, "score")
    page.locator('input[name="score"][value="9"]').check(force=True)
    page.get_by_role("button", name="Go on", exact=True).click()
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Your shop").select_option("North")
    with page.expect_request("**/submission/sending") as sent:
        page.get_by_role("button", name="Send", exact=True).click()
    step(page, "thanks")
    said: dict[str, object] = json.loads(sent.value.post_data or "{}")
    return said


def received() -> Submission:
    db.session.rollback()
    submission = db.session.scalars(select(Submission)).one()
    assert submission.state == "received"
    return submission


def stored(recording: Recording | None) -> bytes:
    assert recording is not None
    with runtime.storage().open(recording.original_key) as stream:
        return stream.read()


def test_record_pause_review_and_send(page: Page, host: str, address: str) -> None:
    arrive(page, address, "camera")  # three taps; "Start recording" is the fourth
    expect(page.get_by_text("We can hear you.")).to_be_visible(timeout=20_000)
    record(page, 2)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-on-air-text]")).to_have_text("Paused")
    before = page.locator("[data-left]").text_content()
    page.wait_for_timeout(1500)
    assert page.locator("[data-left]").text_content() == before
    page.get_by_role("button", name="Go on", exact=True).click()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Stop").click()
    step(page, "review")
    assert page.locator("[data-review-video]").evaluate(
        "v => new Promise(r => v.readyState >= 1 ? r(v.videoHeight)"
        " : v.addEventListener('loadedmetadata', () => r(v.videoHeight)))"
    )
    page.get_by_role("button", name="Use this").click()
    step(page, "record")
    page.get_by_role("link", name="Write instead").click()
    page.get_by_label("Your answer").fill("Ring the bell twice.")
    page.get_by_role("button", name="Use this").click()
    said = finish(page)

    submission = received()
    first, second = submission.answers
    data = stored(first.recording)
    assert data.startswith(b"\x1aE\xdf\xa3") and b"webm" in data[:64]
    assert said["hashes"] == {"0": hashlib.sha256(data).hexdigest()}
    assert first.recording is not None
    assert first.recording.sha256 == hashlib.sha256(data).hexdigest()
    assert first.recording.declared_type.startswith("video/webm")
    assert (second.kind, second.written_text) == ("text", "Ring the bell twice.")
    assert (submission.score, submission.display_name) == (9, "Ana")
    assert submission.fields == {"shop": "North"}

    mine = page.locator("[data-mine]").get_attribute("href") or ""
    assert capture.by_token(mine.rpartition("/")[2]).id == submission.id
    page.goto(host + "/mine/" + mine.rpartition("/")[2])
    expect(page.get_by_text("Ring the bell twice.")).to_be_visible()
    page.goto(address)  # nothing is left behind on the device
    page.wait_for_selector("#capture[data-ready]")
    step(page, "welcome")


def test_an_upload_goes_on_after_the_server_was_killed(
    page: Page, path: str, server: Server, tmp_path: Path
) -> None:
    film = tmp_path / "film.webm"
    film.write_bytes(random.Random(7).randbytes(18 * 1024 * 1024))
    arrive(page, server.address + path, "upload")
    page.locator("#file").set_input_files(film)
    page.get_by_role("button", name="Use this").click()
    expect(page.get_by_text("Question 2 of 2").locator("visible=true")).to_be_visible()
    page.get_by_role("link", name="Write instead").click()
    page.get_by_label("Your answer").fill("Nothing else.")
    page.get_by_role("button", name="Use this").click()
    step(page, "score")
    page.get_by_role("button", name="I would rather not say").click()

    pieces: list[int] = []
    page.on("response", lambda r: pieces.append(r.status) if r.request.method == "PATCH" else None)
    with page.expect_response(lambda r: r.request.method == "PATCH"):
        page.get_by_role("button", name="Send", exact=True).click()
    server.kill()
    page.wait_for_timeout(500)
    server.start()
    step(page, "thanks")
    assert pieces[0] == 204 and len(pieces) >= 3
    recording = received().answers[0].recording
    assert stored(recording) == film.read_bytes()
    assert recording is not None and recording.filename == "film.webm"


def test_offline_says_so_and_sends_by_itself_later(
    page: Page, address: str, context: BrowserContext
) -> None:
    arrive(page, address, "voice")
    record(page, 1.5)
    context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    page.wait_for_timeout(1000)
    page.get_by_role("button", name="Stop").click()
    step(page, "review")
    page.get_by_role("button", name="Use this").click()
    page.get_by_role("button", name="Skip this question").click()
    page.get_by_role("button", name="I would rather not say").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("It could not be sent yet.")).to_be_visible(timeout=20_000)
    context.set_offline(False)
    step(page, "thanks")
    recording = received().answers[0].recording
    assert recording is not None and recording.declared_type.startswith("audio/webm")
    assert stored(recording).startswith(b"\x1aE\xdf\xa3")


def test_a_reload_while_recording_keeps_what_was_recorded(page: Page, address: str) -> None:
    arrive(page, address, "camera")
    record(page, 3.5)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.wait_for_selector("#capture[data-ready]")
    step(page, "resume")
    page.get_by_role("button", name="Go on with it").click()
    step(page, "review")
    page.get_by_role("button", name="Use this").click()
    page.get_by_role("button", name="Skip this question").click()
    finish(page)
    assert len(stored(received().answers[0].recording)) > 10_000


TROUBLE = {
    "NotAllowedError": "Your browser was told not to use",
    "NotFoundError": "No camera was found",
    "NotReadableError": "in use by another program",
    "OverconstrainedError": "This camera can't do",
    "AbortError": "did not start",
}


def test_camera_trouble_is_said_with_the_next_choice(page: Page, address: str) -> None:
    page.add_init_script(
        "const real = MediaDevices.prototype.getUserMedia;"
        f"window.trouble = {next(iter(TROUBLE))!r};"
        "MediaDevices.prototype.getUserMedia = function (wanted) {"
        "  if (wanted.video) return Promise.reject(new DOMException('no', window.trouble));"
        "  return real.call(this, wanted); };"
    )
    arrive(page, address, "camera")
    trouble = page.locator('[data-step="trouble"]')
    for name, sentence in TROUBLE.items():
        page.evaluate(f"window.trouble = {name!r}")
        trouble.get_by_role("button", name="Try again").click()
        expect(page.locator("[data-trouble]")).to_contain_text(sentence)
        for other in ("Only my voice", "Upload a file", "Write"):
            expect(trouble.get_by_role("button", name=other)).to_be_visible()
    trouble.get_by_role("button", name="Only my voice").click()
    expect(page.locator('[data-do="record"]:not([disabled])')).to_be_visible()


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("delete window.MediaRecorder;", "This browser can't record."),
        (
            "Object.defineProperty(window, 'isSecureContext', {value: false});"
            "Object.defineProperty(Navigator.prototype, 'mediaDevices', {value: undefined});",
            "Recording works only on a secure address",
        ),
    ],
)
def test_where_recording_can_not_be_one_can_still_write(
    page: Page, address: str, script: str, sentence: str
) -> None:
    page.add_init_script(script)
    arrive(page, address, "camera")
    step(page, "trouble")
    expect(page.locator("[data-trouble]")).to_contain_text(sentence)
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    page.locator('[data-step="trouble"]').get_by_role("button", name="Write").click()
    step(page, "write")


def test_by_keyboard_alone(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("#capture[data-ready]")

    def press(name: str) -> None:
        """Tabs on until the element with this name has the focus, then uses it."""
        for _ in range(30):
            page.keyboard.press("Tab")
            focused = "document.activeElement.textContent.trim().replace(/\\s+/g, ' ')"
            if page.evaluate(focused).startswith(name):
                return page.keyboard.press("Enter")
        raise AssertionError(f"{name} can't be reached by keyboard")

    press("Start")
    press("I agree")
    step(page, "choose")
    press("Only my voice")
    expect(page.locator('[data-do="record"]:not([disabled])')).to_be_visible()
    press("Start recording")
    page.wait_for_selector('[data-do="stop"]:not([hidden])')
    page.wait_for_timeout(1200)
    page.keyboard.press("Enter")  # the focus moved to Pause by itself
    expect(page.locator("[data-on-air-text]")).to_have_text("Paused")
    press("Stop")
    step(page, "review")


def test_without_javascript(browser: Browser, address: str, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False, locale="es-ES")
    page = context.new_page()
    page.goto(address)
    page.get_by_role("link", name="Empezar").click()
    page.locator("#text-0").fill("Llegó tarde.")
    film = tmp_path / "film.mp4"
    film.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 8)
    page.locator("#file-1").set_input_files(film)
    page.locator('input[name="purposes"][value="internal"]').check()
    page.get_by_role("button", name="Enviar").click()
    expect(page.get_by_text("Gracias. Ha llegado.")).to_be_visible()
    context.close()
    submission = received()
    assert submission.language == "es"
    assert submission.answers[0].written_text == "Llegó tarde."
    assert stored(submission.answers[1].recording) == film.read_bytes()


def test_a_person_can_be_asked_for_on_the_way(page: Page, address: str) -> None:
    arrive(page, address, "write")
    page.get_by_role("link", name="Talk to a person").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="+1 555 0100")).to_be_visible()
    dialog.get_by_label("Your phone number or e-mail address").fill("555 0199")
    dialog.get_by_role("button", name="Ask us to call you").click()
    expect(dialog.get_by_text("A person will get in touch with you.")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    step(page, "write")
