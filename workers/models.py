"""Which model files Heard can use, where they lie, and how they get here.

Imports no model library, so that listing and fetching stay quick.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app.config import Settings
from app.domain.engines import checkpoint_path
from app.domain.errors import Invalid, StepFailed
from workers import download

STATUS = "fetching.json"
_TOLD_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model's file. `size` is in bytes, 0 where it isn't known before it is here."""

    name: str
    purpose: str  # speech, text
    path: Path
    url: str  # empty where it comes with the installation
    sha256: str
    size: int
    licence: str
    wanted: bool  # the settings name it

    @property
    def here(self) -> bool:
        return self.path.is_file()


@dataclass(frozen=True, slots=True)
class Fetching:
    """How a fetch stands; what the web shows. `state`: fetching, done or failed."""

    name: str
    done: int
    total: int
    state: str
    error: str = ""


def whisper_help(model: str, models_dir: Path) -> str:
    """What to do where that checkpoint isn't here, as a sentence."""
    path = checkpoint_path(model, models_dir)
    url = whisper_urls().get(model)
    if url is None:
        return f"There is no speech model at {path}: set WHISPER_MODEL to one that exists."
    return (
        f"The speech model {model} isn't here: run ./heard models fetch, or put the file that "
        f"{url} names at {path}."
    )


def list_models(models_dir: Path, settings: Settings) -> list[ModelFile]:
    """Every model that Heard knows, the ones in use first."""
    known = [_whisper(size, models_dir, settings) for size in whisper_urls()]
    if settings.whisper_model not in whisper_urls():
        path = checkpoint_path(settings.whisper_model, models_dir)
        known.append(ModelFile(path.stem, "speech", path, "", "", _size(path), "yours", True))
    return sorted([*known, _encoder()], key=lambda model: not model.wanted)


def fetch(
    name: str,
    models_dir: Path,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    timeout_s: float = 10.0,
    *,
    url: str | None = None,
) -> Path:
    """Brings a Whisper checkpoint here, whole and checked, and returns its path.

    `on_progress` gets bytes done and in all. A host that doesn't answer is given up after
    `timeout_s`. `url` replaces the publisher's address, for a mirror; its last-but-one part
    must be the file's SHA-256, as in the publisher's.

    Raises Invalid for an unknown name, StepFailed where the file can't be had: the sentence
    says which file to put where.
    """
    url = url or whisper_urls().get(name)
    if url is None:
        raise Invalid(f"There is no speech model named {name} to fetch.")
    path, wanted = models_dir / "whisper" / f"{name}.pt", _hash_in(url)
    if path.is_file() and sha256(path) == wanted:
        _tell(models_dir, Fetching(name, path.stat().st_size, path.stat().st_size, "done"))
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    _tell(models_dir, Fetching(name, 0, 0, "fetching"))
    try:
        download.stream(url, path, wanted, timeout_s, _watched(name, models_dir, on_progress))
    except download.FAILURES as error:
        host, why = urlsplit(url).hostname, download.reason(error)
        sentence = (
            f"{name} could not be fetched from {host} ({why}). "
            f"Put the file that {url} names at {path}."
        )
        _tell(models_dir, Fetching(name, 0, 0, "failed", sentence))
        raise StepFailed(sentence, permanent=False) from error
    _tell(models_dir, Fetching(name, path.stat().st_size, path.stat().st_size, "done"))
    return path


def fetching(models_dir: Path) -> Fetching | None:
    """The newest fetch's state, None where there was none."""
    try:
        return Fetching(**json.loads((models_dir / STATUS).read_text()))
    except (OSError, ValueError, TypeError):
        return None


@functools.cache
def whisper_urls() -> dict[str, str]:
    """Whisper's sizes and their addresses, read from its source: importing it takes seconds."""
    spec = importlib.util.find_spec("whisper")
    if spec is None or spec.origin is None:
        return {}
    for node in ast.parse(Path(spec.origin).read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_MODELS":
            urls: dict[str, str] = ast.literal_eval(node.value)
            return urls
    return {}


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _whisper(size: str, models_dir: Path, settings: Settings) -> ModelFile:
    url, path = whisper_urls()[size], models_dir / "whisper" / f"{size}.pt"
    wanted = settings.whisper_model == size and settings.speech_engine != "pocketsphinx"
    return ModelFile(size, "speech", path, url, _hash_in(url), _size(path), "MIT", wanted)


def _encoder() -> ModelFile:
    from workers.understand.encoder import NAME, SHA256, installed_folder

    path = installed_folder() / "model.safetensors"
    return ModelFile(NAME, "text", path, "", SHA256, _size(path), "Apache-2.0", True)


def _hash_in(url: str) -> str:
    return url.split("/")[-2]


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _watched(
    name: str, models_dir: Path, on_progress: Callable[[int, int], None]
) -> Callable[[int, int], None]:
    last = 0.0

    def told(done: int, total: int) -> None:
        nonlocal last
        on_progress(done, total)
        if time.monotonic() - last >= _TOLD_EVERY_S:
            last = time.monotonic()
            _tell(models_dir, Fetching(name, done, total, "fetching"))

    return told


def _tell(models_dir: Path, state: Fetching) -> None:
    models_dir.mkdir(parents=True, exist_ok=True)
    new = models_dir / f".{STATUS}.{os.getpid()}"
    new.write_text(json.dumps(asdict(state)))
    new.replace(models_dir / STATUS)
