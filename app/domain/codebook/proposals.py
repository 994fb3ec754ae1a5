"""Themes that the machine proposes from what the codebook doesn't cover, and what people make of
them: a theme of their own, more passages for one that is there, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from app.domain import audit
from app.domain.clerk import rows_written
from app.domain.codebook import changes, entries, passages, themes, wording
from app.domain.errors import Conflict, NotFound
from app.extensions import db
from app.models import (
    Answer,
    Member,
    Program,
    ProposedPassage,
    Segment,
    Submission,
    Theme,
    ThemeProposal,
    Transcript,
)

if TYPE_CHECKING:
    from app.domain.codebook.clusters import Floats
    from app.domain.codebook.looking import Group

# Fewer customers could be told apart by what they said, and may have it in common by chance.
LEAST = 5
KEPT = 200  # passages of a proposal
TAUGHT = 8  # of them become examples: more would outweigh the description
SHOWN = 3
MOST = 12  # proposals at a time, those of the largest groups
SAME = 0.85  # cosine of two centres that are one proposal
COMPARED = ("open", "dismissed")  # those that a new look is held against


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal for its page: a name to begin with, and some of what was said."""

    row: ThemeProposal
    name: str
    said: Sequence[passages.Shown]


def compared(program: Program) -> dict[str, list[int]]:
    """The passages of each proposal that a new look is held against, by the proposal's id. Their
    middle is reckoned anew each time: one that was kept would hold the voices that went since."""
    rows = db.session.execute(
        select(ProposedPassage.proposal_id, ProposedPassage.segment_id)
        .join(ThemeProposal, ThemeProposal.id == ProposedPassage.proposal_id)
        .where(ThemeProposal.program_id == program.id, ThemeProposal.state.in_(COMPARED))
        .order_by(ProposedPassage.proposal_id, ProposedPassage.place)
    )
    found: dict[str, list[int]] = {}
    for proposal_id, segment_id in rows:
        found.setdefault(proposal_id, []).append(segment_id)
    return found


def publish(program: Program, found: Sequence[Group], middles: Mapping[str, Floats]) -> int:
    """Replaces the open proposals; what was dismissed stays away. How many there are. The caller
    commits. `middles`: of those that are there, by id, of length 1 as the groups' own."""

    def alike(group: Group, row: ThemeProposal) -> bool:
        return row.id in middles and float(group.centre @ middles[row.id]) >= SAME

    rows = db.session.scalars(
        select(ThemeProposal)
        .where(ThemeProposal.program_id == program.id, ThemeProposal.state.in_(COMPARED))
        .order_by(ThemeProposal.id)
        .with_for_update()
    ).all()
    open_rows = [row for row in rows if row.state == "open"]
    away = [row for row in rows if row.state == "dismissed"]
    new = [group for group in found if not any(alike(group, row) for row in away)][:MOST]
    for group in new:
        row = next((each for each in open_rows if alike(group, each)), None)
        if row is None:
            row = ThemeProposal(program_id=program.id)
            db.session.add(row)
        else:
            open_rows.remove(row)  # it keeps its address
            row.passages.clear()
            db.session.flush()
        row.words, row.voices = list(group.words), group.customers
        row.passages = [
            ProposedPassage(segment_id=each.id, place=place)
            for place, each in enumerate(group.passages[:KEPT])
        ]
    for row in open_rows:
        db.session.delete(row)
    db.session.flush()
    return len(new)


def open_count(program: Program) -> int:
    return db.session.scalar(select(func.count()).select_from(_open(program).subquery())) or 0


def shown(program: Program, *, masked: bool) -> list[Proposed]:
    """The open ones, those of most customers first."""
    rows = db.session.scalars(
        _open(program).order_by(ThemeProposal.voices.desc(), ThemeProposal.id)
    ).all()
    ids = [each.segment_id for row in rows for each in row.passages[:SHOWN]]
    texts = passages.shown(program.id, ids, masked=masked)
    return [
        Proposed(
            row,
            wording.name_of(row.words),
            [texts[each.segment_id] for each in row.passages[:SHOWN] if each.segment_id in texts],
        )
        for row in rows
    ]


