"""Every setting, read once from the environment, checked, and loud when wrong.

Each one is described in `docs/settings.md` and listed in `.env.example` (a test compares them).
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app import addresses
from app.addresses import BadSetting as BadSetting
from app.domain.errors import Invalid
from app.domain.fairness.measures import read_limits

SHORTEST_KEY = 16  # characters; of hexadecimal digits 64 bits, OWASP's least for a session's secret
SPEECH_ENGINES = ("auto", "whisper", "faster-whisper", "pocketsphinx")
WEB_NOTE = "web.url"  # in the data folder


@dataclass(frozen=True, slots=True)
class Settings:
    """Sizes in bytes, times in seconds."""

    data: Path
    database_url: str
    redis_url: str
    storage_url: str
    smtp_url: str
    mail_from: str
    base_url: str
    secret_key: str
    speech_engine: str
    whisper_model: str
    encoder: Path | None
    max_upload: int
    max_duration: int
    trusted_hops: int
    allow_private_webhooks: bool
    load_sample: bool
    fetch_models: bool
    retry_speed: int
    testing: bool
    bind: str = "127.0.0.1:8000"
    web_processes: int = 2
    web_threads: int = 32
    sentiment_model: Path | None = None
    emotion_model: Path | None = None
    fairness_minimum: int = 10
    fairness_days: int = 7
    fairness_voices: int = 200
    fairness_pauses: int = 20
    fairness_limits: tuple[tuple[str, float], ...] = ()

    @property
    def uploads(self) -> Path:
        """Where uploads under way lie, on this machine's disk."""
        return self.data / "uploads"

    @property
    def scratch(self) -> Path:
        """Where a step keeps what it works on, each in a folder of its own."""
        return self.data / "tmp"

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def text_models(self) -> tuple[Path | None, Path | None, Path | None]:
        """The folders of the encoder, and of others' models for sentiment and emotions."""
        return self.encoder, self.sentiment_model, self.emotion_model

    @property
    def sandbox_note(self) -> Path:
        """Which layers of ffmpeg's box work, as the media worker found when it started."""
        return self.data / "sandbox.json"

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https://")


def read_settings(env: Mapping[str, str] | None = None, *, look: bool = False) -> Settings:
    """The settings as `env` (default: the process's environment) gives them.

    Makes the data folder and its key where they are missing, but not for a mere `look`.

    Raises:
        BadSetting: a value can't be used, or the data folder can't be written.
    """
    env = os.environ if env is None else env
    data = Path(env.get("HEARD_DATA") or "data").resolve()
    if not look:
        _writable(data)
    _program(env, "FFMPEG_BINARY")
    testing = _flag(env, "HEARD_TESTING", False)
    return Settings(
        data=data,
        database_url=addresses.database(
            env.get("DATABASE_URL") or f"sqlite:///{data / 'heard.db'}"
        ),
        redis_url=addresses.redis(env.get("REDIS_URL") or running_queue(data)),
        storage_url=addresses.storage(env.get("STORAGE_URL") or f"file://{data / 'objects'}"),
        smtp_url=addresses.smtp(env.get("SMTP_URL", "")),
        mail_from=addresses.sender(env.get("MAIL_FROM") or "Heard <heard@localhost>"),
        base_url=addresses.base_url(env.get("BASE_URL") or _running_web(data)),
        secret_key=_secret(env.get("SECRET_KEY", ""), testing) or _kept_secret(data, look),
        speech_engine=_one_of(env, "SPEECH_ENGINE", "auto", SPEECH_ENGINES),
        whisper_model=env.get("WHISPER_MODEL", "base"),
        encoder=_folder(env, "TEXT_ENCODER"),
        max_upload=_number(env, "MAX_UPLOAD_MB", 500, least=1) * 1_000_000,
        max_duration=_number(env, "MAX_DURATION_S", 600, least=1),
        trusted_hops=_number(env, "TRUSTED_HOPS", 0, least=0),
        allow_private_webhooks=_flag(env, "ALLOW_PRIVATE_WEBHOOKS", False),
        load_sample=_flag(env, "LOAD_SAMPLE", True),
        fetch_models=_flag(env, "FETCH_MODELS", True),
        retry_speed=_number(env, "RETRY_SPEED", 1, least=1),
        testing=testing,
        bind=addresses.bind(env.get("HEARD_BIND") or "127.0.0.1:8000"),
        web_processes=_number(env, "WEB_PROCESSES", 2, least=1),
        web_threads=_number(env, "WEB_THREADS", 32, least=1),
        sentiment_model=_folder(env, "SENTIMENT_MODEL"),
        emotion_model=_folder(env, "EMOTION_MODEL"),
        fairness_minimum=_number(env, "FAIRNESS_MINIMUM", 10, least=3),
        fairness_days=_number(env, "FAIRNESS_DAYS", 7, least=0),
        fairness_voices=_number(env, "FAIRNESS_VOICES", 200, least=1),
        fairness_pauses=_number(env, "FAIRNESS_PAUSES", 20, least=0),
        fairness_limits=_limits(env),
    )


