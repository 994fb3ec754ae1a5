"""Customers who need a person: who asked, who was heard to need one, who calls back, and when."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain import audit, calling, checks, details, needs
from app.domain.clerk import owned, rows_written, session
from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.needs import Need
from app.models import FollowUp, FollowUpNote, Member, Program, Submission, now

LONGEST_NOTE = 2000
HEARD_SINCE = "Heard since: "  # what stands before a machine's reason in the history
ASKED_AGAIN = "Asked again: "  # what stands there before a customer's words that found no room
DONE = "Done: "  # what stands before an outcome in the history
HOUR = timedelta(hours=1)
CHANGED = "More was heard or asked since you looked. Read it before you say what came of it."


def ask(program: Program, submission: Submission | None, contact: str, note: str = "") -> FollowUp:
    """The customer asked for a person: a case due in one working day, the team told at once.

    `contact` is a phone number or an address as the customer typed it. Who asks again while their
    case is open (about the same submission; without one, by the same contact within an hour) is
    added to it, and nobody is told twice. Flushes.

    Raises:
        Invalid: as in `details.contact`.
    """
    contact = details.contact(contact)
    said = checks.paragraph(note, "The note", most=LONGEST_NOTE, needed=False)
    if (waiting := _waiting(program, submission, contact)) is not None:
        hold(waiting)  # of two who ask at once each adds to what the other wrote
        if waiting.state == "open":
            _add_asked(waiting, contact, said)
            return waiting
    follow_up = FollowUp(
        workspace_id=program.workspace_id,
        program_id=program.id,
        submission_id=submission.id if submission is not None else None,
        source="asked",
        reason="Asked to talk to a person",
        evidence=said,
        contact=contact,
        due_at=calling.due(now()),
    )
    session().add(follow_up)
    session().flush()
    _noted(follow_up, "asked")
    calling.tell(follow_up)
    return follow_up


def _waiting(program: Program, submission: Submission | None, contact: str) -> FollowUp | None:
    """The open case of a customer who asks once more."""
    asked = select(FollowUp).where(
        FollowUp.program_id == program.id, FollowUp.source == "asked", FollowUp.state == "open"
    )
    if submission is not None:
        mine = asked.where(FollowUp.submission_id == submission.id)
    else:
        mine = asked.where(
            FollowUp.submission_id.is_(None),
            FollowUp.contact == contact,
            FollowUp.created_at > now() - HOUR,
        )
    return session().scalars(mine.order_by(FollowUp.id).limit(1)).first()


def _add_asked(follow_up: FollowUp, contact: str, said: str) -> None:
    """The newest way to reach them is the one that counts; their words stay together, and what
    finds no room there is a line of the history."""
    lines = [note.text for note in follow_up.notes]
    known = f"\n{said}\n" in f"\n{follow_up.evidence}\n" or ASKED_AGAIN + said in lines
    new = bool(said) and not known
    if contact == follow_up.contact and not new:
        return
    follow_up.contact = contact
    longer = f"{follow_up.evidence}\n{said}".strip()
    if new and len(longer) <= LONGEST_NOTE:
        follow_up.evidence = longer
    elif new:
        _line(follow_up, ASKED_AGAIN + said, None)
    session().flush()
    _noted(follow_up, "asked")


def from_machine(submission: Submission, *heard: Need) -> FollowUp:
    """The machine heard that this customer needs a person: one case for each submission.

    Whoever opens it tells the team; the row's id lets one open it, also of two at once. `heard`: of
    one answer, the most urgent first. Called again (another answer, another run), a case stays as
    it is where it tells of these passages already, so that nobody's work is undone. Others are
    added to one that is open, and open one that is done; who may be in danger is always told.
    """
    follow_up, opened = _once(submission, "heard", heard)
    if not opened:
        _heard_more(follow_up, heard)
    return follow_up


def from_member(submission: Submission, need: Need, by: Member) -> FollowUp:
    """A member says that this customer needs a person: the case that the machine would open. One
    that is open gets a line, one that is done is opened again."""
    follow_up, opened = _once(submission, "staff", [need])
    if opened:
        return follow_up
    graver, done = need.grave and not needs.grave(follow_up.reason), follow_up.state == "done"
    _add(follow_up, [need], first=graver or done)
    if done:
        reopen(follow_up, by)
    note(follow_up, need.reason, by)
    if graver or done:
        _told_anew(follow_up, need)
    return follow_up


def _heard_more(follow_up: FollowUp, heard: Sequence[Need]) -> None:
    done = follow_up.state == "done"
    new = [need for need in heard if needs.is_new(need, follow_up.told)]
    if not new and done and follow_up.unneeded:
        # That was about another passage: what this one says stands.
        new = [need for need in heard if not needs.is_settled(need, follow_up.told)]
    if not new:
        return
    grave = any(need.grave for need in new)
    _add(follow_up, new, first=grave or done)
    if not done and not grave:
        return
    if done:
        _open_again(follow_up)
    _line(follow_up, HEARD_SINCE + new[0].reason, None)
    _noted(follow_up, "heard")
    _told_anew(follow_up, new[0])


def _add(follow_up: FollowUp, new: Sequence[Need], *, first: bool) -> None:
    """Has the case tell of these passages, too."""
    known, words = follow_up.evidence.split("\n"), [need.words for need in new]
    follow_up.evidence = needs.shown([*words, *known] if first else [*known, *words])
    follow_up.told = needs.told(follow_up.told, new)
    session().flush()


def _told_anew(follow_up: FollowUp, need: Need) -> None:
    """Nobody who may be in danger becomes somebody who has a question."""
    if need.grave or not needs.grave(follow_up.reason):
        follow_up.reason = need.reason
    calling.tell(follow_up)


def heard_case(submission: Submission) -> FollowUp | None:
    """The case that the machine or a member opened; not the one that the customer asked for."""
    found: FollowUp | None = session().get(FollowUp, _heard_id(submission.id))
    return found


def _once(submission: Submission, source: str, needed: Sequence[Need]) -> tuple[FollowUp, bool]:
    """The submission's case, and whether it was opened by this call."""
    row_id = _heard_id(submission.id)
    bind = session().get_bind()
    insert = postgresql.insert if bind.dialect.name == "postgresql" else sqlite.insert
    session().flush()
    opened = session().scalar(
        insert(FollowUp)
        .values(
            id=row_id,
            workspace_id=submission.workspace_id,
            program_id=submission.program_id,
            submission_id=submission.id,
            source=source,
            reason=needed[0].reason,
            evidence=needs.shown(need.words for need in needed),
            told=needs.told([], needed),
            due_at=calling.due(now()),
        )
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(FollowUp.id)
    )
    follow_up: FollowUp = session().get_one(FollowUp, row_id)
    if opened is not None:
        _noted(follow_up, source)
        calling.tell(follow_up)
    else:
        hold(follow_up)
    return follow_up, opened is not None


