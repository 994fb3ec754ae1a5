"""The steps of every kind of run, in order. `workers.steps` holds what each one does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepKind:
    """lease_s: a worker renews it while it lives; deadline_s: longer than this is given up."""

    name: str
    title: str
    queue: str
    lease_s: int = 60
    deadline_s: int = 1800
    attempts: int = 5


RECORDING = (
    StepKind("probe", "Check the file", "media", deadline_s=120),
    StepKind("normalise", "Make it playable", "media"),
    StepKind("transcribe", "Write down the words", "speech", deadline_s=3600),
    StepKind("understand", "Hear what matters", "text"),
    StepKind("highlight", "Find the moments", "text"),
    StepKind("notify", "Tell who follows", "notify"),
)
WRITTEN = tuple(kind for kind in RECORDING if kind.queue != "media")
CLIP = (StepKind("clip", "Cut the clip", "media"),)
MUTE = (StepKind("mute", "Silence personal data", "media"),)
EXPORT = (StepKind("export", "Write the file", "notify"),)
PREVIEW = (StepKind("preview", "See what would change", "text"),)
RETAG = (StepKind("retag", "Hear the passages anew", "text", deadline_s=7200),)
PROPOSE = (StepKind("propose", "Look for new themes", "text"),)
PAUSES = (StepKind("pauses", "Listen with longer pauses", "speech", deadline_s=3600, attempts=2),)

_OTHERS = (*CLIP, *MUTE, *EXPORT, *PREVIEW, *RETAG, *PROPOSE, *PAUSES)
STEPS = {kind.name: kind for kind in (*RECORDING, *_OTHERS)}
QUEUES = ("media", "speech", "text", "notify")
