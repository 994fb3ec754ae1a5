"""Which gaps are wider than their limit, beyond chance, and than what an owner accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from sqlalchemy import select

from app import runtime
from app.domain.fairness import tables
from app.domain.fairness.measures import BY_KEY, limit_of
from app.domain.fairness.tables import Table
from app.extensions import db
from app.models import FairnessAudit, Program


@dataclass(frozen=True, slots=True)
class Gap:
    """`accepted`: the ratio of the same two groups that an owner said go on with; 1 for none.
    `eased`: it has come down to that since."""

    table: Table
    limit: float
    accepted: float
    eased: bool = False

    @property
    def sentence(self) -> str:
        ratio, measure = self.table.ratio, BY_KEY[self.table.measure]
        assert ratio is not None
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
    before, limits = _audits(program), dict(runtime.settings().fairness_limits)
    gaps = []
    for table in wide(found):
        assert table.ratio is not None
        limit = limit_of(BY_KEY[table.measure], limits)
        level, eased = _accepted(table, before, limit)
        if table.ratio.low > level:
            gaps.append(Gap(table, limit, level, eased))
    return gaps


def wide(found: Sequence[Table]) -> list[Table]:
    """Those beyond their limit and beyond chance, accepted or not."""
    limits = dict(runtime.settings().fairness_limits)
    known = [table for table in found if table.measure in BY_KEY]
    return [table for table in known if _too_wide(table, limit_of(BY_KEY[table.measure], limits))]


def _too_wide(table: Table, limit: float) -> bool:
    ratio = table.ratio
    return ratio is not None and ratio.beyond_chance and ratio.value > limit


def _audits(program: Program) -> list[tuple[bool, list[Table]]]:
    """Whether an owner accepted it, and its figures; the oldest first. All of them: a group that
    was too small to be shown for a while is compared with when it last was."""
    rows = db.session.execute(
        select(FairnessAudit.accepted_at, FairnessAudit.tables)
        .where(FairnessAudit.program_id == program.id)
        .order_by(FairnessAudit.id)
    )
    return [(at is not None, tables.read(kept)) for at, kept in rows]


def _accepted(
    table: Table, before: Sequence[tuple[bool, list[Table]]], limit: float
) -> tuple[float, bool]:
    """The ratio of this table's worst and best group that nobody has to look at again, 1 for none,
    and whether it has come down since an owner accepted a wider one.

    What an owner lets go on is what had stopped the machine: a gap that was within its limit or
    within chance then is nothing that anybody said go to. And a go is for the gap as it is: where
    a later audit finds it narrower for certain, the upper end of that interval takes its place.
    """
    level, eased = 1.0, False
    for taken, kept in before:
        for each in kept:
            if (each.field, each.measure) != (table.field, table.measure):
                continue
            if (seen := _same_groups(each, table)) is None:
                continue
            value, high = seen
            if taken and _too_wide(each, limit):
                level, eased = max(1.0, value), False
            elif high < level:
                level, eased = max(1.0, high), True
    return level, eased


def _same_groups(older: Table, table: Table) -> tuple[float, float] | None:
    """(ratio, upper end of its interval) of the table's worst and best group in an older table;
    None where one of them is not shown there."""
    assert table.ratio is not None
    worst, best = older.cell(table.ratio.worst), older.cell(table.ratio.best)
    if worst is None or best is None:
        return None
    ratio = older.ratio
    if ratio is not None and (ratio.worst, ratio.best) == (worst.group, best.group):
        return ratio.value, ratio.high
    if ratio is not None and (ratio.best, ratio.worst) == (worst.group, best.group):
        return 1 / ratio.value, 1 / ratio.low if ratio.low else inf
    high, low = (worst, best) if BY_KEY[table.measure].more_is_worse else (best, worst)
    widest = high.high / low.low if low.low else inf
    if low.value:
        return high.value / low.value, widest
    # Of nothing there is no ratio: the smallest that goes with what was seen
    return (high.value / low.high if high.value and low.high else 1.0), widest
