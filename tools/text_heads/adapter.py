"""Sentiment by adaptation: the encoder's last layers are trained on from what customers say.

Each passage is learned beside one that others might have said in its place (variants.py), and both
have to be read alike: a name or a way of speaking is no feeling.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold

from tools.text_heads import fit, variants
from tools.text_heads.lessons import Lessons, Saying, States, below, lessons, saying
from workers.understand import adapter
from workers.understand.encoder import Encoder
from workers.understand.sentiment import LABELS
from workers.understand.wording import read_as

EPOCHS, BATCH, RATE, HEAD_RATE = 4, 24, 2e-4, 1e-3
SMOOTH = 0.995  # of the running mean of the weights, which is what is kept
OTHER, REVIEW = 0.7, 0.4  # weight of a variant and of a review, a passage being 1
ALIKE = 2.0  # weight of reading both alike (symmetric Kullback-Leibler divergence)
DROP, SMOOTHING = 0.2, 0.05
HELD_OUT = 20  # one part in this many, to set the temperature on
SAME = 0.72  # cosine; passages more alike than this are held out together
JOINED = 600  # passages of two sentences beside the single ones

Item = tuple[bool, int]  # whether a customer says it, and its row


@dataclass(frozen=True)
class Feelings:
    texts: list[str]
    sentiment: list[str]


def train(
    train: Feelings,
    test: Feelings,
    pairs: list[Saying],
    reviews: list[tuple[str, int]],
    encoder: Encoder,
    seed: int,
) -> None:
    """Writes adapter.npz and sentiment.npz. `pairs`: as people of many places say it;
    `reviews`: (text, index of its label)."""
    encoder.load()
    encoder.model.requires_grad_(False)
    chance = random.Random(seed)
    truth = np.array([LABELS.index(label) for label in train.sentiment])
    rows, held_out = _parted(encoder, train.texts, truth, seed)
    told = [(train.texts[row], train.sentiment[row]) for row in rows]
    told += variants.joined(*map(list, zip(*told, strict=True)), JOINED, chance)
    sayings = [*(saying(text, label, chance) for text, label in told), *pairs]
    layers, head = _learn(encoder.model, lessons(encoder, sayings, reviews), seed)
    _save(encoder.model, layers)
    layers = adapter.adapted(encoder.model)  # as it will run: with its bytes
    logits = _logits(layers, head, below(encoder, [read_as(train.texts[row]) for row in held_out]))
    warmth = fit.temperature(logits, truth[held_out])
    _report("held out", logits / warmth, truth[held_out])
    fit.save(
        "sentiment",
        list(LABELS),
        (np.zeros(head.in_features), np.ones(head.in_features)),
        [(head.weight.detach().numpy().T, head.bias.detach().numpy())],
        temperature=np.array([warmth]),
    )
    logits = _logits(layers, head, below(encoder, [read_as(text) for text in test.texts]))
    _report("customers_test", logits / warmth, np.array([*map(LABELS.index, test.sentiment)]))


def _parted(
    encoder: Encoder, texts: list[str], truth: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rows to learn and rows held out; what is nearly the same passage stays together."""
    vectors = encoder.embed([read_as(text) for text in texts])
    groups = connected_components(csr_matrix(vectors @ vectors.T > SAME))[1]
    folds = StratifiedGroupKFold(HELD_OUT, shuffle=True, random_state=seed)
    return next(folds.split(truth, truth, groups))


