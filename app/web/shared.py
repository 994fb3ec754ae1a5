"""Share links: made and revoked by staff, opened by whoever holds one."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import runtime
from app.domain import clips, masking, sharing
from app.domain.clerk import owned
from app.domain.errors import Expired, Invalid, NotFound
from app.extensions import db, limiter
from app.models import Highlight, ShareLink, now
from app.web import media
from app.web.access import SHARERS, allow, me
from app.web.forms import number, refused

blueprint = Blueprint("shared", __name__)

STAFF_PAGE = "shared/links.html"
DAYS = ((1, "1 day"), (7, "1 week"), (14, "2 weeks"), (30, "30 days"), (90, "90 days"))


@blueprint.get("/shared")
@allow(*SHARERS)
def everything() -> ResponseReturnValue:
    rows = sharing.links(me().workspace_id)
    return render_template("shared/all.html", links=_with_state(rows))


@blueprint.get("/highlights/<highlight_id>/links")
@allow(*SHARERS)
def links(highlight_id: str) -> ResponseReturnValue:
    return render_template(STAFF_PAGE, problem="", typed={}, link="", **_page(highlight_id))


@blueprint.post("/highlights/<highlight_id>/links")
@allow(*SHARERS)
def create(highlight_id: str) -> ResponseReturnValue:
    """The answer holds the link itself: it is shown this once, and only its hash is kept."""
    try:
        highlight = owned(Highlight, highlight_id, me().workspace_id)
        days = number("days", "The days") if "days" in request.form else sharing.DEFAULT_DAYS
        _, token = sharing.create(highlight, me(), days)
    except Invalid as error:
        return refused(STAFF_PAGE, error, values=lambda: {"link": "", **_page(highlight_id)})
    db.session.commit()
    address = runtime.settings().base_url + url_for("shared.show", token=token)
    return render_template(STAFF_PAGE, problem="", typed={}, link=address, **_page(highlight_id))


@blueprint.post("/shared/<link_id>/revoke")
@allow(*SHARERS)
def revoke(link_id: str) -> ResponseReturnValue:
    link = owned(ShareLink, link_id, me().workspace_id)
    sharing.revoke(link)
    highlight_id = link.highlight_id
    db.session.commit()
    flash("The link no longer works.")
    if request.form.get("back") == "highlight":
        return redirect(url_for("shared.links", highlight_id=highlight_id), 303)
    return redirect(url_for("shared.everything"), 303)


@blueprint.get("/s/<token>")
@limiter.limit("120/minute")
def show(token: str) -> ResponseReturnValue:
    try:
        link = _open(token)
    except NotFound:
        return render_template("shared/gone.html"), 404
    sharing.count_view(link)
    if clips.can_cut(link.highlight):
        there = clips.find(link.highlight)
        if there is None or clips.outdated(there):
            clips.request(link.highlight)
    db.session.commit()
    return render_template("shared/show.html", token=token, **_moment(link))


@blueprint.get("/s/<token>/player")
@limiter.limit("240/minute")
def player(token: str) -> ResponseReturnValue:
    """The part of the page that changes while the clip is being cut."""
    link = _open(token)
    return render_template("shared/_player.html", token=token, **_moment(link))


@blueprint.get("/s/<token>/clip")
@limiter.limit("600/minute")
def clip(token: str) -> Response:
    found = clips.ready(_open(token).highlight)
    if found is None or found.key is None:
        raise NotFound
    return media.send_object(found.key, found.media_type or "video/mp4")


@blueprint.get("/s/<token>/poster")
@limiter.limit("240/minute")
def poster(token: str) -> Response:
    recording = _open(token).highlight.answer.recording
    if recording is None or recording.poster_key is None:
        raise NotFound
    return media.send_object(recording.poster_key, "image/jpeg")


@blueprint.get("/s/<token>/captions.vtt")
@limiter.limit("240/minute")
def captions(token: str) -> Response:
    text = clips.vtt(_open(token).highlight)
    return Response(text, content_type="text/vtt; charset=utf-8")


@blueprint.after_request
def _no_trace(response: Response) -> Response:
    """Whatever a link led to: not kept, not indexed, not told to the next site."""
    if request.path.startswith("/s/"):
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _open(token: str) -> ShareLink:
    """Asked on each request. One that has ended looks like one that never was. Raises NotFound."""
    try:
        return sharing.find(token)
    except Expired as error:
        raise NotFound from error


def _moment(link: ShareLink) -> dict[str, object]:
    highlight = link.highlight
    return {
        "link": link,
        "highlight": highlight,
        "quote": masking.quote(highlight),
        "recording": highlight.answer.recording,
        "progress": clips.progress(clips.find(highlight)),
        "recorded": clips.can_cut(highlight),
    }


def _page(highlight_id: str) -> dict[str, object]:
    highlight = owned(Highlight, highlight_id, me().workspace_id)
    if sharing.withdrawn(highlight.submission):
        raise NotFound
    return {
        "highlight": highlight,
        "links": _with_state(sharing.links_of(highlight)),
        "may_leave": sharing.may_leave(highlight.submission) and not highlight.hidden,
        "days": DAYS,
    }


def _with_state(rows: Sequence[ShareLink]) -> list[tuple[ShareLink, str]]:
    moment = now()
    return [(link, sharing.state(link, moment)) for link in rows]
