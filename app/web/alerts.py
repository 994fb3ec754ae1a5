"""Following: what a member hears of, by which channel, and what became of each message."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app import runtime
from app.domain import channels, following, outbox
from app.domain.clerk import owned
from app.domain.errors import Invalid, NotFound
from app.extensions import db
from app.models import Channel, Delivery, Program, Subscription
from app.web.access import EDITORS, STAFF, allow, me
from app.web.forms import refused, text
from app.web.standings import with_standing

blueprint = Blueprint("alerts", __name__, url_prefix="/following")

PAGE = "alerts/following.html"
OWN = "own"
UNCHOSEN = "Choose what to follow, and by which channel."


@blueprint.get("")
@allow(*STAFF)
def show() -> ResponseReturnValue:
    chosen = next((f"{n}:{request.args[n]}" for n in following.NOUNS if n in request.args), "")
    return render_template(PAGE, typed={"what": chosen}, problem="", **_page())


@blueprint.post("")
@allow(*STAFF)
def follow() -> ResponseReturnValue:
    try:
        what = following.followed(me().workspace_id, text("what"))
        following.follow(me(), what, _channel(text("channel")), text("cadence") or "now")
    except NotFound:
        return refused(PAGE, Invalid(UNCHOSEN), values=_page)
    except Invalid as error:
        return refused(PAGE, error, values=_page)
    db.session.commit()
    flash(f"You follow {what.name} now.")
    return redirect(url_for("alerts.show"), 303)


@blueprint.post("/<subscription_id>/stop")
@allow(*STAFF)
def unfollow(subscription_id: str) -> ResponseReturnValue:
    subscription = owned(Subscription, subscription_id, me().workspace_id)
    if subscription.member_id != me().id:
        raise NotFound
    following.unfollow(subscription)
    db.session.commit()
    flash("You no longer follow this.")
    return redirect(url_for("alerts.show"), 303)


@blueprint.post("/deliveries/<delivery_id>/again")
@allow(*STAFF)
def send_again(delivery_id: str) -> ResponseReturnValue:
    delivery = _delivery(delivery_id)
    outbox.again(delivery)
    db.session.commit()
    flash("It is being sent again.")
    mine = _is_mine(delivery)
    return redirect(url_for("alerts.show" if mine else "channels.show"), 303)


def _page() -> dict[str, object]:
    return {
        "programs": _programs(),
        "channels": [
            (OWN, f"My e-mail, {me().email}"),
            *((each.id, f"{each.name}, {channels.where(each)}") for each in _shared()),
        ],
        "subscriptions": following.subscriptions_of(me()),
        "deliveries": with_standing(following.deliveries_of(me())),
        "cadences": following.CADENCES,
        "where": channels.where,
        "may_edit": me().role in EDITORS,
        "mail_waits": not runtime.settings().smtp_url,
    }


def _shared() -> Sequence[Channel]:
    return channels.of_workspace(me().workspace_id)


def _channel(name: str) -> Channel:
    """A member's own e-mail becomes a channel when they first follow something by it."""
    if name == OWN:
        return following.own_channel(me())
    return owned(Channel, name, me().workspace_id)


def _programs() -> Sequence[Program]:
    return db.session.scalars(
        select(Program).where(Program.workspace_id == me().workspace_id).order_by(Program.id)
    ).all()


def _is_mine(delivery: Delivery) -> bool:
    followed_by = delivery.subscription.member_id if delivery.subscription else None
    return me().id in (followed_by, delivery.channel.member_id)


def _delivery(delivery_id: str) -> Delivery:
    """One of the member's own, or, for editors, one through a workspace's channel."""
    delivery = db.session.get(Delivery, delivery_id)
    if delivery is None or delivery.channel.workspace_id != me().workspace_id:
        raise NotFound
    mine = _is_mine(delivery)
    if not mine and (me().role not in EDITORS or delivery.channel.member_id is not None):
        raise NotFound
    return delivery