def _learn(model: Any, lessons: Lessons, seed: int) -> tuple[Any, torch.nn.Linear]:
    torch.manual_seed(seed)
    chance = random.Random(seed)
    layers = copy.deepcopy(model.encoder.layer[adapter.FROM :]).requires_grad_(True)
    head = torch.nn.Linear(2 * model.config.hidden_size, len(LABELS))
    optimiser = torch.optim.AdamW(
        [
            {"params": layers.parameters(), "lr": RATE},
            {"params": head.parameters(), "lr": HEAD_RATE},
        ],
        weight_decay=0.01,
    )
    items = [(True, row) for row in range(len(lessons.said))]
    items += [(False, row) for row in range(len(lessons.reviews))]
    steps = EPOCHS * len(_batches(lessons, items, chance))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1, step / (steps * 0.1)) * (1 - step / (steps + 1))
    )
    kept = [copy.deepcopy(part).requires_grad_(False) for part in (layers, head)]
    done = 0
    for epoch in range(EPOCHS):
        total = 0.0
        layers.train()
        for batch in _batches(lessons, items, chance):
            loss = _loss(layers, head, lessons, batch, chance)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(layers.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
            done += 1
            _follow(kept, (layers, head), min(SMOOTH, done / (done + 10)))
        print(f"  epoch {epoch}: loss {total * EPOCHS / steps:.3f}", flush=True)
    return kept[0].eval(), kept[1]


def _follow(
    kept: Sequence[torch.nn.Module], learned: Sequence[torch.nn.Module], share: float
) -> None:
    """`kept` moves towards `learned`: a mean over the last steps generalises better than the last
    one (Polyak & Juditsky 1992)."""
    with torch.no_grad():
        for mean, own in zip(kept, learned, strict=True):
            for old, new in zip(mean.parameters(), own.parameters(), strict=True):
                old.lerp_(new, 1 - share)


def _loss(
    layers: Any, head: torch.nn.Linear, lessons: Lessons, batch: list[Item], chance: random.Random
) -> torch.Tensor:
    spoken = [row for customer, row in batch if customer]
    read = [row for customer, row in batch if not customer]
    states = [lessons.said[row] for row in spoken]
    states += [chance.choice(lessons.others[row]) for row in spoken]
    states += [lessons.reviews[row] for row in read]
    labels = [lessons.truth[row] for row in spoken] * 2
    labels += [lessons.review_truth[row] for row in read]
    count = len(spoken)
    weights = torch.tensor([1.0] * count + [OTHER] * count + [REVIEW] * len(read))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        felt = _felt(layers, states)
    logits = head(torch.nn.functional.dropout(felt.float(), DROP))
    loss = torch.nn.functional.cross_entropy(
        logits, torch.tensor(labels), reduction="none", label_smoothing=SMOOTHING
    )
    mean = (loss * weights).mean()
    if not count:
        return mean
    one, other = logits[: 2 * count].log_softmax(1).split(count)
    apart = (one.exp() * (one - other) + other.exp() * (other - one)).sum(1).mean() / 2
    return mean + ALIKE * apart


def _batches(lessons: Lessons, items: list[Item], chance: random.Random) -> list[list[Item]]:
    def length(item: Item) -> int:
        customer, row = item
        return len((lessons.said if customer else lessons.reviews)[row])

    order = sorted(items, key=lambda item: length(item) + chance.random() * 6)
    batches = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    chance.shuffle(batches)
    return batches


def _felt(layers: Any, states: States) -> torch.Tensor:
    hidden = torch.nn.utils.rnn.pad_sequence([own.float() for own in states], batch_first=True)
    lengths = torch.tensor([len(own) for own in states])
    mask = (torch.arange(hidden.shape[1])[None, :] < lengths[:, None]).long()
    return adapter.run(layers, hidden, mask)


def _logits(layers: Any, head: torch.nn.Linear, states: States) -> np.ndarray:
    found = np.zeros((len(states), len(LABELS)), np.float32)
    order = sorted(range(len(states)), key=lambda i: len(states[i]))
    with torch.inference_mode():
        for begin in range(0, len(order), 64):
            rows = order[begin : begin + 64]
            found[rows] = head(_felt(layers, [states[i] for i in rows])).numpy()
    return found


def _save(model: Any, layers: Any) -> None:
    """A byte per weight."""
    own = model.encoder.layer[adapter.FROM :].state_dict()
    arrays = {}
    for key, value in layers.state_dict().items():
        difference = (value - own[key]).numpy()
        scale = np.abs(difference).max(axis=-1, keepdims=True) / 127 + 1e-12
        arrays[key] = np.round(difference / scale).astype(np.int8)
        arrays[f"{key}.scale"] = scale.astype(np.float32)
    np.savez_compressed(adapter.WEIGHTS, **arrays)


def _report(name: str, logits: np.ndarray, truth: np.ndarray) -> None:
    shifted = np.exp(logits - logits.max(1, keepdims=True))
    chances = shifted / shifted.sum(1, keepdims=True)
    each = f1_score(truth, logits.argmax(1), average=None)
    print(
        f"sentiment, {name}: macro-F1 {each.mean():.3f} ({', '.join(f'{f:.2f}' for f in each)}; "
        f"n={len(truth)}), calibration error {fit.calibration_error(chances, truth):.3f}",
        flush=True,
    )
