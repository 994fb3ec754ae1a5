"""Undoing a change takes back what it did, and nothing that people did since."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain import editing, understanding
from app.domain.codebook import (
    carrying,
    changes,
    entries,
    files,
    hearing,
    mentions,
    reshaping,
    themes,
    versions,
)
from app.domain.errors import Invalid
from app.domain.understanding import Finding, Heard
from app.extensions import db
from app.models import CodebookChange, Mention, Program, Segment, Theme, Workspace
from tests import factories
from tests.domain.codebook.listening import carried_out, committed, tags
from tests.domain.codebook.spoken import moments, named, person_said, says

LATE, RUDE, OTHER = "The delivery came late", "Their staff was rude", "The weather is fine"


@pytest.fixture
def program(workspace: Workspace) -> Program:
    """With three passages, tagged by their words."""
    program = factories.program(workspace)
    delivery, staff = program.themes
    for text, about in ((LATE, [delivery]), (RUDE, [staff]), (OTHER, [])):
        answer = factories.answer(factories.submission(program))
        said = factories.transcript(answer, text)
        said.segments[0].understood = True
        factories.highlight(answer, said, themes=about)
    return program


def done(change: CodebookChange | None) -> CodebookChange:
    assert change is not None
    changes.apply(change)
    db.session.commit()
    carried_out(change)
    return change


def undone(change: CodebookChange) -> None:
    changes.undo(change)
    db.session.commit()
    carried_out(change)
    db.session.expire_all()


def edited_since(program: Program) -> None:
    """Somebody switches “Staff” off, gives it a colour, and puts it under “Delivery”."""
    delivery, staff = program.themes
    themes.deactivate(program, staff)
    themes.change(
        program, staff, staff.name, staff.description, parent_id=delivery.id, colour="teal"
    )
    db.session.commit()


@pytest.mark.parametrize("kind", [changes.EDIT, changes.TAUGHT])
def test_what_was_edited_since_stays(program: Program, kind: str) -> None:
    delivery, staff = program.themes
    if kind == changes.EDIT:
        change = done(themes.change(program, staff, "Crew", "Rude or kind people"))
    else:
        same = [entries.of(each) for each in program.themes]
        scope = [delivery.id, staff.id]
        change = done(changes.plan(program, changes.TAUGHT, same, None, scope=scope))
    edited_since(program)
    undone(change)
    assert (staff.name, staff.description) == ("Staff", "How people at the company treat you")
    assert (staff.active, staff.colour, staff.parent_id) == (False, "teal", delivery.id)
    assert tags(program)[RUDE] == ["Staff"]


def test_what_was_written_over_it_since_stays_too(program: Program) -> None:
    """A merge moves a child under the other theme; somebody moved it elsewhere since."""
    delivery, staff = program.themes
    own = {"program_id": program.id, "description": "Who"}
    child = factories.save(Theme(name="Courier", position=2, parent_id=staff.id, **own))
    price = factories.save(Theme(name="Price", position=3, **own))
    db.session.expire_all()
    change = done(reshaping.plan_merge(program, staff, delivery, None))
    assert child.parent_id == delivery.id
    themes.change(program, child, child.name, child.description, parent_id=price.id)
    db.session.commit()
    undone(change)
    assert child.parent_id == price.id
    assert staff.active and staff.merged_into_id is None


def reads(program: Program, old: str, new: str, *heard: str) -> None:
    """A passage is corrected, and understood anew: these themes are heard in it."""
    segment = db.session.scalars(select(Segment).where(Segment.text == old)).one()
    transcript = segment.transcript
    editing.save(transcript, transcript.edition, editing.Author("customer"), {segment.id: new})
    assert not segment.understood
    found = Finding((), tuple(Heard(name, 0.9, "words", "1") for name in heard))
    understanding.publish(transcript, [found], [segment])
    db.session.commit()


def test_words_that_were_changed_since_are_heard_anew(program: Program) -> None:
    """Neither those that said the theme once, nor those that say it only now, stay as they are."""
    delivery, staff = program.themes
    change = done(reshaping.plan_merge(program, staff, delivery, None))
    reads(program, RUDE, "The weather was nice")
    reads(program, OTHER, "Kind staff, fine weather", "Delivery")
    undone(change)
    assert tags(program) == {
        LATE: ["Delivery"], "The weather was nice": [], "Kind staff, fine weather": ["Staff"],
    }  # fmt: skip


def test_so_they_are_when_an_earlier_change_is_undone_as_well(program: Program) -> None:
    delivery, staff = program.themes
    first = done(reshaping.plan_merge(program, staff, delivery, None))
    second = done(themes.change(program, delivery, "Weather", "Rain and shine"))
    assert tags(program)[RUDE] == ["Weather"]  # it listens for “Staff” as well
    reads(program, RUDE, "Late delivery")
    reads(program, OTHER, "Rude staff", "Weather")
    undone(second)
    assert tags(program)["Late delivery"] == tags(program)["Rude staff"] == ["Delivery"]
    undone(first)
    assert tags(program) == {
        LATE: ["Delivery"], "Late delivery": ["Delivery"], "Rude staff": ["Staff"],
    }  # fmt: skip


def test_a_change_between_that_heard_nothing_anew_hands_them_on(program: Program) -> None:
    delivery, staff = program.themes
    merge = done(reshaping.plan_merge(program, staff, delivery, None))
    green = entries.replace(entries.of(delivery), colour="moss")
    colour = changes.plan(program, changes.FILE, [green], None)
    changes.apply(colour)
    reads(program, OTHER, "Kind staff", "Delivery")
    changes.undo(colour)
    db.session.commit()
    assert (colour.state, delivery.colour) == ("undone", "")
    undone(merge)
    assert tags(program)["Kind staff"] == ["Staff"]


def test_what_came_in_since_hears_what_had_no_room_beside_a_theme_that_is_undone(
    program: Program,
) -> None:
    """Three themes were given to it; the one that is undone had taken another's place."""
    for name in ("Weather", "Price"):
        done(themes.plan_add(program, name, "…"))
    change = done(themes.plan_add(program, "Van", "What it comes in"))
    words = "Kind staff, a delivery in the van, what a price"
    says(program, words, *(named(program, each) for each in ("Delivery", "Staff", "Van")))
    undone(change)
    assert tags(program)[words] == ["Delivery", "Price", "Staff"]


