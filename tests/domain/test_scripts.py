"""Words in scripts without spaces, and how wide they are in captions."""

from __future__ import annotations

import pytest

from app.domain.captions import cues, vtt
from app.domain.timeline import Segment, Word, into_segments, joined


def timed(words: list[str]) -> list[Word]:
    return [Word(word, at * 0.3, at * 0.3 + 0.3, 0.9) for at, word in enumerate(words)]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["The", "box", "was", "late."], "The box was late."),
        (["箱", "が", "遅れ", "まし", "た。"], "箱が遅れました。"),
        (["我", "的", "iPhone", "坏", "了。"], "我的 iPhone 坏了。"),
        (["พัสดุ", "มา", "ช้า"], "พัสดุมาช้า"),
        (["상자가", "늦게", "왔어요."], "상자가 늦게 왔어요."),
        (["وصل", "الطرد", "متأخرا."], "وصل الطرد متأخرا."),
        ([], ""),
    ],
)
def test_words_stand_apart_as_their_script_does(words: list[str], text: str) -> None:
    assert joined(words) == text
    assert [segment.text for segment in into_segments(timed(words))] == ([text] if text else [])


def test_wide_characters_take_two_columns_of_a_caption() -> None:
    words = list("荷物が九日も遅れて届いて箱も破れていたので返金をお願いしたいと思っています")
    shown = cues(into_segments(timed(words)))
    assert "".join(line for cue in shown for line in cue.lines) == "".join(words)
    assert all(len(cue.lines) <= 2 and len(line) <= 21 for cue in shown for line in cue.lines)


def test_an_edited_passage_without_spaces_is_cut_to_lines() -> None:
    text = "配達" * 60
    shown = cues([Segment(0.0, 20.0, text, 1.0)])
    assert "".join(line for cue in shown for line in cue.lines) == text
    assert max(len(line) for cue in shown for line in cue.lines) <= 21


def test_right_to_left_words_stay_in_the_order_they_were_said() -> None:
    written = vtt([Segment(0.0, 2.0, "وصل الطرد متأخرا, 9 days.", 1.0)])
    assert "وصل الطرد متأخرا, 9 days." in written
