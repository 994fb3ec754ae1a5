"""Make the sample program's media again: `python -m tools.make_sample [reference ...]`.

Reads app/sample/sample.json, speaks each submission's `spoken_reference` with flite (which has to
be installed) and films the person drawn for it in tools/sample/cast.py. The same flite gives the
same files. The words end up in the sound only: no media file carries them as text.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

import imageio_ffmpeg

from tools.sample.cast import CODECS, PEOPLE, UPRIGHT, VOICES
from tools.sample.film import LANDSCAPE, PHONE, Scene, encode, encode_audio
from tools.sample.rooms import ROOMS
from tools.sample.speech import RATE, save, speak

FOLDER = Path(__file__).parent.parent / "app" / "sample"


def make(reference: str, text: str, out: Path) -> float:
    """Make one media file and give its length in seconds."""
    samples = speak(text, VOICES[reference])
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    with tempfile.TemporaryDirectory() as folder:
        wav, made = Path(folder) / "said.wav", Path(folder) / out.name
        save(samples, wav)
        if reference in PEOPLE:
            size = PHONE if reference in UPRIGHT else LANDSCAPE
            scene = Scene(PEOPLE[reference], ROOMS[reference], size)
            encode(ffmpeg, scene, samples, wav, CODECS.get(reference, "vp8"), made)
        else:
            encode_audio(ffmpeg, wav, made)
        shutil.move(made, out)
    return samples.size / RATE


def main(wanted: list[str]) -> None:
    sample = json.loads((FOLDER / "sample.json").read_text(encoding="utf-8"))
    for submission in sample["submissions"]:
        reference = submission["reference"]
        if "media" not in submission or (wanted and reference not in wanted):
            continue
        out = FOLDER / submission["media"]
        out.parent.mkdir(exist_ok=True)
        seconds = make(reference, submission["spoken_reference"], out)
        print(f"{out.name:20} {seconds:5.1f} s {out.stat().st_size / 1000:7.0f} kB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
