"""Whom an audit may count and which groups it may show, so that no figure tells of a person. Pure.

A group is shown from `minimum` respondents on. Where one that is smaller could be told as the rest
of the others, another one is hidden with it (complementary suppression: Cox 1980). Whoever came
since the last audit waits until each of their groups has `minimum` who came, so that two audits
differ by nobody or by many; and where fewer were taken out, the older figures stand. Groups of two
fields that are the same but for a few are not both shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

UNTOLD = ""  # the choice of those who did not say
Groups = Mapping[str, Mapping[str, str]]  # field → voice → choice
Sizes = dict[str, dict[str, int]]  # field → choice → voices


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the last audit counted: the voices that are still there, how many there were in each
    group then, and which groups it hid."""

    members: frozenset[str] = frozenset()
    sizes: Sizes = field(default_factory=dict)
    hidden: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settled:
    """Whom to count, and the choices to show of each field. `stands`: the older figures do."""

    members: frozenset[str]
    shown: dict[str, frozenset[str]]
    sizes: Sizes
    stands: bool = False

    def hidden(self) -> dict[str, list[str]]:
        return {
            key: sorted(set(sizes) - self.shown.get(key, frozenset()))
            for key, sizes in self.sizes.items()
        }


def settle(groups: Groups, who: Mapping[str, str], earlier: Earlier, minimum: int) -> Settled:
    """`who`: the respondent of each voice that has the measure."""
    old = earlier.members & set(who)
    fresh = set(who) - old
    blocks = _blocks(groups, who, earlier)
    lost = [_lost(key, choices, groups, earlier, old) for key, choices, _ in blocks]
    before = -1
    while before != len(fresh):
        before = len(fresh)
        for (_, _, voices), gone in zip(blocks, lost, strict=True):
            if 0 < _people(fresh & voices, who) + gone < minimum:
                fresh -= voices
    stands = any(
        gone > 0 and _people(fresh & voices, who) + gone < minimum
        for (_, _, voices), gone in zip(blocks, lost, strict=True)
    )
    members = frozenset(old | fresh)
    shown = {
        key: covered(_counted(of, members, who), earlier.hidden.get(key, ()), minimum)
        for key, of in groups.items()
    }
    _part_twins(groups, members, who, shown, earlier, minimum)
    return Settled(
        members, shown, {key: _voices(of, members) for key, of in groups.items()}, stands
    )


def covered(
    people: Mapping[str, int],
    hidden_before: Collection[str],
    minimum: int,
    forced: Collection[str] = (),
) -> frozenset[str]:
    """The choices that may be shown. Of those that would do as a cover, one that was hidden before
    stays hidden: what was shown once is known."""
    there = {choice for choice, count in people.items() if count}
    hidden = {choice for choice in there if people[choice] < minimum or choice in forced}
    while hidden and (len(hidden) == 1 or sum(people[each] for each in hidden) < minimum):
        rest = there - hidden
        if not rest:
            break
        hidden.add(min(rest, key=lambda c: (c not in hidden_before, people[c], c)))
    return frozenset(there - hidden)


def _blocks(
    groups: Groups, who: Mapping[str, str], earlier: Earlier
) -> list[tuple[str, frozenset[str], frozenset[str]]]:
    """What a reader of the last audit could tell apart: each group that it showed, and all others
    of the field together; with the voices that are in them by now."""
    found = []
    for key in (key for key in groups if key in earlier.sizes):
        hidden = set(earlier.hidden.get(key, ()))
        shown = set(earlier.sizes[key]) - hidden
        rest = {groups[key].get(voice, UNTOLD) for voice in who} | hidden
        for choices in (*({each} for each in sorted(shown)), rest - shown):
            voices = frozenset(v for v in who if groups[key].get(v, UNTOLD) in choices)
            found.append((key, frozenset(choices), voices))
    return found


def _lost(
    key: str, choices: Collection[str], groups: Groups, earlier: Earlier, old: Collection[str]
) -> int:
    """How many voices of these groups were counted last time and are no more."""
    before = sum(earlier.sizes.get(key, {}).get(choice, 0) for choice in choices)
    return max(0, before - sum(groups[key].get(voice, UNTOLD) in choices for voice in old))


def _part_twins(
    groups: Groups,
    members: frozenset[str],
    who: Mapping[str, str],
    shown: dict[str, frozenset[str]],
    earlier: Earlier,
    minimum: int,
) -> None:
    """Hides the later field's group where two differ by fewer than `minimum`: their figures'
    difference would be that of those few. Of each, and of all others beside it."""
    voices = sorted(members)
    everyone = (1 << len(voices)) - 1
    sets: dict[tuple[str, str], int] = {}
    for key, of in groups.items():
        for at, voice in enumerate(voices):
            if (choice := of.get(voice, UNTOLD)) in shown[key]:
                sets[key, choice] = sets.get((key, choice), 0) | 1 << at
    forced: dict[str, set[str]] = {}
    for (key, choice), (other_key, other) in combinations(sorted(sets), 2):
        first, second = sets[key, choice], sets[other_key, other]
        if key == other_key or choice not in shown[key] or other not in shown[other_key]:
            continue
        if any(
            _reveals(a, b, minimum, voices, who)
            for one in (first, everyone ^ first)
            for two in (second, everyone ^ second)
            for a, b in ((one, two), (two, one))
        ):
            later = max(key, other_key, key=list(groups).index)
            forced.setdefault(later, set()).add(other if later == other_key else choice)
            people = _counted(groups[later], members, who)
            hidden = earlier.hidden.get(later, ())
            shown[later] = covered(people, hidden, minimum, forced[later])


def _reveals(
    inner: int, outer: int, minimum: int, voices: Sequence[str], who: Mapping[str, str]
) -> bool:
    """Whether all of `inner` are in `outer`, and only a few others."""
    if not inner or inner & ~outer:
        return False
    people: set[str] = set()
    beside = outer & ~inner
    while beside and len(people) < minimum:
        bit = beside & -beside
        people.add(who[voices[bit.bit_length() - 1]])
        beside ^= bit
    return 0 < len(people) < minimum


def _people(voices: Collection[str], who: Mapping[str, str]) -> int:
    return len({who[voice] for voice in voices})


def _counted(
    of: Mapping[str, str], voices: Collection[str], who: Mapping[str, str]
) -> dict[str, int]:
    people: dict[str, set[str]] = {}
    for voice in voices:
        people.setdefault(of.get(voice, UNTOLD), set()).add(who[voice])
    return {choice: len(each) for choice, each in people.items()}


def _voices(of: Mapping[str, str], members: Collection[str]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for voice in members:
        choice = of.get(voice, UNTOLD)
        sizes[choice] = sizes.get(choice, 0) + 1
    return sizes
