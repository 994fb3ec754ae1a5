"""The names that an owner writes down: as a form has them, within limits, and kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain import programs, vocabulary
from app.domain.errors import Invalid
from app.domain.programs import Description
from app.extensions import db
from app.models import AuditEntry, Program, Workspace

AFTER = Description(name="After delivery", question="How was it to get your order?")


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("", []),
        (" \r\n , ,\n", []),
        ("Aurora Mini\r\nBluebell  Saver\n", ["Aurora Mini", "Bluebell Saver"]),
        ("Aurora Mini, Bluebell Saver,", ["Aurora Mini", "Bluebell Saver"]),
        ("オーロラ、ベル，ارورا، x", ["オーロラ", "ベル", "ارورا", "x"]),
        ("Aurora mini\nAURORA MINI\nStraße\nSTRASSE", ["Aurora mini", "Straße"]),
        ("Cafe\u0301\nCaf\u00e9", ["Caf\u00e9"]),
        ("Auro\x00ra\tMini\n\u202eBell", ["Auro ra Mini", "Bell"]),
        ("x" * vocabulary.LONGEST, ["x" * vocabulary.LONGEST]),
    ],
)
def test_names_stand_on_lines_or_between_commas(typed: str, names: list[str]) -> None:
    assert vocabulary.read(typed) == names


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("\n".join(map(str, range(101))), "100 names to listen for; these are 101"),
        ("Aurora " * 9, "The name “Aurora Aurora Aurora…” is longer than 60 characters"),
        ("Aurora\n—", "“—” is no name to listen for"),
    ],
)
def test_what_is_no_list_of_names_is_refused_in_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        vocabulary.read(typed)


def test_as_many_as_may_be_are_kept_and_twins_do_not_count() -> None:
    typed = "\n".join(f"Name {number}" for number in range(vocabulary.MOST))
    assert len(vocabulary.read(f"{typed}\n{typed.upper()}")) == vocabulary.MOST


def test_a_program_keeps_them_until_they_are_taken_out(workspace: Workspace) -> None:
    program = programs.create(workspace, replace(AFTER, vocabulary="Aurora Mini, Bluebell"))
    db.session.commit()
    assert _kept(program) == ["Aurora Mini", "Bluebell"]
    with pytest.raises(Invalid):
        programs.describe(program, replace(AFTER, vocabulary="…"))
    db.session.commit()
    assert _kept(program) == ["Aurora Mini", "Bluebell"]
    programs.describe(program, AFTER)
    db.session.commit()
    assert _kept(program) == []
    told = db.session.scalars(select(AuditEntry)).all()
    assert "program.described" in {each.action for each in told}
    assert not any("Aurora" in str(each.details) for each in told)


def _kept(program: Program) -> list[str]:
    db.session.expire_all()
    return program.vocabulary
