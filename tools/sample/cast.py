"""Who speaks in the sample program: a voice for each submission, by its reference."""

from __future__ import annotations

from tools.sample.speech import Voice

VOICES = {
    "soup": Voice("slt", size=0.93),
    "third-floor": Voice("rms", size=0.93, stretch=1.06, pause=0.6),
    "eight-to-six": Voice("slt", size=0.97, stretch=0.98, pause=0.4),
    "grandson": Voice("slt", size=0.88, stretch=1.08, pause=0.65),
    "red-light": Voice("rms"),
    "the-cat": Voice("awb", size=1.07),
    "two-films": Voice("slt"),
    "sunday-dinner": Voice("slt", size=0.91, stretch=1.04, pause=0.6),
    "three-answers": Voice("rms", size=1.06, stretch=0.97, pause=0.4),
    "hard-week": Voice("slt", size=0.95, stretch=1.03),
    "the-alarm": Voice("slt", size=0.9, stretch=1.12, pause=0.7),
    "six-dollars": Voice("kal16", stretch=1.05),
    "three-parts": Voice("awb", size=0.98, stretch=1.05, pause=0.65),
    "my-father": Voice("rms", size=0.97, stretch=1.04, pause=0.75),
}
