"""What a change would move, or did: counts, and some passages of each kind by id. No words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import distinct, func, select

from app.domain.codebook.renewed import ANEW
from app.domain.codebook.retagging import Difference, Passage
from app.extensions import db
from app.models import ChangedMention, CodebookChange

SHOWN = 4  # passages of a kind


@dataclass(slots=True)
class Moved:
    """Of one theme: how many passages get it and lose it, and the surest of these (id, 0..1)."""

    gained: int = 0
    lost: int = 0
    new: list[tuple[float, int]] = field(default_factory=list)
    gone: list[tuple[float, int]] = field(default_factory=list)


@dataclass(slots=True)
class Preview:
    looked: int = 0
    changed: int = 0
    themes: dict[str, Moved] = field(default_factory=lambda: defaultdict(Moved))

    def add(self, passage: Passage, difference: Difference) -> None:
        self.changed += 1
        for theme_id, given in difference.gained.items():
            moved = self.themes[theme_id]
            moved.gained += 1
            moved.new = sorted([*moved.new, (given.confidence, passage.id)])[-SHOWN:]
        for theme_id, given in difference.lost.items():
            moved = self.themes[theme_id]
            moved.lost += 1
            moved.gone = sorted([*moved.gone, (given.confidence, passage.id)])[-SHOWN:]

    def as_json(self) -> dict[str, Any]:
        return {
            "looked": self.looked,
            "changed": self.changed,
            "themes": {
                theme_id: {
                    "gained": each.gained,
                    "lost": each.lost,
                    "new": [segment_id for _, segment_id in reversed(each.new)],
                    "gone": [segment_id for _, segment_id in reversed(each.gone)],
                }
                for theme_id, each in self.themes.items()
            },
        }


def made(change: CodebookChange) -> dict[str, Any]:
    """The same of what it did move, as far as it isn't undone. `looked` is what changed: nobody
    counted the others."""
    mine = (ChangedMention.change_id == change.id, ChangedMention.engine != ANEW)
    kind = (ChangedMention.theme_id, ChangedMention.gained)
    place = func.row_number().over(
        partition_by=kind, order_by=(ChangedMention.confidence.desc(), ChangedMention.segment_id)
    )
    many = func.count().over(partition_by=kind)
    ranked = select(*kind, ChangedMention.segment_id, place.label("place"), many.label("many"))
    every = ranked.where(*mine).subquery()
    themes: dict[str, dict[str, Any]] = {}
    for row in db.session.execute(select(every).where(every.c.place <= SHOWN).order_by("place")):
        moved = themes.setdefault(row.theme_id, {"gained": 0, "lost": 0, "new": [], "gone": []})
        moved["gained" if row.gained else "lost"] = row.many
        moved["new" if row.gained else "gone"].append(row.segment_id)
    changed = db.session.scalar(
        select(func.count(distinct(ChangedMention.segment_id))).where(*mine)
    )
    return {"looked": changed, "changed": changed, "themes": themes}
