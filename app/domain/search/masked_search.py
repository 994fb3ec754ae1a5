"""Searching as those do who see masks: a masked word finds nothing and is in no result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, column, literal_column, or_, select, table

from app.domain import masking, personal_data
from app.extensions import db
from app.models import PersonalLook, Segment

Row = TypeVarTuple("Row")


def visible(asked: Select[*Row], query: ColumnElement[str]) -> Select[*Row]:
    """Of the passages that `asked` finds, those in which the words are found beside the masks, too.
    One that today's rules haven't looked through yet is left out. `query`: in the language of the
    database.
    """
    looked = and_(
        PersonalLook.segment_id == Segment.id, PersonalLook.version == personal_data.VERSION
    )
    asked = asked.join(PersonalLook, looked)
    if db.engine.dialect.name == "postgresql":
        tsv: Any = literal_column("personal_looks.tsv")
        beside = tsv.op("@@")(query)
    else:
        index = table("masked_search", column("rowid"), column("masked_search"))
        beside = Segment.id.in_(
            select(index.c.rowid).where(index.c.masked_search.op("MATCH")(query))
        )
    return asked.where(or_(PersonalLook.masked.is_(None), beside))


def texts(segments: Sequence[Segment]) -> Mapping[int, str]:
    """The passages' texts with their masks, by id."""
    texts = {each.id: each.text for each in segments}
    look = PersonalLook
    unmasked = select(look.segment_id, look.version, look.digest).where(
        look.segment_id.in_(texts), look.masked.is_(None)
    )
    plain = {
        each: texts[each]
        for each, *noted in db.session.execute(unmasked)
        if tuple(noted) == masking.todays(texts[each])
    }
    read = masking.Reader()
    return plain | {each.id: read(each) for each in segments if each.id not in plain}
