"""A clip is silent where personal data is said, and nowhere else."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from app import runtime
from app.domain import clips
from app.extensions import db
from app.models import Clip, Workspace
from storage import keys
from tests import factories
from workers.perform import perform

RATE = 16_000


def tone(path: Path, seconds: float = 12.0) -> Path:
    """A picture with an even tone, so that silence is nowhere but where it was made."""
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"color=0x404040:s=320x180:r=25:d={seconds}",
         "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={seconds}",
         "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac",
         str(path)],
        check=True,
    )  # fmt: skip
    return path


def samples(path: Path) -> np.ndarray:
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(path), "-ac", "1", "-ar", str(RATE), "-f", "s16le",
         "-"],
        check=True, capture_output=True,
    )  # fmt: skip
    return np.frombuffer(raw.stdout, np.int16).astype(float)


@pytest.mark.slow
def test_masked_words_are_silent_and_those_beside_them_are_not(
    workspace: Workspace, tmp_path: Path
) -> None:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    # Five words in five seconds: the name is said from 3.0 to 5.0, the number from 8.0 to 9.0.
    said = ("my name is Oluwaseun Bakare", "call me on 07700900456 please")
    transcript = factories.transcript(answer, *said)
    moment = factories.highlight(answer, transcript, start=1.0, end=10.0, last_position=1)
    recording = answer.recording
    assert recording is not None
    key = keys.playable(recording.id, "1", "mp4")
    with open(tone(tmp_path / "voice.mp4"), "rb") as file:
        recording.playable_key = runtime.storage().put(key, file.read()).key
    recording.playable_type = "video/mp4"
    clip = clips.request(moment, "captioned")
    db.session.commit()
    perform(clip.runs[0].steps[0].id)
    db.session.expire_all()
    made = db.session.query(Clip).one()
    assert made.key is not None, clip.runs[0].steps[0].error
    out = tmp_path / "clip.mp4"
    runtime.storage().fetch(made.key, out)
    sound = np.abs(samples(out))

    def loudest(start: float, end: float) -> float:
        """Between two times of the recording; the clip begins at its first second."""
        return float(sound[int((start - 1) * RATE) : int((end - 1) * RATE)].max())

    assert loudest(2.95, 5.05) < 40 and loudest(7.95, 9.05) < 40
    for start, end in ((1.2, 2.8), (5.2, 7.8), (9.2, 9.9)):
        whole = sound[int((start - 1) * RATE) : int((end - 1) * RATE)]
        quietest = whole[: len(whole) // 800 * 800].reshape(-1, 800).max(axis=1).min()
        assert quietest > 1000, (start, end)
