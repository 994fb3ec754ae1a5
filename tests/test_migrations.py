"""From nothing to today's tables and back, on both databases; the models say the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, event, select, text

from app import create_app
from app.domain import alerts, calls, follow_up_lists, follow_ups, outbox, processing
from app.extensions import db
from app.models import Base, Delivery, FollowUp, GoneOut, Label, Program, Transcript
from migrations import included
from tests import factories, services
from tests.conftest import ROOT, settings_for
from tests.domain import sending

MIGRATIONS = str(ROOT / "migrations")
NEWEST = ("0014", "0015", "0016", "0017", "0018", "0019", "0020", "0021", "0022", "0023", "0024")
HOUR = datetime(2026, 5, 4, 9, tzinfo=UTC)
LONG = "I smell gas " + "in the hall and then " * 300
GAS = "Harm or safety (heard, sure)"
# What a case says, of words that may have been corrected since; the danger that it told of there.
TOLD_BEFORE = (
    (GAS, "Hello.\nI smell gas in the hall", "I smell gas, in the café hall.", "Harm or safety"),
    (GAS, "煙が出ています", "煙が、出ています。", "Harm or safety"),
    (GAS, LONG[:2000].strip(), LONG, "Harm or safety"),
    ("Bereavement (heard, sure)", "I smell gas.", "I SMELL GAS", "Harm or safety"),
    ("Bereavement (heard, sure)", "I smell grass", "I smell gas", ""),
    ("Harm or safety (heard, not sure)", "I smell grass", "I smell gas", ""),
    (GAS, "I smell gas in the hall", "I will end it, I can't go on in here", None),
    (GAS, "I smell gas in the hall\nWell", "Well, I can't go on", None),
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'x.db'}"
    else:
        with services.postgres() as address:
            yield address


def test_up_and_down_and_up_again(url: str, tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path, DATABASE_URL=url))
    with app.app_context():
        upgrade(MIGRATIONS)
        with db.engine.connect() as connection:
            options = {"include_object": included.include_object, "compare_type": True}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, Base.metadata) == []
        downgrade(MIGRATIONS, revision="base")
        upgrade(MIGRATIONS)
        db.engine.dispose()


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(MIGRATIONS).get_heads()) == 1


def test_what_had_gone_out_is_known_afterwards(url: str, tmp_path: Path) -> None:
    """Of moments and of calls; not what waits, nor of whom nobody was told."""
    app = create_app(settings_for(tmp_path, DATABASE_URL=url))
    with app.app_context():
        upgrade(MIGRATIONS)
        workspace = factories.workspace()
        leader, owner = factories.member(workspace), factories.member(workspace, "owner")
        seen = sending.scene(workspace)
        program, voice = seen.program, seen.answer.submission
        for member in (leader, owner):
            sending.follow(member, program)
        alerts.announce(seen.answer.id)
        calling, waiting = factories.submission(program), factories.submission(program)
        for each in (calling, waiting):
            follow_ups.ask(program, each, "555 0100")
        db.session.commit()
        first, second, call, other = db.session.scalars(select(Delivery).order_by(Delivery.id))
        together = outbox.add(
            call.channel,
            calls.KIND,
            payload=calls.together(follow_up_lists.of(workspace.id)[0], HOUR),
        )
        for case in follow_up_lists.of(workspace.id):
            case.created_at = HOUR
        first.state = call.state = together.state = "done"
        second.answered, other.error = 503, "The receiver is away."
        known = {
            (voice.id, first.id), (voice.id, second.id), (calling.id, call.id),
            (calling.id, together.id), (waiting.id, together.id),
        }  # fmt: skip
        db.session.commit()
        db.session.remove()
        downgrade(MIGRATIONS, revision="0013")
        upgrade(MIGRATIONS)
        rows = db.session.execute(select(GoneOut.submission_id, GoneOut.delivery_id))
        assert {(row[0], row[1]) for row in rows} == known
        assert set(map(tuple, db.session.scalars(select(Program.vocabulary)))) == {()}
        db.session.remove()
        db.engine.dispose()


def test_cases_from_before_know_which_passages_they_told_of(url: str, tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path, DATABASE_URL=url))
    with app.app_context():
        upgrade(MIGRATIONS)
        voice = factories.submission(factories.program(factories.workspace()))
        answer = factories.answer(voice)
        words = factories.transcript(answer, "Ring me.", "I can't go on.", "I feel bad.", "Well.")
        _call(words, 0, "Asks for a person", 0.9)
        _call(words, 1, "Strong distress", 0.9)
        _call(words, 2, "Strong distress", 0.5)
        _call(words, 3, "Bereavement", 0.9)
        processing.hand_over(answer, words)
        case = follow_ups.heard_case(voice)
        assert case is not None
        known = sorted(case.told, key=lambda row: row[1])[:3]
        case.told, case.evidence = [], "I can't go on.\nRing me.\nI feel bad."
        db.session.commit()
        expected = {case.id: known}
        for reason, evidence, said, danger in TOLD_BEFORE:
            case, row = _from_before(voice.program, reason, evidence, said)
            expected[case.id] = [] if danger is None else [[*row, danger, ""]]
        db.session.remove()
        downgrade(MIGRATIONS, revision="0021")
        upgrade(MIGRATIONS)
        assert {each.id: each.told for each in db.session.scalars(select(FollowUp))} == expected
        assert [row[3] for row in known] == ["", "Strong distress", ""]
        db.session.remove()
        db.engine.dispose()


def test_cases_from_before_know_that_nobody_was_needed(url: str, tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path, DATABASE_URL=url))
    with app.app_context():
        upgrade(MIGRATIONS)
        program, said = factories.program(factories.workspace()), "Nobody is needed: they wrote."
        ended = {("done", said): True, ("open", said): False, ("done", "Called"): False}
        for state, outcome in ended:
            case = follow_ups.ask(program, None, f"{len(outcome)}-{state}@example.com")
            case.state, case.outcome = state, outcome
        db.session.commit()
        db.session.remove()
        downgrade(MIGRATIONS, revision="0023")
        upgrade(MIGRATIONS)
        cases = db.session.scalars(select(FollowUp))
        assert {(each.state, each.outcome): each.unneeded for each in cases} == ended
        db.session.remove()
        db.engine.dispose()


@pytest.mark.slow
def test_an_upgrade_that_was_stopped_anywhere_goes_on(tmp_path: Path) -> None:
    """SQLite keeps a table or a column at once. Each migration is stopped at its first statement,
    then at its second one, and so on, each time in a database as it was before it."""
    app = create_app(settings_for(tmp_path))
    with app.app_context():
        upgrade(MIGRATIONS)
        program = factories.program(factories.workspace())
        answer = factories.answer(factories.submission(program))
        words = factories.transcript(answer, "It came late.")
        _call(words, 0, "Bereavement", 0.9)
        processing.hand_over(answer, words)
        db.session.commit()
        db.session.remove()
        downgrade(MIGRATIONS, revision="0013")
        stopped = [_stopped_everywhere(Path(str(db.engine.url.database)), to) for to in NEWEST]
        assert min(stopped) >= 5, "else nothing was tried"
        with db.engine.connect() as connection:
            options = {"include_object": included.include_object}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, Base.metadata) == []
            asked = text("SELECT count(*) FROM segment_search WHERE segment_search MATCH 'late'")
            assert connection.execute(asked).scalar() == 1
        db.engine.dispose()


def _from_before(
    program: Program, reason: str, evidence: str, said: str
) -> tuple[FollowUp, list[object]]:
    """A case that doesn't know its passage, and where that is."""
    answer = factories.answer(factories.submission(program))
    words = factories.transcript(answer, said)
    _call(words, 0, "Harm or safety", 0.9)
    processing.hand_over(answer, words)
    case = follow_ups.heard_case(answer.submission)
    assert case is not None
    case.reason, case.evidence, row, case.told = reason, evidence, case.told[0][:3], []
    db.session.commit()
    return case, row


def _call(words: Transcript, at: int, reason: str, score: float) -> None:
    """The machine hears that a person is needed."""
    words.segments[at].labels.append(
        Label(kind="hand_off", value=reason, score=score, confidence=score, engine="x", version="1")
    )


class Stopped(Exception):
    """As a process that is killed."""


def _stopped_everywhere(database: Path, revision: str) -> int:
    """At how many statements; the database is at that revision afterwards."""
    db.engine.dispose()
    before = database.read_bytes()
    stopped = 0
    while not _upgraded(db.engine, revision, stopped + 1):
        stopped += 1
        upgrade(MIGRATIONS, revision=revision)
        db.engine.dispose()
        database.write_bytes(before)
    return stopped


def _upgraded(engine: Engine, revision: str, last: int) -> bool:
    """Whether the upgrade is through before its statement number `last`, at which it is stopped."""
    done = 0

    def count(*_: object) -> None:
        nonlocal done
        done += 1
        if done == last:
            raise Stopped

    event.listen(engine, "before_cursor_execute", count)
    try:
        upgrade(MIGRATIONS, revision=revision)
    except Stopped:
        return False
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return True
