"""Which ffmpeg runs."""

from __future__ import annotations

import os
from functools import lru_cache

import imageio_ffmpeg

from app.domain.errors import StepFailed


@lru_cache(maxsize=1)
def binary() -> str:
    """The ffmpeg to run: FFMPEG_BINARY, else the one that came with imageio-ffmpeg.

    Raises StepFailed where there is none; another try may find it.
    """
    chosen = os.environ.get("FFMPEG_BINARY")
    if chosen:
        if not os.access(chosen, os.X_OK):
            raise StepFailed(f"FFMPEG_BINARY names no program: {chosen}.", permanent=False)
        return chosen
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise StepFailed(
            "There is no ffmpeg here: set FFMPEG_BINARY to one.", permanent=False
        ) from error
