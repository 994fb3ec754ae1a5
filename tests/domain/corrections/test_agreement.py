"""How often people agree, with an interval, and what exports tell of both."""

from __future__ import annotations

import csv
import io
import json

import pytest
from sqlalchemy import event

from app.domain import exports, intervals
from app.domain.corrections import agreement, deciding, kinds, reading
from app.domain.corrections.kinds import Why
from app.extensions import db
from app.models import Program
from tests.domain.corrections.conftest import Make, Voice, found
from workers.understand import emotion, hand_off


def test_the_interval_is_wilsons() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3
    for hits, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert intervals.wilson(hits / n, n) == pytest.approx((low, high), abs=5e-5)


def test_the_lists_are_the_machines() -> None:
    assert kinds.EMOTIONS == emotion.SHOWN
    assert tuple(hand_off.REASONS.values()) == kinds.HAND_OFFS


def confirm(voice: Voice, at: int = 0) -> None:
    here = voice.here(at)
    deciding.confirm(here, deciding.seen(here, *kinds.ON_PASSAGES), voice.member)
    db.session.commit()


def rates(program: Program) -> dict[tuple[str, str, str], tuple[int, int]]:
    return {(r.kind, r.engine, r.version): (r.agreed, r.n) for r in agreement.of(program)}


def test_looked_at_and_left_counts_as_agreement(make: Make, program: Program) -> None:
    one, two = make(), make()
    one.correct("sentiment", "negative")
    confirm(one, at=1)
    confirm(two)
    assert rates(program) == {
        ("sentiment", "heard-sentiment", "1"): (2, 3),
        ("emotion", "", ""): (2, 2),
        ("theme", "scorer", "1"): (2, 2),
        ("hand_off", "", ""): (2, 2),
    }
    first = agreement.of(program)[0]
    assert first.kind == "sentiment" and first.few and first.looked == 2
    assert [each.value for each in first.decisions] == [["negative"], ["neutral"], ["neutral"]]


def test_a_later_version_is_measured_by_the_same_decision(voice: Voice, program: Program) -> None:
    voice.correct("sentiment", "negative")
    voice.heard(found("negative", version="2"), found())
    assert rates(program) == {
        ("sentiment", "heard-sentiment", "1"): (0, 1),
        ("sentiment", "heard-sentiment", "2"): (1, 1),
    }
    voice.first.text = "Other words."  # what the new version read isn't what the person did
    db.session.commit()
    assert rates(program) == {("sentiment", "heard-sentiment", "1"): (0, 1)}


def test_words_are_read_at_once_for_many_decisions(make: Make, program: Program) -> None:
    for _ in range(3):
        voice = make()
        voice.correct("sentiment", "negative")
        voice.heard(found("negative", version="2"), found())
    asked: list[str] = []
    db.session.commit()

    def note(*told: object) -> None:
        asked.append(str(told[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert rates(program)["sentiment", "heard-sentiment", "2"] == (3, 3)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len([each for each in asked if "FROM segments" in each]) == 1


def test_what_was_taken_back_does_not_count(voice: Voice, program: Program) -> None:
    made = voice.correct("sentiment", "negative")
    deciding.withdraw(voice.answer.submission, made.id, voice.member)
    db.session.commit()
    assert agreement.of(program) == []


def table(program: Program, level: str, format: str = "csv", purpose: str = "internal") -> str:
    out = io.StringIO()
    exports.write_table(exports.Wanted(program, purpose), format, level, out)
    return out.getvalue()


def test_segments_tell_both(voice: Voice, program: Program, delivery: str) -> None:
    voice.correct("sentiment", "negative")
    voice.correct("theme", delivery)
    confirm(voice, at=1)
    first, second = csv.DictReader(io.StringIO(table(program, "segments")))
    assert (first["corrected"], first["sentiment"], first["sentiment_machine"]) == (
        "sentiment theme", "negative", "neutral",
    )  # fmt: skip
    assert first["sentiment_engine"].startswith("person ")
    assert (first["themes"], first["themes_machine"]) == ("Delivery 1.00", "Staff")
    assert (second["corrected"], second["sentiment_machine"]) == ("", "neutral")


def test_highlights_tell_who_chose_them(voice: Voice, program: Program) -> None:
    voice.heard(found("negative", themes=("Delivery",), emotions=["anger"]), found())
    voice.correct("highlight", "yes", at=1)
    rows = csv.DictReader(io.StringIO(table(program, "highlights")))
    assert {row["chosen_by"] for row in rows} == {"machine", "person"}


def test_decisions_as_training_rows(make: Make, program: Program, delivery: str) -> None:
    voice = make("My name is Oluwaseun Bakare and it came late.", "It was torn.")
    voice.correct("sentiment", "negative", why=Why("missed", "words", "Mr Bakare waited"))
    voice.correct("theme", delivery, at=1)
    sentiment, theme = map(json.loads, table(program, "corrections", "jsonl").splitlines())
    assert (sentiment["kind"], sentiment["machine"], sentiment["value"]) == (
        "sentiment", "neutral", "negative",
    )  # fmt: skip
    assert (sentiment["reason"], sentiment["evidence"]) == ("missed", "words")
    assert "Bakare" not in sentiment["text"] and "came late" in sentiment["text"]
    assert (theme["machine"], theme["value"], theme["agrees"]) == ("Staff", "Delivery", False)
    assert table(program, "corrections", "jsonl", "public") == ""


def test_a_theme_that_went_is_named_so(voice: Voice, program: Program, delivery: str) -> None:
    made = voice.correct("theme", delivery)
    program.themes.remove(program.themes[0])
    db.session.commit()
    assert reading.said(made, reading.theme_names([made])).endswith(
        f"{reading.GONE}: the words say so"
    )
