"""The audit log as an owner reads it: filtered, newest first, a page at a time or all as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select

from app.domain.cells import harmless
from app.domain.clerk import session
from app.models import AuditEntry, Member, Workspace

PAGE = 50
AT_ONCE = 500  # rows of the file
COLUMNS = ("seq", "at", "actor", "action", "subject_kind", "subject_id", "details", "hash")


@dataclass(frozen=True, slots=True)
class Filters:
    """An empty value filters nothing. `about`: the first part of actions, such as `member`;
    `actor` as it is in the log; days are UTC, both of them included."""

    about: str = ""
    actor: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[AuditEntry]
    next: int | None


def page(workspace_id: str, filters: Filters, before: int | None = None) -> Page:
    """The newest rows before the one numbered `before`."""
    query = _wanted(workspace_id, filters).order_by(AuditEntry.seq.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(AuditEntry.seq < before)
    rows = session().scalars(query).all()
    return Page(rows[:PAGE], rows[PAGE - 1].seq if len(rows) > PAGE else None)


def as_csv(workspace_id: str, filters: Filters) -> Iterator[str]:
    """The header, then all rows, the oldest first, in pieces. Times are ISO 8601, details JSON.

    Rolls back before each piece: a reader who pauses holds no transaction open, in which what is
    erased meanwhile would still lie.
    """
    query = _wanted(workspace_id, filters).order_by(AuditEntry.seq).limit(AT_ONCE)
    piece, last = _line(COLUMNS), 0
    while piece:
        session().rollback()
        yield piece
        rows = session().scalars(query.where(AuditEntry.seq > last)).all()
        piece = "".join(map(_row, rows))
        last = rows[-1].seq if rows else last


def actors(workspace_id: str) -> list[str]:
    """Everyone who is named in the log."""
    query = select(AuditEntry.actor).where(_seen_by(workspace_id)).distinct()
    return sorted(session().scalars(query))


def subjects(workspace_id: str) -> list[str]:
    """What actions are about: `channel`, `consent`, `export`…"""
    query = select(AuditEntry.action).where(_seen_by(workspace_id)).distinct()
    return sorted({action.partition(".")[0] for action in session().scalars(query)})


def names(workspace_id: str) -> dict[str, str]:
    """What the members of today are called, by actor."""
    rows = session().scalars(select(Member).where(Member.workspace_id == workspace_id))
    return {f"member:{each.id}": each.display_name for each in rows}


def _wanted(workspace_id: str, filters: Filters) -> Select[AuditEntry]:
    query = select(AuditEntry).where(_seen_by(workspace_id))
    if filters.about:
        query = query.where(AuditEntry.action.startswith(f"{filters.about}.", autoescape=True))
    if filters.actor:
        query = query.where(AuditEntry.actor == filters.actor)
    if filters.since:
        query = query.where(AuditEntry.at >= _midnight(filters.since))
    if filters.until:
        query = query.where(AuditEntry.at < _midnight(filters.until + timedelta(days=1)))
    return query


def _seen_by(workspace_id: str) -> ColumnElement[bool]:
    """What is of no workspace, such as a wrong address at the door, only where there is but one."""
    own = AuditEntry.workspace_id == workspace_id
    alone = session().scalar(select(func.count()).select_from(Workspace)) == 1
    return or_(own, AuditEntry.workspace_id == "") if alone else own


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _row(row: AuditEntry) -> str:
    details = json.dumps(row.details, sort_keys=True)
    about = (row.subject_kind, row.subject_id, details, row.hash)
    return _line((row.seq, row.at.isoformat(), row.actor, row.action, *about))


def _line(cells: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return out.getvalue()
