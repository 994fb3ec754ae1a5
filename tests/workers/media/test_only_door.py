"""Nothing opens media outside the box: no other program, no library that decodes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
DECODERS = {
    *("av", "cv2", "PIL", "pillow_heif", "imageio", "soundfile", "librosa", "audioread", "pydub"),
    *("torchaudio", "torchvision", "torchcodec", "moviepy", "ffmpeg", "mutagen", "aifc", "sndhdr"),
}
# Those that start programs, of which only the first two are handed a recording.
STARTERS = {
    *("workers/media/sandbox.py", "workers/media/ffmpeg.py", "workers/doctor.py"),
    *("app/host/supervisor.py", "app/host/up.py"),
}
WAVES = {"workers/media/peaks.py", "workers/transcribe/audio.py"}  # of the box's own making


def named(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported, and every name and attribute that is used."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").partition(".")[0]
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.Attribute):
            yield node.attr


def test_only_the_box_opens_recordings() -> None:
    seen = {}
    for place in ("app", "workers", "storage"):
        for path in (ROOT / place).rglob("*.py"):
            seen[str(path.relative_to(ROOT))] = set(named(ast.parse(path.read_text())))
    assert len(seen) > 100
    own = {"ffmpeg"}  # workers.media.ffmpeg, imported by name
    for path, names in seen.items():
        assert not (DECODERS - own) & names, path
        # Whisper's own way to read a file is a bare ffmpeg.
        assert not {"load_audio", "system", "popen", "spawnv"} & names, path
        assert "imageio_ffmpeg" not in names or path == "workers/media/binary.py"
    assert {path for path, names in seen.items() if "wave" in names} == WAVES
    started = {path for path, names in seen.items() if "subprocess" in names}
    assert {path for path in started if path.startswith("workers")} <= STARTERS
    assert not any(path.startswith(("app/web", "app/domain", "storage")) for path in started)
