"""Theme corrections become examples: looked at, applied, undone, and gone with their voice."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from app.domain import consent
from app.domain.codebook import carrying, changes, hearing, reshaping, retagging
from app.domain.corrections import deciding, kinds, lessons, teaching
from app.domain.corrections.kinds import Why
from app.domain.errors import Invalid
from app.extensions import db
from app.models import CodebookChange, Lesson, Member, Program, Segment
from tests.domain.corrections.conftest import WHY, Make, Voice, found, loaded

pytestmark = pytest.mark.slow
BY = ("words", "1")
PARCEL, OTHER = "The parcel was soaked through.", "Another parcel, soaked again."


def listener(plan: retagging.Plan) -> retagging.Listen:
    """Hears a theme where an example of it has the passage's third word from the end."""

    def listen(passages: Sequence[retagging.Passage]) -> list[retagging.Heard]:
        return [
            retagging.Heard(
                {
                    theme.name: 0.9
                    for theme in plan.hearing.codebook.themes
                    if any(word in example for example in theme.examples for word in _telling(each))
                }
            )
            for each in passages
        ]

    return listen


def _telling(passage: retagging.Passage) -> list[str]:
    return [word for word in ("soaked", "kind", "late") if word in passage.text]


def looked_at(change: CodebookChange) -> dict[str, tuple[int, int]]:
    plan = carrying.plan_of(change)
    seen = carrying.look(change, plan, listener(plan), lambda _share, _stage: None)
    change.preview = seen.as_json()
    db.session.commit()
    return {each: (moved.gained, moved.lost) for each, moved in seen.themes.items()}


def apply(change: CodebookChange) -> None:
    changes.apply(change)
    db.session.commit()
    carried_out(change)


def carried_out(change: CodebookChange) -> None:
    commit = lambda _share, _stage: db.session.commit()  # noqa: E731
    if change.state == "undoing":
        carrying.take_back(change, commit)
    plan = carrying.plan_of(change)
    carrying.carry_out(change, plan, listener(plan), BY, commit)
    carrying.finish(change)
    db.session.commit()


def examples(program: Program) -> dict[str, tuple[str, ...]]:
    db.session.expire_all()
    themes = hearing.of(program).codebook.themes
    return {theme.name: theme.examples for theme in themes if theme.examples}


@pytest.fixture
def taught(make: Make, delivery: str) -> tuple[Voice, Voice]:
    """Two voices about the same; a person said of the first one's passage what it is about."""
    one, two = make(PARCEL), make(OTHER, "The man at the door was kind.")
    one.correct("theme", delivery)
    return one, two


def test_looked_at_applied_and_undone(
    program: Program, taught: tuple[Voice, Voice], delivery: str
) -> None:
    one, two = taught
    staff = program.themes[1].id
    waiting = teaching.waiting(program)[delivery]
    assert (waiting.count, [each.text for each in waiting.said]) == (1, [PARCEL])
    change = teaching.plan(program, one.member)
    db.session.commit()
    assert examples(program) == {}  # looking changes nothing
    assert looked_at(change) == {delivery: (1, 0), staff: (0, 2)}
    assert two.stands("theme") == (staff,)
    apply(change)
    assert examples(program) == {"Delivery": (PARCEL,)}
    assert two.stands("theme") == (delivery,)
    assert one.stands("theme") == (delivery,)
    assert teaching.waiting(program) == {}
    with pytest.raises(Invalid):
        teaching.plan(program, one.member)
    changes.undo(change)
    db.session.commit()
    carried_out(change)
    assert two.stands("theme") == (staff,)
    assert one.stands("theme") == (delivery,)  # a person's word
    assert examples(program) == {} and delivery in teaching.waiting(program)
    assert [(each.change.state, each.examples) for each in teaching.versions(program)] == [
        ("undone", 1)
    ]


def test_what_people_decided_is_left_alone(
    program: Program, taught: tuple[Voice, Voice], delivery: str
) -> None:
    _, two = taught
    two.correct("theme")  # it is about nothing of this
    here = two.here(1)
    deciding.confirm(
        here, deciding.seen(here, "sentiment", "emotion", "theme", "hand_off"), two.member
    )
    change = teaching.plan(program, two.member)
    assert looked_at(change) == {}
    apply(change)
    assert two.stands("theme") == ()
    assert two.stands("theme", at=1) == (program.themes[1].id,)


