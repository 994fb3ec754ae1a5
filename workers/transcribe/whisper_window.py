"""One window of at most 30 s through Whisper: encoded once, decoded greedily, guarded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from whisper.audio import log_mel_spectrogram, pad_or_trim
from whisper.decoding import DecodingOptions, DecodingResult
from whisper.decoding import detect_language as detect

from workers.transcribe.base import Samples
from workers.transcribe.guards import best, echoes, is_nothing
from workers.transcribe.vocabulary import prompt
from workers.transcribe.whisper_words import timed_words
from workers.transcribe.windowed import Heard, finished

# Greedy, then a beam, then some chance: each only where the one before it failed a guard.
TRIES: tuple[dict[str, Any], ...] = (
    {"temperature": 0.0},
    {"temperature": 0.0, "beam_size": 5},
    {"temperature": 0.4, "best_of": 5},
)


def encode(model: Any, samples: Samples) -> torch.Tensor:
    """1 × positions × width, for at most 30 s at 16 kHz."""
    mel = log_mel_spectrogram(torch.from_numpy(pad_or_trim(samples)), model.dims.n_mels)
    with torch.no_grad():
        heard: torch.Tensor = model.encoder(mel[None].to(model.device))
    return heard


def language_of(model: Any, heard: torch.Tensor) -> tuple[str, float]:
    """The likeliest language's code, how likely it is; English where the model knows no other."""
    if not model.is_multilingual:
        return "en", 1.0
    _, chances = detect(model, heard)
    code = max(chances[0], key=chances[0].__getitem__)
    return code, float(chances[0][code])


def takes_prompts(model: Any, tokenizer: Any) -> bool:
    """Whether the model ever learnt what comes before: a token that never occurred is all zero."""
    return bool(model.decoder.token_embedding.weight[tokenizer.sot_prev].any())


def hear(
    model: Any, tokenizer: Any, heard: torch.Tensor, duration: float, names: Sequence[str] = ()
) -> Heard:
    """What is said in a window of `duration` seconds. `names` it may find there."""
    if not takes_prompts(model, tokenizer):
        names = ()
    result = best(_tries(model, heard, tokenizer.language or "en", names))
    if result is None or is_nothing(result):
        return Heard([])
    tokens, until = finished(result.tokens, tokenizer.timestamp_begin)
    text = [token for token in tokens if token < tokenizer.eot]
    words = timed_words(model, tokenizer, heard, text, min(until or duration, duration))
    return Heard(words, until if until and until < duration - 0.5 else None)


def _tries(
    model: Any, heard: torch.Tensor, language: str, names: Sequence[str]
) -> Iterator[DecodingResult]:
    """Decodings of one window, one after the other. With names first: what comes of that badly,
    or is only the names again, is tried without.

    The chance in the last try is the same each time: a recording heard again has the same words.
    """
    told = [{**TRIES[0], "prompt": prompt(names)}] if names else []
    for options in (*told, *TRIES):
        wanted = DecodingOptions(language=language, fp16=False, **options)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            result = model.decode(heard[0], wanted)
        if not ("prompt" in options and echoes(result.text, names)):
            yield result
