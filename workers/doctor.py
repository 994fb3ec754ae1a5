"""`./heard doctor`: each part, whether it works here, and what to do where it doesn't."""

from __future__ import annotations

import json
import shutil
import smtplib
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click
from redis import Redis
from redis.exceptions import AuthenticationError, RedisError, ResponseError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import boxes
from app.config import Settings, read_settings, running_queue
from app.domain import vitals
from app.domain.codebook.book import Codebook
from app.domain.errors import NotFound, StepFailed
from app.domain.vitals import looking
from app.host import present
from storage import StorageError, open_storage

LITTLE_DISK = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """level: ok, note (works, could be better), bad (does not work)."""

    part: str
    level: str
    words: str


MARKS = {"ok": "ok  ", "note": "note", "bad": "BAD "}


@click.command()
def doctor() -> None:
    """What works here, and what to do about the rest."""
    bad = 0
    for finding in examine(read_settings(look=True)):
        bad += finding.level == "bad"
        click.echo(f"{MARKS[finding.level]}  {finding.part:<12} {finding.words}")
    if bad:
        raise SystemExit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check in turn; none of them changes anything."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _disk, _database, _storage, _queue, _ffmpeg, _sandbox, _speech, _text, _mail, _origin,
        _server, _work,
    )  # fmt: skip
    for check in checks:
        yield from check(settings)


def _disk(settings: Settings) -> Iterator[Finding]:
    if not settings.data.is_dir():
        yield Finding("data", "note", f"there is no folder {settings.data}; ./heard up makes it")
        return
    free = shutil.disk_usage(settings.data).free
    level = "note" if free < LITTLE_DISK else "ok"
    yield Finding("data", level, f"{settings.data}, {free // 1024**2:,} MB free")


def _database(settings: Settings) -> Iterator[Finding]:
    name = settings.database_url.split(":")[0].split("+")[0]
    try:
        present.check(settings)
        engine = create_engine(settings.database_url)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        engine.dispose()
    except NotFound as error:
        yield Finding("database", "note", error.sentence)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        yield Finding("database", "bad", f"{name} does not answer: {reason}. See DATABASE_URL.")
    else:
        yield Finding("database", "ok", name)


def _storage(settings: Settings) -> Iterator[Finding]:
    kind = urlsplit(settings.storage_url).scheme
    root = Path(unquote(urlsplit(settings.storage_url).path))
    if kind == "file" and not root.is_dir():
        yield Finding(
            "storage", "note", f"there is no folder {root} yet; what is stored first makes it"
        )
        return
    try:
        open_storage(settings.storage_url).check()
    except StorageError as error:
        yield Finding("storage", "bad", f"{error.sentence} See STORAGE_URL.")
    else:
        yield Finding("storage", "ok", kind)


def _queue(settings: Settings) -> Iterator[Finding]:
    try:
        Redis.from_url(settings.redis_url, socket_connect_timeout=2, socket_timeout=2).ping()
    except (AuthenticationError, ResponseError) as error:
        yield Finding("queue", "bad", f"it refuses: {str(error).rstrip('.')}. See REDIS_URL.")
    except RedisError as error:
        if settings.redis_url == running_queue(settings.data):
            words = "not running; `./heard up` starts its own, or set REDIS_URL"
            yield Finding("queue", "note", words)
        else:
            said = f"does not answer: {str(error).rstrip('.')}. See REDIS_URL."
            yield Finding("queue", "bad", said)
    else:
        yield Finding("queue", "ok", urlsplit(settings.redis_url).scheme)


def _ffmpeg(_settings: Settings) -> Iterator[Finding]:
    from workers.media import ffmpeg

    try:
        done = subprocess.run(
            [ffmpeg.binary(), "-version"], capture_output=True, text=True, timeout=20
        )
    except OSError as error:
        yield Finding("ffmpeg", "bad", f"{error}. Set FFMPEG_BINARY to one that runs.")
    else:
        yield Finding("ffmpeg", "ok", done.stdout.splitlines()[0].split(" Copyright")[0])


