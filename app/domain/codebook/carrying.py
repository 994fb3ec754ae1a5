"""Carries a change of a codebook out, batch by batch, and back.

Each batch is one transaction with the place that was reached, and only counts while its worker
holds the step: a killed one's successor goes on from there, and nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import delete, func, select

from app.domain.codebook import entries, followers, hearing, mentions, renewed, versions
from app.domain.codebook.previews import Preview
from app.domain.codebook.renewed import ANEW, UNTIL
from app.domain.codebook.retagging import (
    PERSON,
    Heard,
    Listen,
    Passage,
    Plan,
    decided_anew,
    said_of,
)
from app.domain.wording import count
from app.extensions import db
from app.models import ChangedMention, CodebookChange, Mention

BATCH = 1000  # passages in one transaction: a tenth of a second in which others wait to write
HEARD = 200  # passages after which it is told how far it is: two seconds where none has its vector

BACK = "back"  # kept with a change: that its mentions are back

Checkpoint = Callable[[float, str], None]  # share done (0..1) and words; commits, or raises Lost


def plan_of(change: CodebookChange) -> Plan:
    """With the codebook as the change wants it, or, while it is undone, as it was before."""
    program = change.program
    if change.state in ("undoing", "undone"):
        # Who came in since heard its themes in the others' places, so all are heard anew there.
        heard, since = hearing.of(program), change.followed.get(UNTIL, 0)
        scope = tuple(dict.fromkeys(heard.counts_for.values()))
        return Plan(heard, scope, {}, undoes=change.id, since=since)
    wanted = {row["id"]: entries.from_json(row) for row in change.wanted}
    planned = change.state == "planned"
    heard = hearing.of(program, wanted if planned else None, change.id if planned else "")
    active = set(heard.counts_for.values())
    return Plan(heard, [each for each in change.scope if each in active], change.moves)


def look(change: CodebookChange, plan: Plan, listen: Listen, on_progress: Checkpoint) -> Preview:
    """What the change would move. Writes nothing but how far it is."""
    preview, total, last, done = Preview(), _left(change, plan, 0), 0, 0
    on_progress(*_how_far(0, total))
    while batch := mentions.passages(change.program_id, plan, last, BATCH):
        for some in _parts(batch):
            heard = zip(some, said_of(some, plan, listen), strict=True)
            for passage, difference in decided_anew(heard, plan, ("", "")):
                preview.add(passage, difference)
            done += len(some)
            on_progress(*_how_far(done, total))
        last = batch[-1].id
    preview.looked = done
    return preview


def carry_out(
    change: CodebookChange,
    plan: Plan,
    listen: Listen,
    by: tuple[str, str],
    commit: Checkpoint,
    on_progress: Checkpoint | None = None,
) -> int:
    """Writes the mentions of all passages that are left; how many passages changed."""
    total = done = _done_before(change, plan)
    total += _left(change, plan, change.reached)
    changed = 0
    while batch := mentions.passages(change.program_id, plan, change.reached, BATCH):
        heard: list[Heard] = []
        for some in _parts(batch):
            heard += said_of(some, plan, listen)
            done += len(some)
            if on_progress is not None:
                on_progress(*_how_far(done, total))
        said = {(each.id, each.text): says for each, says in zip(batch, heard, strict=True)}
        # Listening takes seconds. What people decide meanwhile counts, so it is read once more.
        now = mentions.held(change.program_id, plan, batch)
        known = ((each, said[each.id, each.text]) for each in now if (each.id, each.text) in said)
        found = list(decided_anew(known, plan, by))
        mentions.write(change, found)
        changed += len(found)
        change.reached = batch[-1].id
        commit(*_how_far(done, total))
    return changed


def take_back(change: CodebookChange, commit: Checkpoint) -> None:
    """Undoes what `carry_out` wrote, as far as it is still as it was left. What is left to do then
    are the passages that came in since, or were understood anew."""
    if change.followed.get(BACK):
        return
    mine = (ChangedMention.change_id == change.id, ChangedMention.engine != ANEW)
    total = db.session.scalar(select(func.count()).select_from(ChangedMention).where(*mine)) or 0
    done = 0
    while rows := db.session.scalars(
        select(ChangedMention)
        .where(*mine, ChangedMention.id > change.reached)
        .order_by(ChangedMention.id)
        .limit(BATCH)
    ).all():
        mentions.take_back(rows)
        done += len(rows)
        change.reached = rows[-1].id
        commit(done / max(total, done, 1), "Putting mentions back")
    change.reached = 0
    change.followed = {**change.followed, BACK: True}
    commit(0.0, "Putting mentions back")


def finish(change: CodebookChange) -> None:
    """Says that it is done; of an undone one, the themes that it had made go. The caller
    commits."""
    if change.state == "undoing":
        made = versions.created(change)
        heard = (Mention.theme_id.in_(made), Mention.engine != PERSON)
        mentions.hold(change.program_id, select(Mention.segment_id).where(*heard))
        ids = db.session.scalars(select(Mention.segment_id).where(*heard)).all()
        db.session.execute(delete(Mention).where(*heard))
        mentions.refresh_moments(ids)  # a theme that people put elsewhere stays, but not there
        followers.lay_back(change)
        change.state = "undone"
        renewed.pass_on(change)
        entries.remove(change.program, made)
    else:
        change.state = "applied"
        renewed.in_force(change)
    db.session.flush()


def _parts(batch: Sequence[Passage]) -> Iterator[Sequence[Passage]]:
    return (batch[at : at + HEARD] for at in range(0, len(batch), HEARD))


def _how_far(done: int, total: int) -> tuple[float, str]:
    return done / max(total, done, 1), f"{done:,} of {count(max(total, done), 'passage')}"


def _left(change: CodebookChange, plan: Plan, after: int) -> int:
    found = mentions.waiting(change.program_id, plan, after).with_only_columns(func.count())
    return db.session.scalar(found.order_by(None)) or 0


def _done_before(change: CodebookChange, plan: Plan) -> int:
    return _left(change, plan, 0) - _left(change, plan, change.reached) if change.reached else 0
