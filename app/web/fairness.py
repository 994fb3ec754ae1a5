"""The fairness audit of a program: figures by self-declared group, its history, and "go on"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app import runtime
from app.domain import audit
from app.domain.errors import Conflict, HeardError, Invalid, NotFound
from app.domain.fairness import (
    audits,
    gathering,
    history,
    saying,
    schedule,
    stops,
    tables,
    waiting,
)
from app.domain.fairness.hiding import UNTOLD
from app.domain.fairness.measures import BY_KEY, MEASURES, Measure, limit_of
from app.domain.fairness.tables import Cell, Table
from app.extensions import db
from app.models import FairnessAudit, FairnessStop, Program, Submission
from app.web.access import EDITORS, OWNERS, allow, me
from app.web.forms import refused, text
from app.web.programs import program_of

blueprint = Blueprint("fairness", __name__)

PLACE = "/settings/programs/<program_id>/fairness"
PAGE, VOICES, PAST = "fairness/show.html", "fairness/voices.html", "fairness/history.html"
NEWEST = 40  # voices of a group on one page


@dataclass(frozen=True, slots=True)
class Bar:
    """A group's interval on a scale of 0..100 of the widest in its table. `href`: its voices."""

    cell: Cell
    name: str
    low: float
    middle: float
    high: float
    href: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A table with what is drawn beside its figures."""

    table: Table
    bars: tuple[Bar, ...]
    told: str
    trend: str
    beyond: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A measure with one table for each field; some group is shown."""

    measure: Measure
    limit: float
    shown: tuple[Shown, ...]


@blueprint.get(PLACE)
@allow(*EDITORS)
def show(program_id: str) -> ResponseReturnValue:
    return render_template(PAGE, typed={}, **_page(program_of(program_id)))


@blueprint.post(PLACE)
@allow(*EDITORS)
def ask(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    schedule.ask(program)
    db.session.commit()
    flash("The figures are being measured anew. Load this page again in a moment.", "info")
    return redirect(url_for("fairness.show", program_id=program.id), 303)


@blueprint.post(f"{PLACE}/go")
@allow(*OWNERS)
def go(program_id: str) -> ResponseReturnValue:
    """Has the machine choose moments again, with a reason."""
    program = program_of(program_id)
    try:
        stops.go(program, me(), text("why"), text("seen"))
    except (Invalid, Conflict) as error:
        return _again(program, error)
    db.session.commit()
    flash("Highlighting goes on. What waited is looked through now.", "info")
    return redirect(url_for("fairness.show", program_id=program.id), 303)


@blueprint.get(f"{PLACE}/history")
@allow(*EDITORS)
def past(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    rows = history.audits_of(program)
    ended = db.session.scalars(
        select(FairnessStop)
        .where(FairnessStop.program_id == program.id)
        .order_by(FairnessStop.id.desc())
    ).all()
    return render_template(
        PAST,
        program=program,
        lines=history.lines(rows),
        stops=ended,
        measures=BY_KEY,
        named=saying.named,
    )


@blueprint.get(f"{PLACE}/fairness.csv")
@allow(*EDITORS)
def download(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    audit.record(program.workspace_id, "fairness.downloaded", subject=("program", program.id))
    db.session.commit()
    lines = history.as_csv(history.audits_of(program, most=1000))
    response = Response(stream_with_context(lines), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="fairness.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get(f"{PLACE}/<field>/<int:place>")
@allow(*EDITORS)
def voices(program_id: str, field: str, place: int) -> ResponseReturnValue:
    """The newest voices of a group that is large enough to be shown: from a number to a voice."""
    program = program_of(program_id)
    asked = next((each for each in gathering.grouping(program) if each.key == field), None)
    newest = audits.newest(program)
    if asked is None or newest is None or place >= len(asked.choices):
        raise NotFound
    group = asked.choices[place]
    if not any(each.field == field and each.cell(group) for each in tables.read(newest.tables)):
        raise NotFound
    rows = db.session.scalars(
        select(Submission)
        .where(
            Submission.program_id == program.id,
            Submission.state == "received",
            Submission.fields[field].as_string() == group,
        )
        .order_by(Submission.received_at.desc(), Submission.id.desc())
        .limit(NEWEST)
    ).all()
    return render_template(
        VOICES, program=program, field=asked, group=group, rows=rows, newest=NEWEST
    )


@blueprint.app_template_global("highlighting_rests")
def highlighting_rests(program: Program) -> FairnessStop | None:
    """For the board: the stop under which the machine chooses no moments, if any."""
    return stops.standing(program.id)


@blueprint.app_template_filter("percent")
def percent(value: float) -> str:
    return saying.percent(value)


def _again(program: Program, error: HeardError) -> ResponseReturnValue:
    return refused(PAGE, error, values=lambda: _page(program))


def _page(program: Program) -> dict[str, object]:
    rows = history.audits_of(program, most=2)
    newest: FairnessAudit | None = rows[0] if rows else None
    now = tables.read(newest.tables) if newest else []
    before = tables.read(rows[1].tables) if len(rows) > 1 else []
    settings = runtime.settings()
    return {
        "program": program,
        "newest": newest,
        "sections": _sections(program, now, before),
        "waiting": waiting.waiting(now, settings.fairness_minimum, pauses=settings.fairness_pauses),
        "stop": stops.standing(program.id),
        "minimum": settings.fairness_minimum,
        "days": settings.fairness_days,
        "groups": gathering.grouping(program),
        "verdicts": history.VERDICTS,
        "owner": me().role in OWNERS,
    }


def _sections(program: Program, now: Sequence[Table], before: Sequence[Table]) -> list[Section]:
    limits = dict(runtime.settings().fairness_limits)
    found = []
    for measure in MEASURES:
        limit = limit_of(measure, limits)
        shown = tuple(
            _shown(program, each, limit, before) for each in now if each.measure == measure.key
        )
        if any(each.table.shows for each in shown):
            found.append(Section(measure, limit, shown))
    return found


def _shown(program: Program, table: Table, limit: float, before: Sequence[Table]) -> Shown:
    top = max((cell.high for cell in table.cells if cell.shown), default=0) or 1
    choices = next((f.choices for f in program.fields if f.key == table.field), [])
    bars = tuple(
        Bar(
            cell, saying.named(cell.group),
            *(round(100 * each / top, 2) for each in (cell.low, cell.value, cell.high)),
            url_for(
                "fairness.voices", program_id=program.id, field=table.field,
                place=choices.index(cell.group),
            )
            if cell.shown and cell.group in choices and cell.group != UNTOLD
            else "",
        )
        for cell in table.cells
    )  # fmt: skip
    beyond = table.ratio is not None and table.ratio.beyond(limit)
    return Shown(table, bars, saying.TOLD[table.told], history.trend(table, before), beyond)
