"""One window of at most 30 s through Whisper: encoded once, decoded greedily, guarded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from whisper.audio import log_mel_spectrogram, pad_or_trim
from whisper.decoding import DecodingOptions, DecodingResult
from whisper.decoding import detect_language as detect

from app.domain.timeline import Word
from workers.transcribe.base import SAMPLE_RATE, Samples
from workers.transcribe.whisper_words import timed_words

# Whisper's own thresholds: text that packs better than this repeats itself; less likely than
# e⁻¹ a token is guessed; and both unlikely and probably silent is nothing said.
REPEATS = 2.4
UNLIKELY = -1.0
SILENT = 0.6
# What Whisper is known to say where nobody speaks, learnt from subtitles of films and videos.
PHANTOMS = (
    "thanks for watching", "thank you for watching", "please subscribe", "subtitles by",
    "subscribe to my channel", "amara.org", "transcription by castingwords", "opensubtitles",
    "see you in the next video", "untertitel", "sous-titres", "subtítulos realizados por",
)  # fmt: skip
# A customer may well say only these: they count as invented when the model itself doubts.
MAYBE_PHANTOMS = ("thank you", "thanks", "you", "bye", "okay", "so")
# Greedy, then a beam, then some chance: each only where the one before it failed a guard.
TRIES: tuple[dict[str, Any], ...] = (
    {"temperature": 0.0},
    {"temperature": 0.0, "beam_size": 5},
    {"temperature": 0.4, "best_of": 5},
)


@dataclass(frozen=True, slots=True)
class Heard:
    """A window's words, in seconds from its start. From `until` on it wants hearing again."""

    words: list[Word]
    until: float | None = None


def encode(model: Any, samples: Samples) -> torch.Tensor:
    """1 × positions × width, for at most 30 s at 16 kHz."""
    mel = log_mel_spectrogram(torch.from_numpy(pad_or_trim(samples)), model.dims.n_mels)
    with torch.no_grad():
        heard: torch.Tensor = model.encoder(mel[None].to(model.device))
    return heard


def language_of(model: Any, heard: torch.Tensor) -> str:
    """The likeliest language's code; English where the model knows no other."""
    if not model.is_multilingual:
        return "en"
    _, chances = detect(model, heard)
    return max(chances[0], key=chances[0].__getitem__)


def hear(model: Any, tokenizer: Any, heard: torch.Tensor, duration: float) -> Heard:
    """What is said in a window of `duration` seconds."""
    result = _decoded(model, heard, tokenizer.language or "en")
    if result is None or is_nothing(result):
        return Heard([])
    tokens, until = finished(result.tokens, tokenizer.timestamp_begin)
    text = [token for token in tokens if token < tokenizer.eot]
    words = timed_words(model, tokenizer, heard, text, min(until or duration, duration))
    return Heard(words, until if until and until < duration - 0.5 else None)


def finished(tokens: Sequence[int], first_time: int) -> tuple[list[int], float | None]:
    """The tokens of whole passages, and where an unfinished one begins, in seconds.

    Whisper writes two times in a row between passages. One time at the very end closes the
    window; text or a pair there means that a passage was cut by the window's end.
    """
    times = [token >= first_time for token in tokens]
    pairs = [i for i in range(1, len(tokens)) if times[i - 1] and times[i]]
    closed = len(tokens) > 1 and times[-1] and not times[-2]
    if closed or not pairs:
        return list(tokens), None
    until = (tokens[pairs[-1] - 1] - first_time) * 0.02
    return (list(tokens[: pairs[-1]]), until) if until >= 1.0 else (list(tokens), None)


def is_sound(result: DecodingResult) -> bool:
    return result.compression_ratio <= REPEATS and result.avg_logprob >= UNLIKELY


def is_nothing(result: DecodingResult) -> bool:
    """Whether these words were made up where nobody spoke."""
    said = " ".join(result.text.lower().split()).strip(" .,!?…")
    doubted = result.no_speech_prob > SILENT or result.avg_logprob < UNLIKELY
    return (
        not said
        or result.compression_ratio > REPEATS
        or (result.no_speech_prob > SILENT and result.avg_logprob < UNLIKELY)
        or any(phantom in said for phantom in PHANTOMS)
        or (said in MAYBE_PHANTOMS and doubted)
    )


def _decoded(model: Any, heard: torch.Tensor, language: str) -> DecodingResult | None:
    """The first sound result of `TRIES`, else the likeliest that doesn't repeat itself.

    The chance in the last try is the same each time: a recording heard again has the same words.
    """
    tried: list[DecodingResult] = []
    for options in TRIES:
        wanted = DecodingOptions(language=language, fp16=False, **options)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            result = model.decode(heard[0], wanted)
        silent = result.no_speech_prob > SILENT and result.avg_logprob < UNLIKELY
        if is_sound(result) or silent:
            return result
        tried.append(result)
    whole = [result for result in tried if result.compression_ratio <= REPEATS]
    return max(whole, key=lambda result: result.avg_logprob, default=None)


def seconds(samples: Samples) -> float:
    return len(samples) / SAMPLE_RATE
