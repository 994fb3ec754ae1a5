"""What follows masks: quotes, messages, exports, clips, search, and what is erased."""

from __future__ import annotations

import json

from flask import Flask

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
    processing,
    search,
)
from app.domain.exports.rows import Wanted
from app.extensions import db
from app.models import (
    Answer,
    Clip,
    FollowUp,
    Highlight,
    Member,
    PersonalData,
    PersonalLook,
    Transcript,
)
from storage import keys
from tests import factories
from tests.domain.masks.said import MASKED, NAME, NUMBER, cut, hide, look


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
    case = follow_ups.from_machine(answer.submission, factories.need("upset", NUMBER, 0.9))
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
    assert (masks.catch_up(), masks.catch_up()) == (2, 0), "also one that nobody reads"
    assert moment.masked_quote == MASKED[0]
    db.session.query(PersonalLook).update({"version": "0"})
    db.session.commit()
    assert masks.catch_up() == 2


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
