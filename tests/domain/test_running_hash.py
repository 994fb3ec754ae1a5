"""The hash of a recording is that of its bytes, whoever has counted them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from app.domain import appending, consent, running_hash, uploads
from app.domain.capture import open_submission
from app.domain.running_hash import RunningHash
from app.extensions import db
from app.models import Upload, Workspace
from tests import factories

DATA = b"\x1aE\xdf\xa3" + bytes(range(256)) * 40
THIRD = len(DATA) // 3


@pytest.fixture
def upload(workspace: Workspace) -> Upload:
    invitation = factories.invitation(factories.program(workspace))
    words = consent.latest(invitation.program)
    opened = open_submission(invitation, language="en", consent_text=words, purposes=["internal"])
    upload = uploads.declare(
        opened.submission, uploads.Declared(len(DATA), media_type="video/webm")
    )
    db.session.commit()
    return upload


def damage(upload: Upload) -> None:
    """A request whose bytes don't count."""
    wrong = appending.Checksum("sha1", bytes(20))
    with pytest.raises(appending.Damaged):
        appending.append(upload, [b"other bytes"], offset=upload.offset, checksum=wrong)


def another(upload: Upload) -> None:
    """Another process of the same machine takes the next bytes, and this one then goes on."""
    mine = running_hash.taken(upload.id)
    appending.append(upload, [DATA[THIRD : THIRD + 7]], offset=THIRD)
    running_hash.taken(upload.id)
    running_hash.keep(upload.id, mine)


@pytest.mark.parametrize(
    "happens",
    [
        lambda upload: None,
        damage,
        another,
        lambda upload: running_hash.taken(upload.id),  # a server that was killed
    ],
    ids=["nothing", "damaged bytes", "another process", "a new process"],
)
def test_between_two_requests(upload: Upload, happens: Callable[[Upload], object]) -> None:
    appending.append(upload, [DATA[:5], DATA[5:THIRD]], offset=0)
    happens(upload)
    middle = upload.offset
    appending.append(upload, [DATA[middle : 2 * THIRD]], offset=middle)
    appending.append(upload, [DATA[2 * THIRD :]], offset=2 * THIRD)

    recording = upload.submission.answers[0].recording
    assert recording is not None
    assert recording.sha256 == hashlib.sha256(DATA).hexdigest()


def test_its_end_reads_nothing_anew(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    missing: list[int] = []
    monkeypatch.setattr(RunningHash, "read", lambda self, _, size: missing.append(size - self.size))
    appending.append(upload, [DATA[:THIRD]], offset=0)
    appending.append(upload, [DATA[THIRD:]], offset=THIRD)
    assert missing == [0]


def test_only_so_many_are_known() -> None:
    for number in range(running_hash.MOST + 1):
        known = RunningHash()
        known.add(b"x")
        running_hash.keep(f"many-{number}", known)
    sizes = [running_hash.taken(f"many-{n}").size for n in range(running_hash.MOST + 1)]
    assert sizes == [0] + [1] * running_hash.MOST
