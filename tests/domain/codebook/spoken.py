"""Four passages that are tagged by their words, and what is done with changes of their codebook."""

from __future__ import annotations

from sqlalchemy import select

from app.domain.codebook import changes
from app.extensions import db
from app.models import (
    CodebookChange,
    Correction,
    Highlight,
    Mention,
    Program,
    Segment,
    Theme,
    Workspace,
)
from tests import factories
from tests.domain.codebook.listening import carried_out

LATE, RUDE, BOTH, OTHER = (
    "The delivery came late",
    "Their staff was rude",
    "Delivery late and staff rude",
    "The weather is fine",
)


def program_of(workspace: Workspace) -> Program:
    program = factories.program(workspace)
    delivery, staff = program.themes
    for text, about in (
        (LATE, [delivery]),
        (RUDE, [staff]),
        (BOTH, [delivery, staff]),
        (OTHER, []),
    ):
        says(program, text, *about)
    return program


def says(program: Program, text: str, *about: Theme) -> None:
    """A voice says this, and the machine heard these themes in it."""
    answer = factories.answer(factories.submission(program))
    said = factories.transcript(answer, text)
    said.segments[0].understood = True
    factories.highlight(answer, said, themes=list(about))


def named(program: Program, name: str) -> Theme:
    return next(each for each in program.themes if each.name == name)


def done(change: CodebookChange | None) -> int:
    """Applied and carried out; how many passages changed."""
    assert change is not None
    changes.apply(change)
    db.session.commit()
    return carried_out(change)


def undone(change: CodebookChange) -> None:
    changes.undo(change)
    db.session.commit()
    carried_out(change)


def person_said(program: Program, text: str, *about: Theme) -> None:
    """Somebody corrected what this passage is about."""
    segment = db.session.scalars(select(Segment).where(Segment.text == text)).one()
    correction = Correction(
        workspace_id=program.workspace_id, program_id=program.id,
        answer_id=segment.transcript.answer_id, segment_id=segment.id, position=0, start=0.0,
        end=5.0, digest="", kind="theme", value=[each.id for each in about], reason="missed",
    )  # fmt: skip
    factories.save(correction)
    db.session.query(Mention).filter(Mention.segment_id == segment.id).delete()
    factories.save(
        correction,
        *(
            Mention(
                segment_id=segment.id, theme_id=each.id, confidence=1.0, engine="person",
                version=correction.id,
            )
            for each in about
        ),
    )  # fmt: skip


def moments(program: Program) -> dict[str, list[str]]:
    db.session.expire_all()
    rows = db.session.scalars(select(Highlight).order_by(Highlight.id))
    return {row.quote: sorted(theme.name for theme in row.themes) for row in rows}