def of(program: Program, proposal_id: str) -> ThemeProposal:
    """An open proposal of this program, held for the caller.

    Raises:
        NotFound: there is none.
        Conflict: somebody decided about it meanwhile.
    """
    mine = (ThemeProposal.id == proposal_id, ThemeProposal.program_id == program.id)
    # A write holds it in both databases: SQLite passes over FOR UPDATE.
    if not rows_written(update(ThemeProposal).where(*mine).values(state=ThemeProposal.state)):
        raise NotFound
    row = db.session.get_one(ThemeProposal, proposal_id)
    db.session.refresh(row)
    if row.state != "open":
        raise Conflict("Somebody has decided about this proposal already.")
    return row


def accept(
    program: Program, row: ThemeProposal, name: str, description: str, member: Member
) -> Theme:
    """A theme of the codebook, with the most typical passages as examples. The caller commits.

    Raises:
        Invalid: a theme has this name already, or something is missing or too long.
        Conflict: a change of the codebook is being carried out.
    """
    theme = themes.add(program, name, description, member=member)
    _teach(row, theme, "accepted")
    return theme


def merge(program: Program, row: ThemeProposal, theme: Theme, member: Member) -> None:
    """Passages that an existing theme learns from. The caller commits. Raises Conflict."""
    if not theme.active:
        raise Conflict(f"“{theme.name}” is switched off. Switch it on first.")
    _teach(row, theme, "merged")
    change = changes.plan(
        program, changes.LEARN, [entries.of(theme)], member, scope=[theme.id], look=False
    )
    change.followed = {"proposal": row.id}
    changes.apply(change)


def dismiss(program: Program, row: ThemeProposal) -> None:
    """Not proposed again, as long as a passage of it is there: only which ones these are is kept.
    The caller commits."""
    row.state, row.words = "dismissed", []
    db.session.flush()
    _noted(program, row, "dismissed")


def forget(submission: Submission) -> None:
    """Before a voice goes for good: no proposal keeps a word that only fewer than
    `wording.SPOKEN_BY` others say, nor stays open without any, nor dismissed without a passage.
    Flushes."""
    mine = (
        select(Segment.id)
        .join(Transcript)
        .join(Answer)
        .where(Answer.submission_id == submission.id)
    )
    theirs = select(ProposedPassage.proposal_id).where(ProposedPassage.segment_id.in_(mine))
    # The proposals first, as those do who decide about them; then what is in them.
    touched = db.session.scalars(
        select(ThemeProposal)
        .where(ThemeProposal.id.in_(theirs), ThemeProposal.state.in_(COMPARED))
        .order_by(ThemeProposal.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    db.session.execute(delete(ProposedPassage).where(ProposedPassage.segment_id.in_(mine)))
    for row in touched:
        db.session.expire(row, ["passages"])
        ids = [each.segment_id for each in row.passages]
        said = passages.shown(row.program_id, ids, masked=True).values()
        row.voices = len({_customer(each) for each in said})
        row.words = [
            word
            for word in row.words
            if len({_customer(each) for each in said if word in wording.terms(each.text)})
            >= wording.SPOKEN_BY
        ]
        if not (row.words if row.state == "open" else row.passages):
            db.session.delete(row)
    db.session.flush()


def _customer(said: passages.Shown) -> str:
    """As `looking.uncovered` tells them apart: one who came often is one."""
    return said.submission.reference or said.submission.id


def _teach(row: ThemeProposal, theme: Theme, state: str) -> None:
    row.state, row.theme_id, row.words = state, theme.id, []
    for each in row.passages[TAUGHT:]:
        db.session.delete(each)
    db.session.flush()
    db.session.expire(row, ["passages"])
    _noted(db.session.get_one(Program, row.program_id), row, state)


def _open(program: Program):  # type: ignore[no-untyped-def]
    return select(ThemeProposal).where(
        ThemeProposal.program_id == program.id, ThemeProposal.state == "open"
    )


def _noted(program: Program, row: ThemeProposal, verb: str) -> None:
    audit.record(
        program.workspace_id,
        f"proposal.{verb}",
        subject=("theme_proposal", row.id),
        details={"program": program.id, "passages": len(row.passages)},
    )
