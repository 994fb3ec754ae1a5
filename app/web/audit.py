"""The audit log, for owners: who did what, when, by ids."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from app.domain import audit, audit_reading
from app.domain.audit_reading import Filters
from app.extensions import db
from app.models import AuditEntry
from app.web.access import allow, me

blueprint = Blueprint("audit", __name__, url_prefix="/settings/audit")

OTHERS = {
    "customer": "A customer",
    "visitor": "A visitor",
    "clock": "The clock",
    "worker": "A worker",
    "system": "Heard itself",
}


@blueprint.get("")
@allow("owner")
def show() -> ResponseReturnValue:
    filters, before = _filters(), request.args.get("before", "")
    names = audit_reading.names(me().workspace_id)
    page = audit_reading.page(
        me().workspace_id, filters, int(before) if before.isdecimal() and len(before) < 18 else None
    )
    people = [(each, who(each, names)) for each in audit_reading.actors(me().workspace_id)]
    return render_template(
        "settings/audit.html",
        page=page,
        filters=filters,
        actors=sorted(people, key=lambda each: each[1].casefold()),
        subjects=[(each, in_words(each)) for each in audit_reading.subjects(me().workspace_id)],
        who=lambda actor: who(actor, names),
        did=did,
        file=_here("audit.download"),
        next=_here("audit.show", before=page.next) if page.next else "",
        first=_here("audit.show") if before else "",
    )


@blueprint.get("/audit.csv")
@allow("owner")
def download() -> ResponseReturnValue:
    audit.record(me().workspace_id, "audit.downloaded")
    db.session.commit()
    lines = audit_reading.as_csv(me().workspace_id, _filters())
    response = Response(stream_with_context(lines), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def who(actor: str, names: dict[str, str]) -> str:
    """`member:01k…` as the member's name, `command:1000` as the account that ran it."""
    if actor.startswith("command:"):
        return f"The command line (user {actor.partition(':')[2]})"
    return names.get(actor) or OTHERS.get(actor) or "Somebody who has left"


def did(row: AuditEntry) -> str:
    """`sign_in_link.made` as `Sign-in link: made`."""
    noun, _, verb = row.action.partition(".")
    return f"{in_words(noun)}: {verb.replace('_', ' ')}"


def in_words(noun: str) -> str:
    words = noun.replace("_", " ").replace("sign in", "sign-in").replace("follow up", "follow-up")
    return words[:1].upper() + words[1:]


def _filters() -> Filters:
    return Filters(
        about=request.args.get("about", "")[:64],
        actor=request.args.get("actor", "")[:64],
        since=_day("since"),
        until=_day("until"),
    )


def _day(name: str) -> date | None:
    """What is no day filters nothing. The last one that there is has none after it."""
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if day < date.max else None


def _here(endpoint: str, **more: int) -> str:
    known = ("about", "actor", "since", "until")
    asked = {name: request.args[name] for name in known if request.args.get(name)}
    return url_for(endpoint, **asked, **more)  # type: ignore[arg-type]
