"""A transcript that people correct: every verb, its history, and what it sets in motion."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain import (
    audit,
    captions,
    editing,
    editing_history,
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
from app.domain.editing import Act, Author
from app.domain.editing_search import Wanted
from app.domain.errors import Conflict, Invalid, NotFound, StepFailed
from app.domain.exports.rows import Wanted as Ordered
from app.domain.exports.rows import segments as rows_of
from app.extensions import db
from app.models import (
    Answer,
    AuditEntry,
    Clip,
    Label,
    Member,
    Run,
    Segment,
    Step,
    Transcript,
    TranscriptEdit,
    Workspace,
)
from tests import factories

TEXTS = ["the male came late", "nobody called", "it was find"]
CUSTOMER = Author(editing.CUSTOMER)


@pytest.fixture
def answer(app: Flask, workspace: Workspace) -> Answer:
    return factories.answer(factories.submission(factories.program(workspace)))


@pytest.fixture
def words(answer: Answer) -> Transcript:
    transcript = factories.transcript(answer, *TEXTS, engine="whisper", model="base")
    for segment in transcript.segments:
        segment.understood = True
        segment.labels.append(
            Label(
                kind="sentiment", value="negative", score=-1, confidence=1, engine="x", version="1"
            )
        )
    db.session.commit()
    return transcript


@pytest.fixture
def author(owner: Member) -> Author:
    return editing.staff(owner)


def texts(transcript: Transcript) -> list[str]:
    db.session.commit()
    db.session.expire_all()
    assert [s.position for s in transcript.segments] == list(range(len(transcript.segments)))
    return [segment.text for segment in transcript.segments]


def write(transcript: Transcript, author: Author, at: int, text: str) -> int:
    ids = [segment.id for segment in transcript.segments]
    return editing.save(transcript, transcript.edition, author, {ids[at]: text})


def act(transcript: Transcript, author: Author, what: str, at: int, word: int = 0) -> int:
    wanted = Act(what, transcript.segments[at].id, word)
    return editing.save(transcript, transcript.edition, author, {}, wanted)


def test_an_edit_is_kept_with_who_when_and_what(words: Transcript, author: Author) -> None:
    assert write(words, author, 0, "the mail came late") == 1
    assert texts(words) == ["the mail came late", *TEXTS[1:]]
    segment = words.segments[0]
    assert [word[0] for word in segment.words] == ["the", "mail", "came", "late"]
    assert segment.words[0][1:3] == [0.0, 1.25] and segment.edited_by == "staff"
    [line] = editing_history.lines(words)
    assert (line.edit.kind, line.edit.member_id, line.edit.state) == (
        "words",
        author.member_id,
        "done",
    )
    assert [(p.text, p.what) for p in line.pieces[0]] == [
        ("the", "same"), ("male", "old"), ("mail", "new"), ("came late", "same"),
    ]  # fmt: skip
    assert words.edition == 1
    assert write(words, author, 0, "the  mail came late ") == 0
    assert words.edition == 1  # nothing changed, so nobody's page is out of date


def test_undo_and_redo_go_over_any_number_of_steps(words: Transcript, author: Author) -> None:
    states = [texts(words)]
    write(words, author, 0, "the mail came late")
    states.append(texts(words))
    act(words, author, "split", 0, word=2)
    states.append(texts(words))
    act(words, author, "merge", 2)
    states.append(texts(words))
    act(words, author, "unclear", 0)
    assert words.segments[0].unclear
    states.append(texts(words))
    write(words, author, 1, "")
    states.append(texts(words))
    editing.replace_all(words, words.edition, author, Wanted("the", "a"))
    states.append(texts(words))
    editing.restore(words, words.edition, author)
    states.append(texts(words))
    assert states[2] == ["the mail", "came late", "nobody called", "it was find"]
    assert states[3] == ["the mail", "came late", "nobody called it was find"]
    assert states[-1] == states[0] == TEXTS
    for state in reversed(states[:-1]):
        editing.undo(words, words.edition, author)
        assert texts(words) == state
    with pytest.raises(Conflict):
        editing.undo(words, words.edition, author)
    for state in states[1:]:
        editing.redo(words, words.edition, author)
        assert texts(words) == state
    with pytest.raises(Conflict):
        editing.redo(words, words.edition, author)
    kinds = [line.edit.kind for line in editing_history.lines(words)]
    assert kinds == ["restore", "replace", "words", "unclear", "merge", "split", "words"]


def test_going_on_after_an_undo_drops_what_was_undone_but_not_from_the_history(
    words: Transcript, author: Author
) -> None:
    write(words, author, 0, "the mail came late")
    editing.undo(words, words.edition, author)
    write(words, author, 1, "nobody ever called")
    with pytest.raises(Conflict):
        editing.redo(words, words.edition, author)
    states = [(line.edit.number, line.edit.state) for line in editing_history.lines(words)]
    assert states == [(2, "done"), (1, "dropped")]


def test_typing_and_an_act_are_one_step(words: Transcript, author: Author) -> None:
    ids = [segment.id for segment in words.segments]
    editing.save(words, 0, author, {ids[2]: "it was fine"}, Act("merge", ids[1]))
    assert texts(words) == [TEXTS[0], "nobody called it was fine"]
    editing.undo(words, words.edition, author)
    assert texts(words) == TEXTS
    with pytest.raises(Invalid):
        act(words, author, "merge", 2)
    db.session.rollback()
    with pytest.raises(Invalid):
        editing.save(words, words.edition, author, {}, Act("unclear", 10**9))


def test_who_comes_second_is_told_and_overwrites_nothing(words: Transcript, author: Author) -> None:
    seen = words.edition
    write(words, author, 0, "the mail came late")
    db.session.commit()
    for again in (
        lambda: editing.save(words, seen, author, {words.segments[0].id: "mine"}),
        lambda: editing.replace_all(words, seen, author, Wanted("mail", "post")),
        lambda: editing.restore(words, seen, author),
        lambda: editing.undo(words, seen, author),
    ):
        with pytest.raises(Conflict):
            again()
        db.session.rollback()
    assert texts(words)[0] == "the mail came late"
    assert db.session.scalar(select(func.count(TranscriptEdit.id))) == 1


def test_replace_leaves_out_what_it_was_told_to(words: Transcript, author: Author) -> None:
    only = {words.segments[2].id}
    assert editing.replace_all(words, 0, author, Wanted("it", "this"), only) == 1
    assert texts(words)[2] == "this was find"
    assert editing.replace_all(words, words.edition, author, Wanted("zebra", "x")) == 0


def test_the_machines_own_words_are_kept_and_seen(words: Transcript, author: Author) -> None:
    write(words, author, 0, "the mail came late")
    write(words, CUSTOMER, 1, "nobody rang me")
    write(words, author, 2, "it was fine")
    versions = editing_history.versions(words)
    assert [p.text for p in versions.heard] == TEXTS
    assert versions.customers is not None
    assert [p.text for p in versions.customers] == [
        "the mail came late",
        "nobody rang me",
        TEXTS[2],
    ]
    assert versions.by == ("staff", "customer")


def test_a_customer_undoes_only_what_they_did_themselves(words: Transcript, author: Author) -> None:
    write(words, author, 0, "the mail came late")
    with pytest.raises(Conflict):
        editing.undo(words, words.edition, CUSTOMER)
    write(words, CUSTOMER, 1, "nobody rang me")
    editing.undo(words, words.edition, CUSTOMER)
    assert texts(words)[:2] == ["the mail came late", "nobody called"]


def test_written_words_and_other_answers_are_not_open(answer: Answer, words: Transcript) -> None:
    written = factories.answer(answer.submission, "text", written_text="I wrote this.")
    factories.transcript(written, "I wrote this.", engine="written")
    for wrong in (written.id, "nothing"):
        with pytest.raises(NotFound):
            editing.spoken(answer.submission, wrong)
    other = factories.submission(answer.submission.program)
    with pytest.raises(NotFound):
        editing.spoken(other, answer.id)
    assert editing.spoken(answer.submission, answer.id).id == words.id


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
    assert len(search.search(workspace_id, "mail")) == 1
    assert search.search(workspace_id, "male") == []


def test_captions_in_a_picture_are_drawn_anew(
    answer: Answer, words: Transcript, author: Author
) -> None:
    moment = factories.highlight(answer, words)
    for kind in ("plain", "captioned"):
        factories.save(Clip(highlight_id=moment.id, kind=kind, key=f"clips/{kind}"))
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
