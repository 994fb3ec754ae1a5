"""What the words before a number call it: a card, an account, a phone, a reference."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.personal_data.lists import words_of
from app.domain.personal_data.tokens import Token

CARD = words_of("card")
ACCOUNT = words_of("account")
PHONE = words_of("phone")
REFERENCE = words_of("reference")
LINKS = words_of("links")
STRICT = words_of("announcing")
KINDS = (("card", CARD), ("account", ACCOUNT), ("phone", PHONE), ("reference", REFERENCE))
REACH = 8  # words back in which a noun says what a number is


def said(words: Sequence[Token], at: int) -> tuple[str | None, str, bool]:
    """What the words before a number call it, the noun next to it, and whether only linking words
    stand between, one of which announces a number ("order number is")."""
    announced, close = False, ""
    for back in range(at - 1, max(-1, at - 1 - REACH), -1):
        word = words[back].word
        if close and words[back].ends:
            break
        kind = _noun(word)
        if kind and not close:
            near = announced or back >= at - 2 or kind == "phone"
            return _sharper(words, back, kind), word, near
        if kind:
            near = (kind == "phone" and at - back <= 4) or (kind == "card" and announced)
            return _sharper(words, back, kind), close, near
        if not close and word in LINKS:
            announced = announced or word in STRICT
        else:
            close = close or word or "-"
    return None, close, announced


def _noun(word: str) -> str | None:
    singular = word.rstrip("s") if len(word) > 4 else word
    for kind, nouns in KINDS:
        if word in nouns or singular in nouns:
            return kind
    return None


def _sharper(words: Sequence[Token], at: int, kind: str) -> str:
    """The noun before may say more ("account reference"), and "sort" needs "code"."""
    before = words[at - 1].word if at else ""
    if words[at].word == "sort" and (at + 1 >= len(words) or words[at + 1].word != "code"):
        return "reference"
    if words[at].word in ("contact", "id", "reference", "ref", "pin") and (found := _noun(before)):
        return "card" if words[at].word == "pin" else found
    if words[at].word == "pin":
        return "card"
    return kind
