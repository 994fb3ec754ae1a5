"""Trains Whisper's own architecture on known sentences, with two teachers that only training has.

The phone under each 20 ms and the place of each word are known, because the voice is made:
the encoder learns to name the phone, and the last decoder layer's attention to look at the
word that comes next. Both bring minutes of training to where the words alone take hours, and
the second is what word times are read from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from whisper.model import ModelDimensions, Whisper

from tools.tiny_whisper.windows import POSITION_S, Window

VOCABULARY = 51_864  # Whisper's English-only one
IGNORE = -100
SILENT = 96  # positions of a window's silence that are drawn in each step


def dimensions(width: int, audio_layers: int, text_layers: int) -> ModelDimensions:
    """Two wide heads listen (half the cost of four), four narrow ones write."""
    return ModelDimensions(
        n_mels=80, n_audio_ctx=1500, n_audio_state=width, n_audio_head=2,
        n_audio_layer=audio_layers, n_vocab=VOCABULARY, n_text_ctx=448, n_text_state=width,
        n_text_head=4, n_text_layer=text_layers,
    )  # fmt: skip


@dataclass
class Batch:
    mel: Tensor
    phones: Tensor
    tokens: Tensor  # compact ids
    targets: Tensor
    looks: Tensor  # B × tokens × positions: where the row should look; all zero: anywhere


class Pupil(nn.Module):
    """The Whisper being trained, with an embedding of only the tokens that occur."""

    def __init__(self, dims: ModelDimensions, used: list[int], first_stamp: int, phones: int):
        super().__init__()
        small = ModelDimensions(**{**dims.__dict__, "n_vocab": len(used)})
        self.dims, self.used, self.first_stamp = dims, used, first_stamp
        self.compact = {token: i for i, token in enumerate(used)}
        self.whisper = Whisper(small)
        self.phone_head = nn.Linear(dims.n_audio_state, phones)
        decoder = self.whisper.decoder
        nn.init.normal_(decoder.positional_embedding, std=0.02)
        nn.init.normal_(decoder.token_embedding.weight, std=0.05)
        # Neighbouring times begin alike, as neighbouring positions do in the encoder.
        table = self.whisper.encoder.positional_embedding
        with torch.no_grad():
            for token, i in self.compact.items():
                if token >= first_stamp:
                    position = min(token - first_stamp, len(table) - 1)
                    decoder.token_embedding.weight[i] = 0.1 * table[position]

    def encode(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """What is heard in windows whose sound fills their first seconds only, and each
        position's weight.

        The rest of a window's 1500 positions is silence, nearly all alike: `SILENT` of them are
        drawn, each weighing as many as it stands for. A step costs a tenth of the whole, and the
        model still learns to look away from 20 s of nothing, which short windows never teach.
        """
        encoder = self.whisper.encoder
        quiet = mel.amax((1, 2), keepdim=True) - 2.0  # digital silence, on Whisper's scale
        ends = quiet.expand(-1, mel.shape[1], 4)
        x = self._front(torch.cat([mel, ends], -1))[:, : mel.shape[2] // 2]
        rest = encoder.positional_embedding.shape[0] - x.shape[1]
        drawn = min(SILENT, rest)
        places = x.shape[1] + torch.randperm(rest)[:drawn].sort().values
        silence = self._front(quiet.expand(-1, mel.shape[1], 16))[:, 4:5].expand(-1, drawn, -1)
        x = torch.cat([x, silence], 1)
        x = x + encoder.positional_embedding[torch.cat([torch.arange(x.shape[1] - drawn), places])]
        weight = torch.zeros(x.shape[1])
        if drawn:
            weight[-drawn:] = math.log(rest / drawn)
        for block in encoder.blocks:
            y = block.attn_ln(x)
            x = x + _attend(block.attn, y, y, weight)
            x = x + block.mlp(block.mlp_ln(x))
        return encoder.ln_post(x), weight

    def _front(self, mel: Tensor) -> Tensor:
        encoder = self.whisper.encoder
        return F.gelu(encoder.conv2(F.gelu(encoder.conv1(mel)))).permute(0, 2, 1)

    def decode(self, tokens: Tensor, heard: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Logits, and the last layer's attention: B × heads × tokens × positions."""
        decoder = self.whisper.decoder
        x = decoder.token_embedding(tokens) + decoder.positional_embedding[: tokens.shape[1]]
        for block in decoder.blocks:
            x = x + block.attn(block.attn_ln(x), mask=decoder.mask)[0]
            asked = block.cross_attn_ln(x)
            x = x + _attend(block.cross_attn, asked, heard, weight)
            x = x + block.mlp(block.mlp_ln(x))
        looks = _weights(block.cross_attn, asked, heard, weight)
        x = decoder.ln(x)
        return x @ decoder.token_embedding.weight.T, looks

    def loss(self, batch: Batch, guide: float, phone: float) -> tuple[Tensor, dict[str, float]]:
        heard, weight = self.encode(batch.mel)
        logits, looks = self.decode(batch.tokens, heard, weight)
        spoken = batch.phones.shape[1]
        # The tokens that never occur keep zero rows, so each scores exactly 0: count them all in.
        rest = torch.full((*logits.shape[:2], 1), math.log(VOCABULARY - len(self.used)))
        words = F.cross_entropy(
            torch.cat([logits, rest], -1).flatten(0, 1), batch.targets.flatten(),
            ignore_index=IGNORE, label_smoothing=0.0,
        )  # fmt: skip
        named = F.cross_entropy(
            self.phone_head(heard[:, :spoken]).flatten(0, 1), batch.phones.flatten()
        )
        wanted = batch.looks.sum(-1) > 0
        seen = (looks[..., :spoken] * batch.looks[:, None]).sum(-1).clamp_min(1e-6)
        looked = -(seen.log().mean(1)[wanted]).mean()
        right = (logits.argmax(-1) == batch.targets)[batch.targets != IGNORE].float().mean()
        total = words + phone * named + guide * looked
        return total, {
            "words": words.item(), "phones": named.item(), "looks": looked.item(),
            "right": right.item(),
        }  # fmt: skip

    def checkpoint(self) -> dict[str, object]:
        """As `whisper.load_model` reads it: half precision, unused rows zero."""
        state = {k: v.half() for k, v in self.whisper.state_dict().items()}
        rows = torch.zeros(VOCABULARY, self.dims.n_text_state, dtype=torch.half)
        rows[torch.tensor(self.used)] = state["decoder.token_embedding.weight"]
        state["decoder.token_embedding.weight"] = rows
        return {"dims": dict(self.dims.__dict__), "model_state_dict": state}


