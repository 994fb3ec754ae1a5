"""What stood in a customer's way while recording: noted beside the voice, gone with it."""

from __future__ import annotations

from sqlalchemy import delete

from app.extensions import db
from app.models import CaptureEvent, FairnessCounted, Submission

# As the recording page names what browsers say (`js/capture/devices.js`)
CAMERA = ("denied", "missing", "busy", "unfit", "broken", "unable", "insecure")


def note_camera(submission: Submission, trouble: str) -> None:
    """`trouble`: why there was no picture; what is unknown is passed over. The caller commits."""
    if trouble in CAMERA:
        db.session.add(CaptureEvent(submission_id=submission.id, kind=f"camera_{trouble}"))
        db.session.flush()


def forget(submission: Submission) -> None:
    """The voice is taken out: audits from now on don't count it. The caller commits."""
    for model in (CaptureEvent, FairnessCounted):
        db.session.execute(
            delete(model)
            .where(model.submission_id == submission.id)
            .execution_options(synchronize_session=False)
        )
