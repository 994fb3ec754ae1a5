"""What is noted in the audit log, and when."""

from __future__ import annotations

import itertools

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain import audit, audit_heads
from app.extensions import db
from app.models import AuditEntry, Workspace


def rows() -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))


def test_a_note_becomes_a_row_with_the_callers_transaction(workspace: Workspace) -> None:
    audit.record(workspace.id, "theme.added", subject=("theme", "t1"), details={"rows": 3})
    workspace.name = "Changed"
    assert rows() == []
    db.session.commit()
    (row,) = rows()
    assert (row.seq, row.action, row.actor) == (1, "theme.added", "system")
    assert (row.subject_kind, row.subject_id, row.details) == ("theme", "t1", {"rows": 3})
    assert row.previous == audit.BEGINNING and row.hash == audit.sealed(row)


def test_what_is_rolled_back_was_never_noted(workspace: Workspace) -> None:
    db.session.commit()
    audit.record(workspace.id, "theme.added")
    db.session.rollback()
    db.session.commit()
    assert rows() == []


def test_also_where_nothing_else_was_asked_of_the_database(app: Flask) -> None:
    audit.record("w1", "theme.added")
    db.session.rollback()
    audit.record("w1", "theme.changed")
    db.session.commit()
    assert [row.action for row in rows()] == ["theme.changed"]


def test_each_row_is_sealed_to_the_one_before(workspace: Workspace) -> None:
    for number in range(3):
        audit.record(workspace.id, "theme.added", details={"number": number})
        audit.record(workspace.id, "theme.changed", details={"number": number})
        db.session.commit()
    found = rows()
    assert [row.seq for row in found] == [1, 2, 3, 4, 5, 6]
    for before, row in itertools.pairwise(found):
        assert row.previous == before.hash
    assert audit_heads.kept() == audit_heads.Head(6, found[-1].hash)


def test_whoever_acts_is_written_down(workspace: Workspace) -> None:
    with audit.acting("clock"):
        audit.record(workspace.id, "link.ended")
    audit.record(workspace.id, "link.ended", actor="customer")
    db.session.commit()
    assert [row.actor for row in rows()] == ["clock", "customer"]


@pytest.mark.parametrize("said", ["It was awful.", "ann@example.com", "x" * 65, "Zoë"])
def test_nothing_that_could_be_content_is_taken(app: Flask, said: str) -> None:
    with pytest.raises(ValueError, match="ids and counts only"):
        audit.record("w", "theme.added", details={"name": said})
    with pytest.raises(ValueError, match="ids and counts only"):
        audit.record("w", "theme.added", subject=("theme", said))
