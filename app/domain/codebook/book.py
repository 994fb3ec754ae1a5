"""A codebook as plain data: the themes that a passage may be about."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_EXAMPLE = 80, 300, 300  # characters
MOST_THEMES, MOST_EXAMPLES = 500, 40  # themes that are listened for
MOST_KEPT = 2000  # with those that are switched off: all are read whenever a codebook is
LEVELS = 3  # a theme, its parent, and the parent's parent
MOST_GIVEN = 3  # themes that the machine gives one passage; people may put more there


@dataclass(frozen=True, slots=True)
class Theme:
    """What a passage may be about. `examples` are sentences as customers would say them; `parent`
    is another theme's name."""

    name: str
    description: str
    examples: tuple[str, ...] = ()
    parent: str | None = None
    colour: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Codebook:
    """Themes in the order in which people wrote them; names differ, whatever their case."""

    themes: tuple[Theme, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(theme.name for theme in self.themes)


def key(name: str) -> str:
    """What two names have in common that people read as one: their case, their spaces, characters
    that aren't seen and how their letters are written (NFKC, Unicode Standard Annex 15) make no
    difference."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(map(_seen, folded)).split())


def _seen(character: str) -> str:
    """A control character as the space that it is kept as; "" for one that only formats."""
    kind = unicodedata.category(character)
    return " " if kind == "Cc" else "" if kind == "Cf" else character
