"""Labels of a passage as rows: the machine's, and a person's in their place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from sqlalchemy import delete, select, update

from app.domain import masking
from app.domain.corrections import kinds, retagged
from app.domain.corrections.kinds import PERSON, Said
from app.extensions import db
from app.models import (
    Correction,
    FollowedCorrection,
    Label,
    Mention,
    Segment,
    Theme,
    Transcript,
)


def said(segment: Segment, kind: str) -> list[Said]:
    """What stands there now, whoever said it. Not for highlights, which are no label."""
    return [Said(*_plain(row)) for row in _of(segment, kind)]


def by_machine(segment: Segment, kind: str) -> list[Said]:
    return [Said(*_plain(row)) for row in _of(segment, kind) if row.engine != PERSON]


def engine(segment: Segment, kind: str) -> tuple[str, str]:
    """The machine's engine and version here, also where it said nothing; "", "" where it did so
    before that was noted."""
    own = next((row for row in _of(segment, kind) if row.engine != PERSON), None)
    if own is not None:
        return own.engine, own.version
    if segment.heard_by is None:
        return "", ""
    name, version = segment.heard_by.get(kind, (kinds.UNHEARD, ""))
    return name, version


def word(correction: Correction, segment: Segment) -> tuple[list[Said], tuple[str, str]]:
    """What the machine says by now of the words of this passage, which the correction is tied to,
    and which machine: what it said of other words, it hasn't said of these."""
    if correction.newer is not None and segment.understood:
        return kinds.read(correction.newer), (correction.newer_engine, correction.newer_version)
    if correction.digest == masking.digest(segment.text):
        return kinds.read(correction.machine), (correction.engine, correction.version)
    return [], (kinds.UNHEARD, "")


def lay(correction: Correction, segment: Segment) -> None:
    """Puts the person's value in the place of what stands there. What the machine said, where it
    said something since, is kept with the correction. Flushes."""
    machine, made_by = by_machine(segment, correction.kind), engine(segment, correction.kind)
    silent = not _of(segment, correction.kind) and made_by[0] not in ("", PERSON, kinds.UNHEARD)
    if (machine or silent) and segment.understood and correction.segment_id == segment.id:
        heard_since(correction, machine, *made_by)
    _clear(correction.kind, [segment.id])
    _put(segment, correction.kind, _persons(correction), PERSON, correction.id)
    laid(segment, correction.kind, PERSON, correction.id)
    _read_anew(segment)


def laid(segment: Segment, kind: str, engine: str, version: str) -> None:
    """Notes whose word stands there: a person's that there is nothing leaves no row."""
    if segment.heard_by is not None and kind != kinds.HIGHLIGHT:
        segment.heard_by = {**segment.heard_by, kind: [engine, version]}


def heard_since(
    correction: Correction, machine: Sequence[Said] | None, engine: str = "", version: str = ""
) -> None:
    """A later run of the machine, which counts beside the person's word and never instead; None:
    no later one has heard these words. What a merge of themes noted of the run before it holds no
    longer."""
    correction.newer = None if machine is None else [each.row() for each in machine]
    correction.newer_engine, correction.newer_version = engine, version
    if correction.kind == kinds.THEME:
        mine = FollowedCorrection.correction_id == correction.id
        db.session.execute(update(FollowedCorrection).where(mine).values(newer=None))


def lift(correction: Correction) -> None:
    """Takes the person's rows away wherever this answer has them. The passage that it is tied to
    gets the machine's newest on its words, and is heard anew where the codebook was changed since;
    others are heard anew when somebody chooses them. Flushes."""
    answer = select(Segment.id).join(Transcript).where(Transcript.answer_id == correction.answer_id)
    for model in (Label, Mention):
        mine = (model.engine == PERSON, model.version == correction.id)
        touched = db.session.scalars(
            select(model.segment_id).where(model.segment_id.in_(answer), *mine).distinct()
        ).all()
        db.session.execute(delete(model).where(model.segment_id.in_(touched), *mine))
        unheard = [each for each in touched if each != correction.segment_id]
        if unheard:
            db.session.execute(
                update(Segment).where(Segment.id.in_(unheard)).values(understood=False)
            )
    segment = db.session.get(Segment, correction.segment_id or 0)
    if segment is None or correction.kind == kinds.HIGHLIGHT:
        return
    machine, made_by = word(correction, segment)
    _put(segment, correction.kind, machine, *made_by)
    laid(segment, correction.kind, *made_by)
    if retagged.since(correction):
        segment.understood = False
    _read_anew(segment)


