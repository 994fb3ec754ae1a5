"""Decisions in words, for the page beside the passage that they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.domain import wording
from app.domain.corrections import deciding, keeping, kinds
from app.domain.corrections.deciding import Here
from app.domain.corrections.kinds import Said
from app.domain.corrections.rows import by_machine
from app.extensions import db
from app.models import Correction, Member, Theme, Transcript

NAMES: Mapping[str, str] = {
    kinds.SENTIMENT: "Sentiment",
    kinds.EMOTION: "Emotion",
    kinds.THEME: "Themes",
    kinds.HAND_OFF: "Needs a person",
    kinds.HIGHLIGHT: "Worth hearing",
}
NOTHING: Mapping[str, str] = {
    kinds.SENTIMENT: "no sentiment",
    kinds.EMOTION: "no emotion",
    kinds.THEME: "no theme",
    kinds.HAND_OFF: "nobody is needed",
    kinds.HIGHLIGHT: "not worth hearing",
}
GONE = "a theme that is no longer there"
Noted = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """A decision. `newer`: what the machine says now, "" where that is the same as then; `note`:
    what the person wrote, as whoever looks at it may read it."""

    row: Correction
    label: str
    value: str
    newer: str
    who: str
    said: str
    reason: str
    evidence: str
    note: str
    words_changed: bool

    @property
    def stands(self) -> bool:
        return self.row.state == "stands"

    @property
    def about(self) -> str:
        """Which machine it was decided about."""
        if self.row.engine == kinds.UNHEARD:
            return "words that the machine had not heard yet"
        return f"{self.row.engine or 'an engine that was not noted'} {self.row.version}".strip()

    @property
    def agrees(self) -> bool:
        return self.row.reason == kinds.RIGHT


def of(transcript: Transcript, noted: Noted = str) -> dict[int, list[Line]]:
    """Every decision about these passages, by passage, the newest first. `noted` turns what a
    person wrote into what may be shown of it."""
    segments = {segment.id: segment for segment in transcript.segments}
    rows = db.session.scalars(
        select(Correction)
        .where(Correction.answer_id == transcript.answer_id, Correction.segment_id.in_(segments))
        .order_by(Correction.id.desc())
        .options(joinedload(Correction.member), joinedload(Correction.ender))
    ).all()
    themes = theme_names(rows)
    found: dict[int, list[Line]] = {}
    for row in rows:
        segment = segments[row.segment_id or 0]
        found.setdefault(segment.id, []).append(
            Line(
                row=row,
                label=NAMES[row.kind],
                value=words(row.kind, row.value, themes),
                newer=_newer(row, themes),
                who=name(row.member),
                said=said(row, themes, segment.language or transcript.language),
                reason=kinds.REASONS.get(row.reason, ""),
                evidence=kinds.EVIDENCE.get(row.evidence, ""),
                note=noted(row.note) if row.note else "",
                words_changed=keeping.words_changed(row, segment),
            )
        )
    return found


def said(row: Correction, themes: Mapping[str, str], language: str = "") -> str:
    """`machine said neutral (sure), Ana said negative: the words say so`"""
    machine = machine_words(row.kind, kinds.read(row.machine), themes, language)
    if row.engine == kinds.UNHEARD:
        machine = "nothing yet"
    if row.reason == kinds.RIGHT:
        return f"machine said {machine}, {name(row.member)} said that this is right"
    how = kinds.EVIDENCE.get(row.evidence, "")
    told = f"machine said {machine}, {name(row.member)} said {words(row.kind, row.value, themes)}"
    return f"{told}: {how}" if how else told


def words(kind: str, value: Sequence[str], themes: Mapping[str, str]) -> str:
    """A value as it is read: `negative`, `Delivery and Staff`, `nobody is needed`."""
    if not value:
        return NOTHING[kind]
    if kind == kinds.HIGHLIGHT:
        return "worth hearing"
    named = [themes.get(each, GONE) if kind == kinds.THEME else each.lower() for each in value]
    return " and ".join([", ".join(named[:-1]), named[-1]] if named[1:] else named)


def machine_words(
    kind: str, said: Sequence[Said], themes: Mapping[str, str], language: str = ""
) -> str:
    """The same with how sure the machine was: of several, of its least sure one."""
    told = words(kind, kinds.named(said), themes)
    if not said:
        return told
    return f"{told} ({wording.sureness(min(each.confidence for each in said), language)})"


def stood(here: Here, kind: str, themes: Mapping[str, str]) -> str:
    """What counts now, of the machine's with how sure it is."""
    segment = here.segment
    machine = by_machine(segment, kind) if kind != kinds.HIGHLIGHT else []
    language = segment.language or here.transcript.language
    if machine:
        return machine_words(kind, machine, themes, language)
    return words(kind, deciding.stands(here, kind), themes)


def theme_names(rows: Sequence[Correction]) -> dict[str, str]:
    """Names of the themes that these decisions name, also of those that are switched off."""
    ids = {
        each
        for row in rows
        if row.kind == kinds.THEME
        for each in (*row.value, *kinds.named(kinds.read([*row.machine, *(row.newer or [])])))
    }
    return {
        theme.id: theme.name for theme in db.session.scalars(select(Theme).where(Theme.id.in_(ids)))
    }


def name(member: Member | None) -> str:
    return member.display_name if member is not None else "a former member"


def _newer(row: Correction, themes: Mapping[str, str]) -> str:
    if row.newer is None:
        return ""
    now, then = kinds.read(row.newer), kinds.read(row.machine)
    if kinds.named(now) == kinds.named(then):
        return ""
    return machine_words(row.kind, now, themes)
