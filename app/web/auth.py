"""Signing in and out, one-time links, and what a member may change about themself."""

from __future__ import annotations

import hashlib
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from app import runtime
from app.domain import audit, letters, members, signing_in
from app.domain.errors import Conflict, Invalid
from app.extensions import db, limiter, who_asks
from app.web import afterwards, limits, sessions
from app.web.access import STAFF, allow, me, safe_next
from app.web.forms import refused, text

blueprint = Blueprint("auth", __name__)

SIGN_IN, WELCOME, ACCOUNT = "auth/sign_in.html", "auth/welcome.html", "auth/account.html"
SENT = "If that address belongs to a member, a sign-in link is on its way. It works for 30 minutes."


def _typed_address() -> str:
    """Counts tries for one account, wherever they come from: many, since anyone can use them up."""
    return hashlib.sha256(text("email").strip().lower().encode()).hexdigest()


def _typed_here() -> str:
    """Counts tries for one account from one network: a stranger's don't keep its owner out."""
    return f"{_typed_address()} {who_asks()}"


@blueprint.get("/sign-in")
@limiter.limit("120 per minute")
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")))
    return render_template(SIGN_IN, typed={}, **_sign_in_values())


@blueprint.post("/sign-in")
@limiter.limit("1000 per hour", key_func=_typed_address)  # the lowest is counted first: what one
@limiter.limit("30 per hour", key_func=_typed_here)  # refuses isn't counted by those above it
@limiter.limit("10 per minute; 100 per hour")
def use_password() -> ResponseReturnValue:
    try:
        member = signing_in.sign_in(text("email"), text("password"))
    except Invalid as error:
        return refused(SIGN_IN, error, _typed("email"), _sign_in_values)
    db.session.commit()
    limits.give_back()
    sessions.begin(member, stay="stay" in request.form)
    return redirect(safe_next(request.form.get("next")), 303)


@blueprint.post("/sign-in/link")
@limiter.limit("30 per hour", key_func=_typed_address)
@limiter.limit("5 per hour", key_func=_typed_here)
@limiter.limit("5 per minute; 20 per hour")
def send_link() -> ResponseReturnValue:
    """Nothing is looked up before the answer: its time doesn't tell who has an account."""
    response = redirect(url_for("auth.sign_in"), 303)
    if runtime.settings().smtp_url:
        afterwards.call(response, partial(_post_link, text("email")))
    flash(SENT, "info")
    return response


def _post_link(email: str) -> None:
    with audit.acting("visitor"):
        found = signing_in.link_for(email)
        letter = letters.sign_in(*found, "30 minutes") if found else None
        db.session.commit()
    if letter is not None:
        letters.post(letter)


@blueprint.get("/sign-in/link/<token>")
@limiter.limit("30 per minute")
def show_link(token: str) -> ResponseReturnValue:
    """Only a button: mail scanners open links, and would use this one up."""
    return render_template("auth/link.html", member=signing_in.check_link(token), token=token)


@blueprint.post("/sign-in/link/<token>")
@limiter.limit("30 per minute")
def use_link(token: str) -> ResponseReturnValue:
    member = signing_in.use_link(token)
    db.session.commit()
    sessions.begin(member)
    if member.password_hash is None:
        return redirect(url_for("auth.welcome"), 303)
    return redirect(safe_next(None), 303)


@blueprint.get("/welcome")
@allow(*STAFF)
def welcome() -> ResponseReturnValue:
    if me().password_hash is not None:
        return redirect(url_for("auth.account"))
    return render_template(WELCOME, typed=_about_me(), first=_first_owner())


@blueprint.post("/welcome")
@allow(*STAFF)
def settle_in() -> ResponseReturnValue:
    if me().password_hash is not None:
        raise Conflict("You have a password already; change it on your account's page.")
    try:
        members.describe(me(), name=text("name"), email=text("email") if _first_owner() else None)
        signing_in.set_password(me(), text("password"))
    except (Invalid, Conflict) as error:
        return refused(WELCOME, error, values=lambda: {"first": _first_owner()})
    return _keep_signed_in(safe_next(None))


@blueprint.get("/account")
@allow(*STAFF)
def account() -> ResponseReturnValue:
    return render_template(ACCOUNT, typed=_about_me())


@blueprint.post("/account")
@limiter.limit("10 per minute; 60 per hour")
@allow(*STAFF)
def change_account() -> ResponseReturnValue:
    """Whoever gets the letters can sign in: another address asks for the present password."""
    try:
        if me().password_hash is not None and members.would_move(me(), text("email")):
            _check_present("confirming")
        members.describe(me(), name=text("name"), email=text("email"))
    except (Invalid, Conflict) as error:
        return refused(ACCOUNT, error, _typed("name", "email"))
    db.session.commit()
    limits.give_back()
    flash("Saved.", "info")
    return redirect(url_for("auth.account"), 303)


@blueprint.post("/account/password")
@limiter.limit("10 per minute; 60 per hour")
@allow(*STAFF)
def change_password() -> ResponseReturnValue:
    """The present password is asked for, so that an open screen isn't enough to take over."""
    try:
        if me().password_hash is not None:
            _check_present()
        signing_in.set_password(me(), text("password"))
    except Invalid as error:
        return refused(ACCOUNT, error, {"name": me().name, "email": me().email})
    limits.give_back()
    flash("Your password is changed. Other devices are signed out.", "info")
    return _keep_signed_in(url_for("auth.account"))


@blueprint.post("/account/sign-out-everywhere")
@allow(*STAFF)
def sign_out_everywhere() -> ResponseReturnValue:
    signing_in.end_sessions(me())
    flash("Other devices are signed out.", "info")
    return _keep_signed_in(url_for("auth.account"))


@blueprint.post("/sign-out")
@limiter.limit("60 per minute")
def sign_out() -> ResponseReturnValue:
    if current_user.is_authenticated:
        sessions.end(me())
        db.session.commit()
    logout_user()
    session.clear()
    return redirect(url_for("auth.sign_in"), 303)


def _keep_signed_in(target: str) -> ResponseReturnValue:
    """After the member's sessions were ended: all but this one."""
    stay, flashes = session.permanent, session.get("_flashes", [])
    db.session.commit()
    sessions.begin(me(), stay=stay)
    session["_flashes"] = flashes
    return redirect(target, 303)


def _check_present(field: str = "present") -> None:
    try:
        signing_in.check_password(me().email, text(field))
    except Invalid as error:
        raise Invalid("The present password is not right.") from error


def _sign_in_values() -> dict[str, object]:
    wanted = request.form.get("next") or request.args.get("next")
    return {"next": safe_next(wanted), "by_mail": bool(runtime.settings().smtp_url)}


def _about_me() -> dict[str, object]:
    email = "" if _first_owner() else me().email
    return {"name": me().name, "email": email}


def _typed(*names: str) -> dict[str, object]:
    return {name: text(name) for name in names}


def _first_owner() -> bool:
    return me().email == members.FIRST_OWNER
