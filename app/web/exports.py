"""Exports: order one, see it being written, take the file; captions of one recording at once."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.domain import exports, programs, progress
from app.domain.clerk import owned
from app.domain.errors import Conflict, NotFound
from app.extensions import db
from app.models import Answer, Export, Program, now
from app.web.access import EDITORS, STAFF, allow, me
from app.web.media import send_object
from app.web.rechecking import again

blueprint = Blueprint("exports", __name__)
NEWEST = 50
MEDIA_TYPES = {"csv": "text/csv", "jsonl": "application/jsonl"}
CAPTION_TYPES = {"srt": "application/x-subrip", "vtt": "text/vtt"}


@blueprint.get("/exports")
@allow(*EDITORS)
def index() -> ResponseReturnValue:
    return render_template(
        "exports/index.html",
        program_choices=[(each.id, each.name) for each in programs.of(me().workspace_id)],
        **_listed(),
    )


@blueprint.get("/exports/list")
@allow(*EDITORS)
def listed() -> ResponseReturnValue:
    """The list alone, asked for again while something is being written."""
    return render_template("exports/_list.html", **_listed())


@blueprint.post("/exports")
@allow(*EDITORS)
def create() -> ResponseReturnValue:
    program = owned(Program, request.form.get("program", ""), me().workspace_id)
    asked = [request.form.get(name, "") for name in ("format", "level", "purpose")]
    export = exports.request(program, me(), *asked)
    db.session.commit()
    flash(f"{export.filename} is being written.")
    return redirect("/exports", 303)


@blueprint.get("/exports/<export_id>/file")
@allow(*EDITORS)
def file(export_id: str) -> ResponseReturnValue:
    export = owned(Export, export_id, me().workspace_id)
    if export.key is None:
        said = progress.describe(export.runs[-1], now()) if export.runs else None
        reason = said.lines[-1].reason if said and said.stopped else ""
        raise Conflict(reason or "This export is still being written.")
    kind = MEDIA_TYPES.get(export.format, "application/zip")
    if not again():
        exports.downloaded(export)
        db.session.commit()
    return send_object(export.key, kind, download_name=export.filename)


@blueprint.get("/answers/<answer_id>/captions.<any(srt, vtt):format>")
@allow(*STAFF)
def captions(answer_id: str, format: str) -> ResponseReturnValue:
    answer = db.session.get(Answer, answer_id)
    if answer is None or answer.submission.workspace_id != me().workspace_id:
        raise NotFound
    text = exports.caption_text(answer, format)
    if not text or answer.submission.state != "received":
        raise NotFound("There are no captions: nothing was said, or it isn't written down yet.")
    exports.captions_downloaded(answer)
    db.session.commit()
    response = Response(text, mimetype=CAPTION_TYPES[format])
    name = f"{answer.submission_id}-{answer.position + 1}.{format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _listed() -> dict[str, object]:
    rows = db.session.scalars(
        select(Export)
        .where(Export.workspace_id == me().workspace_id)
        .order_by(Export.id.desc())
        .limit(NEWEST)
        .options(selectinload(Export.runs), selectinload(Export.program))
    )
    pairs = [(row, progress.describe(row.runs[-1], now())) for row in rows if row.runs]
    # A file may have been written after its row was read and before its run was.
    late = [row.id for row, said in pairs if said.settled and row.key is None]
    if late:
        anew = select(Export).where(Export.id.in_(late))
        db.session.scalars(anew.execution_options(populate_existing=True)).all()
    return {"exports": pairs, "writing": any(not said.settled for _, said in pairs)}
