"""An openai-whisper checkpoint as the folder that faster-whisper reads, made once on this machine.

Nobody has to fetch the same weights twice, and nothing is fetched at all. The tensors are named
as in `whisper.model`, the folder is CTranslate2's, the tokenizer that of Hugging Face's library.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ctranslate2.converters.converter import Converter
from ctranslate2.converters.utils import fuse_linear
from ctranslate2.specs.common_spec import LinearSpec
from ctranslate2.specs.whisper_spec import WhisperSpec
from whisper.tokenizer import Tokenizer, get_tokenizer

from workers.transcribe.whisper_window import takes_prompts

WEIGHTS = "int8"  # a quarter of the size, and on CPUs the quickest
NOTE = "heard.json"
Tensors = Mapping[str, Any]


def converted(checkpoint: Path, folder: Path) -> Path:
    """`folder`, made anew where it isn't there or was made from another file than `checkpoint`.

    Whole or not at all: it is built beside and then renamed. Raises what torch and zip raise for a
    file that is no checkpoint (RuntimeError, KeyError, EOFError, pickle.UnpicklingError).
    """
    stat = checkpoint.stat()
    made_from = {"size": stat.st_size, "changed": stat.st_mtime_ns, "weights": WEIGHTS}
    if read_note(folder).get("from") == made_from:
        return folder
    model = _opened(checkpoint)
    tokenizer = get_tokenizer(model.is_multilingual, num_languages=model.num_languages)
    note = {"from": made_from, "prompts": takes_prompts(model, tokenizer)}
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".converting-") as name:
        new = Path(name) / folder.name
        _Whisper(model).convert(str(new), quantization=WEIGHTS)
        hugging_face(tokenizer).save(str(new / "tokenizer.json"))
        (new / "preprocessor_config.json").write_text(
            json.dumps({"feature_size": model.dims.n_mels})
        )
        (new / NOTE).write_text(json.dumps(note))
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)
    return folder


def read_note(folder: Path) -> dict[str, Any]:
    """What was written down when `folder` was made; nothing where somebody else made it."""
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _opened(checkpoint: Path) -> Any:
    import whisper

    model = whisper.load_model(str(checkpoint), device="cpu")
    heads = whisper._ALIGNMENT_HEADS.get(checkpoint.stem)
    if heads is not None:
        model.set_alignment_heads(heads)
    return model


class _Whisper(Converter):
    """CTranslate2's converter, for the one format it doesn't read itself."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def _load(self) -> WhisperSpec:
        dims, tensors = self.model.dims, self.model.state_dict()
        spec = WhisperSpec(
            dims.n_audio_layer, dims.n_audio_head, dims.n_text_layer, dims.n_text_head
        )
        for name in ("conv1", "conv2"):
            _linear(getattr(spec.encoder, name), tensors, f"encoder.{name}")
        spec.decoder.embeddings.weight = tensors["decoder.token_embedding.weight"]
        spec.decoder.projection.weight = tensors["decoder.token_embedding.weight"]
        _stack(spec.encoder, tensors, "encoder", "ln_post")
        _stack(spec.decoder, tensors, "decoder", "ln")
        _vocabulary(spec, self.model)
        return spec


def _stack(spec: Any, tensors: Tensors, name: str, last: str) -> None:
    """An encoder or a decoder: positions, layers, and the norm at the end."""
    spec.position_encodings.encodings = tensors[f"{name}.positional_embedding"]
    _norm(spec.layer_norm, tensors, f"{name}.{last}")
    for n, layer in enumerate(spec.layer):
        at = f"{name}.blocks.{n}"
        parts = [_part(tensors, f"{at}.attn.{which}") for which in ("query", "key", "value")]
        fuse_linear(layer.self_attention.linear[0], parts)
        _linear(layer.self_attention.linear[1], tensors, f"{at}.attn.out")
        _norm(layer.self_attention.layer_norm, tensors, f"{at}.attn_ln")
        if name == "decoder":
            parts = [_part(tensors, f"{at}.cross_attn.{p}") for p in ("query", "key", "value")]
            fuse_linear(layer.attention.linear[0], parts[:1])
            fuse_linear(layer.attention.linear[1], parts[1:])
            _linear(layer.attention.linear[2], tensors, f"{at}.cross_attn.out")
            _norm(layer.attention.layer_norm, tensors, f"{at}.cross_attn_ln")
        _linear(layer.ffn.linear_0, tensors, f"{at}.mlp.0")
        _linear(layer.ffn.linear_1, tensors, f"{at}.mlp.2")
        _norm(layer.ffn.layer_norm, tensors, f"{at}.mlp_ln")


def _linear(spec: Any, tensors: Tensors, name: str) -> None:
    spec.weight = tensors[f"{name}.weight"]
    if f"{name}.bias" in tensors:
        spec.bias = tensors[f"{name}.bias"]


def _part(tensors: Tensors, name: str) -> LinearSpec:
    part = LinearSpec()
    _linear(part, tensors, name)
    return part


def _norm(spec: Any, tensors: Tensors, name: str) -> None:
    spec.gamma, spec.beta = tensors[f"{name}.weight"], tensors[f"{name}.bias"]


def _vocabulary(spec: WhisperSpec, model: Any) -> None:
    tokenizer = get_tokenizer(model.is_multilingual, num_languages=model.num_languages)
    written = hugging_face(tokenizer)
    names = [written.id_to_token(n) for n in range(written.get_vocab_size())]
    times = [f"<|{n * 0.02:.2f}|>" for n in range(model.dims.n_vocab - len(names))]
    spec.register_vocabulary([*names, *times])
    spec.config.suppress_ids = []  # faster-whisper names them with each call
    spec.config.suppress_ids_begin = [*tokenizer.encode(" "), tokenizer.eot]
    spec.config.lang_ids = list(tokenizer.all_language_tokens) if model.is_multilingual else []
    spec.config.alignment_heads = model.alignment_heads.indices().T.tolist()


def hugging_face(tokenizer: Tokenizer) -> Any:
    """Whisper's tokenizer for the `tokenizers` library: the same numbers for the same text.

    Its times aren't named: they are the numbers above all others.
    """
    from transformers.convert_slow_tokenizer import TikTokenConverter

    class Here(TikTokenConverter):
        @staticmethod
        def load_tiktoken_bpe(tiktoken_url: str) -> dict[bytes, int]:
            ranks: dict[bytes, int] = tokenizer.encoding._mergeable_ranks
            return ranks

    specials = sorted(tokenizer.special_tokens.items(), key=lambda item: item[1])
    names = [name for name, number in specials if number < tokenizer.timestamp_begin]
    pattern = tokenizer.encoding._pat_str
    here: Any = Here
    return here(pattern=pattern, extra_special_tokens=names).converted()
