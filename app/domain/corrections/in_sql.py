"""What decisions say, in the language of the database in use, so that it can count them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, TableValuedAlias, Text, and_, case, cast, false, func, select

from app.extensions import db
from app.models import Correction, FollowedCorrection, Segment

Expression = ColumnElement[Any]


def unchanged() -> ColumnElement[bool]:
    """Whether the passage says what it said when the person decided: `keeping.words_changed`."""
    if _postgresql():
        digest = func.encode(func.sha256(func.convert_to(Segment.text, "UTF8")), "hex")
        return Correction.digest == func.substr(digest, 1, 32)
    return Correction.digest == func.heard_digest(Segment.text)  # `masking.digest`: app/__init__.py


def values(of: Any, name: str) -> TableValuedAlias:
    """A JSON list of texts as rows, in the column `value`."""
    each = func.json_array_elements_text(of) if _postgresql() else func.json_each(of)
    return each.table_valued("value", name=name)


def is_list(of: Any) -> ColumnElement[bool]:
    """Also where JSON's own null stands for nothing."""
    kind: Expression = func.json_typeof(of) if _postgresql() else func.json_type(of)
    return kind == "array"


def agree(value: Any, machine: Any) -> ColumnElement[bool]:
    """Whether a list of values names what the machine's [[value, score, confidence], …] do. Both
    hold each value once."""
    if _postgresql():
        rows = func.json_array_elements(machine).table_valued("value", name="said")
        named: Expression = func.json_extract_path_text(rows.c.value, "0")
    else:
        rows = func.json_each(machine).table_valued("value", name="said")
        named = func.json_extract(rows.c.value, "$[0]")
    given = values(value, "given")
    other = select(given.c.value).where(given.c.value.not_in(select(named)))
    return and_(func.json_array_length(value) == func.json_array_length(machine), ~other.exists())


def names(theme: Any) -> ColumnElement[bool]:
    """Whether a person's decision, in force or not, gives a passage this theme, by its id."""
    return and_(Correction.kind == "theme", cast(Correction.value, Text).contains(theme))


def agreed(machine: Any, before: Any) -> ColumnElement[bool]:
    """Whether the correction's value was the `machine`'s when it was decided. A merge makes two
    themes one, and no disagreement an agreement; `before`: what `FollowedCorrection` has of it."""
    was = FollowedCorrection
    differ = case((is_list(before), ~agree(was.value, before)), else_=false())
    apart = select(was.correction_id).where(was.correction_id == Correction.id, differ)
    return and_(agree(Correction.value, machine), ~apart.exists())


def _postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"