def _limits(env: Mapping[str, str]) -> tuple[tuple[str, float], ...]:
    try:
        return tuple(read_limits(env.get("FAIRNESS_LIMITS", "")).items())
    except Invalid as error:
        raise BadSetting(f"FAIRNESS_LIMITS: {error.sentence}") from error


def _folder(env: Mapping[str, str], name: str) -> Path | None:
    if not env.get(name):
        return None
    folder = Path(env[name])
    if not folder.is_dir():
        raise BadSetting(f"{name} must be a folder; there is no folder {folder}.")
    return folder


def _writable(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe = data / f".write-{secrets.token_hex(4)}"
        probe.write_bytes(b"heard")
        probe.unlink()
    except OSError as error:
        raise BadSetting(f"The data folder {data} can't be written: {error.strerror}.") from error


def _secret(key: str, testing: bool) -> str:
    if key and len(key) < SHORTEST_KEY and not testing:
        raise BadSetting(f"SECRET_KEY must have {SHORTEST_KEY} characters or more, made by chance.")
    return key


def _kept_secret(data: Path, look: bool) -> str:
    """One random key per data folder, readable by its owner only."""
    path = data / "secret.key"
    if not path.exists():
        if look:
            return ""
        temporary = data / f".secret-{secrets.token_hex(4)}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(temporary, path)  # the first of several starters wins
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text().strip()


def running_queue(data: Path) -> str:
    """The embedded queue's address, written by `./heard up` while it runs."""
    noted = data / "queue.url"
    return noted.read_text().strip() if noted.exists() else "redis://127.0.0.1:6379/0"


def _running_web(data: Path) -> str:
    """Where people reach it, written by `./heard up` while it runs."""
    noted = data / WEB_NOTE
    return noted.read_text().strip() if noted.exists() else "http://127.0.0.1:8000"


def _program(env: Mapping[str, str], name: str) -> None:
    if env.get(name) and not shutil.which(env[name]):
        raise BadSetting(f"{name} must be a program; {env[name]} is none that can be run.")


def _number(env: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    text = env.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < least:
        raise BadSetting(f"{name} must be a whole number, {least} or more.")
    return int(text)


def _flag(env: Mapping[str, str], name: str, default: bool) -> bool:
    text = env.get(name, "").lower()
    if text in ("", "1", "yes", "true", "on", "0", "no", "false", "off"):
        return text in ("1", "yes", "true", "on") if text else default
    raise BadSetting(f"{name} must be yes or no.")


def _one_of(env: Mapping[str, str], name: str, default: str, known: tuple[str, ...]) -> str:
    value = env.get(name) or default
    if value not in known:
        raise BadSetting(f"{name} must be one of {', '.join(known)}.")
    return value
