"""Parts that a browser sent straight to a bucket go with the voice; the bucket takes no more."""

from __future__ import annotations

import pytest
from flask import Flask

from app import runtime
from app.domain import consent, erasing
from app.extensions import db
from app.models import Upload, Workspace, now
from storage import keys, open_storage
from tests import factories, services

pytestmark = pytest.mark.slow


def test_parts_in_a_bucket_go_too(app: Flask, workspace: Workspace) -> None:
    with services.s3() as url:
        storage = open_storage(f"{url}&direct=yes")
        runtime.use(runtime.Runtime(runtime.settings(), storage))
        bucket = storage.direct
        assert bucket is not None
        draft = factories.submission(factories.program(workspace), state="draft")
        upload = factories.save(Upload(submission_id=draft.id, expires_at=now()))
        upload.multipart = bucket.begin(keys.original(upload.id, "0"))
        db.session.commit()
        assert [each.multipart for each in bucket.begun("recordings/")] == [upload.multipart]
        receipt = consent.withdraw(draft)
        db.session.commit()
        erasing.due()  # as the clock does; of a draft the bytes wait for it
        assert receipt is not None and list(bucket.begun("recordings/")) == []
        db.session.refresh(receipt)
        assert (receipt.state, receipt.trouble) == ("gone", "")
        assert list(storage.list("")) == []
