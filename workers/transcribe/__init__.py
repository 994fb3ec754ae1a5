"""Speech engines behind one interface; a new one is a file here and a line in `ENGINES`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from app.config import Settings
from app.domain.errors import StepFailed
from workers.transcribe.base import Engine

__all__ = ["ENGINES", "choose", "engine_of", "open_engine"]


def _whisper(model: str, models_dir: Path) -> Engine:
    from workers.transcribe.whisper_engine import WhisperEngine

    return WhisperEngine(model, models_dir)


def _faster(model: str, models_dir: Path) -> Engine:
    from workers.transcribe.faster_engine import FasterWhisperEngine

    return FasterWhisperEngine(model, models_dir)


def _pocketsphinx(model: str, models_dir: Path) -> Engine:
    from workers.transcribe.pocketsphinx_engine import PocketSphinxEngine

    return PocketSphinxEngine()


def _captions(model: str, models_dir: Path) -> Engine:
    from workers.transcribe.captions_engine import CaptionsEngine

    return CaptionsEngine(Path(model))


ENGINES: dict[str, Callable[[str, Path], Engine]] = {
    "whisper": _whisper,
    "faster-whisper": _faster,
    "pocketsphinx": _pocketsphinx,
    "captions": _captions,  # its model is the captions' path
}

_kept: dict[tuple[str, str, Path], Engine] = {}
_opening = threading.Lock()


def open_engine(name: str, *, model: str, models_dir: Path) -> Engine:
    """The engine of that name, the same one for the life of the process.

    Nothing is loaded yet: an engine reads its model when it is first used. `model` is what
    the setting WHISPER_MODEL holds: a size, or a checkpoint's path. Raises StepFailed for a
    name that no engine has.
    """
    if name not in ENGINES:
        raise StepFailed(f"There is no speech engine named {name}.")
    if name == "captions":
        return _captions(model, models_dir)
    key = (name, "" if name == "pocketsphinx" else model, models_dir)
    with _opening:
        if key not in _kept:
            _kept[key] = ENGINES[name](model, models_dir)
        return _kept[key]


def engine_of(settings: Settings) -> Engine:
    """The engine that the settings name; see `open_engine` and `choose`."""
    name = choose(settings.speech_engine, settings.whisper_model, settings.models)
    return open_engine(name, model=settings.whisper_model, models_dir=settings.models)


def choose(wanted: str, model: str, models_dir: Path) -> str:
    """`auto` is Whisper where its checkpoint lies here, and the basic engine until then."""
    from app.domain.engines import checkpoint_path

    if wanted != "auto":
        return wanted
    return "whisper" if checkpoint_path(model, models_dir).is_file() else "pocketsphinx"
