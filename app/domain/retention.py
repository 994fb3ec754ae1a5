"""What goes by age: rules for each program, what they would take, and the clock that takes it.

A voice's rule is that of the widest purpose its customer allows. Its age counts from the moment
it was received, or said, where an import knows.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, cast, delete, func, select

from app.domain import audit, erasure
from app.domain.errors import Invalid
from app.extensions import db
from app.models import (
    Answer,
    Consent,
    FollowUp,
    Program,
    Recording,
    RetentionRule,
    Submission,
    now,
)
from app.models.program import PURPOSES

LONGEST = 240  # months
AT_ONCE = 500  # voices in one round of the clock, an hour apart


@dataclass(frozen=True, slots=True)
class Rule:
    """Months until recordings go, and until everything does. None: never."""

    purpose: str
    recordings: int | None = None
    everything: int | None = None

    @property
    def says(self) -> bool:
        return (self.recordings, self.everything) != (None, None)

    @property
    def parts(self) -> tuple[tuple[str, int | None], ...]:
        """Everything first: what goes whole needs no second look for its recordings."""
        return (erasure.EVERYTHING, self.everything), (erasure.RECORDINGS, self.recordings)


@dataclass(frozen=True, slots=True)
class Line:
    """What one rule takes now. what: recordings, everything, or calls that no voice belongs to."""

    purpose: str
    what: str
    months: int
    count: int
    oldest: datetime | None


def rules(program: Program) -> list[Rule]:
    """One for each purpose, in order."""
    kept = {
        row.purpose: row
        for row in db.session.scalars(
            select(RetentionRule).where(RetentionRule.program_id == program.id)
        )
    }
    return [
        Rule(purpose, kept[purpose].recordings_months, kept[purpose].everything_months)
        if purpose in kept
        else Rule(purpose)
        for purpose in PURPOSES
    ]


def checked(wanted: Sequence[Rule]) -> None:
    """Raises Invalid: months that are none, or recordings that stay longer than everything."""
    for rule in wanted:
        given = [each for each in (rule.recordings, rule.everything) if each is not None]
        if any(not 1 <= each <= LONGEST for each in given):
            raise Invalid(f"A time must be from 1 to {LONGEST} months.")
        if rule.everything is not None and (rule.recordings or 0) > rule.everything:
            raise Invalid("Recordings can't stay longer than everything else.")


def keep(program: Program, wanted: Sequence[Rule]) -> None:
    """From now on the clock takes what these say. The caller commits. Raises Invalid."""
    checked(wanted)
    db.session.execute(delete(RetentionRule).where(RetentionRule.program_id == program.id))
    for rule in wanted:
        if rule.recordings is not None or rule.everything is not None:
            db.session.add(
                RetentionRule(
                    program_id=program.id,
                    purpose=rule.purpose,
                    recordings_months=rule.recordings,
                    everything_months=rule.everything,
                )
            )
    db.session.flush()
    details = {
        f"{rule.purpose}.{what}": months or 0
        for rule in wanted
        for what, months in (("recordings", rule.recordings), ("everything", rule.everything))
    }
    audit.record(
        program.workspace_id, "retention.changed", subject=("program", program.id), details=details
    )


def preview(program: Program, wanted: Sequence[Rule], moment: datetime | None = None) -> list[Line]:
    """What these rules would take now, and how old the oldest of it is: a voice counts once.
    Changes nothing."""
    moment, lines = moment or now(), []
    for rule in wanted:
        for what, months in rule.parts:
            if months is not None:
                due = _due(program.id, rule, what, moment).subquery()
                count, oldest = db.session.execute(
                    select(func.count(), func.min(due.c.received_at))
                ).one()
                lines.append(Line(rule.purpose, what, months, count, oldest))
        if rule.purpose == PURPOSES[0] and rule.everything is not None:
            calls = _calls(program.id, rule.everything, moment).subquery()
            count, oldest = db.session.execute(
                select(func.count(), func.min(calls.c.created_at))
            ).one()
            if count:
                lines.append(Line(rule.purpose, "calls", rule.everything, count, oldest))
    return lines


def carry_out(
    moment: datetime | None = None, *, most: int = AT_ONCE, only: str | None = None
) -> int:
    """Takes what has come of age in every program (or `only` one), `most` voices; how many.

    The clock calls it. Commits each; bytes are left to `app.domain.erasing`.
    """
    moment, taken = moment or now(), 0
    ruled = select(Program).where(Program.id.in_(select(RetentionRule.program_id)))
    if only is not None:
        ruled = ruled.where(Program.id == only)
    for program in db.session.scalars(ruled).all():
        for submission_id, what in _all_due(program, moment, most - taken):
            submission = db.session.get(Submission, submission_id)
            if submission is None:
                continue
            take = erasure.everything if what == erasure.EVERYTHING else erasure.recordings
            taken += take(submission, "retention", later=True) is not None
            db.session.commit()
        taken += _end_calls(program, moment)
    return taken


def _all_due(program: Program, moment: datetime, most: int) -> Iterator[tuple[str, str]]:
    for rule in rules(program):
        for what, months in rule.parts:
            if months is not None and most > 0:
                query = _due(program.id, rule, what, moment).limit(most)
                ids = [row.id for row in db.session.execute(query)]
                db.session.rollback()
                most -= len(ids)
                yield from ((each, what) for each in ids)


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and time so many months earlier; the month's last day where it is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _due(program_id: str, rule: Rule, what: str, moment: datetime) -> Any:
    months = rule.everything if what == erasure.EVERYTHING else rule.recordings
    query = (
        select(Submission.id, Submission.received_at)
        .outerjoin(Consent, Consent.submission_id == Submission.id)
        .where(
            Submission.program_id == program_id,
            Submission.state == "received",
            Submission.received_at < months_before(moment, months or 0),
            _widest(rule.purpose),
        )
        .order_by(Submission.received_at)
    )
    if what == erasure.RECORDINGS:
        recorded = select(Answer.submission_id).join(Recording, Recording.answer_id == Answer.id)
        query = query.where(Submission.id.in_(recorded))
        if rule.everything is not None:  # who goes whole is counted there
            query = query.where(Submission.received_at >= months_before(moment, rule.everything))
    return query


def _widest(purpose: str) -> Any:
    """Whether nothing wider than this was allowed. Purposes are a JSON list of plain words."""
    said = func.coalesce(cast(Consent.purposes, String), "")
    wider = PURPOSES[PURPOSES.index(purpose) + 1 :]
    conditions = [said.not_like(f'%"{each}"%') for each in wider]
    if purpose != PURPOSES[0]:
        conditions.append(said.like(f'%"{purpose}"%'))
    return and_(*conditions)


def _calls(program_id: str, months: int, moment: datetime) -> Any:
    """Those that were asked for without a voice; a voice's own go with it."""
    return select(FollowUp.id, FollowUp.created_at).where(
        FollowUp.program_id == program_id,
        FollowUp.submission_id.is_(None),
        FollowUp.created_at < months_before(moment, months),
    )


def _end_calls(program: Program, moment: datetime) -> int:
    rule = rules(program)[0]
    if rule.everything is None:
        return 0
    ids = [row.id for row in db.session.execute(_calls(program.id, rule.everything, moment))]
    if ids:
        db.session.execute(delete(FollowUp).where(FollowUp.id.in_(ids)))
        audit.record(
            program.workspace_id,
            "calls.aged_out",
            subject=("program", program.id),
            details={"calls": len(ids)},
        )
    db.session.commit()
    return len(ids)
