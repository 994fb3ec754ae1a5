"""Who is who in the sample program: a voice and a face for each submission, by its reference."""

from __future__ import annotations

from tools.sample.brush import CLAY, INK, MOSS, NAVY, OCHRE, PLUM, SAGE, SLATE, TERRACOTTA
from tools.sample.portrait import Person
from tools.sample.speech import Voice

VOICES = {
    "soup": Voice("slt", size=0.93),
    "third-floor": Voice("rms", stretch=1.1, pause=0.6),
    "eight-to-six": Voice("slt", size=0.97, stretch=0.98, pause=0.4),
    "grandson": Voice("slt", size=0.9, stretch=1.05, pause=0.65),
    "red-light": Voice("kal16"),
    "the-cat": Voice("rms", size=1.04, stretch=0.97),
    "two-films": Voice("slt"),
    "sunday-dinner": Voice("slt", size=0.91, stretch=1.04, pause=0.6),
    "three-answers": Voice("rms", size=1.06, stretch=0.97, pause=0.4),
    "hard-week": Voice("slt", size=0.95, stretch=1.03),
    "the-alarm": Voice("slt", size=0.9, stretch=1.12, pause=0.7),
    "six-dollars": Voice("awb", size=1.03),
    "three-parts": Voice("awb", size=0.98, stretch=1.05, pause=0.65),
    "my-father": Voice("rms", size=0.97, stretch=1.04, pause=0.75),
}

PALE, PEACH, TAN, BROWN, DEEP = "#F3D3B8", "#E9B791", "#D29A6E", "#A56C47", "#7B4C34"

PEOPLE = {
    "soup": Person(PALE, "bob", "#8A4226", "apron", SLATE, "smile", turn=-0.6),
    "third-floor": Person(DEEP, "thin", "#CFC8BD", "collar", OCHRE, "smile", turn=0.5,
                          glasses=INK, beard="#CFC8BD", wrinkles=True),
    "eight-to-six": Person(BROWN, "afro", "#2C211D", "stripes", NAVY, "cross", turn=0.3,
                           earrings=OCHRE),
    "grandson": Person(PALE, "curls", "#E4DED4", "cardigan", TERRACOTTA, "smile", turn=0.4,
                       glasses=CLAY, wrinkles=True),
    "red-light": Person(TAN, "short", "#2A2220", "roll", MOSS, "down", turn=-0.7, width=1.03),
    "the-cat": Person(PEACH, "beanie", TERRACOTTA, "hoodie", SAGE, "flat", turn=-0.9,
                      beard="#8A4B2A"),
    "two-films": Person(DEEP, "scarf", OCHRE, "crew", SLATE, "flat", turn=0.4),
    "sunday-dinner": Person(TAN, "long", "#6B5A52", "roll", PLUM, "smile", turn=0.6,
                            earrings=OCHRE, wrinkles=True),
    "three-answers": Person(BROWN, "short", "#231C1B", "collar", "#B9C4C2", "cross", turn=-0.3,
                            beard="#3A2820", glasses=INK),
    "hard-week": Person(PALE, "bun", "#C6924C", "stripes", TERRACOTTA, "smile", turn=0.6),
    "the-alarm": Person(PEACH, "bob", "#BDB7AE", "cardigan", SLATE, "down", turn=-0.4,
                        wrinkles=True),
    "my-father": Person(PEACH, "crop", "#59402F", "crew", "#4D5153", "down", turn=0.5, width=1.02),
}  # fmt: skip

UPRIGHT = {"third-floor", "grandson", "two-films", "three-answers", "the-alarm"}  # held as a phone

# What each browser records; all others are VP8. Safari makes MP4.
CODECS = {"grandson": "h264", "third-floor": "vp9", "hard-week": "vp9", "two-films": "vp9"}