def stray(transcript: Transcript, standing: Set[tuple[int, str]]) -> set[int]:
    """Takes away people's word in passages whose correction is elsewhere by now; `standing`:
    (passage, correction). The passages that lost some, which are heard anew."""
    ids = [segment.id for segment in transcript.segments]
    lost: set[int] = set()
    for model in (Label, Mention):
        rows = db.session.execute(
            select(model.id, model.segment_id, model.version).where(
                model.segment_id.in_(ids), model.engine == PERSON
            )
        ).all()
        gone = [row_id for row_id, at, which in rows if (at, which) not in standing]
        lost |= {at for _, at, which in rows if (at, which) not in standing}
        db.session.execute(delete(model).where(model.id.in_(gone)))
    for segment in transcript.segments:
        laid_by = (segment.heard_by or {}).values()
        theirs = {(segment.id, which) for engine, which in laid_by if engine == PERSON}
        if theirs - standing:
            lost.add(segment.id)
        if segment.id in lost:
            segment.understood = False
            _read_anew(segment)
    return lost


def forget_machine(ids: Iterable[int]) -> None:
    """Takes the machine's labels and mentions of these passages away; people's stay."""
    for model in (Label, Mention):
        db.session.execute(
            delete(model).where(model.segment_id.in_(list(ids)), model.engine != PERSON)
        )


def lasting(correction: Correction) -> tuple[str, ...]:
    """The person's value without themes that are gone for good."""
    if correction.kind != kinds.THEME:
        return tuple(sorted(correction.value))
    there = db.session.scalars(select(Theme.id).where(Theme.id.in_(correction.value)))
    return tuple(sorted(there))


def _persons(correction: Correction) -> list[Said]:
    machine = kinds.read(correction.machine)
    return [kinds.by_person(correction.kind, each, machine) for each in correction.value]


def _put(segment: Segment, kind: str, values: Sequence[Said], engine: str, version: str) -> None:
    if kind == kinds.HIGHLIGHT:
        return
    named = select(Theme.id).where(Theme.id.in_([each.value for each in values]))
    there = list(db.session.scalars(named.order_by(Theme.position, Theme.id)))
    # Themes of one confidence stand in the codebook's order.
    order = {theme_id: place for place, theme_id in enumerate(there)}
    for each in sorted(values, key=lambda each: order.get(each.value, 0)):
        if kind == kinds.THEME:
            if each.value in order:
                db.session.add(
                    Mention(
                        segment_id=segment.id, theme_id=each.value, confidence=each.confidence,
                        engine=engine, version=version,
                    )
                )  # fmt: skip
        else:
            db.session.add(
                Label(
                    segment_id=segment.id, kind=kind, value=each.value, score=each.score,
                    confidence=each.confidence, engine=engine, version=version,
                )
            )  # fmt: skip
    db.session.flush()


def _clear(kind: str, ids: Sequence[int]) -> None:
    if kind == kinds.THEME:
        db.session.execute(delete(Mention).where(Mention.segment_id.in_(ids)))
    elif kind != kinds.HIGHLIGHT:
        db.session.execute(delete(Label).where(Label.segment_id.in_(ids), Label.kind == kind))


def _read_anew(segment: Segment) -> None:
    db.session.flush()
    db.session.expire(segment, ["labels", "mentions"])


def _of(segment: Segment, kind: str) -> list[Label | Mention]:
    if kind == kinds.THEME:
        return list(segment.mentions)
    return [label for label in segment.labels if label.kind == kind]


def _plain(row: Label | Mention) -> tuple[str, float, float]:
    if isinstance(row, Mention):
        return row.theme_id, row.confidence, row.confidence
    return row.value, row.score, row.confidence
