"""Everything is killed again and again, and the queue emptied: nothing is lost, nothing doubled."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain.pipeline import RECORDING, WRITTEN
from tests import services
from tests.chaos import media, servers
from tests.chaos.account import Round, audit, settled
from tests.chaos.crowd import gather
from tests.chaos.reaper import Reaper
from tests.chaos.whole import Whole, whole

SETTLED_WITHIN_S = 60.0
AWAY_S = 10.0


@dataclass(frozen=True, slots=True)
class Size:
    written: int
    spoken: int
    imported: int
    kills: int
    wipes: int
    gap_s: float  # between two customers, on average

    @property
    def steps(self) -> int:
        return self.written * len(WRITTEN) + (self.spoken + self.imported) * len(RECORDING)


LONG = Size(written=150, spoken=25, imported=25, kills=60, wipes=4, gap_s=0.3)
SHORT = Size(written=12, spoken=4, imported=4, kills=10, wipes=1, gap_s=0.1)


@pytest.mark.chaos
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_sixty_kills_and_four_wipes(tmp_path: Path, seed: int, tell: list[Round]) -> None:
    with whole(tmp_path / "data") as running:
        storm(running, LONG, seed, "one machine", tmp_path, tell)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ten_kills_and_a_wipe(tmp_path: Path, tell: list[Round]) -> None:
    with whole(tmp_path / "data") as running:
        storm(running, SHORT, 7, "one machine, short", tmp_path, tell)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ten_kills_on_servers_that_go_away_themselves(tmp_path: Path, tell: list[Round]) -> None:
    """The queue is down at the start, and again for ten seconds; the database crashes twice."""
    with (
        services.postgres() as database,
        servers.queue() as queue,
        whole(tmp_path / "data", DATABASE_URL=database, REDIS_URL=queue.url) as running,
    ):

        def away() -> None:
            queue.kill()
            time.sleep(AWAY_S)
            queue.start()

        time.sleep(AWAY_S)
        queue.start()
        extra = [(0.35, lambda: servers.crash(database)), (0.55, away)]
        extra.append((0.75, lambda: servers.crash(database)))
        storm(running, SHORT, 8, "servers, short", tmp_path, tell, queue.url, extra)


def storm(
    running: Whole,
    size: Size,
    seed: int,
    what: str,
    folder: Path,
    tell: list[Round],
    queue_url: str = "",
    extra: Sequence[tuple[float, Callable[[], None]]] = (),
) -> None:
    began, rng = time.monotonic(), random.Random(seed)
    crowd = gather(
        running.shop,
        media.record(folder),
        folder / "back-catalogue",
        written=size.written,
        spoken=size.spoken,
        imported=size.imported,
    )
    embedded = not queue_url
    queue_url = queue_url or running.queue_url
    reaper = Reaper(running.heard, crowd, queue_url, embedded, rng, size.steps)
    crowd.come(size.gap_s, rng)
    try:
        last = reaper.rage(size.kills, size.wipes, extra)
        services.eventually(lambda: settled(crowd), 240, "everything is settled")
    finally:
        crowd.go()
        _log(reaper, running)
    quiet = time.monotonic()
    account = audit(crowd, running.mail, running.receiver)
    result = Round(
        what, seed, crowd.size, len(reaper.hits), len(reaper.wipes), reaper.in_the_midst,
        account.tried_again, account.orphans, len(account.lost), len(account.doubled),
        quiet - last, quiet - began,
    )  # fmt: skip
    tell.append(result)
    assert account.lost == []
    assert account.doubled == []
    assert result.settled_s <= SETTLED_WITHIN_S
    # A storm that hit nobody at work would prove nothing.
    assert reaper.in_the_midst >= size.kills / 3 and account.tried_again >= size.kills / 5


def _log(reaper: Reaper, running: Whole) -> None:
    for hit in reaper.hits:
        print(f"{hit.at} {hit.done:5.0%} {hit.target:8} {hit.victim:8} {' '.join(hit.busy)}")
    print("wipes:", *reaper.wipes)
    print("refusals:", Counter(status for status, _ in running.shop.refusals))
    print(*{said for status, said in running.shop.refusals if status >= 500}, sep="\n")
    print(*running.heard.lines, sep="\n")
