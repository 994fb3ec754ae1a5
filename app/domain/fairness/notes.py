"""What a reader must know first: why there is little to see, in plain sentences. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.fairness.gathered import Gathered
from app.domain.fairness.tables import Table
from app.domain.wording import count

NO_VOICES = "No voice has come in yet, so there is nothing to compare."
NO_FIELDS = (
    "Nobody is asked which group they belong to. Add a voluntary field with choices under "
    "Questions: groups are only what customers say of themselves, never a guess."
)
NOBODY_SAID = "Nobody has said which group they belong to yet."
NO_RECORDINGS = (
    "No recording has been written down by a speech engine, so there are no word errors."
)
NO_CORRECTIONS = (
    "Nobody has corrected a recording’s words yet: word errors show once people have, or with a "
    "file of what was said (`./heard audit fairness --references FILE.csv`)."
)


def about(found: Gathered, tables: Sequence[Table], minimum: int) -> list[str]:
    """The sentences, most telling first; none where everything can be compared."""
    if not found.who:
        return [NO_VOICES]
    if not found.fields:
        return [NO_FIELDS]
    if not any(found.groups.values()):
        return [NOBODY_SAID]
    said: list[str] = []
    many = count(minimum, "respondent")
    for each in found.fields:
        chosen = set(found.groups[each.key].values())
        if not chosen:
            said.append(f"{each.label}: nobody has said yet.")
        elif len(chosen) == 1:
            said.append(f"{each.label}: all who said chose the same; there is nothing to compare.")
        elif not any(c.shown for t in tables if t.field == each.key for c in t.cells):
            said.append(f"{each.label}: no two groups have {many} yet.")
    if not found.spoken:
        said.append(NO_RECORDINGS)
    elif "word_error" not in found.facts:
        said.append(NO_CORRECTIONS)
    return said
