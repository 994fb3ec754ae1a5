"""How a take goes on: another recorder's frames under the first one's header."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.customer import NEEDS_BROWSER
from tests.e2e.recorded import frames
from workers.media.binary import binary

pytestmark = NEEDS_BROWSER

GOES_ON = """
async ([address, first, second]) => {
  const { WebmStream } = await import(address + '/static/js/capture/webm.js');
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const begun = new WebmStream();
  const whole = [...begun.push(bytes(first)), ...begun.flush()];
  const on = new WebmStream(begun.mark);
  try {
    const more = on.push(bytes(second));
    const text = [...whole, ...more].map((byte) => String.fromCharCode(byte)).join('');
    return { mark: on.mark, text: btoa(text) };
  } catch (error) {
    return { error: error.message };
  }
}
"""
PICTURE = ("-map", "0", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8")
SOUND = ("-map", "1", "-c:a", "libopus")


def recorded(path: Path, *tracks: str) -> bytes:
    """As a recorder writes it: clusters of a length that nobody knew, no index."""
    subprocess.run(
        [
            *(binary(), "-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x48:r=10:d=1"),
            *("-f", "lavfi", "-i", "sine=d=1"),
            *(*tracks, "-f", "webm", "-live", "1", str(path)),
        ],
        check=True,
    )
    return path.read_bytes()


@pytest.fixture
def first(tmp_path: Path) -> bytes:
    return recorded(tmp_path / "first.webm", *PICTURE, *SOUND)


def gone_on(page: Page, host: str, first: bytes, second: bytes) -> dict[str, Any]:
    page.goto(f"{host}/healthz")
    texts = [base64.b64encode(each).decode() for each in (first, second)]
    said: dict[str, Any] = page.evaluate(GOES_ON, [host, *texts])
    return said


def test_a_recorder_that_numbers_its_tracks_another_way_is_gone_on_with(
    page: Page, host: str, first: bytes, tmp_path: Path
) -> None:
    second = recorded(tmp_path / "second.webm", *SOUND, *PICTURE)
    said = gone_on(page, host, first, second)
    whole = base64.b64decode(said["text"])
    (tmp_path / "whole.webm").write_bytes(whole)

    def without_times(webm: bytes) -> list[tuple[str, str]]:
        return [(codec, digest) for codec, _, digest in frames(webm)]

    assert without_times(whole) == without_times(first) + without_times(second)
    assert said["mark"]["tracks"] == "1:V_VP8 2:A_OPUS"
    decoded = subprocess.run(
        [binary(), "-v", "error", "-xerror", "-i", str(tmp_path / "whole.webm"), "-f", "null", "-"],
        capture_output=True,
        check=False,
    )
    assert decoded.returncode == 0, decoded.stderr


def test_other_tracks_are_not_gone_on_with(
    page: Page, host: str, first: bytes, tmp_path: Path
) -> None:
    sound = recorded(tmp_path / "sound.webm", *SOUND)
    assert gone_on(page, host, first, sound) == {"error": "other tracks"}
    assert gone_on(page, host, sound, first) == {"error": "other tracks"}
