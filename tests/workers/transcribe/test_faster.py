"""faster-whisper on the small checkpoint, which is converted here and nothing is fetched."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import numpy as np
import pytest
import torch
from whisper.tokenizer import get_tokenizer

from app.domain.engines import BUNDLED, converted_path, is_here
from app.domain.errors import StepFailed
from app.domain.vocabulary import names_to_hear
from app.models import Program
from workers.transcribe import choose, open_engine
from workers.transcribe.base import Samples
from workers.transcribe.conversion import converted, hugging_face
from workers.transcribe.errors import plain_words
from workers.transcribe.faster_engine import FasterWhisperEngine

SMALL = BUNDLED / "heard-tiny-flite.pt"
TEXTS = (
    "The box came late.",
    " I'd like £20 back, OK?",
    "¿Dónde está?",
    "箱が遅れた",
    "طلبي تأخر",
    "🙂",
)


@pytest.mark.parametrize("multilingual", [False, True])
def test_its_tokenizer_is_whispers_own(multilingual: bool) -> None:
    own = get_tokenizer(multilingual)
    theirs = hugging_face(own)
    for text in TEXTS:
        numbers = own.encode(text)
        assert theirs.encode(text, add_special_tokens=False).ids == numbers
        assert theirs.decode(numbers) == text
    names = ("<|startofprev|>", "<|nospeech|>", "<|notimestamps|>", "<|endoftext|>")
    for name in names:
        assert theirs.token_to_id(name) == own.special_tokens[name]


@pytest.fixture(scope="module")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.mark.slow
def test_it_hears_what_whisper_hears_and_fetches_nothing(
    models_dir: Path, phrases: list[tuple[str, Samples]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_args: object) -> None:
        raise AssertionError("nothing is fetched")

    monkeypatch.setattr(socket.socket, "connect", refused)
    stock = open_engine("whisper", model=SMALL.stem, models_dir=models_dir)
    faster = open_engine("faster-whisper", model=SMALL.stem, models_dir=models_dir)
    same = 0
    for _, samples in phrases[:4]:
        theirs, ours = stock.transcribe(samples), faster.transcribe(samples)
        assert (ours.engine, ours.model, ours.language) == ("faster-whisper", SMALL.stem, "en")
        same += plain_words(ours.text) == plain_words(theirs.text)
    assert same >= 3  # its weights have eight bits


@pytest.mark.slow
def test_each_window_is_encoded_once(
    models_dir: Path, phrases: list[tuple[str, Samples]], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = FasterWhisperEngine(SMALL.stem, models_dir)
    engine.load()
    encoded = []
    encode = engine._whisper.encode
    monkeypatch.setattr(engine._whisper, "encode", lambda f: encoded.append(f) or encode(f))
    assert engine.transcribe(phrases[1][1]).words
    assert len(encoded) == 1


@pytest.mark.slow
def test_a_folder_is_made_once_and_anew_for_another_checkpoint(tmp_path: Path) -> None:
    checkpoint = tmp_path / "mine.pt"
    checkpoint.write_bytes(SMALL.read_bytes())
    folder = converted_path(checkpoint, tmp_path / "models")
    first = (converted(checkpoint, folder) / "model.bin").stat()
    assert (converted(checkpoint, folder) / "model.bin").stat().st_ino == first.st_ino
    os.utime(checkpoint, ns=(1, 1))
    assert (converted(checkpoint, folder) / "model.bin").stat().st_ino != first.st_ino
    assert [path.name for path in folder.parent.iterdir()] == ["mine"]
    assert is_here("faster-whisper", folder)
    assert not is_here("whisper", folder)
    assert converted_path(folder, tmp_path) == folder


def test_what_is_missing_or_broken_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match=r"base isn't here: .*https://.*whisper/base\.pt"):
        FasterWhisperEngine("base", tmp_path).load()
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"not a checkpoint")
    with pytest.raises(StepFailed, match="can't be read"):
        FasterWhisperEngine(str(broken), tmp_path).load()
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(StepFailed, match="no speech model at"):
        FasterWhisperEngine(str(folder), tmp_path).load()
    (folder / "model.bin").write_bytes(b"not a model")
    with pytest.raises(StepFailed, match=r"lacks its tokenizer\.json"):
        FasterWhisperEngine(str(folder), tmp_path).load()
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(StepFailed, match="can't be read"):
        FasterWhisperEngine(str(folder), tmp_path).load()


def test_auto_stays_with_whisper(tmp_path: Path) -> None:
    assert choose("auto", SMALL.stem, tmp_path) == "whisper"
    assert choose("faster-whisper", SMALL.stem, tmp_path) == "faster-whisper"


@pytest.mark.slow
def test_the_small_checkpoint_takes_no_names_and_hears_the_same(
    models_dir: Path, phrases: list[tuple[str, Samples]]
) -> None:
    """It never learnt what comes before, so names would only confuse it."""
    engine = open_engine("faster-whisper", model=SMALL.stem, models_dir=models_dir)
    plain = engine.transcribe(phrases[1][1])
    assert engine.transcribe(phrases[1][1], vocabulary=("Aurora Mini",)).text == plain.text


@pytest.mark.slow
def test_names_are_told_to_a_model_that_learnt_what_comes_before(
    tmp_path: Path, phrases: list[tuple[str, Samples]], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = torch.load(SMALL, weights_only=True)
    told["model_state_dict"]["decoder.token_embedding.weight"][50_360] += 0.01  # <|startofprev|>
    checkpoint = tmp_path / "told.pt"
    torch.save(told, checkpoint)
    engine = FasterWhisperEngine(str(checkpoint), tmp_path)
    engine.load()
    prompts: list[list[int]] = []
    generate = engine._whisper.generate_with_fallback

    def heard(encoded, sot, tokenizer, options):  # type: ignore[no-untyped-def]
        prompts.append(sot)
        return generate(encoded, sot, tokenizer, options)

    monkeypatch.setattr(engine._whisper, "generate_with_fallback", heard)
    program = Program(name="Billing", question="How was it?", vocabulary=["Aurora Mini"])
    assert engine.prompted
    engine.transcribe(phrases[1][1], vocabulary=names_to_hear(program))
    names = get_tokenizer(False).encode(" Aurora Mini, Billing.")
    assert prompts[0] == [50_360, *names, 50_257]
    assert engine.transcribe(np.zeros(16_000, np.float32), vocabulary=("Aurora",)).words == ()
