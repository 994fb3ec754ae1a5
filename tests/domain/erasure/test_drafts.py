"""What was never sent leaves nothing at all, but a call that was promised."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from app import runtime
from app.domain import (
    erasing,
    follow_ups,
    sweeping,
)
from app.extensions import db
from app.models import (
    Erasure,
    Program,
    Submission,
    Upload,
    now,
)
from storage import keys
from tests import factories
from tests.domain.erasure.marked import (
    LINE,
    MARKER,
    erase,
    left,
    nowhere,
    put,
    settle,
)


@pytest.fixture
def draft(program: Program) -> Submission:
    submission = factories.submission(program, state="draft", received_at=None)
    factories.save(
        Upload(submission_id=submission.id, filename=MARKER, expires_at=now() + timedelta(hours=1))
    )
    return submission


def test_a_draft_that_is_taken_back_leaves_nothing(draft: Submission) -> None:
    coming = db.session.scalars(select(Upload.id)).one()
    late = put(keys.original(coming, "0"))
    assert erase(draft).reason == "abandoned"
    erasing.due()
    assert late not in left()
    nowhere()
    assert draft.state == "withdrawn"  # a late request still learns that it is over
    settle()
    assert list(runtime.storage().list(keys.ERASURES)) == []
    for table in (Submission, Upload, Erasure):
        assert db.session.scalar(select(func.count(table.id))) == 0


def test_a_call_that_was_promised_outlives_the_draft(draft: Submission) -> None:
    call = follow_ups.ask(draft.program, draft, "555 0100", LINE)
    erase(draft)
    settle()
    assert (call.contact, call.state, call.evidence) == ("555 0100", "open", "")
    call.state = "done"
    db.session.commit()
    assert sweeping.calls() == 1
    settle()
    assert db.session.scalar(select(func.count(Submission.id))) == 0


def test_a_voice_that_was_sent_at_the_moment_it_is_taken_back_has_a_tombstone(
    draft: Submission,
) -> None:
    assert draft.state == "draft"  # and another request, which this one doesn't see:
    db.session.execute(text("UPDATE submissions SET state = 'received', received_at = created_at"))
    assert draft.state == "draft"
    assert erase(draft).reason == "withdrawn"
    assert len(list(runtime.storage().list(keys.ERASURES))) == 1
