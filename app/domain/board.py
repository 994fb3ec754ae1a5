"""What leaders are shown: the most telling moments, by theme, with honest counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, distinct, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.domain.codebook import family
from app.domain.felt import MIXED
from app.extensions import db
from app.models import (
    Answer,
    Highlight,
    Mention,
    Program,
    Run,
    Segment,
    Step,
    Submission,
    Theme,
    Transcript,
    highlight_themes,
    now,
)

PERIODS: Mapping[str, int | None] = {"week": 7, "month": 30, "quarter": 91, "all": None}  # days
SENTIMENTS = ("negative", "neutral", "positive")
FEELINGS = (*SENTIMENTS, MIXED)  # of moments, whose passages may contradict one another
SORTS = ("telling", "newest")
PER_SECTION = 3
LEAD = 1  # the first theme shows one more: the moment that leads the board
PAGE = 24


@dataclass(frozen=True, slots=True)
class Filters:
    """Which moments; an empty value filters nothing. `theme` and `touchpoint` are ids."""

    period: str = "all"
    theme: str = ""
    touchpoint: str = ""
    emotion: str = ""
    sentiment: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the period is chosen."""
        return bool(self.theme or self.touchpoint or self.emotion or self.sentiment)


@dataclass(frozen=True, slots=True)
class Section:
    """One theme's moments. `heard_by` of the period's voices mention it. No theme: the rest."""

    theme: Theme | None
    moments: tuple[Highlight, ...]
    heard_by: int


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is the id to come after for the following page, None on the last."""

    moments: tuple[Highlight, ...]
    next: str | None


def programs(workspace_id: str) -> Sequence[Program]:
    """The workspace's programs: its own before the sample, newest first."""
    return db.session.scalars(
        select(Program)
        .where(Program.workspace_id == workspace_id)
        .order_by(Program.is_sample, Program.id.desc())
    ).all()


def emotions(program: Program) -> Sequence[str]:
    """The emotions that the program's moments carry, in alphabetical order."""
    found = db.session.scalars(
        select(Highlight.emotion)
        .where(Highlight.program_id == program.id, Highlight.emotion.is_not(None))
        .distinct()
        .order_by(Highlight.emotion)
    )
    return [emotion for emotion in found if emotion]


def fullest_recent(program: Program, filters: Filters) -> str:
    """The shortest period that has a moment to show: this week, if anything was said."""
    for period in PERIODS:
        asked = _moments(program, replace(filters, period=period)).with_only_columns(Highlight.id)
        if db.session.scalar(asked.limit(1)) is not None:
            return period
    return "all"


def voices(program: Program, filters: Filters) -> int:
    """How many submissions came in the period, at the touchpoint where one is chosen."""
    asked = select(func.count(Submission.id)).where(*_received(program, filters))
    return db.session.scalar(asked) or 0


def on_the_way(program: Program) -> int:
    """Voices of this program that are still being worked on."""
    query = (
        select(func.count(distinct(Answer.submission_id)))
        .join(Submission, Submission.id == Answer.submission_id)
        .join(Run, Run.answer_id == Answer.id)
        .join(Step, Step.run_id == Run.id)
        .where(
            Submission.program_id == program.id,
            Submission.state == "received",
            Step.state.in_(("due", "leased")),
        )
    )
    return db.session.scalar(query) or 0


def sections(program: Program, filters: Filters) -> list[Section]:
    """The most telling moments of each theme; a moment with several stands under the one that
    most voices mention."""
    chosen = _moments(program, filters).with_only_columns(Highlight.id, Highlight.score).subquery()
    counts_for = func.coalesce(Theme.merged_into_id, highlight_themes.c.theme_id)
    rank = func.row_number().over(
        partition_by=counts_for,
        order_by=(chosen.c.score.desc(), chosen.c.id.desc()),
    )
    ranked = (
        select(counts_for.label("theme_id"), chosen.c.id, rank.label("rank"))
        .select_from(chosen)
        .outerjoin(highlight_themes, highlight_themes.c.highlight_id == chosen.c.id)
        .outerjoin(Theme, Theme.id == highlight_themes.c.theme_id)
        .subquery()
    )
    # More than are shown: some will stand under another theme.
    rows = db.session.execute(
        select(ranked.c.theme_id, ranked.c.id)
        .where(ranked.c.rank <= 2 * (PER_SECTION + LEAD))
        .order_by(ranked.c.rank)
    ).all()
    by_theme: dict[str | None, list[str]] = {}
    for theme_id, highlight_id in rows:
        by_theme.setdefault(theme_id, []).append(highlight_id)
    heard = heard_by(program, filters)
    shown = grouped(by_theme, heard)
    moments = _load(each for ids in shown.values() for each in ids)
    themes = {theme.id: theme for theme in program.themes}
    found = [
        Section(
            themes.get(theme_id or ""),
            tuple(sorted((moments[each] for each in ids), key=_written)),
            heard.get(theme_id or "", 0),
        )
        for theme_id, ids in shown.items()
    ]
    # The board opens with a face where there is one: it is shown large.
    opening = next((each for each in found if _has_face(each.moments[0])), None)
    return sorted(found, key=lambda section: section is not opening)