def _sandbox(settings: Settings) -> Iterator[Finding]:
    """As the running workers found it, which may be another user's or another machine's box."""
    from workers.media import sandbox

    told = boxes.found(settings)
    where = " (as the media worker found)" if told else ""
    for layer, works in (told or sandbox.layers()).items():
        missing = f"{layer}: ffmpeg runs without; {sandbox.HINTS.get(layer, 'not on this host')}"
        yield Finding("sandbox", "ok" if works else "note", (layer if works else missing) + where)


def _server(settings: Settings) -> Iterator[Finding]:
    """The web as people reach it, and whether it is this Heard."""
    address = f"{settings.base_url}/healthz"
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  # nosec B310
            well = json.load(answer).get("status") in ("ok", "degraded")
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        words = f"{settings.base_url} does not answer ({reason}); set BASE_URL, or start Heard"
        yield Finding("web", "note", words)
    else:
        words = f"{settings.base_url} answers" if well else f"{address} is something else"
        yield Finding("web", "ok" if well else "bad", words)


def _work(settings: Settings) -> Iterator[Finding]:
    """Who is at work, and for how long something has been waiting."""
    try:
        present.check(settings)
        engine = create_engine(settings.database_url)
        with Session(engine) as session:
            seen = looking.look(session, settings.redis_url)
        engine.dispose()
    except (NotFound, SQLAlchemyError):  # said above
        return
    if seen.workers is None:
        return
    if seen.clock_s is None and not any(seen.workers.values()):
        yield Finding(
            "work", "note", "nobody is at work; ./heard up starts the workers and the clock"
        )
        return
    for trouble in vitals.troubles(seen):
        yield Finding("work", "bad", trouble)
    alive = ", ".join(f"{name} {number}" for name, number in seen.workers.items())
    longest = max(seen.waiting_s.values(), default=0)
    clock = "never" if seen.clock_s is None else f"{seen.clock_s:.0f} s ago"
    words = f"workers: {alive}; the clock: {clock}; waiting longest: {longest:.0f} s"
    yield Finding("work", "ok", words)


def _speech(settings: Settings) -> Iterator[Finding]:
    from app.domain.engines import checkpoint_path, is_here
    from workers import models
    from workers.transcribe import choose

    engine = choose(settings.speech_engine, settings.whisper_model, settings.models)
    if engine == "pocketsphinx" and settings.speech_engine != "pocketsphinx":
        words = "basic engine only. " + models.whisper_help(settings.whisper_model, settings.models)
        yield Finding("speech", "note", words)
    elif engine != "pocketsphinx" and not is_here(
        engine, checkpoint_path(settings.whisper_model, settings.models)
    ):
        words = models.whisper_help(settings.whisper_model, settings.models)
        yield Finding("speech", "bad", words)
    else:
        yield Finding("speech", "ok", f"{engine} {settings.whisper_model}")


def _text(settings: Settings) -> Iterator[Finding]:
    from workers.understand import shared

    try:
        shared(*settings.text_models).understand(["Thank you."], Codebook())
    except StepFailed as error:
        yield Finding("text", "bad", error.sentence)
    else:
        yield Finding("text", "ok", "encoder and heads")


def _mail(settings: Settings) -> Iterator[Finding]:
    if not settings.smtp_url:
        yield Finding("mail", "note", "not set; alerts by e-mail wait. Set SMTP_URL.")
        return
    parts = urlsplit(settings.smtp_url)
    try:
        with smtplib.SMTP(parts.hostname or "", parts.port or 25, timeout=5):
            yield Finding("mail", "ok", f"{parts.hostname} answers")
    except OSError as error:
        yield Finding("mail", "bad", f"{parts.hostname} does not answer: {error}. See SMTP_URL.")


def _origin(settings: Settings) -> Iterator[Finding]:
    local = urlsplit(settings.base_url).hostname in ("localhost", "127.0.0.1", "::1")
    if settings.secure or local:
        yield Finding("address", "ok", settings.base_url)
    else:
        words = f"{settings.base_url} is not https: browsers refuse the camera there"
        yield Finding("address", "bad", words)
