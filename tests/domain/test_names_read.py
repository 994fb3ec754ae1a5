"""Names of people: one list, found alike for masks and for what the models read."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.personal_data import find, lists
from app.domain.personal_data.reading import NOBODY, unnamed
from tests.personal_data.measuring import Passage, read

CALLED = Path(__file__).parent.parent / "personal_data" / "called.txt"


def called() -> list[Passage]:
    lines = CALLED.read_text(encoding="utf-8").splitlines()
    return [read(line) for line in lines if line and not line.startswith("#")]


def said(text: str) -> str:
    return text


def heard(text: str) -> str:
    """As a recogniser without capitals and marks writes it."""
    return " ".join(re.sub(r"[.,!?;:]", "", word.lower()) for word in text.split())


def read_over(text: str) -> set[int]:
    """The words that `unnamed` replaces."""
    words, left = text.split(), unnamed(text).split()
    matcher = difflib.SequenceMatcher(None, words, left, autojunk=False)
    changes = [each for each in matcher.get_opcodes() if each[0] != "equal"]
    return {word for _, first, end, _, _ in changes for word in range(first, end)}


def masked(text: str) -> set[int]:
    return {word for each in find([text]) for word in range(each.first, each.last + 1)}


@pytest.mark.parametrize("found", [read_over, masked])
@pytest.mark.parametrize("written", [said, heard])
def test_names_are_found_wherever_they_stand(
    written: Callable[[str], str], found: Callable[[str], set[int]]
) -> None:
    """At the first run 0.96 of the names, and 16 to 21 of the nameless had a word replaced."""
    passages = called()
    named = [each for each in passages if each.spans]
    nameless = [each for each in passages if not each.spans]
    assert len(named) >= 200 and len(nameless) >= 200
    names = [(each, set(range(a, b + 1))) for each in named for _, a, b in each.spans]
    missed = [each.text for each, name in names if not name <= found(written(each.text))]
    assert len(missed) <= 0.05 * len(names), missed
    wrong = [each.text for each in nameless if found(written(each.text))]
    assert len(wrong) <= 0.05 * len(nameless), wrong
    theirs = {
        each.text: {word for _, first, last in each.spans for word in range(first, last + 1)}
        for each in named
    }
    more = [text for text, name in theirs.items() if found(written(text)) - name]
    assert len(more) <= 2, more


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Emily's dog bit Oluwaseun.", "Alex's dog bit Alex."),
        ("I told Mrs O'Brien, and Anne-Marie too!", "I told Mrs Alex, and Alex too!"),
        ("Kwame Nkrumah Asante rang", "Alex rang"),
        ("(Siobhán) said “no”", "(Alex) said “no”"),
        ("So I asked Emily...then Tariq’ll do it", "So I asked Alex... then Alex'll do it"),
        ("my name is grace and i am cross", "my name is Alex and i am cross"),
        ("Then Hope came back with the keys", "Then Alex came back with the keys"),
        ("I had no hope, and no joy from Grace", "I had no hope, and no joy from Alex"),
        ("We open on a Sunday in May", "We open on a Sunday in May"),
        ("That's Emily/Tom for you", "That's Alex / Alex for you"),
        ("He's cross, and the doctor drew a heart", "He's cross, and the doctor drew a heart"),
        ("I'm Venezuelan and Deaf", "I'm Venezuelan and Deaf"),
        ("The  Ford   broke", "The  Ford   broke"),
        ("", ""),
        ("🙂 …", "🙂 …"),
    ],
)
def test_what_the_models_read(text: str, left: str) -> None:
    assert unnamed(text) == left


def test_reading_a_passage_again_changes_nothing() -> None:
    for each in called():
        assert unnamed(unnamed(each.text)) == unnamed(each.text)


def test_another_name_in_the_same_words_reads_alike() -> None:
    frames = ("{} was kind.", "so {} told me no", "I'd ask {}, really.", "thanks to {}'s help")
    names = ("Emily", "Oluwaseun", "Xiuying", "Siobhán", "Tyrese", "Parminder", "Zbigniew")
    for frame, (one, other) in itertools.product(frames, itertools.combinations(names, 2)):
        assert unnamed(frame.format(one)) == unnamed(frame.format(other)) == frame.format(NOBODY)


def test_the_list_is_folded_and_says_each_name_once() -> None:
    assert len(lists.every()) > 20_000
    assert all(name.isascii() and name == name.casefold() for name in lists.every())
    text = lists.FILES[1].read_text(encoding="utf-8")
    for part in re.split(r"^\[\w+\]$", text, flags=re.MULTILINE)[1:]:
        names = part.split()
        assert names == sorted(set(names))
    assert not (lists.given() | lists.family()) & lists.words_of("never names")
