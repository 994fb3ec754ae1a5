"""What a change would move: counts, and a few passages of each kind by their ids. No words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from app.domain.codebook.retagging import Difference, Passage

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
