"""How often people agree with the machine, by label, engine and version.

Only passages that somebody decided about count: corrected, or looked at and left. People look where
they expect a mistake, so this says how the machine does there, and not over all passages; those
figures are in docs/accuracy.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Subquery, Text, case, cast, func, literal_column, or_, select
from sqlalchemy.orm import joinedload

from app.domain.corrections import in_sql, keeping, kinds
from app.domain.intervals import wilson
from app.extensions import db
from app.models import Correction, FollowedCorrection, Program, Segment

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
    the newest version first. The database counts; what is listed is all that is read."""
    rows = db.session.execute(_listed(program)).all()
    known = _decisions([row.id for row in rows])
    found: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for row in rows:
        found[row.kind, row.engine, row.version].append(row)
    return [
        _rate(*each, found[each][0], [known[row.id] for row in found[each] if row.id in known])
        for each in sorted(found, key=lambda each: kinds.KINDS.index(each[0]))
    ]


def agreed(correction: Correction) -> bool | None:
    """Whether it is what the machine said then; None where it had said nothing of these words."""
    if correction.engine == kinds.UNHEARD:
        return None
    said = in_sql.agreed(Correction.machine, FollowedCorrection.machine)
    return bool(db.session.scalar(select(said).where(Correction.id == correction.id)))


def _rate(kind: str, engine: str, version: str, figures: Any, shown: Sequence[Correction]) -> Rate:
    low, high = wilson(figures.agreed / figures.n, figures.n)
    return Rate(
        kind=kind,
        engine=engine,
        version=version,
        n=figures.n,
        agreed=figures.agreed,
        looked=figures.looked,
        low=low,
        high=high,
        decisions=tuple(shown),
    )


def _listed(program: Program) -> Select[Any]:
    """The SHOWN decisions of each kind, engine and version, each with the figures of all of them;
    the group that was decided about last comes first, of two the one that was begun with first."""
    heard = _heard(program)
    group = (heard.c.kind, heard.c.engine, heard.c.version)
    order = (heard.c.agrees, heard.c.id.desc())
    begun = heard.c.id.concat(cast(heard.c.later, Text))
    every = select(
        *(heard.c.id, *group),
        func.row_number().over(partition_by=group, order_by=order).label("place"),
        func.count().over(partition_by=group).label("n"),
        func.sum(heard.c.agrees).over(partition_by=group).label("agreed"),
        func.sum(heard.c.looked).over(partition_by=group).label("looked"),
        func.max(heard.c.id).over(partition_by=group).label("newest"),
        func.min(begun).over(partition_by=group).label("begun"),
    ).subquery()
    return (
        select(every)
        .where(every.c.place <= SHOWN)
        .order_by(every.c.newest.desc(), every.c.begun, every.c.place)
    )


def _heard(program: Program) -> Subquery:
    """What the machine said, by decision that stands: that which the person saw, and a `later`
    version's word or silence, which is measured by the same decision as long as the words are those
    that the person read. Also by one whose passage is gone or lies beneath another decision: it was
    about what the machine said then. `agrees`, `looked`: 1 or 0."""
    stands = (Correction.program_id == program.id, Correction.state == "stands")
    looked = case((Correction.reason == kinds.RIGHT, 1), else_=0).label("looked")

    def said(engine: Any, version: Any, machine: Any, was: Any, later: int) -> Select[Any]:
        agrees = case((in_sql.agreed(machine, was), 1), else_=0).label("agrees")
        return select(
            *(Correction.id, Correction.kind, engine.label("engine"), version.label("version")),
            *(agrees, looked, literal_column(str(later)).label("later")),
        ).where(*stands)

    now, was = Correction, FollowedCorrection
    then = said(now.engine, now.version, now.machine, was.machine, 0)
    then = then.where(Correction.engine != kinds.UNHEARD)
    since = said(now.newer_engine, now.newer_version, now.newer, was.newer, 1)
    since = since.join(Segment, Segment.id == Correction.segment_id).where(
        in_sql.is_list(Correction.newer),
        Correction.newer_engine != kinds.UNHEARD,
        or_(
            Correction.newer_engine != Correction.engine,
            Correction.newer_version != Correction.version,
        ),
        Segment.understood,  # else it was said of the words before an edit
        in_sql.unchanged(),
    )
    return then.union_all(since).subquery()


def _decisions(ids: Sequence[str]) -> dict[str, Correction]:
    found: dict[str, Correction] = {}
    for at in range(0, len(ids), keeping.MANY):
        some = select(Correction).where(Correction.id.in_(ids[at : at + keeping.MANY]))
        rows = db.session.scalars(some.options(joinedload(Correction.member)))
        found |= {row.id: row for row in rows}
    return found