def test_what_came_in_while_a_theme_was_off_hears_it_once_it_is_on_again(
    program: Program,
) -> None:
    """Switching off hears nothing anew; undoing it does, of what came in since."""
    change = files.plan(program, files.opened(b"name,description\nDelivery,Early and late"), None)
    assert change is not None
    change.scope = []  # “Delivery” is heard as before
    done(change)
    assert change.state == "applied" and tags(program)[RUDE] == ["Staff"]
    says(program, "New staff was rude")
    db.session.query(Mention).delete()  # of what was there before, somehow
    undone(change)
    assert change.state == "undone"
    assert tags(program) == {LATE: [], RUDE: [], OTHER: [], "New staff was rude": ["Staff"]}


def test_words_that_nobody_changed_are_not_heard_anew(program: Program) -> None:
    delivery, staff = program.themes
    change = done(reshaping.plan_merge(program, staff, delivery, None))
    db.session.query(Mention).delete()  # somehow, since then
    changes.undo(change)
    db.session.commit()
    carrying.take_back(change, committed)
    assert mentions.passages(program.id, carrying.plan_of(change), 0, 10) == []


def test_where_a_person_put_a_theme_that_is_undone_it_stays_and_only_there(
    program: Program,
) -> None:
    """Switched off, which everybody sees; what the machine heard of it goes, in passages and in
    moments, also of voices that came in since."""
    change = done(themes.plan_add(program, "Weather", "Rain and shine"))
    weather = named(program, "Weather")
    person_said(program, RUDE, weather)
    says(program, "Nice weather today", weather)
    assert versions.put_by_people(change) == [("Weather", 1)]
    undone(change)
    assert tags(program) == {
        LATE: ["Delivery"], RUDE: ["Weather"], OTHER: [], "Nice weather today": [],
    }  # fmt: skip
    assert moments(program)["Nice weather today"] == moments(program)[OTHER] == []
    assert not weather.active and hearing.of(program).codebook.names == ("Delivery", "Staff")
    assert versions.put_by_people(change) == [("Weather", 1)]
    with pytest.raises(Invalid, match="There is a theme “Weather” already, switched off"):
        themes.add(program, "weather", "Once more")
    themes.delete(program, weather, "weather")
    db.session.commit()
    assert tags(program)[RUDE] == [] and versions.put_by_people(change) == []
