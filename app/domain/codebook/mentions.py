"""Mentions as rows: read for a batch of passages, written, taken back; moments follow them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Select, and_, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.codebook import holding, renewed, versions
from app.domain.codebook.retagging import PERSON, Difference, Given, Passage, Plan
from app.domain.corrections import keeping
from app.extensions import db
from app.models import (
    Answer,
    ChangedMention,
    CodebookChange,
    Highlight,
    Mention,
    Segment,
    Transcript,
    highlight_themes,
)

Found = Sequence[tuple[Passage, Difference]]
MANY = 400  # ids in one question to the database


def waiting(program_id: str, plan: Plan, after: int) -> Select[Any]:
    """The passages that a plan looks at, those after the one with this id."""
    query: Select[Any] = versions.passages(program_id).where(Segment.id > after)
    only = list(plan.moves) if plan.moves else []
    if only:
        mentioning = select(Mention.segment_id).where(Mention.theme_id.in_(only))
        query = query.where(Segment.id.in_(mentioning))
    if plan.undoes:
        query = query.where(renewed.to_hear(plan.undoes, plan.since))
    return query


def passages(program_id: str, plan: Plan, after: int, most: int) -> list[Passage]:
    """The next of them, in the order of their ids."""
    return _read(waiting(program_id, plan, after).order_by(Segment.id).limit(most))


def held(program_id: str, plan: Plan, read: Sequence[Passage]) -> list[Passage]:
    """These, as they are now and stay until the caller's transaction ends; without those that the
    plan isn't about any more."""
    hold(program_id, [row.id for row in read])
    return [
        each
        for part in _parts([row.id for row in read])
        for each in _read(waiting(program_id, plan, 0).where(Segment.id.in_(part)))
    ]


def hold(program_id: str, segment_ids: Collection[int] | Select[Any]) -> None:
    """Nobody decides about these passages until the caller's transaction ends. Who does holds their
    answer, and so do we: the program first, as whoever understands anew, then answers in order."""
    holding.book(program_id)
    said = select(Segment.transcript_id).where(Segment.id.in_(segment_ids))
    of = select(Transcript.answer_id).where(Transcript.id.in_(said))
    answers = select(Answer.id).where(Answer.id.in_(of)).order_by(Answer.id)
    db.session.execute(answers.with_for_update(key_share=True))


def _read(query: Select[Any]) -> list[Passage]:
    columns = (Segment.id, Segment.transcript_id, Segment.text)
    rows = db.session.execute(query.with_only_columns(*columns)).all()
    ids = [row[0] for row in rows]
    given: dict[int, dict[str, Given]] = defaultdict(dict)
    decided: set[int] = set()
    for part in _parts(ids):
        for row in db.session.execute(
            select(
                Mention.segment_id,
                Mention.theme_id,
                Mention.confidence,
                Mention.engine,
                Mention.version,
            ).where(Mention.segment_id.in_(part))
        ):
            given[row[0]][row[1]] = Given(row[2], row[3], row[4])
        decided |= {segment_id for segment_id, _ in keeping.decided(part, "theme")}
    return [
        Passage(row[0], row[1], row[2], given.get(row[0], {}), row[0] in decided) for row in rows
    ]


def write(change: CodebookChange, found: Found) -> None:
    """Writes the differences and keeps them for the way back. The caller commits."""
    rows: list[dict[str, Any]] = [
        {
            "change_id": change.id,
            "segment_id": passage.id,
            "theme_id": theme_id,
            "gained": gained,
            "confidence": each.confidence,
            "engine": each.engine,
            "version": each.version,
        }
        for passage, difference in found
        for gained, themes in ((False, difference.lost), (True, difference.gained))
        for theme_id, each in themes.items()
    ]
    if not rows:
        return
    # A batch that another try wrote already is the same one: nothing is noted twice.
    db.session.execute(_upsert(ChangedMention), rows)
    _drop(rows, gained=False)
    _add(rows, gained=True)
    refresh_moments({row["segment_id"] for row in rows})


