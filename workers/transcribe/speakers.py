"""Who speaks when, where two people talk: by the colour of the sound, within one recording.

Nothing is compared with another recording and nothing of a voice is kept: the numbers last as long
as the function runs. There is no model: cepstra (Davis & Mermelstein 1980), one Gaussian for each
speaker, and the Bayesian information criterion for who is who and whether there are two (Chen &
Gopalakrishnan 1998).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from app.domain.timeline import Segment, Word, into_segments
from workers.transcribe.base import Samples, Transcription
from workers.transcribe.cepstra import COEFFICIENTS, PER_SECOND, cepstra

Numbers = NDArray[np.float64]

_PAUSE_S = 0.15  # people take turns at pauses, however short
_TELLING_S = 1.2  # a shorter stretch says too little of whose it is
_MOST = 400  # stretches compared with each other; the rest go to whom they resemble
# A frame's share of the criterion, in nats. One person comes to 0.21 at most (an old recording of
# 9 s; 0.16 over six recordings of one speaker, else below 0.08), two people to 0.34 and more in
# quiet recordings, to 0.2 and more where noise lies 40 dB below them.
_TWO = 0.28
_LEAST_S = 3.0  # what each of two has to have said
# What it takes to change speakers between two words, in nats.
_AT_A_PAUSE, _IN_ONE_BREATH = 40.0, 200.0
_ROUNDS = 3


def told_apart(audio: Samples, heard: Transcription) -> Transcription:
    """The same words, in passages none of which two people say, each with its speaker.

    `audio`: float32, mono, 16 kHz. Unchanged where one person speaks, or it can't be told.
    """
    words = list(heard.words)
    said = iter(turns(audio, words))
    if not any(whose := list(said)):
        return heard
    by = iter(whose)
    parts = [part for segment in heard.segments for part in _parted(segment, by)]
    return replace(heard, segments=tuple(parts))


def turns(audio: Samples, words: Sequence[Word]) -> list[int]:
    """The speaker of each word: 1 for who speaks first, 2 for the other; all 0 where one speaks.

    Words in order, with times in seconds.
    """
    nobody = [0] * len(words)
    sound = cepstra(audio)
    said = [Voice.of(_frames(sound, word)) for word in words]
    two = _two([_joined(said[i] for i in stretch) for stretch in _stretches(words)])
    if two is None:
        return nobody
    frames = [_frames(sound, word) for word in words]
    for _ in range(_ROUNDS):
        whose = _path(words, frames, two)
        pairs = list(zip(said, whose, strict=True))
        two = _joined(v for v, who in pairs if not who), _joined(v for v, who in pairs if who)
        if min(voice.count for voice in two) < _LEAST_S * PER_SECOND:
            return nobody
    if criterion(*two) / (two[0].count + two[1].count) < _TWO:
        return nobody
    return [1 if who == whose[0] else 2 for who in whose]


@dataclass(frozen=True)
class Voice:
    """Frames of one speaker as the numbers that a Gaussian needs: how many, their sum, and the sum
    of their outer products. What follows from them is asked for every pair and every word, and
    counted once."""

    count: int
    total: Numbers
    squares: Numbers

    @classmethod
    def of(cls, frames: Numbers) -> Voice:
        return cls(len(frames), frames.sum(0), frames.T @ frames)

    def __add__(self, other: Voice) -> Voice:
        return Voice(
            self.count + other.count, self.total + other.total, self.squares + other.squares
        )

    @cached_property
    def mean(self) -> Numbers:
        return self.total / max(self.count, 1)

    @property
    def spread(self) -> Numbers:
        """Its covariance, never so narrow that a few frames look certain."""
        whole = self.squares / max(self.count, 1) - np.outer(self.mean, self.mean)
        return whole + 0.01 * np.eye(COEFFICIENTS)

    @cached_property
    def narrowness(self) -> Numbers:
        return np.asarray(np.linalg.inv(self.spread), np.float64)

    @cached_property
    def width(self) -> float:
        """The logarithm of its covariance's determinant."""
        return float(np.linalg.slogdet(self.spread)[1])

    def likelihood(self, frames: Numbers) -> float:
        away = frames - self.mean
        distance = np.einsum("ij,jk,ik->", away, self.narrowness, away)
        return -0.5 * (float(distance) + len(frames) * self.width)


