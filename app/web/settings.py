"""The settings' first page, the members, and taking the sample away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from app import runtime
from app.domain import engines, letters, members, programs, sample, signing_in
from app.domain.clerk import owned
from app.domain.errors import Conflict, Invalid
from app.domain.wording import count
from app.extensions import db
from app.models import Member, Program
from app.web import sessions
from app.web.access import EDITORS, STAFF, allow, me
from app.web.forms import refused, text

blueprint = Blueprint("settings", __name__, url_prefix="/settings")

MEMBERS = "settings/members.html"
ROLE_WORDS = {
    "owner": "Owner: everything, members too",
    "analyst": "Analyst: programs, corrections, exports",
    "leader": "Leader: listens, follows, shares",
    "frontline": "Frontline: listens and calls customers back",
}


@blueprint.get("")
@allow(*STAFF)
def home() -> ResponseReturnValue:
    settings = runtime.settings()
    return render_template(
        "settings/home.html",
        everyone=[member for member in members.of(me().workspace_id) if member.active],
        programs=programs.of(me().workspace_id),
        sample=sample.of(me().workspace_id),
        speech=engines.speech(settings),
        last_words=engines.last_words(me().workspace_id),
        basic=engines.written_by_basic(me().workspace_id),
        storage=settings.storage_url.partition("://")[0],
        database=settings.database_url.partition(":")[0].partition("+")[0],
        by_mail=bool(settings.smtp_url),
        editor=me().role in EDITORS,
    )


@blueprint.post("/write-again")
@allow(*EDITORS)
def write_again() -> ResponseReturnValue:
    begun = engines.write_again(me().workspace_id)
    db.session.commit()
    flash(f"{count(begun, 'recording')} will be written again.", "info")
    return redirect(url_for("settings.home"), 303)


@blueprint.get("/members")
@allow(*STAFF)
def show_members() -> ResponseReturnValue:
    shown = session.pop("shown_once", None)
    return render_template(MEMBERS, typed={}, shown=shown, **_members())


@blueprint.post("/members")
@allow("owner")
def invite() -> ResponseReturnValue:
    try:
        member, path = members.invite(
            me().workspace, email=text("email"), role=text("role"), name=text("name")
        )
    except (Invalid, Conflict) as error:
        return refused(MEMBERS, error, values=_members)
    db.session.commit()
    return _show_once(member, path, inviter=me().display_name)


@blueprint.post("/members/<member_id>/link")
@allow("owner")
def link_member(member_id: str) -> ResponseReturnValue:
    member = owned(Member, member_id, me().workspace_id)
    if not member.active:
        raise Conflict("This member is no longer active.")
    path = signing_in.new_link(member, signing_in.INVITED_FOR)
    db.session.commit()
    return _show_once(member, path)


@blueprint.post("/members/<member_id>/role")
@allow("owner")
def change_role(member_id: str) -> ResponseReturnValue:
    return _change(member_id, lambda member: members.change_role(member, text("role")))


@blueprint.post("/members/<member_id>/deactivate")
@allow("owner")
def deactivate(member_id: str) -> ResponseReturnValue:
    return _change(member_id, members.deactivate)


@blueprint.post("/members/<member_id>/activate")
@allow("owner")
def activate(member_id: str) -> ResponseReturnValue:
    return _change(member_id, members.activate)


@blueprint.get("/sample/remove")
@allow(*EDITORS)
def ask_remove_sample() -> ResponseReturnValue:
    return render_template("settings/remove_sample.html", program=_sample())


@blueprint.post("/sample/remove")
@allow(*EDITORS)
def remove_sample() -> ResponseReturnValue:
    sample.remove(_sample())
    db.session.commit()
    flash("The sample program is gone, with all its voices.", "info")
    return redirect(url_for("settings.home"), 303)


def _change(member_id: str, verb: Callable[[Member], None]) -> ResponseReturnValue:
    member = owned(Member, member_id, me().workspace_id)
    try:
        verb(member)
    except (Invalid, Conflict) as error:
        return refused(MEMBERS, error, {}, _members)
    db.session.commit()
    if member.id == me().id and member.active:  # a change of role ends sessions, not this one
        sessions.begin(member, stay=session.permanent)
    flash("Saved.", "info")
    return redirect(url_for("settings.show_members"), 303)


def _show_once(member: Member, path: str, inviter: str = "") -> ResponseReturnValue:
    """The next page shows the link, and never again; a letter goes where there is a mail server."""
    sent = False
    if runtime.settings().smtp_url:
        sent = letters.post(
            letters.sign_in(member, path, _in_words(signing_in.INVITED_FOR), inviter)
        )
    session["shown_once"] = {
        "email": member.email,
        "url": runtime.settings().base_url + path,
        "sent": sent,
    }
    return redirect(url_for("settings.show_members"), 303)


def _members() -> dict[str, object]:
    return {
        "everyone": members.of(me().workspace_id),
        "until": signing_in.open_links(me().workspace_id),
        "roles": list(ROLE_WORDS.items()),
        "may_change": me().role == "owner",
    }


def _sample() -> Program:
    program = sample.of(me().workspace_id)
    if program is None:
        raise Conflict("The sample program is already gone.")
    return program


def _in_words(span: timedelta) -> str:
    return f"{span.days} days"
