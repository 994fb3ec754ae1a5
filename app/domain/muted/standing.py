"""What of a recording may be given to whoever may not hear personal data; asked whenever it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from sqlalchemy import select

from app.domain import masking, progress, transcripts
from app.domain.timeline import Span
from app.extensions import db
from app.models import PersonalData, Recording, Run


@dataclass(frozen=True, slots=True)
class Content:
    """What a muted recording is to hold: the playable file, silent in `mute`, in seconds."""

    source: str
    mute: tuple[Span, ...]

    @property
    def digest(self) -> str:
        """32 hex digits, others for whatever else would be heard."""
        return hashlib.sha256(json.dumps(astuple(self)).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class File:
    key: str
    media_type: str


COMING = "Being made silent where personal data is said. It is here in a moment."
SENTENCES = {
    "missing": COMING,
    "making": COMING,
    "failed": "It could not be made silent where personal data is said, so it can’t be played.",
    "unheard": "It can be played once its words are written down, silent where personal data is "
    "said.",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """`file`: what may be given away, None while there is nothing. state:

    open: the whole, since nothing in it is masked. ready: the muted recording. missing: that was
    never ordered, or holds anything else than it should by now. making, failed: it was ordered.
    unheard: nobody has written down yet what is said, so nobody knows what must be silent.
    """

    state: str
    file: File | None = None

    @property
    def sentence(self) -> str:
        """Why there is nothing to hear, for a page."""
        return SENTENCES[self.state]


def of(recording: Recording) -> Standing:
    """By the words and masks as they are now."""
    return held_against(content(recording), recording)


def held_against(wanted: Content | None, recording: Recording) -> Standing:
    """What is there or under way, if this is what should be."""
    all_of_it = whole(recording)
    if wanted is None or all_of_it is None:
        return Standing("unheard")
    if not wanted.mute:
        return Standing("open", all_of_it)
    if recording.muted_holds != wanted.digest:
        return Standing("missing")
    if recording.muted_key is not None:
        return Standing("ready", _made(recording))
    states = [step.state for run in run_of(recording) for step in run.steps]
    if states in ([], ["done"]):
        return Standing("missing")
    return Standing("failed" if states[0] in progress.STOPPED else "making")


def at_a_glance(recordings: Iterable[Recording]) -> dict[str, Standing]:
    """The same for a page of many, by their answers' ids, in one query while nothing is missing:
    what is there passes for what should be there. Whoever gives a file away asks `of`."""
    every = {each.answer_id: each for each in recordings}
    asked = select(PersonalData.answer_id).where(PersonalData.answer_id.in_(every)).distinct()
    masked = set(db.session.scalars(asked))

    def told(recording: Recording) -> Standing:
        if recording.answer_id not in masked:
            return Standing("open", whole(recording))
        return Standing("ready", _made(recording)) if recording.muted_key else of(recording)

    return {answer_id: told(each) for answer_id, each in every.items()}


def content(recording: Recording) -> Content | None:
    """What its muted recording is to hold; None while that can't be told."""
    if recording.playable_key is None:
        return None
    if recording.has_audio is False:
        return Content(recording.playable_key, ())
    transcript = transcripts.current(recording.answer)
    if transcript is None:
        return None
    return Content(recording.playable_key, tuple(masking.muted(transcript)))


def whole(recording: Recording) -> File | None:
    """The playable file, for whoever may hear everything."""
    if recording.playable_key is None or recording.playable_type is None:
        return None
    return File(recording.playable_key, recording.playable_type)


def _made(recording: Recording) -> File:
    key = str(recording.muted_key)
    return File(key, "audio/mp4" if key.endswith(".m4a") else str(recording.playable_type))


def run_of(recording: Recording | None) -> list[Run]:
    """The one that makes its muted recording, of one step, if it was ever ordered."""
    if recording is None:
        return []
    return list(db.session.scalars(select(Run).where(Run.recording_id == recording.id)))
