"""Whether a customer said how to reach them, without a word of it: by the kinds of their masks."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain import personal_data
from app.domain.masking.hiding import hidden
from app.models import Answer, Submission

WAYS = {"phone": "a phone number", "email": "an e-mail address"}


def said(submission: Submission | None) -> str:
    """`They said a phone number: owners and analysts can read it`, where a number or an address is
    masked in what this voice says now; else "". Whose it is, no mask tells."""
    kinds = {kind for answer in submission.answers for kind in _kinds(answer)} if submission else ()
    ways = [words for kind, words in WAYS.items() if kind in kinds]
    if not ways:
        return ""
    them = "it" if len(ways) == 1 else "them"
    return f"They said {' and '.join(ways)}: owners and analysts can read {them}"


def _kinds(answer: Answer) -> Iterator[str]:
    current = [each for each in answer.transcripts if each.current]
    for transcript in current:
        for masks in hidden(transcript).values():
            yield from masks.values()
    if not current:
        for found in personal_data.find(answer.written_text.split("\n")):
            yield found.kind