def criterion(one: Voice, other: Voice) -> float:
    """How much better two Gaussians tell these frames than one does, less what the second one's
    parameters cost, in nats; above 0 they are rather two people."""
    both = one + other
    gain = both.count * both.width - one.count * one.width - other.count * other.width
    parameters = COEFFICIENTS + COEFFICIENTS * (COEFFICIENTS + 1) / 2
    return 0.5 * gain - 0.5 * parameters * float(np.log(max(both.count, 1)))


def _stretches(words: Sequence[Word]) -> Iterator[range]:
    """Words between which nobody pauses."""
    breaks = [i for i in range(1, len(words)) if words[i].start - words[i - 1].end >= _PAUSE_S]
    for begin, end in pairwise([0, *breaks, len(words)]):
        yield range(begin, end)


def _two(stretches: Sequence[Voice]) -> tuple[Voice, Voice] | None:
    """The likest are joined until two are left."""
    voices = sorted(stretches, key=lambda voice: -voice.count)[:_MOST]
    voices = [voice for voice in voices if voice.count >= _TELLING_S * PER_SECOND]
    apart = np.full((len(voices), len(voices)), np.inf)
    for i, j in combinations(range(len(voices)), 2):
        apart[i, j] = criterion(voices[i], voices[j])
    left = list(range(len(voices)))
    while len(left) > 2:
        i, j = divmod(int(np.argmin(apart)), len(voices))
        voices[i] += voices[j]
        left.remove(j)
        apart[j, :] = apart[:, j] = np.inf
        for k in left:
            if k != i:
                apart[min(i, k), max(i, k)] = criterion(voices[i], voices[k])
    return (voices[left[0]], voices[left[1]]) if len(left) == 2 else None


def _path(words: Sequence[Word], frames: Sequence[Numbers], two: tuple[Voice, Voice]) -> list[int]:
    """Who says each word, 0 or 1: the likeliest way through them (Viterbi 1967)."""
    likely = np.array([[voice.likelihood(part) for voice in two] for part in frames])
    score, turned = likely[0], []
    for at, (before, word) in enumerate(pairwise(words), 1):
        pause = word.start - before.end >= _PAUSE_S
        changed = score[::-1] - (_AT_A_PAUSE if pause else _IN_ONE_BREATH)
        turned.append(changed > score)
        score = np.maximum(score, changed) + likely[at]
    whose = [int(np.argmax(score))]
    for change in reversed(turned):
        whose.append(1 - whose[-1] if change[whose[-1]] else whose[-1])
    return whose[::-1]


def _frames(sound: Numbers, word: Word) -> Numbers:
    first = int(word.start * PER_SECOND)
    return sound[first : max(int(word.end * PER_SECOND), first + 1)]


def _joined(voices: Iterator[Voice]) -> Voice:
    nobody = Voice.of(np.zeros((0, COEFFICIENTS)))
    return sum(voices, nobody)


def _parted(segment: Segment, by: Iterator[int]) -> Iterator[Segment]:
    """A passage in as many as people take turns in it. `by` goes on by its words."""
    whose = [next(by) for _ in segment.words]
    if len(set(whose)) < 2:
        yield replace(segment, speaker=whose[0] if whose else 0)
        return
    pairs = zip(segment.words, whose, strict=True)
    for who, run in groupby(pairs, key=lambda pair: pair[1]):
        for part in into_segments([word for word, _ in run]):
            yield replace(part, language=segment.language, speaker=who)
