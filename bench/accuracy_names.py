"""What a program's vocabulary does for the basic engine: names right, and names that nobody said.

tests/media/names has twelve sentences with a product's name and as many without one, but with the
same words in them, or alike. The engine is told the twelve names and others, FEW or MANY in all.
The bundled Whisper learnt no prompts, so there is nothing to measure of it.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from app.config import read_settings
from bench import accuracy_speech
from bench.figures import Figure, resampled, share
from bench.recorded import recordings, sound
from workers.transcribe import open_engine
from workers.transcribe.base import Engine, Samples
from workers.transcribe.errors import edits, plain_words

FOLDER = Path(__file__).parents[1] / "tests" / "media" / "names"
PEOPLE = Path(os.environ.get("SPEECH_FOLDER", accuracy_speech.FOLDER))
FEW, MANY = 20, 100
# What nobody says in these recordings: common words, as products are called.
_FIRST = ("Silver", "Lantern", "Harvest", "Maple", "Summit")
_SECOND = ("Crystal", "Velvet")
_LAST = ("Home", "Direct", "Light", "Account", "Basic", "Family", "Express", "Pocket", "Travel")


@dataclass(frozen=True)
class Sentence:
    """`name`: the one that is said in it, or nothing."""

    text: str
    name: str
    samples: Samples


def sentences(wanted: Callable[[dict[str, str]], bool] = lambda _: True) -> list[Sentence]:
    """Those whose row in transcripts.csv is wanted."""
    with (FOLDER / "transcripts.csv").open(newline="") as file:
        return [
            Sentence(row["text"], row["name"], sound(FOLDER / row["file"]))
            for row in csv.DictReader(file)
            if wanted(row)
        ]


def vocabulary(said: Sequence[Sentence], most: int) -> tuple[str, ...]:
    """The names that are said, and others up to `most`."""
    short = (" ".join(each) for each in product(_FIRST, _LAST))
    long = (" ".join(each) for each in product(_FIRST, _SECOND, _LAST))
    return tuple([*(each.name for each in said if each.name), *short, *long][:most])


def names_in(text: str, names: Sequence[str]) -> list[str]:
    """Those of the names whose words stand in the text, one after the other."""
    words = f" {' '.join(plain_words(text))} "
    return [name for name in names if f" {' '.join(plain_words(name))} " in words]


def figures() -> list[Figure]:
    said = sentences()
    engine = open_engine("pocketsphinx", model="", models_dir=read_settings().models)
    found: list[Figure] = []
    for told in ((), vocabulary(said, FEW), vocabulary(said, MANY)):
        found += _measured(engine, said, told, "tests/media/names")
    if (PEOPLE / "transcripts.csv").is_file():
        people = [Sentence(text, "", samples) for text, samples in recordings(PEOPLE)]
        found += _measured(engine, people, vocabulary(said, MANY), "people and computer voices")
    return found


def _measured(
    engine: Engine, said: Sequence[Sentence], told: Sequence[str], data: str
) -> list[Figure]:
    by = f"{engine.name} {engine.model}"
    how = f"{len(told)} told" if told else "none told"
    heard = [engine.transcribe(each.samples, vocabulary=told).text for each in said]
    pairs = list(zip(said, heard, strict=True))
    found = []
    if named := [each.name in names_in(text, [each.name]) for each, text in pairs if each.name]:
        goal = "≥ 0.80" if told else ""
        found.append(share("names right", f"{data}, {how}", named, by, goal))
    if told:
        wrong = [bool(set(names_in(text, told)) - {each.name}) for each, text in pairs]
        found.append(share("a name that nobody said", f"{data}, {how}", wrong, by, ""))
    plain = [(each.text, text) for each, text in pairs if not each.name]
    errors = np.array([edits(plain_words(true), plain_words(text)) for true, text in plain])
    counts = np.array([len(plain_words(true)) for true, _ in plain])
    found.append(
        resampled(
            "word error where no name is said",
            f"{data}, {how}",
            len(plain),
            lambda rows: float(errors[rows].sum() / counts[rows].sum()),
            by,
            "",
        )
    )
    return found
