"""The highlights board: this week's most telling moments."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain import board, sharing
from app.domain.board import Filters
from app.domain.clerk import owned
from app.domain.codebook import family
from app.domain.errors import NotFound
from app.models import Highlight, Program
from app.web import filters as addresses
from app.web import masks
from app.web.access import STAFF, allow, me

blueprint = Blueprint("board", __name__)

PERIODS = {
    "week": "This week",
    "month": "30 days",
    "quarter": "3 months",
    "all": "All time",
}
INDENT = "\u2003"  # a theme stands under its parent
SORTS = {"telling": "Most telling", "newest": "Newest"}
ASKED = ("program", "period", "theme", "touchpoint", "emotion", "sentiment", "sort", "after")


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter: its choices, and the way back to none of them."""

    name: str
    choices: Sequence[Choice]
    clear: str

    @property
    def chosen(self) -> str:
        return next((choice.name.strip() for choice in self.choices if choice.chosen), "")


@blueprint.app_template_filter("opening")
def opening(quote: str) -> str:
    """A quote with a capital at its beginning: the basic engine writes without any."""
    return quote[:1].upper() + quote[1:]


@blueprint.get("/")
@allow(*STAFF)
def index() -> ResponseReturnValue:
    programs = board.programs(me().workspace_id)
    if not programs:
        return render_template("board/none.html")
    program = _asked(programs)
    asked = _filters(program)
    filters = asked if asked.period else replace(asked, period=board.fullest_recent(program, asked))
    sort = request.args.get("sort", "telling")
    sort = sort if sort in SORTS else "telling"
    after = request.args.get("after", "")
    grouped = sort == "telling" and not filters.theme and not after
    page = None if grouped else board.page(program, filters, sort, after)
    sections = board.sections(program, filters) if grouped else []
    shown = page.moments if page else [each for theme in sections for each in theme.moments]
    return render_template(
        "board/board.html",
        program=program,
        on_the_way=board.on_the_way(program),
        programs=[Choice(each.name, _link(program=each.id), each is program) for each in programs],
        filters=filters,
        left_out=addresses.left_out(),
        widened=not asked.period and filters.period != "week",
        sections=sections,
        page=page,
        hearing=masks.hearing((moment.answer for moment in shown), many=True),
        next=_here(after=page.next) if page and page.next else "",
        voices=board.voices(program, filters),
        heard_by=board.heard_by(program, filters) if filters.theme else {},
        facets=_facets(program, filters),
        periods=_choices("period", PERIODS.items(), filters.period),
        sorts=_choices("sort", SORTS.items(), sort),
        period_name=PERIODS[filters.period],
        here=_here,
        listed=lambda theme="": _listed(program, filters, theme),
        clear=_link(program=program.id, period=addresses.asked(("period",)).get("period")),
    )


@blueprint.get("/highlights/<highlight_id>/card")
@allow(*STAFF)
def card(highlight_id: str) -> ResponseReturnValue:
    """One moment on the board, which is asked for until it can be heard."""
    moment = owned(Highlight, highlight_id, me().workspace_id)
    if moment.hidden or sharing.withdrawn(moment.submission):
        raise NotFound
    hearing, lead = masks.hearing([moment.answer]), "lead" in request.args
    return render_template("board/card.html", moment=moment, hearing=hearing, lead=lead)


def _asked(programs: Sequence[Program]) -> Program:
    wanted = request.args.get("program")
    for program in programs:
        if wanted in (None, program.id):
            return program
    raise NotFound


def _filters(program: Program) -> Filters:
    """What the address asks for; what this program doesn't know is left out."""
    known: dict[str, Container[str]] = {
        **addresses.of_program(program),
        "period": board.PERIODS,
        "emotion": board.emotions(program),
        "sentiment": board.FEELINGS,
    }
    return Filters(**addresses.chosen(known))


def _facets(program: Program, filters: Filters) -> list[Facet]:
    options: list[tuple[str, str, Iterable[tuple[str, str]], str]] = [
        (
            "theme",
            "Theme",
            ((t.id, INDENT * level + t.name) for t, level in family.listened(program.themes)),
            filters.theme,
        ),
        (
            "touchpoint",
            "Touchpoint",
            ((t.id, t.name) for t in program.touchpoints),
            filters.touchpoint,
        ),
        ("emotion", "Emotion", ((e, e) for e in board.emotions(program)), filters.emotion),
        ("sentiment", "Sentiment", ((s, s) for s in board.FEELINGS), filters.sentiment),
    ]
    facets = [
        Facet(title, _choices(name, choices, chosen), _here(**{name: None, "after": None}))
        for name, title, choices, chosen in options
    ]
    return [facet for facet in facets if facet.choices]


def _choices(name: str, options: Iterable[tuple[str, str]], chosen: str) -> list[Choice]:
    return [
        Choice(text, _here(**{name: value, "after": None}), value == chosen)
        for value, text in options
    ]


def _listed(program: Program, filters: Filters, theme: str) -> str:
    """The list of the voices that a number on the board counts."""
    args = {"touchpoint": filters.touchpoint, "theme": theme}
    if filters.period != "all":
        args["period"] = filters.period
    known = {name: value for name, value in args.items() if value}
    return url_for("voices.index", program=program.id, **known)


def _here(**changes: str | None) -> str:
    """This page's address with some of its arguments changed; None leaves one out."""
    return _link(**{**addresses.asked(ASKED), **changes})


def _link(**args: str | None) -> str:
    return url_for("board.index", **{name: value for name, value in args.items() if value})
