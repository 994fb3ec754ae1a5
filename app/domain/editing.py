"""People correct a transcript: each edit is kept with who, when and what it was, and can be undone.

Every verb takes the edition that its person saw. Who comes second is refused and loses nothing: the
words that they typed are still theirs to send. See docs/adr/013.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from app.domain import (
    editing_changes,
    editing_log,
    editing_names,
    editing_rows,
    editing_search,
    editing_words,
    speakers,
)
from app.domain.editing_log import CHANGED as CHANGED
from app.domain.editing_log import Author as Author
from app.domain.editing_words import CUSTOMER as CUSTOMER
from app.domain.editing_words import STAFF as STAFF
from app.domain.editing_words import Passage
from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.speakers import Speaker
from app.domain.wording import mark
from app.extensions import db
from app.models import Answer, Member, Submission, Transcript, TranscriptEdit

NOTHING_LEFT = mark("There is nothing left to undo here.")


@dataclass(frozen=True, slots=True)
class Act:
    """What to do with a passage besides its text. what: merge (with the next), split (before word
    number `number`), unclear, clear, speaker (`number` said it)."""

    what: str
    segment_id: int
    number: int = 0


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
    editing_log.take(transcript, edition)
    passages = editing_rows.passages(transcript)
    parts = {
        segment.id: editing_words.rewritten(passage, texts.get(segment.id, passage.text), author.by)
        for segment, passage in zip(transcript.segments, passages, strict=True)
    }
    same = _letters(passages) == _letters([each for part in parts.values() for each in part])
    if act is not None:
        _carry_out(act, parts)
    kind = "words" if not same else act.what if act else "split"
    return editing_log.write(
        transcript, [each for part in parts.values() for each in part], kind, author
    )


def name_speakers(transcript: Transcript, told: Sequence[Speaker], author: Author) -> bool:
    """Keeps who they are, as an edit of its own; whether it changed anything. Comes with `save`,
    which holds the transcript. The caller commits.

    Raises:
        Invalid: nobody would be the customer, or a name is too long.
    """
    return editing_names.write(transcript, told, author)


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
    editing_log.take(transcript, edition)
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
    changed = editing_log.write(transcript, new, "replace", author)
    return sum(each.count for each in found.values()) if changed else 0


def restore(transcript: Transcript, edition: int, author: Author) -> int:
    """Puts the machine's own words back, as an edit that can be undone; how many passages it
    changed. The caller commits. Raises Conflict."""
    editing_log.take(transcript, edition)
    heard = editing_rows.heard(transcript)
    return editing_log.write(transcript, heard, "restore", author)


def undo(
    transcript: Transcript, edition: int, author: Author, *, of_words: bool = False
) -> TranscriptEdit:
    """Takes the last edit back, or the last one of words. A customer takes back the last one of
    words, if it is their own. The caller commits.

    Raises:
        Conflict: others changed the transcript since `edition`, or there is nothing to undo.
    """
    edit = editing_log.last(transcript, of_words=of_words or author.by == CUSTOMER)
    if edit is None or (author.by == CUSTOMER and edit.by != CUSTOMER):
        raise Conflict(NOTHING_LEFT)
    editing_log.take(transcript, edition)
    if edit.kind == editing_log.NAMES:
        editing_names.lay(transcript, edit, back=True)
    else:
        editing_log.lay(transcript, editing_changes.undoing(editing_changes.read(edit.changes)))
    edit.state = "undone"
    editing_log.note(transcript, "transcript.undone", edit)
    return edit


def redo(transcript: Transcript, edition: int, author: Author) -> TranscriptEdit:
    """Does again what was undone last. The caller commits.

    Raises:
        Conflict: others changed the transcript since `edition`, or there is nothing to redo.
    """
    edit = editing_log.following(transcript)
    if edit is None or (author.by == CUSTOMER and edit.by != CUSTOMER):
        raise Conflict("There is nothing left to redo here.")
    editing_log.take(transcript, edition)
    if edit.kind == editing_log.NAMES:
        editing_names.lay(transcript, edit)
    else:
        editing_log.lay(transcript, editing_changes.read(edit.changes))
    edit.state = "done"
    editing_log.note(transcript, "transcript.redone", edit)
    return edit


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
        mine[-1:] = editing_words.split(mine[-1], act.number)
    elif act.what == "speaker":
        if not 0 < act.number <= speakers.MOST:
            raise Invalid
        for part in parts.values():  # nobody was told apart before: the others are the first one's
            part[:] = [replace(each, speaker=each.speaker or 1) for each in part]
        mine[:] = [replace(passage, speaker=act.number) for passage in mine]
    elif act.what in ("unclear", "clear"):
        mine[:] = [replace(passage, unclear=act.what == "unclear") for passage in mine]
    else:
        raise Invalid


def _letters(passages: Sequence[Passage]) -> str:
    return "".join("".join(passage.text.split()) for passage in passages)
