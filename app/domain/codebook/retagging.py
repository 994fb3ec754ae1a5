"""Passages heard anew: which mentions a change makes and takes away, and how they are written.

A theme that a person decided about in a passage is left alone there, except that a merge takes it
along. `decide` is pure; `carry_out` walks through the passages, a batch for each commit, so that a
worker that is killed goes on where the last one was committed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.codebook.book import MOST_GIVEN
from app.domain.codebook.hearing import Hearing

PERSON = "person"  # the engine of a mention that a person decided: `app.domain.corrections.kinds`


@dataclass(frozen=True, slots=True)
class Given:
    """A mention as it stands: how sure (0..1) and by whom."""

    confidence: float
    engine: str
    version: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage with its mentions by the theme's id. `decided`: a person said what it is about."""

    id: int
    transcript_id: str
    text: str
    mentions: Mapping[str, Given]
    decided: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What the machine makes of a passage, by names in its codebook: what it would say it is about
    (0..1), and how like it is to those that were asked for (higher is more)."""

    themes: Mapping[str, float]
    likeness: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. `moves`: theme id → the one that its mentions become, or "" where they are shared
    out among `scope`. `scope`: themes that are heard anew, or shared out among. `undoes`: id of the
    change that is taken back, then only passages after `since`, and those noted with it, are heard.
    """

    hearing: Hearing
    scope: Collection[str]
    moves: Mapping[str, str]
    undoes: str = ""
    since: int = 0

    @property
    def shared_out(self) -> str:
        return next((old for old, new in self.moves.items() if not new), "")

    @property
    def rivals(self) -> tuple[str, ...]:
        """Names in the codebook among which a theme is shared out."""
        if not self.shared_out:
            return ()
        owners = {self.shared_out, *self.scope}
        return tuple(name for name, owner in self.hearing.counts_for.items() if owner in owners)

    @property
    def listens(self) -> bool:
        return bool(self.scope)


@dataclass(frozen=True, slots=True)
class Difference:
    """Mentions that a passage gets and loses, by the theme's id."""

    gained: Mapping[str, Given]
    lost: Mapping[str, Given]


Listen = Callable[[Sequence[Passage]], Sequence[Heard]]


def decide(passage: Passage, heard: Heard, plan: Plan, by: tuple[str, str]) -> Difference:
    """What changes in this passage. `by`: engine and version of what the machine says now."""
    gained: dict[str, Given] = {}
    lost: dict[str, Given] = {}
    for old, new in plan.moves.items():
        if new and old in passage.mentions:
            lost[old] = passage.mentions[old]
            if new not in passage.mentions:
                gained[new] = max(
                    gained.get(new, lost[old]), lost[old], key=lambda each: each.confidence
                )
    if passage.decided or not plan.scope:
        return Difference(gained, lost)
    every = _by_owner(heard.themes, plan)
    now = {each: every[each] for each in plan.scope if each in every}
    if plan.shared_out:
        return _shared_out(passage, heard, plan, now, by)
    for theme_id in plan.scope:
        there = passage.mentions.get(theme_id)
        if theme_id in now and there is None:
            gained[theme_id] = Given(now[theme_id], *by)
        elif theme_id not in now and there is not None and there.engine != PERSON:
            lost[theme_id] = there
    return _as_many_as_may_be(passage, Difference(gained, lost), plan, every)


def _shared_out(
    passage: Passage, heard: Heard, plan: Plan, now: Mapping[str, float], by: tuple[str, str]
) -> Difference:
    """Each passage goes to the parts that are heard in it, else to the likeliest one, else it stays
    where it was: none is lost."""
    was = passage.mentions.get(plan.shared_out)
    if was is None or was.engine == PERSON:
        return Difference({}, {})
    to = now
    if not to and heard.likeness:
        best = plan.hearing.counts_for[max(heard.likeness, key=lambda n: heard.likeness[n])]
        to = {best: was.confidence} if best in plan.scope else {}
    listened = {*plan.hearing.counts_for.values()}
    others = sum(each in listened for each in passage.mentions if each != plan.shared_out)
    parts = sorted(to, key=lambda each: (-to[each], each))[: max(1, MOST_GIVEN - others)]
    gained = {each: Given(to[each], *by) for each in parts if each not in passage.mentions}
    return Difference(gained, {plan.shared_out: was} if to else {})


def _as_many_as_may_be(
    passage: Passage, found: Difference, plan: Plan, heard: Mapping[str, float]
) -> Difference:
    """Where a theme comes in, and would be one too many, another goes: what isn't heard any more
    before what is, and of these the least sure. What is switched off isn't given, so it is not
    counted and stays."""
    listened = {*plan.hearing.counts_for.values()}
    there = {each: given for each, given in passage.mentions.items() if each in listened}
    after = {
        each: given for each, given in {**there, **found.gained}.items() if each not in found.lost
    }
    over = len(after) - MOST_GIVEN
    if over <= 0 or not found.gained:
        return found
    free = [each for each, given in after.items() if given.engine != PERSON]
    free.sort(key=lambda each: (each in heard, heard.get(each, after[each].confidence), each))
    out = set(free[:over])
    return Difference(
        {each: given for each, given in found.gained.items() if each not in out},
        {**found.lost, **{each: there[each] for each in out if each in there}},
    )


def _by_owner(themes: Mapping[str, float], plan: Plan) -> dict[str, float]:
    """By theme id, the surest of its names."""
    found: dict[str, float] = {}
    for name, sure in themes.items():
        owner = plan.hearing.counts_for.get(name)
        if owner is not None:
            found[owner] = max(sure, found.get(owner, 0.0))
    return found


def said_of(passages: Sequence[Passage], plan: Plan, listen: Listen) -> Sequence[Heard]:
    """What the machine hears in them; nothing where the plan has nothing heard anew."""
    return listen(passages) if plan.listens else [Heard({})] * len(passages)


def decided_anew(
    passages: Iterable[tuple[Passage, Heard]], plan: Plan, by: tuple[str, str]
) -> Iterator[tuple[Passage, Difference]]:
    """Those in which something changes."""
    for passage, heard in passages:
        difference = decide(passage, heard, plan, by)
        if difference.gained or difference.lost:
            yield passage, difference
