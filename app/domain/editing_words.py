"""What a person may do to passages: write, split, join. Pure: passages in, passages out.

A word that stays as it was keeps its times. New ones share the time of those that they replace, or
the silence that they are put into, by their length. Writing without spaces between words (Chinese,
Japanese, Thai …) is compared letter by letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby

from app.domain import comparing, details
from app.domain.errors import Invalid
from app.domain.timeline import Word

STAFF, CUSTOMER = "staff", "customer"
LONGEST = 2000  # characters of one passage
SURE = 1.0  # the confidence of a word that a person wrote
_MOST_COMPARED = 600  # tokens a side; comparing takes the square of it, and more all share the time
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")
_UNSPACED_END = re.compile(rf"[{_UNSPACED}\u3000-\u303f\uff00-\uffef]$")


@dataclass(frozen=True, slots=True)
class Passage:
    """A segment as plain data; times in seconds, `edited_by` as the table has it."""

    start: float
    end: float
    text: str
    confidence: float
    words: tuple[Word, ...] = ()
    language: str = ""
    unclear: bool = False
    edited_by: str = ""
    speaker: int = 0


@dataclass(frozen=True, slots=True)
class _Token:
    """A stretch without spaces; `owner` is its word's number in the old text, its line's and
    stretch's in the new one."""

    text: str
    owner: tuple[int, ...]


def rewritten(passage: Passage, typed: str, by: str) -> list[Passage]:
    """The passage with these words. A line break splits it; nothing at all takes it away. What
    customers write is clear: they know what they said.

    Raises:
        Invalid: more than `LONGEST` characters.
    """
    lines = cleaned(typed)
    if lines == [passage.text]:
        return [passage]
    if not lines:
        return []
    same = [token.text for token in _tokens(lines)] == [t.text for t in _tokens([passage.text])]
    if not same:
        passage = replace(passage, edited_by=by, unclear=passage.unclear and by != CUSTOMER)
    if not passage.words:
        return _by_length(passage, lines)
    groups = _reflowed(passage, lines)
    edges = [(group[0].start, group[-1].end) for group in groups]
    starts = [passage.start, *(start for start, _ in edges[1:])]
    ends = [*(end for _, end in edges[:-1]), passage.end]
    return [
        replace(
            passage, start=start, end=max(start, end), text=line, words=words,
            confidence=_mean(words),
        )
        for line, words, start, end in zip(lines, groups, starts, ends, strict=True)
    ]  # fmt: skip


def split(passage: Passage, at: int) -> list[Passage]:
    """The passage in two; the second begins with word number `at` of its text, from 0.

    Raises:
        Invalid: nothing would be left on one side.
    """
    words = passage.text.split()
    if not 0 < at < len(words):
        raise Invalid("A passage is split between two of its words.")
    return rewritten(passage, " ".join(words[:at]) + "\n" + " ".join(words[at:]), "")


def joined(one: Passage, other: Passage) -> Passage:
    """Two passages that follow each other as one."""
    space = "" if _UNSPACED_END.search(one.text) else " "
    words = one.words and other.words
    both = (*_timed(one), *_timed(other)) if one.words or other.words else ()
    return Passage(
        start=one.start,
        end=max(one.end, other.end),
        text=one.text + space + other.text,
        confidence=_mean(both) if words else round((one.confidence + other.confidence) / 2, 3),
        words=both,
        language=one.language,
        unclear=one.unclear or other.unclear,
        edited_by=one.edited_by or other.edited_by,
        speaker=one.speaker,
    )


def cleaned(typed: str) -> list[str]:
    """The lines of what was typed that hold something, without needless spaces."""
    whole = unicodedata.normalize("NFC", details.plain(typed, LONGEST))
    return [line for each in whole.split("\n") if (line := " ".join(each.split()))]