def test_what_the_words_do_not_say_teaches_nothing(
    voice: Voice, program: Program, delivery: str
) -> None:
    for evidence in set(kinds.EVIDENCE) - {kinds.FROM_WORDS}:
        made = voice.correct("theme", delivery, why=Why("context", evidence))
        assert teaching.waiting(program) == {}
        deciding.withdraw(voice.answer.submission, made.id, voice.member)
        db.session.commit()


def test_taken_back_reworded_or_decided_anew_it_teaches_no_longer(
    program: Program, taught: tuple[Voice, Voice], delivery: str
) -> None:
    one, _ = taught
    change = teaching.plan(program, one.member)
    apply(change)
    one.first.text = "Something else."
    db.session.commit()
    assert examples(program) == {}
    one.first.text = PARCEL
    db.session.commit()
    assert examples(program) == {"Delivery": (PARCEL,)}
    one.correct("theme", delivery, program.themes[1].id, why=WHY)
    assert examples(program) == {}
    made = one.correct("theme", program.themes[1].id)
    deciding.withdraw(one.answer.submission, made.id, one.member)
    db.session.commit()
    assert set(teaching.waiting(program)) == {each.id for each in program.themes}


def test_what_teaches_a_theme_that_was_merged_does_not_wait_again(
    program: Program, taught: tuple[Voice, Voice], delivery: str
) -> None:
    one, two = taught
    change = teaching.plan(program, one.member)
    apply(change)
    staff = program.themes[1]
    merge = reshaping.plan_merge(program, program.themes[0], staff, None)
    apply(merge)
    assert examples(program) == {"Delivery": (PARCEL,)} and one.stands("theme") == (staff.id,)
    assert teaching.waiting(program) == {}
    two.correct("theme")
    two.correct("theme", staff.id)
    assert [each.count for each in teaching.waiting(program).values()] == [1]


def test_a_lesson_has_masks_and_goes_with_its_voice(
    make: Make, program: Program, delivery: str
) -> None:
    voice = make("My name is Oluwaseun Bakare and it was soaked.")
    voice.correct("theme", delivery)
    change = teaching.plan(program, voice.member)
    apply(change)
    ((said,),) = examples(program).values()
    assert "Bakare" not in said and "soaked" in said
    assert "Bakare" not in str(change.followed) + str(change.wanted) + str(change.preview)
    assert [each.examples for each in teaching.versions(program)] == [1]
    consent.withdraw(voice.answer.submission)
    db.session.commit()
    assert examples(program) == {}
    assert [each.examples for each in teaching.versions(program)] == [0]


def test_a_theme_has_as_many_as_people_may_write(
    make: Make, program: Program, delivery: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "MOST", 2)
    voice = make(*(f"Parcel {n} was soaked." for n in range(3)))
    for at in range(3):
        voice.correct("theme", delivery, at=at)
    change = teaching.plan(program, voice.member)
    apply(change)
    assert examples(program)["Delivery"] == ("Parcel 2 was soaked.", "Parcel 1 was soaked.")
    voice.heard(*(found() for _ in range(3)))
    assert voice.stands("theme") == (delivery,)


def test_what_waits_is_counted_and_a_few_passages_are_read(
    make: Make, program: Program, delivery: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teaching, "SHOWN", 2)
    staff = program.themes[1].id
    voice = make(*(f"Parcel {n} was soaked." for n in range(5)))
    for at in range(4):
        voice.correct("theme", delivery, at=at)
    voice.correct("theme", delivery, staff, at=4)
    voice.transcript.segments[0].text = "Reworded since."
    db.session.commit()
    program_id, member_id = program.id, voice.member.id
    db.session.expunge_all()
    program = db.session.get_one(Program, program_id)
    with loaded(Segment) as read:
        waiting = teaching.waiting(program)
    assert {theme: each.count for theme, each in waiting.items()} == {delivery: 4, staff: 1}
    assert [each.text for each in waiting[delivery].said] == [
        "Parcel 1 was soaked.", "Parcel 2 was soaked.",
    ]  # fmt: skip
    assert len(read) == 3
    change = teaching.plan(program, db.session.get_one(Member, member_id))
    assert db.session.scalar(select(func.count()).select_from(Lesson)) == 5
    assert set(db.session.scalars(select(Lesson.change_id))) == {change.id}
