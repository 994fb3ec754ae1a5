"""`./heard transcribe`, `understand`, `doctor`: the machine's parts at the command line."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click

from app.command import standard_input
from app.config import SPEECH_ENGINES, read_settings
from app.domain import vocabulary
from app.domain.codebook.book import Codebook
from app.domain.codebook.reading import default_codebook, read_codebook
from app.domain.errors import HeardError, Invalid

BATCH = 256
LONGEST_LINE = 10_000_000  # bytes


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--engine", default="auto", show_default=True, type=click.Choice(SPEECH_ENGINES))
@click.option(
    "--names",
    type=click.Path(path_type=Path),
    help="A text file of names to listen for, one on each line.",
)
@click.option("--json", "as_json", is_flag=True, help="Segments and words with their times.")
def transcribe(file: Path, engine: str, names: Path | None, as_json: bool) -> None:
    """One media file to words."""
    from workers.media.normalise import normalise
    from workers.media.probe import probe
    from workers.transcribe import choose, open_engine
    from workers.transcribe.audio import load
    from workers.transcribe.speakers import told_apart

    settings = read_settings(look=True)
    if not file.exists():
        raise Invalid(f"There is no file {file}.")
    if not file.is_file():  # a folder, a device, a pipe
        raise Invalid(f"{file} can't be read: it must be a video or sound file.")
    listened = vocabulary.read(_text(names, "list of names")) if names else []
    name = choose(
        engine if engine != "auto" else settings.speech_engine,
        settings.whisper_model,
        settings.models,
    )
    speech = open_engine(name, model=settings.whisper_model, models_dir=settings.models)
    if passed_over := speech.passed_over(listened):
        click.echo(f"{name} passes over {', '.join(passed_over)}.", err=True)
    with tempfile.TemporaryDirectory() as folder:
        info = probe(file, longest_s=settings.max_duration)
        if info.audio is None:
            raise Invalid("There is no sound in this file.")
        made = normalise(file, info, Path(folder))
        assert made.audio is not None
        samples = load(made.audio)
        heard = told_apart(samples, speech.transcribe(samples, vocabulary=listened))
    if as_json:
        click.echo(json.dumps(heard.as_json(), ensure_ascii=False))
    else:
        for segment in heard.segments:
            click.echo(segment.text)
        click.echo(f"— {heard.engine} {heard.model}, {heard.duration_s:.1f} s", err=True)


@click.command()
@click.option("--codebook", type=click.Path(path_type=Path), help="CSV: name,description,…")
def understand(codebook: Path | None) -> None:
    """JSON Lines {id, text} on standard input to sentiment, emotions, themes, hand-off."""
    from workers.terminal import Reading
    from workers.understand import shared

    lines, themes = standard_input(), _codebook(codebook)
    settings = read_settings(look=True)
    understander = shared(*settings.text_models)
    wrong = 0
    with Reading(lines, "text") as reading:
        for batch in _batches(lines):
            good = [(key, text) for key, text, error in batch if error is None]
            reading.pause()
            for _, _, error in batch:
                if error is not None:
                    wrong += 1
                    click.echo(error, err=True)
            reading.show()
            texts = [text for _, text in good]
            found = understander.worded(texts, understander.understand(texts, themes))
            reading.pause()
            for (key, _), each in zip(good, found, strict=True):
                click.echo(_written({"id": key, **each.as_json()}))
            reading.add(len(good))
    if wrong:
        raise Invalid(f"{wrong} of the lines could not be read; the others were.")


def _codebook(path: Path | None) -> Codebook:
    if path is None:
        return default_codebook()
    book = read_codebook(_text(path, "codebook", "a CSV file"))
    active = tuple(theme for theme in book.themes if theme.active)
    if not active:
        click.echo(f"No theme of the codebook {path} is active, so none will be heard.", err=True)
    return Codebook(active)


def _text(path: Path, what: str, kind: str = "a text file") -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Invalid(f"There is no {what} {path}.") from None
    except (IsADirectoryError, PermissionError):
        raise Invalid(f"The {what} {path} can't be read: it must be {kind}.") from None
    except UnicodeDecodeError:
        raise Invalid(f"The {what} {path} is not UTF-8 text.") from None


Line = tuple[object, str, str | None]


def _batches(lines: IO[bytes]) -> Iterator[list[Line]]:
    """Lines in batches, each as (id, text, what is wrong with it)."""
    batch: list[Line] = []
    number = 0
    while line := lines.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            while line and not line.endswith(b"\n"):
                line = lines.readline(LONGEST_LINE)
            said = f"Line {number} is longer than {LONGEST_LINE // 1_000_000} MB."
            batch.append((None, "", said))
        elif line.strip():
            batch.append(_line(number, line))
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _line(number: int, line: bytes) -> Line:
    try:
        row = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite)
    except UnicodeDecodeError:
        return None, "", f"Line {number} is not UTF-8 text."
    except json.JSONDecodeError as error:
        return None, "", f"Line {number} is not JSON: {error.msg}."
    except (ValueError, RecursionError):  # NaN, 1e999, 5 000 digits, 100 000 brackets
        return None, "", f"Line {number} is not JSON that can be read."
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or "id" not in row:
        return None, "", f"Line {number} needs an 'id', and a 'text' that is a string."
    # Half of a surrogate pair is no character: the models' tokenizer would refuse the batch.
    return row["id"], row["text"].encode("utf-8", "replace").decode("utf-8"), None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):  # too great: it would be written as Infinity, which no JSON has
        raise ValueError(digits)
    return number


def _written(row: dict[str, object]) -> str:
    line = json.dumps(row, ensure_ascii=False)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:  # an id with half of a surrogate pair goes back as it came
        return json.dumps(row)
    return line


@click.group(invoke_without_command=True)
@click.pass_context
def models(context: click.Context) -> None:
    """Which models are here, their hashes; `fetch` brings them."""
    from workers.models import list_models

    if context.invoked_subcommand:
        return
    settings = read_settings()
    for each in list_models(settings.models, settings):
        here = f"{each.size / 1e6:,.0f} MB" if each.size else "not here"
        used = "in use" if each.wanted else ""
        click.echo(
            f"{each.purpose:7} {each.name:24} {here:>12}  {used:7} {each.licence:12} {each.path}"
        )
        if each.wanted and each.sha256:
            click.echo(f"{'':8}sha256 {each.sha256}")


@models.command()
@click.argument("name", required=False)
@click.option("--quiet", is_flag=True, help="Status lines for `./heard up` only.")
def fetch(name: str | None, quiet: bool) -> None:
    """Brings a speech model here, checked by its hash."""
    from app.domain.engines import checkpoint_path
    from workers.models import fetch as bring
    from workers.models import whisper_help, whisper_urls

    settings = read_settings()
    wanted = name or settings.whisper_model
    until = {"auto": "Until then the basic engine writes the words."}.get(
        settings.speech_engine, "Until then no words are written down."
    )
    if quiet and checkpoint_path(wanted, settings.models).is_file():
        return
    if quiet and not (settings.fetch_models and wanted in whisper_urls()):
        click.echo(f"· {whisper_help(wanted, settings.models)} {until}")
        return
    mark = "· " if quiet else ""
    shown = -1

    def progress(done: int, total: int) -> None:
        nonlocal shown
        percent = done * 100 // max(total, 1)
        if percent // 10 > shown // 10:
            shown = percent
            click.echo(f"{mark}speech model {wanted}: {percent} % of {total / 1e6:,.0f} MB")

    try:
        path = bring(wanted, settings.models, progress)
    except HeardError as refusal:
        if not quiet:
            raise
        click.echo(f"{mark}{refusal.sentence} {until}")
    else:
        click.echo(f"{mark}speech model {wanted} is at {path}; Whisper takes over from here.")
