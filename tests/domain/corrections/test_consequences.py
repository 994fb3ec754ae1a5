"""What follows from a correction: moments, cases, filters, exports, and its end with the voice."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import func, select

from app.domain import (
    board,
    consent,
    exports,
    follow_ups,
    highlights,
    processing,
    runs,
    telling,
    understanding,
    voices,
)
from app.domain.corrections import deciding, reading
from app.domain.corrections.kinds import Why
from app.extensions import db
from app.models import (
    Answer,
    Clip,
    Correction,
    FollowUp,
    Highlight,
    Label,
    Member,
    Mention,
    Program,
)
from tests import factories
from tests.domain.corrections.conftest import WHY, Make, Voice, found

pytestmark = pytest.mark.slow
MARKER = "quetzalcoatlus"


def shown(program: Program, **only: str) -> list[Highlight]:
    db.session.expire_all()
    return list(board.page(program, board.Filters(**only)).moments)


def told(voice: Voice) -> None:
    """A moment that the machine chose, over the first passage."""
    voice.heard(found("negative", themes=("Delivery",), emotions=["anger"]), found())
    assert [each.first_position for each in shown(voice.answer.submission.program)] == [0]


def take_back(voice: Voice, made: Correction) -> None:
    deciding.withdraw(voice.answer.submission, made.id, voice.member)
    db.session.commit()
    db.session.expire_all()


def test_a_passage_is_worth_hearing_after_all(voice: Voice, program: Program) -> None:
    assert shown(program) == []
    made = voice.correct("highlight", "yes", at=1)
    (moment,) = shown(program)
    assert (moment.first_position, moment.reasons[0]) == (1, telling.BY_HAND)
    assert moment.quote == voice.transcript.segments[1].text
    voice.heard(found(), found())
    assert [each.id for each in shown(program)] == [moment.id]
    take_back(voice, made)
    assert shown(program) == []


def test_a_moment_that_is_not_worth_hearing_leaves_the_board(
    voice: Voice, program: Program
) -> None:
    told(voice)
    (moment,) = shown(program)
    made = voice.correct("highlight")
    assert shown(program) == [] and moment.hidden
    voice.heard(found("negative", themes=("Delivery",), emotions=["anger"]), found())
    assert shown(program) == []
    take_back(voice, made)
    assert [each.id for each in shown(program)] == [moment.id]


def test_a_moment_that_was_hidden_for_another_reason(voice: Voice, program: Program) -> None:
    told(voice)
    highlights.hide(shown(program)[0])
    db.session.commit()
    made = voice.correct("highlight", "yes")
    assert len(shown(program)) == 1
    take_back(voice, made)
    assert shown(program) == []


def test_moments_follow_the_corrected_labels_and_clips_of_them_go(
    voice: Voice, program: Program, delivery: str
) -> None:
    told(voice)
    (moment,) = shown(program)
    moment.clips.append(Clip(key=None))
    db.session.commit()
    voice.correct("theme", program.themes[1].id)
    (moment,) = shown(program)
    assert [theme.name for theme in moment.themes] == ["Staff"]
    assert shown(program, theme=delivery) == []
    voice.correct("emotion")
    voice.correct("sentiment", "neutral")
    voice.correct("theme")
    assert shown(program) == []  # nothing telling is left of it
    assert db.session.scalar(select(func.count(Clip.id))) == 0


def test_who_follows_hears_of_it(voice: Voice) -> None:
    run = processing.begin(voice.answer)
    for step in run.steps:
        step.state = "done"
    db.session.commit()
    voice.correct("highlight", "yes")
    db.session.refresh(run)
    states = {step.name: step.state for step in run.steps}
    assert (states["highlight"], states["notify"]) == ("due", "waiting")


def test_a_worker_that_is_at_it_with_the_labels_from_before_loses_its_lease(voice: Voice) -> None:
    run = processing.begin(voice.answer)
    for step in run.steps:
        step.state = "due" if step.name == "highlight" else "done"
    db.session.commit()
    claim = runs.claim(next(step.id for step in run.steps if step.name == "highlight"))
    assert claim is not None
    voice.correct("sentiment", "negative")
    with pytest.raises(runs.Lost):
        runs.finish(claim)


def test_filters_counts_and_lists_use_the_corrected_value(
    voice: Voice, program: Program, delivery: str
) -> None:
    voice.heard(found("positive"), found("positive"))
    workspace_id = program.workspace_id
    for at in (0, 1):
        voice.correct("sentiment", "negative", at=at)
        voice.correct("theme", delivery, at=at)
    (row,) = voices.page(workspace_id, voices.Filters()).rows
    assert row.sentiment == "negative"
    assert board.heard_by(program, board.Filters()) == {delivery: 1}
    assert voices.page(workspace_id, voices.Filters(theme=program.themes[1].id)).rows == ()


def table(program: Program, level: str) -> list[dict[str, str]]:
    out = io.StringIO()
    exports.write_table(exports.Wanted(program, "internal"), "csv", level, out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def case_of(voice: Voice) -> FollowUp | None:
    db.session.expire_all()
    return follow_ups.heard_case(voice.answer.submission)


def test_a_person_is_needed_after_all(voice: Voice, program: Program) -> None:
    made = voice.correct("hand_off", "Bereavement")
    case = case_of(voice)
    assert case is not None and (case.source, case.state) == ("staff", "open")
    assert case.reason.startswith("Bereavement (said by ")
    voice.heard(found(), found())
    processing.hand_over(voice.answer, voice.transcript)
    assert db.session.scalar(select(func.count(FollowUp.id))) == 1
    take_back(voice, made)
    case = case_of(voice)
    assert case is not None and case.state == "done" and "taken back" in case.outcome.lower()


def test_nobody_is_needed(voice: Voice) -> None:
    voice.heard(found(person="Bereavement"), found())
    processing.hand_over(voice.answer, voice.transcript)
    db.session.commit()
    made = voice.correct("hand_off", why=Why("settled", "case"))
    case = case_of(voice)
    assert case is not None and case.state == "done"
    assert case.outcome == "Nobody is needed: somebody has taken care of it."
    voice.heard(found(person="Bereavement"), found())
    assert not processing.hand_over(voice.answer, voice.transcript)
    take_back(voice, made)
    case = case_of(voice)
    assert case is not None and case.state == "open"


def test_a_case_that_a_colleague_has_finished_since_stays_so(voice: Voice, owner: Member) -> None:
    voice.heard(found(person="Bereavement"), found())
    processing.hand_over(voice.answer, voice.transcript)
    made = voice.correct("hand_off", why=Why("settled", "case"))
    case = case_of(voice)
    assert case is not None
    follow_ups.reopen(case, owner)
    follow_ups.close(case, "Called, all is well", owner)
    take_back(voice, made)
    case = case_of(voice)
    assert case is not None and (case.state, case.outcome) == ("done", "Called, all is well")


def test_what_a_colleague_wrote_is_not_read_as_a_decision(voice: Voice, owner: Member) -> None:
    voice.heard(found(person="Bereavement"), found())
    processing.hand_over(voice.answer, voice.transcript)
    case = case_of(voice)
    assert case is not None
    follow_ups.close(case, "Nobody is needed: a neighbour is with her.", owner)
    processing.hand_over(voice.answer, voice.transcript)
    case = case_of(voice)
    assert case is not None and case.state == "done"


def test_another_passage_still_needs_one(voice: Voice) -> None:
    voice.heard(found(person="Bereavement"), found(person="Harm or safety"))
    processing.hand_over(voice.answer, voice.transcript)
    voice.correct("hand_off")
    case = case_of(voice)
    assert case is not None and case.state == "open"


def test_a_case_that_a_colleague_has_taken_is_theirs_to_close(voice: Voice, owner: Member) -> None:
    voice.heard(found(person="Bereavement"), found())
    processing.hand_over(voice.answer, voice.transcript)
    case = case_of(voice)
    assert case is not None
    follow_ups.assign(case, owner.id, owner)
    voice.correct("hand_off")
    case = case_of(voice)
    assert case is not None and case.state == "open"
    assert case.notes[-1].text.startswith("Nobody is needed")


def test_a_case_that_was_done_is_opened_again(voice: Voice, owner: Member) -> None:
    voice.heard(found(person="Bereavement"), found())
    processing.hand_over(voice.answer, voice.transcript)
    case = case_of(voice)
    assert case is not None
    follow_ups.close(case, "Called", owner)
    voice.correct("hand_off", "Harm or safety", at=1)
    case = case_of(voice)
    assert case is not None and case.state == "open"


def test_who_is_in_danger_opens_a_case_that_was_closed_as_nobody_was_needed(
    voice: Voice, owner: Member
) -> None:
    voice.heard(found(person="Asks for a person"), found())
    processing.hand_over(voice.answer, voice.transcript)
    voice.correct("hand_off")
    other = factories.answer(voice.answer.submission)
    words = factories.transcript(other, "I can't go on, I want to end my life.")
    understanding.publish(words, [found("negative", person="Strong distress")])
    processing.hand_over(other, words)
    case = case_of(voice)
    assert case is not None and case.state == "open"
    assert case.reason.startswith("Strong distress") and "end my life" in case.evidence


def test_words_that_nobody_had_understood_when_nobody_was_needed_open_it_again(
    voice: Voice,
) -> None:
    voice.heard(found(person="Bereavement"), found(person="Asks for a person"))
    processing.hand_over(voice.answer, voice.transcript)
    case = case_of(voice)
    assert case is not None and case.evidence == "\n".join(
        segment.text for segment in voice.transcript.segments
    )
    voice.heard(found(), found(person="Asks for a person"))
    voice.correct("hand_off", at=1)
    case = case_of(voice)
    assert case is not None and case.state == "done"
    voice.heard(found(person="Bereavement"), found(person="Asks for a person"))
    processing.hand_over(voice.answer, voice.transcript)
    case = case_of(voice)
    assert case is not None and case.state == "open" and case.reason.startswith("Bereavement")


def test_it_goes_with_its_voice(make: Make, program: Program) -> None:
    voice = make(f"The {MARKER} came late.", "And more.")
    voice.correct("sentiment", "negative", why=Why("other", "words", f"They said {MARKER}"))
    voice.correct("theme", why=WHY)
    assert len(reading.of(voice.transcript)[voice.first.id]) == 2
    consent.withdraw(voice.answer.submission)
    db.session.commit()
    for model in (Correction, Label, Mention, Answer):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
    rows = db.session.execute(select(Correction.__table__)).all()
    assert rows == []
