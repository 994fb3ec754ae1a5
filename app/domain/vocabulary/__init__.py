"""Names that a program's customers may say: those that its owners wrote down, and its own words.

Engines listen for them (`Engine.transcribe`): products, places and people that no model knows.
"""

from __future__ import annotations

import re

from app.domain import checks
from app.domain.errors import Invalid
from app.models import Program

MOST, LONGEST = 100, 60  # names, characters
_BETWEEN = re.compile("[,،、，]")  # as each script writes its comma
_CAPITALS = re.compile(r"(?<=[a-zß-ÿ,;] )(?!I['’])[A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ0-9][\w’'-]*)*")


def read(text: str) -> list[str]:
    """Names as a form has them: one on each line, or with commas between. Each is kept once,
    whatever its case, as it was written first.

    Raises:
        Invalid: too many, one that is too long, or one without any letter or digit.
    """
    names: dict[str, str] = {}
    for part in (part for each in text.splitlines() for part in _BETWEEN.split(each)):
        name = checks.line(part, f"The name “{part.strip()[:20]}…”", most=LONGEST, needed=False)
        if name and not any(each.isalnum() for each in name):
            raise Invalid(f"“{name}” is no name to listen for: it has no letter and no digit.")
        if name:
            names.setdefault(name.casefold(), name)
    if len(names) > MOST:
        raise Invalid(f"A program may have {MOST} names to listen for; these are {len(names):,}.")
    return list(names.values())


def names_to_hear(program: Program, *, topics: bool = True) -> tuple[str, ...]:
    """What a program's customers may call by name, the most telling first.

    Its vocabulary and the names in its questions (capitals in the midst of a sentence); with
    `topics` what they may talk about, too: its themes and its own name. Each once, whatever its
    case.
    """
    asked = " ".join([program.question, *(each.text for each in program.prompts)])
    themes = [theme.name for theme in program.themes if theme.active]
    about = [*themes, program.name] if topics else []
    names: dict[str, str] = {}
    for name in (*program.vocabulary, *_CAPITALS.findall(asked), *about):
        names.setdefault(name.casefold(), name)
    return tuple(names.values())
