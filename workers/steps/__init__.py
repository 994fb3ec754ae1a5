"""What each step of the pipeline does: read, work, hand back how to publish it.

Nothing is written while working; the publishing function runs in the same transaction that
marks the step as done, so a step either counts whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable

from workers.perform import Publish, Work
from workers.steps.media import clip, mute, normalise, probe
from workers.steps.out import export, notify
from workers.steps.words import highlight, transcribe, understand


def preview(work: Work) -> Publish:
    from workers import codebook

    return codebook.preview(work)


def retag(work: Work) -> Publish:
    from workers import codebook

    return codebook.retag(work)


def propose(work: Work) -> Publish:
    from workers import codebook

    return codebook.propose(work)


def pauses(work: Work) -> Publish:
    from workers.fairness import step

    return step(work)


STEPS: dict[str, Callable[[Work], Publish]] = {
    "probe": probe,
    "normalise": normalise,
    "transcribe": transcribe,
    "understand": understand,
    "highlight": highlight,
    "notify": notify,
    "clip": clip,
    "mute": mute,
    "export": export,
    "preview": preview,
    "retag": retag,
    "propose": propose,
    "pauses": pauses,
}
