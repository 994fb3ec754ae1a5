"""Makes an audit: gathers, hides, measures, compares with what an owner accepted, keeps figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select, update

from app import runtime
from app.domain import audit
from app.domain.clerk import rows_written
from app.domain.errors import Conflict
from app.domain.fairness import gaps, gathering, hiding, notes, stops, tables
from app.domain.fairness.gathered import Gathered
from app.domain.fairness.hiding import Earlier, Settled
from app.domain.fairness.measures import BIT, BY_FILE, BY_KEY, MEASURES, limit_of
from app.domain.fairness.references import References
from app.domain.fairness.tables import Table
from app.extensions import db
from app.models import FairnessAudit, FairnessCounted, FairnessWatch, Program, now

OVERTAKEN = "Another audit of this program ended just now. Look at its figures."


@dataclass(slots=True)
class Drawn:
    """Figures that are not kept yet. `settled`: whom each measure counted."""

    found: Gathered
    tables: list[Table] = field(default_factory=list)
    settled: dict[str, Settled] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        return "fine" if any(each.ratio for each in self.tables) else "thin"


def newest(program: Program) -> FairnessAudit | None:
    return db.session.scalar(
        select(FairnessAudit)
        .where(FairnessAudit.program_id == program.id)
        .order_by(FairnessAudit.id.desc())
        .limit(1)
    )


def watch_of(program: Program) -> FairnessWatch:
    """The program's row of when and what, made where there is none. Flushes."""
    watch = db.session.scalar(select(FairnessWatch).where(FairnessWatch.program_id == program.id))
    if watch is None:
        watch = FairnessWatch(program_id=program.id, shown={})
        db.session.add(watch)
        db.session.flush()
    return watch


def make(program: Program, made_by: str) -> FairnessAudit:
    """Audits the program now, keeps the figures, and has automatic highlighting rest where a gap
    is beyond its limit. Commits what was before; the caller commits the audit.

    Raises:
        Conflict: another audit of this program ended meanwhile.
    """
    watch = watch_of(program)
    db.session.commit()  # measuring takes seconds, in which others must be able to write
    edition, before = watch.edition, newest(program)
    drawn = draw(program, earlier(program, watch), tables.read(before.tables) if before else ())
    taken = rows_written(
        update(FairnessWatch)
        .where(FairnessWatch.id == watch.id, FairnessWatch.edition == edition)
        .values(edition=edition + 1)
    )
    if not taken:
        raise Conflict(OVERTAKEN)
    db.session.refresh(watch)
    beyond = gaps.beyond(program, drawn.tables)
    row = FairnessAudit(
        workspace_id=program.workspace_id,
        program_id=program.id,
        made_by=made_by,
        minimum=runtime.settings().fairness_minimum,
        engines=drawn.found.engines[:8],
        tables=[each.as_row() for each in drawn.tables],
        notes=drawn.notes,
        verdict="gap" if any(gaps.wide(drawn.tables)) else drawn.verdict,
    )
    db.session.add(row)
    db.session.flush()
    _remember(program, watch, drawn.settled)
    audit.record(
        program.workspace_id,
        "fairness.audited",
        subject=("program", program.id),
        details={"audit": row.id, "gaps": len(beyond)},
    )
    if beyond:
        stops.stop(program, row, beyond)
    return row


def look(program: Program, references: References) -> Drawn:
    """What an operator's file of what was said can tell, and no more: new figures of another
    measure, beside its kept ones, would show whom those leave waiting. Nothing is kept or rests."""
    return draw(program, {}, (), references)


def draw(
    program: Program,
    before: Mapping[str, Earlier],
    older: Sequence[Table],
    references: References | None = None,
) -> Drawn:
    """The program's figures as they may be shown now. Writes nothing."""
    found, settings = gathering.gather(program, references), runtime.settings()
    drawn, minimum, moment = Drawn(found), settings.fairness_minimum, now()
    fresh = []
    for measure in MEASURES:
        if references is not None and measure.key not in BY_FILE:
            continue
        facts = found.facts.get(measure.key, {})
        who = {voice: found.who[voice] for voice in facts if voice in found.who}
        settled = hiding.settle(found.groups, who, before.get(measure.key, Earlier()), minimum)
        if settled.stands:
            drawn.tables += [
                each.without(settled.shown.get(each.field, frozenset()))
                for each in older
                if each.measure == measure.key
            ]
            continue
        drawn.settled[measure.key] = settled
        fresh += [
            tables.measure_groups(each, measure, facts, found.groups[each.key], found.who, settled)
            for each in found.fields
            if settled.members
        ]
    pairs, limits = sum(each.pairs for each in fresh), dict(settings.fairness_limits)
    drawn.tables += [each.table(pairs, limit_of(each.measure, limits), moment) for each in fresh]
    order = list(BY_KEY)
    drawn.tables.sort(key=lambda table: order.index(table.measure))
    drawn.notes = notes.about(found, drawn.tables, minimum)
    return drawn


def earlier(program: Program, watch: FairnessWatch) -> dict[str, Earlier]:
    """By measure, what the last audit that renewed it counted."""
    rows = db.session.execute(
        select(FairnessCounted.submission_id, FairnessCounted.measures).where(
            FairnessCounted.program_id == program.id
        )
    ).all()
    return {
        key: Earlier(
            frozenset(voice for voice, bits in rows if bits & BIT[key]),
            kept["sizes"],
            kept["hidden"],
        )
        for key, kept in watch.shown.items()
        if key in BIT
    }


def _remember(program: Program, watch: FairnessWatch, settled: Mapping[str, Settled]) -> None:
    """Whom each renewed measure counted, for the next audit to compare with."""
    bits = {
        row.submission_id: row.measures & ~sum(BIT[key] for key in settled)
        for row in db.session.scalars(
            select(FairnessCounted).where(FairnessCounted.program_id == program.id)
        )
    }
    shown: dict[str, Any] = dict(watch.shown)
    for key, each in settled.items():
        shown[key] = {"sizes": each.sizes, "hidden": each.hidden()}
        for voice in each.members:
            bits[voice] = bits.get(voice, 0) | BIT[key]
    watch.shown = shown
    mine = FairnessCounted.program_id == program.id
    db.session.execute(
        delete(FairnessCounted).where(mine).execution_options(synchronize_session=False)
    )
    rows = [
        {"submission_id": voice, "program_id": program.id, "measures": each}
        for voice, each in bits.items()
        if each
    ]
    if rows:
        db.session.execute(insert(FairnessCounted), rows)
