"""Trains workers/transcribe/checkpoints/heard-tiny-flite.pt from flite's voices.

    python -m tools.train_tiny_whisper --out heard-tiny-flite.pt

Needs flite on PATH. By the pace of its parts, an hour or so on two idle cores. Speech is made
once and kept in --work.
"""

from __future__ import annotations

import argparse
import math
import pickle
import random
import time
from pathlib import Path

import torch
from whisper.tokenizer import Tokenizer, get_tokenizer

from tools.tiny_whisper.grammar import held_out, scrambles, sentences, vocabulary
from tools.tiny_whisper.training import Pupil, collate, dimensions
from tools.tiny_whisper.voices import Clip, speak_all
from tools.tiny_whisper.windows import POSITION_S, STAMP_S, Builder

__all__ = ["held_out", "sentences", "vocabulary"]

SEED = 7
# How much of its 30-s window the sound of a step fills, in seconds. Transcribing pads everything
# to 30 s, and a model that has never seen that silence fails (word error 0.94).
LENGTHS = (6.0, 8.0, 12.0, 18.0, 28.0)
POSITIONS_A_STEP = 7200  # 24 windows of 6 s


def used_tokens(tokenizer: Tokenizer) -> list[int]:
    """Every token that a training text can hold."""
    marks = {tokenizer.sot, tokenizer.eot, tokenizer.no_speech, tokenizer.no_timestamps}
    steps = range(0, 1501, round(STAMP_S / 0.02))
    texts = {tokenizer.timestamp_begin + step for step in steps} | marks
    for word in vocabulary():
        for form in (word, word[0].upper() + word[1:]):
            texts.update(tokenizer.encode(f" {form}"))
    for mark in (".", ",", "?"):
        texts.update(tokenizer.encode(mark))
    return sorted(texts)


def spoken(work: Path, sentence_count: int, scramble_count: int) -> list[Clip]:
    """The training speech, made on the first call."""
    kept = work / "clips.pkl"
    if not kept.exists():
        texts = sentences(SEED, sentence_count) + scrambles(SEED, scramble_count)
        random.Random(SEED).shuffle(texts)
        work.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(speak_all(texts, SEED)))
    clips: list[Clip] = pickle.loads(kept.read_bytes())
    return clips


def train(args: argparse.Namespace) -> None:
    torch.manual_seed(SEED)
    torch.set_num_threads(args.threads)
    tokenizer = get_tokenizer(multilingual=False)
    builder = Builder(spoken(args.work, args.sentences, args.scrambles), tokenizer, SEED)
    dims = dimensions(args.width, args.audio_layers, args.text_layers)
    phones = len(builder.phone_ids) + 1
    pupil = Pupil(dims, used_tokens(tokenizer), tokenizer.timestamp_begin, phones)
    if args.resume:
        pupil.load_state_dict(torch.load(args.resume))
    optimizer = torch.optim.AdamW(pupil.parameters(), lr=args.rate, weight_decay=0.01)
    chooser, steps, started = random.Random(SEED), args.steps, time.monotonic()
    for step in range(steps):
        seconds = 30.0 if step >= steps - args.whole_steps else chooser.choice(LENGTHS)
        size = max(4, round(POSITIONS_A_STEP / (seconds / POSITION_S)))
        for group in optimizer.param_groups:
            group["lr"] = _rate(step, steps, args.rate)
        batch = collate([builder.build(seconds) for _ in range(size)], pupil.compact)
        easing = 1 - step / steps  # the teachers step back as the words take over
        loss, parts = pupil.loss(batch, guide=0.1 + 0.4 * easing, phone=0.1 + 0.9 * easing)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(pupil.parameters(), 1.0)
        optimizer.step()
        if step % 10 == 0:
            shown = " ".join(f"{name} {value:.3f}" for name, value in parts.items())
            print(f"{step}/{steps} {time.monotonic() - started:.0f}s {shown}", flush=True)
        if step % 50 == 49 or step == steps - 1:
            torch.save(pupil.state_dict(), args.work / "pupil.pt")
            torch.save(pupil.checkpoint(), args.out)


def _rate(step: int, steps: int, highest: float, warmup: int = 60) -> float:
    if step < warmup:
        return highest * (step + 1) / warmup
    return highest * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / steps)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("heard-tiny-flite.pt"))
    parser.add_argument("--work", type=Path, default=Path("tiny-whisper-work"))
    parser.add_argument("--resume", type=Path, help="go on from this pupil.pt")
    for name, default in {
        "width": 64, "audio-layers": 4, "text-layers": 2, "threads": 2,
        "sentences": 6000, "scrambles": 3000, "steps": 3000, "whole-steps": 100,
    }.items():  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--rate", type=float, default=2e-3)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
