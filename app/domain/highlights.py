"""The moments worth hearing. `telling` decides which; here they are written down."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.domain import answers, audit, felt, forgetting, masks, muted, telling
from app.domain.corrections import keeping
from app.domain.corrections import moments as decisions
from app.domain.errors import Conflict, NotFound
from app.domain.fairness import stops
from app.domain.timeline import Span
from app.extensions import db
from app.models import Answer, Highlight, Segment, Submission, Theme, Transcript, now

SAME = 0.5  # spans that share more than half of the shorter one are the same moment
GONE = "This moment is no longer there: the voice changed meanwhile."


def passages(transcript: Transcript) -> list[telling.Passage]:
    """The transcript's segments as what `telling.choose` looks at."""
    return [_passage(segment) for segment in transcript.segments]


def chosen(answer: Answer, transcript: Transcript) -> list[telling.Moment]:
    """The moments that the labels, as they stand now, are telling for."""
    return telling.choose(passages(transcript), _length(answer))


def publish(answer: Answer, transcript: Transcript, moments: Sequence[telling.Moment]) -> bool:
    """Writes the moments down, and what people decided about them; False where the machine's new
    ones wait, since an owner must look at the fairness audit first. The caller commits.

    One that was there before keeps its id, and so its links and the record of who was told.
    One that is no longer chosen goes, unless a person hid it: then it stays hidden, should it be
    chosen again.
    """
    if keeping.settle(transcript):
        moments = chosen(answer, transcript)  # these were of labels that a person decided anew
    wanted = len(moments)
    if stops.standing(answer.submission.program_id) is not None:
        moments = known(answer, moments)
    waits = len(moments) < wanted
    said = decisions.decided(transcript)
    if said:
        moments = decisions.with_wanted(passages(transcript), moments, said, _length(answer))
    submission = answer.submission
    themes = {
        theme.name: theme
        for theme in db.session.scalars(
            select(Theme).where(Theme.program_id == submission.program_id, Theme.active)
        )
    }
    theirs = select(Highlight).where(Highlight.answer_id == answer.id)
    # The answer is ours by now: whoever hid one was before this, and is seen.
    before = list(db.session.scalars(theirs.execution_options(populate_existing=True)))
    for moment in moments:
        highlight = _same(before, moment)
        if highlight is None:
            highlight = Highlight(
                workspace_id=submission.workspace_id,
                program_id=submission.program_id,
                answer_id=answer.id,
                submission_id=submission.id,
                hidden=any(said.get(at) is False for at in range(moment.first, moment.last + 1)),
            )
        else:
            before.remove(highlight)
        segments = transcript.segments[moment.first : moment.last + 1]
        highlight.transcript_id = transcript.id
        highlight.touchpoint_id = submission.touchpoint_id
        highlight.first_position, highlight.last_position = moment.first, moment.last
        _move(highlight, moment.span or Span(0.0, 0.0))
        highlight.quote, highlight.score = moment.quote, moment.score
        highlight.reasons = list(moment.reasons)
        highlight.said_at = submission.received_at or now()
        feeling = felt.feeling([_passage(segment) for segment in segments])
        highlight.sentiment, highlight.sentiment_score = feeling.sentiment, feeling.score
        highlight.emotion = feeling.emotion
        highlight.themes = [themes[name] for name in moment.themes if name in themes]
        db.session.add(highlight)
    for highlight in before:
        if highlight.hidden:
            continue
        _drop_clips(highlight)
        db.session.delete(highlight)
    db.session.flush()
    masks.requote(answer.id)
    muted.order(answer.recording)
    return not waits


def known(answer: Answer, moments: Sequence[telling.Moment]) -> list[telling.Moment]:
    """Those that are written down already, whatever their words or bounds were then."""
    there = db.session.scalars(select(Highlight).where(Highlight.answer_id == answer.id)).all()
    return [moment for moment in moments if _same(there, moment) is not None]


def of(submission: Submission, highlight_id: str) -> Highlight:
    """A moment of this submission. Raises NotFound."""
    highlight = db.session.get(Highlight, highlight_id)
    if highlight is None or highlight.submission_id != submission.id:
        raise NotFound
    return highlight


def hide(highlight: Highlight, hidden: bool = True) -> None:
    """Takes a moment from the board, alerts, exports and links, or back onto them.

    A pipeline that runs again leaves it as it is. The caller commits.

    Raises:
        Conflict: it is no moment any more.
    """
    answers.hold(highlight.answer_id)
    if db.session.get(Highlight, highlight.id, populate_existing=True) is None:
        raise Conflict(GONE)
    highlight.hidden = hidden
    db.session.flush()
    audit.record(
        highlight.workspace_id,
        "highlight.hidden" if hidden else "highlight.shown",
        subject=("highlight", highlight.id),
    )


def _length(answer: Answer) -> float | None:
    return answer.recording.duration_s if answer.recording else None


def _same(before: Sequence[Highlight], moment: telling.Moment) -> Highlight | None:
    for highlight in before:
        if moment.span is None or not highlight.end:
            if (highlight.first_position, highlight.last_position) == (moment.first, moment.last):
                return highlight
            continue
        span = Span(highlight.start, highlight.end)
        if span.overlap(moment.span) > SAME * min(span.length, moment.span.length):
            return highlight
    return None


def _move(highlight: Highlight, span: Span) -> None:
    """Clips that were cut from another span are no longer what they say."""
    if highlight.clips and (highlight.start, highlight.end) != (span.start, span.end):
        _drop_clips(highlight)
    highlight.start, highlight.end = span.start, span.end


def _drop_clips(highlight: Highlight) -> None:
    forgetting.objects([clip.key for clip in highlight.clips if clip.key])
    for clip in list(highlight.clips):
        highlight.clips.remove(clip)


def _passage(segment: Segment) -> telling.Passage:
    feeling = next((label for label in segment.labels if label.kind == "sentiment"), None)
    return telling.Passage(
        text=segment.text,
        span=Span(segment.start, segment.end) if segment.end > segment.start else None,
        confidence=0.0 if segment.unclear else segment.confidence,
        sentiment=feeling.score if feeling else 0.0,
        sentiment_confidence=feeling.confidence if feeling else 0.0,
        feels=feeling.value if feeling else "",
        emotions=tuple(
            (each.value, each.score) for each in segment.labels if each.kind == "emotion"
        ),
        themes=tuple((each.theme.name, each.confidence) for each in segment.mentions),
    )
