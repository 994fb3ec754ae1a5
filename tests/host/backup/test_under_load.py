"""Ten backups of a Heard that takes uploads and works on them; each comes back whole."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from app import create_app
from app.config import Settings
from app.domain import capture, consent, members, welcome
from app.domain.errors import Conflict
from app.extensions import db
from app.host import backup, manifest
from app.host.restore import restore
from app.models import Invitation, Step
from tests import factories, services
from tests.chaos import media
from tests.chaos.crowd import Customer, Later, Shop
from tests.conftest import DATABASE, ROOT, settings_for
from tests.e2e import stack
from tests.host.backup.kept import check, inside
from workers.perform import perform

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(DATABASE), reason="starts its own databases"),
]
TIMES = 10
UNSETTLED = ("due", "waiting", "leased")


def open_shop(app: Flask, url: str) -> Shop:
    with app.app_context():
        program = factories.program(members.ensure_first_owner().workspace)
        code = db.session.scalars(select(Invitation.code)).first() or (
            factories.invitation(program).code
        )
        return Shop(urlsplit(url).netloc, code, program.consent_texts[0].id, program.id, {})


class Load:
    """Customers who come one after the other, every fourth of whom takes it back at once."""

    def __init__(self, shop: Shop, app: Flask, recordings: media.Recordings) -> None:
        self.shop, self.app, self.recordings = shop, app, recordings
        self.withdrawn: list[str] = []
        self.sent = 0
        self.over = threading.Event()
        self.turns = threading.Semaphore(8)  # so that there isn't more work than time
        self.threads = [threading.Thread(target=self._come, args=(each,)) for each in range(3)]

    def __enter__(self) -> Load:
        for each in self.threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.turns.release(len(self.threads))
        for each in self.threads:
            each.join()

    def more_than(self, before: int) -> bool:
        return self.sent > before

    def _come(self, which: int) -> None:
        for number in itertools.count(which, 3):
            self.turns.acquire()
            recording = self.recordings.copy(number) if number % 2 else None
            customer = Customer(f"Customer {number}", f"quetzal{number:04} was late.", recording)
            while not customer.received:
                if self.over.is_set():
                    return
                try:
                    customer.send(self.shop)
                except Later:
                    self.over.wait(0.1)
            self.sent += 1
            if number % 4 == 0:
                with self.app.app_context():
                    submission = capture.by_token(customer.token)
                    consent.withdraw(submission)
                    db.session.commit()
                    self.withdrawn.append(submission.id)
                    db.session.remove()


def test_ten_backups_under_load_come_back_ten_times(tmp_path: Path) -> None:
    data, backups = tmp_path / "data", tmp_path / "backups"
    recordings = media.record(tmp_path)
    with stack.up(data, SPEECH_ENGINE="pocketsphinx", TRUSTED_HOPS="1") as heard:
        here = settings_for(data)
        made, app = [], create_app(here)
        with Load(open_shop(app, heard.url), app, recordings) as load:
            services.eventually(lambda: load.sent > 4, 60, "customers come")
            for number in range(TIMES):
                comes_on = partial(load.more_than, load.sent)
                load.turns.release(3)
                if number == 0:
                    command = [sys.executable, "-m", "app", "backup", str(backups)]
                    subprocess.run([*command, "--data", str(data)], cwd=ROOT, check=True)
                else:
                    with app.app_context():
                        made.append(backup.make(backups))
                services.eventually(comes_on, 60, "customers come on")
            with pytest.raises(Conflict, match="is running"):
                restore(backups, here, force=True)
        with app.app_context():  # its folder learns of what was erased after the last one
            backup.make(backups)
            db.engine.dispose()
    assert all(each.missing == () for each in made) and sum(each.linked for each in made)
    found = []
    for number, folder in enumerate(manifest.whole(backups)[:TIMES]):
        elsewhere = settings_for(tmp_path / f"restored{number}")
        restore(folder, elsewhere)
        found.append(check(elsewhere, load.withdrawn))
    assert found == sorted(found) and found[-1] > 0 and len(load.withdrawn) > 1
    print(f"\n{load.sent} voices, {len(load.withdrawn)} taken back; recordings by backup: {found}")
    goes_on(settings_for(tmp_path / "restored0"))


def goes_on(settings: Settings) -> None:
    """What was under way when the backup was made is done after the next start."""
    with inside(settings):
        welcome.prepare()
        unsettled = select(Step).where(Step.state.in_(UNSETTLED)).order_by(Step.id)
        under_way = db.session.scalars(unsettled).first()
        assert under_way is not None
        due = select(Step).where(Step.run_id == under_way.run_id, Step.state == "due")
        step = db.session.scalars(due).one()
        perform(step.id)
        db.session.refresh(step)
        assert step.state == "done"
