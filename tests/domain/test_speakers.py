"""Who speaks: kept, named by people, told in captions and exports; and what an interviewer says."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain import editing, masking, processing, speakers, transcripts
from app.domain.editing import Act
from app.domain.errors import Invalid
from app.domain.exports.rows import Wanted, segments
from app.domain.speakers import Speaker
from app.domain.timeline import Span
from app.extensions import db
from app.models import Answer, AuditEntry, Member, Step, Transcript, Workspace
from tests import factories

ASKS = Speaker(1, "Ana", customer=False)


@pytest.fixture
def answer(app: Flask, workspace: Workspace) -> Answer:
    return factories.answer(factories.submission(factories.program(workspace)))


@pytest.fixture
def talk(answer: Answer) -> Transcript:
    """Two passages each, in turn; understood."""
    said = ((1, "How was it?"), (2, "It came late."), (2, "Nobody called."), (1, "I see."))
    made = factories.talk(answer, *said)
    for segment in made.segments:
        segment.understood = True
    db.session.commit()
    return made


@pytest.fixture
def author(owner: Member) -> editing.Author:
    return editing.staff(owner)


def whose(transcript: Transcript) -> list[int]:
    return [segment.speaker for segment in transcript.segments]


def name(talk: Transcript, author: editing.Author, *told: Speaker) -> bool:
    editing.save(talk, talk.edition, author, {})
    return editing.name_speakers(talk, told, author)


def test_each_is_called_by_number_until_named(talk: Transcript, author: editing.Author) -> None:
    assert speakers.names(talk.segments) == {1: "Speaker 1", 2: "Speaker 2"}

    assert name(talk, author, Speaker(1, "  Ana \x00Ruiz "), Speaker(5, "nobody"))
    db.session.commit()

    assert speakers.of(talk) == [Speaker(1, "Ana Ruiz"), Speaker(2)]
    assert not name(talk, author, Speaker(1, "Ana Ruiz"))
    entry = db.session.scalar(
        select(AuditEntry).where(AuditEntry.action == "transcript.speakers_named")
    )
    assert entry is not None and "Ana" not in str(entry.details)


def test_captions_and_exports_say_who(
    answer: Answer, talk: Transcript, author: editing.Author
) -> None:
    name(talk, author, Speaker(2, "Jo <b>"))
    db.session.commit()

    whole, part = transcripts.vtt(talk.segments), transcripts.vtt(talk.segments, Span(2.0, 3.9))
    assert "<v Speaker 1>How was it?" in whole
    assert part.count("<v ") == 1 and "<v Jo &lt;b&gt;>It came late." in part
    plain = transcripts.srt(talk.segments)
    assert "(Speaker 1)\nHow was it?" in plain
    assert plain.count("(Jo ‹b›)") == 1, "once a turn"
    rows = segments(Wanted(answer.submission.program, "internal"))
    assert [row["speaker"] for row in rows] == ["Speaker 1", "Speaker 2", "Speaker 2", "Speaker 1"]


def test_beside_masks_a_person_has_a_number(
    answer: Answer, talk: Transcript, author: editing.Author
) -> None:
    name(talk, author, Speaker(1, "Interviewer", customer=False), Speaker(2, "Ana Ruiz"))
    db.session.commit()

    assert "Ana Ruiz" in transcripts.vtt(talk.segments), "for those who see the words"
    veiled = masking.veiled(talk).segments
    outside = transcripts.vtt(veiled) + transcripts.srt(veiled) + str(speakers.turns(veiled))
    rows = list(segments(Wanted(answer.submission.program, "internal")))
    assert "Ana Ruiz" not in outside + str(rows)
    assert "<v Interviewer>How was it?" in outside and "<v Speaker 2>It came late." in outside
    assert [row["speaker"] for row in rows][:2] == ["Interviewer", "Speaker 2"]


def test_one_alone_has_no_name(answer: Answer) -> None:
    alone = factories.transcript(answer, "It came late.")

    assert speakers.of(alone) == []
    assert "<v" not in transcripts.vtt(alone.segments)


def test_nothing_is_made_of_an_interviewers_words_once_told(
    answer: Answer, talk: Transcript, author: editing.Author
) -> None:
    run = processing.begin(answer)
    for step in run.steps:
        step.state = "done"
    db.session.commit()

    name(talk, author, ASKS)
    db.session.commit()

    assert [segment.understood for segment in talk.segments] == [False, True, True, False]
    assert speakers.askers(talk) == {1}
    again = db.session.scalars(select(Step).where(Step.run_id == run.id, Step.state == "due"))
    assert "understand" in {step.name for step in again}


def test_somebody_has_to_be_the_customer(talk: Transcript, author: editing.Author) -> None:
    with pytest.raises(Invalid, match="customer"):
        name(talk, author, ASKS, Speaker(2, "", customer=False))
    with pytest.raises(Invalid):
        name(talk, author, Speaker(1, "x" * 61))


def test_a_passage_is_given_to_another_and_back(talk: Transcript, author: editing.Author) -> None:
    name(talk, author, ASKS)
    for segment in talk.segments:
        segment.understood = True
    db.session.commit()

    act = Act("speaker", talk.segments[1].id, 1)
    assert editing.save(talk, talk.edition, author, {}, act) == 1
    assert whose(talk) == [1, 1, 2, 1]
    assert [segment.understood for segment in talk.segments] == [True, False, True, True]

    editing.undo(talk, talk.edition, author)
    assert whose(talk) == [1, 2, 2, 1]


def test_people_tell_apart_what_the_machine_did_not(answer: Answer, author: editing.Author) -> None:
    words = factories.transcript(answer, "How was it?", "It came late.")

    editing.save(words, words.edition, author, {}, Act("speaker", words.segments[1].id, 2))

    assert whose(words) == [1, 2]
    with pytest.raises(Invalid):
        editing.save(words, words.edition, author, {}, Act("speaker", words.segments[1].id, 99))
