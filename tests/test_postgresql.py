"""The domain's own tests once more, on a real PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests import services
from tests.conftest import ROOT

PARTS = (
    "tests/domain",
    "tests/workers/test_perform.py",
    "tests/workers/test_taking_back.py",
    "tests/web/test_board.py",
    "tests/web/test_bodies.py",
    "tests/web/test_voices.py",
)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_domain_holds_on_postgresql() -> None:
    # Its tests have the turn that this one has.
    alone = {name: value for name, value in os.environ.items() if "XDIST" not in name}
    with services.postgres() as url:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *PARTS],
            cwd=ROOT,
            env={**alone, "HEARD_TEST_DATABASE": url},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout[-6000:]
