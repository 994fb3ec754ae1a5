"""What an address chooses in the filters of a list, and what of it the page doesn't know."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from flask import g, request

from app.domain.codebook import family
from app.models import Program


def chosen(known: Mapping[str, Container[str]]) -> dict[str, str]:
    """What the address chooses among what is known, by the filter's name. An unknown choice is "",
    `left_out` names it, and the page says so: a silent nothing would look like an answer."""
    given = {name: request.args.get(name, "") for name in known}
    if "theme" in given:
        given["theme"] = family.now_called(given["theme"])  # it may name one that was merged
    unknown = [name for name, value in given.items() if value and value not in known[name]]
    g.left_out = unknown
    return {name: "" if name in unknown else value for name, value in given.items()}


def left_out() -> Sequence[str]:
    """The filters of this request whose choice was unknown to `chosen`."""
    return g.get("left_out", ())


def asked(names: Sequence[str]) -> dict[str, str]:
    """What the address has, for the page's own links: without what was left out."""
    return {
        name: value
        for name in names
        if name not in left_out() and (value := request.args.get(name))
    }


def about(programs: Sequence[Program]) -> Program | None:
    """The program that the address is about: the chosen one, the one whose theme or touchpoint is
    chosen, or the only one."""
    wanted = request.args.get("program")
    if wanted in {each.id for each in programs}:
        return next(each for each in programs if each.id == wanted)
    if len(programs) == 1:
        return programs[0]
    theme, touchpoint = request.args.get("theme", ""), request.args.get("touchpoint", "")
    if not (theme or touchpoint):
        return None
    theme = family.now_called(theme)
    return next(
        (
            each
            for each in programs
            if theme in {part.id for part in each.themes}
            or touchpoint in {part.id for part in each.touchpoints}
        ),
        None,
    )


def of_program(program: Program | None) -> dict[str, set[str]]:
    """The themes and touchpoints that may be chosen there."""
    if program is None:
        return {"theme": set(), "touchpoint": set()}
    return {
        "theme": {each.id for each in program.themes},
        "touchpoint": {each.id for each in program.touchpoints},
    }
