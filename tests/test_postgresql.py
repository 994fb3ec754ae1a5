"""The domain's own tests once more, on a real PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import services
from tests.conftest import ROOT

DOMAIN = Path("tests/domain")
PARTS = {
    "domain": sorted(map(str, DOMAIN.glob("test_*.py"))),
    "codebook": [f"{DOMAIN}/codebook", f"{DOMAIN}/corrections"],
    "rest": [
        *(f"{DOMAIN}/{name}" for name in ("channels", "editing", "erasure", "fairness")),
        *(f"{DOMAIN}/{name}" for name in ("masks", "search")),
        "tests/workers/test_perform.py",
        "tests/workers/test_taking_back.py",
        "tests/web/test_board.py",
        "tests/web/test_bodies.py",
        "tests/web/test_voices.py",
        "tests/web/test_withdrawn_meanwhile.py",
    ],
}


def test_every_test_of_the_domain_has_its_part() -> None:
    there = {str(path) for path in DOMAIN.glob("*/") if any(path.glob("test_*.py"))}
    assert there == {each for part in PARTS.values() for each in part if Path(each).is_dir()}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", PARTS)
def test_the_domain_holds_on_postgresql(part: str) -> None:
    # Its tests have the turn that this one has.
    alone = {name: value for name, value in os.environ.items() if "XDIST" not in name}
    with services.postgres() as url:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *PARTS[part]],
            cwd=ROOT,
            env={**alone, "HEARD_TEST_DATABASE": url},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout[-6000:]
