"""The encoder's weights are checked before they are believed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import StepFailed
from workers.understand import adapter, heads
from workers.understand.encoder import WIDTH, Encoder, installed_folder
from workers.understand.sentiment import sentiments


def test_other_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not the published ones")
    with pytest.raises(StepFailed, match=r"isn't the published all-MiniLM-L6-v2: its SHA-256 is"):
        Encoder(tmp_path).embed(["hello"])


def test_a_folder_without_the_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match=r"The text model is missing: there is no .*safetensors"):
        Encoder(tmp_path).load()


def test_missing_head_weights_are_named() -> None:
    with pytest.raises(StepFailed, match="The weights of the weather head are missing"):
        heads.load("weather")


def test_the_weights_in_the_repository_stay_small() -> None:
    assert sum(path.stat().st_size for path in heads.FOLDER.glob("*.npz")) <= 8 * 1024 * 1024


@pytest.mark.slow
def test_vectors_are_unit_length_ordered_and_alike_where_meaning_is() -> None:
    encoder = Encoder(installed_folder(), threads=1)
    late, slow, soup = encoder.embed(
        ["The parcel came late.", "My package arrived after the date.", "Tomato soup " * 50]
    )
    assert late.shape == (WIDTH,) and late.dtype == np.float32
    assert np.linalg.norm(late) == pytest.approx(1, abs=1e-4)
    assert late @ slow > 0.5 > late @ soup
    assert encoder.embed([]).shape == (0, WIDTH)


@pytest.mark.slow
def test_a_feeling_is_read_alike_with_and_without_units_for_short_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = ["It came nine days late.", "Not bad at all, that.", "I was there on Tuesday, " * 20]
    felt = []
    for swift in (False, True):
        monkeypatch.setattr(adapter, "swift", lambda swift=swift: swift)
        felt.append(Encoder(installed_folder(), threads=1).encode(texts).felt)
    assert felt[0].dtype == felt[1].dtype == np.float32
    assert not np.array_equal(*felt)
    for exact, short in zip(sentiments(felt[0]), sentiments(felt[1]), strict=True):
        assert short.label == exact.label
        assert short.score == pytest.approx(exact.score, abs=0.05)
