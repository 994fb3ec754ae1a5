"""Masks: kept as rows, put and lifted by people, whatever else is heard or parted since."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain import (
    masking,
    masks,
    personal_data,
    transcripts,
)
from app.domain.errors import Invalid, NotFound
from app.domain.timeline import Span
from app.extensions import db
from app.models import (
    Answer,
    AuditEntry,
    Member,
    PersonalData,
    PersonalLook,
    Segment,
    Transcript,
)
from tests import factories
from tests.domain.masks.said import MASKED, NAME, hide, look, shown


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
