"""How right the machine is: every figure with its data, n, interval and engine.

`./heard bench accuracy` prints them and writes docs/accuracy.md. Speech is measured on
tests/media/speech and on SPEECH_FOLDER (else ../shared/data/speech), text on tools/sentences and
on GOEMOTIONS_FOLDER (else ../shared/data/goemotions) and BANKING77_FOLDER (else
../shared/data/banking77); a folder that isn't here is named and left out. A new part of the page is
one more line in PARTS.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

from bench import accuracy_names, accuracy_personal, accuracy_speech, accuracy_text, accuracy_themes
from bench.figures import HEAD, Figure, markdown, rows
from bench.table import show
from workers.understand import adapter

PAGE = Path(__file__).parents[1] / "docs" / "accuracy.md"
# (title, what a reader should know, how it's measured)
PARTS: list[tuple[str, str, Callable[[], list[Figure]]]] = [
    (
        "Words from speech",
        "Word error: words wrong, missing or added, for each word that was said. The bundled"
        " heard-tiny-flite is for tests only.",
        accuracy_speech.figures,
    ),
    (
        "Where words are",
        "Sounds without speech, six seconds each, and recordings whose every word's time"
        " is known, since a computer voice made them: the beginning of the first word, of the"
        " pause and of what comes behind it.",
        accuracy_speech.bounds,
    ),
    (
        "Names in speech",
        "Products' names that are made of English words, said by two computer voices, without a"
        " vocabulary and with one that has these names and others; then the same words without the"
        " names. The basic engine passes over a name with a word that its dictionary lacks, as many"
        " a brand has: none of these is counted here. How much likelier a name"
        " is than other words was chosen on these recordings. Whisper reads a vocabulary"
        " as a prompt: what that does is not measured, since the bundled heard-tiny-flite never"
        " learnt to read one.",
        accuracy_names.figures,
    ),
    (
        "Sentiment, emotions, who needs a person",
        "Written in the voice of customers; no head learned from any of them. “customers_blind4”"
        " is the newest, measured with two earlier heads for the need of a person;"
        " “customers_blind3” and “customers_unseen” have been measured before, “customers_test”"
        " often."
        " Macro-F1 weighs each label the same. Calibration error: how far"
        " the confidence is from being right, on average.",
        accuracy_text.figures,
    ),
    (
        "The same in other words",
        "200 pairs of passages that differ only in a name or in a way of speaking: how many get"
        " another sentiment for it.",
        accuracy_text.fairness,
    ),
    (
        "Themes",
        "From names and one-line descriptions alone, on codebooks that nothing was learned"
        " from: “themes_blind2” is the newest and has more passages about none; “themes_blind” has"
        " been measured before. Then close topics from their names, and from five taught examples"
        " each: questions to a bank (BANKING77, CC BY 4.0; the mean of eight draws of five), and"
        " topics that are told in passing. “Nearest middle” is what plain likeness to the middle of"
        " the examples gives: it tells how hard the topics are.",
        accuracy_themes.figures,
    ),
    (
        "Personal data",
        "Names, phone numbers, e-mail and postal addresses, cards, accounts and orders that are"
        " said. The passages are made of templates that who wrote the rules wrote, too, so they"
        " flatter. Of those written by hand the first run found 0.906, and the rules were then"
        " mended by what it had missed: expect 0.906 of speech that they haven't met.",
        accuracy_personal.figures,
    ),
]


def main() -> None:
    parts = []
    for title, note, measure in PARTS:
        figures = measure()
        if figures:
            print(f"\n{title}")
            show(HEAD, rows(figures))
            parts.append(f"## {title}\n\n{note}\n\n{markdown(figures)}\n")
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    numbers = "bfloat16" if adapter.swift() else "float32"
    begin = _INTRODUCTION.format(today=today, numbers=numbers)
    PAGE.write_text(begin + "\n".join(parts), encoding="utf-8")
    print(f"\nWritten to {PAGE}")


_INTRODUCTION = """# How right the machine is

Measured on {today} with `./heard bench accuracy`, which writes this page. A goal was set before
the figure was known; a figure that misses its goal stays here until it is met. What each part
learned from, and where it is weak, is in `docs/model-cards/`.

The passages were written for this, by other hands than real customers': expect less from real
ones. English only. An interval says how far the figure would move with other passages of the
same kind, not with other kinds. A part that is missing was not measured that time.

Texts were read in {numbers}. Processors with units for bfloat16 use these, others float32: where
there are hundreds of passages that moved no figure by more than 0.01.

"""
