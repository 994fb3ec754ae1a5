"""Words as the finders look at them: folded, in order, over all passages of an answer.

A number or a name goes on where a recogniser heard a pause, so passages are read as one.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SYMBOL = "☺"  # as every emoji and other symbol is read
_EDGES = f"\"'`“”„‚‘’«»‹›()[]{{}}<>.,;:!?…¿¡*_~|{SYMBOL}"
_BEFORE, _BEHIND = "+#£$€₹¥", "%°£$€₹¥"  # what is part of a number that begins, ends there
_SHORT = re.compile(r"[A-Za-z]|[1-9]\d?")  # C++ is no C, w/ no letter, -5 no house's number
_COUNTED = re.compile(r"[1-9]\d{2,3}")  # "-2019", "300+": an amount or a year, with its sign
_SELECTORS = (0x34F, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
_FILLERS = (0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0)  # letters that nobody sees
# One sign for what looks alike, and is not the same to Unicode (NFKC)
_ALIKE = str.maketrans(
    dict.fromkeys("’‘ʼ´`′", "'")
    | dict.fromkeys("‐‑‒−", "-")
    | {"―": "—", "™": SYMBOL}
    | dict.fromkeys((*_SELECTORS, *_FILLERS))
)
_BLANK = re.compile(r"(?<=\d)\u2800+(?=\d)")  # Braille without a dot, between words a mark
_DASHED = re.compile(r"(?<=\d)[–—](?=\d)")
_INVISIBLE = ("Cf", "Me")  # marks of direction, joiners, soft hyphens; what makes 7 a key of 7️⃣
_SYMBOLS = ("So", "Sk", "Cn", "Co")  # "Cn": newer than Python's tables
# What joins two words without a blank ("Emily—call", "Leeds/York", "phone:0770…", "Bakare.It",
# "Emily(reception)", "no.4417"), and not what belongs to one: a time, a date, a decimal, a code,
# "Mr/Mrs", "B&Q", "item(s)".
_JOINT = re.compile(
    rf"""(?<=\w)(\.{{2,}}|…+)(?=\w)
    | (?<=[^\W\d])([,;!?—–{SYMBOL}]+)(?=[\w(+]) | (?<=\w)([,;!?—–{SYMBOL}]+)(?=[^\W\d])
    | (?<=[^\W\d])(:)(?=[\w(+])
    | (?<=[^\W\d])(?<!\b(?i:mr))(?<!\b(?i:mrs))(?<!\b(?i:ms))(?<!\b(?i:dr))(/)(?=[^\W\d])
    | (?<=[a-zß-ÿ\d])(\.)(?=[A-ZÀ-Þ](?:[a-zß-ÿ'’]|$)) | (?<=[^\W\d])(\.)(?=\d{{3}})
    | (?<=[^\W\d]{{2}})([&+|=(\[])(?=\w{{2}}) | (?<=\w{{2}})([)\]])(?=[^\W\d])
    """,
    re.VERBOSE,
)
_ADDRESS = re.compile(r"@|://|^www\.", re.IGNORECASE)  # a dot, a slash, a colon are part of it
_DIALLED = re.compile(r"^(\D?0\d{1,5}\)?)/(?=\d{5})")  # "0170/1234567", not "09/2023"
_WITHIN = re.compile(rf"[-\s—–…,.;:!?/_|\\()\[\]{{}}\"“”„‚«»‹›&{SYMBOL}]+")
_GOES_ON = ("is", "name's", "to", "with")  # "my name is… Ford"
_SAYS_I = ("i", "i'm", "i'll", "i've", "i'd", "ok")


@dataclass(frozen=True, slots=True)
class Token:
    """One word, which may be a part of what stands between two blanks, at `place` in its passage.
    `said` as it stands, in usual signs, `word` folded: lower case, no accents, nothing around it.

    `capital`: written with one where no sentence begins. `ends`: a sentence ends after it;
    `comma`: a part of one does.
    """

    said: str
    word: str
    segment: int
    place: int
    capital: bool
    ends: bool
    comma: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Words `first`..`last` (both included) of passage `segment` are personal data."""

    kind: str
    segment: int
    first: int
    last: int


def fold(text: str) -> str:
    """`Zoë’s,` → `zoe`: as names and cues are compared."""
    if text.isascii():
        return _bare(text).lower().removesuffix("'s")
    plain = _bare(usual(text)).casefold()
    plain = plain.removesuffix("'s").replace("ß", "ss").replace("ł", "l").replace("ø", "o")
    plain = unicodedata.normalize("NFD", plain)
    return "".join(each for each in plain if not unicodedata.combining(each))


def _bare(text: str) -> str:
    """A word in usual signs without those around it, but for what makes it another word."""
    if text.isalnum():
        return text  # most
    signs = string.punctuation
    if not text.isascii():
        signs += "".join(each for each in set(text) if unicodedata.category(each)[0] in "PSZ")
    bare = text.strip(signs)
    if not bare or _SHORT.fullmatch(bare):
        return text.strip(_EDGES)
    before = _BEFORE if bare[0].isdigit() else ""
    behind = _BEHIND if bare[-1].isdigit() else ""
    if _COUNTED.fullmatch(bare):
        before, behind = before + "-–=", behind + "-–=+"
    text = text.lstrip("".join(each for each in signs if each not in before))
    return text.rstrip("".join(each for each in signs if each not in behind))


def usual(text: str) -> str:
    """`Ｅｍｉｌｙ’s😊` → `Emily's☺`: one sign for what looks alike, none for what nobody sees, and
    one for all symbols."""
    if text.isascii():
        return text
    plain = _BLANK.sub("", unicodedata.normalize("NFKC", text.translate(_ALIKE)))
    if plain.isalnum():
        return plain  # most
    return _DASHED.sub("-", "".join(map(_usual, plain)))


def _usual(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind in _INVISIBLE:
        return ""
    return SYMBOL if kind in _SYMBOLS and not sign.isascii() and sign != "°" else sign


def pieces(said: str) -> list[str]:
    """`clinic/hospital's` → `clinic`, `hospital`: each word within a word, folded."""
    found = [piece for piece in map(fold, _WITHIN.split(usual(said))) if piece]
    return found or ([said] if said else [])


def apart(said: str) -> str:
    """What stands between two blanks with a blank at each joint: `Emily—call` → `Emily — call`,
    `please,Tom` → `please, Tom`."""
    address = _ADDRESS.search(said) is not None

    def spaced(joint: re.Match[str]) -> str:
        marks = joint[0]
        if address and marks in ".:/&+=":
            return marks
        if marks in "([":
            return f" {marks}"
        return f" {marks} " if marks[0] in "—–/&" else f"{marks} "

    return _JOINT.sub(spaced, said)


def tokens(texts: Sequence[str]) -> list[Token]:
    """Every word of these passages. Their places are those of what whitespace separates, as
    `str.split` does."""
    found: list[Token] = []
    begins = True
    for number, text in enumerate(texts):
        for place, whole in enumerate(text.split()):
            for said, parted in _parts(whole):
                word = fold(said) if said != "&" else "and"
                bare = _bare(said)
                capital = bool(bare) and bare[0].isupper() and not begins and word not in _SAYS_I
                ends = said.rstrip("\"'”»)").endswith((".", "!", "?", "…", SYMBOL))
                ends = ends and not (word in _GOES_ON and said.endswith(("...", "…")))
                comma = parted or said.endswith((",", ";", ":", "—", "–"))
                found.append(Token(said, word, number, place, capital, ends, comma))
                begins = ends
    return found


def _parts(whole: str) -> Iterator[tuple[str, bool]]:
    """Its words, and whether a dash or a slash parts each from the next."""
    whole = usual(whole)
    if whole.isalnum():
        yield whole, False  # most
        return
    parts = apart(_DIALLED.sub(r"\1 ", whole)).split()
    for at, said in enumerate(parts):
        if at == 0 or said[0] not in "—–/":
            following = parts[at + 1 : at + 2]
            yield said, bool(following) and following[0][0] in "—–/"


def spans(kind: str, places: Iterable[int], words: Sequence[Token]) -> list[Found]:
    """Places in `words` as spans, one for each passage that they lie in."""
    made: list[Found] = []
    for place in sorted(places):
        token, last = words[place], made[-1] if made else None
        if last and last.segment == token.segment and last.last >= token.place - 1:
            made[-1] = Found(kind, last.segment, last.first, token.place)
        else:
            made.append(Found(kind, token.segment, token.place, token.place))
    return made
