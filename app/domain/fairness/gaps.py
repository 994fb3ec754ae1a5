"""Which gaps are wider than their limit, beyond chance, and than what an owner accepted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from sqlalchemy import select

from app import runtime
from app.domain.fairness import tables
from app.domain.fairness.figures import Ratio
from app.domain.fairness.measures import BY_KEY, limit_of
from app.domain.fairness.tables import Table
from app.extensions import db
from app.models import FairnessAudit, Program


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two groups of a table. `accepted`: how wide it was when an owner said go on; 1 for
    none. `eased`: it has come down to that since."""

    table: Table
    ratio: Ratio
    limit: float
    accepted: float = 1.0
    eased: bool = False

    @property
    def sentence(self) -> str:
        ratio, measure = self.ratio, BY_KEY[self.table.measure]
        before = ""
        if self.accepted > 1:
            said = "it had come down to {:.2f}" if self.eased else "{:.2f} was accepted"
            before = f"; {said.format(self.accepted)}"
        return (
            f"{measure.name}: under “{self.table.label}”, {ratio.worst} fares {ratio.value:.2f} "
            f"times as badly as {ratio.best} (95 % interval {ratio.low:.2f} to {ratio.high:.2f}); "
            f"the limit is {self.limit:.2f}{before}."
        )


def beyond(program: Program, found: Sequence[Table]) -> list[Gap]:
    """Those by which automatic highlighting rests: worst ÷ best is above the measure's limit, and
    its interval lies above 1 and above what was accepted."""
    before, gaps = _audits(program), []
    for gap in wide(found):
        accepted, eased = _accepted(gap, before)
        if gap.ratio.low > accepted:
            gaps.append(Gap(gap.table, gap.ratio, gap.limit, accepted, eased))
    return gaps


def wide(found: Sequence[Table]) -> Iterator[Gap]:
    """Those beyond their limit and beyond chance, accepted or not."""
    limits = dict(runtime.settings().fairness_limits)
    for table in found:
        if measure := BY_KEY.get(table.measure):
            limit = limit_of(measure, limits)
            yield from (Gap(table, each, limit) for each in table.ratios if each.beyond(limit))


def _audits(program: Program) -> list[tuple[bool, list[Table]]]:
    """Whether an owner accepted it, and its figures; the oldest first. All of them: a group that
    was too small to be shown for a while is compared with when it last was."""
    rows = db.session.execute(
        select(FairnessAudit.accepted_at, FairnessAudit.tables)
        .where(FairnessAudit.program_id == program.id)
        .order_by(FairnessAudit.id)
    )
    return [(at is not None, tables.read(kept)) for at, kept in rows]


def _accepted(gap: Gap, before: Sequence[tuple[bool, list[Table]]]) -> tuple[float, bool]:
    """The ratio of the gap's two groups that nobody has to look at again, 1 for none, and whether
    it has come down since an owner accepted a wider one.

    What an owner lets go on is what had stopped the machine: a gap that was within its limit or
    within chance then is nothing that anybody said go to. And a go is for the gap as it is: where
    a later audit finds it narrower for certain, the upper end of that interval takes its place.
    """
    level, eased = 1.0, False
    mine = (gap.table.field, gap.table.measure)
    for taken, kept in before:
        for each in kept:
            if (each.field, each.measure) != mine:
                continue
            then = _between(each, gap.ratio.worst, gap.ratio.best)
            if taken and then is not None and then.beyond(gap.limit):
                level, eased = then.value, False
            elif (high := then.high if then else _at_most(each, gap.ratio)) < level:
                level, eased = max(1.0, high), True
    return level, eased


def _between(table: Table, worst: str, best: str) -> Ratio | None:
    return next((each for each in table.ratios if (each.worst, each.best) == (worst, best)), None)


def _at_most(older: Table, ratio: Ratio) -> float:
    """The upper end of what two groups' ratio may have been in an older table that tells of others;
    endless where one of them is not shown there."""
    if turned := _between(older, ratio.best, ratio.worst):
        return 1 / turned.low if turned.low else inf
    worst, best = older.cell(ratio.worst), older.cell(ratio.best)
    if worst is None or best is None:
        return inf
    high, low = (worst, best) if BY_KEY[older.measure].more_is_worse else (best, worst)
    return high.high / low.low if low.low else inf
