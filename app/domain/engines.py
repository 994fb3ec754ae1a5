"""Which engine writes the words here, and how far its model's download is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Select, func, select

from app.config import Settings
from app.domain import runs
from app.domain.clerk import session
from app.models import Answer, Run, Step, Submission, Transcript, TranscriptEdit

BUNDLED = Path(__file__).parents[2] / "workers" / "transcribe" / "checkpoints"
ENGINE_NAMES = {
    "whisper": "Whisper",
    "faster-whisper": "faster-whisper",
    "pocketsphinx": "the basic engine (pocketsphinx)",
    "captions": "the captions that came with the recording",
}


@dataclass(frozen=True, slots=True)
class Fetching:
    """A model on its way. state: fetching, done, failed. Sizes in bytes; total 0 if unknown."""

    name: str
    done: int
    total: int
    state: str
    error: str

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.total) if self.total else 0


@dataclass(frozen=True, slots=True)
class Speech:
    """`engine` writes the next words; `missing` is the checkpoint that Whisper waits for."""

    engine: str
    model: str
    missing: Path | None
    fetching: Fetching | None

    @property
    def name(self) -> str:
        return ENGINE_NAMES.get(self.engine, self.engine)


def speech(settings: Settings) -> Speech:
    """As a worker decides it: Whisper where its checkpoint lies, the basic engine until then."""
    checkpoint = checkpoint_path(settings.whisper_model, settings.models)
    wanted = settings.speech_engine
    there = is_here(wanted, checkpoint)
    engine = wanted if wanted != "auto" else "whisper" if there else "pocketsphinx"
    waits = wanted != "pocketsphinx" and not there
    return Speech(
        engine=engine,
        model="" if engine == "pocketsphinx" else settings.whisper_model,
        missing=checkpoint if waits else None,
        fetching=read_fetching(settings.models) if waits else None,
    )


def checkpoint_path(model: str, models_dir: Path) -> Path:
    """Where Whisper's checkpoint lies that the setting WHISPER_MODEL names: the path as
    given, else one that came along by its name, else a size in the data folder."""
    if "/" in model or model.endswith(".pt"):
        return Path(model)
    bundled = BUNDLED / f"{model}.pt"
    return bundled if bundled.is_file() else models_dir / "whisper" / f"{model}.pt"


def is_here(engine: str, checkpoint: Path) -> bool:
    """Whether that engine can work from there. Only faster-whisper reads a folder."""
    return checkpoint.is_file() or (
        engine == "faster-whisper" and (checkpoint / "model.bin").is_file()
    )


def converted_path(checkpoint: Path, models_dir: Path) -> Path:
    """The folder that faster-whisper reads: the one that was named, else what becomes of it."""
    if checkpoint.is_dir():
        return checkpoint
    return models_dir / "faster-whisper" / checkpoint.stem


def read_fetching(models_dir: Path) -> Fetching | None:
    """What the fetcher last wrote down, None where it hasn't, or not in a form we know."""
    try:
        noted = json.loads((models_dir / "fetching.json").read_text(encoding="utf-8"))
        return Fetching(
            name=str(noted["name"]),
            done=int(noted["done"] or 0),
            total=int(noted["total"] or 0),
            state=str(noted["state"]),
            error=str(noted.get("error") or ""),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def last_words(workspace_id: str) -> Transcript | None:
    """The newest transcript: who wrote the last words, whatever the settings say now."""
    return session().scalar(
        select(Transcript)
        .join(Answer, Transcript.answer_id == Answer.id)
        .join(Submission)
        .where(Submission.workspace_id == workspace_id, Answer.kind != "text")
        .order_by(Transcript.id.desc())
        .limit(1)
    )


def written_by_basic(workspace_id: str) -> int:
    """How many recordings still have the basic engine's words."""
    return session().scalar(_by_basic(workspace_id).with_only_columns(func.count())) or 0


def write_again(workspace_id: str) -> int:
    """Has these written anew by the engine of now; how many. Those under way are left alone.

    Each keeps its old transcript until the new one is there. The caller commits.
    """
    begun = 0
    for transcript in session().scalars(_by_basic(workspace_id)).all():
        step = session().scalar(
            select(Step)
            .join(Run)
            .where(Run.answer_id == transcript.answer_id, Step.name == "transcribe")
            .order_by(Run.id.desc())
            .limit(1)
        )
        if step is None or any(each.state in runs.UNSETTLED for each in step.run.steps):
            continue
        runs.again(step)
        begun += 1
    return begun


def _by_basic(workspace_id: str) -> Select[Transcript]:
    """Those that nobody corrected: these stay, whatever is heard again."""
    corrected = select(TranscriptEdit.transcript_id).where(TranscriptEdit.state == "done")
    return (
        select(Transcript)
        .join(Answer, Transcript.answer_id == Answer.id)
        .join(Submission)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.state == "received",
            Transcript.current,
            Transcript.engine == "pocketsphinx",
            Transcript.id.not_in(corrected),
        )
    )
