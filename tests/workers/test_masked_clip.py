"""A clip is silent where personal data is said, and nowhere else."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app import runtime
from app.domain import clips, masks
from app.domain.timeline import Span
from app.extensions import db
from app.models import Answer, Clip, Step, Workspace, now
from storage import keys
from tests import factories
from workers.media import cut as cutting
from workers.media.binary import binary
from workers.perform import perform

RATE = 16_000


def tone(path: Path, seconds: float = 12.0) -> Path:
    """A picture with an even tone, so that silence is nowhere but where it was made."""
    subprocess.run(
        [binary(), "-v", "error", "-f", "lavfi", "-i", f"color=0x404040:s=320x180:r=25:d={seconds}",
         "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={seconds}",
         "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac",
         str(path)],
        check=True,
    )  # fmt: skip
    return path


def samples(path: Path) -> np.ndarray:
    raw = subprocess.run(
        [binary(), "-v", "error", "-i", str(path), "-ac", "1", "-ar", str(RATE), "-f", "s16le",
         "-"],
        check=True, capture_output=True,
    )  # fmt: skip
    return np.frombuffer(raw.stdout, np.int16).astype(float)


def recorded(answer: Answer, folder: Path, seconds: float = 12.0) -> None:
    recording = answer.recording
    assert recording is not None
    key = keys.playable(recording.id, "1", "mp4")
    content = tone(folder / "voice.mp4", seconds).read_bytes()
    recording.playable_key = runtime.storage().put(key, content).key
    recording.playable_type = "video/mp4"


@pytest.mark.slow
def test_masked_words_are_silent_and_those_beside_them_are_not(
    workspace: Workspace, tmp_path: Path
) -> None:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    # Five words in five seconds: the name is said from 3.0 to 5.0, the number from 8.0 to 9.0.
    said = ("my name is Oluwaseun Bakare", "call me on 07700900456 please")
    transcript = factories.transcript(answer, *said)
    moment = factories.highlight(answer, transcript, start=1.0, end=10.0, last_position=1)
    recorded(answer, tmp_path)
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


@pytest.mark.slow
def test_a_mask_that_is_put_while_it_is_cut_is_in_the_next_try(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    transcript = factories.transcript(answer, "please ask at the quarry")
    moment = factories.highlight(answer, transcript, start=0.0, end=5.0)
    recorded(answer, tmp_path, 5.0)
    clip = clips.request(moment)
    db.session.commit()
    step_id, member = clip.runs[0].steps[0].id, factories.member(workspace, "analyst")
    real, tries = cutting.cut, []

    def cut(*args: Any, mute: Sequence[Span], **options: Any) -> Span:
        if not tries:
            masks.hide(transcript, "quarry", "other", member)
            db.session.commit()
        tries.append(list(mute))
        return real(*args, mute=mute, **options)

    monkeypatch.setattr(cutting, "cut", cut)
    perform(step_id)
    db.session.expire_all()
    assert clip.key is None and clip.runs[0].steps[0].state == "due"
    db.session.query(Step).update({"due_at": now()})
    db.session.commit()
    perform(step_id)
    db.session.expire_all()
    assert tries == [[], [Span(3.88, 5.0)]]
    assert clips.ready(moment) is not None
