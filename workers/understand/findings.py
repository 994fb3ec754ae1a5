"""An understanding as rows to be: what is worth keeping of it."""

from __future__ import annotations

from app.domain.understanding import Finding, Heard, Tag
from workers.understand.base import Engine, Understanding


def finding(understood: Understanding) -> Finding:
    """Sentiment wherever there was anything to read; emotions and a need for a person only where
    they were heard."""
    engines = understood.engines
    feeling = understood.sentiment
    tags = []
    if feeling.confidence:
        said = (feeling.label, feeling.score, feeling.confidence)
        tags.append(Tag("sentiment", *said, *_of(engines.sentiment)))
    tags += [
        Tag("emotion", each.label, each.score, each.score, *_of(engines.emotions))
        for each in understood.emotions
        if each.label != "neutral"
    ]
    person = understood.hand_off
    if person.needed:
        tags.append(
            Tag(
                "hand_off",
                person.reason or "Needs a person",
                person.score,
                person.score,
                *_of(engines.hand_off),
            )
        )
    themes = (Heard(each.name, each.score, *_of(engines.themes)) for each in understood.themes)
    return Finding(
        tuple(tags),
        tuple(themes),
        {
            "sentiment": _of(engines.sentiment),
            "emotion": _of(engines.emotions),
            "theme": _of(engines.themes),
            "hand_off": _of(engines.hand_off),
        },
    )


def _of(engine: Engine) -> tuple[str, str]:
    return engine.name, engine.version
