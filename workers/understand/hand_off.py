"""Who needs a person: a trained head for what is meant, and plain patterns for what is said.

Recall first: a customer in distress who is missed costs more than a colleague's second look.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workers.understand.base import Engine, HandOff
from workers.understand.encoder import Encoded
from workers.understand.heads import Floats, load, softmax
from workers.understand.plain_words import spanish_said, words_said
from workers.understand.wording import versioned

NONE = "none"
# As people read them; the keys are the labels in tools/sentences.
REASONS = {
    "distress": "Strong distress",
    "safety": "Harm or safety",
    "money": "Financial emergency",
    "bereavement": "Bereavement",
    "vulnerable": "Vulnerability",
    "leaving": "Threat to leave or go to law",
    "person": "Asks for a person",
    "advice": "Advice on a high-stakes choice",
}
_IN_DANGER = ("distress", "safety")  # who says so plainly is in danger, whatever else they ask
# Words alone don't decide ("I cancelled the gym"): they lift the head's chance by this much.
LIFT = 4.0


def engine() -> Engine:
    return Engine("heard-hand-off", versioned(load("hand_off").version, load("sentiment").version))


def readings(encoded: Encoded) -> Floats:
    """What this head reads, (n, 2688): what is said, and what sentiment reads of it. A cat that
    is a problem and a fall that is one share their words, not their feeling."""
    return np.concatenate([encoded.features, encoded.felt], 1)


def hand_offs(texts: Sequence[str], encoded: Encoded) -> list[HandOff]:
    """One per text. `score` is the calibrated chance, 0..1, that a person is needed; `words` the
    plain ones for its reason, often none (`telling.worded`)."""
    head = load("hand_off")
    logits = head.logits(readings(encoded)) / head.extra["temperature"]
    least = float(head.extra["threshold"][0])
    calm = head.labels.index(NONE)
    said = []
    for row, text in zip(logits, texts, strict=True):
        found, foreign = words_said(text), spanish_said(text)
        for reason in found:
            row[head.labels.index(reason)] += LIFT
        for reason in foreign:  # the head doesn't read Spanish: there words alone decide
            at = head.labels.index(reason)
            row[at] = max(row[at], row[calm])
        said.append(found | foreign)
    results = []
    for row, found in zip(softmax(logits), said, strict=True):
        score = float(1 - row[calm])
        plain = [head.labels.index(each) for each in _IN_DANGER if each in found]
        reasons = plain or [each for each in range(len(row)) if each != calm]
        likeliest = max(reasons, key=lambda each: float(row[each]))
        reason = head.labels[likeliest]
        needed = score >= least
        results.append(
            HandOff(
                needed=needed,
                reason=REASONS[reason] if needed else None,
                score=round(score, 4),
                words=found.get(reason, ()) if needed else (),
            )
        )
    return results
