"""A transformers model from a local folder takes the place of sentiment or emotions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.domain.codebook.book import Codebook
from app.domain.errors import StepFailed
from workers.understand import Understander
from workers.understand.outside import Outside

pytestmark = pytest.mark.slow

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "."]


def _tiny(folder: Path, labels: list[str], **config: object) -> Path:
    """A classifier of one layer whose bias always says its last label."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    size = {"hidden_size": 8, "intermediate_size": 8, "num_attention_heads": 2}
    model = BertForSequenceClassification(
        BertConfig(
            vocab_size=len(WORDS),
            num_hidden_layers=1,
            id2label=dict(enumerate(labels)),
            label2id={label: i for i, label in enumerate(labels)},
            **size,
            **config,
        )
    )
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.fill_(-4.0)
        model.classifier.bias[-1] = 4.0
    model.save_pretrained(folder)
    return folder


def test_its_labels_and_its_version_are_used(tmp_path: Path) -> None:
    stars = _tiny(tmp_path / "stars", [f"{n} star{'s' * (n > 1)}" for n in range(1, 6)])
    feelings = _tiny(
        tmp_path / "feelings", ["fear", "joy"], problem_type="multi_label_classification"
    )
    understander = Understander(sentiment_model=stars, emotion_model=feelings)
    nothing, bad = understander.understand(["", "It was bad."], Codebook())
    assert (nothing.sentiment.label, bad.sentiment.label) == ("neutral", "positive")
    assert bad.sentiment.confidence > 0.9
    assert [each.label for each in bad.emotions] == ["joy"]
    said = bad.as_json()["sentiment"]
    assert isinstance(said, dict)
    assert said["engine"] == "transformers stars" and len(said["version"]) == 8


def test_what_it_cannot_name_is_refused_in_a_sentence(tmp_path: Path) -> None:
    unnamed = _tiny(tmp_path / "unnamed", ["LABEL_0", "LABEL_1", "LABEL_2"])
    with pytest.raises(StepFailed, match="has the labels label 0, label 1, label 2; Heard knows"):
        Outside(unnamed).sentiments(["good"])
    with pytest.raises(StepFailed, match="Heard shows joy"):
        Outside(unnamed).emotions(["good"])


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match=r"There is no config.json in the text model's folder"):
        Outside(tmp_path).sentiments(["good"])
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "no such kind"}))
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(StepFailed, match="can't be read"):
        Outside(tmp_path).sentiments(["good"])
