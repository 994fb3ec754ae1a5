"""The encoder's last layers once more, trained to read feeling instead of topic.

The plain encoder puts "it came early" beside "it came late": both are about delivery. Its lower
layers run once for both readings; only the layers from FROM on run a second time. The weights
are kept as differences from the encoder's own, a byte each with a scale per row. They were trained
in bfloat16, and where the processor multiplies such numbers itself they run in it, as the plain
encoder does: both readings then take a third of their time.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np

from app.domain.errors import StepFailed
from workers.understand.heads import FOLDER

FROM = 3  # of 6 layers: three run twice
WEIGHTS = FOLDER / "adapter.npz"


def adapted(model: Any, weights: Path = WEIGHTS) -> Any:
    """Copies of the model's layers from FROM on, with the trained differences added.

    Raises StepFailed where the weights are missing.
    """
    import torch

    if not weights.is_file():
        raise StepFailed(f"The weights of the sentiment adapter are missing: {weights}.")
    layers = copy.deepcopy(model.encoder.layer[FROM:])
    state = layers.state_dict()
    with np.load(weights, allow_pickle=False) as data:
        for key, own in state.items():
            difference = data[key].astype(np.float32) * data[f"{key}.scale"]
            own += torch.from_numpy(difference)
    return layers.to(torch.bfloat16 if swift() else torch.float32).eval()


def swift() -> bool:
    """Whether this processor has units for bfloat16."""
    import torch

    can = torch.cpu.get_capabilities()
    return bool(can.get("amx_bf16") or can.get("avx512_bf16"))


def run(layers: Any, hidden: Any, attention_mask: Any) -> Any:
    """Hidden states at FROM (n, tokens, 384) → their mean and largest values, float32 (n, 768)."""
    import torch

    hidden = hidden.to(next(layers.parameters()).dtype)
    hide = (1 - attention_mask[:, None, None, :].to(hidden.dtype)) * -1e4
    for layer in layers:
        output = layer(hidden, hide)
        hidden = output[0] if isinstance(output, tuple) else output
    hidden = hidden.float()
    mask = attention_mask.unsqueeze(-1).float()
    mean = (hidden * mask).sum(1) / mask.sum(1)
    return torch.cat([mean, hidden.masked_fill(mask == 0, -1e4).max(1).values], 1)