def hold(follow_up: FollowUp) -> None:
    """It is ours, as it is now, until the caller's transaction ends: of two who finish it, one
    comes second. Raises NotFound where it is gone."""
    mine = update(FollowUp).where(FollowUp.id == follow_up.id).values(state=FollowUp.state)
    if not rows_written(mine):
        raise NotFound
    session().refresh(follow_up)


def assign(follow_up: FollowUp, owner_id: str | None, by: Member) -> None:
    """Gives the case to a member of the same workspace, or to nobody.

    Raises:
        NotFound: no such member here.
        Invalid: they can no longer sign in.
    """
    hold(follow_up)
    owner = owned(Member, owner_id, follow_up.workspace_id) if owner_id else None
    if owner is not None and not owner.active:
        raise Invalid("This member is no longer active.")
    if (owner.id if owner else None) == follow_up.owner_id:
        return
    follow_up.owner = owner
    _line(follow_up, given_to(owner) if owner else "Given back", by)
    _noted(follow_up, "assigned", owner=owner.id if owner else "")


def given_to(owner: Member) -> str:
    """The history's line about the one who takes care from then on."""
    return f"Given to {owner.display_name}"


def seen(follow_up: FollowUp) -> str:
    """What it tells of, as a short text that changes with it."""
    since = [
        note.id for note in follow_up.notes if note.text.startswith((HEARD_SINCE, ASKED_AGAIN))
    ]
    parts = (follow_up.reason, follow_up.evidence, follow_up.contact, *since)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def close(follow_up: FollowUp, outcome: str, by: Member, saw: str | None = None) -> None:
    """Done, with what came of it. `saw`: as `seen` said it to who wrote that.

    Raises:
        Invalid: no outcome was written.
        Conflict: it was done before, or tells of more than they saw.
    """
    hold(follow_up)
    if follow_up.state == "done":
        raise Conflict("This follow-up is already done.")
    if saw not in (None, seen(follow_up)):
        raise Conflict(CHANGED)
    follow_up.outcome = checks.paragraph(outcome, "What came of it", most=LONGEST_NOTE)
    follow_up.state, follow_up.done_at = "done", now()
    if follow_up.owner_id is None:
        follow_up.owner = by
    _line(follow_up, DONE + follow_up.outcome, by)
    _noted(follow_up, "done")


def reopen(follow_up: FollowUp, by: Member) -> None:
    """Due again in one working day. Raises Conflict where it is open."""
    hold(follow_up)
    if follow_up.state != "done":
        raise Conflict("This follow-up is already open.")
    _open_again(follow_up)
    _line(follow_up, "Opened again", by)
    _noted(follow_up, "reopened")


def _open_again(follow_up: FollowUp) -> None:
    follow_up.state, follow_up.done_at, follow_up.unneeded = "open", None, False
    follow_up.due_at = calling.due(now())


def note(follow_up: FollowUp, text: str, by: Member) -> FollowUpNote:
    """A line of the case's history, written by a member."""
    hold(follow_up)
    kept = _line(follow_up, text, by)
    _noted(follow_up, "noted", note=kept.id)
    return kept


def _noted(follow_up: FollowUp, verb: str, **details: str) -> None:
    subject = ("follow_up", follow_up.id)
    audit.record(follow_up.workspace_id, f"follow_up.{verb}", subject=subject, details=details)


def _line(follow_up: FollowUp, text: str, by: Member | None) -> FollowUpNote:
    """`by`: None for the machine."""
    kept = FollowUpNote(
        member_id=by.id if by else None,
        text=checks.paragraph(text, "The note", most=LONGEST_NOTE + 100),
    )
    follow_up.notes.append(kept)
    session().flush()
    return kept


def _heard_id(submission_id: str) -> str:
    """One id for each submission, so that the primary key itself refuses a second case."""
    return hashlib.sha256(f"heard:{submission_id}".encode()).hexdigest()[:26]
