"""People correct a transcript: each edit is kept with who, when and what it was, and can be undone.

Every verb takes the edition that its person saw. Who comes second is refused and loses nothing: the
words that they typed are still theirs to send. See docs/adr/013.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select, update

from app.domain import audit, editing_changes, editing_rows, editing_search, editing_words
from app.domain.clerk import rows_written
from app.domain.editing_changes import Change
from app.domain.editing_words import Passage
from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.wording import mark
from app.extensions import db
from app.models import Answer, Member, Submission, Transcript, TranscriptEdit

STAFF, CUSTOMER = "staff", "customer"
CHANGED = mark(
    "These words were changed meanwhile. What you wrote is still here, with what stands there now; "
    "save it again to use yours."
)
NOTHING_LEFT = mark("There is nothing left to undo here.")


@dataclass(frozen=True, slots=True)
class Author:
    """Who edits: a member of staff, or the customer, whose id is None."""

    by: str
    member_id: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What to do with a passage besides its text. what: merge (with the next), split (before word
    number `word`), unclear, clear."""

    what: str
    segment_id: int
    word: int = 0


def staff(member: Member) -> Author:
    return Author(STAFF, member.id)


def spoken(submission: Submission, answer_id: str) -> Transcript:
    """The words of one of its answers as they stand now.

    Raises:
        NotFound: there are none, or the customer wrote them: those are nobody else's to correct.
    """
    transcript = db.session.scalar(
        select(Transcript)
        .join(Answer, Transcript.answer_id == Answer.id)
        .where(
            Answer.id == answer_id,
            Answer.submission_id == submission.id,
            Answer.kind != "text",
            Transcript.current,
        )
        .order_by(Transcript.id.desc())
    )
    if transcript is None or submission.state == "withdrawn":
        raise NotFound
    return transcript


def save(
    transcript: Transcript,
    edition: int,
    author: Author,
    texts: Mapping[int, str],
    act: Act | None = None,
) -> int:
    """Writes the passages' texts, by segment id, and then does what else was asked, as one edit;
    how many passages it changed, 0 where all of it stands there already. The caller commits.

    A line break splits a passage, an empty text takes it away.

    Raises:
        Conflict: others changed the transcript since `edition`.
        Invalid: a text that is too long, or an act that has nothing to be done to.
    """
    _take(transcript, edition)
    passages = editing_rows.passages(transcript)
    parts = {
        segment.id: editing_words.rewritten(passage, texts.get(segment.id, passage.text), author.by)
        for segment, passage in zip(transcript.segments, passages, strict=True)
    }
    same = _letters(passages) == _letters([each for part in parts.values() for each in part])
    if act is not None:
        _carry_out(act, parts)
    kind = "words" if not same else act.what if act else "split"
    return _write(transcript, [each for part in parts.values() for each in part], kind, author)


def replace_all(
    transcript: Transcript,
    edition: int,
    author: Author,
    wanted: editing_search.Wanted,
    only: Collection[int] | None = None,
) -> int:
    """Replaces what is found, in all passages or in `only` those (segment ids); how often. The
    caller commits.

    Raises:
        Conflict: others changed the transcript since `edition`.
        Invalid: nothing to look for.
    """
    _take(transcript, edition)
    passages = editing_rows.passages(transcript)
    ids = [segment.id for segment in transcript.segments]
    found = {
        each.at: each
        for each in editing_search.find(passages, wanted)
        if only is None or ids[each.at] in only
    }
    new = [
        part
        for at, passage in enumerate(passages)
        for part in (
            editing_words.rewritten(passage, found[at].text, author.by)
            if at in found
            else [passage]
        )
    ]
    changed = _write(transcript, new, "replace", author)
    return sum(each.count for each in found.values()) if changed else 0


def restore(transcript: Transcript, edition: int, author: Author) -> int:
    """Puts the machine's own words back, as an edit that can be undone; how many passages it
    changed. The caller commits. Raises Conflict."""
    _take(transcript, edition)
    heard = editing_rows.heard(transcript)
    return _write(transcript, heard, "restore", author)


