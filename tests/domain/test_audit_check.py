"""The audit log shows tampering: edited, reordered, cut and lengthened copies, each is found."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

from app import runtime
from app.domain import audit, audit_check, audit_heads
from app.extensions import db
from app.models import AuditEntry, AuditHead
from storage import keys
from tests import services
from tests.conftest import ROOT

ROWS = 12
COLUMNS = [column.name for column in AuditEntry.__table__.columns]


@pytest.fixture
def logged(app: Flask) -> int:
    """A log of a dozen rows in some transactions, its heads kept."""
    for number in range(ROWS):
        audit.record("w1", "theme.changed", subject=("theme", f"t{number}"), details={"n": number})
        if number % 3 == 2:
            db.session.commit()
    audit_check._stored.clear()
    audit_check.keep_heads()
    assert audit_check.verify() == audit_check.Verdict(ROWS, 2, [])
    return ROWS


def everything() -> list[dict[str, object]]:
    table = AuditEntry.__table__
    return [dict(row._mapping) for row in db.session.execute(select(table).order_by(table.c.seq))]


def write(rows: list[dict[str, object]]) -> None:
    db.session.execute(delete(AuditEntry))
    if rows:
        db.session.execute(insert(AuditEntry.__table__), rows)
    db.session.commit()


def set_head(rows: list[dict[str, object]]) -> None:
    count, last = (rows[-1]["seq"], rows[-1]["hash"]) if rows else (0, audit.BEGINNING)
    db.session.execute(update(AuditHead).values(count=count, hash=last))
    db.session.commit()


def chained(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """The rows sealed anew, as somebody does who knows how: numbers, hashes and all."""
    previous = audit.BEGINNING
    for number, row in enumerate(rows, start=1):
        row["seq"], row["previous"] = number, previous
        row["hash"] = previous = audit.sealed(AuditEntry(**row))
    return rows


EDITS = {
    "workspace_id": "w2",
    "actor": "member:other",
    "action": "theme.added",
    "subject_kind": "prompt",
    "subject_id": "t99",
    "details": {"n": 99},
    "previous": "f" * 64,
    "hash": "e" * 64,
}


def altered(
    true: list[dict[str, object]], kind: str, dice: random.Random
) -> list[dict[str, object]]:
    rows, at = [dict(row) for row in true], dice.randrange(len(true))
    if kind == "edit":
        column = dice.choice(list(EDITS))
        rows[at][column] = EDITS[column]
    elif kind == "reorder":
        other = (at + dice.randrange(1, len(rows))) % len(rows)
        rows[at]["seq"], rows[other]["seq"] = rows[other]["seq"], rows[at]["seq"]
        rows.sort(key=lambda row: row["seq"])
    elif kind == "take out":
        del rows[at]
    elif kind == "cut":
        del rows[at:]
    else:
        rows = chained([*rows[:at], rows[at] | {"action": "theme.invented"}, *rows[at:]])
    return rows


def test_a_hundred_altered_copies_are_all_found(logged: int) -> None:
    """Every second one by somebody who also writes the chain and the database's head anew."""
    true, dice, missed = everything(), random.Random(20260), []
    for number in range(100):
        kind = ("edit", "reorder", "take out", "cut", "put between")[number % 5]
        rows = altered(true, kind, dice)
        if number % 2:  # an edit of nothing but a hash would be undone by this
            rows = chained([row | {"actor": "member:m9"} for row in rows])
        write(rows)
        if number % 2:
            set_head(rows)
        if not audit_check.verify().problems:
            missed.append((number, kind))
        set_head(true)
    assert missed == []
    write(true)
    assert audit_check.verify().problems == []


def test_a_log_that_was_cut_stays_found_when_it_grows_again(logged: int) -> None:
    """The heads outside are not replaced by later ones of another log."""
    rows = everything()[:5]
    write(rows)
    set_head(rows)
    for _ in range(20):
        audit.record("w1", "theme.changed")
        db.session.commit()
        audit_check._stored.clear()
        audit_check.keep_heads()
    assert len(audit_check.verify().problems) == 2, "both heads outside say so"


