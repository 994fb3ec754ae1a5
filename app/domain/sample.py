"""The sample program: made-up customers of a made-up company, sent down the real pipeline."""

from __future__ import annotations

import json
import mimetypes
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from app import runtime
from app.domain import audit, forgetting, processing
from app.domain.clerk import session
from app.domain.errors import Conflict
from app.domain.invitations import open_invitation
from app.domain.programs import Description, default_themes, describe
from app.models import (
    Answer,
    Consent,
    ConsentText,
    Export,
    Field,
    Highlight,
    Invitation,
    Program,
    Prompt,
    Recording,
    Submission,
    Touchpoint,
    Workspace,
    new_id,
    now,
)
from storage import keys

FOLDER = Path(__file__).parent.parent / "sample"
PURPOSE = {"internal": "internal", "shared_outside": "shared", "public": "public"}


def of(workspace_id: str) -> Program | None:
    """The workspace's sample program, where it has one."""
    return session().scalar(
        select(Program).where(Program.workspace_id == workspace_id, Program.is_sample).limit(1)
    )


def load(workspace: Workspace) -> Program:
    """The sample program with its voices, each sent down the pipeline. Flushes.

    Called again it returns the one that is there.

    Raises:
        StorageError: the recordings can't be kept.
    """
    there = of(workspace.id)
    if there is not None:
        return there
    told = json.loads((FOLDER / "sample.json").read_text(encoding="utf-8"))
    program = _program(workspace, told)
    session().add(program)
    session().flush()
    invitation = open_invitation(program, name="Open link")
    touchpoints = dict(
        zip((each["key"] for each in told["touchpoints"]), program.touchpoints, strict=True)
    )
    for voice in told["submissions"]:
        _submission(program, invitation, touchpoints[voice["touchpoint"]], voice)
    session().flush()
    _noted(program, "sample.loaded", len(told["submissions"]))
    return program


def recording_path(program: Program) -> str:
    """Where the sample's open link leads, for `./heard up` to print."""
    code = session().scalar(
        select(Invitation.code).where(Invitation.program_id == program.id).order_by(Invitation.id)
    )
    return f"/r/{code}"


def remove(program: Program) -> None:
    """The sample with all its voices, labels, clips and files, for good. The caller commits.

    Rows go first, so that nothing is shown whose file is gone; the objects follow once that is
    committed.

    Raises:
        Conflict: a real program; its voices are withdrawn one by one.
    """
    if not program.is_sample:
        raise Conflict("Only the sample program can be removed in one click.")
    prefixes = _prefixes(program)
    _noted(program, "sample.removed", len(prefixes))
    session().execute(delete(Submission).where(Submission.program_id == program.id))
    session().execute(delete(Program).where(Program.id == program.id))
    session().expire_all()
    forgetting.objects(prefixes)


def _noted(program: Program, action: str, count: int) -> None:
    audit.record(
        program.workspace_id, action, subject=("program", program.id), details={"count": count}
    )


def _program(workspace: Workspace, told: dict[str, Any]) -> Program:
    about = told["program"]
    program = Program(workspace_id=workspace.id, is_sample=True)
    score = about.get("score") or {}
    describe(
        program,
        Description(
            name=about["name"],
            question=about["question"],
            intro=told["workspace"]["about"],
            score_kind=score["kind"].lower() if score else None,
            max_seconds=min(180, runtime.settings().max_duration),
        ),
    )
    program.prompts = [
        Prompt(text=text, position=position) for position, text in enumerate(about["prompts"])
    ]
    program.touchpoints = [
        Touchpoint(name=each["name"], description=each["description"], position=position)
        for position, each in enumerate(told["touchpoints"])
    ]
    program.fields = [
        Field(key=each["key"], label=each["label"], choices=each["choices"], position=position)
        for position, each in enumerate(about["fields"])
    ]
    purposes = [PURPOSE[each["key"]] for each in about["consent"]["purposes"]]
    program.consent_texts = [
        ConsentText(version=1, text=about["consent"]["text"], purposes=purposes)
    ]
    program.themes = default_themes()
    return program


def _submission(
    program: Program, invitation: Invitation, touchpoint: Touchpoint, voice: dict[str, Any]
) -> None:
    at = _moment(now(), voice["days_ago"], voice["hour"])
    submission = Submission(
        workspace_id=program.workspace_id,
        program_id=program.id,
        state="received",
        source="sample",
        invitation_id=invitation.id,
        touchpoint_id=touchpoint.id,
        reference=voice["reference"],
        display_name=voice["display_name"],
        language=voice["language"],
        score_kind=program.score_kind,
        score=voice.get("nps"),
        fields=voice["fields"],
        created_at=at,
        received_at=at,
    )
    submission.consent = Consent(
        consent_text_id=program.consent_texts[0].id,
        purposes=[PURPOSE[each] for each in voice["consent_purposes"]],
        created_at=at,
    )
    answer = Answer(
        id=new_id(),
        prompt_id=program.prompts[0].id,
        position=0,
        kind=voice["kind"],
        written_text=voice.get("written_text", ""),
        created_at=at,
    )
    if voice["kind"] != "text":
        answer.recording = _recording(FOLDER / voice["media"])
    submission.answers = [answer]
    invitation.received += 1
    session().add(submission)
    session().flush()
    processing.begin(answer)


def _recording(path: Path) -> Recording:
    row_id = new_id()
    stored = runtime.storage().put_file(keys.original(row_id, new_id()), path)
    return Recording(
        id=row_id,
        original_key=stored.key,
        size=stored.size,
        sha256=stored.sha256,
        declared_type=mimetypes.guess_type(path.name)[0] or "",
        filename=path.name,
    )


def _moment(today: datetime, days_ago: int, hour: int) -> datetime:
    """That hour of that day, but never in the future."""
    at = (today - timedelta(days=days_ago)).replace(hour=hour, minute=0, second=0, microsecond=0)
    return min(at, today)


def _prefixes(program: Program) -> list[str]:
    recordings = session().scalars(
        select(Recording.id)
        .join(Answer)
        .join(Submission)
        .where(Submission.program_id == program.id)
    )
    highlights = session().scalars(select(Highlight.id).where(Highlight.program_id == program.id))
    exports = session().scalars(select(Export.id).where(Export.program_id == program.id))
    return [
        *(keys.recording(each) for each in recordings),
        *(keys.highlight(each) for each in highlights),
        *(keys.export(each, "") for each in exports),
    ]