def take_back(read: Sequence[ChangedMention]) -> None:
    """The other way round, where nobody decided otherwise since. The caller commits."""
    rows = _standing(read)
    known = [
        {
            "segment_id": row.segment_id,
            "theme_id": row.theme_id,
            "gained": row.gained,
            "confidence": row.confidence,
            "engine": row.engine,
            "version": row.version,
        }
        for row in rows
    ]
    ids = {row.segment_id for row in rows}
    decided: dict[int, str] = {}
    for part in _parts(list(ids)):
        found = keeping.decided(part, "theme")
        decided |= {segment_id: each.id for (segment_id, _), each in found.items()}
    free = [
        row
        for row in known
        if row["segment_id"] not in decided
        or (row["engine"], row["version"]) == (PERSON, decided[row["segment_id"]])
    ]
    _drop(free, gained=True)
    _add(free, gained=False)
    refresh_moments(ids)


def _standing(read: Sequence[ChangedMention]) -> list[ChangedMention]:
    """Those of them that still stand, held. Who understands a passage anew lets its rows go, and
    what that one says is not ours to take back."""
    if read:
        change = CodebookChange.id == read[0].change_id
        program_id = db.session.scalars(select(CodebookChange.program_id).where(change)).one()
        hold(program_id, {row.segment_id for row in read})
    return [
        row
        for part in _parts([row.id for row in read])
        for row in db.session.scalars(
            select(ChangedMention)
            .where(ChangedMention.id.in_(part))
            .execution_options(populate_existing=True)
        )
    ]


def refresh_moments(segment_ids: Collection[int]) -> None:
    """The themes of the moments that hold these passages are those heard in their passages."""
    inside = and_(
        Segment.transcript_id == Highlight.transcript_id,
        Segment.position >= Highlight.first_position,
        Segment.position <= Highlight.last_position,
    )
    for part in _parts(list(segment_ids)):
        ids = db.session.scalars(
            select(Highlight.id).join(Segment, inside).where(Segment.id.in_(part)).distinct()
        ).all()
        for some in _parts(ids):
            db.session.execute(
                delete(highlight_themes).where(highlight_themes.c.highlight_id.in_(some))
            )
            heard = (
                select(Highlight.id, Mention.theme_id)
                .join(Segment, inside)
                .join(Mention, Mention.segment_id == Segment.id)
                .where(Highlight.id.in_(some))
                .distinct()
            )
            db.session.execute(
                insert(highlight_themes).from_select(["highlight_id", "theme_id"], heard)
            )


def _drop(rows: Iterable[dict[str, Any]], *, gained: bool) -> None:
    """Takes these mentions away, if they are still as they were noted."""
    wanted: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row in rows:
        if row["gained"] is gained:
            wanted[row["theme_id"], row["engine"], row["version"]].append(row["segment_id"])
    for (theme_id, engine, version), ids in wanted.items():
        for part in _parts(ids):
            db.session.execute(
                delete(Mention)
                .where(
                    Mention.segment_id.in_(part),
                    Mention.theme_id == theme_id,
                    Mention.engine == engine,
                    Mention.version == version,
                )
                .execution_options(synchronize_session=False)
            )


def _add(rows: Iterable[dict[str, Any]], *, gained: bool) -> None:
    kept = ("segment_id", "theme_id", "confidence", "engine", "version")
    new = [{name: row[name] for name in kept} for row in rows if row["gained"] is gained]
    if new:
        db.session.execute(_upsert(Mention), new)


def _upsert(model: type[Mention] | type[ChangedMention]) -> Any:
    """An INSERT that leaves a row that is there as it is."""
    dialect: Any = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(model).on_conflict_do_nothing()


def _parts(ids: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (ids[at : at + MANY] for at in range(0, len(ids), MANY))
