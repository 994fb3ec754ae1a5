"""A real browser's recorder in, a real browser's player out."""

from __future__ import annotations

import base64
import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.e2e.serving import CHROMIUM
from tests.workers.media.conftest import Make
from workers.media.normalise import normalise
from workers.media.probe import probe

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Chromium is not installed here"),
]

RECORD = """async (mime) => {
  if (!MediaRecorder.isTypeSupported(mime)) return null
  const stream = await navigator.mediaDevices.getUserMedia({audio: true, video: true})
  const recorder = new MediaRecorder(stream, {mimeType: mime})
  const pieces = []
  recorder.ondataavailable = (event) => pieces.push(event.data)
  const stopped = new Promise((resolve) => { recorder.onstop = resolve })
  recorder.start(250)
  await new Promise((resolve) => setTimeout(resolve, 2500))
  recorder.stop()
  await stopped
  const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
}"""
PLAY = """async (address) => {
  const video = document.createElement('video')
  video.muted = true
  // Whole, because this little server answers no ranges, without which nothing can be sought.
  video.src = URL.createObjectURL(await (await fetch(address)).blob())
  document.body.append(video)
  await new Promise((resolve, reject) => {
    video.onloadeddata = resolve
    video.onerror = () => reject(new Error(video.error.message))
  })
  const [width, height] = [video.videoWidth, video.videoHeight]
  const duration = video.duration
  video.currentTime = duration / 2
  await new Promise((resolve) => { video.onseeked = resolve })
  return {width, height, duration, at: video.currentTime}
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder and its address: recording needs a secure origin, which 127.0.0.1 is."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    folder = tmp_path_factory.mktemp("served")
    (folder / "index.html").write_text("<!doctype html><body></body>")
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def page(served: tuple[Path, str]) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
            ],
        )
        page = browser.new_page()
        page.goto(served[1])
        yield page
        browser.close()


@pytest.mark.parametrize(
    "mime",
    [
        "video/webm;codecs=vp8,opus",
        "video/webm;codecs=vp9,opus",
        "video/x-matroska;codecs=avc1",
        "video/mp4;codecs=avc1,opus",  # free builds can't write AAC; test_normalise has it
        "video/mp4;codecs=vp9,opus",
    ],
)
def test_what_a_browser_records_plays_with_its_length(
    page: Page, served: tuple[Path, str], tmp_path: Path, mime: str
) -> None:
    folder, address = served
    recorded = page.evaluate(RECORD, mime)
    assert recorded is not None, f"this browser doesn't record {mime}"
    src = tmp_path / "recorded"
    src.write_bytes(base64.b64decode(recorded))

    info = probe(src)
    made = normalise(src, info, tmp_path)
    shutil.copy(made.playable, folder)
    played = page.evaluate(PLAY, f"{address}/{made.playable.name}")

    assert (made.how, made.partial, info.partial) == ("copied", False, False)
    assert info.audio is not None
    assert made.duration_s == pytest.approx(2.5, abs=1.0)
    assert played["duration"] == pytest.approx(made.duration_s, abs=0.15)
    assert played["at"] == pytest.approx(made.duration_s / 2, abs=0.2)  # it can be sought
    assert (played["width"], played["height"]) == (made.width, made.height)


def test_a_turned_phone_video_is_shown_upright(
    page: Page, served: tuple[Path, str], tmp_path: Path, make: Make, mp4: Path
) -> None:
    folder, address = served
    turned = make("upright.mp4", "-display_rotation", "-90", "-i", str(mp4), "-c", "copy")

    made = normalise(turned, probe(turned), tmp_path)
    shutil.copy(made.playable, folder / "upright.mp4")
    played = page.evaluate(PLAY, f"{address}/upright.mp4")

    assert made.how == "copied"
    assert (played["width"], played["height"]) == (120, 160)
