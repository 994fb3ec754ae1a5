"""Captions drawn into a picture. As text they are made in `app.domain.captions`."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.captions import cues, parse, srt, vtt, within
from app.domain.timeline import Segment

__all__ = ["FONT", "burn_in", "cues", "parse", "srt", "vtt", "within"]

FONT = "Inter Semi Bold"  # shipped in workers/media/fonts
# The picture's shorter side counts 1080 units; `cut` writes the longer one in.
_HEAD = f"""[Script Info]
ScriptType: v4.00+
WrapStyle: 0
ScaledBorderAndShadow: yes
PlayResX: 1920
PlayResY: 1080

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, BorderStyle, \
Outline, Shadow, Alignment, MarginL, MarginR, MarginV
Style: Said,{FONT},58,&H00FFFFFF,&H20101010,&H80000000,1,4,1,2,90,90,64

[Events]
Format: Start, End, Style, Text
"""


def burn_in(segments: Iterable[Segment]) -> str:
    """Segments, on the clip's own time line, as an ASS script for `cut`.

    Lines are left to the renderer, which knows the picture's width and balances them.
    """
    events = [
        f"Dialogue: {_time(cue.start)},{_time(cue.end)},Said,{_plain(' '.join(cue.lines))}\n"
        for cue in cues(segments)
    ]
    return _HEAD + "".join(events)


def _time(seconds: float) -> str:
    """`75.25` → `0:01:15.25`: ASS counts in hundredths."""
    hundredths = round(seconds * 100)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest // 100:02}.{rest % 100:02}"


def _plain(text: str) -> str:
    """Spoken text can't give the renderer commands."""
    return text.replace("\\", "/").replace("{", "(").replace("}", ")")
