"""Who needs a person: a trained head for what is meant, and plain patterns for what is said.

Recall first: a customer in distress who is missed costs more than a colleague's second look.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from workers.understand.base import Engine, HandOff
from workers.understand.encoder import Encoded
from workers.understand.heads import Floats, load, softmax
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
_SAID = {
    "distress": r"end it all|kill myself|take my own life|suicid\w*|ca(?:n ?no|n')t (?:cope|go on)"
    r"|(?:end|ending) my life|harm myself|not to wake up|better off without me"
    r"|better if I (?:wasn't|weren't|was not) (?:around|here)|panic attack"
    r"|don't want to (?:be here|live) any ?more",
    "safety": r"smell(?:s|ed|t)? (?:of )?gas|electric shock|carbon monoxide|caught fire"
    r"|on fire|allergic reaction",
    "money": r"bailiffs?|evict\w*|repossess\w*|food bank|loan shark",
    "bereavement": r"passed away|death certificate|probate|my late (?:husband|wife|mother|father"
    r"|mum|mom|dad|son|daughter|brother|sister)|funeral|executor",
    "vulnerable": r"dementia|alzheimer\w*|dialysis|wheelchair|domestic (?:abuse|violence)",
    "leaving": r"ombudsman|solicitor|(?:my|a) lawyer|small claims|sue (?:you|them)"
    r"|trading standards|see (?:you|them|each other) in court|tak(?:e|ing) (?:you|them|it) to court"
    r"|tak(?:e|ing) my (?:business|custom|money) elsewhere",
    "person": r"(?:speak|talk) (?:to|with) (?:a |an |the |some|any)?(?:real |actual |living )?"
    r"(?:person|human(?: being)?|adviser|advisor|agent|manager|someone|somebody|anyone)"
    r"|(?:call|ring|phone) me(?: back)?\b",
}
_PATTERNS = {key: re.compile(rf"\b(?:{said})", re.IGNORECASE) for key, said in _SAID.items()}
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
    said = [words_said(text) for text in texts]
    for row, found in zip(logits, said, strict=True):
        for reason in found:
            row[head.labels.index(reason)] += LIFT
    results = []
    calm = head.labels.index(NONE)
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


def words_said(text: str) -> dict[str, tuple[str, ...]]:
    """Reasons whose plain words are in the text, with those words as they were said."""
    plain = text.replace("’", "'")
    found = {
        reason: tuple(match.group(0) for match in pattern.finditer(plain))
        for reason, pattern in _PATTERNS.items()
    }
    return {reason: words for reason, words in found.items() if words}
