"""What a customer adds to the answers: all voluntary, all checked. Pure decisions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain import checks
from app.domain.errors import Invalid
from app.domain.wording import mark
from app.models import Program, Submission
from app.models.program import SCORES

LONGEST_ANSWER = 10_000  # characters
LONGEST_FIELD = 200

ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]{2,}")
DIGITS = re.compile(r"\d(?:[\s()./\-\u2010-\u2013]*\d)*")
# Five is what the smallest islands dial; fifteen the most of ITU-T E.164, before which "011" may
# stand, the longest prefix for calls abroad.
FEWEST_DIGITS, MOST_DIGITS = 5, 18


@dataclass(frozen=True, slots=True)
class Closing:
    """What comes with "send". `written`: text by position; `hashes`: SHA-256 in hex of the
    bytes the sender holds, by position; `camera`: why there was no picture, where one was asked
    for."""

    score: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    display_name: str = ""
    reference: str = ""
    written: Mapping[int, str] = field(default_factory=dict)
    hashes: Mapping[int, str] = field(default_factory=dict)
    camera: str = ""


def same(submission: Submission, closing: Closing) -> bool:
    """Whether a submission that was sent was sent with exactly this."""
    written = {a.position: a.written_text for a in submission.answers if a.kind == "text"}
    hashes = {a.position: a.recording.sha256 for a in submission.answers if a.recording}
    asked = {p: plain(t, LONGEST_ANSWER) for p, t in closing.written.items()}
    # As they were taken then: what the program asks for may have changed since.
    fields = {key: plain(text, LONGEST_FIELD) for key, text in closing.fields.items()}
    return (
        submission.score == closing.score
        and submission.fields == {key: text for key, text in fields.items() if text}
        and submission.display_name == plain(closing.display_name, LONGEST_FIELD)
        and submission.reference == plain(closing.reference, LONGEST_FIELD)
        and written == {position: text for position, text in asked.items() if text}
        and all(hashes.get(p) == value.lower() for p, value in closing.hashes.items())
    )


def score_of(program: Program, score: int | None) -> int | None:
    if score is None:
        return None
    if program.score_kind not in SCORES:
        raise Invalid(mark("No score is asked for here."))
    least, most = SCORES[program.score_kind]
    if isinstance(score, bool) or not isinstance(score, int) or not least <= score <= most:
        raise Invalid(mark("That number is not on the scale."))
    return score


def fields_of(program: Program, given: Mapping[str, str]) -> dict[str, str]:
    known = {each.key: each for each in program.fields}
    kept: dict[str, str] = {}
    for key, value in given.items():
        if key not in known:
            raise Invalid(mark("That is not asked for here."))
        text = plain(value, LONGEST_FIELD)
        if text and known[key].choices and text not in known[key].choices:
            raise Invalid(mark("That is not one of the choices."))
        if text:
            kept[key] = text
    return kept


def contact(text: str) -> str:
    """Where a person can be reached, as it was typed: other words may stand around the number
    or address ("+34 600 000 000, after six").

    Raises:
        Invalid: nothing in it can be a phone number or an e-mail address.
    """
    kept = checks.line(plain(text, LONGEST_FIELD), "", most=LONGEST_FIELD, needed=False)
    if not kept:
        raise Invalid(mark("Leave a phone number or an e-mail address where a person reaches you."))
    runs = (sum(map(str.isdigit, run)) for run in DIGITS.findall(kept))
    if ADDRESS.search(kept) or any(FEWEST_DIGITS <= run <= MOST_DIGITS for run in runs):
        return kept
    raise Invalid(mark("This looks like neither a phone number nor an e-mail address. Check it."))


def plain(text: str, longest: int) -> str:
    """Text without control characters or broken code points, trimmed.

    Raises:
        Invalid: more than `longest` characters.
    """
    whole = text.encode("utf-8", "replace").decode("utf-8")
    whole = whole.replace("\r\n", "\n").replace("\r", "\n")
    whole = "".join(c for c in whole if c in "\n\t" or (ord(c) >= 32 and ord(c) != 127)).strip()
    if len(whole) > longest:
        raise Invalid(mark("This is longer than what can be taken here."))
    return whole
