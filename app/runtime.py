"""What this process works with: its settings and its storage. `create_app` sets it once."""

from __future__ import annotations

from dataclasses import dataclass

from app.config import Settings
from storage import Storage


@dataclass(frozen=True, slots=True)
class Runtime:
    settings: Settings
    storage: Storage


_current: list[Runtime] = []


def use(runtime: Runtime) -> None:
    _current[:] = [runtime]


def settings() -> Settings:
    return _current[0].settings


def storage() -> Storage:
    return _current[0].storage
