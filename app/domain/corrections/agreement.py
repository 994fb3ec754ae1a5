"""How often people agree with the machine, by label, engine and version.

Only passages that somebody decided about count: corrected, or looked at and left. People look where
they expect a mistake, so this says how the machine does there, and not over all passages; those
figures are in docs/accuracy.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, load_only

from app.domain.corrections import keeping, kinds
from app.domain.intervals import wilson
from app.extensions import db
from app.models import Correction, Program, Segment

FEW = 30  # decisions; with fewer, the interval is wider than a third of the scale
SHOWN = 20  # decisions that are listed with a figure


@dataclass(frozen=True, slots=True)
class Rate:
    """`agreed` of `n` decisions are the machine's own value; `low`..`high`: 95 % interval of the
    share, 0..1. `decisions`: the newest, those that disagree first."""

    kind: str
    engine: str
    version: str
    n: int
    agreed: int
    looked: int
    low: float
    high: float
    decisions: tuple[Correction, ...]

    @property
    def few(self) -> bool:
        return self.n < FEW

    @property
    def share(self) -> float:
        return self.agreed / self.n


def of(program: Program) -> list[Rate]:
    """One for each kind, engine and version that people decided about, in the order of the kinds,
    the newest version first."""
    found: dict[tuple[str, str, str], list[tuple[Correction, bool]]] = defaultdict(list)
    rows = _standing(program)
    known = _segments([row.segment_id for row in rows if row.newer is not None])
    for row in rows:
        for engine, version, machine in _heard(row, known):
            agrees = kinds.named(kinds.read(machine)) == tuple(sorted(row.value))
            found[row.kind, engine, version].append((row, agrees))
    order = sorted(
        found, key=lambda each: (-kinds.KINDS.index(each[0]), found[each][-1][0].id), reverse=True
    )
    return [_rate(*each, found[each]) for each in order]


def _rate(kind: str, engine: str, version: str, rows: Sequence[tuple[Correction, bool]]) -> Rate:
    agreed = sum(agrees for _, agrees in rows)
    low, high = wilson(agreed / len(rows), len(rows))
    newest = rows[::-1]
    shown = sorted(newest, key=lambda row: row[1])[:SHOWN]
    return Rate(
        kind=kind,
        engine=engine,
        version=version,
        n=len(rows),
        agreed=agreed,
        looked=sum(row.reason == kinds.RIGHT for row, _ in rows),
        low=low,
        high=high,
        decisions=tuple(row for row, _ in shown),
    )


def _standing(program: Program) -> Sequence[Correction]:
    """Decisions that stand, the oldest first."""
    return db.session.scalars(
        select(Correction)
        .where(Correction.program_id == program.id, Correction.state == "stands")
        .order_by(Correction.id)
        .options(joinedload(Correction.member))
    ).all()


def _segments(ids: Sequence[int | None]) -> dict[int, Segment]:
    """These passages' words, by id."""
    wanted = sorted({each for each in ids if each is not None})
    found: dict[int, Segment] = {}
    for at in range(0, len(wanted), keeping.MANY):
        some = select(Segment).where(Segment.id.in_(wanted[at : at + keeping.MANY]))
        rows = db.session.scalars(some.options(load_only(Segment.text)))
        found |= {segment.id: segment for segment in rows}
    return found


def _heard(row: Correction, known: Mapping[int, Segment]) -> list[tuple[str, str, list[Any]]]:
    """(engine, version, what it said): that which the person saw, and a later one, which is
    measured by the same decision as long as the words are those that the person read."""
    found = [(row.engine, row.version, row.machine)]
    later = (row.newer_engine, row.newer_version)
    if row.newer is None or later == (row.engine, row.version):
        return found
    segment = known.get(row.segment_id or 0)
    if segment is not None and not keeping.words_changed(row, segment):
        found.append((*later, row.newer))
    return found
