"""Merging, splitting and renaming: looked at first, carried out batch by batch, undone."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.domain import board, following
from app.domain.board import Filters
from app.domain.codebook import (
    carrying,
    changes,
    entries,
    family,
    files,
    hearing,
    reshaping,
    themes,
    versions,
)
from app.domain.codebook.reshaping import Part
from app.domain.errors import Conflict, Invalid, StepFailed
from app.extensions import db
from app.models import (
    Answer,
    ChangedMention,
    Correction,
    Highlight,
    Mention,
    Program,
    Segment,
    Subscription,
    Workspace,
    highlight_themes,
)
from tests import factories
from tests.domain.codebook.listening import carried_out, listener, looked_at, tags

pytestmark = pytest.mark.slow
LATE, RUDE, BOTH, OTHER = (
    "The delivery came late",
    "Their staff was rude",
    "Delivery late and staff rude",
    "The weather is fine",
)


@pytest.fixture
def program(workspace: Workspace) -> Program:
    """With four passages, tagged by their words."""
    program = factories.program(workspace)
    delivery, staff = program.themes
    for text, about in (
        (LATE, [delivery]),
        (RUDE, [staff]),
        (BOTH, [delivery, staff]),
        (OTHER, []),
    ):
        answer = factories.answer(factories.submission(program))
        said = factories.transcript(answer, text)
        said.segments[0].understood = True
        factories.highlight(answer, said, themes=about)
    return program


def named(program: Program, name: str):  # type: ignore[no-untyped-def]
    return next(each for each in program.themes if each.name == name)


def done(change) -> int:  # type: ignore[no-untyped-def]
    changes.apply(change)
    db.session.commit()
    return carried_out(change)


def undone(change) -> None:  # type: ignore[no-untyped-def]
    changes.undo(change)
    db.session.commit()
    carried_out(change)


def person_said(program: Program, text: str, *about) -> None:  # type: ignore[no-untyped-def]
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
        files.plan_csv(program, b"name,description\nDelivery,x\nStaff,y\n", None)
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


def test_a_split_shares_out_and_loses_none(program: Program) -> None:
    delivery = program.themes[0]
    person_said(program, RUDE, delivery)
    before = tags(program)
    parts = [Part("Late", "Not on time"), Part("Rain", "Left in the rain"), Part("", "")]
    change = reshaping.plan_split(program, delivery, parts, None)
    late, _rain = (row["id"] for row in change.wanted)
    assert looked_at(change) == {late: (2, 0), delivery.id: (0, 2)}
    done(change)
    assert tags(program) == {
        LATE: ["Late"], RUDE: ["Delivery"], BOTH: ["Late", "Staff"], OTHER: [],
    }  # fmt: skip
    assert [(each.name, level) for each, level in family.in_order(program.themes)] == [
        ("Delivery", 0), ("Late", 1), ("Rain", 1), ("Staff", 0),
    ]  # fmt: skip
    # Who asks for the parent hears its parts; a voice counts once.
    assert board.heard_by(program, Filters())[delivery.id] == 3
    shown = board.page(program, Filters(theme=delivery.id)).moments
    assert {each.quote for each in shown} == {LATE, BOTH}
    undone(change)
    assert tags(program) == before
    assert [each.name for each in program.themes] == ["Delivery", "Staff"]


def test_a_split_needs_two_parts_and_a_merge_two_themes(program: Program) -> None:
    delivery, staff = program.themes
    for parts, said in (
        ([], "Name two parts"),
        ([Part("One", "x"), Part(" ", "")], "Name two parts"),
        ([Part("One", "x"), Part("ONE", "y")], "There is a theme “One” already"),
        ([Part("One", "x"), Part("Staff", "y")], "There is a theme “Staff” already"),
        ([Part("One", "x"), Part("Two", "")], "description is missing"),
        ([Part(f"P{i}", "x") for i in range(9)], "8 parts at most"),
    ):
        with pytest.raises(Invalid, match=said):
            reshaping.plan_split(program, delivery, parts, None)
    child = themes.add(program, "Courier", "Who brings it", parent_id=delivery.id)
    db.session.commit()
    carried_out(change_of(program))
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


def change_of(program: Program):  # type: ignore[no-untyped-def]
    return versions.history(program)[0]


def test_new_words_are_tried_before_they_count(program: Program) -> None:
    delivery = program.themes[0]
    change = themes.change(program, delivery, "Weather", "Rain and shine")
    assert change is not None and delivery.name == "Delivery"
    assert looked_at(change) == {delivery.id: (1, 2)}
    done(change)
    assert tags(program) == {LATE: [], RUDE: ["Staff"], BOTH: ["Staff"], OTHER: ["Weather"]}
    undone(change)
    assert tags(program)[BOTH] == ["Delivery", "Staff"]
    assert themes.change(program, delivery, "Delivery", delivery.description, colour="teal") is None


def test_what_a_person_decided_stays(program: Program) -> None:
    """Also that a passage is about nothing at all."""
    delivery = program.themes[0]
    person_said(program, LATE)
    person_said(program, OTHER, delivery)
    change = themes.change(program, delivery, "Late", "Not on time")
    assert change is not None
    done(change)
    assert tags(program) == {LATE: [], RUDE: ["Staff"], BOTH: ["Late", "Staff"], OTHER: ["Late"]}


def test_of_two_at_once_the_second_looks_again(program: Program, owner, workspace) -> None:  # type: ignore[no-untyped-def]
    delivery, staff = program.themes
    mine = reshaping.plan_merge(program, staff, delivery, None)
    theirs = reshaping.plan_merge(program, delivery, staff, owner)
    db.session.commit()
    changes.apply(mine)
    db.session.commit()
    for stale in (theirs, mine):
        with pytest.raises(Conflict):
            changes.apply(stale)
        db.session.rollback()
    with pytest.raises(Conflict, match="still being carried out"):
        themes.add(program, "Price", "What it costs")
    db.session.rollback()
    carried_out(mine)
    assert tags(program)[BOTH] == ["Delivery"]


def test_later_changes_are_undone_first(program: Program) -> None:
    delivery, staff = program.themes
    first = themes.change(program, delivery, "Late", "Not on time")
    assert first is not None
    done(first)
    second = themes.change(program, staff, "Rude", "Unkind people")
    assert second is not None
    done(second)
    with pytest.raises(Conflict, match="Undo these first"):
        changes.undo(first)
    db.session.rollback()
    undone(second)
    undone(first)
    assert sorted(each.name for each in program.themes) == ["Delivery", "Staff"]
    assert tags(program)[BOTH] == ["Delivery", "Staff"]
    third = themes.change(program, staff, "Rude", "Unkind people")
    assert third is not None
    done(third)
    themes.delete(program, staff, "rude")
    db.session.commit()
    with pytest.raises(Conflict, match="isn't in force"):  # what it needs went for good
        changes.undo(third)
    db.session.rollback()
    assert list(entries.every(program.id)) == [delivery.id]


def test_a_worker_that_dies_is_followed_where_it_was(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery, staff = program.themes
    change = reshaping.plan_merge(program, staff, delivery, None)
    monkeypatch.setattr(carrying, "BATCH", 1)
    changes.apply(change)
    db.session.commit()

    def killed(_share: float, _stage: str) -> None:
        db.session.commit()
        raise KeyboardInterrupt

    plan = carrying.plan_of(change)
    with pytest.raises(KeyboardInterrupt):
        carrying.carry_out(change, plan, listener(plan), ("x", "1"), killed)
    db.session.rollback()
    assert sum(names == ["Delivery"] for names in tags(program).values()) == 2  # one of two is done
    assert carried_out(change) == 1
    assert tags(program)[RUDE] == tags(program)[BOTH] == ["Delivery"]
    assert db.session.scalar(select(func.count()).select_from(ChangedMention)) == 3
    undone(change)
    assert tags(program)[BOTH] == ["Delivery", "Staff"]


def test_what_comes_in_meanwhile_is_heard_by_the_new_codebook(program: Program) -> None:
    """An understanding that began before the change doesn't count; it is done again."""
    heard = hearing.of(program)
    hearing.unchanged(program, heard.edition)
    done(reshaping.plan_merge(program, program.themes[1], program.themes[0], None))
    with pytest.raises(StepFailed, match="codebook was changed") as again:
        hearing.unchanged(program, heard.edition)
    assert not again.value.permanent


