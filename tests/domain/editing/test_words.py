"""What a person does to passages, as plain data: no database."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from app.domain import editing_changes, editing_search
from app.domain.editing_changes import Stray, applied, between, from_rows, pieces, read, undoing
from app.domain.editing_search import Wanted, find
from app.domain.editing_words import Passage, joined, rewritten, split
from app.domain.errors import Invalid
from app.domain.timeline import Word


def said(text: str, start: float = 0.0, each: float = 1.0) -> Passage:
    """Every word takes `each` seconds."""
    words = tuple(
        Word(word, start + i * each, start + (i + 1) * each, 0.5)
        for i, word in enumerate(text.split())
    )
    return Passage(start, start + len(words) * each, text, 0.5, words)


def times(passage: Passage) -> list[tuple[str, float, float]]:
    return [(word.text, word.start, word.end) for word in passage.words]


def test_unchanged_words_keep_their_times_and_new_ones_share_the_gap_by_length() -> None:
    [new] = rewritten(said("the male came late"), "the mail really came late.", "staff")
    assert new.text == "the mail really came late." and new.edited_by == "staff"
    assert times(new) == [
        ("the", 0.0, 1.0), ("mail", 1.0, 1.4), ("really", 1.4, 2.0), ("came", 2.0, 3.0),
        ("late.", 3.0, 4.0),
    ]  # fmt: skip
    assert [word.confidence for word in new.words] == [0.5, 1.0, 1.0, 0.5, 1.0]
    assert new.confidence == 0.8
    assert (new.start, new.end) == (0.0, 4.0)


def test_words_put_into_a_silence_get_the_silence() -> None:
    silent = replace(said("it came"), words=(Word("it", 0, 1, 0.5), Word("came", 3, 4, 0.5)), end=4)
    [new] = rewritten(silent, "it finally came", "staff")
    assert times(new)[1] == ("finally", 1, 3)


def test_what_stands_there_already_is_no_edit() -> None:
    passage = said("it came late")
    assert rewritten(passage, "  it   came\tlate \n\n", "staff") == [passage]


def test_nothing_typed_takes_the_passage_away() -> None:
    assert rewritten(said("you"), " \n ", "staff") == []


def test_a_line_break_splits_and_is_no_correction_of_words() -> None:
    first, second = rewritten(
        said("it came late nobody called"), "it came late\nnobody called", "x"
    )
    assert (first.text, first.start, first.end) == ("it came late", 0.0, 3.0)
    assert (second.text, second.start, second.end) == ("nobody called", 3.0, 5.0)
    assert first.edited_by == second.edited_by == ""
    assert split(said("it came late nobody called"), 3) == [first, second]
    assert joined(first, second) == said("it came late nobody called")
    for wrong in (0, 5, -1):
        with pytest.raises(Invalid):
            split(said("it came late nobody called"), wrong)


def test_a_passage_without_word_times_shares_its_time_by_length() -> None:
    captioned = Passage(10.0, 20.0, "it came late nobody called", 1.0)
    first, second = rewritten(captioned, "it came late\nnobody ever called", "customer")
    assert (first.start, first.end, first.words) == (10.0, 14.0, ())
    assert (second.start, second.end, second.edited_by) == (14.0, 20.0, "customer")
    both = joined(first, said("at all", 20.0))
    assert [word.text for word in both.words] == ["it", "came", "late", "at", "all"]
    assert both.words[0].start == 10.0 and both.end == 22.0


def test_writing_without_spaces_is_compared_letter_by_letter() -> None:
    words = (Word("荷物が", 0, 1, 0.9), Word("遅れ", 1, 2, 0.8), Word("ました。", 2, 4, 0.9))
    passage = Passage(0, 4, "荷物が遅れました。", 0.9, words)
    [new] = rewritten(passage, "荷物は遅れました。", "staff")
    assert times(new)[2:] == [("遅れ", 1, 2), ("ました。", 2, 4)]
    assert "".join(word.text for word in new.words) == "荷物は遅れました。"
    first, second = rewritten(passage, "荷物が\n遅れました。", "staff")
    assert times(first) == [("荷物が", 0, 1)] and second.start == 1
    assert joined(first, second).text == passage.text


def test_too_much_is_refused_and_very_different_texts_take_no_time() -> None:
    with pytest.raises(Invalid):
        rewritten(said("a"), "x" * 2001, "staff")
    [new] = rewritten(said("a " * 900, each=0.1), "b a " * 499, "staff")
    assert len(new.words) == 998 and new.words[-1].end == pytest.approx(90.0)


def test_times_stay_in_order_whatever_is_typed() -> None:
    """Seeded, so that a failure comes again."""
    chance = random.Random(20260401)
    vocabulary = ["it", "came", "late", "荷物", "y", "nobody", "called—ever", "。", "\u0e17\u0e35"]
    for _ in range(300):
        old = said(" ".join(chance.choices(vocabulary, k=chance.randint(1, 9))), 2.0)
        typed = "".join(
            word + chance.choice([" ", " ", "\n", ""])
            for word in chance.choices(vocabulary, k=chance.randint(1, 9))
        )
        made = rewritten(old, typed, "staff")
        assert [p.text for p in made] == [
            " ".join(t.split()) for t in typed.split("\n") if t.strip()
        ]
        flat = [word for passage in made for word in passage.words]
        edges = [edge for word in flat for edge in (word.start, word.end)]
        assert edges == sorted(edges)
        assert made[0].start == old.start and made[-1].end == old.end
        for passage in made:
            assert "".join(w.text for w in passage.words) == "".join(passage.text.split())


def test_changes_lead_there_and_back_also_through_json() -> None:
    chance = random.Random(7)
    for _ in range(200):
        old = [
            said(f"passage {chance.randint(0, 4)}", float(i)) for i in range(chance.randint(0, 6))
        ]
        new = [
            said(f"passage {chance.randint(0, 4)}", float(i)) for i in range(chance.randint(0, 6))
        ]
        changes = between(old, new)
        assert applied(old, changes) == new
        kept = read(editing_changes.written(changes))
        assert kept == changes
        assert applied(new, undoing(kept)) == old
    assert from_rows(editing_changes.as_rows(new)) == new
    with pytest.raises(Stray):
        applied([said("something else")], between([said("one")], [said("two")]))


def test_a_difference_is_told_word_by_word() -> None:
    told = [(p.text, p.what) for p in pieces("the male came late", "the mail came late again")]
    assert told == [
        ("the", "same"), ("male", "old"), ("mail", "new"), ("came late", "same"), ("again", "new"),
    ]  # fmt: skip


def test_find_and_replace_knows_whole_words_and_case() -> None:
    passages = [said("Nine orders. Mr. nine said: ninety-nine."), said("No."), said("NINE times")]
    found = find(passages, Wanted("nine", "9"))
    assert [(each.at, each.count) for each in found] == [(0, 3), (2, 1)]
    assert found[0].text == "9 orders. Mr. 9 said: ninety-9."
    assert [p.text for p in found[1].pieces] == ["NINE", "9", " times"]
    assert sum(each.count for each in find(passages, Wanted("nine", whole_words=False))) == 5 - 0
    assert [f.at for f in find(passages, Wanted("NINE", same_case=True))] == [2]
    assert find(passages, Wanted("no.", ""))[0].text == ""
    assert find(passages, Wanted("Mr.  nine", "Mr. Nye"))[0].count == 1
    assert find(passages, Wanted("(")) == []
    for wrong in (Wanted("  "), Wanted("x" * 201), Wanted("x", "y" * 201)):
        with pytest.raises(Invalid):
            find(passages, wrong)
    assert editing_search.find([said(r"a \1 b")], Wanted("b", r"\1"))[0].text == r"a \1 \1"
