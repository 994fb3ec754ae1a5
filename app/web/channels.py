"""Channels: where the workspace's alerts can go besides each member's own e-mail."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import runtime
from app.domain import channels, following, outbox
from app.domain.clerk import owned
from app.domain.errors import Invalid, NotFound
from app.domain.wording import count
from app.extensions import db
from app.models import Channel, Delivery, now
from app.web.access import EDITORS, allow, me
from app.web.forms import number, refused, text
from app.web.standings import with_standing

blueprint = Blueprint("channels", __name__, url_prefix="/following/channels")

PAGE = "alerts/channels.html"
LONGEST = 3650  # days
NO_SECRET = dict.fromkeys(["secret"], "")  # shown by two answers only


@blueprint.get("")
@allow(*EDITORS)
def show() -> ResponseReturnValue:
    return render_template(PAGE, problem="", typed={}, **NO_SECRET, **_page())


@blueprint.post("")
@allow(*EDITORS)
def add() -> ResponseReturnValue:
    try:
        kind = channels.kind_of(text("kind"))
        typed = {field.name: text(field.name) for field in kind.fields}
        channel, secret = channels.add(me().workspace_id, kind, text("name"), typed)
    except Invalid as error:
        return refused(PAGE, error, values=lambda: {**NO_SECRET, **_page()})
    db.session.commit()
    return _show_secret(secret, f"{channel.name} was added.")


@blueprint.post("/<channel_id>/test")
@allow(*EDITORS)
def test(channel_id: str) -> ResponseReturnValue:
    """A real message, sent while the page waits: 10 s at most for a webhook."""
    channel = _channel(channel_id)
    name, where = channel.name, channels.where(channel)
    delivery = outbox.add(channel, "test")
    delivery_id = delivery.id
    db.session.commit()
    outbox.deliver(delivery_id)
    sent = db.session.get_one(Delivery, delivery_id)
    if sent.state == "done":
        flash(f"The test for {name} was taken by {where}.")
    elif sent.state == "failed":
        flash(f"The test for {name} did not arrive. {sent.error}", "error")
    else:
        flash(f"The test for {name} is on its way; its line below says when it has arrived.")
    return redirect(url_for("channels.show"), 303)


@blueprint.post("/<channel_id>/secret")
@allow(*EDITORS)
def renew(channel_id: str) -> ResponseReturnValue:
    channel = _channel(channel_id)
    secret = channels.renew_secret(channel)
    db.session.commit()
    return _show_secret(secret, f"{channel.name} has a new secret. The old one works for a day.")


@blueprint.post("/<channel_id>/enable")
@allow(*EDITORS)
def enable(channel_id: str) -> ResponseReturnValue:
    channel = _channel(channel_id)
    channels.enable(channel)
    db.session.commit()
    flash(f"{channel.name} is on again.")
    return redirect(url_for("channels.show"), 303)


@blueprint.post("/<channel_id>/replay")
@allow(*EDITORS)
def replay(channel_id: str) -> ResponseReturnValue:
    """Everything that failed since some days ago, as after a receiver's outage."""
    channel = _channel(channel_id)
    since = now() - timedelta(days=min(number("since", "The days"), LONGEST))
    sent = outbox.again_all(channel, since)
    db.session.commit()
    flash(f"{count(sent, 'message')} will be sent again to {channel.name}.")
    return redirect(url_for("channels.show"), 303)


@blueprint.post("/<channel_id>/delete")
@allow(*EDITORS)
def delete(channel_id: str) -> ResponseReturnValue:
    channel = _channel(channel_id)
    name = channel.name
    channels.remove(channel)
    db.session.commit()
    flash(f"{name} was deleted.")
    return redirect(url_for("channels.show"), 303)


def _show_secret(secret: str, sentence: str) -> ResponseReturnValue:
    """Shown in the answer itself and kept nowhere readable: a reload does not bring it back."""
    flash(sentence)
    if not secret:
        return redirect(url_for("channels.show"), 303)
    return render_template(PAGE, problem="", typed={}, secret=secret, **_page())


def _page() -> dict[str, object]:
    rows = channels.of_workspace(me().workspace_id)
    return {
        "rows": [(each, channels.where(each)) for each in rows],
        "kinds": channels.KINDS.values(),
        "labels": {kind.name: kind.label for kind in channels.KINDS.values()},
        "signed": {each.id for each in rows if "secret" in each.settings},
        "deliveries": with_standing(following.deliveries_through(me().workspace_id)),
        "failed": outbox.failed_by_channel([each.id for each in rows]),
        "mail_waits": not runtime.settings().smtp_url,
    }


def _channel(channel_id: str) -> Channel:
    """A channel of the workspace itself; a member's own e-mail is only theirs."""
    channel = owned(Channel, channel_id, me().workspace_id)
    if channel.member_id is not None:
        raise NotFound
    return channel
