"""What names a theme elsewhere follows it when it is merged, and comes back when that is undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Text, cast, or_, select

from app.domain.codebook import mentions
from app.domain.corrections import in_sql, keeping, kinds, rows
from app.extensions import db
from app.models import (
    CodebookChange,
    Correction,
    FollowedCorrection,
    Mention,
    Segment,
    Subscription,
    ThemeProposal,
)


def follow(change: CodebookChange) -> None:
    """Subscriptions, what people decided about passages, and passages given as examples. Ids of
    what went along are kept with the change. Flushes."""
    moves = {old: new for old, new in change.moves.items() if new}
    if not moves:
        return
    followed: dict[str, Any] = {"subscriptions": {}, "proposals": {}}
    for each in db.session.scalars(
        select(Subscription).where(Subscription.theme_id.in_(moves)).order_by(Subscription.id)
    ):
        assert each.theme_id is not None
        followed["subscriptions"][each.id] = each.theme_id
        each.theme_id = moves[each.theme_id]
    for proposal in db.session.scalars(
        select(ThemeProposal).where(ThemeProposal.theme_id.in_(moves)).order_by(ThemeProposal.id)
    ):
        assert proposal.theme_id is not None
        followed["proposals"][proposal.id] = proposal.theme_id
        proposal.theme_id = moves[proposal.theme_id]
    for correction in _naming(change.program_id, moves):
        was = FollowedCorrection(
            change_id=change.id,
            correction_id=correction.id,
            value=correction.value,
            machine=correction.machine,
            newer=correction.newer,
        )
        if _rename(correction, moves):
            db.session.add(was)
    change.followed = followed
    db.session.flush()


def back(change: CodebookChange) -> None:
    """Undoes `follow` for what is still as it was left then. Flushes."""
    learned = db.session.get(ThemeProposal, change.followed.get("proposal", ""))
    if learned is not None and learned.state == "merged":
        db.session.delete(learned)  # what it is about is proposed anew
    moves = {old: new for old, new in change.moves.items() if new}
    if not moves:
        return
    for subscription_id, theme_id in change.followed.get("subscriptions", {}).items():
        subscription = db.session.get(Subscription, subscription_id)
        if subscription is not None and subscription.theme_id == moves[theme_id]:
            subscription.theme_id = theme_id
    for proposal_id, theme_id in change.followed.get("proposals", {}).items():
        proposal = db.session.get(ThemeProposal, proposal_id)
        if proposal is not None and proposal.theme_id == moves[theme_id]:
            proposal.theme_id = theme_id
    for was, correction in _followed(change):
        if correction.value == _moved(was.value, moves):
            correction.value = was.value
        if correction.machine == _moved_rows(was.machine, moves):
            correction.machine = was.machine
        if was.newer is not None:  # not heard again since, which lets go of it
            correction.newer = was.newer
        elif {row[0] for row in correction.newer or ()} & set(moves.values()):
            correction.newer = None  # which of the two themes it meant isn't known
        db.session.delete(was)
    db.session.flush()


def lay_back(change: CodebookChange) -> None:
    """What people decided stands in its passages again, also in those that were understood or
    written down anew since: what `change` noted about them is gone. Flushes."""
    moved = [old for old, new in change.moves.items() if new]
    if not moved:
        return
    lies = select(Mention.id).where(
        Mention.segment_id == Correction.segment_id,
        Mention.version == Correction.id,
        Mention.theme_id.in_(moved),
    )
    astray = select(Correction.segment_id).where(
        Correction.program_id == change.program_id,
        Correction.state == "stands",
        Correction.segment_id.is_not(None),
        or_(*(in_sql.names(theme) for theme in moved)),
        ~lies.exists(),
    )
    mentions.hold(change.program_id, astray)
    ids = [each for each in db.session.scalars(astray) if each is not None]
    for (segment_id, _), correction in keeping.decided(ids, kinds.THEME).items():
        rows.lay(correction, db.session.get_one(Segment, segment_id))
    mentions.refresh_moments(ids)


def _naming(program_id: str, themes: Iterable[str]) -> Sequence[Correction]:
    """Corrections that may name one of these themes, held: what is being erased is waited for."""
    said = (Correction.value, Correction.machine, Correction.newer)
    return db.session.scalars(
        select(Correction)
        .where(
            Correction.program_id == program_id,
            Correction.kind == "theme",
            or_(*(cast(each, Text).contains(theme) for each in said for theme in themes)),
        )
        .order_by(Correction.id)
        .with_for_update()
    ).all()


def _followed(change: CodebookChange) -> Sequence[tuple[FollowedCorrection, Correction]]:
    rows = db.session.execute(
        select(FollowedCorrection, Correction)
        .join(Correction, Correction.id == FollowedCorrection.correction_id)
        .where(FollowedCorrection.change_id == change.id)
        .order_by(Correction.id)
        .with_for_update()
    )
    return [(was, correction) for was, correction in rows]


def _rename(correction: Correction, moves: Mapping[str, str]) -> bool:
    """Ids in what the person and the machine said; whether any was among these."""
    value = _moved(correction.value, moves)
    machine = _moved_rows(correction.machine, moves) or []
    newer = _moved_rows(correction.newer, moves)
    if (value, machine, newer) == (correction.value, correction.machine, correction.newer):
        return False
    correction.value, correction.machine, correction.newer = value, machine, newer
    return True


def _moved(value: list[str], moves: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(moves.get(each, each) for each in value))


def _moved_rows(rows: list[Any] | None, moves: Mapping[str, str]) -> list[Any] | None:
    """[[theme id, …], …] with the later of two that become one left out."""
    if rows is None:
        return None
    renamed: dict[str, Any] = {}
    for row in rows:
        renamed.setdefault(moves.get(row[0], row[0]), row)
    return [[theme_id, *row[1:]] for theme_id, row in renamed.items()]
