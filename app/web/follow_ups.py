"""Customers who need a person: what is due, by owner; one page for each case."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.domain import calls, follow_up_lists, follow_ups, members
from app.domain.clerk import owned
from app.domain.corrections import consequences, kinds
from app.domain.errors import Conflict, Invalid
from app.extensions import db
from app.models import FollowUp, FollowUpNote, Highlight, Member, Program
from app.web import masks
from app.web.access import STAFF, allow, me
from app.web.forms import optional, refused, text

blueprint = Blueprint("follow_ups", __name__, url_prefix="/follow-ups")

SHOW = "follow_ups/show.html"
MOST_QUOTES = 3
LAST_PAGE = 10_000


@blueprint.get("")
@allow(*STAFF)
def index() -> ResponseReturnValue:
    state = "done" if request.args.get("state") == "done" else "open"
    page = min(max(request.args.get("page", 1, int), 1), LAST_PAGE)
    here = me().workspace_id
    count = {each: follow_up_lists.count(here, each) for each in ("open", "done")}
    return render_template(
        "follow_ups/index.html",
        state=state,
        page=page,
        more=count[state] > page * follow_up_lists.PAGE,
        groups=follow_up_lists.by_owner(follow_up_lists.of(here, state, page)),
        overdue=follow_up_lists.overdue,
        late=follow_up_lists.count(here, "open", late=True),
        open_count=count["open"],
        done_count=count["done"],
    )


@blueprint.get("/<case_id>")
@allow(*STAFF)
def show(case_id: str) -> ResponseReturnValue:
    return render_template(SHOW, typed={}, **_case(_mine(case_id)))


@blueprint.post("/<case_id>/owner")
@allow(*STAFF)
def assign(case_id: str) -> ResponseReturnValue:
    case = _mine(case_id)
    try:
        follow_ups.assign(case, optional("owner"), me())
    except Invalid as error:
        return refused(SHOW, error, values=lambda: _case(case))
    return _back(case)


@blueprint.post("/<case_id>/notes")
@allow(*STAFF)
def add_note(case_id: str) -> ResponseReturnValue:
    case = _mine(case_id)
    try:
        follow_ups.note(case, text("note"), me())
    except Invalid as error:
        return refused(SHOW, error, values=lambda: _case(case))
    return _back(case)


@blueprint.post("/<case_id>/done")
@allow(*STAFF)
def close(case_id: str) -> ResponseReturnValue:
    case = _mine(case_id)
    try:
        follow_ups.close(case, text("outcome"), me(), text("seen"))
    except (Invalid, Conflict) as error:
        return refused(SHOW, error, values=lambda: _case(case))
    flash("Done.", "info")
    return _back(case)


@blueprint.post("/<case_id>/reopen")
@allow(*STAFF)
def reopen(case_id: str) -> ResponseReturnValue:
    case = _mine(case_id)
    try:
        follow_ups.reopen(case, me())
    except Conflict as error:
        return refused(SHOW, error, values=lambda: _case(case))
    return _back(case)


def _mine(case_id: str) -> FollowUp:
    return owned(FollowUp, case_id, me().workspace_id)


def _back(case: FollowUp) -> ResponseReturnValue:
    db.session.commit()
    return redirect(url_for("follow_ups.show", case_id=case.id), 303)


def _case(case: FollowUp) -> dict[str, object]:
    team = members.of(case.workspace_id)
    return {
        "case": case,
        **_written(case, team),
        "program": db.session.get(Program, case.program_id),
        "seen": follow_ups.seen(case),
        "late": follow_up_lists.overdue(case),
        "reworded": follow_up_lists.reworded(case),
        "unreached": "" if case.contact else calls.unreached(case.submission),
        "quotes": _quotes(case),
        "colleagues": [each for each in team if each.active],
    }


def _written(case: FollowUp, team: Sequence[Member]) -> dict[str, object]:
    """What the team wrote, as who looks at the page may see it."""
    noted = masks.noted(case.submission)
    ours = {  # Heard's own lines: the names in them are the team's, not a customer's
        *(follow_ups.given_to(each) for each in team),
        *(consequences.reason(why, each) for why in kinds.HAND_OFFS for each in team),
    }
    done = follow_ups.DONE + case.outcome
    closer = next((each.member_id for each in reversed(case.notes) if each.text == done), None)
    return {
        "outcome": noted(case.outcome, closer),
        "history": [
            (each, each.text if each.text in ours else noted(each.text, each.member_id), _who(each))
            for each in case.notes
        ],
    }


def _who(note: FollowUpNote) -> str:
    if note.member is not None:
        return note.member.display_name
    if note.text.startswith(follow_ups.ASKED_AGAIN):
        return "The customer"
    return "Heard" if note.text.startswith(follow_ups.HEARD_SINCE) else "A former member"


def _quotes(case: FollowUp) -> list[Highlight]:
    """What else they said, the most telling first."""
    if case.submission_id is None:
        return []
    rows = db.session.scalars(
        select(Highlight)
        .where(Highlight.submission_id == case.submission_id, Highlight.hidden.is_(False))
        .order_by(Highlight.score.desc())
        .limit(MOST_QUOTES)
    )
    return list(rows)
