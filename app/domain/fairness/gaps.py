"""Which gaps are wider than their limit, beyond chance, and than what an owner accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app import runtime
from app.domain.fairness import tables
from app.domain.fairness.measures import BY_KEY, limit_of
from app.domain.fairness.tables import Table
from app.extensions import db
from app.models import FairnessAudit, Program


@dataclass(frozen=True, slots=True)
class Gap:
    """`accepted`: the ratio of the same two groups that an owner said go on with; 1 for none."""

    table: Table
    limit: float
    accepted: float

    @property
    def sentence(self) -> str:
        ratio, measure = self.table.ratio, BY_KEY[self.table.measure]
        assert ratio is not None
        before = f"; {self.accepted:.2f} was accepted" if self.accepted > 1 else ""
        return (
            f"{measure.name}: under “{self.table.label}”, {ratio.worst} fares {ratio.value:.2f} "
            f"times as badly as {ratio.best} (95 % interval {ratio.low:.2f} to {ratio.high:.2f}); "
            f"the limit is {self.limit:.2f}{before}."
        )


def beyond(program: Program, found: Sequence[Table]) -> list[Gap]:
    """Those by which automatic highlighting rests: worst ÷ best is above the measure's limit, and
    its interval lies above 1 and above what was accepted."""
    limits = dict(runtime.settings().fairness_limits)
    known = accepted(program)
    wide = []
    for table in found:
        if table.ratio is None or table.measure not in BY_KEY:
            continue
        gap = Gap(table, limit_of(BY_KEY[table.measure], limits), _before(table, known))
        if not table.ratio.beyond_chance:
            continue
        if table.ratio.value > gap.limit and table.ratio.low > gap.accepted:
            wide.append(gap)
    return wide


def accepted(program: Program) -> list[Table]:
    """All tables that an owner accepted, the newest first: a group that was too small to be shown
    for a while is compared with when it last was."""
    rows = db.session.scalars(
        select(FairnessAudit.tables)
        .where(FairnessAudit.program_id == program.id, FairnessAudit.accepted_at.is_not(None))
        .order_by(FairnessAudit.id.desc())
    )
    return [table for row in rows for table in tables.read(row)]


def _before(table: Table, known: Sequence[Table]) -> float:
    ratio = table.ratio
    assert ratio is not None
    for each in known:
        if (each.field, each.measure) != (table.field, table.measure):
            continue
        worst, best = each.cell(ratio.worst), each.cell(ratio.best)
        if worst is None or best is None:
            continue
        if each.ratio and (each.ratio.worst, each.ratio.best) == (ratio.worst, ratio.best):
            return max(1.0, each.ratio.value)
        high, low = (worst, best) if BY_KEY[table.measure].more_is_worse else (best, worst)
        return max(1.0, high.value / low.value) if low.value else max(1.0, ratio.value)
    return 1.0