def test_who_came_in_meanwhile_is_heard_by_the_old_themes_once_it_is_undone(
    program: Program,
) -> None:
    delivery, staff = program.themes
    change = reshaping.plan_merge(program, staff, delivery, None)
    done(change)
    first = db.session.scalars(select(Segment.id).where(Segment.text == LATE)).one()
    db.session.query(Mention).filter(Mention.segment_id == first).delete()  # somehow, since then
    later = factories.transcript(
        factories.answer(factories.submission(program)), "Your staff is kind"
    )
    later.segments[0].understood = True
    factories.highlight(later_answer(later), later, themes=[delivery])
    undone(change)
    assert tags(program)["Your staff is kind"] == ["Staff"]
    assert tags(program)[LATE] == []  # what was there before the change isn't heard anew


def later_answer(transcript):  # type: ignore[no-untyped-def]
    return db.session.get_one(Answer, transcript.answer_id)


def test_a_theme_that_is_off_keeps_its_history(program: Program) -> None:
    delivery, staff = program.themes
    themes.deactivate(program, delivery)
    again = changes.plan(program, changes.AGAIN, [], None, scope=[delivery.id, staff.id])
    assert looked_at(again) == {}
    assert hearing.of(program).codebook.names == ("Staff",)
    assert tags(program)[LATE] == ["Delivery"]
