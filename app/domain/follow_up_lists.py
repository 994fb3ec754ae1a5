"""Follow-ups as the team works through them: which wait, in what order, and by whom."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from app.domain import wording
from app.domain.clerk import session
from app.domain.corrections import kinds
from app.models import FollowUp, Member, now

PAGE = 200


def overdue(follow_up: FollowUp) -> bool:
    return follow_up.state == "open" and follow_up.due_at < now()


def of(workspace_id: str, state: str = "open", page: int = 1) -> Sequence[FollowUp]:
    """Cases with their voices and owners, PAGE at a time. Open ones: who is in danger, as far as
    the machine is sure of it, then what is overdue, then the others, last where it is not sure,
    each by due time. Done ones by last done."""
    danger = or_(*(FollowUp.reason.startswith(reason) for reason in kinds.IN_DANGER))
    sure = ~FollowUp.reason.contains(wording.NOT_SURE)
    late, doubtful = FollowUp.due_at < now(), and_(~danger, ~sure)
    first = case((and_(danger, sure), 0), (late, 1), (doubtful, 3), else_=2)
    order = (first, FollowUp.due_at) if state == "open" else (FollowUp.done_at.desc(),)
    return (
        session()
        .scalars(
            select(FollowUp)
            .where(FollowUp.workspace_id == workspace_id, FollowUp.state == state)
            .options(joinedload(FollowUp.submission), joinedload(FollowUp.owner))
            .order_by(*order, FollowUp.id)
            .limit(PAGE)
            .offset(PAGE * (page - 1))
        )
        .all()
    )


def reworded(follow_up: FollowUp) -> bool:
    """Whether the words that the machine heard, or a member pointed at, stand in no transcript any
    more: they were corrected, or written down anew. The case keeps them, since it was for them."""
    if follow_up.source == "asked" or follow_up.submission is None or not follow_up.evidence:
        return False
    passages = [
        segment.text
        for answer in follow_up.submission.answers
        for transcript in answer.transcripts
        if transcript.current
        for segment in transcript.segments
    ]
    told = follow_up.evidence.split("\n")  # the last may be cut, where a case holds no more
    return bool(passages) and not all(any(p.startswith(line) for p in passages) for line in told)


def by_owner(follow_ups: Sequence[FollowUp]) -> list[tuple[Member | None, list[FollowUp]]]:
    """Nobody's first, since these wait for someone to take them; then each owner by name."""
    groups: dict[str, tuple[Member | None, list[FollowUp]]] = {}
    for each in follow_ups:
        key = each.owner.display_name.casefold() if each.owner else ""
        groups.setdefault(key + (each.owner_id or ""), (each.owner, []))[1].append(each)
    return [groups[key] for key in sorted(groups)]


def count(workspace_id: str, state: str, *, late: bool = False) -> int:
    """`late`: only those that are overdue."""
    of_state = select(func.count()).where(
        FollowUp.workspace_id == workspace_id, FollowUp.state == state
    )
    if late:
        of_state = of_state.where(FollowUp.due_at < now())
    return session().scalar(of_state) or 0
