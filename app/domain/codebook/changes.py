"""Versions of a codebook: planned, looked at, carried out in the background, undone.

kind: add, edit (words of a theme), merge, split, file (a CSV), learn (passages of a
proposal), taught (by corrections), again (all themes heard anew).
A plan says what would be written; the text worker counts what that moves (`retagging`); applying
writes the themes at once and moves the mentions step by step. See docs/adr/018.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import func, select, update

from app.domain import audit, pipeline, runs
from app.domain.clerk import rows_written
from app.domain.codebook import entries, followers, holding, renewed, versions
from app.domain.codebook.entries import Entry
from app.domain.errors import Conflict
from app.extensions import db
from app.models import (
    CodebookChange,
    Member,
    Program,
    Run,
    now,
)

ADD, EDIT, MERGE, SPLIT = "add", "edit", "merge", "split"
FILE, LEARN, TAUGHT, AGAIN = "file", "learn", "taught", "again"
ACTIONS = {
    ADD: "theme.added",
    EDIT: "theme.changed",
    MERGE: "theme.merged",
    SPLIT: "theme.split",
    FILE: "codebook.read",
    LEARN: "theme.taught",
    TAUGHT: "codebook.taught",
    AGAIN: "codebook.heard_again",
}
NOTHING = {"looked": 0, "changed": 0, "themes": {}}


def plan(
    program: Program,
    kind: str,
    wanted: Iterable[Entry],
    member: Member | None,
    *,
    scope: Sequence[str] = (),
    moves: Mapping[str, str] | None = None,
    look: bool = True,
) -> CodebookChange:
    """Writes down what is to be changed and has it looked at; nothing else changes yet.

    `scope`: ids of themes whose passages are looked for anew. `moves`: whose mentions become whose.
    Without `look` it is for those who apply it at once. The member's earlier plans for this program
    go. The caller commits.

    Raises:
        Invalid: there would be more themes than a codebook may have.
        Conflict: another change is being carried out, so that what is seen now would not hold.
    """
    rows = list(wanted)
    holding.book(program.id)
    if versions.under_way(program) is not None:
        raise Conflict(holding.BUSY)
    then = {**entries.every(program.id), **{each.id: each for each in rows}}
    entries.refuse_crowd(then.values())
    _forget_plans(program, member)
    change = CodebookChange(
        program_id=program.id,
        kind=kind,
        edition=program.codebook_edition,
        member_id=member.id if member else None,
        wanted=[each.as_json() for each in rows],
        before=[each.as_json() for each in entries.before(program.id, [e.id for e in rows])],
        scope=list(scope),
        moves=dict(moves or {}),
    )
    db.session.add(change)
    db.session.flush()
    if not look:
        return change
    _noted(change, "codebook.planned")
    if versions.has_passages(program.id) and (change.scope or change.moves):
        runs.start(Run(change_id=change.id), pipeline.PREVIEW)
    else:
        change.preview = dict(NOTHING)
    return change


def apply(change: CodebookChange) -> None:
    """Writes the themes and sets the re-tagging going. The caller commits.

    Raises:
        Conflict: it was applied already, the codebook was changed since it was planned, or another
            change is still being carried out.
        Invalid: the themes would not hang together any more.
    """
    holding.one(change)
    if change.state != "planned":
        raise Conflict("This was applied already.")
    holding.take(change.program_id, change.edition)
    change.before = [
        each.as_json()
        for each in entries.before(change.program_id, [row["id"] for row in change.wanted])
    ]
    entries.put(change.program, [entries.from_json(row) for row in change.wanted])
    change.number = 1 + (db.session.scalar(_newest(change.program_id)) or 0)
    change.applied_at, change.reached = now(), 0
    followers.follow(change)
    _noted(change, ACTIONS[change.kind])
    _carry_out(change, "applying", "applied")


def undo(change: CodebookChange) -> None:
    """Takes back what it made of the themes, and then, in the background, of the mentions. What
    people wrote or decided since stays. The caller commits.

    Raises:
        Conflict: it isn't the newest change that stands, or another one is being carried out.
    """
    holding.one(change)
    if change.state != "applied":
        raise Conflict("This isn't in force, so there is nothing to undo.")
    if (newest := versions.standing(change.program)) is None or newest.id != change.id:
        raise Conflict("Later changes build on this one. Undo these first.")
    edition = db.session.scalar(
        select(Program.codebook_edition).where(Program.id == change.program_id)
    )
    holding.take(change.program_id, edition or 0)
    made = entries.before(change.program_id, versions.created(change))
    entries.put(
        change.program,
        [
            *_as_before(change),
            *(replace(each, active=False, parent_id=None) for each in made),
        ],
    )
    followers.back(change)
    _noted(change, "codebook.undone")
    change.reached = 0
    _carry_out(change, "undoing", "undone")


def again(change: CodebookChange) -> None:
    """Has the work on it tried again where it stopped. The caller commits.

    Raises:
        Conflict: it didn't stop.
    """
    holding.one(change)
    step = change.runs[-1].steps[-1] if change.runs else None
    if step is None or step.state not in ("failed", "dead"):
        raise Conflict("This hasn't stopped, so there is nothing to try again.")
    runs.again(step)


def discard(change: CodebookChange) -> None:
    """Forgets a plan. Raises Conflict where it is one no longer."""
    holding.one(change)
    if change.state != "planned":
        raise Conflict("This was applied already. You can undo it.")
    _noted(change, "codebook.plan_dropped")
    db.session.delete(change)
    db.session.flush()


def touched(program: Program) -> None:
    """The codebook was changed without a plan; plans made before no longer fit. The caller
    commits."""
    rows_written(
        update(Program)
        .where(Program.id == program.id)
        .values(codebook_edition=Program.codebook_edition + 1)
    )
    db.session.expire(program, ["codebook_edition"])


def idle(program: Program) -> None:
    """Holds the codebook for the caller. Raises Conflict while a change is being carried out."""
    touched(program)
    if versions.under_way(program) is not None:
        raise Conflict(holding.BUSY)


def close(program: Program) -> None:
    """What was done before can't be undone any more: something that it needs goes for good."""
    rows_written(
        update(CodebookChange)
        .where(CodebookChange.program_id == program.id, CodebookChange.state == "applied")
        .values(state="final")
    )


