"""A highlight as a file to keep: ordered, watched while it is cut, downloaded."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain import clips, sharing
from app.domain.clerk import owned
from app.domain.errors import NotFound
from app.extensions import db
from app.models import Highlight
from app.web import media
from app.web.access import STAFF, allow, me
from app.web.forms import text
from app.web.rechecking import again

blueprint = Blueprint("clips", __name__, url_prefix="/highlights/<highlight_id>/clip")


@blueprint.get("")
@allow(*STAFF)
def download(highlight_id: str) -> ResponseReturnValue:
    """The file when it is there, else the page that orders it and shows how far it is."""
    highlight, kind = _highlight(highlight_id), request.args.get("kind", "plain")
    clip = None if "wait" in request.args else clips.ready(highlight, kind)
    if clip is not None and clip.key is not None:
        name = clips.filename(highlight, kind)
        if not again():
            clips.downloaded(clip, highlight)
            db.session.commit()
        return media.send_object(clip.key, clip.media_type or "video/mp4", download_name=name)
    return render_template("clips/page.html", **_page(highlight, kind))


@blueprint.post("")
@allow(*STAFF)
def order(highlight_id: str) -> ResponseReturnValue:
    highlight, kind = _highlight(highlight_id), text("kind") or "plain"
    clips.request(highlight, kind)
    db.session.commit()
    return redirect(url_for("clips.download", highlight_id=highlight_id, kind=kind, wait=1), 303)


@blueprint.get("/progress")
@allow(*STAFF)
def progress(highlight_id: str) -> ResponseReturnValue:
    highlight, kind = _highlight(highlight_id), request.args.get("kind", "plain")
    return render_template("clips/_progress.html", **_page(highlight, kind))


@blueprint.get("/captions.vtt")
@allow(*STAFF)
def vtt(highlight_id: str) -> Response:
    highlight = _highlight(highlight_id)
    response = Response(clips.vtt(highlight), content_type="text/vtt; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    name = clips.filename(highlight).replace(".mp4", ".vtt")
    response.headers["Content-Disposition"] = media.disposition(
        name if "download" in request.args else None
    )
    return response


def _highlight(highlight_id: str) -> Highlight:
    highlight = owned(Highlight, highlight_id, me().workspace_id)
    if sharing.withdrawn(highlight.submission):
        raise NotFound
    return highlight


def _page(highlight: Highlight, kind: str) -> dict[str, object]:
    if kind not in clips.KINDS:
        raise NotFound
    clip = clips.find(highlight, kind)
    return {
        "highlight": highlight,
        "kind": kind,
        "clip": clip,
        "progress": clips.progress(clip),
        "can_cut": clips.can_cut(highlight),
    }
