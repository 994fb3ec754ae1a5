"""Masks: kept as rows, put and lifted by people, and followed by whatever shows the words."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import select

from app import runtime
from app.domain import (
    calls,
    clips,
    consent,
    exports,
    follow_ups,
    highlights,
    masking,
    masks,
    messages,
    personal_data,
    processing,
    search,
    transcripts,
)
from app.domain.errors import Invalid, NotFound
from app.domain.exports.rows import Wanted
from app.domain.timeline import Span
from app.extensions import db
from app.models import (
    Answer,
    AuditEntry,
    Clip,
    FollowUp,
    Highlight,
    Member,
    PersonalData,
    PersonalLook,
    Segment,
    Transcript,
    Workspace,
)
from storage import keys
from tests import factories
from tests.domain.masks.said import cut

NAME, NUMBER = "my name is Oluwaseun Bakare", "call me on 07700900456 please"
MASKED = ["my name is [name]", "call me on [phone number] please"]


@pytest.fixture
def member(workspace: Workspace) -> Member:
    return factories.member(workspace, "analyst")


@pytest.fixture
def answer(workspace: Workspace) -> Answer:
    program = factories.program(workspace)
    return factories.answer(factories.submission(program, display_name=""))


@pytest.fixture
def transcript(answer: Answer) -> Transcript:
    return factories.transcript(answer, NAME, NUMBER, "It came late.")


def shown(transcript: Transcript) -> list[str]:
    db.session.expire_all()
    return [each.text for each in masking.veiled(transcript).segments]


def look(transcript: Transcript) -> int:
    found = masks.look(transcript)
    db.session.commit()
    return found


def hide(transcript: Transcript, words: str, member: Member, kind: str = "other") -> int:
    places = masks.hide(transcript, words, kind, member)
    db.session.commit()
    return places


def test_what_is_found_is_kept_with_who_found_it(transcript: Transcript) -> None:
    assert look(transcript) == look(transcript) == 2
    rows = db.session.scalars(select(PersonalData).order_by(PersonalData.start)).all()
    assert [(r.kind, r.first_word, r.last_word, r.start, r.end) for r in rows] == [
        ("name", 3, 4, 3.0, 5.0),
        ("phone", 3, 3, 8.0, 9.0),
    ]
    assert {(r.source, r.engine, r.version, r.hidden) for r in rows} == {
        ("machine", "rules", personal_data.VERSION, True)
    }
    looks = db.session.scalars(select(PersonalLook).order_by(PersonalLook.segment_id)).all()
    assert [each.masked for each in looks] == ["my name is •", "call me on • please", None]


def test_words_not_looked_through_yet_are_masked_all_the_same(transcript: Transcript) -> None:
    assert shown(transcript)[:2] == MASKED
    look(transcript)
    assert shown(transcript)[:2] == MASKED
    segment = transcript.segments[2]
    segment.text, segment.words = "Ask Priya Raman.", []
    db.session.commit()
    assert shown(transcript) == [*MASKED, "Ask [name]."]


def test_times_of_a_mask_are_those_of_its_words(transcript: Transcript) -> None:
    first = masking.veiled(transcript).segments[0]
    assert first.words[3] == ["[name]", 3.0, 5.0, 1.0]
    assert [each[0] for each in first.words] == ["my", "name", "is", "[name]"]
    assert masking.muted(transcript) == [Span(2.88, 5.12), Span(7.88, 9.12)]


def test_a_passage_without_times_of_its_words_is_muted_whole(transcript: Transcript) -> None:
    transcript.segments[1].words = []
    db.session.commit()
    assert masking.muted(transcript) == [Span(2.88, 10.12)]


def test_a_person_masks_and_lifts_and_no_rule_undoes_it(
    transcript: Transcript, member: Member
) -> None:
    look(transcript)
    assert hide(transcript, "late", member) == 1
    name = next(mark for mark in masks.of(transcript) if mark.words == "Oluwaseun Bakare")
    masks.lift(transcript, name.row.id, member)
    db.session.commit()
    wanted = [NAME, MASKED[1], "It came [hidden]."]
    assert shown(transcript) == wanted
    look(transcript)
    assert shown(transcript) == wanted
    assert [(m.words, m.row.source, m.row.hidden) for m in masks.of(transcript)] == [
        ("Oluwaseun Bakare", "person", False),
        ("07700900456", "machine", True),
        ("late.", "person", True),
    ]
    mark = masks.of(transcript)[0]
    masks.lift(transcript, mark.row.id, member, hidden=True)
    db.session.commit()
    assert shown(transcript)[0] == MASKED[0]
    log = db.session.scalars(select(AuditEntry).where(AuditEntry.action.like("mask.%"))).all()
    assert [each.action for each in log] == ["mask.added", "mask.lifted", "mask.put_back"]
    assert all(each.subject_id == transcript.answer_id for each in log)


@pytest.mark.parametrize("shift", [0.0, 0.04])
def test_a_decision_outlives_another_transcript(
    answer: Answer, transcript: Transcript, member: Member, shift: float
) -> None:
    look(transcript)
    hide(transcript, "came late", member)
    name = masks.of(transcript)[0]
    masks.lift(transcript, name.row.id, member)
    db.session.commit()
    anew = [transcripts.plain(each) for each in transcript.segments]
    again = transcripts.publish(
        answer, engine="whisper", model="base", version="1", language="en", duration_s=15.0,
        segments=anew,
    )  # fmt: skip
    for segment in again.segments:
        segment.words = [[w, s + shift, e + shift, c] for w, s, e, c in segment.words]
    db.session.commit()
    wanted = [NAME, MASKED[1], "It [hidden]."]
    assert shown(again) == wanted
    look(again)
    assert shown(again) == wanted
    assert look(again) == 2 and shown(again) == wanted


def test_a_decision_outlives_passages_that_are_split_and_their_rows(
    transcript: Transcript, member: Member
) -> None:
    look(transcript)
    hide(transcript, "It came late", member)
    last = transcript.segments[2]
    for at, part in enumerate((last.words[:1], last.words[1:])):
        db.session.add(
            Segment(
                transcript_id=transcript.id, position=10 + at, start=part[0][1], end=part[-1][2],
                text=" ".join(word[0] for word in part), confidence=0.9, words=part,
            )
        )  # fmt: skip
    db.session.delete(last)
    db.session.commit()
    assert shown(transcript)[2:] == ["[hidden]", "[hidden]."]
    look(transcript)
    assert shown(transcript)[2:] == ["[hidden]", "[hidden]."]
    part = next(mark for mark in masks.of(transcript) if mark.words == "It")
    masks.lift(transcript, part.row.id, member)
    db.session.commit()
    look(transcript)
    assert shown(transcript)[2:] == ["It", "[hidden]."]


def test_a_written_answer_keeps_its_decisions(answer: Answer, member: Member) -> None:
    written = factories.answer(answer.submission, "text", written_text="Ask Priya. The blue one.")
    assert masking.written(written) == "Ask [name]. The blue one."

    def publish() -> Transcript:
        made = transcripts.publish(
            written, engine=transcripts.WRITTEN, model="", version="", language="en",
            duration_s=0.0, segments=transcripts.sentences(written.written_text),
        )  # fmt: skip
        db.session.commit()
        return made

    first = publish()
    hide(first, "blue", member)
    masks.lift(first, masks.of(first)[0].row.id, member)
    db.session.commit()
    again = publish()
    assert shown(again) == shown(first) == ["Ask Priya.", "The [hidden] one."]
    look(again)
    assert shown(again) == ["Ask Priya.", "The [hidden] one."]
    assert masking.muted(again) == []


@pytest.mark.parametrize(
    ("words", "kind"), [("", "name"), ("  . ", "name"), ("nobody said", "name"), ("late", "x")]
)
def test_what_can_not_be_masked_is_refused(
    transcript: Transcript, member: Member, words: str, kind: str
) -> None:
    with pytest.raises(Invalid):
        masks.hide(transcript, words, kind, member)


def test_a_mark_of_another_answer_is_not_found(
    answer: Answer, transcript: Transcript, member: Member
) -> None:
    other = factories.transcript(factories.answer(answer.submission), NAME)
    look(other)
    with pytest.raises(NotFound):
        masks.lift(transcript, masks.of(other)[0].row.id, member)


def test_quotes_follow(answer: Answer, transcript: Transcript, member: Member) -> None:
    moment = factories.highlight(
        answer, transcript, last_position=1, quote=f"{NAME} {NUMBER[:22]}…"
    )
    assert masking.quote(moment) == f"{MASKED[0]} call me on [phone number]…"
    look(transcript)
    assert moment.masked_quote == f"{MASKED[0]} call me on [phone number]…"
    name = masks.of(transcript)[0]
    masks.lift(transcript, name.row.id, member)
    db.session.commit()
    assert masking.quote(moment) == f"{NAME} call me on [phone number]…"
    moment.quote = "another one from Priya Raman"
    assert masking.quote(moment) == "another one from [name]"


def test_messages_and_calls_have_masks(answer: Answer, transcript: Transcript) -> None:
    moment = factories.highlight(answer, transcript)
    assert messages._moment(moment, with_poster=False).quote == MASKED[0]
    case = follow_ups.from_machine(answer.submission, "upset", NUMBER, 0.9)
    db.session.commit()
    assert masking.evidence(case.evidence, case.submission) == MASKED[1]
    assert masking.evidence("my name is Priya Raman", None) == "my name is [name]"
    assert calls.KIND


def test_exports_have_masks(answer: Answer, transcript: Transcript) -> None:
    factories.highlight(answer, transcript)
    factories.answer(answer.submission, "text", written_text="Ask Priya Raman.")
    wanted = Wanted(answer.submission.program, "internal")
    whole = json.dumps([list(write(wanted)) for write in exports.WRITTEN.values()])
    whole += exports.caption_text(answer, "srt") + exports.caption_text(answer, "vtt")
    for said in ("Oluwaseun", "07700900456", "Priya"):
        assert said not in whole
    assert whole.count("[name]") >= 6


def test_clips_and_exports_from_before_are_dropped(
    answer: Answer, transcript: Transcript, member: Member
) -> None:
    moment = factories.highlight(answer, transcript)
    look(transcript)

    key = cut(moment)
    look(transcript)
    hide(transcript, "late", member)
    db.session.expire_all()
    assert runtime.storage().stat(key) is not None  # "late" is not in this moment
    export = exports.request(moment.submission.program, member, "csv", "segments")
    export.key = runtime.storage().put(keys.export(export.id, "a.csv"), b"x").key
    db.session.commit()
    hide(transcript, "my", member)
    db.session.expire_all()
    assert runtime.storage().stat(key) is None and export.key is None
    assert db.session.query(Clip).count() == 0
    assert "Bakare" not in clips.vtt(moment) and "[hidden] name is [name]" in clips.vtt(moment)


def test_a_masked_word_finds_nothing_for_those_who_see_masks(
    answer: Answer, transcript: Transcript, member: Member
) -> None:
    workspace = answer.submission.workspace_id

    def found(words: str, masked: bool = True) -> list[str]:
        found = search.by_words(workspace, words, masked=masked)
        hits = found.hits
        assert found.said == len(hits)
        return ["".join(piece.text for piece in hit.pieces) for hit in hits]

    assert found("late") == []  # not looked through yet
    look(transcript)
    assert found("late") == ["It came late."]
    assert found("bakare") == found("07700") == found("oluw") == found("name bakare") == []
    assert found("nam") == [MASKED[0]]
    assert found("bakare", masked=False) == [NAME]
    hide(transcript, "late", member)
    assert found("late") == [] and found("came") == ["It came [hidden]."]
    masks.lift(transcript, masks.of(transcript)[-1].row.id, member)
    masks.lift(transcript, masks.of(transcript)[0].row.id, member)
    db.session.commit()
    assert found("late") == ["It came late."] and found("bakare") == [NAME]


def test_what_came_before_the_rules_is_looked_through(
    answer: Answer, transcript: Transcript
) -> None:
    factories.transcript(answer, "old", current=False)
    moment = factories.highlight(answer, transcript)
    assert (masks.catch_up(), masks.catch_up()) == (1, 0)
    assert moment.masked_quote == MASKED[0]
    db.session.query(PersonalLook).update({"version": "0"})
    db.session.commit()
    assert masks.catch_up() == 1


def test_the_pipeline_leaves_masked_quotes(answer: Answer, transcript: Transcript) -> None:
    factories.highlight(answer, transcript)
    processing.begin(answer)
    highlights.publish(answer, transcript, [])
    assert db.session.query(Highlight).count() == 0


def test_erasing_a_voice_takes_all_of_it(
    app: Flask, answer: Answer, transcript: Transcript, member: Member
) -> None:
    look(transcript)
    hide(transcript, "late", member)
    consent.withdraw(answer.submission)
    db.session.commit()
    assert db.session.query(PersonalData).count() == db.session.query(PersonalLook).count() == 0
    assert db.session.query(FollowUp).count() == 0
