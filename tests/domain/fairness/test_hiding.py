"""No figure, nor the difference of any two, tells of fewer people than the minimum."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import chain, combinations

from app.domain.fairness.hiding import UNTOLD, Earlier, Settled, covered, settle

K = 10


def crowd(**sizes: int) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """One field, "group", with so many voices each; "untold" did not say."""
    of, who = {}, {}
    for name, size in sizes.items():
        for at in range(size):
            voice = f"{name}{at}"
            who[voice] = voice
            if name != "untold":
                of[voice] = name
    return {"group": of}, who


def again(settled: Settled, gone: frozenset[str] = frozenset()) -> Earlier:
    return Earlier(settled.members - gone, settled.sizes, settled.hidden())


def test_a_small_group_is_hidden_and_another_with_it() -> None:
    groups, who = crowd(a=30, b=12, c=4)
    assert settle(groups, who, Earlier(), K).shown["group"] == {"a"}
    assert covered({"a": 30, "b": 12, "c": 6, "d": 5}, (), K) == {"a", "b"}  # c and d cover each
    assert covered({"a": 30, "b": 12, "c": 4, "d": 5}, (), K) == {"a"}  # 9 are too few together
    assert covered({"a": 30, UNTOLD: 3}, (), K) == frozenset()
    assert covered({"a": 30, "b": 10}, (), K) == {"a", "b"}
    assert covered({}, (), K) == frozenset()


def test_who_was_hidden_before_stays_the_cover() -> None:
    assert covered({"a": 30, "b": 12, "c": 14, "d": 4}, ("c",), K) == {"a", "b"}


def test_somebody_who_came_often_is_one_respondent() -> None:
    groups, who = crowd(a=30, b=30)
    who |= {voice: "one" for voice in who if voice.startswith("b")}
    assert settle(groups, who, Earlier(), K).shown["group"] == frozenset()


def test_few_newcomers_wait_and_many_are_counted() -> None:
    groups, who = crowd(a=20, b=20)
    first = settle(groups, who, Earlier(), K)
    groups, who = crowd(a=29, b=31)
    second = settle(groups, who, again(first), K)
    assert second.members - first.members == {f"b{at}" for at in range(20, 31)}
    groups, who = crowd(a=30, b=31)
    assert settle(groups, who, again(second), K).members == set(who)


def test_after_an_erasure_the_older_figures_stand() -> None:
    groups, who = crowd(a=20, b=20)
    first = settle(groups, who, Earlier(), K)
    gone = frozenset({"a3"})
    groups["group"].pop("a3"), who.pop("a3")
    assert settle(groups, who, again(first, gone), K).stands
    more, whose = crowd(a=29, b=20)
    more["group"].pop("a3"), whose.pop("a3")
    renewed = settle(more, whose, again(first, gone), K)  # 9 came, 1 went: ten differ
    assert not renewed.stands and len(renewed.members) == 48


def test_groups_of_two_fields_that_are_nearly_the_same_are_not_both_shown() -> None:
    who = {f"v{at}": f"v{at}" for at in range(60)}
    groups = {
        "chair": {v: "yes" if at < 20 else "no" for at, v in enumerate(who)},
        "needs": {v: "yes" if at < 21 else "no" for at, v in enumerate(who)},
    }
    shown = settle(groups, who, Earlier(), K).shown
    assert shown["chair"] == {"yes", "no"} and not shown["needs"]


def sums(settled: Settled, groups: Mapping[str, Mapping[str, str]]) -> list[frozenset[str]]:
    """The sets of voices of which a reader knows the sum: each shown group, all voices where a
    field tells them, and the rest."""
    known = [settled.members]
    for key, of in groups.items():
        cells = [
            frozenset(v for v in settled.members if of.get(v, UNTOLD) == choice)
            for choice in settled.shown[key]
        ]
        known += [*cells, settled.members - frozenset(chain.from_iterable(cells))]
    return [each for each in known if each]


def test_no_two_known_sums_differ_by_a_few() -> None:
    """Made-up programs with three fields that grow, shrink and are audited four times: whatever a
    reader takes from whatever, the difference is nobody or ten people."""
    draws = random.Random(5)
    for _ in range(25):
        who: dict[str, str] = {}
        groups: dict[str, dict[str, str]] = {"x": {}, "y": {}, "z": {}}
        before, known = Earlier(), []
        for _ in range(4):
            for _ in range(draws.randint(1, 40)):
                voice = f"v{len(who)}-{draws.random()}"
                who[voice] = voice
                for key, choices in (("x", "ab"), ("y", "abcd"), ("z", ("a", "b", UNTOLD))):
                    choice = draws.choices(choices, range(1, len(choices) + 1))[0]
                    if choice:
                        groups[key][voice] = choice
            gone = frozenset(draws.sample(sorted(who), draws.choice((0, 0, 1, 3))))
            for voice in gone:
                who.pop(voice)
                for of in groups.values():
                    of.pop(voice, None)
            before = Earlier(before.members - gone, before.sizes, before.hidden)
            settled = settle(groups, who, before, K)
            if settled.stands:
                continue
            before = again(settled)
            # A set that is hidden whole tells nothing, however small
            known += [each for each in sums(settled, groups) if any(settled.shown.values())]
            for one, other in combinations(known, 2):
                small, large = sorted((one, other), key=len)
                assert not (small < large and len(large - small) < K), (len(small), len(large))
