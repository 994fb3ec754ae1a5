"""E-mail addresses, written or said ("jane dot doe at example dot com")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.domain.personal_data.lists import common, words_of
from app.domain.personal_data.spoken import DIGITS, TEENS, TENS
from app.domain.personal_data.tokens import Token

_WRITTEN = re.compile(r"(?<![^\s@])[^\s@]+@[^\s@]+\.[^\s@]{2,}")
ENDS = words_of("domains")
LINKS = frozenset(["dot", "point", "underscore", "dash", "hyphen", "plus", "minus"])
# They stand where an address begins, and are no part of it.
BEFORE = words_of("before addresses")
PROVIDERS = words_of("providers")
SENDS = frozenset(["write", "send", "sent", "forward", "copy"])
SAYS = frozenset(["email", "e-mail", "mail", "address", "emailed", "mails", "emails"])
LONGEST = 10  # words of a spoken local part


def find(words: Sequence[Token]) -> Iterator[tuple[str, range]]:
    """("email", places) of each address."""
    at = 0
    while at < len(words):
        if _WRITTEN.search(words[at].said.strip("<>()[],;\"'")):
            yield "email", range(_local_start(words, at) if _tail_only(words, at) else at, at + 1)
        elif words[at].word == "at" or words[at].said == "@":
            last = _domain(words, at)
            first = _local(words, at, last) if last else None
            if last is not None and first is not None:
                yield "email", range(first, last + 1)
                at = last
        at += 1


def _tail_only(words: Sequence[Token], at: int) -> bool:
    """Whether more of it was said before: "jane dot doe@example.com"."""
    return at > 0 and words[at - 1].word in LINKS


def _local_start(words: Sequence[Token], at: int) -> int:
    while at >= 2 and words[at - 1].word in LINKS:
        at -= 2
    return at


def _domain(words: Sequence[Token], at: int) -> int | None:
    """Where the domain after this "at" ends; None where there is none."""
    for last in range(at + 1, min(at + 7, len(words))):
        word = words[last].word
        if "." in word and word.rpartition(".")[2] in ENDS and len(word.partition(".")[0]) > 1:
            return last
        if words[last].word in ENDS and last - at >= 3 and words[last - 1].word == "dot":
            while (
                last + 2 < len(words)
                and words[last + 1].word == "dot"
                and words[last + 2].word in ENDS
            ):
                last += 2
            return last
        if words[last].ends and words[last].word != "dot" and last - at > 1:
            break
    if at + 1 < len(words) and words[at + 1].word in PROVIDERS and _announced(words, at):
        return at + 1
    return None


def _announced(words: Sequence[Token], at: int) -> bool:
    before = [each.word for each in words[max(0, at - LONGEST) : at]]
    asked = any(each in SENDS for each in before[-5:]) and "to" in before[-4:]
    return asked or any(each in SAYS for each in before)


def _local(words: Sequence[Token], at: int, last: int) -> int | None:
    """Where the part before "at" begins; None where it is none ("look at example dot com")."""
    announced = _announced(words, at)
    sure = announced or any(each.word in PROVIDERS for each in words[at + 1 : last + 1])
    first = at
    while first > 0 and at - first < LONGEST:
        token = words[first - 1]
        linked = first < at and (words[first].word in LINKS or token.word in LINKS)
        spelled = (len(token.word) == 1 and token.word not in "ai") or _number(token.word)
        if token.word in BEFORE and not linked:
            break
        if token.ends and not linked and len(token.said) > 2:
            break
        if (
            first == at
            or linked
            or spelled
            or (announced and _reaches(words, first - 1))
            or (token.word not in common() and token.word.isalpha())
            or _spelled_on(words, first, at)
        ):
            first -= 1
        else:
            break
    if first == at:
        return None
    linked = any(each.word in LINKS for each in words[first:at])
    if not sure and not linked and at - first == 1 and words[first].word in common():
        return None
    return first


def _number(word: str) -> bool:
    return word in DIGITS or word in TEENS or word in TENS or word.isdigit()


def _spelled_on(words: Sequence[Token], first: int, at: int) -> bool:
    """ "sam 4 2 at …": digits behind a name belong to it."""
    return all(_number(each.word) or len(each.word) == 1 for each in words[first:at])


def _reaches(words: Sequence[Token], at: int) -> bool:
    """Whether from here back to "email … is" there is nothing but the address."""
    for back in range(at, max(-1, at - LONGEST), -1):
        if words[back].word in ("is", "it's", "its", "that's", "address", "email"):
            return True
        if words[back].ends:
            return False
    return False
