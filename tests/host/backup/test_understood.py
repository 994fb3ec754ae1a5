"""What the machine and people made of the words comes back with them: vectors, so that it is found
by meaning; corrections; changes of the codebook, which can still be undone; proposed themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from app.config import Settings
from app.domain import masks
from app.domain.codebook import changes, proposals, reshaping, versions
from app.domain.search import by_both, encoder, vectors
from app.extensions import db
from app.host import backup
from app.host.restore import restore
from app.models import (
    Base,
    Correction,
    FollowedCorrection,
    Lesson,
    Program,
    ProposedPassage,
    Segment,
)
from tests import factories
from tests.conftest import DATABASE
from tests.domain.codebook.listening import carried_out, tags
from tests.domain.codebook.spoken import person_said
from tests.host.backup.kept import inside, stop

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(DATABASE), reason="starts databases of its own"),
]
LATE, RUDE = (
    "The parcel came nine days after the day they promised.",
    "The man on the telephone shouted at me.",
)
KEPT = (
    "vectors", "corrections", "codebook_changes", "followed_corrections", "lessons",
    "changed_mentions", "mentions", "theme_proposals", "proposed_passages",
)  # fmt: skip


def rows() -> dict[str, list[str]]:
    found = {
        name: sorted(map(str, db.session.execute(select(Base.metadata.tables[name]))))
        for name in KEPT
    }
    db.session.rollback()
    return found


def understood(program: Program) -> None:
    """Two passages with their vectors; one that a person put under Staff, which was merged then."""
    delivery, staff = program.themes
    answer = factories.answer(factories.submission(program), "text", written_text=LATE)
    said = factories.transcript(answer, LATE, RUDE)
    for each in said.segments:
        each.understood = True
    masks.look(said)
    wanted = vectors.wanted(said.id)
    assert wanted is not None
    model = encoder.model()
    assert vectors.publish(wanted, {i: model.embed(t.text) for i, t in wanted.texts.items()})
    db.session.commit()
    person_said(program, RUDE, staff)
    merge = reshaping.plan_merge(program, staff, delivery, None)
    changes.apply(merge)
    db.session.commit()
    carried_out(merge)
    about = db.session.scalars(select(Correction)).one()
    factories.save(Lesson(change_id=merge.id, correction_id=about.id, theme_id=delivery.id))
    first = proposals.ThemeProposal(program_id=program.id, words=["parcel"], voices=5)
    first.passages = [ProposedPassage(segment_id=said.segments[0].id, place=0)]
    factories.save(first)


def test_it_is_found_by_meaning_and_undone_after_a_restore(
    program: Program, elsewhere: Settings, tmp_path: Path
) -> None:
    understood(program)
    before, workspace_id, newest = rows(), program.workspace_id, max(_passages())
    assert all(before.values())
    made = backup.make(tmp_path / "backups")
    stop()
    restore(made.folder, elsewhere)
    with inside(elsewhere):
        assert rows() == before
        [hit] = by_both(workspace_id, "late delivery").hits
        assert (hit.segment.text, hit.means, hit.says) == (LATE, True, False)
        there = db.session.scalars(select(Program)).one()
        assert list(proposals.compared(there).values()) == [[min(_passages())]]
        change = versions.standing(there)
        assert change is not None and tags(there)[RUDE] == ["Delivery"]
        changes.undo(change)
        db.session.commit()
        carried_out(change)
        assert tags(there)[RUDE] == ["Staff"]
        assert db.session.scalars(select(FollowedCorrection)).all() == []
        later = factories.answer(factories.submission(there), "text", written_text=LATE)
        assert factories.transcript(later, LATE).segments[0].id > newest


def _passages() -> list[int]:
    return list(db.session.scalars(select(Segment.id)))
