"""An answer that a browser can play."""

from __future__ import annotations

from app import runtime
from app.models import Answer, Submission
from storage import keys
from tests import factories
from tests.conftest import ROOT


def answer_with_film(submission: Submission) -> Answer:
    """A film of 15 s, 640 × 480."""
    answer = factories.answer(submission)
    recording = answer.recording
    assert recording is not None
    recording.playable_key = keys.playable(recording.id, "try1", "webm")
    recording.playable_type, recording.duration_s, recording.has_video = "video/webm", 15.0, True
    recording.width, recording.height, recording.waveform = 640, 480, [0.1, 0.8, 0.4] * 20
    runtime.storage().put_file(recording.playable_key, ROOT / "app/sample/media/soup.webm")
    return answer
