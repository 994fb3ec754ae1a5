"""Masked words found again in texts that are no passages, such as a moment's quote or a note."""

from __future__ import annotations

from collections import ChainMap, defaultdict
from collections.abc import Iterable, Iterator, Set
from itertools import groupby

from app.domain import personal_data
from app.domain.masking.digests import of_words
from app.domain.masking.places import Kinds, put
from app.domain.masking.showing import OTHER
from app.domain.personal_data import fold, pieces

SHORTEST = 3  # letters or digits of a word that tells by itself
CUT = "…"  # ends a text that goes on

# Words that follow each other, folded, each with its mask's kind or ""
Said = list[tuple[str, str]]
Alone = Set[tuple[str, int]]  # as `places.alone` gives them


class Elsewhere:
    """All that was said, each with what people hid there, to be asked for its masks by text after
    text."""

    def __init__(self, every: Iterable[tuple[Said, Alone]]) -> None:
        self._places: dict[str, list[tuple[Said, int]]] = defaultdict(list)
        self._words: dict[str, str] = {}
        self._names: dict[str, str] = {}  # maybe ordinary words, too, but for their capital letter
        self._runs: dict[str, dict[tuple[str, ...], str]] = defaultdict(dict)
        for said, alone in every:
            for at, (word, kind) in enumerate(said):
                self._places[word].append((said, at))
                self._words |= dict.fromkeys(_telling(word, kind), kind)
            for kind, run in groupby(said, key=lambda each: each[1]):
                self._add(kind, run, by_person=kind == OTHER)
            for kind, own in _alone(said, alone):
                self._add(kind, own, by_person=True)

    def _add(self, kind: str, run: Iterable[tuple[str, str]], *, by_person: bool) -> None:
        words = [pieces(word) for word, _ in run] if kind else []
        parts = tuple(piece for word in words for piece in word)
        if len(parts) > 1:
            self._runs[parts[0]][parts] = kind
        elif parts and by_person:
            self._words[parts[0]] = kind
        if kind == "name":  # not every "I", nor the "call" of "Adams—call"
            own = (word[0] for word in words if len(word) == 1 and len(word[0]) > 1)
            self._names |= dict.fromkeys(own, kind)

    def masks(self, text: str, rules: Kinds) -> Kinds:
        """Those on the text's words wherever it stands; else what the rules found in it, the masked
        words that tell by themselves, and what is masked as a whole, all of it or up to a cut."""
        words = text.split()
        if not words:
            return {}
        wanted = [fold(word) for word in words]
        there = [
            (said, at) for said, at in self._places.get(wanted[0], ()) if _stands(wanted, said, at)
        ]
        if there:
            return {
                number: said[at + number][1]
                for said, at in there
                for number in range(len(words))
                if said[at + number][1]
            }
        own = {at: kind for at, word in enumerate(words) if (kind := self._kind(word))}
        return rules | own | self._whole(words)

    def _kind(self, word: str) -> str:
        known = ChainMap(self._words, self._names) if word != word.lower() else self._words
        for each in (fold(word), *(piece for piece in pieces(word) if len(piece) >= SHORTEST)):
            plural = each.removesuffix("s") if len(each) > 4 else each
            if kind := known.get(each) or known.get(plural):
                return kind
        return ""

    def _whole(self, words: list[str]) -> Kinds:
        found: Kinds = {}
        said = [(at, piece) for at, word in enumerate(words) for piece in pieces(word)]
        cut = bool(words) and words[-1].endswith(CUT)
        for first, (at, piece) in enumerate(said):
            for run, kind in self._runs.get(piece, {}).items():
                here = said[first : first + len(run)]
                same = run[: len(here)] == tuple(each for _, each in here)
                if same and (len(here) == len(run) or cut):
                    put(found, at, here[-1][0], kind)
        return found


def _stands(wanted: list[str], said: Said, at: int) -> bool:
    return at + len(wanted) <= len(said) and all(
        said[number][0] == word for number, word in enumerate(wanted, at)
    )


def _alone(said: Said, alone: Alone) -> Iterator[tuple[str, Said]]:
    """What people hid and is masked still, each decision for itself: two may touch."""
    sizes = {size for _, size in alone}
    for at, (_, kind) in enumerate(said):
        for size in sizes if kind else ():
            run = said[at : at + size]
            if all(each for _, each in run) and (of_words([w for w, _ in run]), size) in alone:
                yield kind, run


def _telling(word: str, kind: str) -> Iterator[str]:
    """What of a masked word tells its secret elsewhere, too: of a name not the "call" of
    "Emily—call", of a number nothing but all of it, and no ordinary word."""
    parts = pieces(word) if kind in ("name", OTHER) else ()
    for each in (word, *parts) if kind else ():
        if len(each) >= SHORTEST and not personal_data.ordinary([each]):
            yield each
