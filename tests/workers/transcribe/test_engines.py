"""Every engine keeps the same promises, on phrases that the small Whisper never trained on."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from app.domain.errors import StepFailed
from bench.recorded import sound
from tests.workers.transcribe.noises import wordless
from tests.workers.transcribe.spoken import Paused, paused
from workers.transcribe import choose, open_engine
from workers.transcribe.base import SAMPLE_RATE, Engine, Samples, Transcription
from workers.transcribe.errors import edits, plain_words, wer

NOWHERE = Path("/nowhere")
TINY = "heard-tiny-flite"
Phrases = list[tuple[str, Samples]]


@pytest.fixture(scope="module")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")  # what is made of the checkpoint lies here


@pytest.fixture(params=["pocketsphinx", "whisper", "faster-whisper"], scope="module")
def engine(request: pytest.FixtureRequest, models_dir: Path) -> Engine:
    return open_engine(request.param, model=TINY, models_dir=models_dir)


@pytest.fixture(scope="module")
def heard(engine: Engine, phrases: Phrases) -> list[Transcription]:
    return [engine.transcribe(samples) for _, samples in phrases]


@pytest.mark.slow
def test_at_most_one_word_in_five_is_wrong(heard: list[Transcription], phrases: Phrases) -> None:
    said = [plain_words(text) for text, _ in phrases]
    wrong = sum(edits(s, plain_words(h.text)) for s, h in zip(said, heard, strict=True))
    assert wrong / sum(map(len, said)) <= 0.2, [h.text for h in heard]


@pytest.mark.slow
def test_words_are_in_order_and_inside_the_recording(heard: list[Transcription]) -> None:
    for transcription in heard:
        words = transcription.words
        assert words
        assert all(0 <= w.start < w.end <= transcription.duration_s for w in words)
        assert all(a.end <= b.start for a, b in pairwise(words))
        assert all(0 <= w.confidence <= 1 for w in words)


@pytest.mark.slow
def test_no_engine_gives_marks_of_its_own(heard: list[Transcription]) -> None:
    """Pocketsphinx has its <sil> and [NOISE], Whisper its <|tokens|>."""
    assert not set("<>[]()") & set("".join(each.text for each in heard))


@pytest.mark.slow
def test_word_times_follow_the_speech(engine: Engine, phrases: Phrases) -> None:
    """A phrase heard clearly gives the same words two seconds later, two seconds later."""
    _, samples = phrases[1]
    later = np.concatenate([np.zeros(2 * SAMPLE_RATE, np.float32), samples])
    first, second = engine.transcribe(samples), engine.transcribe(later)
    assert wer(first.text, second.text) <= 0.2
    assert second.words[0].start - first.words[0].start == pytest.approx(2.0, abs=0.25)
    assert second.words[-1].end - first.words[-1].end == pytest.approx(2.0, abs=0.25)


@pytest.mark.slow
def test_the_same_sound_gives_the_same_words(
    engine: Engine, heard: list[Transcription], phrases: Phrases
) -> None:
    """Also where Whisper doubts and tries by chance."""
    torch.manual_seed(len(phrases))
    again = [engine.transcribe(samples) for _, samples in phrases]
    assert [h.text for h in again] == [h.text for h in heard]


@pytest.mark.slow
@pytest.mark.parametrize("recording", paused(), ids=lambda recording: recording.path.stem)
def test_words_around_a_pause_are_where_they_were_said(engine: Engine, recording: Paused) -> None:
    """At most 0.2 s off: the first word, the last one before the pause and the first after it."""
    heard = engine.transcribe(sound(recording.path)).words
    gap = max(pairwise(heard), key=lambda pair: pair[1].start - pair[0].end)
    before, after = max(pairwise(recording.words), key=lambda pair: pair[1].start - pair[0].end)
    assert [plain_words(word.text) for word in gap] == [
        plain_words(word.text) for word in (before, after)
    ]
    assert gap[0].end == pytest.approx(before.end, abs=0.2)
    assert gap[1].start == pytest.approx(after.start, abs=0.2)
    assert heard[0].start == pytest.approx(recording.words[0].start, abs=0.2)


@pytest.mark.slow
def test_sentences_become_segments(engine: Engine, phrases: Phrases) -> None:
    text, samples = phrases[2]
    segments = engine.transcribe(samples).segments
    assert 2 <= len(segments) <= text.count(".") + 1
    assert all(s.text and s.words and 0 < s.confidence <= 1 for s in segments)
    assert all(s.start == s.words[0].start and s.end == s.words[-1].end for s in segments)


@pytest.mark.slow
def test_a_long_recording_is_heard_to_its_end(engine: Engine, phrases: Phrases) -> None:
    pause = np.zeros(25 * SAMPLE_RATE, np.float32)  # a window of its own for each phrase
    some = phrases[1::2]
    long = np.concatenate([part for _, samples in some for part in (samples, pause)])
    assert len(long) / SAMPLE_RATE > 120
    said = plain_words(" ".join(text for text, _ in some))
    shares: list[float] = []
    heard = engine.transcribe(long, on_progress=shares.append)
    assert edits(said, plain_words(heard.text)) / len(said) <= 0.25
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    assert len(shares) > 3
    assert heard.words[-1].end > len(long) / SAMPLE_RATE - 27


@pytest.mark.slow
def test_a_model_is_loaded_once_in_a_process(
    engine: Engine, models_dir: Path, phrases: Phrases
) -> None:
    engine.transcribe(phrases[0][1])
    again = open_engine(engine.name, model=TINY, models_dir=models_dir)
    assert again is engine
    assert again.load() == 0.0


@pytest.mark.parametrize("name", ["pocketsphinx", "whisper", "faster-whisper"])
def test_wordless_sounds_give_no_words_and_load_no_model(name: str) -> None:
    engine = open_engine(name, model="/nowhere/missing.pt", models_dir=Path("/elsewhere"))
    sounds = wordless()
    assert len(sounds) >= 30
    for samples in sounds.values():
        heard = engine.transcribe(samples)
        assert heard.segments == ()
        assert heard.language == ""
        assert heard.duration_s == pytest.approx(len(samples) / SAMPLE_RATE)


def test_json_has_the_documented_fields(phrases: Phrases) -> None:
    heard = open_engine("pocketsphinx", model="", models_dir=NOWHERE).transcribe(phrases[0][1])
    shown = json.loads(json.dumps(heard.as_json()))
    assert list(shown) == ["engine", "model", "language", "duration_s", "segments"]
    assert list(shown["segments"][0]) == ["start", "end", "text", "confidence", "words"]
    assert list(shown["segments"][0]["words"][0]) == ["start", "end", "text", "confidence"]
    assert (shown["engine"], shown["model"], shown["language"]) == ("pocketsphinx", "en-us", "en")


def test_auto_takes_whisper_once_its_checkpoint_is_here(tmp_path: Path) -> None:
    assert choose("auto", "base", tmp_path) == "pocketsphinx"
    (tmp_path / "whisper").mkdir()
    (tmp_path / "whisper" / "base.pt").touch()
    assert choose("auto", "base", tmp_path) == "whisper"
    assert choose("pocketsphinx", "base", tmp_path) == "pocketsphinx"


def test_a_missing_checkpoint_says_what_to_put_where(tmp_path: Path) -> None:
    engine = open_engine("whisper", model="base", models_dir=tmp_path)
    with pytest.raises(StepFailed, match=r"base isn't here: .*https://.*whisper/base\.pt"):
        engine.load()


def test_a_broken_checkpoint_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "broken.pt"
    path.write_bytes(b"not a checkpoint")
    with pytest.raises(StepFailed, match="can't be read"):
        open_engine("whisper", model=str(path), models_dir=tmp_path).load()


def test_an_unknown_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="no speech engine named x"):
        open_engine("x", model="", models_dir=tmp_path)