def collate(windows: list[Window], compact: dict[int, int]) -> Batch:
    longest = max(len(w.tokens) for w in windows) - 1
    positions = windows[0].mel.shape[1] // 2
    tokens = torch.zeros(len(windows), longest, dtype=torch.long)
    targets = torch.full((len(windows), longest), IGNORE)
    looks = torch.zeros(len(windows), longest, positions)
    for row, window in enumerate(windows):
        ids = [compact[token] for token in window.tokens]
        tokens[row, : len(ids) - 1] = torch.tensor(ids[:-1])
        targets[row, : len(ids) - 1] = torch.tensor(ids[1:])
        if window.spans[1] is None and len(ids) > 3:
            targets[row, 0] = IGNORE  # whether times are written is asked for, not guessed
        for i, span in enumerate(window.spans[1:]):
            if span:
                first = max(0, round(span[0] / POSITION_S) - 1)
                looks[row, i, first : round(span[1] / POSITION_S) + 2] = 1
    return Batch(
        mel=torch.stack([w.mel for w in windows]),
        phones=torch.stack([w.phones for w in windows if w.phones is not None]),
        tokens=tokens, targets=targets, looks=looks,
    )  # fmt: skip


def _attend(attention: nn.Module, x: Tensor, heard: Tensor, weight: Tensor) -> Tensor:
    """Whisper's attention over positions that weigh e^`weight`."""
    q, k, v = (_split(attention, t) for t in _projected(attention, x, heard))
    told = F.scaled_dot_product_attention(q, k, v, attn_mask=weight.expand(x.shape[1], -1))
    return attention.out(told.permute(0, 2, 1, 3).flatten(2))


def _weights(attention: nn.Module, x: Tensor, heard: Tensor, weight: Tensor) -> Tensor:
    """The same attention's weights, so that they can be taught."""
    q, k, _ = (_split(attention, t) for t in _projected(attention, x, heard))
    return (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + weight).softmax(-1)


def _projected(attention: nn.Module, x: Tensor, heard: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return attention.query(x), attention.key(heard), attention.value(heard)


def _split(attention: nn.Module, t: Tensor) -> Tensor:
    return t.view(*t.shape[:2], attention.n_head, -1).permute(0, 2, 1, 3)
