"""What the machine listens for in a program's voices, and for which theme it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from app.domain import masking
from app.domain.codebook import entries
from app.domain.codebook.book import Codebook, Theme
from app.domain.codebook.entries import Entry
from app.domain.corrections import lessons
from app.domain.errors import StepFailed
from app.domain.understanding import Finding, Heard
from app.extensions import db
from app.models import Program, ProposedPassage, Segment, ThemeProposal


@dataclass(frozen=True, slots=True)
class Hearing:
    """`counts_for`, `called`: id and name of the theme that a name in the codebook stands for.
    Several names may stand for one: one that was merged into another listens with its own words."""

    codebook: Codebook
    counts_for: dict[str, str]
    called: dict[str, str]
    edition: int


def of(
    program: Program, wanted: Mapping[str, Entry] | None = None, planned_id: str = ""
) -> Hearing:
    """The program's active themes, as they would be with the entries `wanted` in place, and with
    what the change that is only planned would teach besides those in force."""
    known = {**entries.every(program.id), **(wanted or {})}
    taught, corrected = passages(program.id), lessons.texts(program.id, planned_id)
    themes: list[Theme] = []
    counts_for: dict[str, str] = {}
    called: dict[str, str] = {}
    for entry in known.values():
        owner = known.get(entry.merged_into_id or entry.id)
        if owner is None or not owner.active or (entry is not owner and not entry.merged_into_id):
            continue
        examples = (
            *entry.examples,
            *taught.get(entry.id, ()),
            *corrected.get(entry.id, ()),
        )
        themes.append(Theme(entry.name, entry.description, examples))
        counts_for[entry.name], called[entry.name] = owner.id, owner.name
    return Hearing(Codebook(tuple(themes)), counts_for, called, program.codebook_edition)


def counted(finding: Finding, hearing: Hearing) -> Finding:
    """The finding by the names of the themes that it counts for, each once and the surest first."""
    found: dict[str, Heard] = {}
    for each in sorted(finding.themes, key=lambda heard: -heard.confidence):
        name = hearing.called[each.theme]
        found.setdefault(name, replace(each, theme=name))
    return replace(finding, themes=tuple(found.values()))


def passages(program_id: str) -> dict[str, tuple[str, ...]]:
    """Texts of the passages that each theme was accepted with, by its id, with their masks."""
    rows = db.session.execute(
        select(ThemeProposal.theme_id, Segment)
        .join(ProposedPassage, ProposedPassage.proposal_id == ThemeProposal.id)
        .join(Segment, ProposedPassage.segment_id == Segment.id)
        .where(ThemeProposal.program_id == program_id, ThemeProposal.theme_id.is_not(None))
        .order_by(Segment.transcript_id, Segment.position)
    )
    read, found = masking.Reader(), dict[str, tuple[str, ...]]()
    for theme_id, segment in rows:
        assert theme_id is not None
        found[theme_id] = (*found.get(theme_id, ()), read(segment))
    return found


def unchanged(program: Program, edition: int) -> None:
    """Holds the codebook as it is until the caller's transaction ends. Raises StepFailed (again,
    later) where it was changed since `edition` was read."""
    now = select(Program.codebook_edition).where(Program.id == program.id)
    if db.session.scalar(now.with_for_update(read=True)) != edition:
        raise StepFailed("The codebook was changed meanwhile; this is done again.", permanent=False)
