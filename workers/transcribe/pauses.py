"""A recording with silence put between its words, as `app.domain.fairness.pauses` asks for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workers.transcribe.base import SAMPLE_RATE, Samples

_FADE = SAMPLE_RATE // 100  # samples: a cut in the midst of a sound would click
_LOOK = SAMPLE_RATE // 10
_SEED = 0


def with_pauses(samples: Samples, at: Sequence[float], seconds: float) -> Samples:
    """`seconds` of silence at each of these times, in seconds: as quiet as the recording's
    quietest tenth of a second, since no room is without any sound."""
    whole = len(samples) // _LOOK * _LOOK
    frames = samples[:whole].reshape(-1, _LOOK)
    quiet = float(np.sqrt((frames**2).mean(axis=1)).min()) if len(frames) else 0.0
    noise = np.random.default_rng(_SEED)
    parts, last = [], 0
    for place in (min(int(each * SAMPLE_RATE), len(samples)) for each in sorted(at)):
        part = samples[last:place].copy()
        part[-_FADE:] *= np.linspace(1, 0, len(part[-_FADE:]), dtype=np.float32)
        silence = noise.standard_normal(int(seconds * SAMPLE_RATE)).astype(np.float32) * quiet
        parts += [part, silence]
        last = place
    return np.concatenate([*parts, samples[last:]])