def _reflowed(passage: Passage, lines: Sequence[str]) -> list[tuple[Word, ...]]:
    """The words of each line with their times."""
    old = [
        _Token(token, (number,))
        for number, word in enumerate(passage.words)
        for token in _TOKEN.findall(unicodedata.normalize("NFC", word.text))
    ]
    whole = [len(list(tokens)) for _, tokens in groupby(token.owner for token in old)]
    whole_of = dict(zip(dict.fromkeys(token.owner[0] for token in old), whole, strict=True))
    times = _token_times(passage.words, old)
    made: list[list[Word]] = [[] for _ in lines]
    new = list(_tokens(lines))
    for first, last, begins, ends, kept in _aligned(passage, old, new, times):
        if kept is None:
            for line, words in _new_words(new[first:last], begins, ends):
                made[line] += words
            continue
        # Kept tokens of one word in one line are that word, whole where all of it was kept
        run = zip(new[first:last], old[kept : kept + last - first], strict=True)
        place = kept
        for (line, number), pairs in groupby(run, key=lambda p: (p[0].owner[0], p[1].owner[0])):
            size = len(list(pairs))
            word = passage.words[number]
            if size < whole_of[number]:
                text = "".join(token.text for token in old[place : place + size])
                span = times[place][0], times[place + size - 1][1]
                word = replace(word, text=text, start=span[0], end=span[1])
            made[line].append(replace(word, text=word.text.strip()))
            place += size
    return [tuple(words) for words in made]


def _aligned(
    passage: Passage,
    old: Sequence[_Token],
    new: Sequence[_Token],
    times: Sequence[tuple[float, float]],
) -> Iterator[tuple[int, int, float, float, int | None]]:
    """Runs of new tokens `first`..`last` (excluded), the time they have, and at which old token a
    run of the same begins; None where they are new."""
    texts = [token.text for token in old], [token.text for token in new]
    if max(map(len, texts)) > _MOST_COMPARED and texts[0] != texts[1]:
        yield 0, len(new), passage.start, passage.end, None
        return
    for what, i1, i2, j1, j2 in comparing.steps(*texts):
        if j1 == j2:
            continue
        before = times[i1 - 1][1] if i1 else passage.start
        after = times[i1][0] if i1 < len(times) else passage.end
        begins, ends = (times[i1][0], times[i2 - 1][1]) if i2 > i1 else (before, after)
        yield j1, j2, begins, max(begins, ends), i1 if what == "equal" else None


def _new_words(
    tokens: Sequence[_Token], begins: float, ends: float
) -> Iterator[tuple[int, list[Word]]]:
    """The words that new tokens make, which share begins..ends by their length, line by line."""
    stretches = [
        (owner[0], "".join(token.text for token in run))
        for owner, run in groupby(tokens, key=lambda token: token.owner)
    ]
    words = _shared([text for _, text in stretches], begins, ends, SURE)
    pairs = zip((line for line, _ in stretches), words, strict=True)
    for line, run in groupby(pairs, key=lambda pair: pair[0]):
        yield line, [word for _, word in run]


def _tokens(lines: Sequence[str]) -> Iterator[_Token]:
    for line, text in enumerate(lines):
        for number, stretch in enumerate(text.split()):
            for token in _TOKEN.findall(stretch):
                yield _Token(token, (line, number))


def _token_times(words: Sequence[Word], tokens: Sequence[_Token]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for (number,), run in groupby(tokens, key=lambda token: token.owner):
        word = words[number]
        shared = _shared([token.text for token in run], word.start, word.end, 0)
        found += [(each.start, each.end) for each in shared]
    return found


def _shared(texts: Sequence[str], start: float, end: float, confidence: float) -> list[Word]:
    """Words that share a time by their length."""
    lengths = [len(text) for text in texts]
    total = sum(lengths) or 1
    done = [0, *accumulate(lengths)]
    at = [round(start + (end - start) * part / total, 3) for part in done]
    at[0], at[-1] = start, end
    return [Word(text, at[i], at[i + 1], confidence) for i, text in enumerate(texts)]


def _timed(passage: Passage) -> tuple[Word, ...]:
    if passage.words:
        return passage.words
    shared = _shared(passage.text.split(), passage.start, passage.end, passage.confidence)
    return tuple(shared)


def _by_length(passage: Passage, lines: Sequence[str]) -> list[Passage]:
    """A passage without words of its own, its time shared by its lines' length."""
    spans = _shared(lines, passage.start, passage.end, passage.confidence)
    return [replace(passage, start=s.start, end=s.end, text=s.text) for s in spans]


def _mean(words: Sequence[Word]) -> float:
    return round(sum(word.confidence for word in words) / len(words), 3) if words else 0.0
