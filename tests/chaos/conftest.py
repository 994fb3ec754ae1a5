"""What came of each round is told at the end."""

from __future__ import annotations

import pytest

from tests.chaos.account import Round

ROUNDS = pytest.StashKey[list[Round]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ROUNDS] = []


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    rounds = config.stash[ROUNDS]
    if not rounds:
        return
    terminalreporter.section("what the killing did")
    terminalreporter.write_line(Round.HEAD)
    for each in rounds:
        terminalreporter.write_line(each.line)


@pytest.fixture
def tell(pytestconfig: pytest.Config) -> list[Round]:
    """Where a round writes what came of it."""
    return pytestconfig.stash[ROUNDS]
