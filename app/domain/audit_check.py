"""Whether the audit log is as it was written; what is wrong with it, as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from app import runtime
from app.domain import audit, audit_heads
from app.domain.audit_heads import Head, Witness
from app.domain.clerk import session
from app.domain.wording import count
from app.models import AuditEntry, AuditHead, now

AT_ONCE = 500  # rows read at a time: flat memory for any length
MOST_PROBLEMS = 20  # a log that was written anew has as many as it has rows
STORE_EVERY = timedelta(minutes=1)
NO_HEAD = "No head is kept outside of the database, so nobody can say whether the end is there."


@dataclass(slots=True)
class Verdict:
    """`rows` that were read, `heads` that were asked, and what is not as it was written."""

    rows: int = 0
    heads: int = 0
    problems: list[str] = field(default_factory=list)

    def found(self, problem: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


def verify() -> Verdict:
    """Reads the whole log. Finds any row that was changed, put between, taken out or moved, and
    rows cut from the end as far as a head outside of the database saw them.

    Raises:
        StorageError: the heads in storage can't be asked.
    """
    outside = audit_heads.witnesses()  # heads before the log: they only lag behind it
    inside = _inside()
    heads = [*outside, Witness("the table audit_head", inside)]
    wanted = {each.head.count for each in heads if each.head}
    seen, last = {0: audit.BEGINNING}, Head(0, audit.BEGINNING)
    verdict = Verdict(heads=len(outside))
    for row in _rows():
        _compare(row, last, verdict)
        last = Head(row.seq, row.hash)
        verdict.rows += 1
        if row.seq in wanted:
            seen[row.seq] = row.hash
    for each in heads:
        if each.head is None:
            verdict.found(f"The head in {each.where} can't be read.")
        elif each.head.count > last.count:
            rows = count(each.head.count, "row")
            verdict.found(f"{each.where} saw {rows}; the last is {last.count:,}.")
        elif seen.get(each.head.count) != each.head.hash:
            verdict.found(f"{each.where} saw another row {each.head.count:,} than there is now.")
    after = _inside()
    if after is not None and last.count > after.count:
        verdict.found(f"The log has {count(last.count, 'row')}, but its head says {after.count:,}.")
    if last.count and not outside:
        verdict.found(NO_HEAD)
    return verdict


def keep_heads() -> None:
    """Brings the heads outside up to date, each only while the log holds what it saw: an alarm
    stays one. The clock calls it; the object in storage follows once a minute.

    Raises:
        StorageError: the storage refused.
    """
    head = _inside()
    if head is None or head.count == 0:
        return
    here = audit_heads.kept()
    if here is None or (here.count < head.count and audit.continues(session(), here)):
        audit_heads.keep(head)
    stored = _stored.get(_place())
    if stored and (head == stored[0] or now() - stored[1] < STORE_EVERY):
        return
    if audit.continues(session(), audit_heads.newest_in_storage()):
        audit_heads.keep_in_storage(head)
    _stored[_place()] = (head, now())


def accept(why: str) -> None:
    """Takes the log as it is for the true one from now on, and says so in it. Commits.

    For the end of a restore, and for an operator who knows what happened. `why` is one word.

    Raises:
        OSError, StorageError: the heads could not be replaced.
    """
    before = max((each.head.count for each in audit_heads.witnesses() if each.head), default=0)
    audit.record("", "audit.accepted", details={"why": why, "rows_before": before})
    session().commit()
    if head := _inside():
        audit_heads.replace(head)


# What this process last put into storage, and when, by the storage's address
_stored: dict[str, tuple[Head, datetime]] = {}


def _place() -> str:
    return runtime.settings().storage_url


def _inside() -> Head | None:
    session().rollback()  # what is there now, not what this transaction began with
    found = session().execute(select(AuditHead.count, AuditHead.hash)).first()
    session().rollback()
    return Head(*found) if found else None


def _rows() -> Iterator[AuditEntry]:
    query = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=AT_ONCE)
    yield from session().scalars(query)


def _compare(row: AuditEntry, last: Head, verdict: Verdict) -> None:
    if row.seq != last.count + 1:
        missing = f"{last.count + 1:,}" + (f" to {row.seq - 1:,}" * (row.seq > last.count + 2))
        verdict.found(f"Row {missing} is missing.")
    elif row.previous != last.hash:
        verdict.found(f"Row {row.seq:,} does not follow the row before it.")
    if row.hash != audit.sealed(row):
        verdict.found(f"Row {row.seq:,} was changed.")
