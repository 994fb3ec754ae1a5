"""Two themes become one: every mention goes along, with all that names it, and comes back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain import board, following
from app.domain.board import Filters
from app.domain.codebook import changes, family, files, hearing, reshaping, themes, versions
from app.domain.errors import Conflict, Invalid
from app.extensions import db
from app.models import Correction, Program, Subscription, Workspace, highlight_themes
from tests import factories
from tests.domain.codebook.listening import carried_out, looked_at, tags
from tests.domain.codebook.spoken import (
    BOTH,
    LATE,
    OTHER,
    RUDE,
    done,
    moments,
    person_said,
    undone,
)

pytestmark = pytest.mark.slow


def test_a_merge_takes_every_mention_along_and_comes_back(program: Program) -> None:
    delivery, staff = program.themes
    before = tags(program)
    change = reshaping.plan_merge(program, staff, delivery, None)
    assert looked_at(change) == {delivery.id: (1, 0), staff.id: (0, 2)}
    assert tags(program) == before and staff.merged_into_id is None
    changes.apply(change)
    db.session.commit()
    # What is still on its way counts already.
    assert board.heard_by(program, Filters()) == {delivery.id: 3}
    assert {each.theme for each in board.sections(program, Filters())} == {delivery, None}
    assert len(board.page(program, Filters(theme=delivery.id)).moments) == 3
    assert carried_out(change) == 2
    both = ["Delivery"]
    assert tags(program) == {LATE: both, RUDE: both, BOTH: both, OTHER: []}
    assert moments(program) == {LATE: both, RUDE: both, BOTH: both, OTHER: []}
    assert [each.name for each in program.themes] == ["Delivery"]
    assert family.now_called(staff.id) == delivery.id
    rows = db.session.execute(select(highlight_themes)).all()
    assert len(rows) == len(set(rows)) == 3
    # What was merged still listens with its own words: hearing all anew loses none of it.
    assert hearing.of(program).counts_for == {"Delivery": delivery.id, "Staff": delivery.id}
    again = changes.plan(program, changes.AGAIN, [], None, scope=[delivery.id])
    assert looked_at(again) == {}
    with pytest.raises(Invalid, match="“Staff” was merged into “Delivery”"):
        themes.add(program, "staff", "Once more")
    with pytest.raises(Invalid, match=r"^Row 3: “Staff” was merged into “Delivery”"):
        files.plan(program, files.opened(b"name,description\nDelivery,x\nStaff,y\n"), None)
    undone(change)
    assert tags(program) == before == moments(program)
    assert [each.name for each in program.themes] == ["Delivery", "Staff"]


def test_followers_and_peoples_words_go_along(program: Program) -> None:
    delivery, staff = program.themes
    person_said(program, OTHER, staff)
    leader = factories.member(db.session.get_one(Workspace, program.workspace_id))
    channel = following.own_channel(leader)
    what = following.Followed(program, theme=staff)
    following.follow(leader, what, channel, "now")
    db.session.commit()
    change = reshaping.plan_merge(program, staff, delivery, None)
    done(change)
    assert tags(program)[OTHER] == ["Delivery"]
    assert db.session.scalars(select(Subscription.theme_id)).all() == [delivery.id]
    assert db.session.scalars(select(Correction.value)).all() == [[delivery.id]]
    undone(change)
    assert tags(program)[OTHER] == ["Staff"]
    assert db.session.scalars(select(Subscription.theme_id)).all() == [staff.id]
    assert db.session.scalars(select(Correction.value)).all() == [[staff.id]]


def test_a_merge_needs_two_themes_that_are_listened_for(program: Program) -> None:
    delivery, staff = program.themes
    child = themes.add(program, "Courier", "Who brings it", parent_id=delivery.id)
    db.session.commit()
    carried_out(versions.history(program)[0])
    for into, said in (
        (delivery, "can't be merged into itself"),
        (None, "Choose the theme"),
    ):
        with pytest.raises(Invalid, match=said):
            reshaping.plan_merge(program, delivery, into, None)
    themes.deactivate(program, staff)
    with pytest.raises(Conflict, match="“Staff” is switched off"):
        reshaping.plan_merge(program, delivery, staff, None)
    change = reshaping.plan_merge(program, delivery, child, None)  # the child moves up
    done(change)
    assert child.parent_id is None and family.now_called(delivery.id) == child.id
