"""One measure by the groups of one field: what an audit shows and keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from math import isfinite
from typing import Any

from app.domain.fairness import figures
from app.domain.fairness.figures import Ratio
from app.domain.fairness.hiding import UNTOLD, Settled
from app.domain.fairness.measures import Measure
from app.models import Field

HIGHLIGHTED = "highlighted"
Fact = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cell:
    """A group's figure, with its 95 % interval; all 0 where it is hidden. `n`: respondents.
    `group` is empty for those who did not say. `of_size`: of highlights, the group’s part of
    them ÷ its part of the voices."""

    group: str
    shown: bool
    n: int = 0
    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    of_size: float = 0.0


@dataclass(frozen=True, slots=True)
class Table:
    """`ratio`: the most telling worst ÷ best, None where fewer than two groups are shown; `others`:
    of other two groups, where that is beyond its limit too. `as_of`: when these were measured."""

    field: str
    label: str
    measure: str
    cells: tuple[Cell, ...]
    ratio: Ratio | None
    as_of: str
    others: tuple[Ratio, ...] = ()

    @property
    def ratios(self) -> tuple[Ratio, ...]:
        """The one that is told and the others."""
        return (self.ratio, *self.others) if self.ratio else ()

    @property
    def told(self) -> str:
        """differs, chance (not enough evidence), none (nothing to compare)."""
        if self.ratio is None:
            return "none"
        return "differs" if self.ratio.beyond_chance else "chance"

    @property
    def shows(self) -> bool:
        """Whether it has a figure of some group, and not only of those who did not say."""
        return any(each.shown and each.group != UNTOLD for each in self.cells)

    def cell(self, group: str) -> Cell | None:
        return next((each for each in self.cells if each.group == group and each.shown), None)

    def without(self, shown: Collection[str]) -> Table:
        """The same figures, but for groups that have become too small to be shown."""
        cells = tuple(
            each if each.group in shown else Cell(each.group, False) for each in self.cells
        )
        kept = [each for each in self.ratios if {each.worst, each.best} <= set(shown)]
        first = kept[0] if kept else None
        return replace(self, cells=cells, ratio=first, others=tuple(kept[1:]))

    def as_row(self) -> dict[str, Any]:
        """As JSON: this with its cells and its ratio as objects."""
        return asdict(self) | {"cells": [asdict(each) for each in self.cells]}


def read(rows: Iterable[Mapping[str, Any]]) -> list[Table]:
    """Tables that `as_row` wrote, also before it kept others."""
    return [
        Table(
            row["field"], row["label"], row["measure"],
            tuple(Cell(**each) for each in row["cells"]),
            Ratio(**row["ratio"]) if row["ratio"] else None, row["as_of"],
            tuple(Ratio(**each) for each in row.get("others", ())),
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of a field before anything is compared."""

    field: Field
    measure: Measure
    estimates: dict[str, figures.Estimate]
    groups: tuple[str, ...]
    overall: float

    @property
    def compared(self) -> list[tuple[str, figures.Estimate]]:
        """Those that said which group they belong to."""
        return [(group, each) for group, each in self.estimates.items() if group != UNTOLD]

    @property
    def pairs(self) -> int:
        many = len(self.compared)
        return many * (many - 1) // 2

    def table(self, pairs: int, limit: float, moment: datetime) -> Table:
        ratios = figures.ratios(
            self.compared,
            more_is_worse=self.measure.more_is_worse,
            pairs=pairs,
            kind=self.measure.kind,
            limit=limit,
        )
        first = ratios[0] if ratios else None
        others = tuple(each for each in ratios[1:] if each.beyond(limit))
        cells = tuple(self._cell(group) for group in self.groups)
        at = moment.isoformat(timespec="seconds")
        return Table(self.field.key, self.field.label, self.measure.key, cells, first, at, others)

    def _cell(self, group: str) -> Cell:
        estimate = self.estimates.get(group)
        if estimate is None:
            return Cell(group, False)
        parts = (estimate.value, estimate.low, estimate.high)
        share = self.measure.key == HIGHLIGHTED and self.overall > 0
        of_size = estimate.value / self.overall if share else 0.0
        value, low, high = (round(part, 6) if isfinite(part) else 0.0 for part in parts)
        return Cell(group, True, estimate.n, value, low, high, round(of_size, 4))


def measure_groups(
    field: Field,
    measure: Measure,
    facts: Mapping[str, Fact],
    groups: Mapping[str, str],
    who: Mapping[str, str],
    settled: Settled,
) -> Measured:
    """The shown groups' figures, in the order of the field's choices, who did not say last."""
    people: dict[str, dict[str, list[Fact]]] = {}
    everyone: dict[str, list[Fact]] = {}
    shown = settled.shown.get(field.key, frozenset())
    for voice in sorted(settled.members):
        choice = groups.get(voice, UNTOLD)
        if choice in shown:
            people.setdefault(choice, {}).setdefault(who[voice], []).append(facts[voice])
            everyone.setdefault(who[voice], []).append(facts[voice])
    counted = figures.share if measure.kind == "share" else figures.rate
    estimates = {choice: counted(_each(of.values(), measure.kind)) for choice, of in people.items()}
    # Of the shown alone: a share of all would tell what those hidden have.
    together = _each(everyone.values(), measure.kind)
    overall = sum(fact[0] for fact in together) / len(together) if together else 0.0
    there = [*field.choices, *([UNTOLD] if settled.sizes.get(field.key, {}).get(UNTOLD) else [])]
    return Measured(field, measure, estimates, tuple(there), overall)


def _each(people: Iterable[Sequence[Fact]], kind: str) -> list[Fact]:
    """One fact a respondent: whether it happened in any voice of theirs, or all words together."""
    if kind == "share":
        return [(max(fact[0] for fact in facts), 1.0) for facts in people]
    return [(sum(f[0] for f in facts), sum(f[1] for f in facts)) for facts in people]
