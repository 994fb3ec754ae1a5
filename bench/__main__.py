"""`./heard bench [NAME]`: one or all of them."""

from __future__ import annotations

import importlib
import logging
import os
import sys

NAMES = {
    "pipeline": "a recording's way through the pipeline, against the bare tools",
    "sandbox": "each decode in ffmpeg's box against the same one bare",
    "speech": "Heard's way through Whisper against Whisper's own",
    "understand": "all that is made of a passage, against a bare encoder loop",
    "upload": "bytes in and out, against bare copies between socket and file",
    "retag": "10 000 passages heard anew after a change of the codebook, cold and warm",
    "search": "words and meaning over 20,000 passages",
    "memory": "what each process takes, idle",
    "install": "time and size of a fresh install, and time to the first answer",
    "accuracy": "how right speech, sentiment, themes and the rest are; writes docs/accuracy.md",
}


def main() -> None:
    os.environ.setdefault("TQDM_DISABLE", "1")
    logging.disable(logging.WARNING)  # the benchmark needs no queue
    wanted = sys.argv[1:] or ["pipeline", "memory"]
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        listed = "\n".join(f"  {name:10} {what}" for name, what in NAMES.items())
        sys.exit(f"There is no benchmark '{unknown[0]}'. There are:\n{listed}")
    load = os.getloadavg()[0]
    busy = " (busy: ratios are less exact)" if load > (os.cpu_count() or 1) / 2 else ""
    print(f"{os.cpu_count()} cores, load {load:.1f}{busy}")
    for name in wanted:
        print(f"\n{name}: {NAMES[name]}")
        importlib.import_module(f"bench.{name}").main()


main()
