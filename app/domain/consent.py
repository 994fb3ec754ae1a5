"""What a customer agreed to: checked when they come, changed and taken back when they wish."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.domain import audit, erasure, forgetting
from app.domain.errors import Conflict, Expired, Invalid
from app.domain.wording import mark
from app.extensions import db
from app.models import Consent, ConsentText, Erasure, Program, Submission
from app.models.program import PURPOSES

NEEDED = mark("Nothing can be sent without your agreement that it may be used.")


def latest(program: Program) -> ConsentText:
    """The text that is shown now.

    Raises:
        Conflict: the program has none yet.
    """
    if not program.consent_texts:
        raise Conflict(mark("This page is not ready yet. Please come back later."))
    return program.consent_texts[-1]


def offered(text: ConsentText) -> list[str]:
    """The purposes a customer may add to the one that is always needed, in order."""
    return [purpose for purpose in PURPOSES[1:] if purpose in text.purposes]


def checked(text: ConsentText, purposes: Iterable[str]) -> list[str]:
    """The purposes in their fixed order.

    Raises:
        Invalid: `internal` is missing, or one was never offered.
    """
    given = set(purposes)
    if PURPOSES[0] not in given:
        raise Invalid(NEEDED)
    if given - {PURPOSES[0], *offered(text)}:
        raise Invalid(mark("That use was not part of what you were asked."))
    return [purpose for purpose in PURPOSES if purpose in given]


def require(submission: Submission) -> Consent:
    """The consent that lets anything be kept for this submission. Raises Invalid."""
    consent = submission.consent
    if consent is None or consent.withdrawn_at or PURPOSES[0] not in consent.purposes:
        raise Invalid(NEEDED)
    return consent


def change(submission: Submission, purposes: Sequence[str]) -> None:
    """Other purposes from now on. Files written for a purpose that is no longer there go.

    Raises:
        Expired: it was withdrawn. Invalid: as in `checked`.
    """
    if submission.state == "withdrawn":
        raise Expired(mark("This was withdrawn; nothing of it is kept."))
    consent = require(submission)
    before, consent.purposes = consent.purposes, checked(consent.consent_text, purposes)
    db.session.flush()
    if before != consent.purposes:
        audit.record(
            submission.workspace_id,
            "consent.changed",
            subject=("submission", submission.id),
            details={"before": "+".join(before), "purposes": "+".join(consent.purposes)},
        )
    ended = [purpose for purpose in before if purpose not in consent.purposes]
    if ended and submission.state == "received":
        forgetting.exports_of(submission.program_id, ended)


def withdraw(submission: Submission) -> Erasure | None:
    """Takes everything back; what becomes of it is in `app.domain.erasure`. Twice is once.

    Drafts cost whoever makes them nothing, so neither do they leave anything behind, and their
    bytes go with the clock's next round, all together.
    """
    erasure.hold(submission)  # sent at this very moment, it is a voice
    if submission.state == "draft":
        return erasure.everything(submission, "abandoned", later=True)
    return erasure.everything(submission, "withdrawn")
