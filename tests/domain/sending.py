"""What the sending tests share: a moment that someone follows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import runtime
from app.domain import following
from app.extensions import db
from app.models import Answer, Channel, Highlight, Member, Program, Workspace
from tests import factories
from tests.conftest import settings_for

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 20 + b"\xff\xd9"


def configure(folder: Path, **env: str) -> None:
    """The application's settings with these changed, the same storage."""
    runtime.use(runtime.Runtime(settings_for(folder, **env), runtime.storage()))


@dataclass
class Scene:
    """A program with one voice in which one moment is a highlight."""

    program: Program
    answer: Answer
    highlight: Highlight


def scene(workspace: Workspace, quote: str = "Nobody told me it was late.", **values: Any) -> Scene:
    program = factories.program(workspace)
    return another(program, quote, **values)


def another(program: Program, quote: str, **values: Any) -> Scene:
    answer = factories.answer(factories.submission(program))
    answer.recording.poster_key = f"recordings/{answer.recording.id}/1/poster.jpg"
    answer.recording.playable_key = f"recordings/{answer.recording.id}/1/playable.mp4"
    runtime.storage().put(answer.recording.poster_key, JPEG, "image/jpeg")
    transcript = factories.transcript(answer, quote)
    values.setdefault("themes", [program.themes[0]])
    return Scene(program, answer, factories.highlight(answer, transcript, **values))


def webhook(workspace: Workspace, url: str, secret: str) -> Channel:
    return factories.save(
        Channel(
            workspace_id=workspace.id,
            kind="webhook",
            name="Our ticket system",
            settings={"url": url, "secret": secret},
        )
    )


def follow(member: Member, program: Program, name: str = "", **values: Any) -> Any:
    """A subscription, committed. `name`: `theme:ID`, `touchpoint:ID`; default all."""
    what = following.followed(member.workspace_id, name or f"program:{program.id}")
    channel = values.get("channel") or following.own_channel(member)
    subscription = following.follow(member, what, channel, values.get("cadence", "now"))
    db.session.commit()
    return subscription
