"""Quotas are exact and repeated requests have one effect, in parallel, on both databases."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.domain.clerk import new_token, token_hash
from app.extensions import db
from app.models import Answer, Invitation, Run, Submission, Upload, now
from tests import services
from tests.live import Live, live

pytestmark = pytest.mark.slow

DATA = b"\x1aE\xdf\xa3" + bytes(range(256)) * 40


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated: Path
) -> Iterator[Live]:
    data = tmp_path_factory.mktemp("repeated") / "data"
    if request.param == "sqlite":
        with live(data, migrated, WEB_THREADS="8") as server:
            yield server
    else:
        with (
            services.postgres() as url,
            live(data, migrated, WEB_THREADS="8", DATABASE_URL=url) as server,
        ):
            yield server


def rows(server: Live, tokens: list[str]) -> dict[str, int]:
    with server.app.app_context():
        mine = select(Submission.id).where(Submission.token_hash.in_(map(token_hash, tokens)))
        of_mine = select(Answer.id).where(Answer.submission_id.in_(mine))
        received = Submission.state == "received"
        counted = {
            "submissions": select(func.count(Submission.id)).where(Submission.id.in_(mine)),
            "received": select(func.count(Submission.id)).where(Submission.id.in_(mine), received),
            "answers": select(func.count(Answer.id)).where(Answer.submission_id.in_(mine)),
            "runs": select(func.count(Run.id)).where(Run.answer_id.in_(of_mine)),
            "uploads": select(func.count(Upload.id)).where(Upload.submission_id.in_(mine)),
            "arrived": select(Invitation.received).where(Invitation.code == server.code),
        }
        found = {name: int(db.session.scalar(query) or 0) for name, query in counted.items()}
        db.session.remove()
        return found


def limit(server: Live, **values: object) -> None:
    with server.app.app_context():
        db.session.execute(
            update(Invitation).where(Invitation.code == server.code).values(**values)
        )
        db.session.commit()
        db.session.remove()


def test_fifty_at_once_at_a_quota_of_ten(server: Live) -> None:
    tokens = [server.draft() for _ in range(50)]
    before = rows(server, tokens)["arrived"]
    limit(server, quota=before + 10)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda t: server.send(t, written={"0": "Good."}), tokens))
    limit(server, quota=None)
    assert Counter(answer.status for answer in answers) == {200: 10, 410: 40}
    after = rows(server, tokens)
    assert (after["received"], after["answers"], after["runs"]) == (10, 10, 10)
    assert after["arrived"] - before == 10


def test_after_the_closing_date_nobody_gets_in(server: Live) -> None:
    token = server.draft()
    limit(server, closes_at=now())
    answer = server.send(token, written={"0": "Too late."})
    limit(server, closes_at=None)
    assert answer.status == 410 and rows(server, [token])["received"] == 0


def test_a_thousand_replays_have_one_effect(server: Live) -> None:
    token = new_token()
    before = rows(server, [])["arrived"]
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: server.draft(token), range(40)))
        assert set(opened) == {token}
        at = str(server.create(token, len(DATA)).headers["Location"])
        patched = list(pool.map(lambda _: server.patch(token, at, DATA, 0).status, range(60)))
        assert patched.count(204) == 1 and set(patched) <= {204, 409, 423}
        closing = {"name": "Ada", "hashes": {"0": hashlib.sha256(DATA).hexdigest()}}
        sent = list(pool.map(lambda _: server.send(token, **closing), range(900)))
        assert {(each.status, each.body) for each in sent} == {(200, sent[0].body)}
        other = {server.send(token, **{**closing, "name": "Bob"}).status for _ in range(5)}
    assert other == {422}
    assert rows(server, [token]) == {
        **{"submissions": 1, "received": 1, "answers": 1, "runs": 1, "uploads": 1},
        "arrived": before + 1,
    }
