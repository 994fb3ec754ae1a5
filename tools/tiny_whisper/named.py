"""Makes tests/media/names: sentences with names of products in them, and as many without.

    python -m tools.tiny_whisper.named

Needs flite on PATH. The names are made of words that a dictionary has. The sentences without have
such words, too: in them nobody names a product.
"""

from __future__ import annotations

import csv
from pathlib import Path

from tools.tiny_whisper.fixtures import VOICES, record

FOLDER = Path("tests/media/names")
NAMED = (
    ("Aurora Mini", "I bought the Aurora Mini last week, and it is broken."),
    ("Bluebell Saver", "My Bluebell Saver was closed without a letter."),
    ("Copper Kettle Club", "We joined the Copper Kettle Club two years ago."),
    ("Juniper Box", "The Juniper Box came late again."),
    ("Orchid Line", "Nobody could tell me what the Orchid Line costs."),
    ("Pebble Phone", "Please send me a new Pebble Phone."),
    ("Willow Care", "I pay for Willow Care every month."),
    ("Falcon Desk", "The Falcon Desk arrived with a scratch."),
    ("Sunflower Card", "My mother loves her Sunflower Card."),
    ("Meadow Tariff", "They said the Meadow Tariff would be cheaper."),
    ("Granite Lamp", "The Granite Lamp stopped working on Monday."),
    ("Harbor Plus", "I have called about Harbor Plus three times."),
)
UNNAMED = (
    "The card in the box was for my mother.",
    "I put the kettle on and waited for the phone call.",
    "There was a lamp on the desk beside the door.",
    "The line was bad, so I called again.",
    "I pay the bill every month, and nobody cares.",
    "We walked along the harbor on Monday.",
    "Plus, the letter came too late.",
    "The street is made of granite.",
    "They said the new one would be cheaper.",
    "I have waited for three weeks now.",
    "The driver left it in the meadow behind the house.",
    "It was a very small club with many rules.",
)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "transcripts.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["file", "text", "voice", "name"])
        for number, (name, text) in enumerate((*NAMED, *(("", each) for each in UNNAMED)), 1):
            voice = VOICES[number % len(VOICES)]
            path = FOLDER / f"{'named' if name else 'unnamed'}-{number:02}-{voice}.ogg"
            record([text], voice, path)
            table.writerow([path.name, text, voice, name])


if __name__ == "__main__":
    main()
