"""What people decided about themes when these are merged, when that is undone, and when a theme
that was added goes again."""

from __future__ import annotations

import json

import pytest

from app.domain.codebook import reshaping, themes, versions
from app.domain.corrections import agreement, deciding
from app.extensions import db
from app.models import CodebookChange, Program
from tests.domain.codebook.spoken import done, moments, named, undone
from tests.domain.corrections.conftest import SENTENCES, Voice, found
from tests.domain.corrections.test_agreement import table
from tests.domain.corrections.test_keeping import again

pytestmark = pytest.mark.slow


def merged(program: Program) -> CodebookChange:
    """“Staff” is part of “Delivery” by now."""
    delivery, staff = named(program, "Delivery"), named(program, "Staff")
    change = reshaping.plan_merge(program, staff, delivery, None)
    done(change)
    return change


def rates(program: Program) -> dict[str, tuple[int, int]]:
    """(agreed, of how many) by version, for themes."""
    db.session.expire_all()
    return {r.version: (r.agreed, r.n) for r in agreement.of(program) if r.kind == "theme"}


@pytest.mark.parametrize("written_anew", [False, True])
def test_a_persons_theme_is_back_where_the_passage_was_heard_since(
    voice: Voice, program: Program, written_anew: bool
) -> None:
    staff = named(program, "Staff")
    heard = found("negative", themes=("Delivery",), emotions=["anger"]), found(themes=())
    voice.heard(*heard)
    voice.correct("theme", staff.id)
    change = merged(program)
    if written_anew:
        voice.transcript = again(voice, *SENTENCES)
    voice.heard(*heard)
    undone(change)
    assert voice.stands("theme") == (staff.id,)
    assert list(moments(program).values()) == [["Staff"]]


def test_a_version_that_spoke_since_keeps_its_own_word(voice: Voice, program: Program) -> None:
    done(themes.plan_add(program, "Price", "What it costs"))
    voice.heard(found(themes=("Delivery",)), found())
    voice.correct("theme", named(program, "Staff").id)
    voice.heard(found(version="2"), found(version="2"))
    change = merged(program)
    voice.heard(found(themes=("Price",), version="3"), found(version="3"))
    undone(change)
    assert rates(program) == {"1": (0, 1), "3": (0, 1)}


def test_which_of_both_themes_a_version_meant_since_is_not_known(
    voice: Voice, program: Program
) -> None:
    voice.heard(found(themes=("Delivery",)), found())
    made = voice.correct("theme", named(program, "Staff").id)
    voice.heard(found(version="2"), found(version="2"))
    change = merged(program)
    voice.heard(found(themes=("Delivery",), version="3"), found(version="3"))
    undone(change)
    assert rates(program) == {"1": (0, 1)} and made.newer is None


def test_what_a_version_said_before_is_back(voice: Voice, program: Program) -> None:
    voice.heard(found(themes=("Delivery",)), found())
    voice.correct("theme", named(program, "Staff").id)
    voice.heard(found(version="2"), found(version="2"))
    undone(merged(program))
    assert rates(program) == {"1": (0, 1), "2": (1, 1)}


def test_a_merge_makes_no_disagreement_an_agreement(voice: Voice, program: Program) -> None:
    voice.heard(*[found(themes=("Delivery",))] * 2)
    for at in (0, 1):
        voice.correct("theme", named(program, "Staff").id, at=at)
    voice.heard(found(themes=("Delivery",), version="2"), found(version="2"))
    before = rates(program)
    assert before == {"1": (0, 2), "2": (1, 2)}
    change = merged(program)
    assert rates(program) == before
    told = [json.loads(row) for row in table(program, "corrections", "jsonl").splitlines()]
    assert [each["agrees"] for each in told] == [False, False]
    voice.heard(*[found(themes=("Delivery",), version="3")] * 2)
    assert rates(program) == {"1": (0, 2), "3": (2, 2)}  # that one said so when both were one
    undone(change)
    assert rates(program) == {"1": (0, 2)}


def test_a_theme_that_a_decision_beneath_another_names_stays(
    voice: Voice, program: Program
) -> None:
    change = themes.plan_add(program, "Weather", "Rain and shine")
    done(change)
    weather = named(program, "Weather")
    voice.correct("theme", weather.id)
    above = voice.correct("theme", named(program, "Delivery").id)
    assert versions.put_by_people(change) == [("Weather", 1)]
    undone(change)
    assert not weather.active and versions.put_by_people(change) == [("Weather", 1)]
    deciding.withdraw(voice.answer.submission, above.id, voice.member)
    db.session.commit()
    assert voice.stands("theme") == (weather.id,)
