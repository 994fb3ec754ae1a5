"""The search over many passages: milliseconds for words and for meaning, and a ratio to bare numpy.

`python -m bench.search N [DATABASE_URL]` fills a database of its own with N passages and measures.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from flask_migrate import upgrade
from sqlalchemy import text

from app import create_app
from app.domain import search
from app.domain.search import encoder, meaning, packing
from app.domain.search.filters import Filters
from app.extensions import db
from bench.passages import World
from bench.table import show

PASSAGES = 20_000
ROUNDS = 5


def main(passages: int = PASSAGES, database: str = "") -> None:
    from tests.conftest import ROOT, settings_for

    with tempfile.TemporaryDirectory(prefix="heard-bench-") as name:
        given = {"DATABASE_URL": database} if database else {}
        app = create_app(settings_for(Path(name), **given))
        with app.app_context():
            upgrade(str(ROOT / "migrations"))
            begun = time.perf_counter()
            world = World()
            world.fill(passages)
            settle()
            print(f"  {passages} passages in {time.perf_counter() - begun:.0f} s")
            measure(world)
            db.session.remove()
            db.engine.dispose()


def settle() -> None:
    """As a database is that has been in use for a while."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("VACUUM ANALYZE"))
        else:
            connection.execute(
                text("INSERT INTO segment_search(segment_search) VALUES('optimize')")
            )
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def measure(world: World) -> None:
    said, program = world.words, world.program_ids[0]
    queries = {
        "nearly all say it": said[0],
        "one in 20 says it": said[20],
        "one in 1000 says it": said[1000],
        "two common words": f"{said[3]} {said[30]}",
        "a common and a rare one": f"{said[5]} {said[2000]}",
        "a beginning": said[40][:3],
    }
    filters = (
        search.EVERYTHING,
        Filters(program_id=program),
        Filters(program_id=program, touchpoint_id=world.touchpoint_ids[0][0]),
        Filters(sentiment="negative"),
        Filters(theme_id=world.theme_ids[0][0]),
        Filters(emotion="anger", period="month"),
        Filters(language="fr"),
    )
    rows = []
    for what, query in queries.items():
        times: list[float] = []
        for narrowed, masked in itertools.product(filters, (False, True)):
            asked = partial(search.by_words, world.workspace_id, query, narrowed, masked=masked)
            times += timed(asked)
        rows.append((f"words: {what}", *_shown(times)))
    vector = packing.unpacked(next(meaning._stored(world.workspace_id, Filters()))[:1])[0]
    times = timed(lambda: meaning._near(world.workspace_id, vector, Filters()))
    rows.append(("meaning: every vector compared", *_shown(times)))
    every = np.concatenate(list(meaning._stored(world.workspace_id, Filters())))
    numbers = packing.unpacked(every)
    bare = timed(lambda: numbers @ vector)
    model = encoder.model()
    rows.append(("meaning: a query as a vector", *_shown(timed(lambda: model.embed("late again")))))
    show(("search", "ms p50", "ms p95"), rows)
    ratio = statistics.median(times) / statistics.median(bare)
    print(f"  comparing, read from the database ÷ one product of numbers in memory: {ratio:.1f}")


def timed(do: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Milliseconds, of each round."""
    found = []
    for _ in range(rounds):
        db.session.expunge_all()
        begun = time.perf_counter()
        do()
        found.append((time.perf_counter() - begun) * 1000)
    return found


def _shown(times: Sequence[float]) -> tuple[str, str]:
    return f"{np.percentile(times, 50):.1f}", f"{np.percentile(times, 95):.1f}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else PASSAGES, *sys.argv[2:3])