def _carry_out(change: CodebookChange, going: str, done: str) -> None:
    program_id = change.program_id
    heard = change.scope or change.moves or (done == "undone" and _switched_off(change))
    if versions.has_passages(program_id) and heard:
        change.state = going
        db.session.flush()
        runs.start(Run(change_id=change.id), pipeline.RETAG)
        return
    change.state = done
    if done == "undone":
        renewed.pass_on(change)
        entries.remove(change.program, versions.created(change))
    else:
        renewed.in_force(change)
    db.session.flush()


def _switched_off(change: CodebookChange) -> bool:
    """Whether what came in since was not heard for a theme that is listened for again."""
    became = {row["id"]: row["active"] for row in change.wanted}
    return any(row["active"] and not became[row["id"]] for row in change.before)


def _as_before(change: CodebookChange) -> list[Entry]:
    became = {row["id"]: entries.from_json(row) for row in change.wanted}
    was = {row["id"]: entries.from_json(row) for row in change.before}
    now = entries.before(change.program_id, was)
    return [entries.undone(each, was[each.id], became[each.id]) for each in now]


def _newest(program_id: str):  # type: ignore[no-untyped-def]
    return select(func.max(CodebookChange.number)).where(CodebookChange.program_id == program_id)


def _forget_plans(program: Program, member: Member | None) -> None:
    mine = select(CodebookChange).where(
        CodebookChange.program_id == program.id,
        CodebookChange.state == "planned",
        CodebookChange.member_id == (member.id if member else None),
    )
    for each in db.session.scalars(mine):
        db.session.delete(each)
    db.session.flush()


def _noted(change: CodebookChange, action: str) -> None:
    audit.record(
        change.program.workspace_id,
        action,
        subject=("codebook_change", change.id),
        details={"program": change.program_id, "themes": len(change.wanted)},
    )
