"""Themes that the machine proposes: of enough customers, by their words, gone with them."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select

from app.domain import erasure
from app.domain.codebook import (
    changes,
    clusters,
    hearing,
    looking,
    lookout,
    previews,
    proposals,
    versions,
    wording,
)
from app.domain.codebook.looking import Group
from app.domain.errors import Conflict, Invalid
from app.extensions import db
from app.models import (
    Member,
    Program,
    ProposedPassage,
    Segment,
    Submission,
    ThemeProposal,
    Workspace,
)
from tests import factories
from tests.domain.codebook.listening import carried_out, tags

SAID = (
    "the charger cable broke after a week",
    "my charger cable is far too short",
    "where is the charger cable for it",
    "a charger cable should be in the box",
    "i asked Priya Natarajan for a charger cable",
    "the charger cable gets hot, says quetzalcoatlus",
)


@pytest.fixture
def program(workspace: Workspace) -> Program:
    """Six customers speak of a cable that no theme covers; one speaks of it often."""
    program = factories.program(workspace)
    for text in SAID:
        answer = factories.answer(factories.submission(program), "text", written_text=text)
        factories.transcript(answer, text).segments[0].understood = True
    db.session.commit()
    return program


def along(way: int) -> np.ndarray:  # type: ignore[type-arg]
    vector = np.zeros(384, np.float32)
    vector[way] = 1.0
    return vector


def proposed(program: Program, way: int = 0) -> ThemeProposal:
    """What the text worker would publish."""
    passages = looking.uncovered(program)
    found = looking.named([Group(tuple(passages), along(way))], ["The courier was late again"])
    there = dict.fromkeys(proposals.compared(program), along(way))
    assert proposals.publish(program, found, there) == 1
    db.session.commit()
    return db.session.scalars(select(ThemeProposal).where(ThemeProposal.state == "open")).one()


def test_groups_are_counted_in_customers() -> None:
    rng = np.random.default_rng(1)

    def near(way: int, many: int) -> np.ndarray:  # type: ignore[type-arg]
        made = along(way) + 0.02 * rng.standard_normal((many, 384)).astype(np.float32)
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)

    vectors = np.concatenate([near(0, 6), near(1, 9), near(2, 4), np.zeros((3, 384), np.float32)])
    customers = [f"a{i}" for i in range(6)] + ["one"] * 9 + [f"b{i}" for i in range(7)]
    found = clusters.groups(vectors, customers, 5)
    assert [sorted(each.rows) for each in found] == [[0, 1, 2, 3, 4, 5]]
    assert abs(float(np.linalg.norm(found[0].centre)) - 1) < 1e-5
    assert clusters.groups(np.zeros((0, 384), np.float32), [], 5) == []


def test_words_that_tell_a_group_from_the_rest() -> None:
    groups = [
        [wording.Spoken(text, f"c{number}") for number, text in enumerate(SAID)],
        [wording.Spoken("The queue at the till was long", f"d{i}") for i in range(5)],
    ]
    cable, queue = wording.telling(groups, ["The driver was kind", "A kind driver came"])
    assert cable[0] == "charger cable" and len(cable) == 1  # no other word has three speakers
    assert queue[0] in ("queue", "till", "queue till") and "driver" not in queue
    assert wording.name_of(("charger cable", "socket", "plug")) == "Charger cable, socket"
    assert wording.terms("I told [name] that Priya’s PARCEL came, um, late") == ["parcel", "late"]


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Hello, my name is [name], ring me on [phone number] please", False),
        ("[name] here, you can ring me on [phone number] any time", False),
        ("My order [reference number] never came and the courier shrugged", True),
        ("The nurse [name] was so patient with my mother", True),
        ("The parking was far away", True),
        ("It was far away", False),
    ],
)
def test_who_tells_only_who_speaks_is_about_nothing(text: str, about: bool) -> None:
    assert wording.about_something(text) is about


def test_a_proposal_shows_its_passages_with_masks_for_those_who_see_masks(
    program: Program,
) -> None:
    row = proposed(program)
    assert (row.words, row.voices) == (["charger cable"], 6)
    [shown] = proposals.shown(program, masked=True)
    assert shown.name == "Charger cable" and len(shown.said) == proposals.SHOWN
    every = looking.uncovered(program)
    assert any("[name]" in each.text for each in every)
    assert not any("Natarajan" in each.text for each in every)


def test_one_click_makes_a_theme_and_its_passages_examples(program: Program, owner: Member) -> None:
    row = proposed(program)
    theme = proposals.accept(program, row, "Charger cable", "The cable that charges it", owner)
    db.session.commit()
    carried_out(versions.history(program)[0])
    assert all(names == ["Charger cable"] for names in tags(program).values())
    moved = previews.made(versions.history(program)[0])
    assert moved["changed"] == len(tags(program)) and set(moved["themes"]) == {theme.id}
    mine = moved["themes"][theme.id]
    assert (mine["gained"], mine["lost"], mine["gone"]) == (len(tags(program)), 0, [])
    assert len({*mine["new"]}) == previews.SHOWN
    book = hearing.of(program).codebook
    examples = next(each.examples for each in book.themes if each.name == "Charger cable")
    assert len(examples) == 6 and not any("Natarajan" in each for each in examples)
    assert looking.uncovered(program) == [] and proposals.open_count(program) == 0
    with pytest.raises(Conflict, match="decided about this"):
        proposals.of(program, row.id)
    changes.undo(versions.history(program)[0])
    db.session.commit()
    carried_out(versions.history(program)[0])
    assert theme.id not in {each.id for each in program.themes}
    assert not any(tags(program).values()) and len(looking.uncovered(program)) == 6


def test_a_name_that_is_taken_leaves_the_proposal_open(program: Program, owner: Member) -> None:
    row = proposed(program)
    with pytest.raises(Invalid, match="There is a theme “Staff” already"):
        proposals.accept(program, row, "staff", "People", owner)
    db.session.rollback()
    assert proposals.open_count(program) == 1


def test_an_existing_theme_learns_the_passages(program: Program, owner: Member) -> None:
    delivery = program.themes[0]
    proposals.merge(program, proposed(program), delivery, owner)
    db.session.commit()
    assert len(hearing.of(program).codebook.themes[0].examples) == 6
    carried_out(versions.history(program)[0])
    changes.undo(versions.history(program)[0])
    db.session.commit()
    carried_out(versions.history(program)[0])
    assert hearing.of(program).codebook.themes[0].examples == ()


def test_of_two_who_decide_at_once_the_second_waits_and_is_told(
    app: Flask, program: Program
) -> None:
    row_id, program_id = proposed(program).id, program.id
    told: list[str] = []

    def second() -> None:
        with app.app_context():
            other = db.session.get_one(Program, program_id)
            try:
                proposals.dismiss(other, proposals.of(other, row_id))
                db.session.commit()
            except Conflict as error:
                told.append(error.sentence)

    row = proposals.of(program, row_id)
    thread = threading.Thread(target=second)
    thread.start()
    thread.join(0.3)  # it would have passed by now if nothing held it
    assert thread.is_alive()
    row.state, row.theme_id = "merged", program.themes[0].id
    db.session.commit()
    thread.join()
    assert told == ["Somebody has decided about this proposal already."]
    assert db.session.get_one(ThemeProposal, row_id).passages


def test_what_was_dismissed_is_not_proposed_again(program: Program) -> None:
    row = proposed(program)
    first = row.id
    assert proposed(program).id == first  # found again, it keeps its address
    proposals.dismiss(program, row)
    db.session.commit()
    group = Group(tuple(looking.uncovered(program)), along(0), ("charger cable",))
    assert proposals.publish(program, [group], {row.id: along(0)}) == 0
    assert row.words == [] and list(proposals.compared(program)) == [row.id]
    other = Group(group.passages, along(1), ("charger cable",))
    assert proposals.publish(program, [other], {row.id: along(0)}) == 1


def test_what_was_dismissed_keeps_nothing_of_an_erased_voice(program: Program) -> None:
    """Only which of the others' passages it was about, and no row once there is none."""
    row = proposed(program)
    proposals.dismiss(program, row)
    db.session.commit()
    voices = db.session.scalars(select(Submission).order_by(Submission.id)).all()
    first = voices[0].answers[0].transcripts[0].segments[0].id
    assert len(proposals.compared(program)[row.id]) == 6
    erasure.everything(voices[0], "withdrawn")
    db.session.commit()
    left = proposals.compared(program)[row.id]
    assert len(left) == 5 and first not in left
    kept = db.session.execute(select(ThemeProposal.__table__)).one()
    assert not any(isinstance(each, bytes) for each in kept)
    for voice in voices[1:]:
        erasure.everything(voice, "withdrawn")
    db.session.commit()
    assert db.session.scalars(select(ThemeProposal)).all() == []


