"""Where a number ends and an amount begins: "… zero nine | two weeks later"."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.personal_data import checksums
from app.domain.personal_data.lists import words_of
from app.domain.personal_data.spoken import DIGITS, TEENS, TENS, Run, text_of
from app.domain.personal_data.tokens import Token

UNITS = words_of("units")
# They stand between two amounts of one thing ("two or three days"), or two numbers.
EITHER = frozenset(("or", "to"))
WITHIN = 3  # words behind an amount in which its unit comes
LONGEST = 11  # digits of a number from 0; of one from "+" two more, of another one less
_SHORT = 6  # digits that several amounts may have together
_LARGEST = 4  # digits of an amount that people say they rang, or wrote


def without(words: Sequence[Token], run: Run) -> Run:
    """The run without a last part that counts something; nothing where all of it does."""
    end = run[-1].last
    if end + 1 >= len(words) or words[end].ends or words[end].comma:
        return run
    following = words[end + 1].word
    if following not in UNITS:
        return run
    text = text_of(run)
    digits = sum(map(str.isdigit, text))
    if following in EITHER and not _range(words, end + 2) and not _listed(words, run, digits):
        # "call 555 0100 or", and not "called 1000 or so times"
        return run if len(run) > 2 or _number(run, digits) or _alike(words, end) else []
    if len(run) > 2:
        if digits <= _SHORT:
            return []
        return run[:-1] if _counts(run, text, digits) else run
    # Nobody counts so much, nor from 0: "07700900456 minutes"
    return run if digits > 8 or (digits > 6 and _number(run, digits)) else []


def _range(words: Sequence[Token], at: int) -> bool:
    """Whether an amount and its unit stand here: the "three days" of "two or three days"."""
    if not _small(words, at):
        return False
    behind = [each.word for each in words[at + 1 : at + 1 + WITHIN]]
    return any(each in UNITS and each not in EITHER for each in behind)


def _listed(words: Sequence[Token], run: Run, digits: int) -> bool:
    """Whether amounts are told one after the other: "three, four, five or six"."""
    if len(run) < 3 or text_of(run).startswith(("0", "+")):
        return False
    return any(piece.large for piece in run) or (
        digits <= _SHORT and _small(words, run[-1].last + 2)
    )


def _small(words: Sequence[Token], at: int) -> bool:
    """Whether an amount may be said here."""
    word = words[at].word if at < len(words) else "0"
    if word.isdigit():
        return word[0] != "0"
    return word in DIGITS or word in TEENS or word in TENS


def _number(run: Run, digits: int) -> bool:
    """Whether one or two parts look like no amount: from 0, long, or in two groups of no round
    number."""
    text = text_of(run)
    if digits <= _LARGEST or text.startswith(("0", "+")) or digits > 8:
        return digits > _LARGEST
    grouped = len(run) == 2 and all(piece.literal and len(piece.text) > 2 for piece in run)
    return (digits > 6 or grouped) and not text.endswith("000")


def _alike(words: Sequence[Token], end: int) -> bool:
    """Whether another such number stands behind: "order 4417 or 4418"."""
    word, other = words[end].word, words[end + 2].word if end + 2 < len(words) else ""
    return len(word) == len(other) >= _LARGEST and word.isdigit() and other.isdigit()


def _counts(run: Run, text: str, digits: int) -> bool:
    """Whether the last of several parts is an amount, and no end of a number."""
    if checksums.card(text):
        return False
    if text.startswith("0"):
        return digits > LONGEST
    if text.startswith("+"):
        return digits > LONGEST + 2
    last = run[-1].text
    small = len(last) <= 2 and not last.startswith("0")
    return digits > LONGEST - 1 or (digits < LONGEST - 1 and (small or run[-1].large))
