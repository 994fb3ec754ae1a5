"""Two thousand senders that do anything in any order: no 500, and nothing that shouldn't be.

The normal suite runs a share, `-m chaos` all of them.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from app.extensions import db
from app.models import Prompt
from tests.api.sender import Sender
from tests.web.world import World

SHARE, ALL = 60, 2000


def run(quick: Flask, world: World, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """The disk is waited for in the tests of `tests/domain`; here it would be all that is done."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    program = db.session.merge(world.program)
    if len(program.prompts) < 2:
        program.prompts.append(Prompt(text="And then?", hint="", position=1))
        db.session.commit()
    named = {"code": world.named["code"], "consent_text": program.consent_texts[-1].id}
    here: Any = type("Here", (), {"named": named})()
    machine = type("Sending", (Sender,), {"app": quick, "world": here})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=times,
            stateful_step_count=14,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
def test_a_share(quick: Flask, ours: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run(quick, ours, monkeypatch, SHARE)


@pytest.mark.chaos
@pytest.mark.timeout(1800)
def test_two_thousand(quick: Flask, ours: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run(quick, ours, monkeypatch, ALL)
