"""A program's lists: touchpoints, prompts and voluntary fields, each in its order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import func, select

from app.domain import audit, checks
from app.domain.clerk import session
from app.domain.errors import Conflict, Invalid, NotFound
from app.models import Field, Program, Prompt, Submission, Touchpoint

Part = TypeVar("Part", bound=Any)

MOST_TOUCHPOINTS, MOST_PROMPTS, MOST_FIELDS, MOST_CHOICES = 30, 6, 8, 30


def part(model: type[Part], row_id: str, program: Program) -> Part:
    """The program's touchpoint, prompt, field, theme or invitation with this id.

    Raises:
        NotFound: there is none, or it is another program's.
    """
    row = session().get(model, row_id)
    if row is None or row.program_id != program.id:
        raise NotFound
    return row


def add_touchpoint(program: Program, name: str, description: str = "") -> Touchpoint:
    """Raises Invalid for a missing or second name, or one too many."""
    _room(program.touchpoints, MOST_TOUCHPOINTS, "touchpoints")
    touchpoint = Touchpoint(position=_next(program.touchpoints))
    _name_touchpoint(program, touchpoint, name, description)
    program.touchpoints.append(touchpoint)
    session().flush()
    _noted(touchpoint, "added")
    return touchpoint


def change_touchpoint(
    program: Program, touchpoint: Touchpoint, name: str, description: str = ""
) -> None:
    _name_touchpoint(program, touchpoint, name, description)
    session().flush()
    _noted(touchpoint, "changed")


def delete_touchpoint(program: Program, touchpoint: Touchpoint) -> None:
    """Raises Conflict where voices belong to it, or it is the only one."""
    if len(program.touchpoints) == 1:
        raise Conflict("A program needs one touchpoint at least.")
    voices = session().scalar(
        select(func.count())
        .select_from(Submission)
        .where(Submission.touchpoint_id == touchpoint.id, Submission.state == "received")
    )
    if voices:
        many = "1 voice belongs" if voices == 1 else f"{voices:,} voices belong"
        raise Conflict(f"{many} to “{touchpoint.name}”, so it stays. You can rename it.")
    _take_out(program.touchpoints, touchpoint)


def add_prompt(program: Program, text: str, hint: str = "") -> Prompt:
    """Raises Invalid for a missing or second text, or one too many."""
    _room(program.prompts, MOST_PROMPTS, "prompts")
    prompt = Prompt(position=_next(program.prompts))
    _write_prompt(program, prompt, text, hint)
    program.prompts.append(prompt)
    session().flush()
    _noted(prompt, "added")
    return prompt


def change_prompt(program: Program, prompt: Prompt, text: str, hint: str = "") -> None:
    _write_prompt(program, prompt, text, hint)
    _noted(prompt, "changed")


def _write_prompt(program: Program, prompt: Prompt, text: str, hint: str) -> None:
    clean = checks.line(text, "The prompt", most=200)
    _refuse_twin(clean, [each.text for each in program.prompts if each is not prompt], "prompt")
    prompt.hint = checks.line(hint, "The hint", most=200, needed=False)
    prompt.text = clean


def delete_prompt(program: Program, prompt: Prompt) -> None:
    """What was answered stays. Raises Conflict for the only one."""
    if len(program.prompts) == 1:
        raise Conflict("A program needs one prompt at least.")
    _take_out(program.prompts, prompt)


def add_field(program: Program, label: str, choices: Sequence[str] = ()) -> Field:
    """A question about themselves that customers may leave out. No choices: free text."""
    _room(program.fields, MOST_FIELDS, "fields")
    field = Field(position=_next(program.fields))
    _write_field(program, field, label, choices)
    field.key = _key(field.label, {each.key for each in program.fields})
    program.fields.append(field)
    session().flush()
    _noted(field, "added")
    return field


def change_field(program: Program, field: Field, label: str, choices: Sequence[str] = ()) -> None:
    """The key stays, so that answers given before keep their column in exports.

    Raises:
        Invalid: a missing or second label, or choices that can't be told apart.
    """
    _write_field(program, field, label, choices)
    _noted(field, "changed")


def _write_field(program: Program, field: Field, label: str, choices: Sequence[str]) -> None:
    name = checks.line(label, "The field's label", most=80)
    _refuse_twin(name, [each.label for each in program.fields if each is not field], "field")
    clean = [checks.line(each, "A choice", most=80) for each in choices if each.strip()]
    if len({each.casefold() for each in clean}) < len(clean):
        raise Invalid("Each choice may stand in the list once.")
    if len(clean) > MOST_CHOICES:
        raise Invalid(f"A field may have {MOST_CHOICES} choices at most.")
    if len(clean) == 1:
        raise Invalid("One choice is no choice: give two or more, or none for free text.")
    field.label, field.choices = name, clean


def delete_field(program: Program, field: Field) -> None:
    """It is asked no more; what was answered stays with the voices."""
    _take_out(program.fields, field)


def move(rows: Sequence[Any], row: Any, places: int) -> None:
    """Moves one of `rows` up (negative) or down, and numbers them all anew from 0."""
    order = sorted(rows, key=lambda each: each.position)
    index = order.index(row)
    order.insert(max(0, min(index + places, len(order) - 1)), order.pop(index))
    for position, each in enumerate(order):
        each.position = position
    session().flush()
    _noted(row, "moved")


def _name_touchpoint(program: Program, touchpoint: Touchpoint, name: str, description: str) -> None:
    clean = checks.line(name, "The touchpoint's name", most=60)
    others = [each.name for each in program.touchpoints if each is not touchpoint]
    _refuse_twin(clean, others, "touchpoint")
    touchpoint.name = clean
    touchpoint.description = checks.line(
        description, "The touchpoint's description", most=200, needed=False
    )


def _refuse_twin(text: str, others: Sequence[str], noun: str) -> None:
    """Two that read alike, whatever their case, could not be told apart."""
    for other in others:
        if other.casefold() == text.casefold():
            raise Invalid(f"There is a {noun} “{other}” already.")


def _room(rows: Sequence[Any], most: int, noun: str) -> None:
    if len(rows) >= most:
        raise Invalid(f"A program may have {most} {noun} at most.")


def _next(rows: Sequence[Any]) -> int:
    return max((each.position for each in rows), default=-1) + 1


def _take_out(rows: list[Any], row: Any) -> None:
    _noted(row, "deleted")
    rows.remove(row)
    session().flush()


def _noted(row: Any, verb: str) -> None:
    """`touchpoint.moved`, `prompt.changed`, `field.added`…"""
    kind = type(row).__name__.lower()
    program = session().get_one(Program, row.program_id)
    audit.record(
        program.workspace_id,
        f"{kind}.{verb}",
        subject=(kind, row.id),
        details={"program": program.id},
    )


def _key(label: str, taken: set[str]) -> str:
    """`Where you live` → `where_you_live`, numbered where that is taken."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40] or "field"
    number, free = 2, key
    while free in taken:
        free, number = f"{key}_{number}", number + 1
    return free