def _written(moment: Highlight) -> bool:
    return moment.answer.kind == "text"


def _has_face(moment: Highlight) -> bool:
    recording = moment.answer.recording
    return recording is not None and recording.poster_key is not None


def grouped(
    by_theme: Mapping[str | None, Sequence[str]], heard: Mapping[str, int]
) -> dict[str | None, list[str]]:
    """Highlight ids by theme: most mentioned theme first, those without a theme last, each id
    once, at most PER_SECTION a theme (LEAD more in the first), no theme left empty."""
    order = sorted(by_theme, key=lambda each: (each is None, -heard.get(each or "", 0), each or ""))
    taken: set[str] = set()
    shown: dict[str | None, list[str]] = {}
    for theme_id in order:
        room = PER_SECTION if shown else PER_SECTION + LEAD
        ids = [each for each in by_theme[theme_id] if each not in taken][:room]
        taken.update(ids)
        if ids:
            shown[theme_id] = ids
    return shown


def heard_by(program: Program, filters: Filters) -> dict[str, int]:
    """How many of the period's voices mention each theme or one under it, by its id. Each voice
    counts once for each."""
    above = family.closure(program.id).subquery()
    rows = db.session.execute(
        select(above.c.above, func.count(Submission.id.distinct()))
        .join(Mention, Mention.theme_id == above.c.theme)
        .join(Segment, Mention.segment_id == Segment.id)
        .join(Transcript, and_(Segment.transcript_id == Transcript.id, Transcript.current))
        .join(Answer, Transcript.answer_id == Answer.id)
        .join(Submission, Answer.submission_id == Submission.id)
        .where(*_received(program, filters))
        .group_by(above.c.above)
    )
    return {row[0]: row[1] for row in rows}


def page(
    program: Program, filters: Filters, sort: str = "telling", after: str = "", size: int = PAGE
) -> Page:
    """Moments one after another: the next `size` after the one with the id `after`."""
    key = Highlight.score if sort == "telling" else Highlight.said_at
    query = _moments(program, filters)
    last = db.session.get(Highlight, after) if after else None
    if last is not None and last.program_id == program.id:
        value = last.score if sort == "telling" else last.said_at
        query = query.where(or_(key < value, and_(key == value, Highlight.id < last.id)))
    ids = db.session.scalars(
        query.with_only_columns(Highlight.id)
        .order_by(key.desc(), Highlight.id.desc())
        .limit(size + 1)
    ).all()
    moments = _load(ids[:size])
    return Page(tuple(moments[each] for each in ids[:size]), ids[size - 1] if ids[size:] else None)


def _moments(program: Program, filters: Filters) -> Select[Highlight]:
    query = (
        select(Highlight)
        .join(Submission, Highlight.submission_id == Submission.id)
        .join(Transcript, Highlight.transcript_id == Transcript.id)
        .where(*_received(program, filters), ~Highlight.hidden, Transcript.current)
    )
    if filters.theme:
        under = select(highlight_themes.c.highlight_id).where(
            highlight_themes.c.theme_id.in_(family.under(filters.theme))
        )
        query = query.where(Highlight.id.in_(under))
    if filters.emotion:
        query = query.where(Highlight.emotion == filters.emotion)
    if filters.sentiment:
        query = query.where(Highlight.sentiment == filters.sentiment)
    return query


def _received(program: Program, filters: Filters) -> list[ColumnElement[bool]]:
    days = PERIODS.get(filters.period)
    rules = [Submission.program_id == program.id, Submission.state == "received"]
    if days is not None:
        rules.append(Submission.received_at >= now() - timedelta(days=days))
    if filters.touchpoint:
        rules.append(Submission.touchpoint_id == filters.touchpoint)
    return rules


def _load(ids: Iterable[str]) -> dict[str, Highlight]:
    """The highlights with all that a card shows, in four queries whatever their number."""
    rows = db.session.scalars(
        select(Highlight)
        .where(Highlight.id.in_(list(ids)))
        .options(
            joinedload(Highlight.submission),
            joinedload(Highlight.answer).joinedload(Answer.recording),
            joinedload(Highlight.touchpoint),
            selectinload(Highlight.themes),
        )
    )
    return {row.id: row for row in rows}
