"""What an operator's monitor hears of the work."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from app import queue, runtime
from app.domain import vitals
from app.domain.pipeline import QUEUES
from app.domain.vitals import Vitals, looking
from app.extensions import db
from app.models import Program, Run, Step, Workspace, now
from tests import factories, services


@pytest.fixture
def program(workspace: Workspace) -> Program:
    return factories.program(workspace)


ALIVE = dict.fromkeys(QUEUES, 1)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Vitals(ALIVE, {}, 2.0), []),
        (Vitals(ALIVE, {"speech": vitals.LATE_S}, vitals.SILENT_S), []),
        (Vitals(None), ["The queue server does not answer."]),
        (Vitals({**ALIVE, "text": 0}, {}, 1.0), ["No text worker is alive."]),
        (Vitals(ALIVE), ["The clock has not been heard of."]),
        (Vitals(ALIVE, {}, 301.0), ["The clock was last heard of 5 minutes ago."]),
        (Vitals(ALIVE, {"media": 8000.0}, 1.0), ["Work for media has been waiting for 2 hours."]),
    ],
)
def test_each_trouble_is_a_sentence(seen: Vitals, said: list[str]) -> None:
    assert vitals.troubles(seen) == said


def test_what_waits_and_who_is_at_work(program: Program) -> None:
    answer = factories.answer(factories.submission(program))
    run = factories.save(Run(answer_id=answer.id))
    hour = timedelta(hours=1)
    for position, (name, state, due, lease) in enumerate(
        [
            ("probe", "due", now() - 2 * hour, None),
            ("normalise", "due", now() + hour, None),  # not yet
            ("transcribe", "leased", now() - hour, now() + hour),
            ("understand", "leased", now() - hour, now() - hour),  # its worker is gone
        ]
    ):
        db.session.add(
            Step(
                run_id=run.id, name=name, position=position, state=state, due_at=due,
                lease_until=lease,
            )
        )  # fmt: skip
    db.session.commit()
    seen = looking.look(db.session, runtime.settings().redis_url)
    assert seen.workers is None  # no queue server here
    assert {name: round(age / 3600) for name, age in seen.waiting_s.items()} == {"media": 2}


def test_signs_of_life_come_by_way_of_the_queue_server(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    with services.valkey() as url:
        connection = queue.connect(url)
        for name, worker in (("media", "one"), ("media", "two"), ("text", "three")):
            queue.sign(connection, name, worker)
        connection.set(looking.BEAT, time.time() - 40)
        seen = looking.look(db.session, url)
        assert seen.workers == {"media": 2, "speech": 0, "text": 1, "notify": 0}
        assert seen.clock_s is not None and 40 <= seen.clock_s < 60
        monkeypatch.setattr(queue, "MISSED_S", -1.0)  # their time is over
        assert looking.look(db.session, url).workers == dict.fromkeys(QUEUES, 0)
