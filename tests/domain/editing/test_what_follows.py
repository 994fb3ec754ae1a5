"""What a correction sets in motion, and what stays as people left it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.domain import (
    audit,
    captions,
    editing,
    engines,
    exports,
    highlights,
    leases,
    processing,
    runs,
    search,
    telling,
    timeline,
    transcripts,
    understanding,
)
from app.domain.editing import Author
from app.domain.errors import Conflict, NotFound, StepFailed
from app.domain.exports.rows import Wanted as Ordered
from app.domain.exports.rows import segments as rows_of
from app.extensions import db
from app.models import (
    Answer,
    AuditEntry,
    Clip,
    Run,
    Segment,
    Step,
    Transcript,
    TranscriptEdit,
)
from tests import factories
from tests.domain.editing.acts import CUSTOMER, TEXTS, act, texts, write


def steps(answer: Answer, **states: str) -> Run:
    run = processing.begin(answer)
    for step in run.steps:
        step.state = states.get(step.name, "done")
    db.session.commit()
    return run


def standing(run: Run) -> dict[str, str]:
    db.session.commit()
    db.session.expire_all()
    return {step.name: step.state for step in run.steps}


def test_only_what_depends_on_it_is_done_again(
    answer: Answer, words: Transcript, author: Author
) -> None:
    run = steps(answer)
    write(words, author, 0, "the mail came late")
    after = standing(run)
    assert (after["transcribe"], after["understand"]) == ("done", "due")
    assert (after["highlight"], after["notify"]) == ("waiting", "waiting")
    assert [s.text for s in transcripts.to_understand(words)] == ["the mail came late"]
    kept = words.segments[1].labels[0].id
    finding = understanding.Finding(
        (understanding.Tag("sentiment", "neutral", 0, 1, "x", "2"),), ()
    )
    understanding.publish(words, [finding], transcripts.to_understand(words))
    db.session.commit()
    assert [s.labels[0].value for s in words.segments] == ["neutral", "negative", "negative"]
    assert words.segments[1].labels[0].id == kept
    assert len(transcripts.to_understand(words)) == 3  # asked for anew, all of it is

    run = steps(answer)
    act(words, author, "unclear", 1)
    after = standing(run)
    assert (after["understand"], after["highlight"]) == ("done", "due")


def test_a_worker_that_is_at_it_loses_what_it_made_of_the_old_words(
    answer: Answer, words: Transcript, author: Author
) -> None:
    run = steps(answer, understand="due", highlight="waiting", notify="waiting")
    step = next(each for each in run.steps if each.name == "understand")
    claim = runs.claim(step.id)
    assert claim is not None
    edition = words.edition
    write(words, author, 0, "the mail came late")
    db.session.commit()
    with pytest.raises(StepFailed):
        transcripts.unchanged(words.id, edition)
    with pytest.raises(runs.Lost):
        runs.finish(claim)
    assert standing(run)["understand"] == "due"
    assert leases.take(Step, step.id, "f" * 26, lease_s=60, most=5) == 1


def test_what_comes_anyway_is_not_asked_for(
    answer: Answer, words: Transcript, author: Author
) -> None:
    rest = {"understand": "waiting", "highlight": "waiting", "notify": "waiting"}
    run = steps(answer, transcribe="leased", **rest)
    write(words, author, 0, "the mail came late")
    assert standing(run)["understand"] == "waiting"


def again(answer: Answer, *sentences: str) -> Transcript:
    heard = [timeline.Segment(i * 5.0, i * 5 + 5.0, each, 0.9) for i, each in enumerate(sentences)]
    made = transcripts.publish(
        answer, engine="whisper", model="large", version="1", language="en", duration_s=15.0,
        segments=heard,
    )  # fmt: skip
    db.session.commit()
    return made


def test_a_new_transcript_never_takes_the_place_of_corrected_words(
    answer: Answer, words: Transcript, author: Author
) -> None:
    write(words, author, 0, "the mail came late")
    db.session.commit()
    newer = again(answer, "the mail came late", "nobody called")
    assert (newer.current, newer.offered) == (False, True)
    assert transcripts.current(answer) is words
    newest = again(answer, "the mail came late")
    assert transcripts.offered(answer) is newest
    run = steps(answer)
    transcripts.choose(answer, newest.id)
    db.session.commit()
    assert transcripts.current(answer) is newest and transcripts.offered(answer) is None
    assert standing(run)["understand"] == "due"
    transcripts.choose(answer, words.id)  # nothing is lost: they may go back
    assert texts(words)[0] == "the mail came late"
    assert transcripts.current(answer) is words
    with pytest.raises(NotFound):
        transcripts.choose(answer, "nothing")


def test_words_that_nobody_corrected_give_way(
    answer: Answer, words: Transcript, author: Author
) -> None:
    write(words, author, 0, "the mail came late")
    editing.undo(words, words.edition, author)
    db.session.commit()
    newer = again(answer, "the mail came late")
    assert (newer.current, newer.offered) == (True, False)
    with pytest.raises(Conflict):
        write(words, author, 0, "too late")


def test_corrected_words_are_not_among_those_to_be_heard_again(
    answer: Answer, words: Transcript, author: Author
) -> None:
    words.engine = "pocketsphinx"
    workspace_id = answer.submission.workspace_id
    assert engines.written_by_basic(workspace_id) == 1
    write(words, author, 0, "the mail came late")
    assert engines.written_by_basic(workspace_id) == 0


def test_a_hidden_moment_stays_hidden_also_when_it_is_not_chosen_for_a_while(
    answer: Answer, words: Transcript
) -> None:
    moment = factories.highlight(answer, words)
    highlights.hide(moment)
    highlights.publish(answer, words, [])
    span = timeline.Span(0.0, 5.0)
    highlights.publish(answer, words, [telling.Moment(0, 0, span, 0.9, (), (), "Late.")])
    db.session.commit()
    assert moment.hidden and moment.quote == "Late."


def test_a_passage_that_is_unclear_is_no_moment_and_says_so_in_captions(
    answer: Answer, words: Transcript, author: Author
) -> None:
    act(words, author, "unclear", 0)
    assert texts(words) == TEXTS
    assert [p.confidence for p in highlights.passages(words)] == [0.0, 0.9, 0.9]
    text = transcripts.vtt(words.segments)
    assert "the male came late [unclear]" in text and "NOTE" not in text
    assert len(captions.parse(text)) == 3


def test_a_customer_who_writes_an_unclear_passage_makes_it_clear(
    words: Transcript, author: Author
) -> None:
    act(words, author, "unclear", 0)
    write(words, author, 0, "the male came later")
    assert words.segments[0].unclear  # they have the control
    write(words, CUSTOMER, 0, "the male\ncame later")
    assert [each.unclear for each in words.segments] == [True, True, False, False]
    write(words, CUSTOMER, 0, "the mail")
    assert [each.unclear for each in words.segments] == [False, True, False, False]
    assert "the mail [unclear]" not in transcripts.vtt(words.segments)
    editing.undo(words, words.edition, CUSTOMER)
    assert [each.unclear for each in words.segments] == [True, True, False, False]
    editing.redo(words, words.edition, CUSTOMER)
    assert [each.unclear for each in words.segments] == [False, True, False, False]


def test_captions_exports_and_search_give_the_corrected_words_and_say_so(
    answer: Answer, words: Transcript, author: Author
) -> None:
    workspace_id = answer.submission.workspace_id
    write(words, author, 0, "the mail came late")
    write(words, CUSTOMER, 1, "nobody rang me")
    db.session.commit()
    assert "NOTE Words corrected by customer and staff" in exports.caption_text(answer, "vtt")
    assert "the mail came late" in exports.caption_text(answer, "srt")
    rows = list(rows_of(Ordered(answer.submission.program, "internal")))
    assert [(row["text"], row["edited_by"], row["unclear"]) for row in rows] == [
        ("the mail came late", "staff", False), ("nobody rang me", "customer", False),
        ("it was find", "", False),
    ]  # fmt: skip
    assert search.by_words(workspace_id, "mail").said == 1
    assert search.by_words(workspace_id, "male").hits == []


def test_captions_in_a_picture_are_drawn_anew(
    answer: Answer, words: Transcript, author: Author
) -> None:
    moment = factories.highlight(answer, words)
    for kind in ("plain", "captioned"):
        factories.cut(Clip(highlight_id=moment.id, kind=kind), f"clips/{kind}")
    write(words, author, 2, "it was fine")  # elsewhere
    assert db.session.scalar(select(func.count(Clip.id))) == 2
    write(words, author, 0, "the mail came late")
    db.session.commit()
    assert [clip.kind for clip in db.session.scalars(select(Clip))] == ["plain"]


def test_the_audit_log_gets_ids_and_counts(words: Transcript, author: Author) -> None:
    with audit.acting(f"member:{author.member_id}"):
        write(words, author, 0, "the quetzal came late")
        editing.undo(words, words.edition, author)
        editing.redo(words, words.edition, author)
        db.session.commit()
    rows = list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))
    assert [row.action for row in rows[-3:]] == [
        "transcript.edited", "transcript.undone", "transcript.redone",
    ]  # fmt: skip
    assert rows[-1].details == {
        "answer": words.answer_id,
        "edit": 1,
        "kind": "words",
        "passages": 1,
    }
    assert not any("quetzal" in str(row.details) for row in rows)


def test_the_history_goes_with_its_answer(
    answer: Answer, words: Transcript, author: Author
) -> None:
    write(words, author, 0, "the mail came late")
    db.session.commit()
    db.session.delete(answer)
    db.session.commit()
    for table in (TranscriptEdit, Segment, Transcript):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
