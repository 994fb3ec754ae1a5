"""How much people may make of a transcript: all that is looked through again at each change of it,
and whenever its recording is asked for. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.editing_words import Passage
from app.domain.errors import Invalid
from app.domain.wording import mark

MOST_PASSAGES = 2000
QUICKEST = 25  # characters a second; nobody says more
LONGEST_S = 600  # of a recording, where its own length isn't known or is less
MOST_OWN_EDITS = 100  # of a customer, in one transcript
PASSAGES = mark("These are more passages than can be taken here. Use fewer line breaks.")
EDITS = mark(
    "You corrected these words as often as can be done here. Whoever asked can do the rest."
)


def check(
    heard: Sequence[Passage], old: Sequence[Passage], new: Sequence[Passage], seconds: float
) -> None:
    """Where an edit would make it more. `heard`: the machine's own passages, `seconds`: how long
    the recording is.

    Raises:
        Invalid: more passages, or more characters, than an answer can have.
    """
    if len(new) > max(MOST_PASSAGES, 2 * len(heard), len(old)):
        raise Invalid(PASSAGES)
    sayable = QUICKEST * max(LONGEST_S, seconds)
    if _length(new) > max(sayable, 2 * _length(heard), _length(old)):
        raise Invalid(mark("This is longer than what can be taken here."))


def _length(passages: Sequence[Passage]) -> int:
    return sum(len(each.text) for each in passages)
