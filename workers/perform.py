"""Claims a step, does it, publishes it: the same few lines for every kind of work."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from flask import Flask, current_app

from app import runtime
from app.config import Settings
from app.domain import holding, parts, runs, troubles
from app.domain.clerk import after_commit
from app.domain.errors import HeardError, StepFailed, Trouble
from app.extensions import db
from app.models import Run
from storage import NotStored, Storage, StorageError, Stored

log = logging.getLogger(__name__)

REPORT_EVERY_S = 0.5
UNEXPECTED = "Something unexpected went wrong; the log has details."
# What a step gives back: writes what it made and says it in a few words.
Publish = Callable[[], str]


@dataclass
class Work:
    """What a step has to work with. `folder` is its own and gone afterwards."""

    claim: runs.Claim
    run: Run
    folder: Path
    settings: Settings
    storage: Storage
    made: list[str] = field(default_factory=list)
    _reported: float = field(default=0.0)

    def report(self, share: float, stage: str = "") -> None:
        """Shows on the page that `share` (0..1) is done; at most twice a second."""
        moment = time.monotonic()
        if moment - self._reported >= REPORT_EVERY_S:
            self._reported = moment
            runs.report(self.claim, int(share * 100), stage)

    def checkpoint(self, share: float, stage: str = "") -> None:
        """Commits what was written so far, with how far that is. Raises runs.Lost, and then nothing
        of it counts."""
        self._reported = time.monotonic()
        runs.report(self.claim, int(share * 100), stage)

    def put_file(self, key: str, path: Path, content_type: str | None = None) -> Stored:
        """Moves a file to storage; unless the step is published, its object goes again."""
        self.made.append(key)
        return self.storage.put_file(key, path, move=True, content_type=content_type)

    def publish(self, publish: Publish) -> None:
        """One commit for what was made and that it is done. Raises runs.Lost."""
        after_commit(self.made.clear)
        runs.finish(self.claim, publish())
        db.session.commit()

    def clear_away(self) -> None:
        """Deletes what no row names. The sweep meets what can't be deleted now."""
        db.session.rollback()
        for key in self.made:
            try:
                self.storage.delete(key)
            except StorageError as error:
                log.warning("%s is still there: %s", key, error.sentence)


def perform(step_id: str) -> None:
    """Does the step if it is due. Whatever goes wrong ends as a sentence on its row."""
    try:
        with holding.place() as place:
            claim = runs.claim(step_id, place.fence)
            if claim is not None:
                place.given_up = not _settled(claim, place.folder)
    except troubles.RAISED as trouble:
        db.session.rollback()
        log.warning("Step %s: %s; the clock rings again.", step_id, trouble)
    except OSError as trouble:  # no room even for an empty folder
        if claim := runs.claim(step_id):
            _put_off(claim, _reason(trouble))


def _settled(claim: runs.Claim, place: Path) -> bool:
    """Does the work; whether the row says how it ended, or is another's by now."""
    from workers.steps import STEPS

    try:
        with (
            Heartbeat(current_app._get_current_object(), claim),  # type: ignore[attr-defined]
            # Gone before the row is told: what filled the disk would leave it no room.
            tempfile.TemporaryDirectory(dir=place) as folder,
        ):
            run = db.session.get_one(Run, claim.run_id)
            work = Work(claim, run, Path(folder), runtime.settings(), runtime.storage())
            _carry_out(work, STEPS[claim.kind.name])
    except runs.Lost as lost:
        db.session.rollback()
        log.warning("%s", lost)
    except Trouble as trouble:
        return _put_off(claim, trouble.sentence)
    except StepFailed as failure:
        return _failed(claim, failure.sentence, permanent=failure.permanent)
    except HeardError as refusal:
        return _failed(claim, refusal.sentence, permanent=True)
    except NotStored as missing:
        return _failed(claim, missing.sentence, permanent=False)
    except StorageError as trouble:
        return _put_off(claim, trouble.sentence)
    except troubles.RAISED as trouble:
        log.exception("Step %s", claim.step_id)
        if troubles.away(trouble):
            return _put_off(claim, troubles.sentence(trouble))
        return _failed(claim, UNEXPECTED, permanent=False)
    except OSError as trouble:
        if trouble.errno in parts.FULL:
            return _put_off(claim, _reason(trouble))
        return _failed(claim, _reason(trouble), permanent=False)
    except Exception:  # the row must say that it failed, whatever the library raised
        log.exception("Step %s (%s) failed unexpectedly", claim.step_id, claim.kind.name)
        return _failed(claim, UNEXPECTED, permanent=False)
    return True


def _carry_out(work: Work, step: Callable[[Work], Publish]) -> None:
    publish: Publish | None = None
    try:
        publish = step(work)
        work.publish(publish)
    except Exception as error:
        # What was perhaps published is left to the sweep, which looks at the rows.
        if publish is None or not troubles.undecided(error):
            work.clear_away()
        raise


def _failed(claim: runs.Claim, sentence: str, *, permanent: bool) -> bool:
    return _noted(claim, lambda: runs.fail(claim, sentence, permanent=permanent))


def _put_off(claim: runs.Claim, sentence: str) -> bool:
    return _noted(claim, lambda: runs.put_off(claim, sentence))


def _noted(claim: runs.Claim, note: Callable[[], None]) -> bool:
    """Whether the row could be told, or is another's by now."""
    db.session.rollback()
    try:
        note()
    except runs.Lost as lost:
        log.warning("%s", lost)
    except troubles.RAISED:
        db.session.rollback()
        log.exception("Could not note how step %s ended.", claim.step_id)
        return False
    return True


def _reason(trouble: OSError) -> str:
    return f"{trouble.strerror or trouble}."


class Heartbeat:
    """Renews the lease from a thread while the work goes on.

    Past the step's deadline the process ends itself: a hung library can't be stopped in any
    other way, the supervisor starts a new worker and the lease runs out.
    """

    def __init__(self, app: Flask, claim: runs.Claim) -> None:
        self._app, self._claim = app, claim
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        ends = time.monotonic() + self._claim.kind.deadline_s
        while not self._over.wait(self._claim.kind.lease_s / 4):
            if time.monotonic() > ends:
                log.error("Step %s took longer than it may.", self._claim.step_id)
                os._exit(70)
            with self._app.app_context():
                try:
                    runs.renew(self._claim)
                except runs.Lost:
                    return
                except troubles.RAISED:
                    log.warning("The lease could not be renewed this time.")
                finally:
                    db.session.remove()
