"""Calls that outlive the voice that asked for them, until somebody has called back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from app.extensions import db
from app.models import Erasure, FollowUp, new_id, now

CALL = "call"


def forget(call: FollowUp, *, asked_at: datetime | None = None) -> Erasure | None:
    """Deletes it, with a receipt whose `submission_id` is the call's own id: the phone number must
    not come back with an older database either. None if it changed meanwhile. The caller commits.
    """
    gone = db.session.scalar(
        delete(FollowUp)
        .where(FollowUp.id == call.id, FollowUp.state == call.state)
        .returning(FollowUp.id)
        .execution_options(synchronize_session=False)
    )
    if gone is None:
        return None
    receipt = Erasure(
        id=new_id(),
        workspace_id=call.workspace_id,
        program_id=call.program_id,
        submission_id=call.id,
        what=CALL,
        reason="withdrawn",
        asked_at=asked_at or now(),
        removed={"calls": 1},
    )
    db.session.expunge(call)
    db.session.add(receipt)
    return receipt
