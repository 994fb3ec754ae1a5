"""The recording page in a real browser, against a real server that is killed on the way."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.domain import capture
from tests.e2e.customer import (
    RECORDS,
    arrive,
    finish,
    opened,
    received,
    record,
    step,
    stop_and_use,
    stored,
)
from tests.e2e.serving import Server

pytestmark = RECORDS


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
    opened(page, address)  # nothing is left behind on the device
    step(page, "welcome")


def test_an_upload_goes_on_after_the_server_was_killed(
    page: Page, path: str, server: Server, tmp_path: Path
) -> None:
    film = tmp_path / "film.webm"
    film.write_bytes(b"\x1aE\xdf\xa3" + random.Random(7).randbytes(18 * 1024 * 1024))
    arrive(page, server.address + path, "upload")
    page.locator("#file").set_input_files(film)
    pieces: list[int] = []
    page.on("response", lambda r: pieces.append(r.status) if r.request.method == "PATCH" else None)
    with page.expect_response(lambda r: r.request.method == "PATCH"):
        page.get_by_role("button", name="Use this").click()
    server.kill()
    expect(page.get_by_text("Question 2 of 2").locator("visible=true")).to_be_visible()
    page.get_by_role("link", name="Write instead").click()
    page.get_by_label("Your answer").fill("Nothing else.")
    page.get_by_role("button", name="Use this").click()
    step(page, "score")
    page.get_by_role("button", name="I would rather not say").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("It could not be sent yet.")).to_be_visible()
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
    stop_and_use(page)
    page.get_by_role("button", name="Skip this question").click()
    page.get_by_role("button", name="I would rather not say").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("It could not be sent yet.")).to_be_visible(timeout=20_000)
    context.set_offline(False)
    step(page, "thanks")
    recording = received().answers[0].recording
    assert recording is not None and recording.declared_type.startswith("audio/webm")
    assert stored(recording).startswith(b"\x1aE\xdf\xa3")


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


def test_each_question_may_be_answered_in_another_way(page: Page, address: str) -> None:
    arrive(page, address, "upload")
    page.get_by_role("button", name="Use this").click()
    expect(page.locator("#file-error")).to_have_text("Choose a file first.")
    wrong = {"name": "list.txt", "mimeType": "text/plain", "buffer": b"milk"}
    page.set_input_files("#file", wrong)  # type: ignore[arg-type]
    expect(page.locator("#file-error")).to_contain_text("This is not a video or audio file.")
    page.set_input_files("#file", {**wrong, "mimeType": "audio/webm"})  # type: ignore[arg-type]
    expect(page.locator("#file-error")).to_contain_text("This is not a video or audio file.")
    right = {"name": "milk.webm", "mimeType": "audio/webm", "buffer": b"\x1aE\xdf\xa3 milk"}
    page.set_input_files("#file", right)  # type: ignore[arg-type]
    expect(page.locator("#file-error")).to_be_empty()
    page.locator('#upload-form [data-do="other-way"]').click()
    page.locator('[data-step="choose"] [data-way="voice"]').click()
    record(page, 1)
    expect(page.locator('.controls [data-do="other-way"]')).to_be_hidden()
    page.locator('[data-do="stop"]').click()
    page.locator('[data-do="use"]').click()
    expect(page.locator('[data-step="record"]')).to_contain_text("Question 2 of 2")
    page.locator('.controls [data-do="other-way"]').click()
    step(page, "choose")
    page.locator('[data-step="choose"] [data-way="write"]').click()
    expect(page.locator('[data-step="write"]')).to_contain_text("Question 2 of 2")


def test_by_keyboard_alone(page: Page, address: str) -> None:
    opened(page, address)

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
