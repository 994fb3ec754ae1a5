"""The name of every object. Nothing else builds a key.

What a step writes carries its `attempt` (any id that no other try uses, such as the step's
fence), so two tries never share an object and the database row decides which one counts.
Everything derived from a recording lies under the recording, so erasing it is one prefix.
"""

from __future__ import annotations

Id = int | str


def recording(recording_id: Id) -> str:
    """The prefix of all that belongs to a recording, for erasing and sweeping."""
    return f"recordings/{recording_id}/"


def original(recording_id: Id, token: Id) -> str:
    """The bytes as they were sent. Never served to anyone."""
    return f"recordings/{recording_id}/original/{token}"


def playable(recording_id: Id, attempt: Id, ext: str) -> str:
    """The rebuilt file that browsers get; `ext` without its dot."""
    return f"recordings/{recording_id}/{attempt}/playable.{ext}"


def muted(recording_id: Id, attempt: Id, ext: str) -> str:
    """The same, silent where personal data is said; `ext` without its dot."""
    return f"recordings/{recording_id}/{attempt}/muted.{ext}"


def poster(recording_id: Id, attempt: Id) -> str:
    return f"recordings/{recording_id}/{attempt}/poster.jpg"


def audio(recording_id: Id, attempt: Id) -> str:
    """16 kHz mono WAV for the speech engines."""
    return f"recordings/{recording_id}/{attempt}/audio.wav"


def highlight(highlight_id: Id) -> str:
    """The prefix of all files rendered for a highlight."""
    return f"highlights/{highlight_id}/"


def clip(highlight_id: Id, attempt: Id, kind: str) -> str:
    """A rendered clip; `kind` is plain, captioned or any other variant's name."""
    return f"highlights/{highlight_id}/{attempt}/{kind}.mp4"


def export(export_id: Id, name: str) -> str:
    """A finished export; `name` is generated, such as segments.csv."""
    return f"exports/{export_id}/{name}"


AUDIT_HEADS = "audit/"


def audit_head(count: int, digest: str) -> str:
    """How long the audit log was, and its last hash; sorts by length."""
    return f"{AUDIT_HEADS}{count:018d}-{digest}"


ERASURES = "erasures/"


def tombstone(submission_id: Id, what: str) -> str:
    """What was erased, by ids: kept where no restored database can forget it."""
    return f"{ERASURES}{submission_id}-{what}.json"
