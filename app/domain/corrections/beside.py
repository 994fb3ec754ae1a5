"""What the machine says where a person decided, beside each other as exports tell them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from app.domain.corrections import keeping, kinds, rows
from app.domain.corrections.kinds import Said
from app.domain.telling import BY_HAND
from app.extensions import db
from app.models import Correction, Highlight, Segment, Theme

COLUMNS = {
    kinds.SENTIMENT: "sentiment_machine",
    kinds.EMOTION: "emotions_machine",
    kinds.THEME: "themes_machine",
    kinds.HAND_OFF: "needs_a_person_machine",
}


class Machine:
    """The machine's own values of passages that come one after another, transcript by
    transcript."""

    def __init__(self) -> None:
        self._transcript_id, self._decided = "", keeping.Decided()
        self._themes: dict[str, str] = {}

    def __call__(self, segment: Segment) -> dict[str, object]:
        """Cells by column; `corrected`: the labels that a person put right."""
        if segment.transcript_id != self._transcript_id:
            self._transcript_id = segment.transcript_id
            self._decided = keeping.decided([each.id for each in segment.transcript.segments])
        here = {kind: each for (at, kind), each in self._decided.items() if at == segment.id}
        put_right = [kind for kind in kinds.KINDS if kind in here and not _agreed(here[kind])]
        return {
            "corrected": " ".join(put_right),
            **{
                column: self._told(kind, _machine(segment, kind, here))
                for kind, column in COLUMNS.items()
            },
        }

    def _told(self, kind: str, said: list[Said]) -> str:
        if kind == kinds.THEME:
            unknown = {each.value for each in said} - set(self._themes)
            for theme in db.session.scalars(select(Theme).where(Theme.id.in_(unknown))):
                self._themes[theme.id] = theme.name
        return "; ".join(self._themes.get(each.value, each.value) for each in said)


def chooser(highlight: Highlight) -> str:
    """Who found the moment: machine or person."""
    return "person" if BY_HAND in highlight.reasons else "machine"


def _machine(segment: Segment, kind: str, here: Mapping[str, Correction]) -> list[Said]:
    """Its newest word, which is what stands there where nobody decided."""
    if kind not in here:
        return rows.said(segment, kind)
    return rows.word(here[kind], segment)[0]


def _agreed(correction: Correction) -> bool:
    return correction.reason == kinds.RIGHT
