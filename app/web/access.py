"""Who is asking, and may they. A stranger and a lower role get the same 404 as a wrong address."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, g, has_request_context, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.domain import audit
from app.domain.errors import Forbidden
from app.extensions import db, login
from app.models import Member
from app.web.errors import answer, wants_json
from app.web.sessions import SignedIn, alive

STAFF = ("owner", "analyst", "leader", "frontline")
SHARERS = ("owner", "analyst", "leader")  # also have the machine listen again
EDITORS = ("owner", "analyst")
OWNERS = ("owner",)


def init_app(app: Flask) -> None:
    login.user_loader(_load)
    login.unauthorized_handler(_ask)
    login.session_protection = None
    app.before_request(lambda: audit.act_as(_who))
    app.context_processor(
        lambda: {"me": me() if current_user.is_authenticated else None, "may": may}
    )


def me() -> Member:
    """The signed-in member; only behind `allow`."""
    member: Member = current_user.member
    return member


def allow(*roles: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Lets these roles through (`@allow(*STAFF)`), asks a visitor to sign in."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                return _ask()
            if me().role not in roles:
                raise Forbidden
            return view(*args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded

    return decorate


def may(endpoint: str) -> bool:
    """Whether there is a view with this name, and the signed-in member's role is let in."""
    roles = getattr(current_app.view_functions.get(endpoint), "roles", ())
    return current_user.is_authenticated and me().role in roles


def safe_next(target: str | None) -> str:
    """A path of our own, else the board: never another site, whatever the spelling.

    Browsers drop tabs and line breaks from an address and read `\\` as `/` (WHATWG URL, 4.4):
    what holds one of these, or any other space or control character, is no path that we wrote.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return "/"
    if any(each == "\\" or each.isspace() or not each.isprintable() for each in target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target


def _who() -> str:
    """For the audit log. A customer has no account: whoever shows a link or a token is one."""
    if not has_request_context():
        return "system"
    if current_user.is_authenticated:
        return f"member:{me().id}"
    return "customer" if g.get("customer_page") else "visitor"


def _load(session_id: str) -> SignedIn | None:
    if not alive():
        return None
    member_id, _, version = session_id.partition(".")
    member = db.session.get(Member, member_id)
    if member is None or not member.active or str(member.session_version) != version:
        return None
    return SignedIn(member)


def _ask() -> ResponseReturnValue:
    if wants_json():
        return answer(401, "Please sign in first.")
    wanted = request.full_path if request.method == "GET" else None
    return redirect(url_for("auth.sign_in", next=safe_next(wanted)))
