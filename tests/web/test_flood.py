"""While everything public is flooded, staff pages answer: 10 s here, the whole minute by
`-m chaos`. Prints how much slower they were: p95 in the flood ÷ p95 in the quiet."""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.web.real_server import Running, running

PATIENCE_S = 20  # then a person gives up; on a machine that is busy otherwise, too


@pytest.fixture
def server(tmp_path: Path, migrated: Path) -> Iterator[Running]:
    with running(tmp_path, migrated, GUNICORN_CMD_ARGS="") as found:
        yield found


def visits(server: Running, seconds: float) -> list[float]:
    """How long each visit of a staff page took, one after the other; none fails."""
    took, until = [], time.monotonic() + seconds
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    number = 0
    while time.monotonic() < until:
        began, path = time.monotonic(), ("/", "/voices", "/follow-ups")[number % 3]
        connection.request("GET", path, headers={"Cookie": f"heard={server.cookie}"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, (path, answer.status)
        took.append(time.monotonic() - began)
        number += 1
        time.sleep(0.15)  # a person reads; also stays below a member's own limit
    connection.close()
    return took


def flooded(server: Running, seconds: float) -> None:
    named, personal = server.world.named, server.world.personal
    paths = (
        f"/r/{named['code']}", f"/r/{named['code']}/qr.svg", f"/r/{named['code']}/help",
        f"/mine/{personal}", f"/s/{named['shared.show.token']}", "/sign-in", "/nowhere",
        f"/s/{named['shared.show.token']}/clip", "/sign-in/link/nothing", "/healthz", "/voices",
    )  # fmt: skip
    quiet = visits(server, 3)
    command = [sys.executable, "-m", "tests.web.flooding", str(server.port), str(seconds), *paths]
    flood = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)
    loud = visits(server, seconds - 1)
    seen = {int(status): count for status, count in json.loads(flood.communicate()[0]).items()}
    at = [statistics.quantiles(each, n=20)[-1] for each in (quiet, loud)]
    print(
        f"flood: {sum(seen.values()) / seconds:.0f} requests a second, {seen}; staff pages p95 "
        f"{at[0] * 1000:.0f} ms quiet, {at[1] * 1000:.0f} ms flooded, ratio {at[1] / at[0]:.1f}"
    )
    assert seen.get(429), "the flood was let in"
    assert not [status for status in seen if status >= 500 or status == 0]


@pytest.mark.alone
@pytest.mark.slow
def test_staff_pages_answer_in_a_flood(server: Running) -> None:
    flooded(server, 10)


@pytest.mark.chaos
def test_staff_pages_answer_in_a_minute_of_flood(server: Running) -> None:
    flooded(server, 60)
