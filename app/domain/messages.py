"""What an alert says, whatever carries it: the moments, as plain data."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from app import runtime
from app.domain import calls, masking, sharing
from app.models import Delivery, Highlight, Subscription
from storage import StorageError

log = logging.getLogger(__name__)

MOST_SHOWN = 12  # moments in one e-mail: with posters of about 40 KB it stays below 1 MB
MOST_POSTER = 400 * 1024


@dataclass(frozen=True, slots=True)
class Moment:
    """A highlight as a message shows it. Seconds `start`..`end`; `poster` is a JPEG."""

    highlight_id: str
    submission_id: str
    quote: str
    who: str
    touchpoint: str
    themes: tuple[str, ...]
    sentiment: str
    emotion: str
    said_at: datetime
    start: float
    end: float
    url: str
    poster: bytes | None = None

    @property
    def about(self) -> str:
        """`Delivery · Staff`: where it was said, then what about, each name once."""
        names = dict.fromkeys(name for name in (self.touchpoint, *self.themes) if name)
        return " · ".join(names)


@dataclass(frozen=True, slots=True)
class Message:
    """kind: found (new moments), digest (a day's moments), person (a customer needs one), test.

    `id` is the same each time the message is tried; receivers know doubles by it.
    """

    id: str
    kind: str
    created_at: datetime
    workspace: str
    program: str
    following: str
    following_url: str
    board_url: str
    moments: tuple[Moment, ...] = ()
    call: calls.Call | None = None

    @property
    def shown(self) -> tuple[Moment, ...]:
        return self.moments[:MOST_SHOWN]

    @property
    def more(self) -> int:
        return len(self.moments) - len(self.shown)

    @property
    def voices(self) -> frozenset[str]:
        """The ids of the submissions that it tells of."""
        of_call = self.call.voices if self.call is not None else ()
        return frozenset((*of_call, *(moment.submission_id for moment in self.moments)))

    @property
    def subject(self) -> str:
        if self.kind == "test":
            return "A test from Heard"
        if self.call is not None:
            return self.call.subject
        if self.kind == "found" and len(self.moments) == 1:
            only = self.moments[0]
            return f"{only.who}: “{shorten(only.quote, 70)}”"
        number = f"{len(self.moments)} moment{'' if len(self.moments) == 1 else 's'}"
        return f"{self.following}: {number} {'today' if self.kind == 'digest' else 'worth hearing'}"


def shorten(text: str, most: int) -> str:
    """At most `most` characters, cut between words and marked with an ellipsis."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(",.;:") + "…"


def compose(delivery: Delivery) -> Message | None:
    """The message as it stands now; None when nothing in it may be told any more.

    Hidden moments, withdrawn submissions and members who left are asked about again here,
    because hours may have passed since the delivery was made.
    """
    if delivery.kind == calls.KIND:
        return _call(delivery)
    base, subscription = runtime.settings().base_url, delivery.subscription
    moments: tuple[Moment, ...] = ()
    if delivery.kind != "test":
        if subscription is None or not subscription.member.active:
            return None
        open_ones = [n.highlight for n in delivery.notices if _may_be_told(n.highlight)]
        open_ones.sort(key=lambda highlight: (-highlight.score, highlight.id))
        moments = tuple(
            _moment(highlight, with_poster=place < MOST_SHOWN)
            for place, highlight in enumerate(open_ones)
        )
        if not moments:
            return None
    return Message(
        id=delivery.id,
        kind=delivery.kind,
        created_at=delivery.created_at,
        workspace=delivery.channel.workspace.name,
        program=subscription.program.name if subscription else "",
        following=following(subscription) if subscription else "",
        following_url=f"{base}/following",
        board_url=f"{base}/",
        moments=moments,
    )


def _call(delivery: Delivery) -> Message | None:
    """Nobody chose to follow this, so there is no address to unfollow it at."""
    call = calls.compose(delivery)
    if call is None:
        return None
    return Message(
        id=delivery.id,
        kind=delivery.kind,
        created_at=delivery.created_at,
        workspace=delivery.channel.workspace.name,
        program=call.program,
        following="",
        following_url="",
        board_url=f"{runtime.settings().base_url}/",
        call=call,
    )


def following(subscription: Subscription) -> str:
    """The name of what is followed: a theme, a touchpoint, or the whole program."""
    followed = subscription.theme or subscription.touchpoint or subscription.program
    return followed.name


def moment_url(highlight: Highlight) -> str:
    """The submission's page, its player at the moment."""
    base = runtime.settings().base_url
    query = f"t={highlight.start:.1f}&answer={highlight.answer_id}"
    return f"{base}/voices/{highlight.submission_id}?{query}"


def _may_be_told(highlight: Highlight) -> bool:
    return not highlight.hidden and not sharing.withdrawn(highlight.submission)


def _moment(highlight: Highlight, *, with_poster: bool) -> Moment:
    return Moment(
        highlight_id=highlight.id,
        submission_id=highlight.submission_id,
        quote=masking.quote(highlight),
        who=highlight.submission.display_name or "A customer",
        touchpoint=highlight.touchpoint.name if highlight.touchpoint else "",
        themes=tuple(theme.name for theme in highlight.themes),
        sentiment=highlight.sentiment,
        emotion=highlight.emotion or "",
        said_at=highlight.said_at,
        start=highlight.start,
        end=highlight.end,
        url=moment_url(highlight),
        poster=_poster(highlight) if with_poster else None,
    )


def _poster(highlight: Highlight) -> bytes | None:
    """The recording's picture; a message without it is better than none."""
    recording = highlight.answer.recording
    if recording is None or recording.poster_key is None:
        return None
    try:
        with runtime.storage().open(recording.poster_key) as stream:
            picture = stream.read(MOST_POSTER + 1)
    except StorageError as error:
        log.warning("A poster was left out of a message: %s", error.sentence)
        return None
    return picture if len(picture) <= MOST_POSTER else None
