"""The search over what was said: its words at once, and what means the same a moment later."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain import board, search
from app.domain.codebook import family
from app.domain.corrections.kinds import EMOTIONS
from app.models import Program
from app.web import filters, masks
from app.web.access import STAFF, allow, me
from app.web.board import INDENT, PERIODS, Choice, Facet
from app.web.presenters import tongue

blueprint = Blueprint("search", __name__)

LONGEST = 200  # characters of a query; the rest is not looked for, and the page says so
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # the shape of a code, RFC 5646
NAMES = {
    "program": "program_id",
    "theme": "theme_id",
    "touchpoint": "touchpoint_id",
    "sentiment": "sentiment",
    "emotion": "emotion",
    "period": "period",
    "language": "language",
}


@blueprint.get("/search")
@allow(*STAFF)
def find() -> ResponseReturnValue:
    """What has the words, at once. The page asks for the rest by itself; `by=meaning` is for
    browsers that don't."""
    return _page("search/page.html", both=request.args.get("by") == "meaning")


@blueprint.get("/search/both")
@allow(*STAFF)
def both() -> ResponseReturnValue:
    """The part of the page that holds what was found, words and meaning in one list."""
    return _page("search/_both.html", both=True)


def _page(template: str, *, both: bool) -> ResponseReturnValue:
    asked = request.args.get("q", "").strip()
    query, programs = asked[:LONGEST], board.programs(me().workspace_id)
    program = filters.about(programs)
    chosen = _filters(programs, program)
    look = search.by_both if both else search.by_words
    found = look(me().workspace_id, query, chosen, masked=not masks.unmasked())
    return render_template(
        template,
        search_words=query,
        cut=len(asked) > LONGEST,
        most_words=search.MOST_TERMS if search.longer(query) else 0,
        found=found,
        most=search.MOST,
        widest=search.WIDEST,
        narrowed=chosen.narrowed,
        left_out=filters.left_out(),
        facets=_facets(chosen, programs, program, found),
        both=_link("search.both"),
        plain=_link("search.find", by="meaning"),
        everything=url_for("search.find", q=query),
    )


def _filters(programs: Sequence[Program], program: Program | None) -> search.Filters:
    """What the address asks for; what nobody knows here is left out."""
    language = request.args.get("language", "")
    known: dict[str, Container[str]] = {
        **filters.of_program(program),
        "program": {each.id for each in programs},
        "sentiment": board.SENTIMENTS,
        "emotion": EMOTIONS,
        "period": PERIODS,
        "language": {language} if LANGUAGE.fullmatch(language) else (),
    }
    return search.Filters(**{NAMES[name]: value for name, value in filters.chosen(known).items()})


def _facets(
    chosen: search.Filters,
    programs: Sequence[Program],
    program: Program | None,
    found: search.Found,
) -> list[Facet]:
    """Languages are those of what was found: the others would find nothing."""
    themes = family.listened(program.themes) if program else []
    several = programs if len(programs) > 1 else []
    spoken = {hit.language for hit in found.hits} | {chosen.language}
    options: list[tuple[str, str, Iterable[tuple[str, str]]]] = [
        ("program", "Program", ((each.id, each.name) for each in several)),
        ("theme", "Theme", ((each.id, INDENT * level + each.name) for each, level in themes)),
        (
            "touchpoint",
            "Touchpoint",
            ((each.id, each.name) for each in (program.touchpoints if program else [])),
        ),
        ("sentiment", "Sentiment", ((each, each) for each in board.SENTIMENTS)),
        ("emotion", "Emotion", ((each, each) for each in EMOTIONS)),
        ("period", "Time", ((key, name) for key, name in PERIODS.items() if key != "all")),
        ("language", "Language", _named(spoken - {""})),
    ]
    facets = [_facet(*option, chosen) for option in options]
    return [each for each in facets if len(each.choices) > 1 or each.chosen]


def _facet(
    name: str, title: str, options: Iterable[tuple[str, str]], asked: search.Filters
) -> Facet:
    chosen = getattr(asked, NAMES[name])
    # Another program has other themes and other steps
    dropped = {"theme": None, "touchpoint": None} if name == "program" else {}
    choices = [
        Choice(text, _link("search.find", **{**dropped, name: value}), value == chosen)
        for value, text in options
    ]
    return Facet(title, choices, _link("search.find", **{**dropped, name: None}))


def _named(codes: Iterable[str]) -> list[tuple[str, str]]:
    return [(code, tongue(code)) for code in sorted(codes)]


def _link(endpoint: str, **changes: str | None) -> str:
    """An address with this one's words and filters, some of them changed; None leaves one out."""
    args: dict[str, str | None] = {**filters.asked(("q", *NAMES)), **changes}
    return url_for(endpoint, **{name: value for name, value in args.items() if value})
