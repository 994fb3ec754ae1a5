"""When each word was said, read from the attention of Whisper's decoder.

Like Whisper's own word times, but over an encoding that is already there (Whisper encodes the
window a second time) and with a path search in numpy (its own is compiled on first use, which
costs seconds in every new process).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from whisper.model import disable_sdpa

from app.domain.timeline import Word
from workers.transcribe.marks import Piece, with_marks

POSITION_S = 0.02  # one position of the encoder
_SMOOTHED = 7  # positions; the width that Whisper's authors chose for their median filter


@torch.no_grad()
def timed_words(
    model: Any, tokenizer: Any, heard: torch.Tensor, text: Sequence[int], duration: float
) -> list[Word]:
    """Words with times in seconds from the window's start.

    `heard`: the encoder's output, 1 × positions × width. `text`: text tokens only, no times.
    """
    positions = min(max(int(duration / POSITION_S), 1), heard.shape[1])
    if not text or len(text) > positions:
        return []
    looks, chances = _attention(model, tokenizer, heard, list(text))
    starts = path(_normal(looks[:, :, :positions])) * POSITION_S
    words, tokens = tokenizer.split_to_word_tokens([*text, tokenizer.eot])
    bounds = np.cumsum([0, *(len(group) for group in tokens[:-1])])
    pieces = [
        Piece(word, float(starts[a]), float(starts[b]), float(np.mean(chances[a:b])))
        for word, a, b in zip(words[:-1], bounds[:-1], bounds[1:], strict=True)
    ]
    return with_marks(pieces)


def path(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """The first column of each row along the best way down a rows × columns table.

    Each column belongs to one row, rows in order, each with at least one column; the way has
    the highest sum. Needs no more rows than columns.
    """
    rows, columns = scores.shape
    best = np.full(rows, -np.inf)
    best[0] = scores[0, 0]
    stepped = np.zeros((columns, rows), dtype=bool)
    for column in range(1, columns):
        before = np.concatenate(([-np.inf], best[:-1]))
        stepped[column] = before > best
        best = np.maximum(best, before) + scores[:, column]
    starts = np.zeros(rows, dtype=np.int64)
    row = rows - 1
    for column in range(columns - 1, 0, -1):
        if stepped[column, row]:
            starts[row] = column
            row -= 1
    return starts


def _attention(
    model: Any, tokenizer: Any, heard: torch.Tensor, text: list[int]
) -> tuple[torch.Tensor, NDArray[np.float32]]:
    """Alignment heads × (text and end) × positions, unscaled; and each text token's likelihood."""
    before = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
    kept: dict[int, torch.Tensor] = {}
    hooks = [
        block.cross_attn.register_forward_hook(
            lambda _module, _ins, out, layer=layer: kept.__setitem__(layer, out[1][0])
        )
        for layer, block in enumerate(model.decoder.blocks)
    ]
    try:
        with disable_sdpa():
            tokens = torch.tensor([[*before, *text, tokenizer.eot]], device=model.device)
            logits = model.logits(tokens, heard)[0]
    finally:
        for hook in hooks:
            hook.remove()
    # A row looks at the word that comes after it: the last of `before` at the first text token.
    rows = slice(len(before) - 1, -1)
    chances = logits[rows, : tokenizer.eot].softmax(-1)[:-1]
    picked = chances[torch.arange(len(text)), torch.tensor(text)]
    heads = [kept[layer][head] for layer, head in model.alignment_heads.indices().T.tolist()]
    return torch.stack(heads)[:, rows].cpu(), picked.cpu().numpy()


def _normal(looks: torch.Tensor) -> NDArray[np.float32]:
    """Attention made comparable over rows, smoothed, and averaged over heads."""
    weights = looks.softmax(-1)
    std, mean = torch.std_mean(weights, dim=-2, keepdim=True, unbiased=False)
    weights = (weights - mean) / std.clamp_min(1e-6)
    side = _SMOOTHED // 2
    if weights.shape[-1] > side:
        padded = torch.nn.functional.pad(weights, (side, side), mode="reflect")
        weights = padded.unfold(-1, _SMOOTHED, 1).median(-1).values
    found: NDArray[np.float32] = weights.mean(0).numpy()
    return found
