"""What can be corrected, into what, why, and how one knows. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.domain import checks, telling
from app.domain.board import SENTIMENTS
from app.domain.errors import Invalid

PERSON = "person"  # the engine of a label that a person decided; its version is the correction's id
MOMENTS, MOMENTS_VERSION = "heard-moments", telling.VERSION  # what finds moments
SENTIMENT, EMOTION, THEME, HAND_OFF, HIGHLIGHT = KINDS = (
    "sentiment",
    "emotion",
    "theme",
    "hand_off",
    "highlight",
)
ON_PASSAGES = KINDS[:4]  # what stands beside a passage's words; moments have a place of their own
WORTH = "yes"  # the one value of a highlight

# As `workers.understand` names them (tests/domain/corrections/test_kinds.py).
EMOTIONS = ("joy", "gratitude", "frustration", "anger", "sadness", "worry", "confusion")
IN_DANGER = ("Strong distress", "Harm or safety")
HAND_OFFS = (
    *IN_DANGER,
    "Financial emergency",
    "Bereavement",
    "Vulnerability",
    "Threat to leave or go to law",
    "Asks for a person",
    "Advice on a high-stakes choice",
)
REASONS: Mapping[str, str] = {
    "missed": "It missed something that is there",
    "not_there": "It heard something that is not there",
    "irony": "It is meant ironically, or as a joke",
    "context": "It is clear only from what was said before or after",
    "words": "The words are written down wrongly",
    "settled": "Somebody has taken care of it",
    "other": "Something else",
}
RIGHT = "right"  # the reason of who looked and left it as it was
EVIDENCE: Mapping[str, str] = {
    "words": "the words say so",
    "voice": "it is in how it was said",
    "case": "it is known from the case",
    "customer": "the customer told us",
    "other": "other knowledge",
}
UNHEARD = "unheard"  # stands as the engine where no machine heard these words
FROM_WORDS = "words"  # what isn't in the words can't be learned from them
LONGEST_NOTE = 500

# A person says which feeling, not how strong: what the machine gives a plain case of it.
PLAIN = 0.6


@dataclass(frozen=True, slots=True)
class Said:
    """One value of a label. `score` −1..1 for sentiment, else 0..1; `confidence` 0..1."""

    value: str
    score: float
    confidence: float

    def row(self) -> list[object]:
        """As JSON."""
        return [self.value, self.score, self.confidence]


@dataclass(frozen=True, slots=True)
class Why:
    """reason: a key of REASONS, or RIGHT; evidence: a key of EVIDENCE, "" with RIGHT."""

    reason: str
    evidence: str
    note: str = ""


def why(reason: str, evidence: str, note: str) -> Why:
    """What a form said, checked.

    Raises:
        Invalid: one that isn't in the lists, a note that is too long, or something else untold.
    """
    if reason not in REASONS:
        raise Invalid("Choose a reason.")
    if evidence not in EVIDENCE:
        raise Invalid("Choose how you know.")
    kept = checks.paragraph(note, "The note", most=LONGEST_NOTE, needed=False)
    if reason == "other" and not kept:
        raise Invalid("Write what the reason is.")
    return Why(reason, evidence, kept)


def values(kind: str, given: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """What a person chose, each once and in order. `known`: what can be chosen.

    Raises:
        Invalid: something else was chosen, or not as many as this kind has.
    """
    chosen = tuple(sorted({each for each in given if each}))
    if not set(chosen) <= set(known):
        raise Invalid("Choose from the list.")
    if kind == SENTIMENT and len(chosen) != 1:
        raise Invalid("Choose one sentiment.")
    if kind in (HAND_OFF, HIGHLIGHT) and len(chosen) > 1:
        raise Invalid("Choose one.")
    return chosen


def choices(kind: str, themes: Collection[str]) -> Collection[str]:
    """What can be chosen for this kind; `themes`: ids of those that a person may put here."""
    return {
        SENTIMENT: SENTIMENTS,
        EMOTION: EMOTIONS,
        THEME: themes,
        HAND_OFF: HAND_OFFS,
        HIGHLIGHT: (WORTH,),
    }[kind]


def by_person(kind: str, value: str, machine: Sequence[Said]) -> Said:
    """A person's value as a label. Where machine and person name the same feeling, the machine's
    strength stays."""
    if kind != SENTIMENT:
        return Said(value, 1.0, 1.0)
    there = next((each.score for each in machine if each.value == value), None)
    plain = {"negative": -PLAIN, "neutral": 0.0, "positive": PLAIN}[value]
    return Said(value, plain if there is None else there, 1.0)


def named(said: Sequence[Said]) -> tuple[str, ...]:
    return tuple(sorted(each.value for each in said))


def read(rows: Sequence[Sequence[object]]) -> list[Said]:
    """From JSON, as `Said.row` wrote it."""
    return [Said(str(value), float(str(score)), float(str(sure))) for value, score, sure in rows]