def undo(transcript: Transcript, edition: int, author: Author) -> TranscriptEdit:
    """Takes the last edit back. A customer takes back only their own. The caller commits.

    Raises:
        Conflict: others changed the transcript since `edition`, or there is nothing to undo.
    """
    edit = last(transcript)
    if edit is None or (author.by == CUSTOMER and edit.by != CUSTOMER):
        raise Conflict(NOTHING_LEFT)
    _take(transcript, edition)
    _lay(transcript, editing_changes.undoing(editing_changes.read(edit.changes)))
    edit.state = "undone"
    _note(transcript, "transcript.undone", edit)
    return edit


def redo(transcript: Transcript, edition: int, author: Author) -> TranscriptEdit:
    """Does again what was undone last. The caller commits.

    Raises:
        Conflict: others changed the transcript since `edition`, or there is nothing to redo.
    """
    edit = following(transcript)
    if edit is None or (author.by == CUSTOMER and edit.by != CUSTOMER):
        raise Conflict("There is nothing left to redo here.")
    _take(transcript, edition)
    _lay(transcript, editing_changes.read(edit.changes))
    edit.state = "done"
    _note(transcript, "transcript.redone", edit)
    return edit


def last(transcript: Transcript) -> TranscriptEdit | None:
    """The edit that `undo` takes back."""
    return max((e for e in transcript.edits if e.state == "done"), key=_number, default=None)


def following(transcript: Transcript) -> TranscriptEdit | None:
    """The edit that `redo` does again."""
    return min((e for e in transcript.edits if e.state == "undone"), key=_number, default=None)


def _number(edit: TranscriptEdit) -> int:
    return edit.number


def _take(transcript: Transcript, edition: int) -> None:
    """Counts the edition up, which holds the row until the caller's transaction ends."""
    taken = rows_written(
        update(Transcript)
        .where(Transcript.id == transcript.id, Transcript.edition == edition, Transcript.current)
        .values(edition=edition + 1)
    )
    if not taken:
        raise Conflict(CHANGED)
    db.session.expire(transcript)


def _carry_out(act: Act, parts: dict[int, list[Passage]]) -> None:
    keys = list(parts)
    mine = parts.get(act.segment_id)
    if not mine:
        raise Invalid("This passage is not there any more.")
    if act.what == "merge":
        rest = (key for key in keys[keys.index(act.segment_id) + 1 :] if parts[key])
        after = next(rest, None)
        if after is None:
            raise Invalid("There is no passage after this one.")
        mine[-1] = editing_words.joined(mine[-1], parts[after].pop(0))
    elif act.what == "split":
        mine[-1:] = editing_words.split(mine[-1], act.word)
    elif act.what in ("unclear", "clear"):
        mine[:] = [replace(passage, unclear=act.what == "unclear") for passage in mine]
    else:
        raise Invalid


def _write(transcript: Transcript, new: Sequence[Passage], kind: str, author: Author) -> int:
    old = editing_rows.passages(transcript)
    changes = editing_changes.between(old, new)
    if not changes:
        transcript.edition -= 1  # nobody's page is out of date
        return 0
    if transcript.heard is None:
        transcript.heard = editing_changes.as_rows(old)
    for each in transcript.edits:
        if each.state == "undone":
            each.state = "dropped"
    number = db.session.scalar(
        select(func.max(TranscriptEdit.number)).where(TranscriptEdit.transcript_id == transcript.id)
    )
    edit = TranscriptEdit(
        transcript_id=transcript.id,
        number=(number or 0) + 1,
        by=author.by,
        member_id=author.member_id,
        kind=kind,
        changes=editing_changes.written(changes),
    )
    db.session.add(edit)
    _lay(transcript, changes)
    _note(transcript, "transcript.edited", edit)
    return sum(max(len(each.before), len(each.after)) for each in changes)


def _lay(transcript: Transcript, changes: Sequence[Change]) -> None:
    try:
        editing_rows.lay(transcript, changes)
    except editing_changes.Stray as stray:
        raise Conflict(CHANGED) from stray


def _note(transcript: Transcript, action: str, edit: TranscriptEdit) -> None:
    db.session.flush()
    changed = sum(max(len(before), len(after)) for _, before, after in edit.changes)
    audit.record(
        editing_rows.submission(transcript).workspace_id,
        action,
        subject=("transcript", transcript.id),
        details={
            "answer": transcript.answer_id,
            "edit": edit.number,
            "kind": edit.kind,
            "passages": changed,
        },
    )


def _letters(passages: Sequence[Passage]) -> str:
    return "".join("".join(passage.text.split()) for passage in passages)
