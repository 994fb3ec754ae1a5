"""A back-catalogue comes in: each entry of a manifest becomes a submission, twice is once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from app import runtime
from app.domain import audit, consent, fingerprints, processing
from app.domain.manifests import Entry, read_manifest
from app.extensions import db
from app.models import Answer, Consent, Program, Recording, Submission, new_id, now
from storage import keys

__all__ = ["Entry", "read_manifest", "run"]
# What a text is known by again; its fields and its moment are compared as well.
Words = tuple[object, ...]


def run(entries: list[Entry], program: Program) -> Iterator[bool]:
    """Brings in one entry at each turn and commits it: True if added, False if it was known.

    A recording whose bytes the program already has is left alone, and so is a text that is there
    as often as the manifest has named it so far: an import that was interrupted can be run
    again, and two customers may say the same. What was erased counts as there: it stays away.
    """
    met: Counter[Words] = Counter()
    for entry in entries:
        if entry.file:
            known = _has_recording(program, _sha256(entry.file))
        else:
            met[_words(entry)] += 1
            kept = _times_kept(entry, program) + _times_erased(entry, program)
            known = kept >= met[_words(entry)]
        if not known:
            _add(entry, program)
        db.session.commit()
        yield not known


def _add(entry: Entry, program: Program) -> None:
    """The consent was given elsewhere: the text it names is the one in force here, which the
    customer hasn't seen. `source` says so wherever the consent is shown."""
    moment = now()
    submission = Submission(
        workspace_id=program.workspace_id,
        program_id=program.id,
        source="import",
        state="received",
        touchpoint_id=entry.touchpoint_id,
        reference=entry.reference,
        display_name=entry.name,
        language=entry.language or program.language,
        score_kind=program.score_kind if entry.score is not None else None,
        score=entry.score,
        fields=entry.fields,
        created_at=moment,
        received_at=entry.said_at or moment,
    )
    submission.consent = Consent(
        consent_text_id=consent.latest(program).id, purposes=list(entry.purposes)
    )
    answer = Answer(
        kind="video" if entry.file else "text", written_text=entry.text, captions=entry.captions
    )
    submission.answers.append(answer)
    if entry.file:
        recording = Recording(id=new_id(), declared_type="", filename=entry.file.name[:200])
        key = keys.original(recording.id, new_id())
        stored = runtime.storage().put_file(key, entry.file)
        recording.original_key, recording.size = stored.key, stored.size
        recording.sha256 = stored.sha256
        answer.recording = recording
    db.session.add(submission)
    db.session.flush()
    audit.record(
        program.workspace_id,
        "submission.imported",
        subject=("submission", submission.id),
        details={"program": program.id},
    )
    processing.begin(answer)


def _has_recording(program: Program, digest: str) -> bool:
    query = (
        select(Recording.id)
        .join(Answer)
        .join(Submission)
        .where(Submission.program_id == program.id, Submission.source == "import")
        .where(Recording.sha256 == digest)
    )
    if db.session.scalar(query.limit(1)) is not None:
        return True
    return fingerprints.erased(fingerprints.of_file(program.id, digest)) > 0


def _words(entry: Entry) -> Words:
    fields = tuple(sorted(entry.fields.items()))
    who = (entry.reference, entry.name, entry.touchpoint_id, entry.language)
    return (entry.text, *who, entry.score, entry.said_at, fields)


def _times_kept(entry: Entry, program: Program) -> int:
    """How often an import has brought in exactly this text. One without a moment of its own was
    received when it was created."""
    moment = Submission.created_at if entry.said_at is None else entry.said_at
    fields = db.session.scalars(
        select(Submission.fields)
        .join(Answer)
        .where(
            Submission.program_id == program.id,
            Submission.source == "import",
            Answer.written_text == entry.text,
            Submission.reference == entry.reference,
            Submission.display_name == entry.name,
            Submission.touchpoint_id == entry.touchpoint_id,
            Submission.language == (entry.language or program.language),
            Submission.score == entry.score,
            Submission.received_at == moment,
        )
    )
    return sum(kept == entry.fields for kept in fields)


def _times_erased(entry: Entry, program: Program) -> int:
    language = entry.language or program.language
    who = (entry.reference, entry.name, entry.touchpoint_id, language)
    return fingerprints.erased(
        fingerprints.of_words(program.id, entry.text, who, entry.score, entry.said_at, entry.fields)
    )


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