def test_a_log_of_which_nothing_is_left_is_found(logged: int) -> None:
    db.session.execute(delete(AuditEntry))
    db.session.execute(delete(AuditHead))
    db.session.commit()
    assert audit_check.verify().problems
    audit.record("w1", "theme.changed")
    db.session.commit()
    assert audit_check.verify().problems


def test_a_crash_between_commit_and_head_is_no_alarm(
    logged: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(audit_heads, "_write", lambda *_: (_ for _ in ()).throw(OSError(28, "Full")))
        audit.record("w1", "theme.changed")
        db.session.commit()
    assert audit_heads.kept() == audit_heads.Head(ROWS, everything()[ROWS - 1]["hash"])
    assert audit_check.verify().problems == []
    audit_check.keep_heads()
    assert audit_heads.kept() == audit_heads.Head(ROWS + 1, everything()[-1]["hash"])


@pytest.mark.parametrize("said", ["", "12", "nonsense", "-1 " + "0" * 64])
def test_a_head_that_cant_be_read_is_found(logged: int, said: str) -> None:
    audit_heads.file().write_text(said)
    assert audit_check.verify().problems


def test_a_log_without_any_head_outside_is_not_trusted(logged: int) -> None:
    audit_heads.file().unlink()
    assert audit_check.verify().problems == [], "the object in storage still knows"
    for key in list(runtime.storage().list(keys.AUDIT_HEADS)):
        runtime.storage().delete(key)
    assert audit_check.verify().problems == [audit_check.NO_HEAD]


def test_an_older_log_that_was_restored_can_be_accepted_and_says_so(logged: int) -> None:
    rows = everything()[:5]
    write(rows)
    set_head(rows)
    assert audit_check.verify().problems
    audit_check.accept("restored")
    assert audit_check.verify() == audit_check.Verdict(6, 2, [])
    said = everything()[-1]
    assert said["action"] == "audit.accepted"
    assert said["details"] == {"why": "restored", "rows_before": ROWS}


def test_few_objects_are_kept_in_storage(logged: int) -> None:
    for _ in range(6):
        audit.record("w1", "theme.changed")
        db.session.commit()
        audit_check._stored.clear()
        audit_check.keep_heads()
    assert len(list(runtime.storage().list(keys.AUDIT_HEADS))) == audit_heads.KEPT_OBJECTS
    assert audit_check.verify().problems == []


def test_many_at_once_make_one_chain(app: Flask) -> None:
    """Each in a transaction of its own, some of them rolled back."""
    together, failed = threading.Barrier(6), list[BaseException]()

    def work(number: int) -> None:
        try:
            with app.app_context():
                together.wait()
                for each in range(8):
                    audit.record("w1", "theme.changed", details={"by": number, "n": each})
                    db.session.rollback() if each % 4 == 3 else db.session.commit()
        except BaseException as error:  # noqa: BLE001 (told below, in the test's own thread)
            failed.append(error)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    audit_check._stored.clear()
    audit_check.keep_heads()
    assert audit_check.verify() == audit_check.Verdict(36, 2, [])
    assert audit_heads.kept() is not None and audit_heads.kept().count == 36  # type: ignore[union-attr]


WRITER = """
from app import create_app
from app.domain import audit
from app.extensions import db
with create_app().app_context():
    print("ready", flush=True)
    while True:
        audit.record("w1", "theme.changed")
        db.session.commit()
"""


@pytest.mark.slow
def test_writers_that_are_killed_leave_no_false_alarm(app: Flask) -> None:
    settings = runtime.settings()
    env = {
        **os.environ,
        "HEARD_DATA": str(settings.data),
        "DATABASE_URL": settings.database_url,
        "STORAGE_URL": settings.storage_url,
        "HEARD_TESTING": "yes",
    }
    for turn in range(1):
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER], cwd=ROOT, env=env, stdout=subprocess.PIPE
            )
            for _ in range(2)
        ]
        for writer in writers:
            assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
        before = audit_check.verify().rows
        services.eventually(
            lambda more=before + 10 + turn: audit_check.verify().rows > more,
            30,
            "both have written",
        )
        for writer in writers:
            writer.kill()
            writer.wait()
            assert writer.stdout is not None
            writer.stdout.close()
        verdict = audit_check.verify()
        assert verdict.problems == [], verdict
        head = audit_heads.kept()
        assert head is not None and verdict.rows - 4 <= head.count <= verdict.rows
