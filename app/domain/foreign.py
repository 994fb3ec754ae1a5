"""Whose a row is, by its id alone: for the audit log, when somebody asks for another's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import String
from sqlalchemy.orm import Mapper

from app.extensions import db
from app.models import Base, Workspace
from app.models.base import ALPHABET

_AN_ID = re.compile(rf"(?<![{ALPHABET}])[{ALPHABET}]{{26}}(?![{ALPHABET}])")
FARTHEST = 6  # tables between a label and its workspace: segment, transcript, answer, submission


@dataclass(frozen=True, slots=True)
class Owned:
    """A row's kind (`highlight`, `follow_up`) and id, and its workspace."""

    kind: str
    id: str
    workspace_id: str


def ids_in(text: str) -> list[str]:
    """What in a text has the shape of a row's id."""
    return _AN_ID.findall(text)


def of_another(row_id: str, workspace_id: str) -> Owned | None:
    """The row with this id if it is another workspace's; None if it is ours or nobody's."""
    for model in _tables():
        row = db.session.get(model, row_id)
        if row is not None:
            owner = _workspace_of(row, FARTHEST)
            if owner in (None, workspace_id):
                return None
            return Owned(_kind(model), row_id, str(owner))
    return None


def _tables() -> Iterator[type[Base]]:
    """Every model whose rows are named by an id of their own."""
    for mapper in Base.registry.mappers:
        key = mapper.primary_key
        if len(key) == 1 and isinstance(key[0].type, String):
            yield mapper.class_


def _workspace_of(row: Base, steps: int) -> str | None:
    """The workspace that the row names, or that a row which it belongs to names."""
    if isinstance(row, Workspace):
        return row.id
    if named := getattr(row, "workspace_id", None):
        return str(named)
    for model, parent_id in _parents(row):
        parent = db.session.get(model, parent_id) if steps else None
        if parent is not None and (found := _workspace_of(parent, steps - 1)):
            return found
    return None


def _parents(row: Base) -> Iterator[tuple[type[Base], str]]:
    mapper: Mapper[Base] = type(row).__mapper__
    by_table = {each.local_table: each.class_ for each in Base.registry.mappers}
    for column in mapper.columns:
        for key in column.foreign_keys:
            value = getattr(row, mapper.get_property_by_column(column).key)
            if value is not None and key.column.table in by_table:
                yield by_table[key.column.table], value


def _kind(model: type[Base]) -> str:
    """`FollowUp` → `follow_up`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", model.__name__).lower()
