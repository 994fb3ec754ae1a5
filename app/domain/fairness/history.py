"""Kept audits in order, what became of each gap since, and all figures as a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

from sqlalchemy import select

from app.domain.cells import harmless
from app.domain.fairness import tables
from app.domain.fairness.hiding import UNTOLD
from app.domain.fairness.tables import Table
from app.extensions import db
from app.models import FairnessAudit, Program

MOST = 60  # audits on the page: more than a year of weeks
NOTICEABLE = log(1.1)  # a ratio that moved less than a tenth is the same to a reader
UNSAID = "did not say"
VERDICTS = {
    "fine": "no gap beyond its limit",
    "gap": "a gap beyond its limit",
    "thin": "nothing to compare yet",
}
COLUMNS = (
    "audit", "made_at", "made_by", "minimum", "engines", "verdict", "accepted_at",
    "field", "measure", "group", "shown", "n", "value", "low", "high", "share_of_size",
    "worst", "best", "worst_to_best", "ratio_low", "ratio_high", "trend", "as_of",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """An audit with what is telling in it. `widest`: the gap that is surest to be one, if any."""

    row: FairnessAudit
    verdict: str
    widest: Table | None
    trend: str


def audits_of(program: Program, most: int = MOST) -> Sequence[FairnessAudit]:
    """The newest first."""
    return db.session.scalars(
        select(FairnessAudit)
        .where(FairnessAudit.program_id == program.id)
        .order_by(FairnessAudit.id.desc())
        .limit(most)
    ).all()


def trend(table: Table, before: Sequence[Table]) -> str:
    """new, wider, narrower, about the same, or within chance: what became of worst ÷ best."""
    older = next((b for b in before if (b.field, b.measure) == (table.field, table.measure)), None)
    if table.ratio is None:
        return ""
    if older is None or older.ratio is None:
        return "new"
    if table.as_of == older.as_of:
        return "not measured anew"
    moved = log(table.ratio.value / older.ratio.value)
    if abs(moved) < NOTICEABLE:
        return "about the same"
    if older.ratio.low <= table.ratio.value <= older.ratio.high:
        return "within chance"
    return "wider" if moved > 0 else "narrower"


def lines(rows: Sequence[FairnessAudit]) -> list[Line]:
    """Each with its trend since the one before it. `rows`: the newest first."""
    found = []
    for at, row in enumerate(rows):
        now = tables.read(row.tables)
        before = tables.read(rows[at + 1].tables) if at + 1 < len(rows) else []
        compared = [each for each in now if each.ratio is not None]
        widest = max(compared, key=lambda each: each.ratio.low if each.ratio else 0, default=None)
        moved = trend(widest, before) if widest else ""
        found.append(Line(row, VERDICTS[row.verdict], widest, moved))
    return found


def as_csv(rows: Sequence[FairnessAudit]) -> Iterator[str]:
    """All figures of these audits: a hidden group's row has no number."""
    yield _line(COLUMNS)
    for at, row in enumerate(rows):
        before = tables.read(rows[at + 1].tables) if at + 1 < len(rows) else []
        for table in tables.read(row.tables):
            for cell in table.cells:
                yield _line(_values(row, table, cell, trend(table, before)))


def _values(row: FairnessAudit, table: Table, cell: tables.Cell, moved: str) -> list[object]:
    ratio, shown = table.ratio, cell.shown
    size = cell.of_size if cell.of_size else ""
    figures: list[object] = [cell.n, cell.value, cell.low, cell.high] if shown else [""] * 4
    gap: list[object] = [""] * 5
    if ratio is not None:
        sizes = (round(each, 4) for each in (ratio.value, ratio.low, ratio.high))
        gap = [ratio.worst, ratio.best, *sizes]
    return [
        row.id, row.created_at.isoformat(), row.made_by, row.minimum,
        "; ".join(row.engines), row.verdict,
        row.accepted_at.isoformat() if row.accepted_at else "",
        table.label, table.measure, UNSAID if cell.group == UNTOLD else cell.group,
        "yes" if shown else "too few", *figures, size, *gap, moved, table.as_of,
    ]  # fmt: skip


def _line(values: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([harmless(each) for each in values])
    return out.getvalue()
