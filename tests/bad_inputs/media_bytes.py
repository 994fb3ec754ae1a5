"""Media files bent byte by byte: what no encoder would write."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

_PARENTS = {b"moov", b"trak", b"mdia", b"minf", b"dinf"}


def with_external_reference(mp4: bytes, address: str) -> bytes:
    """An MP4 whose tracks say that their samples lie elsewhere: QuickTime's data reference of
    type `alis` (QTFF, "Data Reference Atoms"), the one kind that ffmpeg can follow.

    `moov` must come last: no sample's place changes then.
    """
    path = address.encode()
    path += b"\0" * (len(path) % 2)
    # 150 bytes of names and levels, of which none is needed, then the absolute path (type 2).
    alias = bytes(150) + struct.pack(">hh", 2, len(path)) + path + struct.pack(">hh", -1, 0)
    entry = struct.pack(">I4sI", 12 + len(alias), b"alis", 0) + alias
    return _rewritten(mp4, b"dref", struct.pack(">II", 0, 1) + entry)


def _rewritten(boxes: bytes, wanted: bytes, new: bytes) -> bytes:
    made = b""
    for name, body in _boxes(boxes):
        if name in _PARENTS:
            body = _rewritten(body, wanted, new)
        elif name == wanted:
            body = new
        made += struct.pack(">I4s", 8 + len(body), name) + body
    return made


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        yield name, data[at + 8 : at + size]
        at += size


def with_page_first(fragmented: bytes, html: str) -> bytes:
    """A fragmented MP4 behind a page in a box that players skip. Its places are relative."""
    page = html.encode()
    return struct.pack(">I4s", 8 + len(page), b"free") + page + fragmented


def grown_vp8(webm: bytes, width: int, height: int, *, first: int = 0) -> bytes:
    """Key frames from the `first` on claim another size (RFC 6386, 9.1: 14 bits each behind the
    start code); where that is the first, so does the track's header, whose sides must have two
    bytes each (Matroska: PixelWidth B0, PixelHeight BA)."""
    made, at, count = bytearray(webm), 0, 0
    while (at := webm.find(b"\x9d\x01\x2a", at)) >= 0:
        if count >= first:
            made[at + 3 : at + 7] = struct.pack("<HH", width, height)
        at, count = at + 3, count + 1
    assert count > first
    if first == 0:
        for mark, side in ((b"\xb0\x82", width), (b"\xba\x82", height)):
            place = made.index(mark) + 2
            made[place : place + 2] = struct.pack(">H", side)
    return bytes(made)


def with_length(webm: bytes, milliseconds: float) -> bytes:
    """A WebM that declares another length (Matroska: Duration 4489, here of 8 bytes)."""
    place = webm.index(b"\x44\x89\x88") + 3
    return webm[:place] + struct.pack(">d", milliseconds) + webm[place + 8 :]


def wav(*, rate: int = 48_000, channels: int = 1, bits: int = 16, seconds: float = 0.2) -> bytes:
    """A WAV whose header says this, over at most 500 KB of a ramp."""
    frame = max(channels * bits // 8, 1)
    body = bytes(i % 251 for i in range(min(int(rate * seconds) * frame, 500_000)))
    head = struct.pack(
        "<HHIIHH", 1, channels, rate, (rate * frame) & 0xFFFFFFFF, frame & 0xFFFF, bits
    )
    chunks = b"WAVEfmt " + struct.pack("<I", 16) + head + b"data" + struct.pack("<I", len(body))
    return b"RIFF" + struct.pack("<I", 4 + len(chunks) + len(body)) + chunks + body


def mutants(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """`count` bent copies, the same each time: cut off, bits flipped, stretches overwritten,
    doubled or dropped, numbers set to their limits."""
    chance = random.Random(seed)
    for number in range(count):
        made = bytearray(data)
        # Half of them in the header, where the structure is.
        top = min(len(data), 1024) if number % 2 else len(data)
        if number % 6 == 0:
            yield bytes(made[: chance.randrange(1, len(data))])
            continue
        for _ in range(chance.choice((1, 4, 32))):
            at = chance.randrange(top)
            length = chance.choice((1, 2, 4, 8))
            match number % 6:
                case 1:
                    made[at] ^= 1 << chance.randrange(8)
                case 2:
                    made[at : at + length] = chance.randbytes(length)
                case 3:
                    made[at : at + length] = chance.choice((b"\0", b"\xff", b"\x7f")) * length
                case 4:
                    made[at:at] = made[at : at + length * 64]
                case 5:
                    del made[at : at + length]
        yield bytes(made)
