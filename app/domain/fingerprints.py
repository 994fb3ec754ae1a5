"""What an import is known by after its voice was erased: a hash, so that a manifest that is run
again doesn't bring the voice back.

Known weak: the program's id is the only salt, so whoever has the file or guesses every cell of a
short text can tell that it was here once. It says nothing to anyone else. A file that was changed
by a single byte is another file.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from sqlalchemy import func, select

from app.extensions import db
from app.models import Answer, ErasedSource, Submission


def of_file(program_id: str, sha256: str) -> str:
    """64 hexadecimal digits for a recording's bytes, brought into this program."""
    return _hash(program_id, "file", sha256)


def of_words(
    program_id: str,
    text: str,
    who: tuple[str, str, str | None, str],
    score: int | None,
    said_at: datetime | None,
    fields: dict[str, str],
) -> str:
    """The same for a written answer. `who`: reference, name, touchpoint's id, language.

    `said_at` is None where the manifest gave no moment.
    """
    moment = said_at.isoformat() if said_at else None
    return _hash(program_id, "words", text, *who, score, moment, sorted(fields.items()))


def of_submission(submission: Submission) -> list[str]:
    """One for each answer that an import brought; none for what came another way."""
    if submission.source != "import":
        return []
    said_at = submission.received_at
    if said_at == submission.created_at:  # the manifest gave none
        said_at = None
    who = (
        submission.reference,
        submission.display_name,
        submission.touchpoint_id,
        submission.language,
    )
    return [
        _of_answer(answer, submission, who, said_at)
        for answer in submission.answers
        if answer.recording is not None or answer.written_text
    ]


def erased(fingerprint: str) -> int:
    """How often what has this fingerprint was erased."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(ErasedSource)
            .where(ErasedSource.fingerprint == fingerprint)
        )
        or 0
    )


def _of_answer(
    answer: Answer,
    submission: Submission,
    who: tuple[str, str, str | None, str],
    said_at: datetime | None,
) -> str:
    if answer.recording is not None:
        return of_file(submission.program_id, answer.recording.sha256)
    return of_words(
        submission.program_id,
        answer.written_text,
        who,
        submission.score,
        said_at,
        submission.fields,
    )


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
