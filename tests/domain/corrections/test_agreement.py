"""How often people agree, with an interval, and what exports tell of both."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import defaultdict

import pytest
from sqlalchemy import select

from app.domain import exports, intervals, masking, masks
from app.domain.corrections import agreement, deciding, kinds, reading
from app.domain.corrections.agreement import SHOWN
from app.domain.corrections.kinds import Why
from app.extensions import db
from app.models import Correction, Program, Segment, Workspace
from tests import factories
from tests.domain.corrections.conftest import Make, Voice, found, loaded
from tests.domain.corrections.test_keeping import edit, heard_where_needed
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
        ("emotion", "heard-emotion", "1"): (2, 2),
        ("theme", "scorer", "1"): (2, 2),
        ("hand_off", "heard-hand-off", "1"): (2, 2),
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


def test_of_words_that_it_never_heard_the_machine_said_nothing(
    voice: Voice, program: Program
) -> None:
    edit(voice, {voice.first.id: "It came nine days late and I hate it."})
    voice.correct("sentiment", "negative")
    voice.correct("emotion", "anger")
    assert rates(program) == {}
    told = [json.loads(row) for row in table(program, "corrections", "jsonl").splitlines()]
    assert [(row["machine"], row["engine"], row["agrees"]) for row in told] == [
        ("", "unheard", None)
    ] * 2
    (_, line) = reading.of(voice.transcript)[voice.first.id]
    assert line.said.startswith(f"machine said nothing yet, {voice.member.name} said negative")
    assert line.about == "words that the machine had not heard yet"
    heard_where_needed(voice)  # it says positive, and no emotion
    assert rates(program) == {
        ("sentiment", "heard-sentiment", "1"): (0, 1),
        ("emotion", "heard-emotion", "1"): (0, 1),
    }
    voice.correct("sentiment", "positive")
    assert rates(program)["sentiment", "heard-sentiment", "1"] == (1, 1)


def counted_one_by_one(program: Program) -> list[tuple[object, ...]]:
    """The same figures, from every decision in turn."""
    rows = db.session.scalars(select(Correction).where(Correction.state == "stands")).all()
    found: dict[tuple[str, str, str], list[tuple[bool, Correction]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.id):
        if row.program_id != program.id:
            continue
        heard = [(row.engine, row.version, row.machine)]
        segment = db.session.get(Segment, row.segment_id or 0)
        later = (row.newer_engine, row.newer_version)
        fits = segment is not None and row.digest == masking.digest(segment.text)
        if row.newer is not None and fits and later != heard[0][:2]:
            heard.append((*later, row.newer))
        for engine, version, machine in heard:
            agrees = sorted(each[0] for each in machine) == sorted(row.value)
            found[row.kind, engine, version].append((agrees, row))
    order = sorted(
        found, key=lambda key: (-kinds.KINDS.index(key[0]), found[key][-1][1].id), reverse=True
    )
    return [
        (
            *key,
            len(found[key]),
            sum(agrees for agrees, _ in found[key]),
            sum(row.reason == "right" for _, row in found[key]),
            [
                row.id
                for said in (False, True)
                for agrees, row in reversed(found[key])
                if agrees is said
            ][:SHOWN],
        )
        for key in order
    ]


def test_the_database_counts_as_one_does_by_hand_and_reads_little(
    make: Make, program: Program
) -> None:
    chance = random.Random(3)
    voice = make(*(f"Passage {n}, née “Zoë” — 配送." for n in range(40)))
    segments = voice.transcript.segments
    other = factories.program(db.session.get_one(Workspace, program.workspace_id))

    def some(*values: str) -> list[str]:
        return [each for each in values if chance.random() < 0.5]

    def said(*values: str) -> list[list[object]]:
        return [[each, 0.5, 0.5] for each in some(*values)]

    rows = []
    for _ in range(600):
        kind, at = chance.choice(("emotion", "theme", "hand_off")), chance.choice(segments)
        row = Correction(
            workspace_id=program.workspace_id, answer_id=voice.answer.id,
            program_id=chance.choice([program, program, other]).id, position=0, start=0.0,
            segment_id=chance.choice([at.id, at.id, None]), end=5.0,
            digest=masking.digest(chance.choice([at.text, at.text, "else"])),
            kind=kind, value=some("a", "b"), machine=said("b", "a"), engine=chance.choice("xy"),
            version="1", reason=chance.choice(("right", "missed")), evidence="words",
            state=chance.choice(("stands", "stands", "stands", "replaced")),
        )  # fmt: skip
        if chance.random() < 0.5:
            row.newer, row.newer_engine = chance.choice([None, said("a", "b")]), row.engine
            row.newer_version = chance.choice("12")
        rows.append(row)
    factories.save(*rows)
    expected, program_id = counted_one_by_one(program), program.id
    assert len(expected) >= 10
    db.session.expunge_all()
    with loaded(Correction) as read, loaded(Segment) as words:
        rates = agreement.of(db.session.get_one(Program, program_id))
    assert [
        (r.kind, r.engine, r.version, r.n, r.agreed, r.looked, [each.id for each in r.decisions])
        for r in rates
    ] == expected
    assert len(read) <= SHOWN * len(rates) < 400 and words == []


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


def test_their_notes_show_nothing_that_a_person_hid(make: Make, program: Program) -> None:
    voice = make("The zorbix came late.")
    voice.correct("sentiment", "negative", why=Why("missed", "words", "It was the zorbix"))
    masks.hide(voice.answer.transcripts[0], "zorbix", "other", voice.member)
    db.session.commit()
    (row,) = map(json.loads, table(program, "corrections", "jsonl").splitlines())
    assert (row["text"], row["note"]) == ("The [hidden] came late.", "It was the [hidden]")


def test_a_theme_that_went_is_named_so(voice: Voice, program: Program, delivery: str) -> None:
    made = voice.correct("theme", delivery)
    program.themes.remove(program.themes[0])
    db.session.commit()
    assert reading.said(made, reading.theme_names([made])).endswith(
        f"{reading.GONE}: the words say so"
    )
