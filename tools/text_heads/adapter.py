"""Sentiment by adaptation: the encoder's last layers are trained on from what customers say."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from sklearn.metrics import classification_report, confusion_matrix, f1_score

from app.domain.search.encoder import LONGEST
from tools.text_heads import fit
from workers.understand import adapter
from workers.understand.encoder import Encoder
from workers.understand.sentiment import LABELS

if TYPE_CHECKING:
    from tools.train_text_heads import Customers

EPOCHS, BATCH, RATE, HEAD_RATE = 6, 16, 3e-4, 1e-3
HELD_OUT = 0.1  # of the customers' sentences, to set the temperature on
PLAIN, REVIEW = 0.7, 0.4  # weight of an unpunctuated copy and of a review, a sentence being 1
LONGEST_REVIEW = 110  # characters: people speak in short sentences

Example = tuple[str, int, float]


def train(
    train: Customers, test: Customers, reviews: list[tuple[str, int]], encoder: Encoder, seed: int
) -> None:
    """Writes adapter.npz and sentiment.npz. `reviews`: (text, index of its label)."""
    torch.manual_seed(seed)
    chance = random.Random(seed)
    encoder.load()
    model, tokenizer = encoder.model, encoder.tokenizer
    rows = list(zip(train.texts, train.plain, train.sentiment, strict=True))
    chance.shuffle(rows)
    kept = int(len(rows) * HELD_OUT)
    held_out = [(text, LABELS.index(label), 1.0) for text, _, label in rows[:kept]]
    data = [(text, LABELS.index(label), 1.0) for text, _, label in rows[kept:]]
    data += [(plain, LABELS.index(label), PLAIN) for _, plain, label in rows[kept:]]
    data += [(text, label, REVIEW) for text, label in reviews if len(text) < LONGEST_REVIEW]

    model.requires_grad_(False)
    layers = copy.deepcopy(model.encoder.layer[adapter.FROM :]).requires_grad_(True)
    head = torch.nn.Linear(768, len(LABELS))
    below = _below(model, tokenizer, [text for text, _, _ in data])
    held_below = _below(model, tokenizer, [text for text, _, _ in held_out])
    truth = np.array([label for _, label, _ in held_out])
    optimiser = torch.optim.AdamW(
        [
            {"params": layers.parameters(), "lr": RATE},
            {"params": head.parameters(), "lr": HEAD_RATE},
        ],
        weight_decay=0.01,
    )
    steps = EPOCHS * len(_batches(data, chance))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1, step / (steps * 0.1)) * (1 - step / (steps + 1))
    )
    for epoch in range(EPOCHS):
        layers.train()
        for batch in _batches(data, chance):
            _, labels, weights = zip(*(data[i] for i in batch), strict=True)
            felt = _felt(layers, [below[i] for i in batch])
            logits = head(torch.nn.functional.dropout(felt, 0.2))
            loss = torch.nn.functional.cross_entropy(
                logits, torch.tensor(labels), reduction="none", label_smoothing=0.05
            )
            optimiser.zero_grad()
            (loss * torch.tensor(weights)).mean().backward()
            optimiser.step()
            schedule.step()
        layers.eval()
        score = f1_score(truth, _logits(layers, head, held_below).argmax(1), average="macro")
        print(f"  epoch {epoch}: held out {score:.3f}", flush=True)
    _save(model, layers)
    layers = adapter.adapted(model)  # as it will run: with its bytes
    warmth = fit.temperature(_logits(layers, head, held_below), truth)
    fit.save(
        "sentiment",
        list(LABELS),
        (np.zeros(768), np.ones(768)),
        [(head.weight.detach().numpy().T, head.bias.detach().numpy())],
        temperature=np.array([warmth]),
    )
    logits = _logits(layers, head, _below(model, tokenizer, test.texts))
    _report(logits / warmth, np.array([LABELS.index(label) for label in test.sentiment]))


def reviews(folder: Path) -> list[tuple[str, int]]:
    """The UCI sentences on products and restaurants: 0 negative, 1 positive."""
    found = []
    for name in ("amazon_cells", "yelp"):
        for line in (folder / f"uci-{name}.txt").read_text(encoding="utf-8").split("\n"):
            if line.strip():
                text, label = line.rsplit("\t", 1)
                found.append((text.strip(), LABELS.index("positive" if int(label) else "negative")))
    return found


def _batches(data: list[Example], chance: random.Random) -> list[list[int]]:
    order = sorted(range(len(data)), key=lambda i: len(data[i][0]) + chance.random() * 8)
    batches = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    chance.shuffle(batches)
    return batches


def _below(model: Any, tokenizer: Any, texts: list[str]) -> list[torch.Tensor]:
    """What each text is at layer FROM, (tokens, 384): it never changes, so it is made once."""
    found: list[torch.Tensor] = [torch.empty(0)] * len(texts)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    with torch.no_grad():
        for begin in range(0, len(order), BATCH):
            rows = order[begin : begin + BATCH]
            batch = tokenizer(
                [texts[i] for i in rows],
                padding=True,
                truncation=True,
                max_length=LONGEST,
                return_tensors="pt",
            )
            hidden = model(**batch, output_hidden_states=True).hidden_states[adapter.FROM]
            for row, states, mask in zip(rows, hidden, batch["attention_mask"], strict=True):
                found[row] = states[: int(mask.sum())].clone()
    return found


def _felt(layers: Any, below: list[torch.Tensor]) -> torch.Tensor:
    hidden = torch.nn.utils.rnn.pad_sequence(below, batch_first=True)
    lengths = torch.tensor([len(states) for states in below])
    mask = (torch.arange(hidden.shape[1])[None, :] < lengths[:, None]).long()
    return adapter.run(layers, hidden, mask)


def _logits(layers: Any, head: torch.nn.Linear, below: list[torch.Tensor]) -> np.ndarray:
    with torch.inference_mode():
        return np.stack([head(_felt(layers, [states]))[0].numpy() for states in below])


def _save(model: Any, layers: Any) -> None:
    own = model.encoder.layer[adapter.FROM :].state_dict()
    arrays = {}
    for key, value in layers.state_dict().items():
        difference = (value - own[key]).numpy()
        scale = np.abs(difference).max(axis=-1, keepdims=True) / 127 + 1e-12
        arrays[key] = np.round(difference / scale).astype(np.int8)
        arrays[f"{key}.scale"] = scale.astype(np.float32)
    np.savez_compressed(adapter.WEIGHTS, **arrays)


def _report(logits: np.ndarray, truth: np.ndarray) -> None:
    said = logits.argmax(1)
    score = f1_score(truth, said, average="macro")
    print(f"sentiment, unseen customers: macro-F1 {score:.3f} (n={len(truth)})")
    print(classification_report(truth, said, target_names=LABELS, digits=2))
    print(confusion_matrix(truth, said))
    shifted = np.exp(logits - logits.max(1, keepdims=True))
    chances = shifted / shifted.sum(1, keepdims=True)
    print(f"calibration error {fit.calibration_error(chances, truth):.3f}")
