"""What a change makes of one passage: three themes at most are given to it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from app.domain.codebook import retagging
from app.domain.codebook.book import MOST_GIVEN, Codebook
from app.domain.codebook.hearing import Hearing
from app.domain.codebook.retagging import Given, Heard, Passage, Plan

BY = ("scorer", "2")


def plan(*scope: str, split: str = "", listened: str = "abcde") -> Plan:
    hearing = Hearing(Codebook(), {each: each for each in listened}, {}, 0)
    return Plan(hearing, scope, {split: ""} if split else {})


def passage(engine: str = "scorer", **sure: float) -> Passage:
    return Passage(1, "t", "", {each: Given(share, engine, "1") for each, share in sure.items()})


def after(before: Passage, heard: Mapping[str, float], by_plan: Plan) -> str:
    difference = retagging.decide(before, Heard(heard), by_plan, BY)
    kept = set(before.mentions) - set(difference.lost)
    assert not kept & set(difference.gained)
    return "".join(sorted(kept | set(difference.gained)))


@pytest.mark.parametrize(
    ("before", "heard", "left"),
    [
        ({"a": 0.9, "b": 0.8}, {"a": 0.9, "b": 0.8, "d": 0.6}, "abd"),  # there is room
        ({"a": 0.9, "b": 0.8, "c": 0.5}, {"a": 0.9, "b": 0.8, "d": 0.7}, "abd"),
        # What isn't heard any more goes before what is, however sure it was.
        ({"a": 0.6, "b": 0.95, "c": 0.7}, {"a": 0.6, "c": 0.7, "d": 0.5}, "acd"),
        ({"a": 0.9, "b": 0.8, "c": 0.5}, {"a": 0.9, "b": 0.8, "c": 0.5}, "abc"),
    ],
)
def test_who_comes_in_takes_the_least_sure_ones_place(
    before: dict[str, float], heard: dict[str, float], left: str
) -> None:
    assert after(passage(**before), heard, plan("d")) == left


def test_several_that_come_in_at_once_are_three_at_most() -> None:
    heard = {"a": 0.4, "d": 0.9, "e": 0.8}
    assert after(passage(a=0.4, b=0.9, c=0.9), heard, plan("d", "e")) == "ade"


def test_nothing_goes_where_nothing_comes_in() -> None:
    """A passage that has four from before keeps them, unless it is heard anew."""
    four = passage(a=0.9, b=0.8, c=0.7, d=0.6)
    assert after(four, {"a": 0.9, "b": 0.8, "c": 0.7}, plan("a")) == "abcd"
    assert after(four, {"a": 0.9, "b": 0.8, "c": 0.7}, plan(*"abcde")) == "abc"


def test_what_a_person_put_there_is_nobodys_to_take() -> None:
    held = Passage(1, "t", "", {each: Given(1.0, retagging.PERSON, "1") for each in "abc"})
    assert after(held, {"d": 0.9}, plan("d")) == "abc"


def test_what_is_switched_off_stays_and_takes_no_place() -> None:
    before = passage(x=0.2, a=0.9, b=0.8)
    assert after(before, {"a": 0.9, "b": 0.8, "d": 0.7}, plan("d")) == "abdx"


def test_a_split_gives_the_surest_parts_for_which_there_is_room() -> None:
    parts = {"c": 0.6, "d": 0.9, "e": 0.7}
    assert after(passage(a=0.9, b=0.8), parts, plan(*"cde", split="a")) == "bde"
    crowded = passage(a=0.9, b=0.8, x=0.8)
    assert after(crowded, parts, plan(*"cde", split="a", listened="abcdex")) == "bdx"
    assert MOST_GIVEN == 3
