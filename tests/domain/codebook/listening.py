"""A listener that hears a theme where its name is said: what it hears is plain to see in a test."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.codebook import carrying
from app.domain.codebook.retagging import Heard, Passage, Plan
from app.extensions import db
from app.models import CodebookChange, Mention, Program, Segment, Theme

BY = ("words", "1")


def listener(plan: Plan):  # type: ignore[no-untyped-def]
    def listen(passages: Sequence[Passage]) -> list[Heard]:
        return [
            Heard(
                {
                    name: 0.9
                    for name in plan.hearing.counts_for
                    if name.casefold() in each.text.casefold()
                },
                {name: float(name[:3].casefold() in each.text.casefold()) for name in plan.rivals},
            )
            for each in passages
        ]

    return listen


def committed(_share: float = 0.0, _stage: str = "") -> None:
    db.session.commit()


def carried_out(change: CodebookChange) -> int:
    """What the text worker does with a change that was applied or undone."""
    if change.state == "undoing":
        carrying.take_back(change, committed)
    plan = carrying.plan_of(change)
    changed = carrying.carry_out(change, plan, listener(plan), BY, committed)
    carrying.finish(change)
    db.session.commit()
    return changed


def looked_at(change: CodebookChange) -> dict[str, tuple[int, int]]:
    """The preview as {theme id: (gained, lost)}, kept with the change."""
    plan = carrying.plan_of(change)
    preview = carrying.look(change, plan, listener(plan), committed)
    change.preview = preview.as_json()
    db.session.commit()
    return {each: (moved.gained, moved.lost) for each, moved in preview.themes.items()}


def tags(program: Program) -> dict[str, list[str]]:
    """Each passage's text with the names of the themes that it mentions."""
    db.session.expire_all()
    found: dict[str, list[str]] = {}
    for segment in db.session.query(Segment).order_by(Segment.id):
        rows = db.session.query(Theme.name).join(Mention, Mention.theme_id == Theme.id)
        names = rows.filter(Mention.segment_id == segment.id).order_by(Theme.name)
        found[segment.text] = [name for (name,) in names]
    return found
