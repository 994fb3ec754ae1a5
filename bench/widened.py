"""A small Whisper blown up to a bigger one's dimensions: the same words, the bigger one's work.

Nobody can time a full-size checkpoint that isn't here, and an untrained one says nothing, so that
its decoding and its fallbacks are nobody's. So each channel of the small one is written k times
into the wide one, and whatever reads them takes a k-th of each: layer norms see the same mean and
spread, every sum comes out as it was (Chen, Goodfellow, Shlens: Net2Net, 2015). Layers that are too
many add nothing to the stream. All of it is computed as if it mattered.
"""

from __future__ import annotations

import torch
from torch import Tensor
from whisper.model import ModelDimensions, MultiHeadAttention, ResidualAttentionBlock, Whisper

# openai-whisper's `base`, with the English vocabulary of the small checkpoint.
BASE = ModelDimensions(80, 1500, 512, 8, 6, 51_864, 448, 512, 8, 6)


@torch.no_grad()
def widened(small: Whisper, dims: ModelDimensions = BASE) -> Whisper:
    """A model of `dims` that says and attends to what `small` does.

    Widths must be multiples of the small one's, its context and vocabulary the same.
    """
    torch.manual_seed(0)
    wide = Whisper(dims)
    _encoder(small, wide, dims.n_audio_state // small.dims.n_audio_state)
    _decoder(small, wide, dims.n_text_state // small.dims.n_text_state)
    heads = torch.zeros(dims.n_text_layer, dims.n_text_head, dtype=torch.bool)
    heads[-1, : small.dims.n_text_head] = True
    wide.register_buffer("alignment_heads", heads.to_sparse(), persistent=False)
    return wide.eval()


def _encoder(small: Whisper, wide: Whisper, k: int) -> None:
    from_, to = small.encoder, wide.encoder
    to.conv1.weight.copy_(from_.conv1.weight.repeat(k, 1, 1))
    to.conv1.bias.copy_(from_.conv1.bias.repeat(k))
    to.conv2.weight.copy_(from_.conv2.weight.repeat(k, k, 1) / k)
    to.conv2.bias.copy_(from_.conv2.bias.repeat(k))
    to.positional_embedding.copy_(from_.positional_embedding.repeat(1, k))
    _blocks(list(from_.blocks), list(to.blocks), k)
    _norm(from_.ln_post, to.ln_post, k)


def _decoder(small: Whisper, wide: Whisper, k: int) -> None:
    from_, to = small.decoder, wide.decoder
    to.token_embedding.weight.copy_(from_.token_embedding.weight.repeat(1, k))
    to.positional_embedding.copy_(from_.positional_embedding.repeat(1, k))
    _blocks(list(from_.blocks), list(to.blocks), k)
    _norm(from_.ln, to.ln, k)
    to.ln.weight.div_(k)  # the logits are a sum over every channel
    to.ln.bias.div_(k)


def _blocks(
    small: list[ResidualAttentionBlock], wide: list[ResidualAttentionBlock], k: int
) -> None:
    """The last ones do the small model's work, so that its heads are the last layer's."""
    idle, used = wide[: -len(small)], wide[-len(small) :]
    for block in idle:
        for last in (block.attn.out, block.mlp[2], *_cross(block)):
            last.weight.zero_()
            last.bias.zero_()
    for from_, to in zip(small, used, strict=True):
        _attention(from_.attn, to.attn, k)
        _norm(from_.attn_ln, to.attn_ln, k)
        if from_.cross_attn is not None:
            _attention(from_.cross_attn, to.cross_attn, k)
            _norm(from_.cross_attn_ln, to.cross_attn_ln, k)
        _norm(from_.mlp_ln, to.mlp_ln, k)
        for n in (0, 2):
            to.mlp[n].weight.copy_(from_.mlp[n].weight.repeat(k, k) / k)
            to.mlp[n].bias.copy_(from_.mlp[n].bias.repeat(k))


def _cross(block: ResidualAttentionBlock) -> list[torch.nn.Linear]:
    return [block.cross_attn.out] if block.cross_attn is not None else []


def _norm(small: torch.nn.LayerNorm, wide: torch.nn.LayerNorm, k: int) -> None:
    wide.weight.copy_(small.weight.repeat(k))
    wide.bias.copy_(small.bias.repeat(k))


def _attention(small: MultiHeadAttention, wide: MultiHeadAttention, k: int) -> None:
    """Head h of the small one fills the first places of head h of the wide one."""
    was, now = small.query.out_features // small.n_head, wide.query.out_features // wide.n_head
    places = torch.cat([torch.arange(was) + head * now for head in range(small.n_head)])
    # Scores are divided by √(width of a head), half of it on either side.
    scale = (now / was) ** 0.25
    for name in ("query", "key", "value"):
        from_, to = getattr(small, name), getattr(wide, name)
        times = 1.0 if name == "value" else scale
        to.weight.zero_()
        to.weight[places] = from_.weight.repeat(1, k) / k * times
        if from_.bias is not None:
            to.bias.zero_()
            to.bias[places] = from_.bias * times
    spread = torch.zeros_like(wide.out.weight)
    spread[:, places] = _rows(small.out.weight, k)
    wide.out.weight.copy_(spread)
    wide.out.bias.copy_(small.out.bias.repeat(k))


def _rows(weight: Tensor, k: int) -> Tensor:
    return weight.repeat(k, 1)