def test_erasure_reaches_proposals(program: Program, owner: Member) -> None:
    """No word stays that only two others say, nor a proposal without words."""
    row = proposed(program)
    theme = proposals.accept(program, row, "Cable", "The cable", owner)
    db.session.commit()
    carried_out(versions.history(program)[0])
    voices = db.session.scalars(select(Submission).order_by(Submission.id)).all()
    erasure.everything(voices[-1], "withdrawn")
    db.session.commit()
    examples = next(e.examples for e in hearing.of(program).codebook.themes if e.name == "Cable")
    assert len(examples) == 5 and not any("quetzalcoatlus" in each for each in examples)
    changes.undo(versions.history(program)[0])
    db.session.commit()
    carried_out(versions.history(program)[0])
    assert theme.id not in {each.id for each in program.themes}
    again = proposed(program)
    assert again.voices == 5
    for voice in voices[:3]:
        erasure.everything(voice, "withdrawn")
    db.session.commit()
    assert (
        db.session.scalars(select(ThemeProposal).where(ThemeProposal.state == "open")).all() == []
    )
    left = set(db.session.scalars(select(ProposedPassage.segment_id)))
    assert left <= set(db.session.scalars(select(Segment.id)))


def test_one_who_came_often_is_one_customer_when_others_go(program: Program) -> None:
    voices = db.session.scalars(select(Submission).order_by(Submission.id)).all()
    for voice in voices[:2]:  # both say "charger cable", as one customer
        voice.reference = "order 17"
    db.session.commit()
    row = proposed(program)
    assert row.voices == 5 and "charger cable" in row.words
    for voice in voices[2:5]:
        erasure.everything(voice, "withdrawn")
    db.session.commit()
    open_rows = db.session.scalars(select(ThemeProposal).where(ThemeProposal.state == "open"))
    assert open_rows.all() == [], "three voices are left, but two customers"


def test_looked_for_when_enough_was_said(program: Program) -> None:
    assert lookout.look_again() == 1
    assert lookout.look_again() == 0  # it is still waiting for the text worker
    assert lookout.looking(program) is not None
